"""Pages of the register, of rules and duties."""

from django.urls import path, re_path

from disclosure.views import about, register

app_name = "disclosure"

urlpatterns = [
    path("", register.search, name="search"),
    # An id may hold slashes. The address ends with one that is not the id's; the form without it
    # leads to the same page, so that nobody's link breaks.
    re_path(
        r"^profiles/(?P<platform>[^/]+)/(?P<external_id>.+)/$", register.profile, name="profile"
    ),
    re_path(r"^profiles/(?P<platform>[^/]+)/(?P<external_id>.*[^/])$", register.profile),
    path("p/<uuid:public_id>/", register.by_public_id, name="by_public_id"),
    path("p/<uuid:public_id>/history/", register.profile_history, name="history"),
    path("about/", about.about, name="about"),
    path("developers/", about.developers, name="developers"),
]
