"""What is looked at and what is decided."""

import uuid
from datetime import date, datetime, timedelta

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Proposal
from accounts.permissions import Verb, may
from agencies.models import Agency, Binding, Dispute
from influencers.models import Profile
from influencers.models.reach import reached_or_of_none
from journal.models import Moves
from journal.values import Actor
from reports.models.reports import Category, in_language

CASE_MOVES = Moves(
    "case", {"open": ("decided", "dropped"), "decided": (), "dropped": ()}, first=("open",)
)


WAITS = Q(proposal__status="proposed")


class CaseQuerySet(models.QuerySet["Case"]):
    def visible_to(self, actor: Actor) -> "CaseQuerySet":
        """Moderators, regulators and keys of the platform; an agency hears of a decision, never of
        a case. What is about no platform (an agency) is for all of them."""
        if not may(actor, Verb.SEE_CASES):
            return self.none()
        return self.filter(reached_or_of_none(actor))

    def workable_by(self, actor: Actor) -> "CaseQuerySet":
        """Open ones that the actor may decide: disputes are for who may decide disputes."""
        if not may(actor, Verb.WORK_CASES):
            return self.none()
        mine = self.visible_to(actor).open()
        return mine if may(actor, Verb.DECIDE_DISPUTES) else mine.exclude(kind="dispute")

    def open(self) -> "CaseQuerySet":
        return self.filter(status="open")

    def held(self, at: datetime) -> "CaseQuerySet":
        """Open, and claimed by somebody whose claim still holds."""
        return self.open().filter(claimed_until__gt=at)

    def free(self, at: datetime) -> "CaseQuerySet":
        """Open, claimed by nobody whose claim still holds, and waiting for no second person."""
        free = Q(claimed_until__isnull=True) | Q(claimed_until__lte=at)
        return self.open().filter(free).exclude(WAITS)

    def waiting(self) -> "CaseQuerySet":
        """Open, and proposed to be decided in a way that takes two people."""
        return self.open().filter(WAITS)

    def overdue(self, at: datetime) -> "CaseQuerySet":
        return self.open().filter(due_at__lt=at)


