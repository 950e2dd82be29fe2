"""Rules for machines."""

from rest_framework import serializers

from disclosure.models import Rule


class RuleSerializer(serializers.ModelSerializer[Rule]):
    """A rule that is, or was, applied here. `basis` says whether it is law."""

    class Meta:
        model = Rule
        fields = [
            "code",
            "status",
            "basis",
            "basis_text",
            "basis_url",
            "name_en",
            "name_zh",
            "text_en",
            "text_zh",
            "platforms",
            "min_followers",
            "content_fields",
            "account_kind",
            "grace_days",
            "notice_days",
            "live_from",
            "retired_on",
        ]
        read_only_fields = fields
        extra_kwargs = {
            "platforms": {"help_text": "Codes; an empty list means every platform."},
            "content_fields": {"help_text": "An empty list means every field."},
            "grace_days": {"help_text": "Days to answer, from the day the duty opened."},
            "notice_days": {
                "help_text": "Silence is never public earlier than this after a delivered notice."
            },
        }
