"""Claims that the account was told of and never answered."""

from datetime import datetime
from typing import Any

from django.db.models import DateTimeField, Field, IntegerField, QuerySet
from django.db.models.expressions import RawSQL

from agencies.models import Binding

# Questions about a claim that the platform says it delivered. Those asked before the agency changed
# it were about another claim.
_DELIVERED = """
    SELECT {} FROM agencies_confirmation c JOIN accounts_notice n ON n.id = c.notice_id
    WHERE c.profile_id = agencies_binding.profile_id AND c.agency_id = agencies_binding.agency_id
      AND agencies_binding.id = ANY (c.binding_ids) AND n.delivered_at IS NOT NULL
      AND c.asked_at >= agencies_binding.known_from
"""
ENOUGH = 2


def _delivered(what: str, kind: Field) -> RawSQL:
    """A figure of those questions; `what` is a text of this module."""
    return RawSQL(_DELIVERED.format(what), (), output_field=kind)  # noqa: S611


def with_deliveries() -> QuerySet[Any]:
    """Claims that wait, each with how often and when last (`told`, `told_last`) the account was
    asked by a message that was delivered."""
    return Binding.objects.filter(status=Binding.Status.CLAIMED).annotate(
        told=_delivered("count(*)", IntegerField()),
        told_last=_delivered("max(n.delivered_at)", DateTimeField()),
    )


def silent(before: datetime) -> QuerySet[Any]:
    """Claims about which the account was told ENOUGH times, the last time before an instant."""
    return with_deliveries().filter(told__gte=ENOUGH, told_last__lt=before)
