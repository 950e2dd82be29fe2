"""What an agency's own programs read and say with its key: contracts and bindings."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import Right
from agencies.actions import bindings
from agencies.filters.bindings import BindingFilter
from agencies.filters.contracts import ContractFilter
from agencies.models import Binding, Contract
from agencies.serializers import BindingSerializer, ClaimSerializer, ContractSerializer

# What a refusal of the action calls a field -> the field of ClaimSerializer.
FIELDS = {"during": "since", "last_day": "until"}


class ContractList(ListAPIView[Contract]):
    """Contracts of the key's agency, in the order in which they were entered."""

    right = Right.CONTRACTS
    serializer_class = ContractSerializer
    filterset_class = ContractFilter
    queryset = Contract.objects.none()  # for the schema; rows come from get_queryset

    @extend_schema(operation_id="contracts", summary="Own contracts")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> Any:
        return Contract.objects.visible_to(self.request.actor)  # type: ignore[attr-defined]


class BindingList(ListAPIView[Binding]):
    """Bindings of the key's agency, in the order in which they were claimed."""

    right = Right.BINDINGS
    serializer_class = BindingSerializer
    filterset_class = BindingFilter
    queryset = Binding.objects.none()  # for the schema; rows come from get_queryset

    @extend_schema(operation_id="bindings", summary="Own bindings")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="bindings_claim",
        summary="Claim an account",
        description="Said twice it is one claim. Nothing is public before the account answers.",
        request=ClaimSerializer,
        responses={201: BindingSerializer},
    )
    def post(self, request: Request) -> Response:
        by = request.actor  # type: ignore[attr-defined]
        mine = Contract.objects.visible_to(by).kept()
        said = ClaimSerializer(data=request.data, context={"contracts": mine})
        said.is_valid(raise_exception=True)
        facts = said.validated_data
        try:
            claim = bindings.claim(facts.pop("contract"), facts.pop("profile"), by=by, **facts)
        except bindings.BindingRefused as refusal:
            field = FIELDS.get(refusal.field, refusal.field)
            raise ValidationError({field or "non_field_errors": [str(refusal)]}) from refusal
        made = self.get_queryset().get(pk=claim.pk)
        return Response(self.get_serializer(made).data, status=status.HTTP_201_CREATED)

    def get_queryset(self) -> Any:
        own = Binding.objects.of(self.request.actor)  # type: ignore[attr-defined]
        return own.select_related("contract", "profile__platform")
