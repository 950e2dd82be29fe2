"""Contract reviews at the desk of an agency: answering contract by contract, sending, receipts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import Count, Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.doors import keyset
from accounts.permissions import Verb, may
from agencies.actions import reviews
from agencies.filters.reviews import AnswerState, ReviewItemFilter
from agencies.forms.contracts import ContractForm, LastDayForm, contract_now
from agencies.forms.reviews import BatchForm
from agencies.models import Agency, Contract, ContractReview, ContractReviewItem, ReviewReceipt
from agencies.models.reviews import ContractReviewItemQuerySet
from agencies.queries.contracts import with_bindings
from agencies.queries.reviews import items_of
from agencies.views.contracts import as_it_stands, done
from agencies.views.desk import at_desk
from agencies.views.words import ContractRow, contract_rows
from journal.values import Actor

SHOWN = 10  # of the contracts that an answer for many is about


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a review: a contract and what is said of it."""

    item: ContractReviewItem
    said: ContractRow

    @property
    def last_day(self) -> date | None:
        """On which the contract ended, where that is the answer."""
        day = self.item.draft_details.get("last_day")
        return date.fromisoformat(day) if day else None


@at_desk(Verb.SEE_CONTRACTS)
@require_safe
def review_list(request: HttpRequest, agency: Agency) -> HttpResponse:
    """What the agency was asked, newest first."""
    asked = ContractReview.objects.of([agency.pk]).with_progress([agency.pk])
    context = {
        "agency": agency,
        "page": keyset(asked, request, ("-pk",)),
        "today": timezone.localdate(),
    }
    return render(request, "agencies/reviews.html", context)


@at_desk(Verb.SEE_CONTRACTS)
@require_safe
def review_page(request: HttpRequest, agency: Agency, pk: int) -> HttpResponse:
    """The contracts of a review, each with its answer."""
    actor = request.actor  # type: ignore[attr-defined]
    if _asks_another(actor, agency, pk):
        return redirect(f"{reverse('agencies:switch')}?next={request.path}")
    review = _review(agency, pk)
    items = items_of(review, agency)
    chosen = ReviewItemFilter(request.GET, items)
    page = keyset(_with_contracts(chosen.qs), request, size=100)
    may_answer = may(actor, Verb.ANSWER_REVIEWS, agency=agency.pk)
    context = {
        "agency": agency,
        "review": review,
        "filter": chosen,
        "page": page,
        "rows": _rows(page.items),
        "tabs": _tabs(request, review),
        "open_items": chosen.qs.unanswered().count(),
        "answering": may_answer and review.takes_answers(timezone.now()),
        "batch": _batch(),
        "receipts": ReviewReceipt.objects.filter(review=review, agency=agency).order_by("-pk"),
        "today": timezone.localdate(),
    }
    return render(request, "agencies/review.html", context)


@at_desk(Verb.ANSWER_REVIEWS)
@require_POST
def review_item(request: HttpRequest, agency: Agency, pk: int, item: int) -> HttpResponse:
    """Keeps "unchanged" for one contract, or takes back what was kept."""
    review = _review(agency, pk)
    row = get_object_or_404(items_of(review, agency), pk=item)
    answer = "unchanged" if request.POST.get("answer") == "unchanged" else ""
    try:
        reviews.set_drafts(review, agency, [row.pk], answer, by=request.actor)  # type: ignore[attr-defined]
    except reviews.ReviewRefused as refusal:
        messages.error(request, str(refusal))
    return _back(request, review, row)


@at_desk(Verb.ANSWER_REVIEWS)
def review_ended(request: HttpRequest, agency: Agency, pk: int, item: int) -> HttpResponse:
    """Asks for the last day of a contract, and keeps "ended"."""
    review = _review(agency, pk)
    row = get_object_or_404(_with_contracts(items_of(review, agency)), pk=item)
    form = LastDayForm(request.POST or None, initial=row.draft_details)
    if request.method == "POST" and form.is_valid():
        said, by = form.cleaned_data["last_day"], request.actor  # type: ignore[attr-defined]
        try:
            if reviews.set_drafts(review, agency, [row.pk], "ended", last_day=said, by=by):
                return _back(request, review, row)
            row.refresh_from_db(fields=["answer"])
            answered = _("This contract was answered already.")
            form.add_error("last_day", answered if row.answer else _outside())
        except reviews.ReviewRefused as refusal:
            form.add_error(None, str(refusal))
    context = {"agency": agency, "review": review, "item": row, "form": form}
    return render(request, "agencies/review_ended.html", context)


