"""Cases for machines. Addresses answer with and without their last slash."""

from django.urls import re_path

from reports import api

app_name = "reports_api"

urlpatterns = [re_path(r"^cases/?$", api.CaseList.as_view(), name="cases")]
