"""Which agencies a platform has let in: what it checked, decided and filed with the authority."""

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from agencies.models.agencies import Agency
from agencies.models.applications import Application
from influencers.models import Platform
from journal.models import Moves
from journal.values import Actor, ActorKind

ADMISSION_MOVES = Moves(
    "admission",
    {
        "applied": ("checked", "refused"),
        "checked": ("admitted", "refused"),
        "admitted": ("suspended", "ended"),
        "suspended": ("admitted", "ended"),
        "refused": (),
        "ended": (),
    },
    first=("applied",),
)
OPEN = ("applied", "checked", "admitted", "suspended")
IN = ("admitted", "suspended")


class AdmissionQuerySet(models.QuerySet["Admission"]):
    def visible_to(self, actor: Actor) -> "AdmissionQuerySet":
        """Staff: those on platforms that its grant reaches; an agency: its own; who is admitted is
        public."""
        if actor.kind is ActorKind.CLOCK:
            return self
        if actor.roles:
            return (
                self.filter(platform__code__in=sorted(actor.platforms)) if actor.platforms else self
            )
        return self.filter(Q(status="admitted") | Q(agency_id__in=actor.agency_ids))

    def of(self, actor: Actor) -> "AdmissionQuerySet":
        return self.filter(agency_id__in=actor.agency_ids)

    def in_force(self) -> "AdmissionQuerySet":
        return self.filter(status="admitted")


class Admission(models.Model):
    """An agency on one platform. The three checks lie in AdmissionCheck, by `round`: a change of
    what was checked opens the next one, and `to_check_since` says so until all three are passed.
    `since` is the first day, `until` the first day that is out."""

    class Status(models.TextChoices):
        APPLIED = "applied", pgettext_lazy("admission", "applied")
        CHECKED = "checked", pgettext_lazy("admission", "checked")
        ADMITTED = "admitted", pgettext_lazy("admission", "admitted")
        SUSPENDED = "suspended", pgettext_lazy("admission", "suspended")
        REFUSED = "refused", pgettext_lazy("admission", "refused")
        ENDED = "ended", pgettext_lazy("admission", "ended")

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="admissions")
    platform = models.ForeignKey(Platform, on_delete=models.PROTECT, related_name="admissions")
    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, null=True, related_name="admissions"
    )
    status = models.CharField(_("state"), max_length=10, choices=Status, default=Status.APPLIED)
    round = models.PositiveSmallIntegerField(default=1)
    to_check_since = models.DateField(_("to be checked since"), null=True)
    applied_at = models.DateTimeField(_("applied at"), auto_now_add=True)
    since = models.DateField(_("admitted since"), null=True)
    until = models.DateField(null=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    decided_by = models.CharField(_("decided by"), max_length=200, blank=True)
    decided_at = models.DateTimeField(_("decided at"), null=True)

    objects = AdmissionQuerySet.as_manager()

    class Meta:
        verbose_name = _("admission")
        verbose_name_plural = _("admissions")
        triggers = ADMISSION_MOVES.triggers()
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "platform"],
                condition=Q(status__in=OPEN),
                name="admission_one_open",
            ),
            models.CheckConstraint(
                name="admission_days",
                condition=Q(
                    status__in=["applied", "checked", "refused"],
                    since__isnull=True,
                    until__isnull=True,
                )
                | Q(status__in=IN, since__isnull=False, until__isnull=True)
                | Q(status="ended", since__isnull=False, until__gte=F("since")),
            ),
            models.CheckConstraint(
                name="admission_with_reason",
                condition=~Q(status__in=["refused", "suspended", "ended"]) | ~Q(reason=""),
            ),
            models.CheckConstraint(
                name="admission_decided",
                condition=Q(status__in=["applied", "checked"]) | Q(decided_at__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["platform", "status", "id"], name="admission_platform")]

    def __str__(self) -> str:
        return f"{self.agency} · {self.platform}"

    @property
    def is_open(self) -> bool:
        return self.status in OPEN


class AdmissionCheckQuerySet(models.QuerySet["AdmissionCheck"]):
    def visible_to(self, actor: Actor) -> "AdmissionCheckQuerySet":
        """As the admission: of an agency its own only, also once it is admitted."""
        if actor.kind is ActorKind.CLOCK or (actor.roles and not actor.platforms):
            return self
        if actor.roles:
            return self.filter(admission__platform__code__in=sorted(actor.platforms))
        return self.filter(agency_id__in=actor.agency_ids)