@at_desk(Verb.ANSWER_REVIEWS)
def review_amend(request: HttpRequest, agency: Agency, pk: int, item: int) -> HttpResponse:
    """Amends a contract, and keeps "amended"."""
    review = _review(agency, pk)
    row = get_object_or_404(_with_contracts(items_of(review, agency)), pk=item)
    form = ContractForm(request.POST or None, initial=contract_now(row.contract))
    if request.method == "POST" and form.is_valid():
        try:
            said = form.facts() | {"revision": form.cleaned_data["revision"]}
            if done(form, reviews.amend, row, by=request.actor, **said):  # type: ignore[attr-defined]
                return _back(request, review, row)
            form = as_it_stands(form, row.contract)
        except reviews.ReviewRefused as refusal:
            form.add_error(None, str(refusal))
    context = {"agency": agency, "review": review, "item": row, "form": form}
    return render(request, "agencies/review_amend.html", context)


@at_desk(Verb.ANSWER_REVIEWS)
@require_POST
def review_batch(request: HttpRequest, agency: Agency, pk: int) -> HttpResponse:
    """One answer for many contracts: first what it would be about, then keeps it."""
    review = _review(agency, pk)
    items = items_of(review, agency)
    form = BatchForm(request.POST, items)
    chosen = _chosen(form, items)
    number, kept = chosen.count(), _kept_otherwise(form, items)
    if number == 0:
        messages.error(request, _none_open(kept))
        return _back(request, review)
    if form.is_valid() and form.cleaned_data["expected"] == number:
        return _keep(request, review, agency, form, chosen)
    context = {
        "agency": agency,
        "review": review,
        "form": form,
        "number": number,
        "more": max(0, number - SHOWN),
        "kept": kept,
        "rows": _rows(list(_with_contracts(chosen).order_by("pk")[:SHOWN])),
        "answer": form.cleaned_data["answer"],
    }
    return render(request, "agencies/review_batch.html", context)


@at_desk(Verb.ANSWER_REVIEWS)
def review_check(request: HttpRequest, agency: Agency, pk: int) -> HttpResponse:
    """What would be sent, once more before it counts; sends it."""
    review = _review(agency, pk)
    if request.method == "POST":
        return _send(request, review, agency)
    drafts = items_of(review, agency).drafted()
    fitting = drafts.fitting()
    page = keyset(_with_contracts(drafts), request, ("draft", "pk"), size=100)
    context = {
        "agency": agency,
        "review": review,
        "page": page,
        "rows": _rows(page.items),
        "counts": _counts(fitting.values_list("draft").annotate(Count("pk"))),
        "misfits": drafts.exclude(pk__in=fitting.values("pk")).count(),
        "left": review.asked - review.answered - review.drafted,
    }
    return render(request, "agencies/review_check.html", context)


@at_desk(Verb.SEE_CONTRACTS)
@require_safe
def review_receipt(request: HttpRequest, agency: Agency, number: str) -> HttpResponse:
    """What the agency sent, to keep and to print."""
    receipts = ReviewReceipt.objects.visible_to(request.actor)  # type: ignore[attr-defined]
    receipt = get_object_or_404(receipts.select_related("review"), agency=agency, number=number)
    items = ContractReviewItem.objects.filter(receipt=receipt).with_last_day()
    context = {
        "agency": agency,
        "receipt": receipt,
        "review": receipt.review,
        "page": keyset(items.select_related("contract"), request, size=500),
        "counts": _counts(receipt.counts.items()),
    }
    return render(request, "agencies/review_receipt.html", context)


def _asks_another(actor: Actor, agency: Agency, pk: int) -> bool:
    """Whether a review asks another agency that the actor works for, and not this one."""
    others = actor.agency_ids - {agency.pk}
    if not others:
        return False
    return ContractReview.objects.of(others).filter(pk=pk).exclude(items__agency=agency).exists()


def _review(agency: Agency, pk: int) -> Any:
    """A review that asks the agency, with its progress there."""
    mine = ContractReview.objects.of([agency.pk]).with_progress([agency.pk])
    return get_object_or_404(mine, pk=pk)


def _with_contracts(items: ContractReviewItemQuerySet) -> QuerySet[Any, Any]:
    return items.prefetch_related(Prefetch("contract", with_bindings(Contract.objects.all())))


def _rows(items: list[ContractReviewItem]) -> list[Row]:
    lines = contract_rows([item.contract for item in items], timezone.localdate())
    return [Row(item, line) for item, line in zip(items, lines, strict=True)]


