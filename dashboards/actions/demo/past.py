"""Months that are over, as the register would have known and counted them on their days."""

from django.db import connection
from django.utils import timezone

from dashboards.actions.demo.cast import Days

# By the tiers and answers that held on each day. Duties are counted from the first start on.
TALLY_DAYS = """
    INSERT INTO dashboards_tallyday (day, platform_id, tier, state, profiles, duties_open,
        duties_met, duties_overdue)
    SELECT k.day, k.platform_id, k.tier, k.state, count(*), 0, 0, 0
    FROM (
        SELECT d.day, p.platform_id, t.tier,
               CASE WHEN held.yes THEN 'managed' WHEN said.yes THEN 'independent'
                    WHEN t.tier >= 5 THEN 'unanswered' ELSE 'none' END AS state
        FROM unnest(%s::date[]) AS d (day)
        CROSS JOIN influencers_profile p
        JOIN LATERAL (
            SELECT c.tier FROM influencers_tierchange c
            WHERE c.profile_id = p.id AND c.effective_on <= d.day
            ORDER BY c.effective_on DESC, c.id DESC LIMIT 1) t ON t.tier IS NOT NULL
        LEFT JOIN LATERAL (
            SELECT true AS yes FROM agencies_binding b WHERE b.profile_id = p.id
              AND b.status = 'confirmed' AND b.during @> d.day LIMIT 1) held ON true
        LEFT JOIN LATERAL (
            SELECT true AS yes FROM disclosure_declaration b WHERE b.profile_id = p.id
              AND b.during @> d.day LIMIT 1) said ON true
    ) k GROUP BY 1, 2, 3, 4
"""


# Worked out now, and known since the day on which each took effect.
TIERS_KNOWN = """
    UPDATE influencers_tierchange
    SET recorded_at = (effective_on::timestamp + interval '9 hours') AT TIME ZONE %s
"""


def date_tiers_back() -> None:
    """Says of each tier that the register knew it from its day on."""
    with connection.cursor() as cursor:
        cursor.execute(TIERS_KNOWN, [timezone.get_default_timezone_name()])


def tally_the_past(days: Days) -> None:
    """One row set for each month that is over."""
    with connection.cursor() as cursor:
        cursor.execute(TALLY_DAYS, [days.observed])
