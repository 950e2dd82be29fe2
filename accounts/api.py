"""Messages for platforms to deliver, and the description of the whole API."""

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actions import notices
from accounts.filters import NoticeFilter
from accounts.models import Notice
from accounts.permissions import Right
from accounts.serializers import MessageSerializer


class _Messages(GenericAPIView[Notice]):
    right = Right.MESSAGES
    serializer_class = MessageSerializer
    queryset = Notice.objects.none()  # for the schema; rows come from get_queryset

    def get_queryset(self) -> Any:
        to_profiles = Notice.objects.filter(recipient_kind=Notice.RecipientKind.PROFILE)
        return to_profiles.visible_to(self.request.actor)


class MessageList(_Messages, ListAPIView[Notice]):
    """Messages to accounts of the key's platform, oldest first."""

    filterset_class = NoticeFilter

    @extend_schema(operation_id="messages_list", summary="Messages to deliver")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)


class MessageDelivered(_Messages):
    """Says that a message reached its account. Saying it again changes nothing."""

    @extend_schema(
        operation_id="messages_delivered", summary="A message was delivered", request=None
    )
    def post(self, request: Request, public_id: str) -> Response:
        notice = get_object_or_404(self.get_queryset(), public_id=public_id)
        notice = notices.acknowledge(notice, by=request.actor)
        notice.refresh_from_db()
        return Response(self.get_serializer(notice).data)


class SchemaView(SpectacularAPIView):
    """This description, as OpenAPI."""

    right = None

    @extend_schema(operation_id="schema", summary="Description of this API", responses={200: dict})
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)


class KeyScheme(OpenApiAuthenticationExtension):
    """How the description speaks of keys."""

    target_class = "accounts.doors.keys.KeyAuthentication"
    name = "key"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "`Api-Key <prefix>.<secret>`",
        }