def _tabs(request: HttpRequest, review: Any) -> list[dict[str, Any]]:
    current = request.GET.get("state", "")
    ready, sent = review.drafted, review.answered
    numbers = {
        AnswerState.TO_ANSWER: review.asked - sent - ready,
        AnswerState.READY: ready,
        AnswerState.SENT: sent,
    }
    tabs = [
        {"label": state.label, "url": f"?state={state}", "count": n, "current": current == state}
        for state, n in numbers.items()
    ]
    everything = {"label": _("all"), "url": "?", "count": review.asked, "current": not current}
    return [*tabs, everything]


def _batch() -> list[dict[str, str]]:
    words = {"unchanged": _("Unchanged"), "ended": _("Ended"), "clear": _("Take back")}
    return [{"name": "answer", "value": value, "label": text} for value, text in words.items()]


def _counts(found: Iterable[tuple[str, int]]) -> list[tuple[Any, int]]:
    """Answers with their numbers, in the order of the buttons."""
    numbers = dict(found)
    answers = ContractReviewItem.Answer
    return [(answer.label, numbers[answer]) for answer in answers if numbers.get(answer)]


def _chosen(form: BatchForm, items: ContractReviewItemQuerySet) -> ContractReviewItemQuerySet:
    """The contracts that a form is about and that can still be answered.

    Of all that a list finds, those with an answer that was kept one by one are left as they are.
    """
    found = _meant(form, items)
    if not form.cleaned_data.get("everything"):
        return found.unanswered()
    return found.drafted() if form.cleaned_data.get("answer") == "clear" else found.untouched()


def _meant(form: BatchForm, items: ContractReviewItemQuerySet) -> ContractReviewItemQuerySet:
    """The ticked contracts, or all that the list finds; none where the form says neither."""
    if form.errors.keys() - {"last_day"}:
        return items.none()
    data = form.cleaned_data
    if data["everything"]:
        found: ContractReviewItemQuerySet = ReviewItemFilter(QueryDict(data["query"]), items).qs
        return found
    return items.filter(pk__in=data["pick"])


def _kept_otherwise(form: BatchForm, items: ContractReviewItemQuerySet) -> int:
    """Of how many of the meant contracts another answer than this one is kept already."""
    answer = form.cleaned_data.get("answer")
    if answer == "clear":
        return 0
    return _meant(form, items).drafted().exclude(draft=answer).count()


def _none_open(kept: int) -> str:
    if not kept:
        return _("Tick contracts first.")
    return _("Each of these contracts has an answer already: tick those that you mean to change.")


def _keep(
    request: HttpRequest,
    review: ContractReview,
    agency: Agency,
    form: BatchForm,
    chosen: ContractReviewItemQuerySet,
) -> HttpResponseRedirect:
    data, ids = form.cleaned_data, list(chosen.values_list("pk", flat=True))
    answer = "" if data["answer"] == "clear" else data["answer"]
    try:
        kept = reviews.set_drafts(
            review,
            agency,
            ids,
            answer,
            last_day=data["last_day"],
            by=request.actor,  # type: ignore[attr-defined]
        )
    except reviews.ReviewRefused as refusal:
        messages.error(request, str(refusal))
        return _back(request, review)
    text = ngettext("Kept for %(n)d contract.", "Kept for %(n)d contracts.", kept) % {"n": kept}
    messages.success(request, text)
    if kept < len(ids):
        messages.warning(request, _left_out(len(ids) - kept))
    return _back(request, review)


def _outside() -> str:
    return _(
        "This day lies outside of the contract’s period, or before the first one of a confirmed "
        "binding under it, which an agency cannot undo."
    )


def _left_out(number: int) -> str:
    return ngettext(
        "%(n)d contract was left as it was: the day lies outside of its period or before a "
        "confirmed binding begins, or somebody has answered it meanwhile.",
        "%(n)d contracts were left as they were: the day lies outside of their periods or before a "
        "confirmed binding begins, or somebody has answered them meanwhile.",
        number,
    ) % {"n": number}


def _send(request: HttpRequest, review: ContractReview, agency: Agency) -> HttpResponseRedirect:
    try:
        receipt = reviews.send(review, agency, by=request.actor)  # type: ignore[attr-defined]
    except reviews.ReviewRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("agencies:review", pk=review.pk)
    return redirect("agencies:review_receipt", number=receipt.number)


def _back(
    request: HttpRequest, review: ContractReview, row: ContractReviewItem | None = None
) -> HttpResponseRedirect:
    """The list as it was left, at the row that was answered."""
    query = QueryDict(request.POST.get("query", request.GET.get("query", "")))
    place = f"#contract-{row.pk}" if row else ""
    page = reverse("agencies:review", args=[review.pk])
    return redirect(f"{page}?{query.urlencode()}{place}")
