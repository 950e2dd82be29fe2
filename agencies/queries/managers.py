"""Who managed an account on a day, as the register knew it.

The definition stands in the database, as `agencies_bound`, `agencies_contested` and
`agencies_managing` (migration 0006); the label is put together from the same. All of it is public:
the answer is the same whoever asks, because what row-level security hides none of it looks at. A
suspended binding manages nothing while it is suspended, on no day; a void one never did.
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

from influencers.models import Profile

# For statements that call `a` what is asked (`day`, and `at`: the instant up to which knowledge
# counts, infinity meaning now) and `p` the profile. One row. `days`: all on which some agency
# manages `p`; `same`: those around the asked day with the same agencies as on it; `agencies`:
# these; `confirmed`: when the oldest of the bindings of the day was confirmed, which no later word
# of its agency moves; `turn`: the next day on which a binding begins or ends; `any`: whether there
# is any binding, suspended ones too.
HELD = """
    SELECT range_agg(g.days) AS days,
           range_intersect_agg(g.days) FILTER (WHERE g.days @> a.day)
               - coalesce(range_agg(g.days) FILTER (WHERE NOT g.days @> a.day), '{}') AS same,
           array_agg(g.agency_id ORDER BY g.agency_id) FILTER (WHERE g.days @> a.day) AS agencies,
           min(g.confirmed) AS confirmed, min(g.turn) AS turn, count(*) > 0 AS any
    FROM (SELECT b.agency_id, range_agg(b.during) FILTER (WHERE b.status = 'confirmed') AS days,
                 min(b.confirmed_on) FILTER (WHERE b.status = 'confirmed' AND b.during @> a.day)
                     AS confirmed,
                 least(min(lower(b.during)) FILTER (WHERE lower(b.during) > a.day),
                       min(upper(b.during)) FILTER (WHERE upper(b.during) > a.day)) AS turn
          FROM agencies_bound(p.id, a.at) b GROUP BY b.agency_id) g"""


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
            "SELECT * FROM agencies_managing(%s::bigint, %s::date, %s::timestamptz)",
            [profile if isinstance(profile, int) else profile.pk, day, known_at or "infinity"],
        )
        return [
            Manager(agency, slug, zh, en, group, tuple(scopes), *rest)
            for agency, slug, zh, en, group, scopes, *rest in cursor.fetchall()
        ]
