"""Files of contracts on their way in. Seen by the agency that sent them alone."""

import uuid
from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import File
from accounts.permissions import Verb, may
from agencies.models.agencies import Agency
from agencies.values import problems
from journal.models import Moves, Run
from journal.values import Actor

UNDO_FOR = timedelta(hours=24)

CONTRACT_BATCH_MOVES = Moves(
    "contractbatch",
    {
        "waiting": ("checking",),
        "checking": ("unmapped", "checked", "refused"),
        "unmapped": ("waiting", "dropped"),
        "checked": ("waiting", "applying", "dropped"),
        "applying": ("applied",),
        "applied": ("undoing",),
        "undoing": ("undone",),
        "undone": (),
        "refused": (),
        "dropped": (),
    },
    first=("waiting",),
)
OPEN = ("waiting", "checking", "unmapped", "checked", "applying", "undoing")
OVER = ("applied", "undone", "refused", "dropped")


class ContractBatchQuerySet(models.QuerySet["ContractBatch"]):
    def visible_to(self, actor: Actor) -> "ContractBatchQuerySet":
        """Those of the agencies whose contracts the actor may edit; staff has no business here."""
        edits = [pk for pk in actor.agency_ids if may(actor, Verb.EDIT_CONTRACTS, agency=pk)]
        return self.filter(agency_id__in=edits)


