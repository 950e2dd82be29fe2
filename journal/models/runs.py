"""What is under way: passes and batches with their ranges, and effects that wait for a worker."""

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from journal.models.moves import Moves

RUN_MOVES = Moves(
    "run",
    {
        "waiting": ("running", "failed"),
        "running": ("done", "failed"),
        "failed": ("waiting",),
        "done": (),
    },
    first=("waiting",),
)


class RunQuerySet(models.QuerySet["Run"]):
    def unfinished(self) -> "RunQuerySet":
        return self.filter(status__in=[Run.Status.WAITING, Run.Status.RUNNING])

    def with_progress(self) -> "RunQuerySet":
        """Adds `ranges_total` and `ranges_done`."""
        return self.annotate(
            ranges_total=models.Count("ranges"),
            ranges_done=models.Count("ranges", filter=models.Q(ranges__done_at__isnull=False)),
        )


class Run(models.Model):
    """One pass over profiles, or one batch: asked by somebody, cut into ranges, finished once.

    `kind` is a key of settings.RUNS, which names the module that does the work. `horizon` is
    `pg_snapshot_xmin` before the run read anything: the next incremental run of the kind takes
    rows from there on. `system_id` is PostgreSQL's system identifier at that time: after a restore
    it differs, and the next run must be a full one.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", _("waiting")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    kind = models.CharField(_("kind"), max_length=30)
    status = models.CharField(_("state"), max_length=10, choices=Status, default=Status.WAITING)
    full = models.BooleanField(_("full"), default=False)
    params = models.JSONField(default=dict)
    asked_by_kind = models.CharField(max_length=10)
    asked_by_id = models.CharField(max_length=80, blank=True)
    asked_by = models.CharField(_("asked by"), max_length=200, blank=True)
    asked_at = models.DateTimeField(_("asked at"))
    started_at = models.DateTimeField(_("started at"), null=True)
    finished_at = models.DateTimeField(_("finished at"), null=True)
    horizon = models.BigIntegerField(null=True)
    system_id = models.CharField(max_length=30, blank=True)
    counts = models.JSONField(default=dict)
    error = models.TextField(blank=True)

    objects = RunQuerySet.as_manager()

    class Meta:
        verbose_name = _("run")
        verbose_name_plural = _("runs")
        indexes = [
            models.Index(
                fields=["id"],
                name="run_unfinished",
                condition=models.Q(status__in=["waiting", "running"]),
            ),
            models.Index(fields=["kind", "-id"], name="run_kind"),
        ]
        constraints = [
            models.CheckConstraint(
                name="run_finished_when_over",
                condition=models.Q(status__in=["done", "failed"], finished_at__isnull=False)
                | models.Q(status__in=["waiting", "running"], finished_at__isnull=True),
            ),
        ]
        triggers = RUN_MOVES.triggers()

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def is_over(self) -> bool:
        return self.status in (self.Status.DONE, self.Status.FAILED)


class RunRange(models.Model):
    """A slice of a run: profiles (or stage rows) `lo <= id < hi`, done in one transaction.

    The lease says who works on it and until when nobody else should try; what keeps it from being
    done twice is the row lock under which `done_at` is written together with the work.
    """

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="ranges")
    lo = models.BigIntegerField()
    hi = models.BigIntegerField()
    lease_until = models.DateTimeField(null=True)
    worker = models.CharField(max_length=100, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    done_at = models.DateTimeField(null=True)
    counts = models.JSONField(default=dict)
    error = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "lo"], name="runrange_once"),
            models.CheckConstraint(
                name="runrange_forward", condition=models.Q(lo__lt=models.F("hi"))
            ),
        ]
        indexes = [
            models.Index(
                fields=["run", "lo"],
                name="runrange_open",
                condition=models.Q(done_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.run_id}: {self.lo} to {self.hi}"


class OutboxQuerySet(models.QuerySet["Outbox"]):
    def due(self, at: datetime) -> "OutboxQuerySet":
        return self.filter(sent_at__isnull=True, given_up_at__isnull=True, next_at__lte=at)


class Outbox(models.Model):
    """An effect outside the database that a worker carries out after commit: today, a mail.

    The payload is emptied when it is sent or given up: it can hold an address.
    """

    kind = models.CharField(max_length=30)
    payload = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)
    next_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    given_up_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=200, blank=True)

    objects = OutboxQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["next_at"],
                name="outbox_due",
                condition=models.Q(sent_at__isnull=True, given_up_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
