"""What waits for somebody: at the desk of an agency, and at that of the operator."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.utils import timezone

from accounts.models import Proposal
from accounts.permissions import Verb, may
from agencies.models import Agency, Binding, Contract, ContractReview, Dispute
from agencies.queries.admissions import overdue
from agencies.queries.contracts import OVER, counts
from disclosure.models import Rule
from influencers.models import Profile, TierScheme
from journal.values import Actor


@dataclass(frozen=True, slots=True)
class OwnAccounts:
    """The accounts that an agency manages today: how many, with how many followers together (of
    those whose count is published), and how many in each tier, by its floor (None: not known),
    the highest first."""

    accounts: int
    followers: int
    tiers: list[tuple[int | None, int]]


def own_accounts(agency: Agency, today: date) -> OwnAccounts:
    """Of an agency, on a day. Two queries."""
    held = Binding.objects.filter(agency=agency, status="confirmed", during__contains=today)
    profiles = Profile.objects.filter(pk__in=held.values("profile"))
    floors = dict(TierScheme.objects.filter(current=True).values_list("platform_id", "floors"))
    tiers: dict[int | None, int] = {}
    accounts = followers = 0
    parts = profiles.values("platform_id", "tier").annotate(n=Count("pk"), sum=Sum("followers"))
    for part in parts:
        tier = part["tier"]
        floor = tier and floors[part["platform_id"]][tier - 1]
        tiers[floor] = tiers.get(floor, 0) + part["n"]
        accounts += part["n"]
        followers += part["sum"] or 0
    known = sorted((floor for floor in tiers if floor is not None), reverse=True)
    order: list[int | None] = [*known, *([None] if None in tiers else [])]
    return OwnAccounts(accounts, followers, [(floor, tiers[floor]) for floor in order])


@dataclass(frozen=True, slots=True)
class ToDo:
    """What an agency has to see to, in numbers; `contracts` by agencies.values.ContractState."""

    disputes: int
    uncovered: int
    contracts: dict[str, int]


def to_do(agency: Agency, today: date) -> ToDo:
    """Of an agency, on a day of the portal's zone. Three queries."""
    return ToDo(
        Dispute.objects.filter(binding__agency=agency, status="open").count(),
        uncovered(agency, today).count(),
        counts(Contract.objects.filter(agency=agency), today),
    )


def uncovered(agency: Agency, today: date) -> QuerySet[Contract, Any]:
    """Contracts in force or to come that hold no account yet, the newest first."""
    held = Binding.objects.filter(contract=OuterRef("pk")).exclude(status__in=OVER)
    kept = Contract.objects.filter(agency=agency, status="kept")
    not_over = Q(during__upper_inf=True) | Q(during__endswith__gt=today)
    return kept.filter(not_over).exclude(Exists(held)).order_by("-pk")


def open_reviews(agency: Agency) -> QuerySet[ContractReview, Any]:
    """Reviews that ask the agency, the most urgent first, with its progress in each."""
    asked = ContractReview.objects.of([agency.pk]).open()
    return asked.with_progress([agency.pk]).order_by("due", "pk")


@dataclass(frozen=True, slots=True)
class StaffWork:
    """What waits for operators: proposals that the actor may approve; reviews under way, each with
    its progress; disputes that the agency has answered or let pass; rules that are only counted."""

    approvals: int
    reviews: list[ContractReview]
    disputes: int
    shadow_rules: int
    filings: int  # with the authority, overdue


def staff_work(actor: Actor, at: datetime) -> StaffWork:
    """At an instant. Five queries, four for who approves nothing."""
    reviews = ContractReview.objects.visible_to(actor).open().with_progress(seen_by=actor)
    return StaffWork(
        Proposal.objects.waiting_for(actor, at).count(),
        list(reviews.order_by("due", "pk")[:5]),
        Dispute.objects.visible_to(actor).pending().count(),
        Rule.objects.visible_to(actor).filter(status=Rule.Status.SHADOW).count(),
        overdue(actor, timezone.localdate(at)) if may(actor, Verb.SEE_ADMISSIONS) else 0,
    )
