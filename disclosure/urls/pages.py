"""Pages of the register, of rules and duties."""

from django.urls import URLPattern

app_name = "disclosure"

urlpatterns: list[URLPattern] = []
