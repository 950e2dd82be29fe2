"""Puts agencies, contracts, bindings and declarations on record as if the register had known them
from their days on: set by set, with the entries in the journal that the actions write."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from typing import Any

import pgtrigger
from django.db import connection, transaction
from django.utils import timezone

from agencies.actions import agencies, groups
from agencies.models import Agency, AgencyName
from agencies.models.fields import IntMultirangeField
from dashboards.actions.demo import cast
from dashboards.actions.demo.cast import Account, Days, House
from dashboards.actions.demo.ties import Hold
from journal import actions as journal
from journal.queries import refresh_statistics
from journal.values import Actor

# An instant at office hours of a day.
_AT = "(({0})::timestamp + interval '{1} hours') AT TIME ZONE %(zone)s"

_EVENT = """INSERT INTO journal_event (at, verb, actor_kind, actor_id, actor_name, subject_type,
        subject_id, platform, profile_id, agency_ids, audience, changes)"""
_BY = "%(kind)s, %(actor)s, %(name)s"

CONTRACTS = f"""
    WITH added AS (
        INSERT INTO agencies_contract (agency_id, reference, party, kind, services, signed_on,
            during, renewal, status, revision, last_confirmed_on, known_from)
        SELECT a.id, c.reference, c.party, c.kind, c.services::text[], c.since - 3,
               daterange(c.since, c.until), c.renewal, 'kept', 1, c.since,
               {_AT.format("c.since", 9)}
        FROM unnest(%(slugs)s::text[], %(references)s::text[], %(parties)s::text[],
                    %(kinds)s::text[], %(services)s::text[], %(since)s::date[], %(until)s::date[],
                    %(renewals)s::text[])
            AS c (slug, reference, party, kind, services, since, until, renewal)
        JOIN agencies_agency a ON a.slug = c.slug
        ORDER BY c.since, a.id, c.reference
        RETURNING id, agency_id, reference, known_from
    )
    {_EVENT}
    SELECT known_from, 'contract.added', {_BY}, 'contract', id::text, '', NULL, ARRAY[agency_id],
           'parties', jsonb_build_object('reference', reference, 'revision', 1)
    FROM added ORDER BY known_from, id
"""

# The past says that each was a claim until the account's holder, or documents, confirmed it.
BINDINGS = f"""
    WITH told AS MATERIALIZED (
        SELECT c.id AS contract_id, c.agency_id, p.id AS profile_id, l.code,
               daterange(b.since, b.until) AS during, b.lines, b.basis, b.confirmed,
               CASE WHEN b.until <= %(today)s THEN b.confirmed
                    ELSE greatest(b.confirmed, %(affirmed)s) END AS last_confirmed_on,
               {_AT.format("b.since", 10)} AS claimed_at,
               {_AT.format("b.confirmed", 15)} AS confirmed_at
        FROM unnest(%(slugs)s::text[], %(references)s::text[], %(platforms)s::text[],
                    %(ids)s::text[], %(since)s::date[], %(until)s::date[], %(confirmed)s::date[],
                    %(lines)s::int4multirange[], %(bases)s::text[])
            AS b (slug, reference, platform, external_id, since, until, confirmed, lines, basis)
        JOIN agencies_agency a ON a.slug = b.slug
        JOIN agencies_contract c ON c.agency_id = a.id AND c.reference = b.reference
        JOIN influencers_platform l ON l.code = b.platform
        JOIN influencers_profile p ON p.platform_id = l.id AND p.external_id = b.external_id
    ), added AS (
        INSERT INTO agencies_binding (contract_id, agency_id, profile_id, lines, territory, during,
            exclusive, status, basis, proof, confirmed_on, last_confirmed_on, reason, claimed_at,
            known_from)
        SELECT contract_id, agency_id, profile_id, lines, '{{[0,1000000)}}', during, true,
               'confirmed', basis, 'demonstration', confirmed, last_confirmed_on, '', claimed_at,
               confirmed_at
        FROM told ORDER BY claimed_at, profile_id
        RETURNING id, contract_id, agency_id, profile_id, lines, territory, during, basis,
                  claimed_at, known_from
    ), past AS (
        INSERT INTO agencies_bindingpast (binding_id, contract_id, agency_id, profile_id, lines,
            territory, during, exclusive, status, basis, known)
        SELECT id, contract_id, agency_id, profile_id, lines, territory, during, true, 'claimed',
               '', tstzrange(claimed_at, known_from)
        FROM added
    )
    {_EVENT}
    SELECT e.at, e.verb, {_BY}, 'binding', d.id::text, t.code, d.profile_id, ARRAY[d.agency_id],
           e.audience, e.more || jsonb_build_object('status', e.status, 'since', lower(d.during),
           'until', upper(d.during))
    FROM added d JOIN told t ON t.contract_id = d.contract_id
    CROSS JOIN LATERAL (VALUES
        (d.claimed_at, 'binding.claimed', 'parties', 'claimed', '{{}}'::jsonb),
        (d.known_from, 'binding.confirmed', 'public', 'confirmed',
         jsonb_build_object('basis', d.basis))) e (at, verb, audience, status, more)
    ORDER BY e.at, d.id
