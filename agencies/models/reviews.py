"""Contract reviews: agencies answer for each contract by a date."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q, Subquery, Value
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from agencies.models.agencies import Agency
from agencies.models.bindings import PUBLIC, Binding
from agencies.models.contracts import Contract
from journal.models import Moves
from journal.values import CLOCK, Actor, ActorKind

REVIEW_MOVES = Moves("review", {"open": ("closed",), "closed": ()}, first=("open",))


class ContractReviewQuerySet(models.QuerySet["ContractReview"]):
    def visible_to(self, actor: Actor) -> "ContractReviewQuerySet":
        """Staff: those of its platforms; an agency: those that ask it."""
        if actor.kind is ActorKind.CLOCK:
            return self
        if actor.roles:
            mine = Q(platforms__overlap=sorted(actor.platforms)) | Q(platforms=[])
            return self.filter(mine) if actor.platforms else self
        return self.of(actor.agency_ids)

    def of(self, agency_ids: Collection[int]) -> "ContractReviewQuerySet":
        """Those that ask one of these agencies."""
        asked = ContractReviewItem.objects.filter(review=OuterRef("pk"), agency_id__in=agency_ids)
        return self.filter(Exists(asked))

    def open(self) -> "ContractReviewQuerySet":
        return self.filter(status="open")

    def with_progress(
        self, agency_ids: Collection[int] | None = None, *, seen_by: Actor = CLOCK
    ) -> "ContractReviewQuerySet":
        """Adds `asked`, `answered` and `drafted`: contracts in all, sent answers, answers that
        wait to be sent. Of these agencies, or of all; of what `seen_by` sees."""
        items = ContractReviewItem.objects.visible_to(seen_by).asked()
        items = items.filter(review=OuterRef("pk"))
        if agency_ids is not None:
            items = items.filter(agency_id__in=agency_ids)
        return self.annotate(
            asked=counted(items, "review"),
            answered=counted(items.answered(), "review"),
            drafted=counted(items.drafted(), "review"),
        )


class ContractReview(models.Model):
    """ "Review your contracts by a date", sent to agencies. `due` is the last day to answer;
    `due_at` its end in the portal's zone. `platforms` empty means every platform."""

    class Status(models.TextChoices):
        OPEN = "open", pgettext_lazy("contract review", "open")
        CLOSED = "closed", _("closed")

    title_en = models.CharField(_("English title"), max_length=200)
    title_zh = models.CharField(_("Chinese title"), max_length=200)
    platforms = ArrayField(models.CharField(max_length=30), default=list, blank=True)
    opened_at = models.DateTimeField(auto_now_add=True)
    due = models.DateField(_("to be answered by"))
    due_at = models.DateTimeField()
    status = models.CharField(_("state"), max_length=10, choices=Status, default=Status.OPEN)
    closed_at = models.DateTimeField(null=True)
    opened_by = models.CharField(max_length=200)
    asked_as = models.UUIDField(
        null=True, unique=True, editable=False, help_text="the form that opened it, which opens one"
    )

    objects = ContractReviewQuerySet.as_manager()

    class Meta:
        verbose_name = _("contract review")
        verbose_name_plural = _("contract reviews")
        triggers = REVIEW_MOVES.triggers()

    def __str__(self) -> str:
        return self.title_zh if (get_language() or "").startswith("zh") else self.title_en

    def takes_answers(self, at: datetime) -> bool:
        return self.status == self.Status.OPEN and at < self.due_at


class ReviewReceiptQuerySet(models.QuerySet["ReviewReceipt"]):
    def visible_to(self, actor: Actor) -> "ReviewReceiptQuerySet":
        """The agency's own; staff: those of the reviews that it sees."""
        if not actor.roles:
            return self.filter(agency_id__in=actor.agency_ids)
        return self.filter(review__in=ContractReview.objects.visible_to(actor))


class ReviewReceipt(models.Model):
    """An agency sent answers: what it can show later. The number is shown on pages and PDF."""

    review = models.ForeignKey(ContractReview, on_delete=models.PROTECT, related_name="receipts")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="receipts")
    number = models.CharField(max_length=24, unique=True)
    sent_at = models.DateTimeField(auto_now_add=True)
    sent_by = models.CharField(max_length=200)
    counts = models.JSONField(default=dict)

    objects = ReviewReceiptQuerySet.as_manager()

    def __str__(self) -> str:
        return self.number


