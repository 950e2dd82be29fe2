"""Accounts with a past, written straight into the tables, and the label recomputed the slow way.

`World` holds what happened as plain lists; `World.write` puts it into the database; `World.label`
says what the label must be, day by day and without any SQL.
"""

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange, DateTimeTZRange

from disclosure.models import Declaration, DeclarationPast, Duty, Rule, Standing
from influencers.models import Influencer, Platform, Profile, ProfileHandle, ProfileStatusChange
from journal import actions as journal
from journal.models import Run
from journal.values import CLOCK, Audience
from tests.disclosure.bound import Held
from tests.disclosure.days import FIRST, day, moment


@dataclass(frozen=True)
class Status:
    word: str
    effective_on: int
    recorded: float


@dataclass(frozen=True)
class Declared:
    """`versions`: (known from, first day, first day that is out or None), in order of knowledge."""

    versions: tuple[tuple[float, int, int | None], ...]


@dataclass(frozen=True)
class Owed:
    from_day: int
    due: int
    opened: float
    rule: str = "seen"
    status: str = "open"
    to_day: int | None = None
    closed: float | None = None
    noticed_on: int | None = None
    noticed: float | None = None
    shown_from: int | None = None


@dataclass
class World:
    """What happened to one account. Days and moments are counted from FIRST."""

    statuses: list[Status] = field(default_factory=list)
    declared: list[Declared] = field(default_factory=list)
    duties: list[Owed] = field(default_factory=list)
    handles: list[tuple[str, int, int | None]] = field(default_factory=list)
    principal_changed_on: int | None = None
    minor: bool = False
    held: Held = field(default_factory=Held)
    read: dict[tuple[int, float], tuple[str, list[int]]] = field(default_factory=dict, repr=False)

    # --- the slow way ---

    def status(self, on: int, known: float) -> str:
        timeline: list[Status] = []
        for row in sorted(self.statuses, key=lambda row: row.recorded):
            if row.recorded <= known:
                timeline = [old for old in timeline if old.effective_on < row.effective_on]
                timeline.append(row)
        held = [row for row in timeline if row.effective_on <= on]
        return held[-1].word if held else "active"

    def answers(self, known: float) -> set[int]:
        """Every day on which some declaration holds, or some binding."""
        bound = {on for on in range(-60, 400) if self.held.managing(on, known)}
        return bound | self.declarations(known)

    def declarations(self, known: float) -> set[int]:
        days: set[int] = set()
        for declared in self.declared:
            versions = [v for v in declared.versions if v[0] <= known]
            if versions:
                _, first, out = versions[-1]
                days.update(range(first, 400 if out is None else out))
        return days

    def given(self, on: int, known: float) -> int:
        """When the declaration that holds on a day begins."""
        found = []
        for declared in self.declared:
            versions = [v for v in declared.versions if v[0] <= known]
            if versions and versions[-1][1] <= on < (versions[-1][2] or 400):
                found.append(versions[-1][1])
        return max(found)

    def speaking(self, known: float) -> list[Owed]:
        """Duties that may be public, as they were known."""
        return [
            owed
            if owed.closed is not None and owed.closed <= known
            else replace(owed, status="open", to_day=None, closed=None)
            for owed in self.duties
            if owed.opened <= known and owed.rule == "seen" and not self.minor
        ]

    def silent(self, on: int, known: float) -> list[Owed]:
        return [
            owed
            for owed in self.speaking(known)
            if owed.noticed is not None
            and owed.noticed <= known
            and owed.shown_from is not None
            and owed.shown_from <= on
            and owed.shown_from <= int(known)
            and owed.from_day <= on
            and (owed.to_day is None or on < owed.to_day)
        ]

    def state(self, on: int, known: float) -> str:
        if self.status(on, known) in ("revoked", "closed"):
            return "none"
        if self.held.contested(on, known):
            return "disputed"
        if self.held.managing(on, known):
            return "managed"
        if on in self.declarations(known):
            return "independent"
        return "undisclosed" if self.silent(on, known) else "none"

    def duty(self, on: int, known: float) -> Owed | None:
        state = self.state(on, known)
        if state == "undisclosed":
            return min(self.silent(on, known), key=lambda owed: (owed.shown_from, -owed.from_day))
        if state in ("independent", "managed"):
            since, answers = on, self.answers(known)
            while since - 1 in answers:
                since -= 1
            met = [
                owed
                for owed in self.speaking(known)
                if owed.status == "met" and owed.to_day is not None and since <= owed.to_day <= on
            ]
            return max(met, key=lambda owed: owed.from_day, default=None)
        return None

    def said(self, on: int, known: float) -> tuple[str, list[int]]:
        """The state, and who the label names; asked so often that it is remembered."""
        if (on, known) not in self.read:
            state = self.state(on, known)
            named = sorted(self.held.managing(on, known)) if state == "managed" else []
            self.read[on, known] = state, named
        return self.read[on, known]

    def label(self, on: int, known: float) -> dict[str, Any]:
        """What the label's JSON must say, as far as this account's facts decide it."""
        said = self.said(on, known)
        state = said[0]
        since: int | None = on
        while since is not None and self.said(since - 1, known) == said:
            since = since - 1 if since > -60 else None
        until: int | None = on + 1
        while until is not None and self.said(until, known) == said:
            until = until + 1 if until < 300 else None
        owed = self.duty(on, known)
        reconfirmed = None
        if state in ("independent", "managed"):
            changed = self.principal_changed_on
            given = self.held.confirmed if state == "managed" else self.given
            reconfirmed = not (changed is not None and given(on, known) < changed <= on)
        handles = [h for h, first, out in self.handles if first <= on < (out or 400)]
        return {
            "handle": handles[0] if handles else None,
            "state": state,
            "managed_by": self.held.managed_by(on, known) if state == "managed" else [],
            "reconfirmed": reconfirmed,
            "duty": owed
            and {
                "rule": f"test-{owed.rule}",
                "rule_status": "in_force",
                "since": day(owed.from_day).isoformat(),
                "due": day(owed.due).isoformat(),
            },
            "valid_from": None if since is None else day(since).isoformat(),
            "valid_until": None if until is None else day(until).isoformat(),
        }

    # --- the tables ---

    def write(self, profile: Profile) -> None:
        for status in sorted(self.statuses, key=lambda row: row.recorded):
            row = ProfileStatusChange.objects.create(
                profile=profile, effective_on=day(status.effective_on), status=status.word
            )
            ProfileStatusChange.objects.filter(pk=row.pk).update(
                recorded_at=moment(status.recorded)
            )
        for declared in self.declared:
            self._write_declared(profile, declared)
        for owed in self.duties:
            owe(profile, owed)
        self.held.write(profile)
        for handle, first, out in self.handles:
            ProfileHandle.objects.create(
                platform=profile.platform,
                profile=profile,
                handle=handle,
                during=DateRange(day(first), None if out is None else day(out)),
            )
        if self.principal_changed_on is not None:
            profile.principal_changed_on = day(self.principal_changed_on)
        if self.minor:
            profile.influencer = Influencer.objects.create(minor=True)
        profile.save()

    @staticmethod
    def _write_declared(profile: Profile, declared: Declared) -> None:
        known, first, out = declared.versions[-1]
        now = Declaration.objects.create(
            profile=profile,
            basis="creator",
            during=DateRange(day(first), None if out is None else day(out)),
            known_from=moment(known),
        )
        for old, new in zip(declared.versions, declared.versions[1:], strict=False):
            DeclarationPast.objects.create(
                declaration=now,
                profile_id=profile.pk,
                basis="creator",
                status="active",
                during=DateRange(day(old[1]), None if old[2] is None else day(old[2])),
                known=DateTimeTZRange(moment(old[0]), moment(new[0])),
            )


