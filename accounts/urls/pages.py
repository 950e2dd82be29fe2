from django.urls import path, re_path

from accounts.views import health, home

app_name = "accounts"

urlpatterns = [
    re_path(r"^healthz/?$", health.healthz, name="healthz"),
    re_path(r"^readyz/?$", health.readyz, name="readyz"),
    path("accounts/", home.home, name="home"),
    path("accounts/me/", home.me, name="me"),
    path("accounts/theme/", home.theme, name="theme"),
    path("design/", home.design, name="design"),
]
