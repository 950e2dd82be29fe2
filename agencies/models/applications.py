"""Agencies that ask to be admitted, what they hand in, and whom platforms do not let in again."""

import uuid
from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import File
from agencies.models.agencies import Agency
from journal.models import Moves
from journal.values import Actor, ActorKind

APPLICATION_MOVES = Moves(
    "application",
    {"waiting": ("taken", "refused"), "taken": (), "refused": ()},
    first=("waiting", "taken"),
)


class ApplicationQuerySet(models.QuerySet["Application"]):
    def visible_to(self, actor: Actor) -> "ApplicationQuerySet":
        """Staff: those to a platform that its grant reaches; an agency: its own."""
        if actor.kind is ActorKind.CLOCK or (actor.roles and not actor.platforms):
            return self
        if actor.roles:
            return self.filter(platforms__overlap=sorted(actor.platforms))
        return self.filter(agency_id__in=actor.agency_ids)

    def waiting(self) -> "ApplicationQuerySet":
        return self.filter(status="waiting")


class Application(models.Model):
    """A firm asks to be admitted. Anybody may send one: nothing in it is true before an operator
    has looked. One of a known agency comes from its desk and is `taken` from the start.

    Only keyed hashes are kept of the reference by which the sender follows it and of the number of
    the legal representative's document.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("application", "waits")
        TAKEN = "taken", pgettext_lazy("application", "being checked")
        REFUSED = "refused", pgettext_lazy("application", "refused")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    reference_hash = models.CharField(max_length=64, unique=True, null=True)
    agency = models.ForeignKey(
        Agency, on_delete=models.PROTECT, null=True, related_name="applications"
    )
    credit_code = models.CharField(_("credit code"), max_length=18)
    name_zh = models.CharField(_("Chinese name"), max_length=200)
    name_en = models.CharField(_("English name"), max_length=200)
    platforms = ArrayField(models.CharField(max_length=30), verbose_name=_("platforms"))
    responsible = models.CharField(_("responsible for content"), max_length=200)
    reviewers = models.PositiveIntegerField(_("reviewers of content"))
    contact_email = models.EmailField(_("contact"))
    legal_hash = models.CharField(max_length=64, blank=True)
    status = models.CharField(_("state"), max_length=10, choices=Status, default=Status.WAITING)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    sent_at = models.DateTimeField(_("sent at"), auto_now_add=True)
    decided_by = models.CharField(_("decided by"), max_length=200, blank=True)
    decided_at = models.DateTimeField(_("decided at"), null=True)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("application")
        verbose_name_plural = _("applications")
        triggers = APPLICATION_MOVES.triggers()
        constraints = [
            models.CheckConstraint(
                name="application_code_form",
                condition=Q(credit_code__regex=r"^[0-9A-HJ-NPQRTUWXY]{18}$"),
            ),
            models.CheckConstraint(
                name="application_taken_by_agency",
                condition=~Q(status="taken") | Q(agency__isnull=False),
            ),
            models.CheckConstraint(
                name="application_refused_with_reason",
                condition=~Q(status="refused") | ~Q(reason=""),
            ),
            models.CheckConstraint(
                name="application_to_platforms", condition=Q(platforms__len__gt=0)
            ),
        ]

    def __str__(self) -> str:
        return self.name_zh


class EvidenceQuerySet(models.QuerySet["Evidence"]):
    def visible_to(self, actor: Actor) -> "EvidenceQuerySet":
        """As the application that it came with."""
        if actor.kind is ActorKind.CLOCK or (actor.roles and not actor.platforms):
            return self
        return self.filter(application__in=Application.objects.visible_to(actor))


class Evidence(models.Model):
    """What a firm hands in for one of the three checks: words, and a PDF or a picture."""

    class Kind(models.TextChoices):
        REGISTRATION = "registration", _("lawful registration of the business")
        PEOPLE = "people", _("responsible person and reviewers of content")
        SYSTEMS = "systems", _("systems for safety, staff and training")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="evidence")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, related_name="+")
    kind = models.CharField(_("check"), max_length=20, choices=Kind)
    text = models.TextField(_("in words"), blank=True)
    file = models.ForeignKey(File, on_delete=models.PROTECT, null=True, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        constraints = [
            models.CheckConstraint(
                name="evidence_says_something", condition=~Q(text="") | Q(file__isnull=False)
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.application_id}"


class BlacklistedQuerySet(models.QuerySet["Blacklisted"]):
    def visible_to(self, actor: Actor) -> "BlacklistedQuerySet":
        """Staff only."""
        known = actor.roles or actor.kind is ActorKind.CLOCK
        return self if known and not actor.agency_ids else self.none()

    def in_force(self, day: date) -> "BlacklistedQuerySet":
        return self.filter(since__lte=day).filter(Q(until__isnull=True) | Q(until__gt=day))


class Blacklisted(models.Model):
    """A firm, or whoever represents it, that no platform is to admit again until a day. It is known
    by credit code and by the keyed hash of a document's number, never by name: names change."""

    name = models.CharField(_("firm"), max_length=200)
    credit_code = models.CharField(_("credit code"), max_length=18, blank=True)
    legal_hash = models.CharField(max_length=64, blank=True)
    since = models.DateField(_("since"))
    until = models.DateField(_("until"), null=True)
    reason = models.CharField(_("reason"), max_length=300)
    added_by = models.CharField(_("added by"), max_length=200)

    objects = BlacklistedQuerySet.as_manager()

    class Meta:
        verbose_name = _("entry of the blacklist")
        verbose_name_plural = _("blacklist")
        constraints = [
            models.CheckConstraint(
                name="blacklisted_by_something", condition=~Q(credit_code="") | ~Q(legal_hash="")
            ),
            models.CheckConstraint(
                name="blacklisted_forward",
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
            ),
            models.CheckConstraint(name="blacklisted_with_reason", condition=~Q(reason="")),
        ]
        indexes = [
            models.Index(fields=["credit_code"], name="blacklisted_code"),
            models.Index(fields=["legal_hash"], name="blacklisted_legal"),
        ]

    def __str__(self) -> str:
        return self.name


class LetIn(models.Model):
    """Somebody was registered or admitted despite the blacklist, and why. Staff only."""

    entry = models.ForeignKey(Blacklisted, on_delete=models.PROTECT, related_name="let_in")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(_("reason"), max_length=300)
    by_name = models.CharField(max_length=200)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.CheckConstraint(name="letin_with_reason", condition=~Q(reason=""))]

    def __str__(self) -> str:
        return f"{self.agency_id} despite {self.entry_id}"
