"""GET /api/v1/rules: what accounts are asked, and by which right."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from disclosure.filters.rules import RuleFilter
from disclosure.models import Rule
from disclosure.serializers.rules import RuleSerializer


class RuleList(ListAPIView[Rule]):
    """Rules that are, or were, applied here, the highest threshold first."""

    right = None
    serializer_class = RuleSerializer
    filterset_class = RuleFilter
    queryset = Rule.objects.none()  # for the schema; rows come from get_queryset
    keys = ("-min_followers", "pk")

    @extend_schema(operation_id="rules", summary="Disclosure rules")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> Any:
        return Rule.objects.visible_to(self.request.actor)  # type: ignore[attr-defined]
