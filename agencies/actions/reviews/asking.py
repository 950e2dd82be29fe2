"""A review begins and ends: both are runs, because it may ask about every contract there is."""

from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from agencies.models import ContractReview
from journal import actions as journal
from journal.models import Run
from journal.values import CLOCK, Actor, Audience

KIND = "reviews"  # of a run; settings.RUNS


@transaction.atomic
def open_review(
    title_en: str,
    title_zh: str,
    due: date,
    platforms: Collection[str],
    agencies: Collection[int],
    *,
    by: Actor,
    asked_as: UUID | None = None,
) -> ContractReview:
    """Asks agencies to answer for each of their contracts until the end of `due`.

    `platforms` are codes: only contracts with an account there are asked about; empty means all
    contracts. `agencies` are ids; empty means every agency. A run puts the contracts in and tells
    the people of the agencies. `asked_as` is of the form that was sent: the review that it opened
    before is returned, and nobody is asked again. PermissionError beyond the actor's own reach.
    """
    beyond = by.platforms and not set(platforms) <= by.platforms
    if beyond or (by.platforms and not platforms) or by.territories:
        raise PermissionError("a review asks about more than the grant reaches")
    try:
        with transaction.atomic():
            review = ContractReview.objects.create(
                title_en=title_en,
                title_zh=title_zh,
                due=due,
                due_at=timezone.make_aware(datetime.combine(due + timedelta(days=1), time())),
                platforms=sorted(platforms),
                opened_by=by.name,
                asked_as=asked_as,
            )
    except IntegrityError:
        if asked_as is None:
            raise
        return ContractReview.objects.get(asked_as=asked_as)
    journal.record(
        "review.opened",
        review,
        by=by,
        audience=Audience.STAFF,
        changes={"due": due.isoformat(), "platforms": review.platforms, "agencies": len(agencies)},
    )
    about = {"review": review.pk, "step": "open", "agencies": sorted(agencies)}
    journal.ask(KIND, by=by, params=about)
    return review


def close_due(now: datetime) -> int:
    """Asks for the closing of reviews whose time is over. Returns how many were asked for."""
    asked = 0
    for pk in ContractReview.objects.open().filter(due_at__lte=now).values_list("pk", flat=True):
        about = {"review": pk, "step": "close"}
        if not Run.objects.unfinished().filter(kind=KIND, params=about).exists():
            journal.ask(KIND, by=CLOCK, params=about)
            asked += 1
    return asked
