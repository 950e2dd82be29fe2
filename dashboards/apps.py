from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import Error, Tags, register


class DashboardsConfig(AppConfig):
    name = "dashboards"


@register(Tags.security, deploy=True)
def demonstration_is_off(**_options: Any) -> list[Error]:
    """Where the portal is for others, nobody may become anybody by one click."""
    if settings.DEMO:
        return [
            Error(
                "DEMO=1 lets a visitor on this machine act as anybody.",
                hint="Unset DEMO: a portal for others has no demonstration.",
                id="demo.E001",
            )
        ]
    return []
