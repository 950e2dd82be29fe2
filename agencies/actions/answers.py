"""What agencies say of many of their contracts at once: that they hold as they are, or have ended.

Each function is a fixed number of statements, however many contracts it is about.
"""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.utils import timezone

from influencers.models import Platform
from journal import actions as journal
from journal.values import Actor, request_id

LOCK_PROFILES = """
    SELECT count(*) FROM (
        SELECT p.id FROM influencers_profile p
        WHERE p.id IN (SELECT b.profile_id FROM agencies_binding b
                       WHERE b.contract_id = ANY(%(contracts)s))
        ORDER BY p.id FOR NO KEY UPDATE) held
"""
LOCK_CONTRACTS = """
    SELECT count(*) FROM (
        SELECT c.id FROM agencies_contract c WHERE c.id = ANY(%(contracts)s)
        ORDER BY c.id FOR NO KEY UPDATE) held
"""

_EVENT = """
    INSERT INTO journal_event (verb, actor_kind, actor_id, actor_name, subject_type, subject_id,
        platform, profile_id, agency_ids, audience, changes, request_id)"""
_BY = "%(kind)s, %(actor)s, %(name)s"

CONFIRM_CONTRACTS = f"""
    WITH held AS (
        UPDATE agencies_contract c SET last_confirmed_on = %(day)s, unconfirmed_since = NULL
        WHERE c.id = ANY(%(contracts)s)
        RETURNING c.id, c.agency_id, c.revision
    ), told AS ({_EVENT}
        SELECT 'contract.confirmed', {_BY}, 'contract', h.id::text, '', NULL, ARRAY[h.agency_id],
               'parties', jsonb_build_object('on', %(day)s::date, 'revision', h.revision),
               %(request)s
        FROM held h ORDER BY h.id)
    SELECT count(*) FROM held
"""

# The label shows this day; a binding that is over says nothing of today.
CONFIRM_BINDINGS = f"""
    WITH held AS (
        UPDATE agencies_binding b SET last_confirmed_on = t.today
        FROM influencers_profile p
        JOIN unnest(%(platforms)s::bigint[], %(codes)s::text[], %(days)s::date[])
            AS t (platform_id, code, today) ON t.platform_id = p.platform_id
        WHERE b.contract_id = ANY(%(contracts)s) AND p.id = b.profile_id
          AND b.status = 'confirmed' AND (upper_inf(b.during) OR upper(b.during) > t.today)
          AND b.last_confirmed_on IS DISTINCT FROM t.today
        RETURNING b.id, b.profile_id, b.agency_id, t.code, t.today
    ), told AS ({_EVENT}
        SELECT 'binding.affirmed', {_BY}, 'binding', h.id::text, h.code, h.profile_id,
               ARRAY[h.agency_id], 'public', jsonb_build_object('last_confirmed_on', h.today),
               %(request)s
        FROM held h ORDER BY h.id)
    SELECT count(*) FROM held
"""

# One that ends on this day anyway is no news, but it is answered.
END_CONTRACTS = f"""
    WITH want AS MATERIALIZED (
        SELECT c.id, c.agency_id, w.out_on, upper(c.during) IS DISTINCT FROM w.out_on AS news
        FROM unnest(%(contracts)s::bigint[], %(out_on)s::date[]) AS w (id, out_on)
        JOIN agencies_contract c ON c.id = w.id
    ), ended AS (
        UPDATE agencies_contract c
        SET during = daterange(lower(c.during), w.out_on), unconfirmed_since = NULL,
            revision = c.revision + w.news::int
        FROM want w WHERE c.id = w.id
        RETURNING c.id, c.agency_id, c.revision, w.out_on, w.news
    ), told AS ({_EVENT}
        SELECT 'contract.ended', {_BY}, 'contract', e.id::text, '', NULL, ARRAY[e.agency_id],
               'parties', jsonb_build_object('last_day', e.out_on - 1, 'revision', e.revision),
               %(request)s
        FROM ended e WHERE e.news ORDER BY e.id)
    SELECT count(*) FROM ended
"""

