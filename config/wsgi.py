"""The web entrance: `granian --interface wsgi config.wsgi:application`."""

import os

# Before settings are read: the web runs with statement and lock time-outs, workers without.
os.environ.setdefault("MINGPAI_PROCESS", "web")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from collections.abc import Callable, Sequence
from typing import Any

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from granian.utils.proxies import wrap_wsgi_with_proxy_headers


def behind(application: Callable[..., Any], proxies: Sequence[str]) -> Callable[..., Any]:
    """The application, told the visitor's address by these proxies (addresses or networks) only.

    What anybody else says in X-Forwarded-For is no more than a claim.
    """
    if not proxies:
        return application
    wrapped: Callable[..., Any] = wrap_wsgi_with_proxy_headers(application, list(proxies))
    return wrapped


application = behind(get_wsgi_application(), settings.TRUSTED_PROXIES)
