"""Who managed an account on a day, as the register knew it: the pieces of SQL that the label is
put together from, and the question itself.

Names that every piece counts on: `a` with `day` and `at` (the instant up to which the register's
knowledge counts; infinity: now) and `p` with `id`, the profile. All of it is public: the answer is
the same whoever asks, because what row-level security hides no piece looks at.

A suspended binding manages nothing while it is suspended, on no day; a void one never did.
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

from agencies.models import ALL_LINES, WORLD
from influencers.models import Profile

_COLUMNS = "agency_id, during, status, lines, territory, basis, confirmed_on, last_confirmed_on"
_MADE_PUBLIC = "status IN ('confirmed', 'suspended')"

# The bindings of `p` that were public knowledge at `at`, each once. Of the present no past is read.
_BOUND = f"""
    SELECT id, {_COLUMNS} FROM agencies_binding
    WHERE profile_id = p.id AND known_from <= a.at AND {_MADE_PUBLIC}
    UNION ALL
    SELECT binding_id, {_COLUMNS} FROM agencies_bindingpast
    WHERE a.at < 'infinity' AND profile_id = p.id AND known @> a.at AND {_MADE_PUBLIC}"""

# One row. `days`: all on which some agency manages `p`; `same`: those around the asked day with the
# same agencies as on it; `agencies`: these; `confirmed`: when the oldest of the bindings of the day
# was confirmed, which no later word of its agency moves; `turn`: the next day on which a binding
# begins or ends.
HELD = f"""
    SELECT range_agg(g.days) AS days,
           range_intersect_agg(g.days) FILTER (WHERE g.days @> a.day)
               - coalesce(range_agg(g.days) FILTER (WHERE NOT g.days @> a.day), '{{}}') AS same,
           array_agg(g.agency_id ORDER BY g.agency_id) FILTER (WHERE g.days @> a.day) AS agencies,
           min(g.confirmed) AS confirmed, min(g.turn) AS turn
    FROM (SELECT b.agency_id, range_agg(b.during) AS days,
                 min(b.confirmed_on) FILTER (WHERE b.during @> a.day) AS confirmed,
                 least(min(lower(b.during)) FILTER (WHERE lower(b.during) > a.day),
                       min(upper(b.during)) FILTER (WHERE upper(b.during) > a.day)) AS turn
          FROM ({_BOUND}) b WHERE b.status = 'confirmed' GROUP BY b.agency_id) g"""

# Days on which a public binding was contested by who had proved control of the account.
CONTESTED = f"""
    SELECT range_agg(b.during * daterange(d.from_day,
               CASE WHEN d.closed_at <= a.at THEN greatest(d.from_day, d.to_day) END)) AS days
    FROM agencies_dispute d JOIN ({_BOUND}) b ON b.id = d.binding_id
    WHERE d.profile_id = p.id AND d.proven AND d.opened_at <= a.at"""

# What agency `g` was called: the last name that had begun by the day, else its first one.
_NAMED = """
    SELECT n.name_zh, n.name_en FROM (
        SELECT name_zh, name_en, lower(during) AS since FROM agencies_agencyname
        WHERE agency_id = g.agency_id AND known_from <= a.at AND NOT isempty(during)
        UNION ALL
        SELECT name_zh, name_en, lower(during) FROM agencies_agencynamepast
        WHERE a.at < 'infinity' AND agency_id = g.agency_id AND known @> a.at
          AND NOT isempty(during)) n
    ORDER BY CASE WHEN n.since > a.day THEN NULL ELSE coalesce(n.since, '-infinity') END
             DESC NULLS LAST, n.since
    LIMIT 1"""

# `["all"]`, or the codes of the business lines, and of the widest territories where these are not
# the whole world.
_SCOPES = f"""
    CASE WHEN g.lines @> int4range({ALL_LINES[0][0]}, {ALL_LINES[0][1]}) THEN ARRAY['all']
    ELSE ARRAY(SELECT line.code::text FROM agencies_businessline line
               WHERE g.lines @> line.number::int ORDER BY line.number) END
    || CASE WHEN g.territory @> int4range({WORLD[0][0]}, {WORLD[0][1]}) THEN '{{}}'
    ELSE ARRAY(SELECT 'territory:' || t.code FROM agencies_contractterritory t
        WHERE g.territory @> int4range(t.lo::int, t.hi::int) AND NOT EXISTS (
            SELECT FROM agencies_contractterritory wider
            WHERE g.territory @> int4range(wider.lo::int, wider.hi::int)
              AND int4range(wider.lo::int, wider.hi::int) @> int4range(t.lo::int, t.hi::int)
              AND wider.hi - wider.lo > t.hi - t.lo)
        ORDER BY t.lo, t.code) END"""

# A row for each agency that manages `p` on the day. `since` and `until` are the ends of the
# unbroken run of days with that agency, across all of its bindings; what else a binding says is
# that of the day, where there are several of the newest confirmation.
MANAGING = f"""
    SELECT g.agency_id, agency.slug, named.name_zh, named.name_en, kin.slug AS group_slug,
           {_SCOPES} AS scopes, lower(g.run) AS since, upper(g.run) AS until,
           g.last_confirmed_on, g.basis
    FROM (
        SELECT k.agency_id, k.lines, k.territory, k.last_confirmed_on, k.basis,
               (SELECT run FROM unnest(k.days) run WHERE run @> a.day) AS run
        FROM (SELECT b.agency_id, range_agg(b.during) AS days,
                     range_agg(b.lines) FILTER (WHERE b.during @> a.day) AS lines,
                     range_agg(b.territory) FILTER (WHERE b.during @> a.day) AS territory,
                     max(b.last_confirmed_on) FILTER (WHERE b.during @> a.day)
                         AS last_confirmed_on,
                     (array_agg(b.basis ORDER BY b.last_confirmed_on DESC NULLS LAST, b.id DESC)
                         FILTER (WHERE b.during @> a.day))[1] AS basis
              FROM ({_BOUND}) b WHERE b.status = 'confirmed' GROUP BY b.agency_id) k
        WHERE k.days @> a.day) g
    JOIN agencies_agency agency ON agency.id = g.agency_id
    LEFT JOIN agencies_group kin ON kin.id = agency.group_id
    LEFT JOIN LATERAL ({_NAMED}) named ON true
    ORDER BY lower(g.run), agency.slug"""


@dataclass(frozen=True, slots=True)
class Manager:
    """An agency that manages an account on a day, with its name of that day.

    `since` is the first day of the unbroken run with it, `until` the first day that is out (None:
    none is known). `scopes` are codes of business lines or `all`, and `territory:` codes.
    """

    agency_id: int
    slug: str
    name_zh: str
    name_en: str
    group: str | None
    scopes: tuple[str, ...]
    since: date
    until: date | None
    last_confirmed_on: date | None
    basis: str


def managers(profile: Profile | int, day: date, known_at: datetime | None = None) -> list[Manager]:
    """The agencies that managed a profile on a day of its platform, as known at an instant (now).

    Disputes do not count here: who is contested managed it until that is decided. One query.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT m.* FROM (SELECT %s::bigint AS id) p,"
            f" (SELECT %s::date AS day, %s::timestamptz AS at) a, LATERAL ({MANAGING}) m",
            [profile if isinstance(profile, int) else profile.pk, day, known_at or "infinity"],
        )
        return [
            Manager(agency, slug, zh, en, group, tuple(scopes), *rest)
            for agency, slug, zh, en, group, scopes, *rest in cursor.fetchall()
        ]
