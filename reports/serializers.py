"""What the API says of cases. Nothing of a report but how many there are."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from reports.models import Case, Decision


class DecisionSerializer(serializers.ModelSerializer[Decision]):
    """How a case ended, with its reasons."""

    class Meta:
        model = Decision
        fields = [
            "outcome",
            "act_day",
            "facts",
            "ground",
            "ground_text",
            "explanation",
            "measures",
            "decided_at",
        ]
        read_only_fields = fields


class CaseSerializer(serializers.ModelSerializer[Case]):
    """A case: what it is about, how many reports it gathers, until when it is to be decided."""

    id = serializers.UUIDField(source="public_id", read_only=True)
    number = serializers.CharField(read_only=True)
    opened_on = serializers.DateField(
        read_only=True, help_text="The day (portal's zone) of its first report; no hour is told."
    )
    category = serializers.CharField(source="category.code", read_only=True)
    external_id = serializers.SerializerMethodField(
        help_text="The account's permanent id; empty where the case is about none."
    )
    agency = serializers.SerializerMethodField(
        help_text="Slug of the agency, where the case is about one."
    )
    decision = serializers.SerializerMethodField()

    class Meta:
        model = Case
        fields = [
            "id",
            "number",
            "kind",
            "category",
            "status",
            "platform",
            "external_id",
            "agency",
            "target_text",
            "act_day",
            "priority",
            "report_count",
            "source_count",
            "opened_on",
            "due_at",
            "closed_at",
            "decision",
        ]
        read_only_fields = fields

    def get_external_id(self, case: Case) -> str:
        return case.profile.external_id if case.profile else ""

    def get_agency(self, case: Case) -> str:
        return case.agency.slug if case.agency else ""

    @extend_schema_field(DecisionSerializer(allow_null=True))
    def get_decision(self, case: Case) -> dict[str, Any] | None:
        decision = getattr(case, "decision", None)
        return dict(DecisionSerializer(decision).data) if decision else None
