"""Addresses. Apps are named by string: configuration imports no app."""

from django.urls import include, path

urlpatterns = [
    # First, because label look-ups are most of the traffic and resolving is a part of their cost.
    path("api/v1/", include("disclosure.urls.api")),
    path("api/v1/", include("reports.urls.api")),
    path("api/v1/", include("agencies.urls.api")),
    path("api/v1/", include("influencers.urls.api")),
    path("api/v1/", include("dashboards.urls.api")),
    path("api/v1/", include("accounts.urls.api")),
    path("", include("disclosure.urls.pages")),
    path("", include("reports.urls.pages")),
    path("", include("agencies.urls.pages")),
    path("", include("influencers.urls.pages")),
    path("", include("dashboards.urls.pages")),
    path("", include("accounts.urls.pages")),
    path("i18n/", include("accounts.urls.language")),
    path("accounts/", include("allauth.urls")),
]

handler400 = "accounts.views.bad_request"
handler403 = "accounts.views.permission_denied"
handler404 = "accounts.views.page_not_found"
handler500 = "accounts.views.server_error"