class ContractBatch(models.Model):
    """One file of contracts: checked whole, shown as a dry run, applied in parts, undone within a
    day.

    `headings` are those of the file, each with the column that it is read as. `counts` has the rows
    of each outcome, `parts` into how many pieces of whole contracts the file is cut. `done` counts
    what applying wrote, `taken_back` what undoing did.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("import", "waiting")
        CHECKING = "checking", _("being checked")
        UNMAPPED = "unmapped", _("columns to be named")
        CHECKED = "checked", _("checked, not applied")
        APPLYING = "applying", _("being applied")
        APPLIED = "applied", _("applied")
        UNDOING = "undoing", _("being undone")
        UNDONE = "undone", _("undone")
        REFUSED = "refused", pgettext_lazy("import", "refused")
        DROPPED = "dropped", _("dropped")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="batches")
    file = models.ForeignKey(File, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("file"), max_length=255)
    # Made where the file is sent, so that a double click is one batch.
    token = models.UUIDField(null=True, unique=True, editable=False)
    status = models.CharField(_("state"), max_length=10, choices=Status, default=Status.WAITING)
    headings = models.JSONField(default=list)
    asked_by_kind = models.CharField(max_length=10)
    asked_by_id = models.CharField(max_length=80, blank=True)
    asked_by = models.CharField(_("sent by"), max_length=200, blank=True)
    # Whoever applied or undid it last: what was written is theirs in the journal.
    decided_by_kind = models.CharField(max_length=10, blank=True)
    decided_by_id = models.CharField(max_length=80, blank=True)
    decided_by = models.CharField(_("applied by"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("uploaded at"), auto_now_add=True)
    finished_at = models.DateTimeField(null=True)
    applied_at = models.DateTimeField(_("applied at"), null=True)
    asked_holders_at = models.DateTimeField(null=True)
    run = models.OneToOneField(Run, on_delete=models.SET_NULL, null=True, related_name="+")
    counts = models.JSONField(default=dict)
    parts = models.PositiveIntegerField(default=0)
    done = models.JSONField(default=dict)
    taken_back = models.JSONField(default=dict)
    refusal = models.JSONField(default=dict)
    notes = models.JSONField(default=list)

    objects = ContractBatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("import of contracts")
        verbose_name_plural = _("imports of contracts")
        triggers = CONTRACT_BATCH_MOVES.triggers()
        constraints = [
            models.CheckConstraint(
                name="contractbatch_refused_for_a_reason",
                condition=Q(status="refused") ^ Q(refusal={}),
            ),
            models.CheckConstraint(
                name="contractbatch_finished_when_over",
                condition=Q(status__in=OVER, finished_at__isnull=False)
                | Q(status__in=["undoing"])
                | Q(status__in=OPEN, finished_at__isnull=True),
            ),
            models.CheckConstraint(
                name="contractbatch_applied_by_somebody",
                condition=Q(status__in=["applying", "applied", "undoing", "undone"])
                & ~Q(decided_by_kind="")
                | ~Q(status__in=["applying", "applied", "undoing", "undone"]),
            ),
        ]
        indexes = [models.Index(fields=["agency", "-id"], name="contractbatch_agency")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_under_way(self) -> bool:
        """Whether a worker has, or will have, something to do for it."""
        works = self.status in ("waiting", "checking", "applying", "undoing") or self.is_asking
        return works and not self.has_stopped

    @property
    def is_asking(self) -> bool:
        """Whether the holders of its accounts are being asked just now."""
        asks = self.status == self.Status.APPLIED and self.asked_holders_at is not None
        return asks and self.run is not None and not self.run.is_over

    @property
    def has_stopped(self) -> bool:
        """Whether its run failed before the end; somebody has to start it again."""
        works = self.status in ("waiting", "checking", "applying", "undoing")
        return works and self.run is not None and self.run.status == Run.Status.FAILED

    def can_be_undone(self, at: datetime) -> bool:
        applied = self.status == self.Status.APPLIED and self.applied_at is not None
        return applied and not self.is_asking and at < self.undo_until  # type: ignore[operator]

    @property
    def did_apply(self) -> bool:
        return self.applied_at is not None

    @property
    def did_something(self) -> bool:
        """Whether applying wrote anything at all."""
        return any(number for name, number in self.done.items() if name != "refused")

    @property
    def undo_until(self) -> datetime | None:
        return self.applied_at + UNDO_FOR if self.applied_at else None

    @property
    def refusal_text(self) -> str:
        return problems.refusal(self.refusal)

    @property
    def note_texts(self) -> list[str]:
        return [problems.note(found) for found in self.notes]


class ContractHeadings(models.Model):
    """What an agency calls the columns in its own files: `known` has the column of each plain
    heading, "" for one that is ignored. Said once, kept for the next file."""

    agency = models.OneToOneField(Agency, on_delete=models.CASCADE, related_name="headings")
    known = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"{self.agency_id}: {len(self.known)}"


class ContractStageRow(models.Model):
    """A row of a file as it was understood, until it is applied. The table is unlogged: after a
    crash of the database it is filled again from the kept file.

    `said` are the cells in the words of the register, `cells` as they came. Rows of one contract
    are of one `part`.
    """

    batch = models.ForeignKey(ContractBatch, on_delete=models.CASCADE, related_name="stage")
    agency = models.ForeignKey(Agency, on_delete=models.CASCADE, related_name="+")
    line = models.PositiveIntegerField()
    part = models.PositiveIntegerField()
    said = models.JSONField(default=dict)
    cells = models.JSONField(default=list)
    problems = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["batch", "line"], name="contractstage_once"),
        ]
        indexes = [models.Index(fields=["batch", "part", "line"], name="contractstage_part")]

    def __str__(self) -> str:
        return f"{self.batch_id}: {self.line}"


class ContractBatchRow(models.Model):
    """What becomes, or became, of a row.

    `changes`: triples of column, old and new word. `problems`: column, what stands there, code and
    words of why the row is refused. `done`: what applying wrote, with what stood there before, so
    that it can be undone; `kept`: codes of why something of it was not.
    """

    class Outcome(models.TextChoices):
        NEW = "new", pgettext_lazy("row of an import", "new")
        CHANGED = "changed", pgettext_lazy("row of an import", "changed")
        SAME = "same", pgettext_lazy("row of an import", "same")
        CONFLICT = "conflict", pgettext_lazy("row of an import", "conflict")
        ERROR = "error", pgettext_lazy("row of an import", "error")

    batch = models.ForeignKey(ContractBatch, on_delete=models.CASCADE, related_name="rows")
    agency = models.ForeignKey(Agency, on_delete=models.CASCADE, related_name="+")
    line = models.PositiveIntegerField(_("line"))
    part = models.PositiveIntegerField()
    outcome = models.CharField(max_length=10, choices=Outcome)
    reference = models.CharField(max_length=80, blank=True)
    account = models.CharField(max_length=300, blank=True)
    changes = models.JSONField(default=list)
    problems = models.JSONField(default=list)
    cells = models.JSONField(default=list)
    contract_id = models.BigIntegerField(null=True)
    binding_id = models.BigIntegerField(null=True)
    done = models.JSONField(default=dict)
    kept = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["batch", "line"], name="contractbatchrow_once"),
        ]
        indexes = [
            models.Index(fields=["batch", "outcome", "line"], name="contractbatchrow_outcome"),
            models.Index(fields=["batch", "part", "line"], name="contractbatchrow_part"),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id}: {self.line} {self.outcome}"
