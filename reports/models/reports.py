"""What people report: categories, reports and the messages on them. No row says who reported."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.permissions import Verb, may
from agencies.models import Agency
from influencers.models import Profile
from influencers.models.reach import reached_or_of_none
from journal.models import Moves
from journal.values import Actor


def in_language(english: str, chinese: str) -> str:
    """Of a text that is kept in both languages, the one of the reader."""
    return chinese if (get_language() or "").startswith("zh") else english


class Category(models.Model):
    """What can be reported, in plain words. Transparency and harm to consumers only: an opinion is
    no category.

    `severity` is 1 (low) to 4; `sanctionable` is false for "other"; `about_label`: a decision may
    correct the label. `basis_en` and `basis_zh` name the rule that a decision most often rests on.
    """

    code = models.SlugField(max_length=40, unique=True)
    name_en = models.CharField(max_length=120)
    name_zh = models.CharField(max_length=120)
    text_en = models.CharField(max_length=300, blank=True)
    text_zh = models.CharField(max_length=300, blank=True)
    severity = models.PositiveSmallIntegerField(default=2)
    sanctionable = models.BooleanField(default=True)
    about_label = models.BooleanField(default=False)
    ground = models.CharField(max_length=20, blank=True)
    basis_en = models.CharField(max_length=300, blank=True)
    basis_zh = models.CharField(max_length=300, blank=True)
    sort_order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["sort_order"]
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        constraints = [
            models.CheckConstraint(
                name="category_severity", condition=Q(severity__gte=1, severity__lte=4)
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return in_language(self.name_en, self.name_zh)

    @property
    def text(self) -> str:
        return in_language(self.text_en, self.text_zh)

    @property
    def basis(self) -> str:
        return in_language(self.basis_en, self.basis_zh)


REPORT_MOVES = Moves(
    "report",
    {"received": ("in_case",), "in_case": ("closed",), "closed": ()},
    first=("received",),
)


class ReportQuerySet(models.QuerySet["Report"]):
    def visible_to(self, actor: Actor) -> "ReportQuerySet":
        """Those who decide cases. The reported party and regulators never see a report."""
        if not may(actor, Verb.WORK_CASES):
            return self.none()
        return self.filter(reached_or_of_none(actor))


class Report(models.Model):
    """One report, without any trace of its sender: no address, no browser, no session, no user.

    The receipt is shown once; only its HMAC is kept. The target is an account of the register, an
    agency, or what the register does not know yet, as `platform` (where known) and `target_text`.
    `contact_sealed` is what the reporter left to be written to, under FIELD_KEYS.
    """

    class Status(models.TextChoices):
        RECEIVED = "received", _("received")
        IN_CASE = "in_case", _("being looked at")
        CLOSED = "closed", _("decided")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    receipt_hmac = models.CharField(max_length=64, unique=True)
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="reports")
    platform = models.CharField(max_length=30, blank=True)
    profile = models.ForeignKey(
        Profile, on_delete=models.PROTECT, null=True, related_name="reports"
    )
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, related_name="reports")
    target_text = models.CharField(_("what it is about"), max_length=300, blank=True)
    addresses = ArrayField(
        models.CharField(max_length=500), verbose_name=_("addresses"), default=list, blank=True
    )
    act_day = models.DateField(_("day of the act"), null=True, blank=True)
    text = models.TextField(_("what happened"))
    contact_sealed = models.BinaryField(null=True, editable=False)
    bona_fide = models.BooleanField(default=False)
    status = models.CharField(_("state"), max_length=10, choices=Status, default=Status.RECEIVED)
    case = models.ForeignKey(
        "reports.Case", on_delete=models.PROTECT, null=True, related_name="reports"
    )
    received_at = models.DateTimeField(auto_now_add=True)

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        triggers = REPORT_MOVES.triggers()
        constraints = [
            models.CheckConstraint(
                name="report_about_one_thing",
                condition=Q(profile__isnull=False, agency__isnull=True)
                | Q(profile__isnull=True, agency__isnull=False)
                | (Q(profile__isnull=True, agency__isnull=True) & ~Q(target_text="")),
            ),
            models.CheckConstraint(
                name="report_in_case_has_case",
                condition=Q(status="received") | Q(case__isnull=False),
            ),
            models.CheckConstraint(name="report_bona_fide", condition=Q(bona_fide=True)),
            models.CheckConstraint(name="report_says_something", condition=~Q(text="")),
        ]

    def __str__(self) -> str:
        return str(self.public_id)

    @property
    def is_open(self) -> bool:
        return self.status != self.Status.CLOSED


class Message(models.Model):
    """Between a reporter, who reads it with the receipt, and the moderators of the case."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="messages")
    from_reporter = models.BooleanField()
    text = models.TextField(_("message"))
    sent_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["sent_at", "pk"]
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [
            models.CheckConstraint(name="message_says_something", condition=~Q(text="")),
        ]

    def __str__(self) -> str:
        return str(self.public_id)
