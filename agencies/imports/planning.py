"""What the rows of one part would change in the register as it stands. Writes nothing.

A fixed number of queries for a part, however many rows it has.
"""

from collections import Counter
from collections.abc import Iterable
from copy import copy
from datetime import date
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Count

from agencies.actions import terms
from agencies.actions.bindings import MOST_WAITING
from agencies.imports import finding
from agencies.imports.lines import (
    Bound,
    Deal,
    Line,
    Plan,
    last_day,
    line_of,
    period,
    words_of_bound,
    words_of_contract,
)
from agencies.models import ALL_LINES, WORLD, Agency, Binding, Contract
from agencies.models.bindings import PUBLIC
from agencies.values.columns import OF_ACCOUNT, OF_CONTRACT
from influencers.models import Profile

# Field of a refused binding -> the column that a person looks at.
COLUMNS = {"during": "bound_since", "since": "bound_since", "last_day": "bound_until"}


class Claims:
    """Claims of the agency that wait for an answer, by account; `more` are those of the file."""

    def __init__(self, waiting: Counter[int], more: Counter[int]) -> None:
        self.waiting, self.more = waiting + more, more

    def add(self, profile: Profile, number: int) -> None:
        self.waiting[profile.pk] += number
        self.more[profile.pk] += number


def plan(agency: Agency, rows: Iterable[Any], more: Counter[int] | None = None) -> Plan:
    """What staged rows of whole contracts come to. `more` counts claims on each account that
    earlier parts of the same file would add; those of this part are added to it."""
    lines = [line_of(row) for row in rows]
    finding.find_accounts([line for line in lines if "platform" in line.said])
    groups: dict[str, list[Line]] = {}
    for line in lines:
        if line.outcome != "error":
            groups.setdefault(line.said["reference"].lower(), []).append(line)
    known = finding.contracts(agency, list(groups))
    held = finding.bindings(known.values())
    profiles = sorted({line.profile.pk for line in lines if line.profile is not None})
    claims = Claims(_waiting(agency, profiles), Counter() if more is None else more)
    deals = []
    for name, group in groups.items():
        contract = known.get(name)
        bound = held.get(contract.pk, []) if contract else []
        if deal := _settled(agency, group, contract, bound, claims):
            deals.append(deal)
    rivals = _rivals(profiles)
    for deal in deals:
        for line in deal.lines:
            if line.bound and line.bound.exclusive and (line.news or line.changes):
                _contest(line, line.bound, rivals.get(line.bound.profile.pk, []))
    return Plan(lines, deals)


def _settled(
    agency: Agency, group: list[Line], known: Contract | None, held: list[Bound], claims: Claims
) -> Deal | None:
    """The deal of the lines that can stand. A line that turns out to be refused says nothing of its
    contract either, so that the others are judged again without it. None where no line is left."""
    while lines := [line for line in group if line.outcome != "error"]:
        deal = _deal(agency, lines, copy(known), [copy(bound) for bound in held])
        for line in lines:
            if line.profile is not None and line.outcome != "error":
                _bind(deal, line, line.profile, claims)
        if not any(line.outcome == "error" for line in lines):
            return deal
        for line in lines:
            if line.bound is not None and line.bound.row is None:
                claims.add(line.bound.profile, -1)
            line.forget()
    return None


def _waiting(agency: Agency, profiles: list[int]) -> Counter[int]:
    claims = Binding.objects.filter(agency=agency, profile__in=profiles, status="claimed")
    counted = claims.values("profile_id").order_by().annotate(n=Count("pk"))
    return Counter({row["profile_id"]: row["n"] for row in counted})


def _rivals(profiles: list[int]) -> dict[int, list[Binding]]:
    exclusive = Binding.objects.filter(profile__in=profiles, exclusive=True, status__in=PUBLIC)
    found: dict[int, list[Binding]] = {}
    for row in exclusive.order_by("during", "pk"):
        found.setdefault(row.profile_id, []).append(row)
    return found


# --- Contracts ----------------------------------------------------------------------------------


def _deal(agency: Agency, lines: list[Line], known: Contract | None, held: list[Bound]) -> Deal:
    """The contract as its lines want it, or as it stands where that cannot be."""
    wanted = {name: line.said[name] for line in lines for name in OF_CONTRACT if name in line.said}
    if known is None:
        return Deal(_new_contract(agency, lines, wanted), lines, [], None)
    was = words_of_contract(known)
    changed = {name: value for name, value in wanted.items() if _plain(value) != _plain(was[name])}
    deal = Deal(known, lines, held, was)
    during = period(wanted.get("since", was["since"]), wanted.get("last_day", was["last_day"]))
    saying = [line for line in lines if line.said.keys() & changed.keys()]
    if during is None:
        for line in saying:
            line.refuse("last_day" if "last_day" in line.said else "since", "backwards")
    elif {"since", "last_day"} & changed.keys():
        try:
            terms.may_last(during, held)
        except terms.ContractRefused as refusal:
            column = "since" if refusal.code == "bound_before" else "last_day"
            for line in saying:
                line.refuse(column, refusal.code, refusal.about)
    if saying and not any(line.outcome == "error" for line in saying):
        deal.changed = changed
        saying[0].amends = True
        saying[0].changes += [[name, was[name], value] for name, value in changed.items()]
        assert during is not None
        _set_facts(known, wanted, during)
        _cap(deal)
    for line in lines:
        line.contract = known
    return deal


