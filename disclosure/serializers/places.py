"""Where in the journal a reader goes on."""

from typing import Any

from rest_framework import serializers


class PlaceSerializer(serializers.Serializer[dict[str, Any]]):
    since = serializers.IntegerField(
        min_value=0,
        max_value=2**63 - 1,
        default=0,
        help_text="`next_since` of the last answer; 0 is the beginning.",
    )
    limit = serializers.IntegerField(
        min_value=1, max_value=1000, default=500, help_text="Places at most."
    )
