"""What a label look-up is compared with: views behind the same middleware that do next to nothing.

They stand before the portal's own addresses: what is compared with them is resolved later.
"""

import json

import psycopg
from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import path

from config.urls import handler400, handler403, handler404, handler500
from config.urls import urlpatterns as portal

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

ROW = b"""
SELECT platform_id, external_id, handle, display_name, followers, tier
FROM influencers_profile WHERE id = %(id)s
"""


def empty(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("{}", content_type="application/json")


def row(_request: HttpRequest, pk: int) -> HttpResponse:
    """One row by primary key, prepared like the label's statement."""
    connection.ensure_connection()
    with psycopg.Cursor(connection.connection) as cursor:
        found = cursor.execute(ROW, {"id": pk}, prepare=True).fetchone()
    return HttpResponse(json.dumps(found), content_type="application/json")


@login_not_required
def page(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("<!doctype html><title>Nothing</title>")


urlpatterns = [
    path("api/v1/bench/empty", empty),
    path("api/v1/bench/row/<int:pk>", row),
    path("bench/page", page),
    *portal,
]
