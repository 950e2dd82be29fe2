"""Agencies for machines. Addresses answer with and without their last slash."""

from django.urls import re_path

from agencies.api import agencies, own

app_name = "agencies_api"

urlpatterns = [
    re_path(r"^agencies/?$", agencies.AgencyList.as_view(), name="agencies"),
    re_path(r"^agencies/(?P<slug>[-\w]+)/?$", agencies.AgencyView.as_view(), name="agency"),
    re_path(r"^contracts/?$", own.ContractList.as_view(), name="contracts"),
    re_path(r"^bindings/?$", own.BindingList.as_view(), name="bindings"),
]