def _plain(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


def _new_contract(agency: Agency, lines: list[Line], wanted: dict[str, Any]) -> Contract:
    for name in ("party", "services", "since"):
        if name not in wanted:
            for line in lines:
                line.refuse(name, "missing")
    during = period(wanted.get("since", "2000-01-01"), wanted.get("last_day", "open"))
    if during is None:
        for line in lines:
            line.refuse("last_day", "backwards")
    contract = Contract(agency=agency, reference=lines[0].said["reference"])
    _set_facts(contract, wanted, during or DateRange(date(2000, 1, 1), None))
    for line in lines:
        line.contract, line.news = contract, True
    return contract


def _set_facts(contract: Contract, wanted: dict[str, Any], during: DateRange) -> None:
    for name in ("party", "kind", "services", "renewal"):
        if name in wanted:
            setattr(contract, name, wanted[name])
    if "signed_on" in wanted:
        contract.signed_on = date.fromisoformat(wanted["signed_on"])
    contract.during = during


def _cap(deal: Deal) -> None:
    """No binding outlives its contract; a claim that had not begun by then is taken back."""
    upper = deal.contract.during.upper
    for bound in deal.held:
        if upper is None or (bound.during.upper is not None and bound.during.upper <= upper):
            continue
        assert bound.row is not None
        deal.capped.append((bound.row, bound.during))
        if bound.during.lower >= upper:
            bound.status = "withdrawn"
        else:
            bound.during = DateRange(bound.during.lower, upper)


# --- Accounts -----------------------------------------------------------------------------------


def _bind(deal: Deal, line: Line, profile: Profile, claims: Claims) -> None:
    """Finds what the row means among what the contract holds, and changes it or adds a claim."""
    alive = [
        bound
        for bound in deal.held
        if bound.profile.pk == profile.pk and bound.status not in terms.GONE
    ]
    wish = _wish(line, deal.contract, profile)
    if wish is None:
        return line.refuse("bound_until", "backwards")
    days_said = {"bound_since", "bound_until"} & line.said.keys()
    same = [bound for bound in alive if bound.facts == wish.facts]
    near = same or [
        each
        for each in alive
        if terms.collide(each, wish.during, wish.lines, wish.territory)
        or (not days_said and len(alive) == 1)
    ]
    if len(near) > 1:
        return line.refuse("bound_since" if days_said else "reference", "ambiguous")
    if near and near[0].line:
        first = near[0]
        if (_wish(line, deal.contract, profile, first) or wish).facts != first.facts:
            for other in [line, *(each for each in deal.lines if each.number == first.line)]:
                other.refuse("external_id" if "external_id" in other.said else "handle", "twice")
        return None
    if near:
        return _amend(deal, line, near[0])
    try:
        terms.must_lie_within(wish.during, deal.contract.during)
    except terms.BindingRefused as refusal:
        return line.refuse(_column(refusal, line), refusal.code, refusal.about)
    if claims.waiting[profile.pk] >= MOST_WAITING:
        return line.refuse("external_id" if "external_id" in line.said else "handle", "waiting")
    claims.add(profile, 1)
    wish.line, line.bound, line.news = line.number, wish, True
    deal.held.append(wish)
    return None


def _amend(deal: Deal, line: Line, bound: Bound) -> None:
    wish = _wish(line, deal.contract, bound.profile, bound)
    if wish is None:
        return line.refuse("bound_until", "backwards")
    try:
        if wish.facts != bound.facts:
            terms.must_lie_within(wish.during, deal.contract.during)
            terms.may_become(bound, wish.during, wish.lines, wish.territory, by_agency=True)
        if wish.exclusive != bound.exclusive:
            raise terms.BindingRefused(code="exclusive", field="exclusive")
    except terms.BindingRefused as refusal:
        return line.refuse(_column(refusal, line), refusal.code, refusal.about)
    old, new = words_of_bound(bound), words_of_bound(wish)
    if new != old:
        line.before = old
        line.changes += [
            [each, old[each], new[each]] for each in OF_ACCOUNT if old[each] != new[each]
        ]
    bound.during, bound.lines, bound.territory = wish.during, wish.lines, wish.territory
    bound.line, line.bound = line.number, bound
    return None


def _wish(
    line: Line, contract: Contract, profile: Profile, now: Bound | None = None
) -> Bound | None:
    """What the row wants for its account; what it does not say is as it stands (`now`), or as the
    contract. None where the last day lies before the first."""
    base, said = contract.during if now is None else now.during, line.said
    since = said.get("bound_since", base.lower.isoformat())
    during = period(since, said.get("bound_until", last_day(base)))
    if during is None:
        return None
    return Bound(
        profile=profile,
        during=during,
        lines=said.get("lines", now.lines if now else ALL_LINES),
        territory=said.get("territory", now.territory if now else WORLD),
        exclusive=said.get("exclusive", now.exclusive if now else True),
    )


def _column(refusal: terms.Refused, line: Line) -> str:
    column = COLUMNS.get(refusal.field, refusal.field)
    if column in line.said or column not in ("bound_since", "bound_until"):
        return column
    return {"bound_since": "since", "bound_until": "last_day"}[column]


def _contest(line: Line, bound: Bound, rivals: list[Binding]) -> None:
    """A second exclusive claim is kept; its sender is told for which days somebody holds the
    account, and not who."""
    for rival in rivals:
        if bound.row is not None and rival.pk == bound.row.pk:
            continue
        if terms.collide(rival, bound.during, bound.lines, bound.territory):
            line.contested = True
            about = {"first": rival.during.lower, "last": last_day(rival.during)}
            code = "held_open" if rival.during.upper is None else "held"
            return line.refuse("", code, about)
    return None
