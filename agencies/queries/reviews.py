"""Contract reviews in figures: how far each agency is, and what a new one would ask."""

from collections.abc import Collection
from datetime import date
from typing import Any

from django.db.models import Count, Exists, Max, OuterRef, QuerySet, Subquery

from agencies.models import (
    Agency,
    Binding,
    Contract,
    ContractReview,
    ContractReviewItem,
    ReviewReceipt,
)
from agencies.models.reviews import ContractReviewItemQuerySet, counted
from agencies.queries.contracts import OVER, not_over
from journal.models import Run
from journal.values import Actor


def items_of(review: ContractReview, agency: Agency) -> ContractReviewItemQuerySet:
    """What a review asks of an agency, without contracts that were taken back since."""
    return ContractReviewItem.objects.asked().filter(review=review, agency=agency)


def asks_about(
    day: date, platforms: Collection[str], agencies: Collection[int]
) -> QuerySet[Contract, Any]:
    """The contracts that a review opened on `day` (portal's zone) asks about: those that are not
    over, of these agencies (ids; empty: all), with an account on one of these platforms (codes;
    empty: with or without one)."""
    contracts = Contract.objects.kept().filter(not_over(day))
    if agencies:
        contracts = contracts.filter(agency_id__in=agencies)
    if platforms:
        held = Binding.objects.filter(not_over(day), contract=OuterRef("pk")).exclude(
            status__in=OVER
        )
        contracts = contracts.filter(Exists(held.filter(profile__platform__code__in=platforms)))
    return contracts


def extent(contracts: QuerySet[Contract, Any]) -> dict[str, int]:
    """How many `contracts` there are, of how many `agencies`. One query."""
    found: dict[str, int] = contracts.aggregate(
        contracts=Count("pk"), agencies=Count("agency", distinct=True)
    )
    return found


def agencies_in(review: ContractReview, actor: Actor) -> QuerySet[Agency, Any]:
    """The agencies that a review asks about contracts that the actor sees, each with `asked`,
    `answered` and `sent_at` (the last time that it sent answers)."""
    seen = ContractReviewItem.objects.visible_to(actor).asked()
    mine = seen.filter(review=review, agency=OuterRef("pk"))
    receipts = ReviewReceipt.objects.filter(review=review, agency=OuterRef("pk")).order_by()
    last = receipts.values("agency").annotate(last=Max("sent_at")).values("last")
    return Agency.objects.filter(Exists(mine)).annotate(
        asked=counted(mine, "agency"),
        answered=counted(mine.answered(), "agency"),
        sent_at=Subquery(last),
    )


def unfinished_in(agencies: QuerySet[Agency, Any], review: ContractReview) -> QuerySet[Agency, Any]:
    """Those that have not answered for every contract."""
    silent = ContractReviewItem.objects.asked().unanswered()
    return agencies.filter(Exists(silent.filter(review=review, agency=OuterRef("pk"))))


def is_being_filled(review: ContractReview) -> bool:
    """Whether a run is still putting contracts in."""
    return Run.objects.unfinished().filter(kind="reviews", params__review=review.pk).exists()
