"""Claims that stay without an answer, made public on documents by two people of the platform."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from agencies.models.agencies import Agency
from agencies.models.bindings import Binding
from journal.models import Moves

ESTABLISHMENT_MOVES = Moves(
    "establishment",
    {"proposed": ("approved", "rejected"), "approved": (), "rejected": ()},
    first=("proposed",),
)


class Establishment(models.Model):
    """A proposal of one operator that another one decides on. Seen by staff only.

    `proposed_by` and `decided_by` are `<kind>:<id>` of the journal's actors; `seen` is since when
    the claim had been what was proposed (its `known_from`).
    """

    class Status(models.TextChoices):
        PROPOSED = "proposed", _("waits for a second person")
        APPROVED = "approved", _("approved")
        REJECTED = "rejected", _("rejected")

    binding = models.ForeignKey(Binding, on_delete=models.PROTECT, related_name="establishments")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="establishments")
    status = models.CharField(_("state"), max_length=10, choices=Status, default=Status.PROPOSED)
    seen = models.DateTimeField()
    documents = models.TextField(_("documents seen"))
    proposed_by = models.CharField(max_length=100)
    proposed_name = models.CharField(_("proposed by"), max_length=200)
    proposed_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.CharField(max_length=100, blank=True)
    decided_name = models.CharField(_("decided by"), max_length=200, blank=True)
    decided_at = models.DateTimeField(null=True)
    reason = models.TextField(_("reason"), blank=True)

    class Meta:
        verbose_name = _("establishment on documents")
        verbose_name_plural = _("establishments on documents")
        triggers = ESTABLISHMENT_MOVES.triggers()
        constraints = [
            models.UniqueConstraint(
                fields=["binding"], condition=Q(status="proposed"), name="establishment_one_open"
            ),
            models.CheckConstraint(
                name="establishment_by_two",
                condition=Q(status="proposed", decided_by="", decided_at__isnull=True)
                | (
                    ~Q(status="proposed")
                    & ~Q(decided_by="")
                    & ~Q(decided_by=F("proposed_by"))
                    & Q(decided_at__isnull=False)
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.binding_id}: {self.status}"
