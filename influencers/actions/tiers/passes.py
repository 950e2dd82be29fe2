"""A run of the tier pass: what it looks at, in which ranges, as of which days."""

from collections import Counter
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from influencers.actions.tiers.candidates import candidates, statement_parameters
from influencers.actions.tiers.history import begin, move, replay
from influencers.models import Platform, TierScheme
from journal.actions import record
from journal.models import Run
from journal.queries import horizon, last_done, system_id
from journal.values import CLOCK, Audience

# Ranges that hold little are taken together, as long as reading them stays short.
WIDEST = 10
# Looking profiles up one by one costs up to this share of them less than reading all.
FEW = 0.05

NEWS = """
SELECT profile_id / %(size)s, day, count(*) FROM influencers_observation
WHERE xid >= %(since)s::xid8 GROUP BY 1, 2
"""
DUE = """
SELECT p.id / %(size)s, count(*) FROM influencers_profile p
JOIN unnest(%(platforms)s::bigint[], %(days)s::date[]) AS day (platform_id, today)
  ON day.platform_id = p.platform_id
WHERE p.look_again_on <= %(latest)s AND p.look_again_on <= day.today GROUP BY 1
"""


def prepare(run: Run) -> list[tuple[int, int]]:
    """Decides what the run looks at and cuts it into ranges of profiles.

    Of `run.params` it reads `as_of`, an instant in ISO form (now). The rest it writes there, so
    that a range that is done again is done the same way:

    - days: the day of each platform, by its id. Passes never go back: where a run was as of a later
      day, that one stands, because a fall that took effect is written down. (A pass as of a day to
      come belongs into a transaction that is rolled back.)
    - since: the last run's horizon; observations of that transaction or a later one are new.
    - again: platforms whose stored tiers are not trusted and all worked out anew: every one when
      there is no last run or the database was restored, those whose scheme is another one.
    - schemes, tiers: the current scheme of each platform, and how many floors any scheme had.
    - news (none, by_xid, by_day), news_days, by_keys: where what is new is found, and whether it
      is so little that profiles are looked up one by one; see candidates.py.
    """
    run.horizon, run.system_id = horizon(), system_id()
    last = last_done("tiers")
    at = datetime.fromisoformat(run.params.get("as_of") or timezone.now().isoformat())
    if timezone.is_naive(at):
        at = timezone.make_aware(at)
    schemes = {s["platform_id"]: s for s in _schemes(current=True)}
    trusted = last is not None and last.system_id == run.system_id
    before = last.params if last is not None and trusted else {}
    again = [pk for pk, now in schemes.items() if before.get("schemes", {}).get(pk) != now]
    run.full = run.full or bool(again)
    run.params = {
        **({"as_of": run.params["as_of"]} if run.params.get("as_of") else {}),
        "days": _days(at, before.get("days", {})),
        "schemes": schemes,
        "tiers": max((len(s["floors"]) for s in _schemes()), default=0),
        "again": [int(pk) for pk in again],
        "since": last.horizon if last is not None and trusted else None,
        "news": "none",
        "news_days": [],
        "by_keys": False,
    }
    return _cut(run)


def do_range(run: Run, lo: int, hi: int) -> dict[str, int]:
    """Works out the tiers of the profiles `lo <= id < hi` that may have changed.

    Counts: `looked_at`, profiles whose tier was worked out; `tier_changes`, changes of a tier that
    were written down, a first tier and a corrected change each counting as one.
    """
    found = candidates(run.params, lo, hi)
    begun = begin(run.params, lo, hi, [each for each in found if each.is_fresh])
    rest = [each for each in found if each.profile_id not in begun]
    changes = len(begun)
    changes += move(run.params, lo, hi, [each for each in rest if each.is_plain])
    changes += replay(run.params, lo, hi, [each for each in rest if not each.is_plain])
    counts = {"tier_changes": changes, "looked_at": len(found)}
    if changes:
        record(
            "tiers.changed",
            run,
            by=CLOCK,
            audience=Audience.STAFF,
            changes={"from_profile": lo, "to_profile": hi, **counts},
        )
    return counts


def finish(run: Run) -> None:
    """Nothing is left to do: what follows hears of it by the journal's `run.finished`."""


def _days(at: datetime, before: dict[str, str]) -> dict[str, str]:
    """Platform id -> its day at an instant, never earlier than a run before had it."""
    days = {}
    for platform in Platform.objects.order_by("pk"):
        earlier = date.fromisoformat(before.get(str(platform.pk), "0001-01-01"))
        days[str(platform.pk)] = max(platform.today(at), earlier).isoformat()
    return days


def _schemes(**which: bool) -> list[dict[str, Any]]:
    """Tier schemes as a run keeps them."""
    return [
        {
            "id": s.pk,
            "platform_id": str(s.platform_id),
            "floors": s.floors,
            "rise_after": s.rise_after,
            "fall_margin": str(s.fall_margin),
            "fall_after_days": s.fall_after_days,
        }
        for s in TierScheme.objects.filter(**which).order_by("pk")
    ]


def _cut(run: Run) -> list[tuple[int, int]]:
    """Ranges to look at; in each about RANGE_SIZE profiles may change at most."""
    size, params = settings.RANGE_SIZE, run.params
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(id), max(id) FROM influencers_profile")
        lowest, top = cursor.fetchone()
    if top is None:
        return []
    load = _load(params) if params["since"] is not None else Counter()
    few = sum(load.values()) <= max(FEW * (top - lowest), size // 200)
    params["by_keys"] = few and not run.full
    # A range that is read through costs something also where little is written.
    least = size if params["again"] else size // WIDEST
    if run.full:
        load.update(dict.fromkeys(range(lowest // size, top // size + 1), least))
    elif not params["by_keys"]:
        load.update(dict.fromkeys(load, least))
    ranges: list[tuple[int, int]] = []
    weight = 0
    for number, more in sorted(load.items()):
        beside = bool(ranges) and (params["by_keys"] or number * size == ranges[-1][1])
        if beside and weight + more <= size:
            ranges[-1] = (ranges[-1][0], (number + 1) * size)
            weight += more
        else:
            ranges.append((number * size, (number + 1) * size))
            weight = more
    return ranges


def _load(params: dict[str, Any]) -> Counter[int]:
    """Per number of a range how much of it may have changed; decides how the news are found."""
    size = settings.RANGE_SIZE
    given: dict[str, Any] = statement_parameters(params) | {"size": size}
    load: Counter[int] = Counter()
    days: set[date] = set()
    with connection.cursor() as cursor:
        cursor.execute(NEWS, given)
        for number, day, count in cursor.fetchall():
            load[number] += count
            days.add(day)
        if sum(load.values()) > 5 * size:
            params.update(news="by_day", news_days=sorted(day.isoformat() for day in days))
        elif load:
            params["news"] = "by_xid"
        cursor.execute(DUE, given)
        for number, count in cursor.fetchall():
            load[number] += count
    return load
