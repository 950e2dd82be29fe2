"""Agencies for machines. Addresses answer with and without their last slash."""

from django.urls import URLPattern

app_name = "agencies_api"

urlpatterns: list[URLPattern] = []
