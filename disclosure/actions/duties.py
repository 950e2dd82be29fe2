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
from django.utils.translation import gettext as _

from accounts.permissions import Verb, may
from disclosure.actions.notices import TOLD_OF_SILENCE, text_of
from disclosure.models import Duty, Rule
from disclosure.queries.duties import (
    ANSWERED,
    ANSWERS_OF_THE_CALENDAR,
    FELL_ON,
    MINOR,
    ROSE_ON,
    SCOPE,
    UNDER,
    days,
    keyed,
    open_and_overdue,
    schemes_fingerprint,
    scope,
)
from influencers.models import Platform
from journal import actions as journal
from journal.models import Run
from journal.models.fields import CurrentXid
from journal.queries import cut, horizon, last_done, system_id
from journal.values import CLOCK, Actor, Audience

# Above this share of all profiles a pass over whole ranges is cheaper than one by keys.
FEW = 0.08

# Profiles that an incremental pass looks at. Notices do not stand here: their delivery is written
# on the duty when the follower hears of it (actions.notices).
CHANGED = f"""
    SELECT profile_id FROM influencers_tierchange WHERE xid >= %(since)s::text::xid8
    UNION ALL
    SELECT profile_id FROM influencers_profilestatuschange WHERE xid >= %(since)s::text::xid8
    UNION ALL
    SELECT profile_id FROM disclosure_declaration WHERE xid >= %(since)s::text::xid8
    UNION ALL
    {ANSWERS_OF_THE_CALENDAR}
"""

_SCOPE_AND_ANSWERS = f"""
    WITH scope AS MATERIALIZED ({SCOPE}),
    answers AS MATERIALIZED (
        SELECT a.profile_id, range_agg(a.during) AS days FROM ({ANSWERED}) a GROUP BY a.profile_id
    )"""

# Open duties: closed where the account is no longer under the rule, met where it has answered.
# `shown_from` is taken back while the account is a minor's.
SETTLE = f"""{_SCOPE_AND_ANSWERS},
    judged AS MATERIALIZED (
        SELECT * FROM (
            SELECT d.id, d.from_day, d.shown_from, t.platform, t.today,
                   CASE WHEN ({UNDER}) IS NOT TRUE THEN 'closed'
                        WHEN a.days @> t.today THEN 'met' ELSE 'open' END AS status,
                   CASE WHEN s.rule_id IS NULL THEN 'rule'
                        WHEN p.status NOT IN ('active', 'suspended') THEN 'status'
                        WHEN (p.tier >= s.tier) IS NOT TRUE THEN 'tier' ELSE 'facts' END AS why,
                   CASE WHEN s.rule_id IS NULL THEN
                            (SELECT r.retired_on FROM disclosure_rule r WHERE r.id = d.rule_id)
                        WHEN p.status NOT IN ('active', 'suspended') THEN
                            (SELECT c.effective_on FROM influencers_profilestatuschange c
                             WHERE c.profile_id = p.id ORDER BY c.id DESC LIMIT 1)
                        WHEN (p.tier >= s.tier) IS NOT TRUE THEN {FELL_ON} END AS out_on,
                   (SELECT lower(r) FROM unnest(a.days) r WHERE r @> t.today) AS answered_on,
                   CASE WHEN d.noticed_on IS NULL OR s.speaks IS NOT TRUE OR {MINOR} THEN NULL
                        ELSE coalesce(d.shown_from,
                            greatest(d.due, d.noticed_on + s.notice_days, t.today) + 1)
                        END AS shown
            FROM disclosure_duty d
            JOIN influencers_profile p ON p.id = d.profile_id AND {{in_p}}
            JOIN unnest(%(platforms)s::bigint[], %(days)s::date[], %(codes)s::text[])
                AS t (platform_id, today, platform) ON t.platform_id = p.platform_id
            LEFT JOIN scope s ON s.rule_id = d.rule_id AND s.platform_id = p.platform_id AND s.live
            LEFT JOIN answers a ON a.profile_id = d.profile_id
            WHERE d.status = 'open' AND {{in_d}}
        ) j WHERE j.status <> 'open' OR j.shown IS DISTINCT FROM j.shown_from
    ), moved AS (
        UPDATE disclosure_duty d
        SET status = j.status, xid = pg_current_xact_id(),
            shown_from = CASE j.status WHEN 'open' THEN j.shown ELSE d.shown_from END,
            closed_at = CASE WHEN j.status <> 'open' THEN statement_timestamp() END,
            to_day = CASE j.status
                WHEN 'met' THEN greatest(d.from_day, j.answered_on)
                WHEN 'closed' THEN greatest(d.from_day, least(j.out_on, j.today)) END
        FROM judged j WHERE d.id = j.id AND {{in_d}}
        RETURNING d.id, d.profile_id, d.rule_id, d.status, d.from_day, d.to_day, j.platform, j.why
    ), told AS (
        INSERT INTO journal_event (verb, actor_kind, actor_id, actor_name, subject_type, subject_id,
            platform, profile_id, audience, changes)
        SELECT 'duty.' || m.status, %(kind)s, %(actor)s, %(name)s, 'duty', m.id::text,
               m.platform, m.profile_id, 'parties',
               jsonb_build_object('rule', r.code, 'from_day', m.from_day, 'to_day', m.to_day)
               || CASE m.status WHEN 'closed' THEN jsonb_build_object('because', m.why)
                  ELSE '{{}}' END
        FROM moved m JOIN disclosure_rule r ON r.id = m.rule_id
        WHERE m.status <> 'open' ORDER BY m.id
    )
    SELECT m.status || ':' || r.code, count(*) FROM moved m
    JOIN disclosure_rule r ON r.id = m.rule_id WHERE m.status <> 'open' GROUP BY 1
"""

