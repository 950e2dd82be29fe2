"""Whose account a row speaks of, where permanent ids, handles and days have to be told apart.

Nothing is written to the register here: what has to change is put together as a Plan.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection

from influencers.imports.staging import compare_rows, refuse_two_holders
from influencers.imports.statements import (
    BARE_FACTS,
    BARE_HOLDERS,
    FACTS,
    FACTS_OF_HANDLES,
    FREE,
    HOLDERS,
    INVOLVED,
    KNOWN_IDS,
    NEW_IDS,
    NEW_WITHOUT_ROWS,
    NEXT_ID,
    NO_ID,
    PLAIN_FACTS,
    PLAIN_HANDLES,
    PLAIN_HOLDERS,
    SAID_ELSEWHERE,
    SEEN_ELSEWHERE,
    TABLES,
    WEIGHED,
)
from influencers.models import ImportBatch
from influencers.values.handles import FOREVER, Ledger, Name, Period


@dataclass
class Plan:
    """What a file changes in who is who. Existing profiles by their id."""

    repeated: int = 0  # rows that say what another one says
    created: int = 0
    refused_late: bool = False  # rows were refused whose handles had been believed already
    one_each: bool = False  # no account has more than one row
    adopted: dict[int, str] = field(default_factory=dict)  # profile -> its permanent id
    handles: dict[int, str] = field(default_factory=dict)  # profile -> its handle from now on
    twins: list[tuple[int, int]] = field(default_factory=list)  # account, provisional one

    @property
    def touched(self) -> set[int]:
        return self.adopted.keys() | self.handles.keys()


class Identifier:
    """Goes through the statements of a file that need weighing, day after day."""

    def __init__(self, batch: ImportBatch, others: list[str] | None, *, dry: bool) -> None:
        """`others` are the stages of files that were told apart before this one and are not
        applied yet; None says that this file itself was told apart before."""
        self.batch, self.others, self.plan = batch, others, Plan()
        self.next_id = NO_ID if dry else NEXT_ID
        self.ledger = Ledger()
        self.stored: dict[int, Period] = {}  # row of ProfileHandle -> what it says
        self.shown: dict[int, str] = {}  # handles that profiles show now
        self.provisional: dict[Name, int] = {}  # accounts known by their handle alone
        self.bare: set[int] = set()  # the same accounts
        self.planned: set[Name] = set()  # handles of which `import_period` holds something
        self.replaced: dict[int, int] = {}  # new profile -> provisional one that became it
        self.named: dict[int, str] = {}  # provisional profile -> its permanent id from now on

    def run(self, *, with_ids: bool) -> Plan:
        """Gives every row of the stage its profile; fills `import_new`, `import_period` (handles
        that begin) and `import_gone` (rows of ProfileHandle that no longer hold)."""
        self._execute(TABLES)
        self.plan.repeated, _, self.plan.one_each = compare_rows(self.batch)
        if with_ids:
            self._ids()
        mixed = with_ids and self._any("NOT by_id")
        self._bare_handles(mixed=mixed)
        if mixed:  # a handle may have turned out to be an account that is named by its id too
            repeated, refused, self.plan.one_each = compare_rows(self.batch, late=True)
            self.plan.repeated += repeated
            self.plan.refused_late = bool(refused)
        self._execute(NEW_WITHOUT_ROWS)
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM import_new")
            self.plan.created = cursor.fetchone()[0]
        changed = {period.holder for period in set(self.ledger) ^ set(self.stored.values())}
        self.plan.handles = {
            profile: now
            for profile, shown in self.shown.items()
            if profile in changed and (now := self.ledger.now(profile)) != shown
        }
        return self.plan

    def _ids(self) -> None:
        """Rows with permanent ids, and the handles that they speak of."""
        self._execute(NEW_IDS, next_id=self.next_id)
        self._execute(KNOWN_IDS)
        for other in self.others or ():
            self._execute(SAID_ELSEWHERE, other=other)
        if not self._any("NOT settled"):
            return
        refuse_two_holders(self.batch)
        if self.others is None:
            return
        self._execute(FACTS)
        self._execute(FACTS_OF_HANDLES)
        self._execute(PLAIN_FACTS, free=FREE)
        self._weigh()

    def _bare_handles(self, *, mixed: bool) -> None:
        """Rows with a handle only."""
        if mixed:
            self._execute(HOLDERS)
        if not self._any("profile_id IS NULL"):
            return
        self._execute(PLAIN_HANDLES, free=FREE, next_id=self.next_id)
        self._execute(PLAIN_HOLDERS)
        if self._any("profile_id IS NULL"):
            self._execute(BARE_FACTS)
            self._weigh()
            self.plan.one_each = False

    def _weigh(self) -> None:
        """Takes in the statements of `import_fact` one by one."""
        self._load()
        with connection.cursor() as cursor:
            cursor.execute(WEIGHED.format(stage=self.batch.stage))
            facts = cursor.fetchall()
        found: list[tuple[int, str, date, int]] = []
        for platform, profile, handle, day, id_, first in facts:
            if profile is None:
                found.append((platform, handle, day, self._holder((platform, handle), day)))
            else:
                self._claim(profile, (platform, handle), day, id_ if first == day else None)
        self._replace()
        self._execute(BARE_HOLDERS, [[row[n] for row in found] for n in range(4)])
        self._write_periods()

    def _claim(self, profile: int, name: Name, day: date, new_id: str | None) -> None:
        """An account with a permanent id has a handle. Where another account is known by that
        handle alone, a new one (`new_id`) is that account; one that was known before is not."""
        profile = self.replaced.get(profile, profile)
        held = self.ledger.on_day(name, day)
        bare = self.provisional.get(name) if held is None else held.holder
        if isinstance(bare, int) and bare in self.bare and bare != profile:
            if new_id is not None and not self.ledger.known(profile):
                self.replaced[profile] = bare
                self.named[bare] = new_id
                self.bare.discard(bare)
                profile = bare
            else:
                self.plan.twins.append((profile, bare))
        self.ledger.claim(profile, name, day)

    def _holder(self, name: Name, day: date) -> int:
        """Whose account a bare handle means: whoever held it on that day, or one of that name."""
        held = self.ledger.on_day(name, day)
        if held is not None:
            assert isinstance(held.holder, int)
            return held.holder
        holder = self.provisional.get(name)
        if holder is None or holder not in self.bare:
            with connection.cursor() as cursor:
                cursor.execute(
                    f"INSERT INTO import_new SELECT {self.next_id}, %s, %s, true"
                    " RETURNING profile_id",
                    name,
                )
                holder = int(cursor.fetchone()[0])
            self.provisional[name] = holder
            self.bare.add(holder)
        self.ledger.claim(holder, name, day)
        return holder

    def _replace(self) -> None:
        """Joins new accounts with those that they turned out to be."""
        if not self.replaced:
            return
        pairs = [list(self.replaced), list(self.replaced.values())]
        self._execute(
            "UPDATE {stage} s SET profile_id = r.bare"
            " FROM unnest(%s::bigint[], %s::bigint[]) r (fresh, bare) WHERE s.profile_id = r.fresh",
            pairs,
        )
        self._execute("DELETE FROM import_new WHERE profile_id = ANY (%s)", pairs[:1])
        self._execute(
            "UPDATE import_new n SET name = r.name, provisional = false"
            " FROM unnest(%s::bigint[], %s::text[]) r (profile_id, name)"
            " WHERE n.profile_id = r.profile_id",
            [list(self.named), list(self.named.values())],
        )
        self.plan.adopted = {p: id_ for p, id_ in self.named.items() if p in self.shown}

    # What is known, and what becomes of it.

    def _load(self) -> None:
        """All that is known of the accounts and handles that `import_fact` names."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT id, platform_id, external_id, provisional, handle, observed_on"
                f" FROM influencers_profile WHERE id IN ({INVOLVED})"
            )
            for profile, platform, external_id, provisional, handle, seen in cursor.fetchall():
                if profile in self.shown:
                    continue
                self.shown[profile] = handle
                if provisional:
                    self.provisional[platform, external_id] = profile
                    self.bare.add(profile)
                self.ledger.saw(profile, seen)
            for other in self.others or ():
                cursor.execute(SEEN_ELSEWHERE.format(other=other))
                for profile, seen in cursor.fetchall():
                    self.ledger.saw(profile, seen)
            cursor.execute(
                "SELECT id, profile_id, platform_id, handle, lower(during), upper(during)"
                f" FROM influencers_profilehandle WHERE profile_id IN ({INVOLVED})"
            )
            rows = [row for row in cursor.fetchall() if row[0] not in self.stored]
            cursor.execute(
                "SELECT profile_id, platform_id, handle, since, until FROM import_period"
                " WHERE (platform_id, handle) IN (SELECT platform_id, handle FROM import_fact)"
            )
            planned = cursor.fetchall()
        fresh = {row[0]: _period(*row[1:]) for row in rows}
        self.stored |= fresh
        self.ledger.put(fresh.values())
        for period in (_period(*row) for row in planned):
            self.planned.add(period.name)
            self.ledger.put([period])

    def _write_periods(self) -> None:
        """Brings `import_period` and `import_gone` to what the ledger says now."""
        now = set(self.ledger)
        stored = set(self.stored.values())
        gone = [row for row, period in self.stored.items() if period not in now]
        begun = sorted(now - stored, key=lambda p: (p.name, p.since))
        self._execute(
            "DELETE FROM import_period i USING unnest(%s::bigint[], %s::text[]) k (p, h)"
            " WHERE i.platform_id = k.p AND i.handle = k.h",
            [[name[0] for name in self.planned], [name[1] for name in self.planned]],
        )
        self.planned = {period.name for period in begun}
        self._execute("DELETE FROM import_gone")
        self._execute("INSERT INTO import_gone SELECT unnest(%s::bigint[])", [gone])
        self._execute(
            "INSERT INTO import_period SELECT * FROM unnest(%s::bigint[], %s::bigint[],"
            " %s::text[], %s::date[], %s::date[])",
            [
                [p.holder for p in begun],
                [p.name[0] for p in begun],
                [p.name[1] for p in begun],
                [p.since for p in begun],
                [None if p.until == FOREVER else p.until for p in begun],
            ],
        )
        holders = [p.holder for p in begun]
        self._execute(
            "UPDATE import_new n SET handle = coalesce((SELECT i.handle FROM import_period i"
            " WHERE i.profile_id = n.profile_id AND i.until IS NULL), '')"
            " WHERE n.profile_id = ANY (%s)",
            [holders],
        )

    def _any(self, condition: str) -> bool:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT EXISTS (SELECT FROM {self.batch.stage} WHERE {condition})")
            return bool(cursor.fetchone()[0])

    def _execute(self, sql: str, values: Sequence[list[Any]] = (), **parts: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql.format(stage=self.batch.stage, **parts), list(values) or None)


def _period(holder: int, platform: int, handle: str, since: date, until: date | None) -> Period:
    return Period(holder, (platform, handle), since, until or FOREVER)
