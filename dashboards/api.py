"""GET /api/v1/coverage: how much of the register is disclosed, for everybody; GET /api/v1/journal:
what happened, for keys with the right to read it."""

from collections.abc import Mapping

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.permissions import Right
from accounts.queries import roles_then
from dashboards.filters import CoverageFilter
from dashboards.models import Tally
from dashboards.queries import coverage
from dashboards.queries.journal import Detached, entries
from disclosure.api.changes import Gone
from disclosure.serializers.places import PlaceSerializer
from journal.models import Event
from journal.values import Actor, ActorKind


class CoverageRowSerializer(serializers.Serializer):
    platform = serializers.CharField(help_text="Code of the platform.")
    tier = serializers.IntegerField(
        allow_null=True, help_text="Number of floors held; null where no count is known."
    )
    tier_floor = serializers.IntegerField(
        allow_null=True, help_text="Lowest follower count of the tier."
    )
    profiles = serializers.IntegerField(help_text="Accounts: the sum of the six states.")
    managed = serializers.IntegerField()
    independent = serializers.IntegerField()
    unanswered = serializers.IntegerField(
        help_text="An open duty, and the silence is not public (yet)."
    )
    undisclosed = serializers.IntegerField(help_text="Silence that the label shows.")
    disputed = serializers.IntegerField()
    none = serializers.IntegerField(help_text="Nothing to disclose is known.")
    duties_open = serializers.IntegerField()
    duties_met = serializers.IntegerField()
    duties_overdue = serializers.IntegerField(help_text="Open and past due; part of duties_open.")


class CoverageSerializer(serializers.Serializer):
    as_of = serializers.DateTimeField(allow_null=True, help_text="When the tallies last caught up.")
    results = CoverageRowSerializer(many=True)


class CoverageView(APIView):
    """Accounts by platform, tier and label state."""

    right = None

    @extend_schema(
        operation_id="coverage",
        summary="Coverage per platform and tier",
        parameters=[
            OpenApiParameter("platform", str, many=True, description="Code of a platform."),
            OpenApiParameter("tier_from", int, description="Only tiers from this number on."),
        ],
        responses=CoverageSerializer,
    )
    def get(self, request: Request) -> Response:
        chosen = CoverageFilter(request.query_params, Tally.objects.all())
        if not chosen.is_valid():
            raise serializers.ValidationError(chosen.errors)
        found = coverage(chosen.qs)
        return Response(CoverageSerializer({"as_of": found.as_of, "results": found.rows}).data)


_OF_EVENT = (
    "at",
    "verb",
    "actor_kind",
    "subject_type",
    "subject_id",
    "platform",
    "audience",
    "changes",
)


class EntrySerializer(serializers.Serializer):
    seq = serializers.IntegerField(help_text="Place in the journal.")
    at = serializers.DateTimeField()
    verb = serializers.CharField(help_text="What happened, such as `binding.confirmed`.")
    actor_kind = serializers.CharField()
    actor_id = serializers.CharField(help_text="Of the calling key and of the clock; else empty.")
    actor_name = serializers.CharField(
        help_text="Of somebody who works for the portal the role, such as `moderator`; no names."
    )
    subject_type = serializers.CharField()
    subject_id = serializers.CharField()
    platform = serializers.CharField(help_text="Code of the platform; empty where there is none.")
    audience = serializers.CharField(help_text="public, parties or staff.")
    changes = serializers.JSONField(help_text="Never a personal value.")


class JournalSerializer(serializers.Serializer):
    results = EntrySerializer(many=True)
    next_since = serializers.IntegerField(help_text="Where to go on.")
    more = serializers.BooleanField(help_text="Whether there is more by now.")


def _who(event: Event, reader: Actor, roles: Mapping[int, str]) -> dict[str, str]:
    """Who acted, for a key: platforms are not told the names of people."""
    itself = (event.actor_kind, event.actor_id) == (reader.kind, reader.id)
    if itself or event.actor_kind == ActorKind.CLOCK:
        return {"actor_id": event.actor_id, "actor_name": event.actor_name}
    name = event.actor_name if event.actor_kind == ActorKind.LINK else roles.get(event.pk, "")
    return {"actor_id": "", "actor_name": name}


class JournalView(APIView):
    """The journal in its order, as far as it concerns the key's platform or is public."""

    right = Right.JOURNAL

    @extend_schema(
        operation_id="journal",
        summary="Entries of the journal since a place in it",
        parameters=[PlaceSerializer],
        responses=JournalSerializer,
    )
    def get(self, request: Request) -> Response:
        asked = PlaceSerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        try:
            found = entries(request.actor, **asked.validated_data)  # type: ignore[attr-defined]
        except Detached:
            raise Gone(_("That part of the journal is in the archive.")) from None
        roles = roles_then(event for _seq, event in found.rows)
        rows = [
            {
                "seq": seq,
                **{name: getattr(event, name) for name in _OF_EVENT},
                **_who(event, request.actor, roles),  # type: ignore[attr-defined]
            }
            for seq, event in found.rows
        ]
        body = {"results": rows, "next_since": found.next_since, "more": found.more}
        return Response(JournalSerializer(body).data)
