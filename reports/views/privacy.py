"""What keeps reporters unknown on their pages: nothing kept by caches, nothing told to others, and
what they typed kept apart from who they are, sealed, and only while they are under way.

A session would say whose it is: somebody may be signed in. So these pages have a cookie of their
own, for their own addresses; what belongs to it lies in the cache, which forgets by itself.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from redis.exceptions import RedisError

from accounts.values import hashed, new_token, seal, unseal

View = Callable[..., HttpResponse]

COOKIE = "__Secure-report" if settings.SECURE else "report"  # not __Host-: for these pages only
DRAFT, SENT, TRACKED = NAMES = ("draft", "sent", "tracked")
AN_HOUR = 3600


class StoreAway(Exception):
    """What somebody types cannot be kept from one page to the next now."""


def for_reporters(view: View) -> View:
    """A page that everybody may open and that no cache and no other site hears of.

    Not `no-referrer`: browsers then call the origin of a form "null", which the guard against
    forged forms refuses.
    """

    @wraps(view)
    def quiet(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            response = view(request, *args, **kwargs)
        except StoreAway:
            response = render(request, "reports/away.html", status=503)
        response.headers["Referrer-Policy"] = "same-origin"
        _hand_over(request, response)
        return response

    guarded: View = login_not_required(never_cache(quiet))
    guarded.door = "reporters"  # type: ignore[attr-defined]  # for the table of who may do what
    return guarded


def posted(request: HttpRequest) -> QueryDict | None:
    """What was sent, for a form; an empty form that was sent is one that was sent."""
    return request.POST if request.method == "POST" else None


def remembered(request: HttpRequest, name: str, seconds: int) -> Any:
    """What is kept under a name of NAMES, or None when it is older than that.

    Raises StoreAway.
    """
    if not (key := _key(request)):
        return None
    with _in_store():
        sealed = cache.get(_place(key, name))
    plain = unseal(sealed, seconds) if sealed else None
    return json.loads(plain) if plain is not None else None


def remember(request: HttpRequest, name: str, value: Any, seconds: int) -> None:
    """Keeps it for so long, sealed: the store may be copied. Raises StoreAway."""
    key = _key(request) or new_token()
    sealed = seal(json.dumps(value, cls=DjangoJSONEncoder))
    with _in_store():
        cache.set(_place(key, name), sealed, seconds)
    request.reporter_key = key  # type: ignore[attr-defined]


def forget(request: HttpRequest, *names: str) -> None:
    """Without a name: everything, and the cookie. Raises StoreAway."""
    if key := _key(request):
        with _in_store():
            cache.delete_many([_place(key, name) for name in names or NAMES])
        if not names:
            request.reporter_key = ""  # type: ignore[attr-defined]


def _key(request: HttpRequest) -> str:
    said = getattr(request, "reporter_key", None)
    return str(request.COOKIES.get(COOKIE, "") if said is None else said)


def _place(key: str, name: str) -> str:
    return f"reporter:{hashed(key)}:{name}"


def _hand_over(request: HttpRequest, response: HttpResponse) -> None:
    """Gives the browser its key, or takes it away."""
    key, pages = getattr(request, "reporter_key", None), reverse("reports:report")
    if key:
        response.set_cookie(
            COOKIE,
            key,
            max_age=AN_HOUR,
            path=pages,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Strict",
        )
    elif key == "":
        response.delete_cookie(COOKIE, path=pages, samesite="Strict")


@contextmanager
def _in_store() -> Iterator[None]:
    try:
        yield
    except (RedisError, OSError) as problem:
        raise StoreAway from problem