"""

DECLARATIONS = f"""
    WITH made AS (
        INSERT INTO disclosure_declaration (profile_id, during, status, basis, known_from)
        SELECT p.id, daterange(d.since, NULL), 'active', 'creator', {_AT.format("d.since", 12)}
        FROM unnest(%(platforms)s::text[], %(ids)s::text[], %(since)s::date[])
            AS d (platform, external_id, since)
        JOIN influencers_platform l ON l.code = d.platform
        JOIN influencers_profile p ON p.platform_id = l.id AND p.external_id = d.external_id
        ORDER BY d.since, p.id
        RETURNING id, profile_id, during, known_from
    )
    {_EVENT}
    SELECT m.known_from, 'declaration.made', {_BY}, 'declaration', m.id::text, l.code,
           m.profile_id, '{{}}', 'public',
           jsonb_build_object('since', lower(m.during), 'basis', 'creator')
    FROM made m JOIN influencers_profile p ON p.id = m.profile_id
    JOIN influencers_platform l ON l.id = p.platform_id ORDER BY m.known_from, m.id
"""

_SERVICES = {"full": "{planning,production,marketing,brokerage}", "half": "{marketing,brokerage}"}


@transaction.atomic
def register_houses(houses: Iterable[House], days: Days, *, by: Actor) -> dict[str, Agency]:
    """The agencies by slug, with names that the register has known from their first day on."""
    group = groups.make_group(*cast.ZIXU, by=by)
    made: dict[str, Agency] = {}
    for number, house in enumerate(houses):
        names = cast.FORMER_NAME if house is cast.SHUIYUE else (house.name_zh, house.name_en)
        made[house.slug] = agencies.register(
            cast.credit_code(house.division, 52_000_000 + 137 * number),
            *names,
            by=by,
            group=group if house.group else None,
            since=days.ago(1000),
            slug=house.slug,
        )
    renamed = made[cast.SHUIYUE.slug]
    agencies.rename(renamed, cast.SHUIYUE.name_zh, cast.SHUIYUE.name_en, since=days.renamed, by=by)
    _date_back(renamed, days)
    return made


def _date_back(renamed: Agency, days: Days) -> None:
    """The register has known the names since their first days, and of the new one since it was
    corrected. Triggers that set `known_from` to now are passed over for this."""
    corrected = _instant(days.corrected)
    with _passing_over(
        "agencies.AgencyName:agencyname_known_from", "agencies.AgencyName:agencyname_to_past"
    ):
        AgencyName.objects.exclude(agency=renamed).update(known_from=_instant(days.ago(1000)))
        AgencyName.objects.filter(agency=renamed).update(known_from=corrected)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO agencies_agencynamepast (agency_name_id, agency_id, name_en, name_zh,"
            " during, known) SELECT id, agency_id, name_en, name_zh, daterange(lower(during),"
            " NULL), tstzrange(%s, %s) FROM agencies_agencyname WHERE agency_id = %s"
            " AND upper(during) = %s",
            [_instant(days.ago(1000)), corrected, renamed.pk, days.renamed],
        )


def _instant(day: date) -> datetime:
    return datetime.combine(day, time(9), timezone.get_default_timezone())


@contextmanager
def _passing_over(*triggers: str) -> Iterator[None]:
    """Within a transaction rows are written as those who know the past would write them: the named
    triggers, which see to it that nothing is known before it is said, are passed over."""
    names = [
        trigger.get_pgid(model)
        for name in triggers
        for model, trigger in pgtrigger.registered(name)
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('pgtrigger.ignore', %s, true)", [f"{{{','.join(names)}}}"]
        )
        yield
        cursor.execute("SELECT set_config('pgtrigger.ignore', NULL, true)")


@transaction.atomic
def put_down(holds: list[Hold], days: Days, *, by: Actor) -> None:
    """Contracts, and the bindings that their accounts confirmed."""
    bound = [(hold, hold.account) for hold in holds if hold.account is not None]
    numbers = IntMultirangeField()
    contracts: dict[str, Any] = {
        "slugs": [hold.house.slug for hold in holds],
        "references": [hold.reference for hold in holds],
        "parties": [hold.party for hold in holds],
        "kinds": [hold.kind for hold in holds],
        "services": [_SERVICES[hold.kind] for hold in holds],
        "since": [hold.since for hold in holds],
        "until": [hold.until for hold in holds],
        "renewals": [hold.renewal for hold in holds],
    }
    bindings: dict[str, Any] = {
        "slugs": [hold.house.slug for hold, _ in bound],
        "references": [hold.reference for hold, _ in bound],
        "platforms": [account.platform for _, account in bound],
        "ids": [account.external_id for _, account in bound],
        "since": [hold.since for hold, _ in bound],
        "until": [hold.until for hold, _ in bound],
        "confirmed": [hold.confirmed for hold, _ in bound],
        "lines": [str(numbers.get_prep_value(hold.lines)) for hold, _ in bound],
        "bases": [hold.basis for hold, _ in bound],
        "today": days.today,
        "affirmed": days.ago(180),
    }
    with connection.cursor() as cursor, _passing_over("agencies.Binding:binding_first"):
        cursor.execute(CONTRACTS, contracts | _who(by))
        refresh_statistics()  # the tables were empty a moment ago
        cursor.execute(BINDINGS, bindings | _who(by))
    journal.ring_after_commit()


@transaction.atomic
def declare(declared: list[tuple[Account, date]], *, by: Actor) -> None:
    """Accounts that say that no agency stands behind them, each from a day on."""
    facts: dict[str, Any] = {
        "platforms": [account.platform for account, _ in declared],
        "ids": [account.external_id for account, _ in declared],
        "since": [since for _, since in declared],
    }
    with connection.cursor() as cursor:
        cursor.execute(DECLARATIONS, facts | _who(by))
    journal.ring_after_commit()


def _who(by: Actor) -> dict[str, Any]:
    return {
        "kind": by.kind.value,
        "actor": by.id,
        "name": by.name,
        "zone": timezone.get_default_timezone_name(),
    }
