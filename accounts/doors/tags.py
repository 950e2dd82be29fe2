"""Answers that need not be sent again."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag


def tagged(request: HttpRequest, version: str, build: Callable[[], HttpResponse]) -> HttpResponse:
    """304 where the client already holds `version`; otherwise what `build` makes, tagged with it.

    `build` is not called for a 304, so a view that knows a version cheaply saves the rest.
    """
    etag = quote_etag(version)
    response = get_conditional_response(request, etag=etag)
    if response is None:
        response = build()
    response.headers["ETag"] = etag
    return response
