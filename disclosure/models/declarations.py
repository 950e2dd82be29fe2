"""An account's own word that no agency stands behind it."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import (
    DateRangeField,
    DateTimeRangeField,
    RangeOperators,
)
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from influencers.models import Profile
from journal.models import Moves, XidField
from journal.values import Actor

DECLARATION_MOVES = Moves(
    "declaration", {"active": ("withdrawn",), "withdrawn": ()}, first=("active",)
)


class DeclarationQuerySet(models.QuerySet["Declaration"]):
    def visible_to(self, actor: Actor) -> "DeclarationQuerySet":
        """What was declared is public; who took it down is for staff, by the journal."""
        return self


class Declaration(models.Model):
    """ "Independent" from a day on, as known now. A trigger copies the row before every UPDATE to
    DeclarationPast with the time during which it was what the register knew."""

    class Status(models.TextChoices):
        ACTIVE = "active", _("active")
        WITHDRAWN = "withdrawn", _("withdrawn")

    class Basis(models.TextChoices):
        CREATOR = "creator", _("declared by the creator")
        PLATFORM_RECORD = "platform_record", _("the platform's record")

    profile = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name="declarations")
    during = DateRangeField(_("period"))
    status = models.CharField(_("state"), max_length=10, choices=Status, default=Status.ACTIVE)
    basis = models.CharField(_("basis"), max_length=20, choices=Basis)
    known_from = models.DateTimeField()
    xid = XidField()

    objects = DeclarationQuerySet.as_manager()

    class Meta:
        verbose_name = _("declaration")
        verbose_name_plural = _("declarations")
        triggers = DECLARATION_MOVES.triggers()
        constraints = [
            ExclusionConstraint(
                name="declaration_one_at_a_time",
                expressions=[
                    ("profile", RangeOperators.EQUAL),
                    ("during", RangeOperators.OVERLAPS),
                ],
                condition=Q(status="active"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.profile_id} {self.during}"


class DeclarationPast(models.Model):
    """A declaration as it was known during `known`."""

    declaration = models.ForeignKey(Declaration, on_delete=models.CASCADE, related_name="past")
    profile_id = models.BigIntegerField(db_index=True)
    during = DateRangeField()
    status = models.CharField(max_length=10)
    basis = models.CharField(max_length=20)
    known = DateTimeRangeField()

    def __str__(self) -> str:
        return f"{self.declaration_id} as of {self.known}"
