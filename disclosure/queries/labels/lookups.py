"""Looking labels up: one or a thousand, in one prepared statement that returns finished JSON."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any

import psycopg
from django.db import connection
from django.utils import timezone

from disclosure.queries.labels.text import BODY, FACE, PUBLIC, VERSION
from disclosure.values import SETTLED_AFTER_SECONDS, Label
from influencers.models import Platform, Profile

_NOW = "infinity"  # "as known now", for the second clock


class Unsettled(ValueError):
    """The instant is too recent, or to come: what was known then may still change."""


@dataclass(frozen=True, slots=True)
class Ask:
    """An account whose label is wanted, by the platform's code and the account's id there."""

    platform: str
    external_id: str


@dataclass(frozen=True, slots=True)
class Found:
    """A label as its JSON text, with what an ETag is made of."""

    body: str
    day: date
    version: int


# An account by its exact id (a permanent one before a provisional one), else by the handle that it
# holds today. Handles are recycled: whoever held it before is not found by it.
_BY_NAME = """
    JOIN influencers_platform pf ON pf.code = a.platform
    JOIN influencers_profile p ON p.id = coalesce(
        (SELECT same.id FROM influencers_profile same
         WHERE same.platform_id = pf.id AND same.external_id = a.external_id
         ORDER BY same.provisional LIMIT 1),
        (SELECT h.profile_id FROM influencers_profilehandle h
         WHERE h.platform_id = pf.id AND h.handle = a.external_id AND h.during @> a.holds))
"""
_BY_ID = """
    JOIN influencers_profile p ON p.id = a.profile_id
    JOIN influencers_platform pf ON pf.id = p.platform_id
