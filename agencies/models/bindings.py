"""Which account a contract covers, in which scopes and for which days; and what is contested."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from agencies.models.agencies import Agency
from agencies.models.contracts import ALL_LINES, WORLD, Contract
from agencies.models.fields import IntMultirangeField
from influencers.models import Profile
from influencers.models.reach import reached
from journal.models import Moves, XidField
from journal.models.events import ClockTimestamp
from journal.models.past import keeps_past
from journal.values import Actor, ActorKind

BINDING_MOVES = Moves(
    "binding",
    {
        "claimed": ("confirmed", "refused", "withdrawn"),
        "confirmed": ("suspended", "void"),
        "suspended": ("confirmed", "void"),
        "void": (),
        "refused": (),
        "withdrawn": (),
    },
    first=("claimed",),
)
PUBLIC = ("confirmed", "suspended")


class BindingQuerySet(models.QuerySet["Binding"]):
    def visible_to(self, actor: Actor) -> "BindingQuerySet":
        """Confirmed ones are public; a claim is for its agency, for staff that reaches the
        account, and for whoever it is about."""
        if actor.roles or actor.kind is ActorKind.CLOCK:
            return self.filter(Q(status__in=PUBLIC) | reached(actor)) if actor.is_limited else self
        return self.filter(Q(status__in=PUBLIC) | Q(agency_id__in=actor.agency_ids))

    def beyond(self, actor: Actor) -> "BindingQuerySet":
        """Those of accounts that the actor's grant does not reach."""
        return self.exclude(reached(actor)) if actor.is_limited else self.none()

    def of(self, actor: Actor) -> "BindingQuerySet":
        return self.filter(agency_id__in=actor.agency_ids)


