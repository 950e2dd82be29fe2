"""What an account must disclose, and what the passes last saw of it."""

from datetime import date

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from disclosure.models.rules import Rule
from influencers.models import Profile
from influencers.models.reach import reached
from journal.models import Moves, XidField
from journal.values import Actor

DUTY_MOVES = Moves(
    "duty",
    {"open": ("met", "waived", "closed"), "met": (), "waived": (), "closed": ()},
    first=("open", "met"),
)


class DutyQuerySet(models.QuerySet["Duty"]):
    def visible_to(self, actor: Actor) -> "DutyQuerySet":
        """Staff: those of the accounts that their grants reach."""
        return self.filter(reached(actor)) if actor.roles else self.none()

    def open(self) -> "DutyQuerySet":
        return self.filter(status=Duty.Status.OPEN)

    def overdue(self, today: date) -> "DutyQuerySet":
        """Open, and the last day to answer is over."""
        return self.open().filter(due__lt=today)


class Duty(models.Model):
    """An account falls under a rule from `from_day` on and has not (or has) answered.

    `from_day`, `to_day` (half-open), `opened_at`, `closed_at` are each written once: they are the
    duty's two clocks. `from_day` is as it was known when the account was asked: an older file that
    comes later moves the tier history, not what the account was told. A duty that a corrected
    observation takes away is closed with `to_day = from_day`. `shown_from` is the first day on
    which silence may be public; `noticed_at`, set by a trigger, is when the register learned of
    the delivery that it rests on: a platform may tell late, and what was known before must not
    change by that.
    """

    class Status(models.TextChoices):
        OPEN = "open", _("open")
        MET = "met", _("met")
        WAIVED = "waived", _("waived")
        CLOSED = "closed", _("closed")

    profile = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name="duties")
    rule = models.ForeignKey(Rule, on_delete=models.PROTECT, related_name="duties")
    status = models.CharField(_("state"), max_length=10, choices=Status, default=Status.OPEN)
    from_day = models.DateField(_("since"))
    to_day = models.DateField(_("until"), null=True)
    opened_at = models.DateTimeField(db_default=models.functions.Now())
    closed_at = models.DateTimeField(null=True)
    due = models.DateField(_("due"))
    noticed_on = models.DateField(_("notice delivered on"), null=True)
    noticed_at = models.DateTimeField(null=True, editable=False)
    shown_from = models.DateField(null=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True, db_default="")
    xid = XidField()

    objects = DutyQuerySet.as_manager()

    class Meta:
        verbose_name = _("duty")
        verbose_name_plural = _("duties")
        triggers = [
            *DUTY_MOVES.triggers(),
            pgtrigger.Trigger(
                name="duty_noticed_at",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("noticed_on"),
                condition=pgtrigger.Condition(
                    "NEW.noticed_on IS NOT NULL AND NEW.noticed_at IS NULL"
                ),
                func="NEW.noticed_at = clock_timestamp(); RETURN NEW;",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["profile", "rule"],
                condition=Q(status="open"),
                name="duty_one_open",
            ),
            models.CheckConstraint(
                name="duty_closed_when_not_open",
                condition=Q(status="open", closed_at__isnull=True, to_day__isnull=True)
                | (~Q(status="open") & Q(closed_at__isnull=False, to_day__isnull=False)),
            ),
            models.CheckConstraint(
                name="duty_forward",
                condition=Q(to_day__isnull=True) | Q(to_day__gte=F("from_day")),
            ),
            models.CheckConstraint(
                name="duty_silence_after_notice",
                condition=Q(shown_from__isnull=True)
                | Q(noticed_on__isnull=False, shown_from__gt=F("noticed_on"))
                & Q(shown_from__gt=F("due")),
            ),
        ]
        indexes = [
            models.Index(fields=["profile", "rule"], name="duty_profile"),
            models.Index(fields=["due"], name="duty_open_due", condition=Q(status="open")),
        ]

    def __str__(self) -> str:
        return f"{self.profile_id} under {self.rule_id}: {self.status}"

    def state_on(self, today: date) -> str:
        """The status, or "overdue" where the last day to answer is over on the platform."""
        late = self.status == self.Status.OPEN and self.due < today
        return "overdue" if late else str(self.status)


class Standing(models.Model):
    """What the label pass last saw of a profile. Serves lists, filters, counts and the detection
    of change; rebuilt from nothing by a full pass. No page, API or look-up of one label reads it.

    `duty` is "open" while a duty is open (which is not public as long as silence is not shown),
    "met" where the label answers one, else empty. `label_hash` is empty for the label "none".
    `look_again_on` is the first day on which the label may differ without any new fact.
    """

    profile = models.OneToOneField(
        Profile, on_delete=models.CASCADE, primary_key=True, related_name="standing"
    )
    state = models.CharField(max_length=12)
    agencies = ArrayField(models.BigIntegerField(), db_default=[])
    duty = models.CharField(max_length=10, blank=True, db_default="")
    label_hash = models.CharField(max_length=32, blank=True, db_default="")
    look_again_on = models.DateField(null=True)
    xid = XidField()

    class Meta:
        indexes = [
            models.Index(fields=["state", "profile"], name="standing_state"),
            models.Index(
                fields=["look_again_on"],
                name="standing_look_again",
                condition=Q(look_again_on__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.profile_id}: {self.state}"