"""
_CLOCKS = "%(day)s::date AS day, %(at)s::timestamptz AS at, %(today)s::date AS today"
_NAMED = f"""(SELECT %(platform)s::text AS platform, %(external_id)s::text AS external_id,
    %(holds)s::date AS holds, %(everybody)s::boolean AS everybody, {_CLOCKS}) a"""

ONE = f"""
    SELECT pf.time_zone, {VERSION}, {BODY}::text FROM {_NAMED} {_BY_NAME} {FACE}
    WHERE a.everybody OR {PUBLIC}"""
ONE_VERSION = f"""
    SELECT pf.time_zone, {VERSION} FROM {_NAMED} {_BY_NAME} WHERE a.everybody OR {PUBLIC}"""
ONE_BY_ID = f"""
    SELECT pf.time_zone, {VERSION}, {BODY}::text
    FROM (SELECT %(profile_id)s::bigint AS profile_id, {_CLOCKS}) a {_BY_ID} {FACE}"""

# Answers in the order asked, as one JSON text. `true` comes back where every platform still has the
# zone that its day was reckoned with.
MANY = f"""
    SELECT coalesce(bool_and(found.time_zone = q.zone) FILTER (WHERE found.body IS NOT NULL), true),
           '[' || string_agg(json_build_object(
               'platform', q.platform, 'external_id', q.external_id, 'label', found.body,
               'reason', CASE WHEN found.body IS NULL THEN 'unknown' END)::text,
               ',' ORDER BY q.n) || ']'
    FROM unnest(%(platforms)s::text[], %(external_ids)s::text[], %(zones)s::text[],
                %(days)s::date[], %(todays)s::date[], %(holds)s::date[])
         WITH ORDINALITY q (platform, external_id, zone, day, today, holds, n)
    LEFT JOIN LATERAL (
        SELECT pf.time_zone, {BODY} AS body
        FROM (SELECT q.platform, q.external_id, q.day, q.today, q.holds,
                     %(at)s::timestamptz AS at) a
        {_BY_NAME} {FACE}
        WHERE {PUBLIC}
    ) found ON true"""


def label(
    platform: str,
    external_id: str,
    *,
    on: date | None = None,
    known_at: datetime | None = None,
    everybody: bool = False,
) -> Label | None:
    """The label of an account by name, as `find` finds it."""
    found = find(Ask(platform, external_id), on=on, known_at=known_at, everybody=everybody)
    return None if found is None else Label.from_json(found.body)


def label_of(
    profile: Profile, *, on: date | None = None, known_at: datetime | None = None
) -> Label:
    """The label of a profile that the caller has; whether it may be shown is the caller's affair.

    Arguments as for `find`. One query, and another for the platform if it is not loaded yet.
    """
    platform = profile.platform
    row = _one(
        ONE_BY_ID, {"profile_id": profile.pk, **_clocks(platform, timezone.now(), on, known_at)}
    )
    if row is None:
        raise Profile.DoesNotExist(f"profile {profile.pk}")
    return Label.from_json(row[2])


def find(
    ask: Ask,
    *,
    on: date | None = None,
    known_at: datetime | None = None,
    everybody: bool = False,
) -> Found | None:
    """The label of an account on the day `on` (today on its platform), as the register knew it at
    `known_at` (now). None where nobody has that name, or where the account is not public and
    `everybody`, for staff, is not set: the two cannot be told apart.

    Days to come may be asked for in here: they show what is already known, and never silence that
    is not public yet. Whether `known_at` is long enough ago is the doors' question: see `settled`.
    One query, once the process knows the platforms.
    """
    row = _asked(ONE, ask, on, known_at, everybody)
    return None if row is None else Found(row[1][2], row[0], row[1][1])


def version_of(ask: Ask, *, everybody: bool = False) -> tuple[date, int] | None:
    """Today on the account's platform and the version of its label, or None as for `find`.

    Cheaper than the label: with both a client that holds the label already is told so.
    """
    row = _asked(ONE_VERSION, ask, None, None, everybody)
    return None if row is None else (row[0], row[1][1])


def find_many(
    asks: Sequence[Ask], *, on: date | None = None, known_at: datetime | None = None
) -> str:
    """Public labels of many accounts: the text of a JSON list in the order asked.

    Each item has `platform` and `external_id` as asked, `label` (null where there is none to show)
    and `reason` ("unknown", or null). Arguments as for `find`.
    """
    now, asked = timezone.now(), {ask.platform for ask in asks}
    for attempt in (0, 1):
        known = _platforms(fresh=attempt > 0, needed=asked)
        platforms = [known.get(ask.platform) for ask in asks]
        no_day: dict[str, Any] = {"day": None, "today": None, "holds": None}
        clocks = {code: _clocks(known[code], now, on, known_at) for code in asked & known.keys()}
        rows = [clocks.get(ask.platform, no_day) for ask in asks]
        row = _one(
            MANY,
            {
                "platforms": [ask.platform if _sayable(ask) else "" for ask in asks],
                "external_ids": [ask.external_id if _sayable(ask) else "" for ask in asks],
                "zones": [platform.time_zone if platform else None for platform in platforms],
                "days": [each["day"] for each in rows],
                "todays": [each["today"] for each in rows],
                "holds": [each["holds"] for each in rows],
                "at": known_at or _NOW,
            },
        )
        if row is not None and row[0]:
            return row[1] or "[]"
    raise RuntimeError("the time zones of platforms keep changing")


def today(platform: str, at: datetime | None = None) -> date | None:
    """The day of a platform at an instant (now); None for an unknown one."""
    found = _platforms(needed={platform}).get(platform)
    return None if found is None else found.today(at or timezone.now())


def end_of(day: date) -> datetime:
    """The last instant of a day where the portal is: what "known on that day" means.

    Not the midnight after it: that instant is the next day's, on which more may be public.
    """
    return datetime.combine(day, time.max, timezone.get_default_timezone())


def settled(known_at: datetime, now: datetime | None = None) -> datetime:
    """`known_at`, if all that was written up to then can be seen by now.

    Raises Unsettled for an instant younger than SETTLED_AFTER_SECONDS: a transaction that has
    written but not committed could still change the answer.
    """
    if known_at > (now or timezone.now()) - timedelta(seconds=SETTLED_AFTER_SECONDS):
        raise Unsettled(f"{known_at.isoformat()} is too recent")
    return known_at


def _asked(
    statement: str, ask: Ask, on: date | None, known_at: datetime | None, everybody: bool
) -> tuple[date, tuple[Any, ...]] | None:
    now = timezone.now()
    if not _sayable(ask):
        return None
    for attempt in (0, 1):
        platform = _platforms(fresh=attempt > 0, needed={ask.platform}).get(ask.platform)
        if platform is None:
            return None
        clocks = _clocks(platform, now, on, known_at)
        row = _one(
            statement,
            {
                "platform": ask.platform,
                "external_id": ask.external_id,
                "everybody": everybody,
                **clocks,
            },
        )
        if row is None:
            return None
        if row[0] == platform.time_zone:
            return clocks["day"], row
    raise RuntimeError(f"the time zone of {ask.platform} keeps changing")


def _clocks(
    platform: Platform, now: datetime, on: date | None, known_at: datetime | None
) -> dict[str, Any]:
    this_day = platform.today(now)
    return {
        "day": on or this_day,
        "at": known_at or _NOW,
        "today": this_day if known_at is None else platform.today(known_at),
        "holds": this_day,
    }


def _sayable(ask: Ask) -> bool:
    """Whether PostgreSQL can hold the words at all; nobody is called otherwise."""
    words = ask.platform + ask.external_id
    return "\0" not in words and not any("\ud800" <= char <= "\udfff" for char in words)


# Platforms are few and their zones all but fixed, so each process remembers them: a day must be
# reckoned before the one query is asked. The query says which zone the platform has by now; where
# that is another one it is asked again.
_remembered: dict[str, Platform] = {}


def _platforms(*, needed: set[str], fresh: bool = False) -> dict[str, Platform]:
    global _remembered
    if fresh or not needed <= _remembered.keys():
        _remembered = {platform.code: platform for platform in Platform.objects.all()}
    return _remembered


class _Prepared(psycopg.RawCursor[tuple[Any, ...]]):
    """A cursor that prepares each statement at once: planning a label takes ten times as long as
    finding it. Django's own cursors bind in the client, and so prepare nothing."""

    def execute(self, query: Any, params: Any = None, **options: Any) -> "_Prepared":
        return super().execute(query, params, **{"prepare": True, **options})


@cache
def _numbered(statement: str) -> tuple[bytes, tuple[str, ...]]:
    """The statement with numbered parameters, as the server reads it, and their names in order.

    Done once: the driver would rewrite a statement of this length at every look-up.
    """
    names: dict[str, int] = {}

    def number(match: re.Match[str]) -> str:
        if match[0] == "%%":
            return "%"
        return f"${names.setdefault(match[1], len(names) + 1)}"

    return re.sub(r"%%|%\((\w+)\)s", number, statement).encode(), tuple(names)


def _one(statement: str, parameters: dict[str, Any]) -> tuple[Any, ...] | None:
    connection.ensure_connection()
    raw = _Prepared(connection.connection)
    # Django's wrapper: its error classes, its query log, its refusal to go on after an error.
    wrap = connection.make_debug_cursor if connection.queries_logged else connection.make_cursor
    numbered, names = _numbered(statement)
    with wrap(raw) as cursor:  # type: ignore[arg-type]
        cursor.execute(numbered, [parameters[name] for name in names])  # type: ignore[arg-type]
        row: tuple[Any, ...] | None = cursor.fetchone()
        return row
