"""GET /api/v1/coverage: how much of the register is disclosed, for everybody."""

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from dashboards.filters import CoverageFilter
from dashboards.models import Tally
from dashboards.queries import coverage


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
