"""Errors of the API in one form: application/problem+json (RFC 9457)."""

import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.core.exceptions import ValidationError as DjangoValidationError
from django.http import Http404, HttpRequest, JsonResponse
from rest_framework import exceptions
from rest_framework.fields import get_error_detail

from journal.values import request_id

MEDIA_TYPE = "application/problem+json"
# Addresses of programs: they step over the page middleware, take no session cookie, show no page.
DIRECT = re.compile(r"/(api/(?!v1/docs/?$)|(healthz|readyz|metrics)/?$)")


def problem(error: Exception, context: dict[str, Any]) -> JsonResponse | None:
    """DRF's exception handler. An error that it does not know goes on to the 500 handler.

    Not a Response of DRF: that would be rendered in whatever the client asked for instead.
    """
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    elif isinstance(error, DjangoValidationError):
        error = exceptions.ValidationError(get_error_detail(error))
    elif isinstance(error, SuspiciousOperation):
        error = exceptions.ParseError()
    if not isinstance(error, exceptions.APIException):
        return None
    headers = {}
    if auth := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = auth
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = str(int(wait) + 1)
    body = _body(error.status_code, context["request"].path)
    if isinstance(error, exceptions.ValidationError):
        found = list(_field_errors(error.detail))
        body["code"] = found[0]["code"] if found else "invalid"
        body["detail"] = found[0]["message"] if found else str(error.default_detail)
        body["errors"] = found
    else:
        body["code"] = str(error.get_codes())
        body["detail"] = str(error.detail)
    return JsonResponse(body, status=error.status_code, headers=headers, content_type=MEDIA_TYPE)


def problem_response(request: HttpRequest, status: int, detail: str = "") -> JsonResponse:
    """The same form for what goes wrong outside of an API view."""
    body = _body(status, request.path)
    body["code"] = body["title"].lower().replace(" ", "_").replace("-", "_")
    body["detail"] = detail or body["title"]
    return JsonResponse(body, status=status, content_type=MEDIA_TYPE)


def _body(status: int, path: str) -> dict[str, Any]:
    return {
        "type": "about:blank",  # RFC 9457: the title then is the phrase of the status
        "title": HTTPStatus(status).phrase,
        "status": status,
        "instance": path,
        "request_id": request_id.get(),
    }


def _field_errors(detail: Any, path: str = "") -> Iterator[dict[str, str]]:
    """Nested errors of a serializer as a flat list; a field of a list reads `rows.3.followers`."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            own = "" if name == "non_field_errors" else str(name)
            yield from _field_errors(inner, ".".join(part for part in (path, own) if part))
    elif isinstance(detail, list) and any(isinstance(inner, dict | list) for inner in detail):
        for number, inner in enumerate(detail):
            if inner:
                yield from _field_errors(inner, f"{path}.{number}" if path else str(number))
    elif isinstance(detail, list):
        for inner in detail:
            yield from _field_errors(inner, path)
    else:
        yield {
            "field": path,
            "message": str(detail),
            "code": str(getattr(detail, "code", None) or "invalid"),
        }
