"""What keeps reporters unknown on their pages: nothing kept by caches, nothing told to others, and
what they typed sealed while they are under way."""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse, QueryDict
from django.views.decorators.cache import never_cache

from accounts.values import seal, unseal

View = Callable[..., HttpResponse]


def for_reporters(view: View) -> View:
    """A page that everybody may open and that no cache and no other site hears of.

    Not `no-referrer`: browsers then call the origin of a form "null", which the guard against
    forged forms refuses.
    """

    @wraps(view)
    def quiet(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response.headers["Referrer-Policy"] = "same-origin"
        return response

    guarded: View = login_not_required(never_cache(quiet))
    return guarded


def posted(request: HttpRequest) -> QueryDict | None:
    """What was sent, for a form; an empty form that was sent is one that was sent."""
    return request.POST if request.method == "POST" else None


def remembered(request: HttpRequest, name: str, seconds: int) -> Any:
    """What the session keeps under a name, or None when it is older than that."""
    sealed = request.session.get(name)
    plain = unseal(sealed.encode(), seconds) if sealed else None
    return json.loads(plain) if plain is not None else None


def remember(request: HttpRequest, name: str, value: Any) -> None:
    """Keeps it sealed: sessions lie in the database, and in its copies, for longer than needed."""
    request.session[name] = seal(json.dumps(value, cls=DjangoJSONEncoder)).decode()


def forget(request: HttpRequest, name: str) -> None:
    request.session.pop(name, None)
