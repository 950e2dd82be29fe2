"""The duty pass: who must disclose, who has answered, who need not any more.

Set-based, one transaction per range of profiles. A full pass looks at every profile; an incremental
one at those whose tier, status, answer or facts changed since the last pass read, or whose answer
begins or ends by the calendar. What a pass writes depends on the state it finds and on the day
only, so that both give the same duties.
"""

from datetime import UTC, date, datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from disclosure.actions.duties.statements import CHANGED, OPEN, SETTLE
from disclosure.actions.notices import TOLD_OF_SILENCE, text_of
from disclosure.models import Rule
from disclosure.queries.duties import (
    days,
    keyed,
    open_and_overdue,
    schemes_fingerprint,
    scope,
)
from influencers.models import Platform
from journal import actions as journal
from journal.models import Run
from journal.queries import cut, gathered, horizon, last_done, system_id
from journal.values import CLOCK

# Above this share of all profiles a pass over whole ranges is cheaper than one by keys.
FEW = 0.08
# So many ranges of profiles are read in one transaction where few of them changed.
WIDEST = 10


def prepare(run: Run) -> list[tuple[int, int]]:
    """Finds out what to look at: all profiles, or those that changed since the last pass read.

    `run.params` may hold `as_of` (an instant in ISO form, now unless given: it moves the calendar
    only), `profiles` (ids: only these, and the next pass starts from where the last one did), or
    `preview` (id of a rule that is treated as live: everything is rolled back).
    """
    asked = run.params
    at = datetime.fromisoformat(asked["as_of"]) if "as_of" in asked else timezone.now()
    today = days(at)
    run.params = {**asked, "as_of": at.astimezone(UTC).isoformat()}
    if not today:
        return []
    if "preview" in asked:
        return _all_ranges()
    if "profiles" in asked:
        ids = sorted(set(asked["profiles"]))
        return [(ids[0], ids[-1] + 1)] if ids else []
    last = last_done("duties")
    run.horizon, run.system_id = horizon(), system_id()
    run.params["schemes"] = schemes_fingerprint()
    if last is None or _must_be_full(run, last, today):
        run.full = True
        return _all_ranges()
    last_today = days(datetime.fromisoformat(last.params["as_of"]))
    run.params |= {
        "since": last.horizon,
        "last_day": min(last_today.values()).isoformat(),
        "this_day": max(today.values()).isoformat(),
    }
    return _ranges_of_changed(run)


def _must_be_full(run: Run, last: Run, today: dict[int, date]) -> bool:
    """A restore, another scheme, a changed rule, or a rule whose first day has come."""
    last_today = days(datetime.fromisoformat(last.params["as_of"]))
    return (
        last.system_id != run.system_id
        or last.params.get("schemes") != run.params["schemes"]
        or Rule.objects.exclude(status=Rule.Status.DRAFT).filter(xid__gte=last.horizon).exists()
        or Rule.objects.live()
        .filter(live_from__gt=min(last_today.values()), live_from__lte=max(today.values()))
        .exists()
    )


