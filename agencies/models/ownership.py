"""Who controls whom, by days: agencies in groups, and groups in groups."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from agencies.models.agencies import Agency, Group
from journal.models import XidField
from journal.models.events import ClockTimestamp
from journal.models.past import keeps_past


class Ownership(models.Model):
    """On which days an agency, or a group (`part`), belongs to a group, as known now; corrections
    keep what was known. Without a first day it is since nobody knows when."""

    agency = models.ForeignKey(
        Agency, on_delete=models.CASCADE, null=True, related_name="ownerships"
    )
    part = models.ForeignKey(Group, on_delete=models.CASCADE, null=True, related_name="owners")
    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="owned")
    during = DateRangeField(_("period"))
    known_from = models.DateTimeField(db_default=ClockTimestamp())
    xid = XidField()

    class Meta:
        verbose_name = _("ownership")
        verbose_name_plural = _("ownerships")
        triggers = keeps_past(
            "ownership",
            "agencies_ownershippast",
            "ownership_id",
            ("agency_id", "part_id", "group_id", "during"),
            fixed=("agency_id", "part_id"),
        )
        constraints = [
            models.CheckConstraint(
                name="ownership_of_one",
                condition=Q(agency__isnull=False, part__isnull=True)
                | Q(agency__isnull=True, part__isnull=False),
            ),
            models.CheckConstraint(
                name="ownership_of_another",
                condition=Q(part__isnull=True) | ~Q(part=F("group")),
            ),
            ExclusionConstraint(
                name="ownership_agency_in_one_group",
                expressions=[
                    ("agency", RangeOperators.EQUAL),
                    ("during", RangeOperators.OVERLAPS),
                ],
                condition=Q(agency__isnull=False),
            ),
            ExclusionConstraint(
                name="ownership_group_in_one_group",
                expressions=[
                    ("part", RangeOperators.EQUAL),
                    ("during", RangeOperators.OVERLAPS),
                ],
                condition=Q(part__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agency_id or self.part_id} in {self.group_id} {self.during}"


class OwnershipPast(models.Model):
    """An ownership as it was known during `known`; written by a trigger only."""

    ownership_id = models.BigIntegerField(db_index=True)
    agency_id = models.BigIntegerField(null=True, db_index=True)
    part_id = models.BigIntegerField(null=True, db_index=True)
    group_id = models.BigIntegerField()
    during = DateRangeField()
    known = DateTimeRangeField()

    def __str__(self) -> str:
        return f"{self.ownership_id} as of {self.known}"
