"""The one home of uploads."""

import uuid
from datetime import date

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.permissions import Verb, may
from journal.values import Actor


class FileQuerySet(models.QuerySet["File"]):
    def visible_to(self, actor: Actor) -> "FileQuerySet":
        """Staff that sees all imports reads every file; everybody else only what it sent itself.

        A file belongs to no platform: what hangs on one platform is found through the row that
        names the file (an import, later a contract), whose own `visible_to` decides.
        """
        if actor.roles and may(actor, Verb.SEE_IMPORTS) and not actor.is_limited:
            return self
        if not actor.is_known:
            return self.none()
        return self.filter(uploaded_by_kind=actor.kind, uploaded_by_id=actor.id)


def storage_path(day: date) -> str:
    """Where a new file goes below MEDIA_ROOT. Its own name is a label and never part of a path."""
    return f"{day:%Y/%m}/{uuid.uuid4().hex}"


class File(models.Model):
    """A file that somebody sent, as it came. `checked` says which checks it passed."""

    class Kind(models.TextChoices):
        CSV = "csv", "CSV"
        NDJSON = "ndjson", "NDJSON"
        XLSX = "xlsx", "XLSX"
        PDF = "pdf", "PDF"
        PNG = "png", "PNG"
        JPG = "jpg", "JPEG"

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    name = models.CharField(_("name"), max_length=200)
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField(_("size in bytes"))
    checked = models.CharField(_("checked"), max_length=200)
    path = models.CharField(max_length=100, unique=True)
    uploaded_by_kind = models.CharField(max_length=10)
    uploaded_by_id = models.CharField(max_length=80, blank=True)
    uploaded_by = models.CharField(_("uploaded by"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("uploaded at"), db_default=Now())

    objects = FileQuerySet.as_manager()

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")
        indexes = [models.Index(fields=["sha256"], name="file_sha256")]
        constraints = [
            models.CheckConstraint(
                name="file_kind_known",
                condition=models.Q(kind__in=["csv", "ndjson", "xlsx", "pdf", "png", "jpg"]),
            ),
            models.CheckConstraint(
                name="file_sha256_form", condition=models.Q(sha256__regex=r"^[0-9a-f]{64}$")
            ),
            models.CheckConstraint(name="file_size", condition=models.Q(size__gte=0)),
        ]

    def __str__(self) -> str:
        return self.name
