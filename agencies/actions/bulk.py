"""Contracts and bindings written many at once: what `contracts` and `bindings` write one by one,
with the same events, in a fixed number of statements.

The callers have judged each change by `terms`, hold the locks (`hold`) and the transaction, and
have asked who may.
"""

import json
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange

from agencies.actions import answers
from agencies.models import Binding, Contract
from agencies.models.bindings import PUBLIC
from agencies.models.fields import Parts
from influencers.models import Profile
from journal import actions as journal
from journal.models import Event
from journal.queries import lock_range_numbers
from journal.values import Actor, Audience

LOCK_CONTRACTS = "SELECT id FROM agencies_contract WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE"
AMEND_CONTRACTS = """
UPDATE agencies_contract c SET party = w.party, kind = w.kind,
    services = ARRAY(SELECT jsonb_array_elements_text(w.services)), signed_on = w.signed_on,
    during = daterange(w.since, w.until), renewal = w.renewal, revision = c.revision + 1
FROM jsonb_to_recordset(%s::jsonb) AS w (id bigint, party text, kind text, services jsonb,
    signed_on date, since date, until date, renewal text)
WHERE c.id = w.id
"""
AMEND_BINDINGS = """
UPDATE agencies_binding b SET during = daterange(w.since, w.until),
    lines = w.lines::int4multirange, territory = w.territory::int4multirange
FROM jsonb_to_recordset(%s::jsonb)
    AS w (id bigint, since date, until date, lines text, territory text)
WHERE b.id = w.id
"""


def hold(profile_ids: Collection[int], contract_ids: Collection[int], size: int) -> None:
    """Locks accounts and contracts as every writer of many does: first the ranges (of `size` ids)
    in which the accounts lie, then the accounts, then the contracts, each in ascending order."""
    lock_range_numbers({pk // size for pk in profile_ids})
    ordered = Profile.objects.filter(pk__in=sorted(profile_ids)).order_by("pk")
    list(ordered.select_for_update(no_key=True).values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(LOCK_CONTRACTS, [sorted(contract_ids)])


def add_contracts(rows: Sequence[Contract], *, by: Actor) -> None:
    """New contracts; each has its id afterwards."""
    Contract.objects.bulk_create(rows)
    journal.record_many(
        [_of_contract("contract.added", row, by, {"reference": row.reference}) for row in rows]
    )


def amend_contracts(rows: Iterable[tuple[Contract, Collection[str]]], *, by: Actor) -> None:
    """The next revision of each, as the record says now; with the names of what differs. Bindings
    end with a period that ends earlier."""
    wanted: list[dict[str, Any]] = []
    events: list[Event] = []
    for contract, changed in rows:
        contract.revision += 1
        wanted.append(
            {
                "id": contract.pk,
                "party": contract.party,
                "kind": contract.kind,
                "services": list(contract.services),
                "signed_on": contract.signed_on.isoformat() if contract.signed_on else None,
                **_days(contract.during),
                "renewal": contract.renewal,
            }
        )
        # Whose contract it is, is nobody's business in the journal: the field is named, not shown.
        names = sorted({"during" if name in ("since", "last_day") else name for name in changed})
        events.append(
            _of_contract("contract.amended", contract, by, dict.fromkeys(names, "changed"))
        )
    _write(AMEND_CONTRACTS, wanted)
    # A contract is amended before its bindings end with it, in the journal too.
    journal.record_many(events)
    answers.cap([each["id"] for each in wanted], by=by)


def withdraw_contracts(rows: Sequence[Contract], *, by: Actor) -> None:
    """Takes back contracts that hold nothing any more."""
    ids = [row.pk for row in rows]
    Contract.objects.filter(pk__in=ids).update(status=Contract.Status.WITHDRAWN)
    journal.record_many([_of_contract("contract.withdrawn", row, by, {}) for row in rows])


def add_claims(rows: Sequence[Binding], *, by: Actor) -> None:
    """New claims, of which nothing becomes public; each has its id afterwards."""
    Binding.objects.bulk_create(rows)
    journal.record_many([_of_binding("binding.claimed", row, by) for row in rows])


def amend_bindings(rows: Iterable[tuple[Binding, DateRange, Parts, Parts]], *, by: Actor) -> None:
    """Other days and scopes for each."""
    wanted: list[dict[str, Any]] = []
    events: list[Event] = []
    for row, during, lines, territory in rows:
        row.during, row.lines, row.territory = during, lines, territory
        scopes = {"lines": _numbers(lines), "territory": _numbers(territory)}
        wanted.append({"id": row.pk, **_days(during), **scopes})
        events.append(_of_binding("binding.amended", row, by))
    _write(AMEND_BINDINGS, wanted)
    journal.record_many(events)


def withdraw_claims(rows: Sequence[Binding], *, by: Actor) -> None:
    """The agency takes back claims that nobody confirmed."""
    for row in rows:
        row.status = Binding.Status.WITHDRAWN
    ids = [row.pk for row in rows]
    Binding.objects.filter(pk__in=ids).update(status=Binding.Status.WITHDRAWN)
    journal.record_many([_of_binding("binding.withdrawn", row, by) for row in rows])


def _write(statement: str, rows: list[dict[str, Any]]) -> None:
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(statement, [json.dumps(rows)])


def _days(during: DateRange) -> dict[str, str | None]:
    upper = during.upper
    return {"since": during.lower.isoformat(), "until": upper.isoformat() if upper else None}


def _numbers(parts: Parts) -> str:
    return "{" + ",".join(f"[{int(lo)},{int(hi)})" for lo, hi in parts) + "}"


def _of_contract(verb: str, row: Contract, by: Actor, changes: dict[str, Any]) -> Event:
    return journal.entry(
        verb,
        row,
        by=by,
        audience=Audience.PARTIES,
        agency_ids=[row.agency_id],
        changes={**changes, "revision": row.revision},
    )


def _of_binding(verb: str, row: Binding, by: Actor) -> Event:
    return journal.entry(
        verb,
        row,
        by=by,
        audience=Audience.PUBLIC if row.status in PUBLIC else Audience.PARTIES,
        platform=row.profile.platform.code,
        profile_id=row.profile_id,
        agency_ids=[row.agency_id],
        changes={"status": row.status, **_days(row.during)},
    )
