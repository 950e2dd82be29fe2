from django.urls import path, re_path

from accounts.views import docs, grants, health, home, keys

app_name = "accounts"

urlpatterns = [
    re_path(r"^healthz/?$", health.healthz, name="healthz"),
    re_path(r"^readyz/?$", health.readyz, name="readyz"),
    re_path(r"^api/v1/docs/?$", docs.try_api, name="try_api"),
    path("design/", home.design, name="design"),
    path("accounts/", home.home, name="home"),
    path("accounts/me/", home.me, name="me"),
    path("accounts/theme/", home.theme, name="theme"),
    # In front of allauth's page of the same address: the address is the login, operators change it.
    path("accounts/email/", home.email, name="email"),
    path("accounts/people/", grants.grant_list, name="grants"),
    path("accounts/people/new/", grants.grant_give, name="grant_give"),
    path("accounts/people/<int:pk>/", grants.person, name="person"),
    path("accounts/people/<int:pk>/access/", grants.access, name="access"),
    path("accounts/grants/<int:pk>/revoke/", grants.grant_revoke, name="grant_revoke"),
    path("accounts/keys/", keys.key_list, name="keys"),
    path("accounts/keys/new/", keys.key_issue, name="key_issue"),
    path("accounts/keys/<slug:prefix>/revoke/", keys.key_revoke, name="key_revoke"),
]
