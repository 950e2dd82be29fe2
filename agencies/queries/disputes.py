"""Disputes and unanswered claims, as lists and pages show them."""

from typing import Any

from django.db.models import CharField, Exists, OuterRef, QuerySet
from django.db.models.functions import Cast

from accounts.models import Notice, Proposal
from accounts.permissions import Sensitive
from agencies.models import Binding, Confirmation
from agencies.queries.silence import ENOUGH, with_deliveries
from influencers.models.reach import reached
from journal.values import Actor


def listed(disputes: Any) -> Any:
    """Disputes with what a line of a list shows."""
    return disputes.select_related("profile__platform", "binding__agency", "binding__contract")


def unanswered(actor: Actor) -> QuerySet[Any]:
    """Claims that the account was told of often enough, on the platforms that the actor reaches;
    `proposed` says whether a proposal waits for a second person."""
    waiting = Proposal.objects.open().filter(
        action=Sensitive.ESTABLISH_BINDING,
        subject_type="binding",
        subject_id=Cast(OuterRef("pk"), CharField()),
    )
    claims: QuerySet[Any] = with_deliveries().filter(told__gte=ENOUGH)
    claims = claims.annotate(proposed=Exists(waiting))
    claims = claims.filter(reached(actor))
    return claims.select_related("agency", "profile__platform")


def questions(binding: Binding) -> list[tuple[Confirmation, Notice | None]]:
    """How often the account was asked about a claim, newest first, with the messages.

    Whoever shows them leaves out the text of the messages: it holds the address.
    """
    asked = list(
        Confirmation.objects.filter(
            agency_id=binding.agency_id,
            profile_id=binding.profile_id,
            binding_ids__contains=[binding.pk],
        ).order_by("-pk")
    )
    sent = Notice.objects.defer("body").in_bulk([each.notice_id for each in asked])
    return [(each, sent.get(each.notice_id)) for each in asked]
