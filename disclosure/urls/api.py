"""The register for machines. Every address answers with and without its last slash."""

from django.urls import re_path

from disclosure.api import changes, labels, profiles, rules

app_name = "disclosure_api"

urlpatterns = [
    # First: most of the traffic. An id may hold slashes; the last one is the address's.
    re_path(r"^labels/lookup/?$", labels.LookupView.as_view(), name="labels_lookup"),
    re_path(
        r"^labels/(?P<platform>[^/]+)/(?P<external_id>.+?)/?$",
        labels.LabelView.as_view(),
        name="label",
    ),
    re_path(r"^labels/?$", labels.LabelByQueryView.as_view(), name="label_by_query"),
    re_path(r"^changes/?$", changes.ChangeList.as_view(), name="changes"),
    re_path(r"^profiles/?$", profiles.ProfileList.as_view(), name="profiles"),
    re_path(r"^rules/?$", rules.RuleList.as_view(), name="rules"),
]