def _all_ranges(changed: dict[int, int] | None = None) -> list[tuple[int, int]]:
    """Every profile; wide ranges where it is known by range number how few may have changed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(id), max(id) FROM influencers_profile")
        lo, hi = cursor.fetchone()
    if lo is None or changed is None:
        return [] if lo is None else cut(lo, hi + 1)
    size = settings.RANGE_SIZE
    numbers = range(lo // size, hi // size + 1)
    return gathered({number: changed.get(number, 0) + size // WIDEST for number in numbers})


def _ranges_of_changed(run: Run) -> list[tuple[int, int]]:
    """One range for few changed profiles, the ranges that hold some for more, all for many."""
    size = settings.RANGE_SIZE
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT profile_id / {size}, min(profile_id), max(profile_id), "
            f"count(DISTINCT profile_id) FROM ({CHANGED}) c GROUP BY 1 ORDER BY 1",
            run.params,
        )
        found = cursor.fetchall()
        cursor.execute("SELECT coalesce(max(id) - min(id) + 1, 0) FROM influencers_profile")
        (profiles,) = cursor.fetchone()
    changed = sum(row[3] for row in found)
    if run.full:
        return _all_ranges({row[0]: row[3] for row in found})
    run.counts = {"looked_at": changed}
    if not found:
        return []
    if changed > max(size, profiles * FEW):
        run.params["whole"] = True
        return _all_ranges()
    if changed <= size:
        # A transaction for each of many ranges would cost more than the work; this one takes the
        # locks of all of them, in ascending order.
        return [(found[0][1], found[-1][2] + 1)]
    return [(number * size, (number + 1) * size) for number, *_ in found]


def do_range(run: Run, lo: int, hi: int) -> dict[str, int]:
    """Settles and opens the duties of profiles `lo <= id < hi`; the caller holds their locks."""
    parameters = _parameters(run) | {"lo": lo, "hi": hi}
    listed = not (run.full or "preview" in run.params or run.params.get("whole"))
    if listed:
        parameters["ids"] = _ids(run, lo, hi)
        if not parameters["ids"]:
            return {}
    if "preview" in run.params:
        with transaction.atomic():
            counts = _execute(OPEN, parameters, listed=False)
            transaction.set_rollback(True)
        return counts
    counts = _execute(SETTLE, parameters, listed=listed)
    for name, count in _execute(OPEN, parameters, listed=listed).items():
        counts[name] = counts.get(name, 0) + count
    if not run.full:
        # Of shadow rules only a full pass knows the whole number.
        counts = {name: n for name, n in counts.items() if not name.startswith("would_")}
    journal.ring_after_commit()
    return counts


def _ids(run: Run, lo: int, hi: int) -> list[int]:
    if "profiles" in run.params:
        return [pk for pk in run.params["profiles"] if lo <= pk < hi]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT DISTINCT profile_id FROM ({CHANGED}) c "
            "WHERE profile_id >= %(lo)s AND profile_id < %(hi)s",
            {**run.params, "lo": lo, "hi": hi},
        )
        return [pk for (pk,) in cursor.fetchall()]


def _parameters(run: Run) -> dict[str, Any]:
    today = days(datetime.fromisoformat(run.params["as_of"]))
    codes = dict(Platform.objects.values_list("pk", "code"))
    preview = run.params.get("preview")
    rules = list(Rule.objects.filter(pk=preview) if preview else Rule.objects.in_use())
    return {
        **scope(rules, today, preview=preview is not None),
        "platforms": list(today),
        "days": list(today.values()),
        "codes": [codes[pk] for pk in today],
        "rules": [rule.pk for rule in rules],
        "words_en": [text_of(rule, "en") for rule in rules],
        "words_zh": [text_of(rule, "zh-Hans") for rule in rules],
        "silence_en": TOLD_OF_SILENCE["en"],
        "silence_zh": TOLD_OF_SILENCE["zh-Hans"],
        "kind": CLOCK.kind,
        "actor": CLOCK.id,
        "name": CLOCK.name,
    }


def _execute(statement: str, parameters: dict[str, Any], *, listed: bool) -> dict[str, int]:
    with connection.cursor() as cursor:
        if statement is SETTLE and not listed:
            # It takes the open duties of a range for few, and would join all to each of them.
            cursor.execute("SET LOCAL enable_nestloop = off")
        cursor.execute(keyed(statement, listed=listed), parameters)
        counts = dict(cursor.fetchall())
        cursor.execute("SET LOCAL enable_nestloop = on")
        return counts


def finish(run: Run) -> None:
    """Puts the counts of each rule together and adds what is open and overdue now."""
    rules: dict[str, dict[str, int]] = {}
    totals = {"opened": 0, "met": 0, "closed": 0}
    for name in [name for name in run.counts if ":" in name]:
        what, code = name.split(":", 1)
        rules.setdefault(code, {})[what] = run.counts.pop(name)
        if what in totals:
            totals[what] += rules[code][what]
    if "preview" in run.params:
        run.counts |= {"opened": totals["opened"], "met": totals["met"], "preview": 1}
        return
    today = days(datetime.fromisoformat(run.params["as_of"]))
    standing = open_and_overdue(today) if today else {}
    for code in Rule.objects.live().values_list("code", flat=True):
        standing.setdefault(code, (0, 0))
    for code, (open_, overdue) in standing.items():
        counts = rules.setdefault(code, {})
        for name in totals:
            counts.setdefault(name, 0)
        counts |= {"open": open_, "overdue": overdue}
    if run.full:
        for code in Rule.objects.filter(status=Rule.Status.SHADOW).values_list("code", flat=True):
            rules[code] = {"would_open": 0, "would_be_met": 0} | rules.get(code, {})
    run.counts |= totals | {
        "open": sum(open_ for open_, _ in standing.values()),
        "overdue": sum(overdue for _, overdue in standing.values()),
        "rules": rules,
    }