class Case(models.Model):
    """Reports on one target in one category within one window, or a contested binding.

    `target` is the key by which reports are gathered: `profile:<id>`, `agency:<id>`, or a text;
    while a case is open and within `gathers`, no second one stands beside it. `claimed_until` is
    the end of a lease: a moderator who leaves a case blocks nobody. `due_at` is the end of the
    handling time, a setting of the portal: no law names a number of days. `proposal` is the last
    one to correct the label; while it is open the case waits for a second person. `source_count`
    says how many distinct sources reported, as far as the daily key could tell; nothing else is
    kept of them.
    """

    class Kind(models.TextChoices):
        REPORTS = "reports", _("reports")
        DISPUTE = "dispute", _("dispute")

    class Status(models.TextChoices):
        OPEN = "open", pgettext_lazy("case", "open")
        DECIDED = "decided", pgettext_lazy("case", "decided")
        DROPPED = "dropped", pgettext_lazy("case", "dropped: no longer needed")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.REPORTS)
    category = models.ForeignKey(
        Category, on_delete=models.PROTECT, related_name="cases", verbose_name=_("category")
    )
    target = models.CharField(max_length=340)
    platform = models.CharField(_("platform"), max_length=30, blank=True)
    profile = models.ForeignKey(Profile, on_delete=models.PROTECT, null=True, related_name="cases")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, related_name="cases")
    dispute = models.OneToOneField(
        Dispute, on_delete=models.PROTECT, null=True, related_name="case"
    )
    target_text = models.CharField(max_length=300, blank=True)
    status = models.CharField(_("state"), max_length=10, choices=Status, default=Status.OPEN)
    priority = models.PositiveSmallIntegerField(_("priority"), default=0)
    report_count = models.PositiveIntegerField(_("reports"), default=0)
    source_count = models.PositiveIntegerField(_("sources"), default=0)
    act_day = models.DateField(_("day of the act"))
    gathers = DateTimeRangeField()
    opened_at = models.DateTimeField(_("opened at"), default=timezone.now)
    due_at = models.DateTimeField(_("due"))
    closed_at = models.DateTimeField(null=True)
    claimed_by = models.CharField(max_length=200, blank=True)
    claimed_by_id = models.CharField(max_length=80, blank=True)
    claimed_until = models.DateTimeField(null=True)
    proposal = models.ForeignKey(
        Proposal, on_delete=models.PROTECT, null=True, related_name="cases"
    )

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        triggers = CASE_MOVES.triggers()
        indexes = [
            models.Index(F("priority").desc(), "id", name="case_queue", condition=Q(status="open")),
            models.Index(fields=["target", "id"], name="case_target"),
        ]
        constraints = [
            ExclusionConstraint(
                name="case_one_open_on_a_target",
                expressions=[
                    ("target", RangeOperators.EQUAL),
                    ("category", RangeOperators.EQUAL),
                    ("gathers", RangeOperators.OVERLAPS),
                ],
                condition=Q(status="open", kind="reports"),
            ),
            models.CheckConstraint(
                name="case_kind_has_its_own",
                condition=Q(kind="reports", dispute__isnull=True)
                | Q(kind="dispute", dispute__isnull=False),
            ),
            models.CheckConstraint(
                name="case_claimed_by_somebody",
                condition=Q(claimed_until__isnull=True, claimed_by_id="")
                | (Q(claimed_until__isnull=False) & ~Q(claimed_by_id="")),
            ),
            models.CheckConstraint(
                name="case_closed_when_over",
                condition=Q(status="open", closed_at__isnull=True)
                | (~Q(status="open") & Q(closed_at__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """What people call it: the year and a number that is never used again."""
        return f"{timezone.localtime(self.opened_at):%Y}-{self.pk:05d}"

    @property
    def about(self) -> str:
        """The target in words."""
        return str(self.profile or self.agency or self.target_text)

    @property
    def opened_on(self) -> date:
        """The day (portal's zone) of its first report. To whoever does not decide reports nothing
        says more: the minute may tell who was there."""
        return timezone.localdate(self.opened_at)

    @property
    def due_on(self) -> date:
        """The last day (portal's zone) to decide."""
        return timezone.localdate(self.due_at - timedelta(microseconds=1))

    @property
    def outcomes(self) -> frozenset[str]:
        """The outcomes that a decision on it can have."""
        outcome = Decision.Outcome
        if self.kind == self.Kind.DISPUTE:
            return frozenset({outcome.NO_ACTION, outcome.LABEL_CORRECTED})
        excluded = set()
        if not self.category.sanctionable:
            excluded |= {outcome.WARNING, outcome.LABEL_CORRECTED}
        if self.profile_id is None or not self.category.about_label:
            excluded |= {outcome.LABEL_CORRECTED}
        return frozenset(outcome.values) - excluded

    @property
    def waits(self) -> bool:
        """Whether a second person has to decide on what was proposed."""
        return self.proposal is not None and self.proposal.is_open

    def is_for(self, actor: Actor) -> bool:
        """Whether the actor may decide it."""
        verb = Verb.DECIDE_DISPUTES if self.kind == self.Kind.DISPUTE else Verb.WORK_CASES
        return may(actor, Verb.WORK_CASES) and may(actor, verb)

    def holder(self, at: datetime) -> str:
        """The id of who holds it at an instant, or "" for nobody."""
        held = self.claimed_until is not None and self.claimed_until > at
        return self.claimed_by_id if held else ""


class Decision(models.Model):
    """What was decided on a case, why, and what follows: its statement of reasons. Never changed.

    `facts`, `ground` with `ground_text`, and `explanation` are the parts that DSA article 17 asks
    for; a decision without them cannot be stored. `agencies_on_day` are those that managed the
    account on the day of the act: the decision is theirs though the account may have left.
    """

    class Outcome(models.TextChoices):
        NO_ACTION = "no_action", _("Not borne out: nothing follows")
        NOTED = "noted", _("Borne out: put on record")
        WARNING = "warning", _("Borne out: the party is warned")
        LABEL_CORRECTED = "label_corrected", _("Borne out: the label is corrected")
        NOT_OURS = "not_ours", _("Not for this portal")

    class Ground(models.TextChoices):
        LAW = "law", _("law in force")
        PLATFORM_POLICY = "platform_policy", _("platform policy")
        REGISTER = "register", _("rules of this register")

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="decision")
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    outcome = models.CharField(_("outcome"), max_length=20, choices=Outcome)
    ground = models.CharField(_("ground"), max_length=20, choices=Ground)
    ground_text = models.CharField(_("rule or clause"), max_length=500)
    facts = models.TextField(_("facts"))
    explanation = models.TextField(_("explanation"))
    measures = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    act_day = models.DateField(_("day of the act"))
    agencies_on_day = ArrayField(models.BigIntegerField(), default=list, blank=True)
    binding = models.ForeignKey(
        Binding, on_delete=models.PROTECT, null=True, related_name="decisions"
    )
    decided_by = models.CharField(max_length=200)
    decided_by_id = models.CharField(max_length=80)
    # Of a decision that takes two people: who proposed it.
    proposed_by = models.CharField(max_length=200, blank=True)
    proposed_by_id = models.CharField(max_length=80, blank=True)
    decided_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        constraints = [
            models.CheckConstraint(
                name="decision_with_reasons",
                condition=~Q(facts="") & ~Q(explanation="") & ~Q(ground_text=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.outcome}"

    @property
    def borne_out(self) -> bool:
        return self.outcome in BORNE_OUT


BORNE_OUT = frozenset(
    {Decision.Outcome.NOTED, Decision.Outcome.WARNING, Decision.Outcome.LABEL_CORRECTED}
)


class TemplateQuerySet(models.QuerySet["Template"]):
    def fitting(self, case: Case) -> "TemplateQuerySet":
        """Those for its category, then those for all, as far as the case can end so."""
        fits = Q(category=case.category_id) | Q(category__isnull=True)
        return self.filter(fits, outcome__in=case.outcomes).order_by(
            F("category").asc(nulls_last=True), "sort_order", "pk"
        )


class Template(models.Model):
    """Words to begin a decision with, for one category or (without one) for all.

    `{about}`, `{day}`, `{category}`, `{agency}` and `{reports}` are filled in from the case.
    """

    code = models.SlugField(max_length=60, unique=True)
    category = models.ForeignKey(
        Category, on_delete=models.CASCADE, null=True, related_name="templates"
    )
    outcome = models.CharField(max_length=20, choices=Decision.Outcome)
    name_en = models.CharField(max_length=120)
    name_zh = models.CharField(max_length=120)
    facts_en = models.TextField()
    facts_zh = models.TextField()
    explanation_en = models.TextField()
    explanation_zh = models.TextField()
    sort_order = models.PositiveSmallIntegerField(default=0)

    objects = TemplateQuerySet.as_manager()

    class Meta:
        ordering = ["sort_order"]
        verbose_name = _("template")
        verbose_name_plural = _("templates")

    def __str__(self) -> str:
        return in_language(self.name_en, self.name_zh)

    @property
    def facts(self) -> str:
        return in_language(self.facts_en, self.facts_zh)

    @property
    def explanation(self) -> str:
        return in_language(self.explanation_en, self.explanation_zh)
