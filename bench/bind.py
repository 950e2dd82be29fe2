"""Agencies with contracts and confirmed bindings for the label look-up, laid by bare statements."""

from __future__ import annotations

from datetime import date

from bench.figures import note
from bench.ground import Ground

AGENCIES = 600  # one in a hundred of those that the portal is sized for
# Without triggers, because a binding is born as a claim: one statement instead of three moves.
STATEMENTS = (
    "SET session_replication_role = replica",
    """
    INSERT INTO agencies_agency (slug, credit_code, code_override, name_en, name_zh, address,
        contact_email, created_at)
    SELECT 'bench-' || n, '91310000BENCH' || lpad(n::text, 5, '0'), 'bench', 'Bench ' || n,
           '测' || n, '', '', clock_timestamp() FROM generate_series(1, %(agencies)s) n
    """,
    """
    INSERT INTO agencies_agencyname (agency_id, name_en, name_zh, during)
    SELECT id, name_en, name_zh, daterange('2020-01-01', NULL) FROM agencies_agency
    """,
    """
    INSERT INTO agencies_contract (agency_id, reference, party, kind, services, during, renewal,
        status, revision, last_confirmed_on)
    SELECT a.ids[1 + p.id %% array_length(a.ids, 1)], 'B-' || p.id, 'somebody', 'full',
           ARRAY['brokerage'], daterange(%(since)s, NULL), 'none', 'kept', 1, %(since)s
    FROM influencers_profile p, (SELECT array_agg(id) ids FROM agencies_agency) a
    WHERE p.tier >= 1 AND p.id %% 10 < 3 ORDER BY p.id
    """,
    """
    INSERT INTO agencies_binding (contract_id, agency_id, profile_id, lines, territory, during,
        exclusive, status, basis, proof, confirmed_on, last_confirmed_on, reason, claimed_at)
    SELECT c.id, c.agency_id, substr(c.reference, 3)::bigint, '{[0,1000)}', w.world, c.during, true,
           'confirmed', 'creator', 'bench', %(since)s, %(since)s, '', clock_timestamp()
    FROM agencies_contract c,
         (SELECT int4multirange(int4range(lo, hi)) world FROM agencies_contractterritory
          WHERE code = 'world') w
    ORDER BY c.id
    """,
    "SET session_replication_role = origin",
)


def bind(ground: Ground, since: date) -> None:
    """Three of ten public accounts are managed by one of AGENCIES, since a day."""
    with ground.connect() as connection:
        for statement in STATEMENTS:
            connection.execute(statement.encode(), {"agencies": AGENCIES, "since": since})
        connection.execute("ANALYZE agencies_agency, agencies_agencyname, agencies_binding")
    note("laid bindings")
