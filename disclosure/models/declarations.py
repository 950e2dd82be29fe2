"""An account's own word that no agency stands behind it."""

import pgtrigger
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
from journal.models.events import ClockTimestamp
from journal.values import Actor

DECLARATION_MOVES = Moves(
    "declaration", {"active": ("withdrawn",), "withdrawn": ()}, first=("active",)
)

# clock_timestamp(), not now(): of two transactions the one that got the lock second may have begun
# first, and its now() would lie before what it replaces. Nor is it ever the same microsecond.
KNOWN_FROM = """
    IF NEW.profile_id <> OLD.profile_id THEN
        RAISE EXCEPTION 'a declaration keeps its account'
            USING ERRCODE = '23514', CONSTRAINT = 'declaration_keeps_profile',
                  TABLE = TG_TABLE_NAME;
    END IF;
    NEW.known_from = greatest(clock_timestamp(), OLD.known_from + interval '1 microsecond');
    NEW.xid = pg_current_xact_id();
    RETURN NEW;
"""
TO_PAST = """
    INSERT INTO disclosure_declarationpast
        (declaration_id, profile_id, during, status, basis, known)
    SELECT o.id, o.profile_id, o.during, o.status, o.basis, tstzrange(o.known_from, n.known_from)
    FROM old_rows o JOIN new_rows n ON n.id = o.id
    WHERE n.known_from > o.known_from;
    RETURN NULL;
"""


class RangeStartsWith(models.Func):
    function = "lower"
    output_field = models.DateField()


class RangeEndsWith(models.Func):
    function = "upper"
    output_field = models.DateField()


class DeclarationQuerySet(models.QuerySet["Declaration"]):
    def visible_to(self, actor: Actor) -> "DeclarationQuerySet":
        """What was declared is public; who took it down is for staff, by the journal."""
        return self


class Declaration(models.Model):
    """ "Independent" on the days of `during`, as known now.

    Only `during` says on which days it holds; to withdraw a declaration is to end it: `status`
    says so and `during` gets its first day that is out. One that never was true gets an empty
    `during`. Triggers set `known_from` and `xid` at every UPDATE and copy the row as it was to
    DeclarationPast with the time during which it was what the register knew.
    """

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
    known_from = models.DateTimeField(db_default=ClockTimestamp())
    xid = XidField()

    objects = DeclarationQuerySet.as_manager()

    class Meta:
        verbose_name = _("declaration")
        verbose_name_plural = _("declarations")
        triggers = [
            *DECLARATION_MOVES.triggers(),
            pgtrigger.Trigger(
                name="declaration_known_from",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition("OLD.* IS DISTINCT FROM NEW.*"),
                func=KNOWN_FROM,
            ),
            pgtrigger.Trigger(
                name="declaration_to_past",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Update,
                referencing=pgtrigger.Referencing(old="old_rows", new="new_rows"),
                func=TO_PAST,
            ),
        ]
        indexes = [
            # A duty pass asks which answers begin or end between two days.
            models.Index(RangeStartsWith("during"), name="declaration_begins_on"),
            models.Index(RangeEndsWith("during"), name="declaration_ends_on"),
        ]
        constraints = [
            # Withdrawn ones too: they hold for the days before they ended.
            ExclusionConstraint(
                name="declaration_one_at_a_time",
                expressions=[
                    ("profile", RangeOperators.EQUAL),
                    ("during", RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(name="declaration_begins", condition=Q(during__lower_inf=False)),
            models.CheckConstraint(
                name="declaration_withdrawn_ends",
                condition=~Q(status="withdrawn") | Q(during__upper_inf=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.profile_id} {self.during}"


class DeclarationPast(models.Model):
    """A declaration as it was known during `known`. Written by a trigger only; the application
    role can neither change nor delete it."""

    declaration = models.ForeignKey(Declaration, on_delete=models.PROTECT, related_name="past")
    profile_id = models.BigIntegerField(db_index=True)
    during = DateRangeField()
    status = models.CharField(max_length=10)
    basis = models.CharField(max_length=20)
    known = DateTimeRangeField()

    def __str__(self) -> str:
        return f"{self.declaration_id} as of {self.known}"
