"""Who falls under a rule, since when, and who has answered: one text of each, which the duty pass
puts together, and what pages show of it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from django.db import connection
from django.db.models import Count, Q
from django.utils import timezone

from disclosure.models import Duty, Rule
from influencers.models import Platform, TierScheme
from journal.models import Run
from journal.values import Actor

# Every table of a statement carries the keys: a range of profile ids, or a list of them. Without
# that the planner scans the whole of the other tables for each range.
_PROFILE_COLUMNS = {
    "in_p": "p.id",
    "in_d": "d.profile_id",
    "in_answer": "answer.profile_id",
}


def keyed(text: str, *, listed: bool) -> str:
    """The statement with its key conditions: `lo <= id < hi`, or `id = ANY(ids)` when `listed`."""
    for name, column in _PROFILE_COLUMNS.items():
        keys = f"{column} = ANY(%(ids)s)" if listed else f"{column} >= %(lo)s AND {column} < %(hi)s"
        text = text.replace("{" + name + "}", keys)
    return text


# The days on which an account has answered: `profile_id, during`, one row per answer. A withdrawn
# declaration holds for its days too; a binding that is suspended or void holds for none.
ANSWERED = """
    SELECT answer.profile_id, answer.during FROM disclosure_declaration answer WHERE {in_answer}
    UNION ALL
    SELECT answer.profile_id, answer.during FROM agencies_binding answer
    WHERE answer.status = 'confirmed' AND {in_answer}
"""


def _turns(table: str) -> str:
    return f"""
    SELECT answer.profile_id FROM {table} answer
    WHERE lower(answer.during) > %(last_day)s::date AND lower(answer.during) <= %(this_day)s::date
    UNION ALL
    SELECT answer.profile_id FROM {table} answer
    WHERE upper(answer.during) > %(last_day)s::date AND upper(answer.during) <= %(this_day)s::date
    """


# Answers that begin or end by the calendar: after the day of the last pass, up to today.
ANSWERS_OF_THE_CALENDAR = f"""
    {_turns("disclosure_declaration")} UNION ALL {_turns("agencies_binding")}
"""

# Rules as they apply on each platform today, from the rows of `scope()`: as arrays, because the
# planner then knows how few they are. `speaks`: silence under the rule may become public.
SCOPE = """
    SELECT x.rule_id, x.platform_id, x.tier, x.live, x.platform, x.today, r.code, r.content_fields,
           r.account_kind, coalesce(r.live_from, x.today) AS live_from, r.grace_days,
           r.notice_days, r.basis IN ('in_force', 'platform_policy') AS speaks
    FROM unnest(%(scope_rules)s::bigint[], %(scope_platforms)s::bigint[],
                %(scope_tiers)s::smallint[], %(scope_live)s::boolean[],
                %(scope_codes)s::text[], %(scope_days)s::date[])
        AS x (rule_id, platform_id, tier, live, platform, today)
    JOIN disclosure_rule r ON r.id = x.rule_id
"""

# Profile `p` falls under rule `s` (a row of SCOPE). Never true for an unknown tier.
UNDER = """
    p.status IN ('active', 'suspended') AND p.tier >= s.tier
    AND (cardinality(s.content_fields) = 0 OR p.content_fields && s.content_fields)
    AND (s.account_kind = 'any' OR s.account_kind = (
        SELECT i.kind FROM influencers_influencer i WHERE i.id = p.influencer_id))
"""

MINOR = "(SELECT i.minor FROM influencers_influencer i WHERE i.id = p.influencer_id) IS TRUE"

# A profile's tier changes as known now: a row replaces every earlier recorded row of the same or a
# later day.
_CHANGES = """
    SELECT c.effective_on, c.tier FROM influencers_tierchange c
    WHERE c.profile_id = p.id AND c.effective_on <= s.today AND NOT EXISTS (
        SELECT FROM influencers_tierchange newer WHERE newer.profile_id = c.profile_id
        AND newer.id > c.id AND newer.effective_on <= c.effective_on)
"""

# The first day of the unbroken run, up to today, at the tier of rule `s` or above. Most often the
# newest change brought the account there, and nothing older need be read.
ROSE_ON = f"""
    coalesce(
        (SELECT c.effective_on FROM influencers_tierchange c
         WHERE c.profile_id = p.id AND c.effective_on = p.tier_since AND c.tier >= s.tier
           AND c.effective_on <= s.today AND (c.from_tier >= s.tier) IS NOT TRUE
         ORDER BY c.id DESC LIMIT 1),
        (WITH c AS MATERIALIZED ({_CHANGES})
         SELECT min(c.effective_on) FROM c WHERE c.effective_on > coalesce(
             (SELECT max(b.effective_on) FROM c b WHERE (b.tier >= s.tier) IS NOT TRUE),
             '-infinity')))
"""

# The first day of the unbroken run, up to today, below it; -infinity where, as known now, the
# profile never was at that tier.
FELL_ON = f"""
    (WITH c AS MATERIALIZED ({_CHANGES})
     SELECT CASE WHEN bool_or(c.tier >= s.tier) THEN min(c.effective_on) FILTER (
         WHERE c.effective_on > (SELECT max(b.effective_on) FROM c b WHERE b.tier >= s.tier))
         ELSE '-infinity'::date END FROM c)
"""


def days(at: datetime) -> dict[int, date]:
    """Today on each platform, by the platform's primary key."""
    return {platform.pk: platform.today(at) for platform in Platform.objects.all()}


