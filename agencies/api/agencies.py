"""GET /api/v1/agencies: which agencies there are."""

from typing import Any

from django.db.models import Prefetch
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.generics import GenericAPIView, ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from agencies.filters.agencies import AgencyFilter
from agencies.models import Admission, Agency
from agencies.queries.roster import with_accounts
from agencies.serializers import AgencySerializer


class _Agencies(GenericAPIView[Agency]):
    right = None
    serializer_class = AgencySerializer
    queryset = Agency.objects.none()  # for the schema; rows come from get_queryset

    def get_queryset(self) -> Any:
        visible = Agency.objects.visible_to(self.request.actor)  # type: ignore[attr-defined]
        counted = with_accounts(visible, timezone.localdate())
        admitted = Admission.objects.in_force().select_related("platform").order_by("pk")
        return counted.select_related("group", "successor").prefetch_related(
            "names", "predecessors", Prefetch("admissions", admitted, to_attr="admitted")
        )


class AgencyList(_Agencies, ListAPIView[Agency]):
    """All agencies, newest last."""

    filterset_class = AgencyFilter

    @extend_schema(operation_id="agencies", summary="Agencies")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)


class AgencyView(_Agencies, RetrieveAPIView[Agency]):
    """One agency."""

    lookup_field = "slug"

    @extend_schema(operation_id="agency", summary="An agency")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)
