"""Agencies that hold accounts, written straight into the tables, and read the slow way.

Days and moments are counted as in tests.disclosure.labels. `Hold` is one binding with everything
that was ever known of it; `Contest` a dispute of one; `Named` an agency with its names.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from itertools import pairwise
from typing import Any

import pgtrigger
from django.db.backends.postgresql.psycopg_any import DateRange, DateTimeTZRange

from agencies.models import (
    ALL_LINES,
    WORLD,
    Agency,
    AgencyName,
    AgencyNamePast,
    Binding,
    BindingPast,
    BusinessLine,
    Contract,
    ContractTerritory,
    Dispute,
    Group,
    Ownership,
)
from influencers.models import Profile
from journal.actions.context import PASS, seeing
from tests.disclosure.days import day, moment
from tests.factories.agencies import credit_code

NEVER_OUT = 400
Parts = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Version:
    """What was known of a binding from `known` on."""

    known: float
    status: str
    first: int
    out: int | None
    lines: Parts = ALL_LINES
    territory: Parts = WORLD
    confirmed_on: int | None = None
    last_confirmed_on: int | None = None
    basis: str = "creator"

    def covers(self, on: int) -> bool:
        return self.first <= on < (NEVER_OUT if self.out is None else self.out)


@dataclass(frozen=True)
class Hold:
    agency: int
    versions: tuple[Version, ...]

    def at(self, known: float) -> Version | None:
        """What the public could know of it: nothing while it is a claim, void or refused."""
        found = [version for version in self.versions if version.known <= known]
        if found and found[-1].status in ("confirmed", "suspended"):
            return found[-1]
        return None


@dataclass(frozen=True)
class Contest:
    hold: int
    proven: bool
    from_day: int
    opened: float
    to_day: int | None = None
    closed: float | None = None


@dataclass(frozen=True)
class Named:
    """`renamings`: (known from, first day, name); each holds from its first day on, whatever was
    known of later days. The first one is the registration."""

    renamings: tuple[tuple[float, int, str], ...]
    group: str | None = None

    def on(self, on: int, known: float) -> str:
        heard = [entry for entry in self.renamings if entry[0] <= known]
        on = max(on, heard[0][1])
        return [name for _, first, name in heard if first <= on][-1]


@dataclass(frozen=True)
class Held:
    """All that agencies say of one account, read day by day."""

    agencies: tuple[Named, ...] = ()
    holds: tuple[Hold, ...] = ()
    contests: tuple[Contest, ...] = ()
    read: dict[tuple[int, float], dict[int, list[Version]]] = field(
        default_factory=dict, compare=False, repr=False
    )

    def managing(self, on: int, known: float) -> dict[int, list[Version]]:
        """By agency the bindings that hold on a day; asked so often that it is remembered."""
        if (on, known) in self.read:
            return self.read[on, known]
        found: dict[int, list[Version]] = self.read.setdefault((on, known), {})
        for hold in self.holds:
            version = hold.at(known)
            if version and version.status == "confirmed" and version.covers(on):
                found.setdefault(hold.agency, []).append(version)
        return found

    def contested(self, on: int, known: float) -> bool:
        for contest in self.contests:
            held = self.holds[contest.hold].at(known)
            over = contest.closed is not None and contest.closed <= known
            if (
                contest.proven
                and contest.opened <= known
                and contest.from_day <= on
                and not (over and contest.to_day is not None and on >= contest.to_day)
                and held is not None
                and held.covers(on)
            ):
                return True
        return False

    def managed_by(self, on: int, known: float) -> list[dict[str, Any]]:
        entries = []
        for agency, versions in self.managing(on, known).items():
            since, until = on, on + 1
            while agency in self.managing(since - 1, known):
                since -= 1
            while until < NEVER_OUT and agency in self.managing(until, known):
                until += 1
            name, last = self.agencies[agency].on(on, known), versions[0]
            for version in versions:  # of those that were confirmed on one day the newest binding
                if (version.last_confirmed_on or 0) >= (last.last_confirmed_on or 0):
                    last = version
            entries.append(
                {
                    "agency": {
                        "slug": f"agency-{agency}",
                        "name_zh": f"{name}文化",
                        "name_en": name,
                        "group": self.agencies[agency].group,
                    },
                    "scopes": scopes(versions),
                    "since": day(since).isoformat(),
                    "until": None if until == NEVER_OUT else day(until).isoformat(),
                    "last_confirmed_on": _iso(last.last_confirmed_on),
                    "basis": last.basis,
                }
            )
        return sorted(entries, key=lambda entry: (entry["since"], entry["agency"]["slug"]))

    def confirmed(self, on: int, known: float) -> int:
        """When the oldest of the bindings of a day was confirmed."""
        managing = self.managing(on, known).values()
        return min(v.confirmed_on for versions in managing for v in versions)  # type: ignore[type-var, return-value]

    # --- the tables ---

    def write(self, profile: Profile) -> None:
        with seeing(PASS), pgtrigger.ignore():
            agencies = [_named(number, named) for number, named in enumerate(self.agencies)]
            held = [_hold(profile, agencies[hold.agency], hold) for hold in self.holds]
        with seeing(PASS):
            for contest in self.contests:
                _contest(held[contest.hold], contest)


def scopes(versions: list[Version]) -> list[str]:
    """Lines and territories of bindings together, number by number."""
    lines = {n for v in versions for lo, hi in v.lines for n in range(lo, hi)}
    found = ["all"] if lines >= set(range(1000)) else [c for n, c in _lines() if n in lines]
    parts = sorted({part for v in versions for part in v.territory})
    if _within(parts, *WORLD[0]):
        return found
    inside = [entry for entry in _territories() if _within(parts, entry[1], entry[2])]
    widest = [
        (lo, code)
        for code, lo, hi in inside
        if not any(a <= lo and hi <= b and b - a > hi - lo for _, a, b in inside)
    ]
    return found + [f"territory:{code}" for _, code in sorted(widest)]


def _within(parts: list[tuple[int, int]], lo: int, hi: int) -> bool:
    for first, last in parts:
        if first <= lo < last:
            lo = last
    return lo >= hi


@cache
def _lines() -> list[tuple[int, str]]:
    return list(BusinessLine.objects.order_by("number").values_list("number", "code"))


@cache
def _territories() -> list[tuple[str, int, int]]:
    return list(ContractTerritory.objects.values_list("code", "lo", "hi"))


def _iso(number: int | None) -> str | None:
    return None if number is None else day(number).isoformat()


def _on(number: int | None) -> date | None:
    return None if number is None else day(number)


def _named(number: int, named: Named) -> Agency:
    group = named.group and Group.objects.get_or_create(
        slug=named.group, defaults={"name_en": named.group, "name_zh": named.group}
    )
    agency = Agency.objects.create(
        slug=f"agency-{number}",
        credit_code=credit_code(),
        group=group[0] if group else None,
        name_en="of today",
        name_zh="今",
    )
    if agency.group is not None:
        always = {"during": DateRange(None, None), "known_from": moment(-1000)}
        Ownership.objects.create(agency=agency, group=agency.group, **always)
    for index, (_, first, name) in enumerate(named.renamings):
        # What was known of this row: from its own renaming on, cut by each later one.
        versions: list[tuple[datetime, DateRange]] = []
        out: int | None = None
        for known, later, _ in named.renamings[index:]:
            if later <= first and (known, later) != named.renamings[index][:2]:
                out = first
            elif later > first:
                out = later if out is None else min(out, later)
            during = DateRange(empty=True) if out == first else DateRange(day(first), _on(out))
            if not versions or versions[-1][1] != during:
                versions.append((moment(known), during))
        words = {"name_en": name, "name_zh": f"{name}文化", "agency_id": agency.pk}
        row = AgencyName.objects.create(**words, during=versions[-1][1], known_from=versions[-1][0])
        for (old, was), (new, _) in pairwise(versions):
            AgencyNamePast.objects.create(
                agency_name_id=row.pk, **words, during=was, known=DateTimeTZRange(old, new)
            )
    return agency


def _hold(profile: Profile, agency: Agency, hold: Hold) -> Binding:
    contract = Contract.objects.create(
        agency=agency,
        reference=f"C-{Contract.objects.count()}",
        party="somebody",
        during=DateRange(day(-60), None),
    )
    keys = {"contract_id": contract.pk, "agency_id": agency.pk, "profile_id": profile.pk}
    *before, last = [_fields(version) for version in hold.versions]
    binding = Binding.objects.create(
        **keys, **last, exclusive=False, known_from=moment(hold.versions[-1].known)
    )
    for fields, old, new in zip(before, hold.versions, hold.versions[1:], strict=False):
        BindingPast.objects.create(
            binding_id=binding.pk,
            **keys,
            **fields,
            exclusive=False,
            known=DateTimeTZRange(moment(old.known), moment(new.known)),
        )
    return binding


def _fields(version: Version) -> dict[str, Any]:
    return {
        "lines": version.lines,
        "territory": version.territory,
        "during": DateRange(day(version.first), _on(version.out)),
        "status": version.status,
        "basis": version.basis,
        "confirmed_on": _on(version.confirmed_on),
        "last_confirmed_on": _on(version.last_confirmed_on),
    }


def _contest(binding: Binding, contest: Contest) -> None:
    row = Dispute.objects.create(
        binding=binding,
        profile_id=binding.profile_id,
        proven=contest.proven,
        from_day=day(contest.from_day),
        opened_at=moment(contest.opened),
        due_at=moment(contest.opened) + timedelta(days=10),
    )
    if contest.closed is not None:
        Dispute.objects.filter(pk=row.pk).update(
            status="rejected", to_day=_on(contest.to_day), closed_at=moment(contest.closed)
        )