class Binding(models.Model):
    """A contract's hold on one account: contract and account never change, dates and scopes may.

    Nobody may confirm it but the creator who proved control of the account, the platform's own
    record, or an operator on documents with a second person. `basis` says which, `proof` how.
    `last_day` in files and forms is the day before `during` ends.
    """

    class Status(models.TextChoices):
        CLAIMED = "claimed", _("awaiting the creator")
        CONFIRMED = "confirmed", _("confirmed")
        SUSPENDED = "suspended", _("suspended")
        VOID = "void", _("void")
        REFUSED = "refused", _("refused")
        WITHDRAWN = "withdrawn", _("withdrawn")

    class Basis(models.TextChoices):
        CREATOR = "creator", _("confirmed by the creator")
        PLATFORM_RECORD = "platform_record", _("the platform's record")
        DOCUMENTS = "documents", _("established on documents")

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="bindings")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="bindings")
    profile = models.ForeignKey(Profile, on_delete=models.PROTECT, related_name="bindings")
    lines = IntMultirangeField(_("business lines"), default=ALL_LINES)
    territory = IntMultirangeField(_("contract territory"), default=WORLD)
    during = DateRangeField(_("period"))
    exclusive = models.BooleanField(_("exclusive"), default=True)
    status = models.CharField(_("state"), max_length=10, choices=Status, default=Status.CLAIMED)
    basis = models.CharField(_("basis"), max_length=20, choices=Basis, blank=True)
    proof = models.CharField(max_length=60, blank=True)
    confirmed_on = models.DateField(null=True)
    last_confirmed_on = models.DateField(_("last confirmed on"), null=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    claimed_at = models.DateTimeField(auto_now_add=True)
    # The binding of a merged agency that this one goes on with.
    succeeds = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="succeeded_by"
    )
    known_from = models.DateTimeField(db_default=ClockTimestamp())
    xid = XidField()

    objects = BindingQuerySet.as_manager()

    class Meta:
        verbose_name = _("binding")
        verbose_name_plural = _("bindings")
        triggers = [
            *BINDING_MOVES.triggers(),
            *keeps_past(
                "binding",
                "agencies_bindingpast",
                "binding_id",
                (
                    "contract_id",
                    "agency_id",
                    "profile_id",
                    "lines",
                    "territory",
                    "during",
                    "exclusive",
                    "status",
                    "basis",
                    "confirmed_on",
                    "last_confirmed_on",
                ),
                fixed=("contract_id", "agency_id", "profile_id"),
            ),
        ]
        constraints = [
            # Half contracts: two agencies may hold one account where lines or territories differ.
            ExclusionConstraint(
                name="binding_exclusive",
                index_type="GIST",
                expressions=[
                    ("profile", RangeOperators.EQUAL),
                    ("lines", RangeOperators.OVERLAPS),
                    ("territory", RangeOperators.OVERLAPS),
                    ("during", RangeOperators.OVERLAPS),
                ],
                condition=Q(exclusive=True, status__in=["confirmed", "suspended"]),
            ),
            models.CheckConstraint(
                name="binding_period",
                condition=Q(during__isempty=False, during__lower_inf=False),
            ),
            models.CheckConstraint(
                name="binding_public_on_a_basis",
                condition=~Q(status__in=["confirmed", "suspended"])
                | (~Q(basis="") & Q(confirmed_on__isnull=False)),
            ),
        ]
        indexes = [
            models.Index(fields=["profile", "id"], name="binding_profile"),
            models.Index(fields=["agency", "status", "id"], name="binding_agency"),
            # A duty pass asks which answers begin or end between two days.
            models.Index(
                models.Func("during", function="lower", output_field=models.DateField()),
                name="binding_begins_on",
            ),
            models.Index(
                models.Func("during", function="upper", output_field=models.DateField()),
                name="binding_ends_on",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agency_id} on {self.profile_id} {self.during}"


class BindingPast(models.Model):
    """A binding as it was known during `known`; written by a trigger only."""

    binding_id = models.BigIntegerField(db_index=True)
    contract_id = models.BigIntegerField()
    agency_id = models.BigIntegerField()
    profile_id = models.BigIntegerField(db_index=True)
    lines = IntMultirangeField()
    territory = IntMultirangeField()
    during = DateRangeField()
    exclusive = models.BooleanField()
    status = models.CharField(max_length=10)
    basis = models.CharField(max_length=20, blank=True)
    confirmed_on = models.DateField(null=True)
    last_confirmed_on = models.DateField(null=True)
    known = DateTimeRangeField()

    def __str__(self) -> str:
        return f"{self.binding_id} as of {self.known}"


DISPUTE_MOVES = Moves(
    "dispute",
    {
        "open": ("answered", "upheld", "rejected", "withdrawn"),
        "answered": ("upheld", "rejected", "withdrawn"),
        "upheld": (),
        "rejected": (),
        "withdrawn": (),
    },
    first=("open",),
)


class DisputeQuerySet(models.QuerySet["Dispute"]):
    def visible_to(self, actor: Actor) -> "DisputeQuerySet":
        """Staff: those of accounts that their grants reach; members: those of their agencies."""
        if actor.roles or actor.kind is ActorKind.CLOCK:
            return self.filter(reached(actor))
        return self.filter(binding__agency_id__in=actor.agency_ids)

    def pending(self) -> "DisputeQuerySet":
        return self.filter(status__in=["open", "answered"])


class Dispute(models.Model):
    """ "I never signed": somebody contests a binding. The label says so only when whoever contests
    it proved control of the account, and the binding was public. To want out of a binding that
    was right (`wish` end) contests nothing: it is between the parties and those who decide.

    `opened_at` and `closed_at` are each written once: they are its clock of what was known.
    """

    class Status(models.TextChoices):
        OPEN = "open", pgettext_lazy("dispute", "open")
        ANSWERED = "answered", _("answered")
        UPHELD = "upheld", _("upheld: the binding is void")
        REJECTED = "rejected", _("rejected: the binding stands")
        WITHDRAWN = "withdrawn", _("withdrawn")

    class Wish(models.TextChoices):
        VOID = "void", _("it never held")
        END = "end", _("it is to end")

    binding = models.ForeignKey(Binding, on_delete=models.PROTECT, related_name="disputes")
    profile = models.ForeignKey(Profile, on_delete=models.PROTECT, related_name="disputes")
    wish = models.CharField(_("wish"), max_length=10, choices=Wish, default=Wish.VOID)
    proven = models.BooleanField(_("control proven"), default=False)
    status = models.CharField(_("state"), max_length=10, choices=Status, default=Status.OPEN)
    statement = models.TextField(_("statement"), blank=True)
    answer = models.TextField(_("the agency's answer"), blank=True)
    decision = models.TextField(_("decision"), blank=True)
    from_day = models.DateField(_("since"))
    opened_at = models.DateTimeField(db_default=ClockTimestamp())
    due_at = models.DateTimeField(_("to be answered by"))
    closed_at = models.DateTimeField(null=True)
    to_day = models.DateField(null=True)
    xid = XidField()

    objects = DisputeQuerySet.as_manager()

    class Meta:
        verbose_name = _("dispute")
        verbose_name_plural = _("disputes")
        triggers = DISPUTE_MOVES.triggers()
        constraints = [
            models.UniqueConstraint(
                fields=["binding"],
                condition=Q(status__in=["open", "answered"], proven=True),
                name="dispute_one_proven_at_a_time",
            ),
            models.UniqueConstraint(
                fields=["binding"],
                condition=Q(status__in=["open", "answered"], wish="end"),
                name="dispute_one_wish_to_end_at_a_time",
            ),
            models.CheckConstraint(
                name="dispute_to_end_is_not_public", condition=~Q(wish="end", proven=True)
            ),
            models.CheckConstraint(
                name="dispute_closed_when_over",
                condition=Q(
                    status__in=["open", "answered"], closed_at__isnull=True, to_day__isnull=True
                )
                | Q(
                    status__in=["upheld", "rejected", "withdrawn"],
                    closed_at__isnull=False,
                    to_day__isnull=False,
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.binding_id}: {self.status}"

    @property
    def is_objection(self) -> bool:
        """Said without a proof, perhaps by somebody who lost the account: what they wrote is not
        for whoever controls it now."""
        return not self.proven and self.wish == Dispute.Wish.VOID
