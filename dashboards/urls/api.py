from django.urls import re_path

from dashboards import api

app_name = "dashboards_api"

urlpatterns = [
    re_path(r"^coverage/?$", api.CoverageView.as_view(), name="coverage"),
    re_path(r"^journal/?$", api.JournalView.as_view(), name="journal"),
]
