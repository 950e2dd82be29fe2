"""Agencies (MCNs), their names over time, their groups, and the people who work there."""

from datetime import date

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, DateTimeRangeField, RangeOperators
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from influencers.models.profiles import Bigrams
from influencers.models.reach import reached
from journal.models import XidField
from journal.models.events import ClockTimestamp
from journal.models.past import keeps_past
from journal.values import Actor


class Group(models.Model):
    """Agencies under one control."""

    slug = models.SlugField(max_length=80, unique=True)
    name_en = models.CharField(_("English name"), max_length=200)
    name_zh = models.CharField(_("Chinese name"), max_length=200)

    class Meta:
        verbose_name = _("group")
        verbose_name_plural = _("groups")

    def __str__(self) -> str:
        return self.name_zh if (get_language() or "").startswith("zh") else self.name_en


class AgencyQuerySet(models.QuerySet["Agency"]):
    def visible_to(self, actor: Actor) -> "AgencyQuerySet":
        """Which agencies there are is public."""
        return self

    def kept_by(self, actor: Actor) -> "AgencyQuerySet":
        """Those whose record staff may read: what spans several platforms is seen where one
        matches. One that has not claimed any account yet is for all."""
        if not actor.is_limited:
            return self
        near = Agency.objects.filter(reached(actor, "bindings__profile__"))
        some = Agency.objects.filter(bindings__isnull=False)
        return self.filter(Q(pk__in=near.values("pk")) | ~Q(pk__in=some.values("pk")))

    def of(self, actor: Actor) -> "AgencyQuerySet":
        """Those that the actor works for."""
        return self.filter(pk__in=actor.agency_ids)


class Agency(models.Model):
    """A multi-channel network. Its unified social credit code is its identity: a rename keeps it.

    `code_override` says why a code that fails its check digit was accepted all the same. The names
    shown are those of AgencyName on the day; `name_en` and `name_zh` are today's, for lists, and so
    is `group`: who owned it on which days says Ownership.
    """

    class Ending(models.TextChoices):
        MERGED = "merged", pgettext_lazy("agency", "merger")
        DEREGISTERED = "deregistered", pgettext_lazy("agency", "deregistration")

    slug = models.SlugField(max_length=80, unique=True)
    credit_code = models.CharField(_("credit code"), max_length=18, unique=True)
    code_override = models.CharField(_("why the code stands"), max_length=300, blank=True)
    group = models.ForeignKey(
        Group, on_delete=models.PROTECT, null=True, blank=True, related_name="agencies"
    )
    name_en = models.CharField(_("English name"), max_length=200)
    name_zh = models.CharField(_("Chinese name"), max_length=200)
    address = models.CharField(_("registered address"), max_length=300, blank=True)
    contact_email = models.EmailField(_("contact"), blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    ending = models.CharField(
        _("ended by"), max_length=20, choices=Ending, blank=True, db_default=""
    )
    ended_on = models.DateField(_("ended on"), null=True)  # the first day on which it is no more
    successor = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="predecessors"
    )

    objects = AgencyQuerySet.as_manager()

    class Meta:
        verbose_name = _("agency")
        verbose_name_plural = _("agencies")
        constraints = [
            models.CheckConstraint(
                name="agency_code_form",
                condition=Q(credit_code__regex=r"^[0-9A-HJ-NPQRTUWXY]{18}$"),
            ),
            models.CheckConstraint(
                name="agency_ended_somehow",
                condition=Q(ending="", ended_on__isnull=True, successor__isnull=True)
                | Q(ending="merged", ended_on__isnull=False, successor__isnull=False)
                | Q(ending="deregistered", ended_on__isnull=False, successor__isnull=True),
            ),
            models.CheckConstraint(
                name="agency_succeeded_by_another",
                condition=Q(successor__isnull=True) | ~Q(successor=F("pk")),
            ),
        ]
        indexes = [
            GinIndex(Bigrams(Upper("name_zh")), name="agency_name_bigrams"),
            GinIndex(OpClass(Upper("name_en"), "gin_trgm_ops"), name="agency_name_trgm"),
        ]

    def __str__(self) -> str:
        return self.name_zh if (get_language() or "").startswith("zh") else self.name_en


class AgencyName(models.Model):
    """What an agency is called on which days, as known now; corrections keep what was known."""

    agency = models.ForeignKey(Agency, on_delete=models.CASCADE, related_name="names")
    name_en = models.CharField(_("English name"), max_length=200)
    name_zh = models.CharField(_("Chinese name"), max_length=200)
    during = DateRangeField(_("period"))
    known_from = models.DateTimeField(db_default=ClockTimestamp())
    xid = XidField()

    class Meta:
        verbose_name = _("agency name")
        verbose_name_plural = _("agency names")
        triggers = keeps_past(
            "agencyname",
            "agencies_agencynamepast",
            "agency_name_id",
            ("agency_id", "name_en", "name_zh", "during"),
            fixed=("agency_id",),
        )
        constraints = [
            ExclusionConstraint(
                name="agency_one_name_at_a_time",
                expressions=[
                    ("agency", RangeOperators.EQUAL),
                    ("during", RangeOperators.OVERLAPS),
                ],
                deferrable=models.Deferrable.DEFERRED,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name_zh} {self.during}"


class AgencyNamePast(models.Model):
    agency_name_id = models.BigIntegerField(db_index=True)
    agency_id = models.BigIntegerField(db_index=True)
    name_en = models.CharField(max_length=200)
    name_zh = models.CharField(max_length=200)
    during = DateRangeField()
    known = DateTimeRangeField()

    def __str__(self) -> str:
        return f"{self.name_zh} as of {self.known}"


class MembershipQuerySet(models.QuerySet["Membership"]):
    def visible_to(self, actor: Actor) -> "MembershipQuerySet":
        """Staff: those of agencies whose record it may read; members: their own agencies'."""
        if not actor.roles:
            return self.filter(agency_id__in=actor.agency_ids)
        return self.filter(agency__in=Agency.objects.kept_by(actor)) if actor.is_limited else self

    def in_force(self, day: date) -> "MembershipQuerySet":
        return self.filter(since__lte=day).filter(Q(until__isnull=True) | Q(until__gt=day))


class Membership(models.Model):
    """Somebody works for an agency. Named people only: a shared sign-in is what the draft measures
    forbid (domain: article on misuse of the back-end account)."""

    class Role(models.TextChoices):
        OWNER = "owner", _("owner")
        EDITOR = "editor", _("editor")
        VIEWER = "viewer", _("viewer")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="memberships"
    )
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(_("role"), max_length=10, choices=Role)
    since = models.DateField(_("since"))
    until = models.DateField(_("until"), null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        constraints = [
            models.CheckConstraint(
                name="membership_forward",
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
            ),
            models.UniqueConstraint(
                fields=["user", "agency"],
                condition=Q(until__isnull=True),
                name="membership_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role} of {self.agency_id}"
