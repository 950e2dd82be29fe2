"""Agencies answer: drafts are kept as they are chosen, and count once they are sent."""

from collections import Counter
from collections.abc import Collection
from datetime import date, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.permissions import Verb, may
from accounts.values import LAST_DAY, grouped, new_code
from agencies.actions import answers, contracts
from agencies.models import Agency, Contract, ContractReview, ContractReviewItem, ReviewReceipt
from journal import actions as journal
from journal.values import Actor, Audience

Answer = ContractReviewItem.Answer


class ReviewRefused(ValueError):
    """The answer cannot be taken; `field` names the form field it is about."""

    def __init__(self, text: str, field: str = "") -> None:
        super().__init__(text)
        self.field = field


class NothingToSend(ReviewRefused):
    """No answer waits to be sent."""


@transaction.atomic
def set_drafts(
    review: ContractReview,
    agency: Agency,
    item_ids: Collection[int],
    draft: str,
    *,
    by: Actor,
    last_day: date | None = None,
) -> int:
    """Keeps an answer for these contracts until it is sent; "" takes back what was kept.

    "ended" needs the `last_day`, which must lie within each contract's period and not before one
    of its public bindings begins: others are left as they were, as are contracts that were answered
    already. "amended" is kept by `amend` alone.
    Returns for how many contracts it is kept now. Raises ReviewRefused when the review takes no
    answers any more, and for a last day that the calendar may have no next one for.
    """
    if draft not in ("", Answer.UNCHANGED, Answer.ENDED):
        raise ValueError(f"no draft: {draft}")
    if (draft == Answer.ENDED) != (last_day is not None):
        raise ValueError("a last day goes with contracts that ended, and with no others")
    if last_day is not None and last_day > LAST_DAY:
        raise ReviewRefused(_("This day is too far ahead."), "last_day")
    _must_answer_for(agency, by)
    _hold(review)
    open_items = ContractReviewItem.objects.filter(
        review=review, agency=agency, pk__in=item_ids
    ).unanswered()
    locked = _locked(open_items)
    if last_day is not None:
        locked = _locked(open_items.filter(pk__in=locked).lasting_until(last_day))
    rows = ContractReviewItem.objects.filter(pk__in=locked)
    details = {"last_day": last_day.isoformat()} if last_day else {}
    return rows.update(draft=draft, draft_details=details)


@transaction.atomic
def amend(item: ContractReviewItem, *, by: Actor, **fields: Any) -> Contract:
    """Amends a contract at once and keeps "amended" as its answer, which is still to be sent.

    Raises ReviewRefused when the contract was answered already, when the review takes no answers
    any more, or when nothing would change; ContractRefused as contracts.amend does.
    """
    _must_answer_for(item.agency, by)
    _hold(item.review)
    item = (
        ContractReviewItem.objects.select_related("contract")
        .select_for_update(no_key=True, of=("self",))
        .get(pk=item.pk)
    )
    if item.answer:
        raise ReviewRefused(_("This contract was answered already."))
    before = item.contract.revision
    contract = contracts.amend(item.contract, by=by, **fields)
    if contract.revision == before and item.draft != Answer.AMENDED:
        raise ReviewRefused(_("Nothing was changed: answer “unchanged” instead."))
    item.draft, item.draft_details = Answer.AMENDED, {}
    item.save(update_fields=["draft", "draft_details"])
    return contract


@transaction.atomic
def send(review: ContractReview, agency: Agency, *, by: Actor) -> ReviewReceipt:
    """Sends what is kept: it counts from now on, and the receipt shows it.

    Unchanged and amended contracts are confirmed today, with their confirmed bindings; ended ones
    end on their last day, with theirs. What is not answered yet can be sent later. Sent twice, the
    second one gets the receipt of the first. A draft whose last day no longer lies within its
    contract stays a draft. Raises NothingToSend, or ReviewRefused when the time is over.
    """
    _must_answer_for(agency, by)
    _hold(review)
    mine = ContractReviewItem.objects.filter(review=review, agency=agency)
    locked = _locked(mine.drafted())
    answers.lock(list(mine.filter(pk__in=locked).values_list("contract_id", flat=True)))
    ready: list[Any] = list(mine.filter(pk__in=locked).fitting())
    if not ready:
        return _last_receipt(review, agency)
    now = timezone.now()
    receipt = ReviewReceipt.objects.create(
        review=review,
        agency=agency,
        number=f"CR-{grouped(new_code(12))}",
        sent_by=by.name,
        counts=dict(Counter(item.draft for item in ready)),
    )
    still = [item.contract_id for item in ready if item.draft != Answer.ENDED]
    out_on = {
        item.contract_id: item.last_day + timedelta(days=1)
        for item in ready
        if item.draft == Answer.ENDED
    }
    answers.confirm(still, by=by, at=now)
    answers.end(out_on, by=by)
    mine.filter(pk__in=[item.pk for item in ready]).update(
        answer=F("draft"), answered_at=now, answered_by=by.name, receipt=receipt
    )
    journal.record(
        "review.answered",
        receipt,
        by=by,
        audience=Audience.PARTIES,
        agency_ids=[agency.pk],
        changes={"number": receipt.number, "review": review.pk, **receipt.counts},
    )
    return receipt


def _must_answer_for(agency: Agency, by: Actor) -> None:
    if not may(by, Verb.ANSWER_REVIEWS, agency=agency.pk):
        raise PermissionError("only those who work on an agency's contracts answer for them")


def _hold(review: ContractReview) -> None:
    """Keeps the review from closing before this is done, or learns that its time is over."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT status FROM agencies_contractreview WHERE id = %s FOR SHARE", [review.pk]
        )
        (review.status,) = cursor.fetchone()
    if not review.takes_answers(timezone.now()):
        raise ReviewRefused(_("This review is over: it takes no answers any more."))


def _locked(items: Any) -> list[int]:
    """Their ids, locked in id order, without those that somebody else has answered meanwhile."""
    rows = items.order_by("pk").select_for_update(no_key=True, of=("self",))
    return list(rows.values_list("pk", flat=True))


def _last_receipt(review: ContractReview, agency: Agency) -> ReviewReceipt:
    """For whoever sends twice."""
    receipt = ReviewReceipt.objects.filter(review=review, agency=agency).order_by("-pk").first()
    if receipt is None:
        raise NothingToSend(_("No answer is ready to be sent."))
    return receipt