CAP_BINDINGS = f"""
    WITH beyond AS MATERIALIZED (
        SELECT b.id, b.status AS was, upper(c.during) AS out_on,
               lower(b.during) >= upper(c.during) AS never
        FROM agencies_binding b JOIN agencies_contract c ON c.id = b.contract_id
        WHERE b.contract_id = ANY(%(contracts)s)
          AND (b.status = 'claimed' OR b.status IN ('confirmed', 'suspended')
               AND lower(b.during) < upper(c.during)) AND NOT upper_inf(c.during)
          AND (upper_inf(b.during) OR upper(b.during) > upper(c.during))
    ), moved AS (
        UPDATE agencies_binding b
        SET during = CASE WHEN o.never THEN b.during
                          ELSE daterange(lower(b.during), o.out_on) END,
            status = CASE WHEN o.never THEN 'withdrawn' ELSE b.status END,
            reason = CASE WHEN o.never THEN 'contract ends before' ELSE b.reason END
        FROM beyond o WHERE b.id = o.id
        RETURNING b.id, b.profile_id, b.agency_id, b.status, o.was, o.out_on, o.never
    ), told AS ({_EVENT}
        SELECT CASE WHEN m.never THEN 'binding.withdrawn' ELSE 'binding.ended' END,
               {_BY}, 'binding', m.id::text, f.code, m.profile_id, ARRAY[m.agency_id],
               CASE WHEN m.was = 'claimed' THEN 'parties' ELSE 'public' END,
               jsonb_build_object('status', m.status, 'until', m.out_on), %(request)s
        FROM moved m JOIN influencers_profile p ON p.id = m.profile_id
        JOIN influencers_platform f ON f.id = p.platform_id ORDER BY m.id)
    SELECT count(*) FROM moved
"""


def lock(contract_ids: Collection[int]) -> None:
    """Locks the accounts of these contracts, then the contracts, each in id order."""
    about = {"contracts": sorted(contract_ids)}
    _count(LOCK_PROFILES, about)
    _count(LOCK_CONTRACTS, about)


def confirm(contract_ids: Collection[int], *, by: Actor, at: datetime) -> int:
    """These contracts hold as they stand; so do their confirmed bindings that are not over.

    The day of a contract is that of the portal's zone, that of a binding its platform's. The
    caller holds the locks (`lock`) and the transaction. Returns how many contracts there were.
    """
    if not contract_ids:
        return 0
    platforms = list(Platform.objects.all())
    about = _by(by) | {
        "contracts": sorted(contract_ids),
        "day": timezone.localdate(at),
        "platforms": [platform.pk for platform in platforms],
        "codes": [platform.code for platform in platforms],
        "days": [platform.today(at) for platform in platforms],
    }
    confirmed = _count(CONFIRM_CONTRACTS, about)
    _count(CONFIRM_BINDINGS, about)
    journal.ring_after_commit()
    return confirmed


def end(out_on: Mapping[int, date], *, by: Actor) -> int:
    """Contracts, by id, end before the day said of each, and their bindings with them.

    The caller holds the locks and has made sure that each day lies within its contract, and that
    no public binding begins on or after it. Returns how many contracts there were.
    """
    if not out_on:
        return 0
    about = _by(by) | {"contracts": list(out_on), "out_on": list(out_on.values())}
    ended = _count(END_CONTRACTS, about)
    cap(list(out_on), by=by)
    return ended


def cap(contract_ids: Collection[int], *, by: Actor) -> int:
    """No binding outlives its contract; a claim that had not begun by then is taken back.

    That no public one begins after its contract's end is the caller's to make sure of: an agency
    undoes none. The caller holds the locks. Returns how many bindings changed.
    """
    capped = _count(CAP_BINDINGS, _by(by) | {"contracts": list(contract_ids)})
    journal.ring_after_commit()
    return capped


def _by(actor: Actor) -> dict[str, Any]:
    return {
        "kind": actor.kind,
        "actor": actor.id,
        "name": actor.name,
        "request": request_id.get(),
    }


def _count(statement: str, parameters: Mapping[str, Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return int(cursor.fetchone()[0])
