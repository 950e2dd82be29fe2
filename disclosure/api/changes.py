"""GET /api/v1/changes: every change of a label, for platforms that keep a copy."""

from django.http import HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.views import APIView

from disclosure.api.shapes import CHANGES
from disclosure.queries import feed
from disclosure.serializers.places import PlaceSerializer

CACHE = "public, no-cache"


class Gone(exceptions.APIException):
    """That part of the journal is in the archive: begin anew from a snapshot."""

    status_code = 410
    default_code = "detached"


class ChangeList(APIView):
    """Changes of labels in the journal's order. Ask again with `next_since` from the answer.

    Each row bears the whole new label, so that applying it twice is harmless. What is not public
    leaves no trace here. 410 means: too long ago, take a snapshot and go on from its place.
    """

    right = None

    @extend_schema(
        operation_id="changes",
        summary="Changes of labels since a place in the journal",
        parameters=[PlaceSerializer],
        responses={200: CHANGES},
    )
    def get(self, request: Request) -> HttpResponse:
        asked = PlaceSerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        try:
            found = feed.changes(**asked.validated_data)
        except feed.Detached as gone:
            message = _("That is too long ago. Take a snapshot; the feed goes back to %(since)d.")
            raise Gone(message % {"since": gone.since}) from None
        more = "true" if found.more else "false"
        body = f'{{"results": {found.body}, "next_since": {found.next_since}, "more": {more}}}'
        response = HttpResponse(body, content_type="application/json")
        response.headers["Cache-Control"] = CACHE
        return response
