"""The register for machines. Every address answers with and without its last slash."""

from django.urls import URLPattern

app_name = "disclosure-api"

urlpatterns: list[URLPattern] = []
