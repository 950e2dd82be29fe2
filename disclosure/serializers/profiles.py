"""Accounts of the register for machines."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from disclosure.values import State
from influencers.models import Profile


class TerritorySerializer(serializers.Serializer[dict[str, Any]]):
    code = serializers.CharField(help_text="GB/T 2260 (two digits) or ISO 3166-1 (two letters).")
    seen_on = serializers.DateField(allow_null=True)


class ProfileSerializer(serializers.ModelSerializer[Profile]):
    """An account as the list shows it. Its label, of any day, is at /labels."""

    platform = serializers.CharField(source="platform.code", help_text="Code of the platform.")
    followers_at_least = serializers.BooleanField(
        source="at_least", help_text="The platform published “at least that many”."
    )
    tier = serializers.IntegerField(
        allow_null=True, help_text="Number of floors held; null where no count is published."
    )
    tier_floor = serializers.SerializerMethodField(help_text="Lowest follower count of the tier.")
    ip_territory = serializers.SerializerMethodField(
        help_text="As the platform shows it; the latest one only."
    )
    state = serializers.ChoiceField(
        choices=State.choices,
        help_text="State of the label when the register last looked; see /labels for today's.",
    )
    address = serializers.SerializerMethodField(help_text="The account's page.")

    class Meta:
        model = Profile
        fields = [
            "platform",
            "external_id",
            "provisional",
            "handle",
            "display_name",
            "content_fields",
            "followers",
            "followers_at_least",
            "observed_on",
            "tier",
            "tier_floor",
            "tier_since",
            "ip_territory",
            "status",
            "state",
            "address",
        ]
        read_only_fields = fields
        extra_kwargs = {
            "provisional": {"help_text": "Known by its handle only, which is its external_id."}
        }

    @extend_schema_field({"type": ["integer", "null"]})
    def get_tier_floor(self, profile: Profile) -> int | None:
        floors = self.context["floors"].get(profile.platform_id, [])
        if profile.tier is None or profile.tier > len(floors):
            return None
        return floors[profile.tier - 1] if profile.tier else 0

    @extend_schema_field(TerritorySerializer(allow_null=True))
    def get_ip_territory(self, profile: Profile) -> dict[str, Any] | None:
        if not profile.ip_territory:
            return None
        return {"code": profile.ip_territory, "seen_on": profile.ip_territory_on}

    @extend_schema_field({"type": "string", "format": "uri"})
    def get_address(self, profile: Profile) -> str:
        return str(self.context["address"](profile))