class AdmissionCheck(models.Model):
    """One of the three things that a platform checks (draft measures of 2025, article 4)."""

    class Kind(models.TextChoices):
        REGISTRATION = "registration", _("lawful registration of the business")
        PEOPLE = "people", _("responsible person and reviewers of content")
        SYSTEMS = "systems", _("systems for safety, staff and training")

    class Outcome(models.TextChoices):
        PASSED = "passed", _("passed")
        FAILED = "failed", pgettext_lazy("check", "failed")

    admission = models.ForeignKey(Admission, on_delete=models.PROTECT, related_name="checks")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    round = models.PositiveSmallIntegerField()
    kind = models.CharField(_("check"), max_length=20, choices=Kind)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome)
    note = models.TextField(_("what was seen"))
    checked_by = models.CharField(_("checked by"), max_length=200)
    checked_at = models.DateTimeField(_("checked at"))

    objects = AdmissionCheckQuerySet.as_manager()

    class Meta:
        verbose_name = _("check")
        verbose_name_plural = _("checks")
        constraints = [
            models.UniqueConstraint(fields=["admission", "round", "kind"], name="check_once"),
            models.CheckConstraint(name="check_says_what_was_seen", condition=~Q(note="")),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.outcome}"


class AdmissionStop(models.Model):
    """A platform takes no applications from `since` on, until the day `until` (the first on which
    it does again). Public: whoever wants to apply is told why."""

    platform = models.ForeignKey(Platform, on_delete=models.PROTECT, related_name="stops")
    since = models.DateField(_("since"))
    until = models.DateField(_("until"), null=True)
    reason = models.CharField(_("reason"), max_length=300)
    stopped_by = models.CharField(max_length=200)

    class Meta:
        verbose_name = _("stop of admissions")
        verbose_name_plural = _("stops of admissions")
        constraints = [
            models.UniqueConstraint(
                fields=["platform"], condition=Q(until__isnull=True), name="stop_one_open"
            ),
            models.CheckConstraint(
                name="stop_forward", condition=Q(until__isnull=True) | Q(until__gte=F("since"))
            ),
            models.CheckConstraint(name="stop_with_reason", condition=~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"{self.platform_id} since {self.since}"


class FilingQuerySet(models.QuerySet["Filing"]):
    def visible_to(self, actor: Actor) -> "FilingQuerySet":
        """Staff: of platforms that its grant reaches. What is filed is between platform and
        authority; agencies see none."""
        if actor.kind is ActorKind.CLOCK:
            return self
        if not actor.roles:
            return self.none()
        if not actor.platforms:
            return self
        return self.filter(admission__platform__code__in=sorted(actor.platforms))

    def open(self) -> "FilingQuerySet":
        return self.filter(filed_on__isnull=True)

    def overdue(self, today: date) -> "FilingQuerySet":
        return self.open().filter(due__lt=today)


class Filing(models.Model):
    """What a platform has to tell the authority of an admission, by a day. `due` is the last day in
    time; provisional where make-up workdays were not announced yet."""

    class Cause(models.TextChoices):
        ADMITTED = "admitted", pgettext_lazy("filing", "admitted")
        RENAMED = "renamed", pgettext_lazy("filing", "name changed")
        GROUP = "group", pgettext_lazy("filing", "group changed")
        MERGED = "merged", pgettext_lazy("filing", "merged")
        DEREGISTERED = "deregistered", pgettext_lazy("filing", "deregistered")
        ENDED = "ended", pgettext_lazy("filing", "admission ended")

    admission = models.ForeignKey(Admission, on_delete=models.PROTECT, related_name="filings")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    cause = models.CharField(_("because of"), max_length=20, choices=Cause)
    happened_on = models.DateField(_("happened on"))
    counted_from = models.DateField()
    due = models.DateField(_("to be filed by"))
    provisional = models.BooleanField(_("provisional"), default=False)
    number = models.CharField(_("filing number"), max_length=80, blank=True)
    filed_on = models.DateField(_("filed on"), null=True)
    filed_by = models.CharField(max_length=200, blank=True)

    objects = FilingQuerySet.as_manager()

    class Meta:
        verbose_name = _("filing")
        verbose_name_plural = _("filings")
        constraints = [
            models.CheckConstraint(
                name="filing_with_number",
                condition=Q(filed_on__isnull=True, number="")
                | (Q(filed_on__isnull=False) & ~Q(number="")),
            ),
            models.CheckConstraint(
                name="filing_due_after_cause", condition=Q(due__gt=F("counted_from"))
            ),
        ]
        indexes = [
            models.Index(fields=["due", "id"], name="filing_open", condition=Q(filed_on=None))
        ]

    def __str__(self) -> str:
        return f"{self.admission_id}: {self.cause} {self.happened_on}"
