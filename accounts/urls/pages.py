from django.urls import path, re_path

from accounts.views import docs, factors, grants, health, home, keys, proposals, sessions

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
    path("accounts/second-factor/", factors.second_factor, name="second_factor"),
    path("accounts/2fa/totp/activate/", factors.AddApp.as_view(), name="app_add"),
    path("accounts/2fa/totp/deactivate/", factors.RemoveApp.as_view(), name="app_remove"),
    path("accounts/2fa/webauthn/add/", factors.AddKey.as_view(), name="security_key_add"),
    path(
        "accounts/2fa/webauthn/keys/<int:pk>/remove/",
        factors.RemoveKey.as_view(),
        name="security_key_remove",
    ),
    path("accounts/2fa/recovery-codes/", factors.Codes.as_view(), name="codes"),
    path("accounts/2fa/recovery-codes/generate/", factors.MakeCodes.as_view(), name="codes_make"),
    path("accounts/sessions/", sessions.session_list, name="sessions"),
    path("accounts/sessions/end/", sessions.session_end, name="session_end"),
    path("accounts/sessions/stay/", sessions.stay, name="stay"),
    path("accounts/people/", grants.grant_list, name="grants"),
    path("accounts/people/new/", grants.grant_give, name="grant_give"),
    path("accounts/people/<int:pk>/", grants.person, name="person"),
    path("accounts/people/<int:pk>/access/", grants.access, name="access"),
    path("accounts/people/<int:pk>/factors/", factors.reset, name="factors_reset"),
    path("accounts/grants/<int:pk>/revoke/", grants.grant_revoke, name="grant_revoke"),
    path("approvals/", proposals.proposal_list, name="approvals"),
    path("approvals/<int:pk>/", proposals.proposal_page, name="approval"),
    path("approvals/<int:pk>/withdraw/", proposals.proposal_withdraw, name="approval_withdraw"),
    path("accounts/keys/", keys.key_list, name="keys"),
    path("accounts/keys/new/", keys.key_issue, name="key_issue"),
    path("accounts/keys/<slug:prefix>/revoke/", keys.key_revoke, name="key_revoke"),
]