def _bound_after(day: Any) -> Exists:
    """Whether a public binding under the item's contract begins after the day."""
    under = Binding.objects.filter(contract=OuterRef("contract"), status__in=PUBLIC)
    return Exists(under.filter(during__startswith__gt=day))


class ContractReviewItemQuerySet(models.QuerySet["ContractReviewItem"]):
    def visible_to(self, actor: Actor) -> "ContractReviewItemQuerySet":
        """The agency's own; staff: about the contracts that it sees."""
        if actor.kind is ActorKind.CLOCK or (actor.roles and not actor.is_limited):
            return self
        return self.filter(contract__in=Contract.objects.visible_to(actor))

    def asked(self) -> "ContractReviewItemQuerySet":
        """Without contracts that were taken back since: nobody has to answer for these."""
        return self.filter(contract__status="kept")

    def answered(self) -> "ContractReviewItemQuerySet":
        return self.exclude(answer="")

    def unanswered(self) -> "ContractReviewItemQuerySet":
        return self.filter(answer="")

    def untouched(self) -> "ContractReviewItemQuerySet":
        """No answer was sent, and none waits to be sent."""
        return self.filter(answer="", draft="")

    def drafted(self) -> "ContractReviewItemQuerySet":
        """An answer waits to be sent."""
        return self.filter(answer="").exclude(draft="")

    def fitting(self) -> "ContractReviewItemQuerySet":
        """Drafts that can be sent: the last day of one that ended lies within its contract as it
        stands now, and not before a public binding begins. Adds `last_day`."""
        within = Q(contract__during__contains=F("last_day"))
        fits = within & ~_bound_after(OuterRef("last_day"))
        return self.asked().with_last_day().filter(~Q(draft="ended") | fits)

    def lasting_until(self, day: date) -> "ContractReviewItemQuerySet":
        """Whose contract, as it stands now, could end after `day`."""
        ready = self.asked().filter(contract__during__contains=day)
        return ready.exclude(_bound_after(Value(day)))

    def with_last_day(self) -> "ContractReviewItemQuerySet":
        day = Cast(KT("draft_details__last_day"), models.DateField())
        return self.annotate(last_day=day)


class ContractReviewItem(models.Model):
    """One contract in one review. A draft answer is chosen on the page; it counts once sent."""

    class Answer(models.TextChoices):
        UNCHANGED = "unchanged", _("unchanged")
        AMENDED = "amended", _("amended")
        ENDED = "ended", _("ended")

    review = models.ForeignKey(ContractReview, on_delete=models.PROTECT, related_name="items")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="review_items")
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="review_items")
    draft = models.CharField(max_length=10, choices=Answer, blank=True)
    draft_details = models.JSONField(default=dict, blank=True)
    answer = models.CharField(_("answer"), max_length=10, choices=Answer, blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=200, blank=True)
    receipt = models.ForeignKey(
        ReviewReceipt, on_delete=models.PROTECT, null=True, related_name="items"
    )

    objects = ContractReviewItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("answer to a review")
        verbose_name_plural = _("answers to a review")
        constraints = [
            models.UniqueConstraint(fields=["review", "contract"], name="reviewitem_once"),
            models.CheckConstraint(
                name="reviewitem_answered_with_receipt",
                condition=Q(answer="", answered_at__isnull=True, receipt__isnull=True)
                | (~Q(answer="") & Q(answered_at__isnull=False, receipt__isnull=False)),
            ),
        ]
        indexes = [models.Index(fields=["review", "agency", "id"], name="reviewitem_agency")]

    def __str__(self) -> str:
        return f"{self.contract_id}: {self.answer or '—'}"


def counted(rows: models.QuerySet[Any], by: str) -> Coalesce:
    """How many of `rows` there are, as a subquery; `by` is the column that they share."""
    number = rows.order_by().values(by).annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(number), 0)
