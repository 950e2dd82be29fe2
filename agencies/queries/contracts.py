"""Contracts as their agency looks at them: by what the calendar and the creators make of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet

from accounts.models import ApiKey
from agencies.models import Agency, Binding, Contract, ContractPast, Dispute, Membership
from agencies.queries.accounts import with_questions
from agencies.values import EXPIRING_WITHIN, ContractState
from journal.models import Event
from journal.values import Actor, ActorKind

OVER = ("void", "refused", "withdrawn")


def in_state(contracts: QuerySet[Contract, Any], state: str, today: date) -> QuerySet[Any, Any]:
    """Those that are in a state (ContractState) on a day of the portal's zone; a contract may be
    in several."""
    return contracts.filter(_conditions(today)[ContractState(state)])


def counts(contracts: QuerySet[Contract, Any], today: date) -> dict[str, int]:
    """How many are in each state. One query."""
    found: dict[str, int] = contracts.aggregate(
        **{state.value: Count("pk", filter=asked) for state, asked in _conditions(today).items()}
    )
    return found


def _conditions(today: date) -> dict[ContractState, Q]:
    kept, over = Q(status="kept"), Q(during__endswith__lte=today)
    # Said so, not as `~over`: of a period without an end that is neither true nor false.
    ahead = Q(during__upper_inf=True) | Q(during__endswith__gt=today)
    claimed = Binding.objects.filter(contract=OuterRef("pk"), status="claimed")
    contested = Dispute.objects.pending().filter(binding__contract=OuterRef("pk"))
    soon = today + timedelta(days=EXPIRING_WITHIN)
    return {
        ContractState.ACTIVE: kept & ahead,
        ContractState.EXPIRING: kept & ahead & Q(during__endswith__lte=soon, renewal="none"),
        ContractState.AWAITING: kept & Q(Exists(claimed)),
        ContractState.DISPUTED: kept & Q(Exists(contested)),
        ContractState.UNCONFIRMED: kept & ahead & Q(unconfirmed_since__isnull=False),
        ContractState.ENDED: ~kept | over,
    }


def not_over(day: date) -> Q:
    """For rows with a period `during`: those that have not ended by a day."""
    return Q(during__upper_inf=True) | Q(during__endswith__gt=day)


def with_bindings(
    contracts: QuerySet[Contract, Any], *, over: bool = False
) -> QuerySet[Contract, Any]:
    """With what they hold, as `held`: bindings with their accounts, whether they are `contested`
    and whether the account was `asked` and has not answered; `over`: also those that came to
    nothing."""
    wanted = Binding.objects.exclude(status__in=() if over else OVER)
    rows = with_questions(wanted.select_related("profile__platform")).order_by("pk")
    return contracts.prefetch_related(Prefetch("bindings", rows, to_attr="held"))


@dataclass(frozen=True, slots=True)
class Revision:
    """A contract as it was from `known_from` on; `changed`: pairs of old and new by field."""

    number: int
    known_from: datetime
    changed: dict[str, tuple[Any, Any]]


COMPARED = ("reference", "party", "kind", "services", "signed_on", "during", "renewal", "status")


def revisions(contract: Contract) -> list[Revision]:
    """The revisions of a contract with what each changed, newest first. One query."""
    past = ContractPast.objects.filter(contract_id=contract.pk).order_by("known")
    rows: list[tuple[Any, datetime]] = [(row, row.known.lower) for row in past]
    rows.append((contract, contract.known_from))
    found = []
    before: Any = None
    for row, known_from in rows:
        changed = {
            name: (getattr(before, name), getattr(row, name))
            for name in COMPARED
            if before is not None and getattr(before, name) != getattr(row, name)
        }
        if before is None or changed:
            found.append(Revision(row.revision, known_from, changed))
        before = row
    return found[::-1]


def entries(contract: Contract, actor: Actor, most: int) -> list[Event]:
    """What the journal tells the actor of a contract and of what it holds, newest first."""
    held = [str(pk) for pk in contract.bindings.values_list("pk", flat=True)]
    own = Q(subject_type="contract", subject_id=str(contract.pk))
    theirs = Q(subject_type="binding", subject_id__in=held)
    return list(Event.objects.visible_to(actor).filter(own | theirs).order_by("-pk")[:most])


def own_acts(events: Iterable[Event], agency: Agency) -> list[Event]:
    """Those of people who work or worked for the agency, and of its keys. Two queries."""
    acts = list(events)
    keys = {event.actor_id for event in acts if event.actor_kind == ActorKind.KEY}
    people = Membership.objects.filter(agency=agency)
    ours = {(ActorKind.USER, str(pk)) for pk in people.values_list("user", flat=True)}
    known = ApiKey.objects.filter(agency_id=agency.pk, prefix__in=keys)
    ours |= {(ActorKind.KEY, prefix) for prefix in known.values_list("prefix", flat=True)}
    return [event for event in acts if (event.actor_kind, event.actor_id) in ours]
