from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import Error, Tags, register

LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class DashboardsConfig(AppConfig):
    name = "dashboards"


@register(Tags.security, deploy=True)
def demonstration_is_off(**_options: Any) -> list[Error]:
    """Where the portal is for others, nobody may become anybody by one click."""
    if settings.DEMO and urlsplit(settings.PUBLIC_URL).hostname not in LOOPBACK:
        hint = "Unset DEMO, or leave PUBLIC_URL at a loopback address."
        return [Error("DEMO=1 lets every visitor act as an operator.", hint=hint, id="demo.E001")]
    return []