# Accounts under a rule without a duty that says so: a new one opens, met at once where there is an
# answer. A waived duty stays waived, a met one covers as long as the answer lasts. `ended` keeps
# the days of two duties of one pair apart. Shadow rules are counted and nothing else. Duties get
# their numbers before they are inserted, because the planner, which knows nothing of how many rows
# come back, would join what comes back in a nested loop. `+ 0` keeps it from reading the index of
# accounts by platform and tier, which leads through all ranges, once for each rule.
OPEN = f"""{_SCOPE_AND_ANSWERS},
    had AS MATERIALIZED (
        SELECT d.profile_id, d.rule_id, bool_or(d.status = 'open') AS open,
               max(d.id) FILTER (WHERE d.status = 'met') = max(d.id) AS met,
               max(d.id) FILTER (WHERE d.status = 'waived') = max(d.id) AS waived,
               max(d.to_day) FILTER (WHERE d.to_day > d.from_day OR d.status <> 'closed') AS ended
        FROM disclosure_duty d WHERE {{in_d}} GROUP BY d.profile_id, d.rule_id
    ), under AS MATERIALIZED (
        SELECT p.id AS profile_id, p.platform_id, s.rule_id, s.code, s.live,
               coalesce(a.days @> s.today, false) AS answered, a.days
        FROM influencers_profile p
        JOIN scope s ON s.platform_id = p.platform_id + 0
        LEFT JOIN answers a ON a.profile_id = p.id
        WHERE {{in_p}} AND {UNDER}
    ), fresh AS MATERIALIZED (
        SELECT u.*, h.ended FROM under u
        LEFT JOIN had h ON h.profile_id = u.profile_id AND h.rule_id = u.rule_id
        WHERE u.live AND h.open IS NOT TRUE AND h.waived IS NOT TRUE
          AND NOT (u.answered AND h.met IS TRUE)
    ), dated AS MATERIALIZED (
        SELECT f.profile_id, f.rule_id, f.code, f.answered, s.today, s.grace_days, s.platform,
               p.external_id, s.speaks AND NOT {MINOR} AS speaks,
               greatest(least(coalesce({ROSE_ON}, p.tier_since), s.today), s.live_from, f.ended,
                   (SELECT max(upper(r)) FROM unnest(f.days) r WHERE upper(r) <= s.today)
               ) AS from_day,
               (SELECT lower(r) FROM unnest(f.days) r WHERE r @> s.today) AS answered_on
        FROM fresh f
        JOIN scope s ON s.rule_id = f.rule_id AND s.platform_id = f.platform_id
        JOIN influencers_profile p ON p.id = f.profile_id AND {{in_p}}
        ORDER BY f.profile_id, f.rule_id
    ), numbered AS MATERIALIZED (
        SELECT nextval(pg_get_serial_sequence('disclosure_duty', 'id')) AS id, d.*,
               CASE WHEN d.answered THEN 'met' ELSE 'open' END AS status,
               CASE WHEN d.answered THEN greatest(d.from_day, d.answered_on) END AS to_day,
               greatest(d.from_day, d.today) + d.grace_days AS due
        FROM dated d
    ), born AS (
        INSERT INTO disclosure_duty (id, profile_id, rule_id, status, from_day, to_day, opened_at,
            closed_at, due)
        SELECT id, profile_id, rule_id, status, from_day, to_day, statement_timestamp(),
               CASE WHEN answered THEN statement_timestamp() END, due
        FROM numbered
    ), told AS (
        INSERT INTO journal_event (verb, actor_kind, actor_id, actor_name, subject_type, subject_id,
            platform, profile_id, audience, changes)
        SELECT CASE WHEN answered THEN 'duty.met' ELSE 'duty.opened' END, %(kind)s, %(actor)s,
               %(name)s, 'duty', id::text, platform, profile_id, 'parties',
               jsonb_build_object('rule', code, 'from_day', from_day)
               || CASE WHEN answered THEN jsonb_build_object('to_day', to_day)
                  ELSE jsonb_build_object('due', due) END
        FROM numbered
    ), asked AS (
        INSERT INTO accounts_notice (recipient_kind, recipient, platform, subject_type, subject_id,
            body)
        SELECT 'profile', n.platform || '/' || n.external_id, n.platform, 'duty', n.id::text,
               jsonb_build_object(
                   'en', replace(w.en || CASE WHEN n.speaks THEN %(silence_en)s ELSE '' END,
                       '{{due}}', n.due::text),
                   'zh-Hans', replace(w.zh || CASE WHEN n.speaks THEN %(silence_zh)s ELSE '' END,
                       '{{due}}', n.due::text))
        FROM numbered n
        JOIN unnest(%(rules)s::bigint[], %(words_en)s::text[], %(words_zh)s::text[])
            AS w (rule_id, en, zh) ON w.rule_id = n.rule_id
        WHERE NOT n.answered ORDER BY n.id
    )
    SELECT CASE WHEN answered THEN 'met:' ELSE 'opened:' END || code, count(*)
    FROM numbered GROUP BY 1
    UNION ALL
    SELECT CASE WHEN answered THEN 'would_be_met:' ELSE 'would_open:' END || code, count(*)
    FROM under WHERE NOT live GROUP BY 1
"""


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
    last = None if run.full else last_done("duties")
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