def account(
    external_id: str = "4711", *, platform: str = "douyin", tier: int | None = 5, **fields: Any
) -> Profile:
    return Profile.objects.create(
        platform=Platform.objects.get(code=platform), external_id=external_id, tier=tier, **fields
    )


def rule(name: str = "seen", *, basis: str = "in_force") -> Rule:
    """A live rule; "unseen" is one that never makes silence public."""
    found = Rule.objects.filter(code=f"test-{name}").first()
    if found is None:
        found = Rule.objects.create(
            code=f"test-{name}",
            name_en=name,
            name_zh=name,
            basis="practice" if name == "unseen" else basis,
            min_followers=1_000_000,
            proposed_by_id="1",
            approved_by_id="2",
            live_from=FIRST,
        )
        Rule.objects.filter(pk=found.pk).update(status="live")
    return found


def owe(profile: Profile, owed: Owed) -> Duty:
    def on(number: int | None) -> date | None:
        return None if number is None else day(number)

    row = Duty.objects.create(
        profile=profile,
        rule=rule(owed.rule),
        from_day=on(owed.from_day),
        due=on(owed.due),
        opened_at=moment(owed.opened),
        noticed_on=on(owed.noticed_on),
        noticed_at=None if owed.noticed is None else moment(owed.noticed),
        shown_from=on(owed.shown_from),
    )
    if owed.status != "open":
        assert owed.closed is not None
        Duty.objects.filter(pk=row.pk).update(
            status=owed.status, to_day=on(owed.to_day), closed_at=moment(owed.closed)
        )
    return row


def silent(**changes: Any) -> Owed:
    """An account that fell under the rule on day 0, was told on day 1 and had 10 days."""
    return replace(
        Owed(from_day=0, due=10, opened=0.1, noticed_on=1, noticed=1.1, shown_from=11, rule="seen"),
        **changes,
    )


# --- the pass ---


def label_pass(on: int, *, full: bool = False) -> Run:
    """A pass at noon of a day."""
    at = moment(on + 0.5).isoformat()
    run = journal.ask("labels", by=CLOCK, full=full, params={"as_of": at}, merge=False)
    assert journal.work(run.pk, "here")
    run.refresh_from_db()
    assert run.status == "done", run.error
    return run


def declare(profile: Profile, first: int, out: int | None = None) -> Declaration:
    return Declaration.objects.create(
        profile=profile,
        basis="creator",
        during=(day(first), None if out is None else day(out)),
    )


def tell(verb: str, subject: Profile | Influencer) -> None:
    profile_id = subject.pk if isinstance(subject, Profile) else None
    with transaction.atomic():
        journal.record(verb, subject, by=CLOCK, audience=Audience.STAFF, profile_id=profile_id)
    journal.sequence()


def standings() -> list[tuple[Any, ...]]:
    return list(
        Standing.objects.order_by("profile_id").values_list(
            "profile_id", "state", "agencies", "duty", "label_hash", "look_again_on"
        )
    )
