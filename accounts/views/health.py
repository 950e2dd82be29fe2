"""For whoever watches the machine. These addresses step over the page middleware."""

from django.db import Error as DatabaseError
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts import queries


@never_cache
@require_safe
def healthz(_request: HttpRequest) -> JsonResponse:
    """This process answers."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def readyz(_request: HttpRequest) -> JsonResponse:
    """What this process needs, and how far behind the work is; 503 without the database.

    Without the broker requests are still answered: work waits in its rows.
    """
    body = {"broker": queries.broker_answers(), "worker": queries.last_heartbeat()}
    try:
        body |= queries.backlog(timezone.now())
    except DatabaseError:
        return JsonResponse({"status": "unavailable", "database": False, **body}, status=503)
    return JsonResponse({"status": "ready", "database": True, **body})
