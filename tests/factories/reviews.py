"""Contract reviews for tests, made by the actions that people and the clock use."""

from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from agencies.actions import reviews
from agencies.models import (
    Agency,
    Contract,
    ContractReview,
    ContractReviewItem,
    ReviewReceipt,
)
from journal import actions as journal
from journal.actions.context import PASS, seeing
from journal.models import Event
from journal.values import CLOCK, Actor, ActorKind
from tests.factories.agencies import make_contract


def make_review(
    *,
    due: date | None = None,
    platforms: list[str] | None = None,
    agencies: list[int] | None = None,
    by: Actor = CLOCK,
) -> ContractReview:
    """A review whose contracts are in, and of which everybody was told."""
    with seeing(PASS):
        review = reviews.open_review(
            "Autumn review",
            "秋季自查",
            due or timezone.localdate() + timedelta(days=12),
            platforms or [],
            agencies or [],
            by=by,
        )
        journal.follow_all()
    return review


def asked_by(agency: Agency, role: str = "editor") -> Actor:
    """Somebody who works for the agency."""
    return Actor(ActorKind.USER, id="1", name="Edda", memberships=frozenset({(agency.pk, role)}))


def answer_all(
    review: ContractReview, agency: Agency, answer: str = "unchanged", **details: Any
) -> ReviewReceipt:
    """Answers what the agency has not answered yet, and sends it."""
    with seeing(PASS):
        by = asked_by(agency)
        rows = review.items.filter(agency=agency).unanswered().values_list("pk", flat=True)
        reviews.set_drafts(review, agency, list(rows), answer, by=by, **details)
        return reviews.send(review, agency, by=by)


def close(review: ContractReview) -> None:
    """Lets the time of a review run out, and the clock come by."""
    with seeing(PASS):
        now = timezone.now()
        ContractReview.objects.filter(pk=review.pk).update(due_at=now)
        reviews.close_due(now)
        journal.follow_all()


def drafts() -> dict[str, str]:
    """What waits to be sent, by the reference of the contract."""
    with seeing(PASS):
        rows = ContractReviewItem.objects.values_list("contract__reference", "draft")
        return dict(rows)


def make_contracts(agency: Agency, *references: str) -> list[Contract]:
    """Contracts that run since January without an end."""
    made = [make_contract(agency, date(2026, 1, 1)) for _ in references]
    with seeing(PASS):
        for contract, reference in zip(made, references, strict=True):
            contract.reference = reference
            contract.save()
    return made


def items(review: ContractReview) -> dict[str, int]:
    """Numbers of what a review asks, by the reference of the contract."""
    with seeing(PASS):
        return dict(review.items.values_list("contract__reference", "pk"))


def items_of(review: ContractReview, agency: Agency) -> list[ContractReviewItem]:
    rows = review.items.filter(agency=agency).select_related("contract")
    return list(rows.order_by("pk"))


def happened(verb: str) -> list[Event]:
    return list(Event.objects.filter(verb=verb).order_by("pk"))
