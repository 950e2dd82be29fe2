"""Labels for platforms: one account, or up to a thousand, today or on a past day.

Anonymous, and read more often than everything else together. So these views step over what REST
framework does around a view (it costs more than the look-up itself), ask one prepared statement
that returns finished JSON, and tell a client that holds the label already so by a cheaper one.
"""

import hashlib
import json
from collections.abc import Callable
from datetime import date, datetime
from functools import wraps
from typing import Any, TypeGuard, TypeVar

from django.core.exceptions import RequestDataTooBig, ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import exceptions
from rest_framework.fields import get_error_detail
from rest_framework.views import APIView

from accounts.doors import problem, tagged
from disclosure.api.shapes import CLOCKS, LABEL, LOOKUP, LOOKUP_ANSWER, NAMES
from disclosure.queries import labels
from disclosure.queries.labels import Ask
from disclosure.serializers.clocks import read_known_at, read_on

T = TypeVar("T")
MOST = 1000
# May be kept by anybody, but is asked for again each time: a label must be able to go at once.
CACHE = "public, no-cache"


class _Direct(APIView):
    """A view without a key, a parser or a negotiation. What it raises becomes a problem."""

    right = None

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Any:
        described = super().as_view(**initkwargs)  # carries what the description of the API needs

        @csrf_exempt
        @wraps(described)
        def direct(request: HttpRequest, **names: str) -> HttpResponse:
            method = "get" if request.method == "HEAD" else (request.method or "").lower()
            try:
                handler: Callable[..., HttpResponse] | None = getattr(cls, method, None)
                if handler is None or method not in ("get", "post"):
                    raise exceptions.MethodNotAllowed(request.method or "")
                return handler(cls(**initkwargs), request, **names)
            except exceptions.MethodNotAllowed as error:
                refusal = _refusal(error, request)
                refusal.headers["Allow"] = "GET, HEAD" if hasattr(cls, "get") else "POST"
                return refusal
            except exceptions.APIException as error:
                return _refusal(error, request)

        return direct


class LabelView(_Direct):
    """The label of one account, by its place in the address."""

    @extend_schema(
        operation_id="label",
        summary="The label of an account",
        parameters=[
            OpenApiParameter("platform", str, "path"),
            OpenApiParameter("external_id", str, "path"),
            *CLOCKS,
        ],
        responses={200: LABEL},
    )
    def get(self, request: HttpRequest, platform: str, external_id: str) -> HttpResponse:
        return _label(request, Ask(platform, external_id))


class LabelByQueryView(_Direct):
    """The same for ids that a client would rather not put into a path."""

    @extend_schema(
        operation_id="label_by_query",
        summary="The label of an account, named in the query",
        parameters=[*NAMES, *CLOCKS],
        responses={200: LABEL},
    )
    def get(self, request: HttpRequest) -> HttpResponse:
        names = {name: request.GET.get(name, "") for name in ("platform", "external_id")}
        missing = {
            name: [exceptions.ErrorDetail(_("This is needed."), "required")]
            for name, value in names.items()
            if not value
        }
        if missing:
            raise exceptions.ValidationError(missing)
        return _label(request, Ask(**names))


class LookupView(_Direct):
    """Labels of up to 1,000 accounts, in the order asked."""

    @extend_schema(
        operation_id="labels_lookup",
        summary="Labels of many accounts",
        request={"application/json": LOOKUP},
        responses={200: LOOKUP_ANSWER},
    )
    def post(self, request: HttpRequest) -> HttpResponse:
        asked = _body(request)
        on, known_at = _clocks(asked)
        found = labels.find_many(_asks(asked.get("accounts")), on=on, known_at=known_at)
        return HttpResponse('{"labels": ' + found + "}", content_type="application/json")


def _label(request: HttpRequest, ask: Ask) -> HttpResponse:
    on, known_at = _clocks(request.GET)
    of_today = known_at is None and (on is None or on == labels.today(ask.platform))
    if of_today and "If-None-Match" in request.headers:
        stamp = labels.version_of(ask)
        if stamp is None:
            raise exceptions.NotFound
        etag = quote_etag("{}-{}".format(*stamp))
        unchanged = get_conditional_response(request, etag=etag)
        if unchanged is not None:
            unchanged.headers["ETag"] = etag
            unchanged.headers["Cache-Control"] = CACHE
            return unchanged
    found = labels.find(ask, on=on, known_at=known_at)
    if found is None:
        # Nobody of that name, or nobody the public may know of: one and the same answer.
        raise exceptions.NotFound
    version = f"{found.day}-{found.version}" if of_today else _hash(found.body)
    response = tagged(
        request, version, lambda: HttpResponse(found.body, content_type="application/json")
    )
    response.headers["Cache-Control"] = CACHE
    return response


def _hash(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()[:32]


def _clocks(asked: Any) -> tuple[date | None, datetime | None]:
    """`on` and `known_at` as asked for. Raises ValidationError; its code says what is wrong."""
    return _read("on", read_on, asked), _read("known_at", read_known_at, asked)


def _read(field: str, reader: Callable[[Any], T], asked: Any) -> T | None:
    try:
        return reader(asked[field]) if asked.get(field) else None
    except ValidationError as error:
        raise exceptions.ValidationError({field: get_error_detail(error)}) from error


def _body(request: HttpRequest) -> dict[str, Any]:
    if request.content_type != "application/json":
        raise exceptions.UnsupportedMediaType(request.content_type or "")
    try:
        asked = json.loads(request.body)
    except RequestDataTooBig:
        raise _wrong("accounts", "too_large", _("This is more than is taken at once.")) from None
    except (ValueError, RecursionError):
        raise exceptions.ParseError(_("This is not JSON.")) from None
    if not isinstance(asked, dict):
        raise exceptions.ParseError(_("A JSON object is expected."))
    return asked


def _asks(accounts: Any) -> list[Ask]:
    if not isinstance(accounts, list):
        raise _wrong("accounts", "required", _("A list of accounts is needed."))
    if len(accounts) > MOST:
        message = _("At most %(most)d accounts at once.") % {"most": MOST}
        raise _wrong("accounts", "too_many", message)
    asks = []
    for number, account in enumerate(accounts):
        names = account if isinstance(account, dict) else {}
        platform, external_id = names.get("platform"), names.get("external_id")
        if not (_is_name(platform) and _is_name(external_id)):
            message = _("Each account has a platform and an external_id, both text.")
            raise _wrong(f"accounts.{number}", "invalid", message)
        asks.append(Ask(platform, external_id))
    return asks


def _is_name(value: Any) -> TypeGuard[str]:
    """Text that can be written back: not empty, no NUL, no half of a surrogate pair."""
    if not isinstance(value, str) or not value or "\0" in value:
        return False
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _wrong(field: str, code: str, message: str) -> exceptions.ValidationError:
    return exceptions.ValidationError({field: [exceptions.ErrorDetail(message, code)]})


def _refusal(error: exceptions.APIException, request: HttpRequest) -> HttpResponse:
    """The problem; of a field that is wrong it bears the code, such as `too_recent`."""
    response = problem(error, {"request": request})
    assert response is not None  # every APIException is one that it knows
    body = json.loads(response.content)
    if body.get("errors"):
        body["code"] = body["errors"][0]["code"]
        response.content = json.dumps(body).encode()
    if error.status_code == 404:
        response.headers["Cache-Control"] = CACHE
    return response