def scope(
    rules: Sequence[Rule], today: dict[int, date], *, preview: bool = False
) -> dict[str, list[Any]]:
    """The parameters of SCOPE: rules on each platform, live ones from their first day on.

    The tier is the number of floors that an account must hold. A platform whose scheme has no such
    floor is not reached by the rule. With `preview` the rules count as if they were live.
    """
    schemes = list(TierScheme.objects.filter(current=True).select_related("platform"))
    rows = [
        (
            rule.pk,
            scheme.platform_id,
            list(scheme.floors).index(rule.min_followers) + 1,
            preview or rule.status == Rule.Status.LIVE,
            scheme.platform.code,
            today[scheme.platform_id],
        )
        for rule in rules
        for scheme in schemes
        if rule.min_followers in scheme.floors
        and (not rule.platforms or scheme.platform.code in rule.platforms)
        and (
            rule.status != Rule.Status.LIVE
            or (rule.live_from is not None and rule.live_from <= today[scheme.platform_id])
        )
    ]
    names = ("rules", "platforms", "tiers", "live", "codes", "days")
    columns = zip(*rows, strict=True) if rows else [[] for _ in names]
    return {f"scope_{name}": list(col) for name, col in zip(names, columns, strict=True)}


def schemes_fingerprint() -> str:
    """Of what in the current schemes decides who falls under a rule: equal text, equal answers."""
    rows = TierScheme.objects.filter(current=True).order_by("platform_id")
    facts = [
        [platform, code, list(floors)]
        for platform, code, floors in rows.values_list("platform_id", "platform__code", "floors")
    ]
    return sha256(json.dumps(facts).encode()).hexdigest()


def without_floor(platforms: Sequence[str], min_followers: int) -> list[Platform]:
    """Platforms, of those named by code (all when none is), whose scheme has no such floor."""
    current = TierScheme.objects.filter(current=True).select_related("platform")
    if platforms:
        current = current.filter(platform__code__in=platforms)
    return [
        s.platform
        for s in current.order_by("platform__sort_order")
        if min_followers not in s.floors
    ]


@dataclass(frozen=True, slots=True)
class RuleCounts:
    """What the last passes counted for one rule; None where none has yet."""

    open: int | None = None
    overdue: int | None = None
    would_open: int | None = None  # of a shadow rule: accounts under it without an answer
    would_be_met: int | None = None
    counted_at: datetime | None = None


def counts_of_rules(actor: Actor) -> dict[str, RuleCounts]:
    """By code: open duties as of the last pass, and of shadow rules as of the last full one. What
    passes count is of all platforms: for who reaches some only, the open duties there as of now."""
    if actor.is_limited:
        return _counted_for(actor, timezone.now())
    runs = Run.objects.filter(kind="duties", status=Run.Status.DONE, horizon__isnull=False)
    newest = runs.order_by("-pk").first()
    whole = runs.filter(full=True).order_by("-pk").first()
    found: dict[str, RuleCounts] = {}
    for code, counts in _rules(newest):
        if "open" in counts:
            found[code] = RuleCounts(counts["open"], counts["overdue"], counted_at=_end(newest))
    for code, counts in _rules(whole):
        if "would_open" in counts:
            found[code] = RuleCounts(
                would_open=counts["would_open"],
                would_be_met=counts["would_be_met"],
                counted_at=_end(whole),
            )
    return found


def _counted_for(actor: Actor, at: datetime) -> dict[str, RuleCounts]:
    late = Q(pk__in=[])
    for platform, day in days(at).items():
        late |= Q(profile__platform=platform, due__lt=day)
    open_ones = Duty.objects.visible_to(actor).open().values("rule__code")
    rows = open_ones.annotate(open=Count("pk"), late=Count("pk", filter=late))
    return {row["rule__code"]: RuleCounts(row["open"], row["late"], counted_at=at) for row in rows}


def _rules(run: Run | None) -> list[tuple[str, dict[str, int]]]:
    return list(run.counts.get("rules", {}).items()) if run else []


def _end(run: Run | None) -> datetime | None:
    return run.finished_at if run else None


def preview_of(rule: Rule) -> Run | None:
    """The newest run that tried a rule, done or not."""
    return Run.objects.filter(kind="duties", params__preview=rule.pk).order_by("-pk").first()


def open_and_overdue(today: dict[int, date]) -> dict[str, tuple[int, int]]:
    """By the code of the rule: open duties, and those whose last day to answer is over.

    `today` is each platform's day. Where these differ, only duties due in between are looked up
    with their platform.
    """
    first, last = min(today.values()), max(today.values())
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT r.code, n.open, n.overdue + coalesce(m.overdue, 0)
            FROM disclosure_rule r
            JOIN (SELECT d.rule_id, count(*) AS open, count(*) FILTER (WHERE d.due < %(first)s)
                      AS overdue
                  FROM disclosure_duty d WHERE d.status = 'open' GROUP BY d.rule_id) n
              ON n.rule_id = r.id
            LEFT JOIN (SELECT d.rule_id, count(*) AS overdue
                  FROM disclosure_duty d
                  JOIN influencers_profile p ON p.id = d.profile_id
                  JOIN unnest(%(platforms)s::bigint[], %(days)s::date[]) AS t (platform_id, today)
                    ON t.platform_id = p.platform_id
                  WHERE d.status = 'open' AND d.due >= %(first)s AND d.due < %(last)s
                    AND d.due < t.today GROUP BY d.rule_id) m ON m.rule_id = r.id
            """,
            {
                "first": first,
                "last": last,
                "platforms": list(today),
                "days": list(today.values()),
            },
        )
        return {code: (open_, overdue) for code, open_, overdue in cursor.fetchall()}
