"""Observations. Addresses answer with and without their last slash."""

from django.urls import re_path

from influencers.api import observations

app_name = "influencers_api"

BATCH = r"^observations/(?P<public_id>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"

urlpatterns = [
    re_path(r"^observations/?$", observations.ObservationPush.as_view(), name="observations"),
    re_path(BATCH + r"/?$", observations.ObservationBatch.as_view(), name="observation_batch"),
    re_path(
        BATCH + r"/problems/?$",
        observations.ObservationProblems.as_view(),
        name="observation_problems",
    ),
]
