"""GET /api/v1/cases: the cases of a key's platform."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import Right
from reports.filters import CaseFilter
from reports.models import Case
from reports.serializers import CaseSerializer


class CaseList(ListAPIView[Case]):
    """Cases of the key's platform, oldest first. No report and no reporter is in here."""

    right = Right.CASES
    serializer_class = CaseSerializer
    filterset_class = CaseFilter
    queryset = Case.objects.none()  # for the schema; rows come from get_queryset
    keys = ("pk",)

    @extend_schema(operation_id="cases", summary="Cases of a platform")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> Any:
        visible = Case.objects.visible_to(self.request.actor)  # type: ignore[attr-defined]
        return visible.select_related("category", "profile", "agency", "decision")
