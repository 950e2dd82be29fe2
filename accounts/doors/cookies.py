"""Cookies of the portal's own: one prefix for all where it is secure."""

from typing import Any

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.messages.storage.session import SessionStorage
from django.http import HttpResponseBase


def cookie_name(name: str) -> str:
    """What a cookie is called in this installation: `__Host-name` where it is reached by https."""
    return f"{settings.COOKIE_PREFIX}{name}"


def keep_cookie(response: HttpResponseBase, name: str, value: str, seconds: int) -> None:
    """For this host only, out of the reach of scripts, not sent along by other sites."""
    response.set_cookie(  # type: ignore[attr-defined]
        cookie_name(name),
        value,
        max_age=seconds,
        samesite="Lax",
        secure=settings.SECURE,
        httponly=True,
    )


def drop_cookie(response: HttpResponseBase, name: str) -> None:
    response.delete_cookie(cookie_name(name), samesite="Lax")  # type: ignore[attr-defined]


class _CookieMessages(CookieStorage):
    cookie_name = f"{settings.COOKIE_PREFIX}messages"


class Messages(FallbackStorage):
    """Django's storage of messages, in a cookie of this portal's name."""

    storage_classes: Any = (_CookieMessages, SessionStorage)
