"""GET /api/v1/profiles: the register's list, with the filters of its page."""

from typing import Any

from django.urls import reverse
from django_filters.utils import translate_validation
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from disclosure.filters.profiles import ProfileFilter
from disclosure.queries import register
from disclosure.serializers.profiles import ProfileSerializer
from influencers.models import Profile


class ProfileList(ListAPIView[Profile]):
    """Public accounts, the biggest tier first. Those of minors are in no list."""

    right = None
    serializer_class = ProfileSerializer
    filterset_class = ProfileFilter
    queryset = Profile.objects.none()  # for the schema; rows come from get_queryset
    keys = register.ORDER

    @extend_schema(operation_id="profiles", summary="Accounts of the register")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> Any:
        return register.listed()

    def filter_queryset(self, queryset: Any) -> Any:
        self.known: list[Any] = list(register.platforms(self.request.actor))  # type: ignore[attr-defined]
        chosen = ProfileFilter(
            self.request.query_params, queryset, request=self.request, known=self.known
        )
        if not chosen.is_valid():
            raise translate_validation(chosen.errors)
        return chosen.qs

    def get_serializer_context(self) -> dict[str, Any]:
        known = getattr(self, "known", [])
        return {
            **super().get_serializer_context(),
            "floors": {platform.pk: platform.floors for platform in known},
            "address": self.address,
        }

    def address(self, profile: Profile) -> str:
        name = [profile.platform.code, profile.external_id]
        return self.request.build_absolute_uri(reverse("disclosure:profile", args=name))
