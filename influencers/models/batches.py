"""Files of observations on their way in."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import File
from journal.models import Moves, Run
from journal.values import Actor

BATCH_MOVES = Moves(
    "batch",
    {
        "waiting": ("checking", "refused"),
        "checking": ("applying", "checked", "refused"),
        "checked": ("applying", "dropped"),
        "applying": ("applied",),
        "applied": (),
        "refused": (),
        "dropped": (),
    },
    first=("waiting",),
)


class ImportBatchQuerySet(models.QuerySet["ImportBatch"]):
    def visible_to(self, actor: Actor) -> "ImportBatchQuerySet":
        """Staff: all; a platform's key: its own."""
        if actor.roles:
            return self
        return self.filter(asked_by_kind=actor.kind, asked_by_id=actor.id)


class ImportBatch(models.Model):
    """One file of observations: staged and checked whole, then applied in ranges.

    A dry run stops at `checked`, where its page offers to apply it.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", _("waiting")
        CHECKING = "checking", _("being checked")
        CHECKED = "checked", _("checked, not applied")
        APPLYING = "applying", _("being applied")
        APPLIED = "applied", _("applied")
        REFUSED = "refused", _("refused")
        DROPPED = "dropped", _("dropped")

    file = models.ForeignKey(File, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("file"), max_length=255)
    source = models.CharField(max_length=10, default="file")
    only_platform = models.CharField(
        max_length=30,
        blank=True,
        help_text="of a platform's key: rows of others are errors",
    )
    dry_run = models.BooleanField(_("dry run"), default=False)
    status = models.CharField(_("state"), max_length=10, choices=Status, default=Status.WAITING)
    asked_by_kind = models.CharField(max_length=10)
    asked_by_id = models.CharField(max_length=80, blank=True)
    asked_by = models.CharField(_("asked by"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("uploaded at"), auto_now_add=True)
    finished_at = models.DateTimeField(null=True)
    run = models.OneToOneField(Run, on_delete=models.SET_NULL, null=True, related_name="+")
    counts = models.JSONField(default=dict)
    refusal = models.TextField(blank=True, help_text="why nothing of the file could be used")
    notes = models.JSONField(default=list)

    objects = ImportBatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        triggers = BATCH_MOVES.triggers()

    def __str__(self) -> str:
        return self.name


class ImportProblem(models.Model):
    """One row that was not applied: its line and cell, what stood there and why it was refused."""

    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="problems")
    line = models.BigIntegerField(_("line"))
    column = models.CharField(_("column"), max_length=60, blank=True)
    value = models.CharField(_("value"), max_length=200, blank=True)
    code = models.CharField(_("problem"), max_length=40)

    class Meta:
        indexes = [models.Index(fields=["batch", "line"], name="problem_by_line")]

    def __str__(self) -> str:
        return f"line {self.line}: {self.code}"
