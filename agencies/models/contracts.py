"""What agencies and influencers agreed, as the agencies keep it here. Seen by the agency alone."""

from django.contrib.postgres.fields import ArrayField, DateRangeField, DateTimeRangeField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.models import File
from agencies.models.agencies import Agency
from influencers.models.reach import reached
from journal.models import Moves, XidField
from journal.models.events import ClockTimestamp
from journal.models.past import keeps_past
from journal.values import Actor

ALL_LINES = ((0, 1000),)
WORLD = ((0, 1_000_000),)


class BusinessLine(models.Model):
    """A part of what an influencer does that a contract can cover: live, commerce, video …

    Lines are numbered; `all` is [0, 1000). A half contract covers some of them.
    """

    code = models.SlugField(max_length=30, unique=True)
    number = models.PositiveSmallIntegerField(unique=True)
    name_en = models.CharField(max_length=60)
    name_zh = models.CharField(max_length=60)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.CheckConstraint(name="line_below_all", condition=Q(number__lt=1000)),
        ]

    def __str__(self) -> str:
        return self.name_zh if (get_language() or "").startswith("zh") else self.name_en


class ContractTerritory(models.Model):
    """Where a contract holds: nested intervals, world ⊃ country ⊃ province. Numbers never change
    their meaning: they stand in bindings."""

    code = models.CharField(max_length=12, unique=True)
    lo = models.PositiveIntegerField()
    hi = models.PositiveIntegerField()
    name_en = models.CharField(max_length=80)
    name_zh = models.CharField(max_length=80)

    class Meta:
        ordering = ["lo", "-hi"]
        constraints = [
            models.CheckConstraint(
                name="contractterritory_forward", condition=Q(hi__gt=models.F("lo"))
            ),
        ]

    def __str__(self) -> str:
        return self.name_zh if (get_language() or "").startswith("zh") else self.name_en


CONTRACT_MOVES = Moves("contract", {"kept": ("withdrawn",), "withdrawn": ()}, first=("kept",))


class ContractQuerySet(models.QuerySet["Contract"]):
    def visible_to(self, actor: Actor) -> "ContractQuerySet":
        """The agency's own; staff reads them where a case or a review leads there, and with a
        grant that is limited those that hold an account within it, or none yet."""
        if not actor.roles:
            return self.filter(agency_id__in=actor.agency_ids)
        if not actor.is_limited:
            return self
        near = Contract.objects.filter(reached(actor, "bindings__profile__"))
        some = Contract.objects.filter(bindings__isnull=False)
        return self.filter(Q(pk__in=near.values("pk")) | ~Q(pk__in=some.values("pk")))

    def kept(self) -> "ContractQuerySet":
        return self.filter(status="kept")


class Contract(models.Model):
    """One contract as known now. Amending it makes the next revision; a trigger keeps the one
    before. What the calendar decides (upcoming, in force, ended) is read from `during`."""

    class Kind(models.TextChoices):
        FULL = "full", _("full contract")
        HALF = "half", _("half contract")

    class Status(models.TextChoices):
        KEPT = "kept", _("kept")
        WITHDRAWN = "withdrawn", _("withdrawn")

    class Renewal(models.TextChoices):
        NONE = "none", _("ends")
        AUTO = "auto", _("renews by itself")

    SERVICES = [
        ("planning", _("planning")),
        ("production", _("production")),
        ("marketing", _("marketing")),
        ("brokerage", _("brokerage")),
    ]

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="contracts")
    reference = models.CharField(_("reference"), max_length=80)
    party = models.CharField(_("influencer"), max_length=200)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.FULL)
    services = ArrayField(
        models.CharField(max_length=20, choices=SERVICES), verbose_name=_("services"), default=list
    )
    signed_on = models.DateField(_("signed on"), null=True, blank=True)
    during = DateRangeField(_("period"))
    renewal = models.CharField(_("renewal"), max_length=10, choices=Renewal, default=Renewal.NONE)
    status = models.CharField(_("state"), max_length=10, choices=Status, default=Status.KEPT)
    revision = models.PositiveSmallIntegerField(_("revision"), default=1)
    last_confirmed_on = models.DateField(_("last confirmed on"), null=True)
    unconfirmed_since = models.DateField(_("unconfirmed since"), null=True)
    document = models.ForeignKey(File, on_delete=models.PROTECT, null=True, related_name="+")
    # The contract of a merged agency that this one goes on with.
    succeeds = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="succeeded_by"
    )
    known_from = models.DateTimeField(db_default=ClockTimestamp())
    xid = XidField()

    objects = ContractQuerySet.as_manager()

    class Meta:
        verbose_name = _("contract")
        verbose_name_plural = _("contracts")
        triggers = [
            *CONTRACT_MOVES.triggers(),
            *keeps_past(
                "contract",
                "agencies_contractpast",
                "contract_id",
                (
                    "agency_id",
                    "reference",
                    "party",
                    "kind",
                    "services",
                    "signed_on",
                    "during",
                    "renewal",
                    "status",
                    "revision",
                    "last_confirmed_on",
                    "unconfirmed_since",
                    "document_id",
                ),
                fixed=("agency_id",),
            ),
        ]
        constraints = [
            # One that was withdrawn was entered by mistake: its reference is free again.
            models.UniqueConstraint(
                "agency",
                Lower("reference"),
                condition=Q(status="kept"),
                name="contract_reference",
            ),
            models.CheckConstraint(
                name="contract_period",
                condition=Q(during__isempty=False, during__lower_inf=False),
            ),
        ]
        indexes = [models.Index(fields=["agency", "id"], name="contract_agency")]

    def __str__(self) -> str:
        return self.reference


class ContractPast(models.Model):
    """A contract as it was known during `known`; written by a trigger only."""

    contract_id = models.BigIntegerField(db_index=True)
    agency_id = models.BigIntegerField()
    reference = models.CharField(max_length=80)
    party = models.CharField(max_length=200)
    kind = models.CharField(max_length=10)
    services = ArrayField(models.CharField(max_length=20))
    signed_on = models.DateField(null=True)
    during = DateRangeField()
    renewal = models.CharField(max_length=10)
    status = models.CharField(max_length=10)
    revision = models.PositiveSmallIntegerField()
    last_confirmed_on = models.DateField(null=True)
    unconfirmed_since = models.DateField(null=True)
    document_id = models.BigIntegerField(null=True)
    known = DateTimeRangeField()

    def __str__(self) -> str:
        return f"{self.reference} r{self.revision}"