def _all_ranges() -> list[tuple[int, int]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(id), max(id) FROM influencers_profile")
        lo, hi = cursor.fetchone()
    return [] if lo is None else cut(lo, hi + 1)


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
        cursor.execute(keyed(statement, listed=listed), parameters)
        return dict(cursor.fetchall())


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
    run.counts |= totals | {
        "open": sum(open_ for open_, _ in standing.values()),
        "overdue": sum(overdue for _, overdue in standing.values()),
        "rules": rules,
    }


class DutyRefused(ValueError):
    """The duty cannot be changed so; the text says why, for a person."""


@transaction.atomic
def waive(duty: Duty, *, reason: str, by: Actor) -> Duty:
    """Lets an account off an open duty, with a reason; it does not open again by itself.

    The platform's day on which it is waived is the first one without the duty. Raises
    PermissionError for who may not, DutyRefused where the duty is not open any more.
    """
    platform = duty.profile.platform
    if not may(by, Verb.WAIVE_DUTIES) or (by.platforms and platform.code not in by.platforms):
        raise PermissionError(Verb.WAIVE_DUTIES)
    duty = Duty.objects.select_for_update(no_key=True).get(pk=duty.pk)
    if duty.status != Duty.Status.OPEN:
        raise DutyRefused(_("Only an open duty can be waived."))
    now = timezone.now()
    duty.status, duty.reason, duty.closed_at = Duty.Status.WAIVED, reason, now
    duty.to_day = max(duty.from_day, platform.today(now))
    duty.xid = CurrentXid()
    duty.save(update_fields=["status", "reason", "closed_at", "to_day", "xid"])
    journal.record(
        "duty.waived",
        duty,
        by=by,
        audience=Audience.PARTIES,
        platform=platform.code,
        profile_id=duty.profile_id,
        changes={"rule": duty.rule.code, "to_day": duty.to_day.isoformat()},
    )
    return duty
