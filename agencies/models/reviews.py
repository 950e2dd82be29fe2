"""Contract reviews: agencies answer for each contract by a date."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from agencies.models.agencies import Agency
from agencies.models.contracts import Contract
from journal.models import Moves
from journal.values import Actor, ActorKind

REVIEW_MOVES = Moves("review", {"open": ("closed",), "closed": ()}, first=("open",))


class ContractReviewQuerySet(models.QuerySet["ContractReview"]):
    def visible_to(self, actor: Actor) -> "ContractReviewQuerySet":
        """Staff: all; an agency: those that ask it."""
        if actor.roles or actor.kind is ActorKind.CLOCK:
            return self
        return self.filter(items__agency_id__in=actor.agency_ids).distinct()

    def open(self) -> "ContractReviewQuerySet":
        return self.filter(status="open")


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

    objects = ContractReviewQuerySet.as_manager()

    class Meta:
        verbose_name = _("contract review")
        verbose_name_plural = _("contract reviews")
        triggers = REVIEW_MOVES.triggers()

    def __str__(self) -> str:
        return self.title_en


class ReviewReceipt(models.Model):
    """An agency sent answers: what it can show later. The number is shown on pages and PDF."""

    review = models.ForeignKey(ContractReview, on_delete=models.PROTECT, related_name="receipts")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="receipts")
    number = models.CharField(max_length=24, unique=True)
    sent_at = models.DateTimeField(auto_now_add=True)
    sent_by = models.CharField(max_length=200)
    counts = models.JSONField(default=dict)

    def __str__(self) -> str:
        return self.number


class ContractReviewItemQuerySet(models.QuerySet["ContractReviewItem"]):
    def visible_to(self, actor: Actor) -> "ContractReviewItemQuerySet":
        if actor.roles or actor.kind is ActorKind.CLOCK:
            return self
        return self.filter(agency_id__in=actor.agency_ids)

    def unanswered(self) -> "ContractReviewItemQuerySet":
        return self.filter(answer="")


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
