"""What one person proposes and another one decides on."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.permissions import SENSITIVE, Sensitive, may_second
from journal.models import Moves
from journal.values import Actor

WITH_TWO = tuple(act for act, care in SENSITIVE.items() if care.second is not None)
PROPOSAL_MOVES = Moves(
    "proposal",
    {
        "proposed": ("approved", "rejected", "withdrawn", "lapsed"),
        "approved": (),
        "rejected": (),
        "withdrawn": (),
        "lapsed": (),
    },
    first=("proposed",),
)


class ProposalQuerySet(models.QuerySet["Proposal"]):
    def visible_to(self, actor: Actor) -> "ProposalQuerySet":
        """Those of acts that the actor may approve, within what its grant reaches, and its own."""
        if actor.agency_ids:
            return self.none()
        within = Q(action__in=[act for act in WITH_TWO if may_second(actor, act)])
        if actor.platforms:
            within &= Q(platform__in=actor.platforms)
        if actor.territories:
            within &= Q(territory__in=actor.territories)
        return self.filter(within | Q(proposed_by=acting(actor)))

    def open(self) -> "ProposalQuerySet":
        return self.filter(status="proposed")

    def about(self, act: Sensitive, subject_type: str, subject_id: object) -> "ProposalQuerySet":
        """All of an act on one thing, the newest first."""
        about = self.filter(action=act, subject_type=subject_type, subject_id=str(subject_id))
        return about.order_by("-pk")

    def waiting_for(self, actor: Actor, at: datetime) -> "ProposalQuerySet":
        """Open ones that the actor may decide: not its own, and not those whose time is over."""
        acts = [act for act in WITH_TWO if may_second(actor, act)]
        rows = self.visible_to(actor).open().filter(action__in=acts, lapses_at__gt=at)
        return rows.exclude(proposed_by=acting(actor))

    def due(self, at: datetime) -> "ProposalQuerySet":
        """Open ones that lapse."""
        return self.open().filter(lapses_at__lte=at)


class Proposal(models.Model):
    """An act that waits for a second person (permissions.SENSITIVE says which do). Staff only.

    `subject_type` and `subject_id` say what it is about, `subject_name` what people call that:
    whoever approves types it. `params` is what its carrying function needs, with nothing that is
    not needed. `proposed_by` and `decided_by` are `<kind>:<id>` of the journal's actors.
    """

    class Status(models.TextChoices):
        PROPOSED = "proposed", _("waits for a second person")
        APPROVED = "approved", _("approved")
        REJECTED = "rejected", _("rejected")
        WITHDRAWN = "withdrawn", _("withdrawn")
        LAPSED = "lapsed", _("lapsed")

    action = models.CharField(_("act"), max_length=30)  # a word of Sensitive
    subject_type = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=254)
    subject_name = models.CharField(_("about"), max_length=300)
    platform = models.CharField(_("platform"), max_length=30, blank=True)
    territory = models.CharField(max_length=30, blank=True)
    params = models.JSONField(default=dict)
    reason = models.TextField(_("reason"))
    status = models.CharField(_("state"), max_length=10, choices=Status, default=Status.PROPOSED)
    proposed_by = models.CharField(max_length=100)
    proposed_name = models.CharField(_("proposed by"), max_length=200)
    proposed_at = models.DateTimeField(_("proposed at"), default=timezone.now)
    lapses_at = models.DateTimeField(_("lapses at"))
    decided_by = models.CharField(max_length=100, blank=True)
    decided_name = models.CharField(_("decided by"), max_length=200, blank=True)
    decided_at = models.DateTimeField(_("decided at"), null=True)
    note = models.TextField(_("note"), blank=True)

    objects = ProposalQuerySet.as_manager()

    class Meta:
        verbose_name = _("proposal")
        verbose_name_plural = _("proposals")
        triggers = PROPOSAL_MOVES.triggers()
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "id"], name="proposal_subject"),
            models.Index(fields=["lapses_at"], name="proposal_due", condition=Q(status="proposed")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["action", "subject_type", "subject_id"],
                condition=Q(status="proposed"),
                name="proposal_one_open",
            ),
            models.CheckConstraint(
                name="proposal_by_two",
                condition=Q(status="proposed", decided_by="", decided_at__isnull=True)
                | Q(status="withdrawn", decided_by=F("proposed_by"), decided_at__isnull=False)
                | (
                    Q(status__in=["approved", "rejected", "lapsed"], decided_at__isnull=False)
                    & ~Q(decided_by="")
                    & ~Q(decided_by=F("proposed_by"))
                ),
            ),
            models.CheckConstraint(
                name="proposal_with_reason", condition=~Q(reason="") & ~Q(subject_name="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.act}: {self.subject_name}"

    @property
    def act(self) -> str:
        """What is proposed, in words."""
        return str(Sensitive(self.action).label)

    @property
    def is_open(self) -> bool:
        return self.status == self.Status.PROPOSED


def acting(actor: Actor) -> str:
    """The actor as the records of two people name it."""
    return f"{actor.kind}:{actor.id}"
