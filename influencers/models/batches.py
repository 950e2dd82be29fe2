"""Files of observations on their way in."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import File
from accounts.permissions import Verb, may
from influencers.values import problems
from journal.models import Moves, Run
from journal.values import Actor, ActorKind

BATCH_MOVES = Moves(
    "batch",
    {
        "waiting": ("checking",),
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
        """Staff that sees imports: all of them; who reaches some platforms only, staff or key:
        those that could hold rows of these only. A file has no territory."""
        if not may(actor, Verb.SEE_IMPORTS) or actor.territories:
            return self.none()
        if actor.kind is ActorKind.KEY or actor.platforms:
            return self.filter(only_platforms__contained_by=sorted(actor.platforms)).exclude(
                only_platforms=[]
            )
        return self


class ImportBatch(models.Model):
    """One file of observations: staged and checked whole, then applied in ranges.

    A dry run stops at `checked`, where its page offers to apply it. `counts`: `read` rows, of
    which `errors` were refused and `repeated` said nothing new; accounts `created`, `updated` (a
    shown fact changed) and `unchanged`; `observations` written, new or revised.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("import", "waiting")
        CHECKING = "checking", _("being checked")
        CHECKED = "checked", _("checked, not applied")
        APPLYING = "applying", _("being applied")
        APPLIED = "applied", _("applied")
        REFUSED = "refused", pgettext_lazy("import", "refused")
        DROPPED = "dropped", _("dropped")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    file = models.ForeignKey(File, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("file"), max_length=255)
    source = models.CharField(max_length=10, default="file")
    # Rows of other platforms are errors; empty: all may be sent.
    only_platforms = ArrayField(models.CharField(max_length=30), default=list)
    # Made where the file is sent, so that a double click or a repeated call is one batch.
    token = models.UUIDField(null=True, unique=True, editable=False)
    dry_run = models.BooleanField(_("dry run"), default=False)
    status = models.CharField(_("state"), max_length=10, choices=Status, default=Status.WAITING)
    asked_by_kind = models.CharField(max_length=10)
    asked_by_id = models.CharField(max_length=80, blank=True)
    asked_by = models.CharField(_("asked by"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("uploaded at"), auto_now_add=True)
    finished_at = models.DateTimeField(null=True)
    run = models.OneToOneField(Run, on_delete=models.SET_NULL, null=True, related_name="+")
    counts = models.JSONField(default=dict)
    # Codes with what their texts need; influencers.values.problems has the words.
    refusal = models.JSONField(default=dict)
    notes = models.JSONField(default=list)

    objects = ImportBatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        triggers = BATCH_MOVES.triggers()
        constraints = [
            models.CheckConstraint(
                name="batch_refused_for_a_reason",
                condition=models.Q(status="refused") ^ models.Q(refusal={}),
            ),
            models.CheckConstraint(
                name="batch_finished_when_over",
                condition=models.Q(
                    status__in=["applied", "refused", "dropped"], finished_at__isnull=False
                )
                | models.Q(
                    status__in=["waiting", "checking", "checked", "applying"],
                    finished_at__isnull=True,
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def stage(self) -> str:
        """The table in which the rows of the file wait to be applied."""
        return f"influencers_stage_{self.pk}"

    @property
    def is_under_way(self) -> bool:
        """Whether a worker has, or will have, something to do for it."""
        waits = self.status in (self.Status.WAITING, self.Status.CHECKING, self.Status.APPLYING)
        return waits and not self.has_stopped

    @property
    def has_stopped(self) -> bool:
        """Whether its run failed before the end; somebody has to start it again."""
        over = self.status in (self.Status.APPLIED, self.Status.REFUSED, self.Status.DROPPED)
        return not over and self.run is not None and self.run.status == Run.Status.FAILED

    @property
    def refusal_text(self) -> str:
        return problems.refusal(self.refusal)

    @property
    def note_texts(self) -> list[str]:
        return [problems.note(found) for found in self.notes]


class ImportProblem(models.Model):
    """One cell because of which a row was not applied: what stood there, and what is wrong."""

    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="problems")
    line = models.BigIntegerField(_("line"))
    column = models.CharField(_("column"), max_length=60, blank=True)
    value = models.CharField(_("value"), max_length=200, blank=True)
    code = models.CharField(_("problem"), max_length=40)

    class Meta:
        indexes = [models.Index(fields=["batch", "line", "id"], name="problem_by_line")]

    def __str__(self) -> str:
        return f"line {self.line}: {self.code}"

    @property
    def text(self) -> str:
        return problems.row_problem(self.code)
