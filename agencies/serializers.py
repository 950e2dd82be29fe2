"""Agencies, contracts and bindings for machines."""

from datetime import timedelta
from typing import Any, TypeVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext as _
from rest_framework import serializers

from accounts.values import FIRST_DAY, LAST_DAY
from agencies.models import (
    ALL_LINES,
    WORLD,
    Agency,
    Binding,
    BusinessLine,
    Contract,
    ContractTerritory,
)
from agencies.queries.scopes import Scopes, parts_of
from influencers.models import Profile

M = TypeVar("M", bound=models.Model)


class PeriodSerializer(serializers.Serializer[Any]):
    """Half-open: `until` is the first day that is out, null without an end."""

    since = serializers.DateField(source="during.lower")
    until = serializers.DateField(source="during.upper", allow_null=True, required=False)


class AgencyNameSerializer(PeriodSerializer):
    name_en = serializers.CharField()
    name_zh = serializers.CharField()


class GroupSerializer(serializers.Serializer[Any]):
    slug = serializers.CharField()
    name_en = serializers.CharField()
    name_zh = serializers.CharField()


class AdmissionSerializer(serializers.Serializer[Any]):
    """A platform that has admitted the agency."""

    platform = serializers.CharField(source="platform.code")
    since = serializers.DateField()


class AgencySerializer(serializers.ModelSerializer[Agency]):
    """What is public of an agency. `names` are dated; a rename keeps the credit code."""

    group = GroupSerializer(read_only=True, allow_null=True)
    names = AgencyNameSerializer(many=True, read_only=True)
    accounts = serializers.IntegerField(
        read_only=True, help_text="Public accounts that it manages today."
    )
    admissions = AdmissionSerializer(
        many=True, read_only=True, source="admitted", help_text="Platforms that admit it now."
    )
    ended_on = serializers.DateField(
        read_only=True, allow_null=True, help_text="The first day on which it is no more."
    )
    successor = serializers.SlugRelatedField(  # type: ignore[var-annotated]
        slug_field="slug", read_only=True, allow_null=True, help_text="Into which it was merged."
    )
    predecessors = serializers.SlugRelatedField(  # type: ignore[var-annotated]
        slug_field="slug", read_only=True, many=True, help_text="Those merged into it."
    )

    class Meta:
        model = Agency
        fields = [
            *("slug", "credit_code", "name_en", "name_zh", "names", "group", "accounts"),
            *("admissions", "ending", "ended_on", "successor", "predecessors"),
        ]
        read_only_fields = fields


class ContractSerializer(serializers.ModelSerializer[Contract]):
    """A contract of the key's agency."""

    since = serializers.DateField(source="during.lower", read_only=True)
    until = serializers.DateField(source="during.upper", read_only=True, allow_null=True)

    class Meta:
        model = Contract
        fields = [
            "reference",
            "party",
            "kind",
            "services",
            "signed_on",
            "since",
            "until",
            "renewal",
            "status",
            "revision",
            "last_confirmed_on",
            "unconfirmed_since",
        ]
        read_only_fields = fields


class BindingSerializer(serializers.ModelSerializer[Binding]):
    """A binding of the key's agency. No `lines` are all of them, no `territory` is the world."""

    contract = serializers.CharField(source="contract.reference", read_only=True)
    platform = serializers.CharField(source="profile.platform.code", read_only=True)
    external_id = serializers.CharField(source="profile.external_id", read_only=True)
    handle = serializers.CharField(source="profile.handle", read_only=True)
    since = serializers.DateField(source="during.lower", read_only=True)
    until = serializers.DateField(source="during.upper", read_only=True, allow_null=True)
    lines = serializers.SerializerMethodField()
    territory = serializers.SerializerMethodField()

    class Meta:
        model = Binding
        fields = [
            "id",
            "contract",
            "platform",
            "external_id",
            "handle",
            "since",
            "until",
            "lines",
            "territory",
            "exclusive",
            "status",
            "basis",
            "confirmed_on",
            "last_confirmed_on",
        ]
        read_only_fields = fields

    def get_lines(self, binding: Binding) -> list[str]:
        if binding.lines == ALL_LINES:
            return []
        return [line.code for line in self._scopes().lines_of(binding.lines)]

    def get_territory(self, binding: Binding) -> list[str]:
        if binding.territory == WORLD:
            return []
        return [place.code for place in self._scopes().places_of(binding.territory)]

    def _scopes(self) -> Scopes:
        """Both tables, read once for a list."""
        kept: Any = self.context
        if "scopes" not in kept:
            kept["scopes"] = Scopes.known()
        known: Scopes = kept["scopes"]
        return known


class CodeField(serializers.SlugRelatedField[M]):
    """A row by its code. Text that the database cannot hold names none: NUL, half a character."""

    def to_internal_value(self, data: Any) -> M:
        return super().to_internal_value(serializers.CharField().run_validation(data))


class ClaimSerializer(serializers.Serializer[Any]):
    """A claim: that a contract of the key's agency covers an account."""

    contract = CodeField[Contract](
        slug_field="reference", queryset=Contract.objects.none(), help_text="Its reference."
    )
    platform = serializers.CharField(max_length=30)
    external_id = serializers.CharField(max_length=200)
    since = serializers.DateField(
        validators=[MinValueValidator(FIRST_DAY), MaxValueValidator(LAST_DAY)]
    )
    until = serializers.DateField(
        validators=[MaxValueValidator(LAST_DAY + timedelta(days=1))],
        allow_null=True,
        default=None,
        help_text="First day that is out; null: as the contract.",
    )
    lines = CodeField[BusinessLine](
        slug_field="code", queryset=BusinessLine.objects.all(), many=True, required=False
    )
    territory = CodeField[ContractTerritory](
        slug_field="code", queryset=ContractTerritory.objects.all(), many=True, required=False
    )
    exclusive = serializers.BooleanField(default=True)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        contract: Any = self.fields["contract"]
        contract.queryset = self.context.get("contracts", Contract.objects.none())

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """What the action takes, under the action's names."""
        profile = Profile.objects.named(attrs["platform"], attrs["external_id"]).first()
        if profile is None:
            raise serializers.ValidationError({"external_id": [_("No account is known so.")]})
        until = attrs["until"] or attrs["contract"].during.upper
        if until is not None and until <= attrs["since"]:
            raise serializers.ValidationError({"until": [_("This lies before the first day.")]})
        return {
            "contract": attrs["contract"],
            "profile": profile,
            "during": DateRange(attrs["since"], until),
            "exclusive": attrs["exclusive"],
            **parts_of(attrs.get("lines", ()), attrs.get("territory", ())),
        }
