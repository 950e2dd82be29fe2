"""Cells that have a meaning: each distinct text is looked at once, not each row."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection

from influencers.models import Platform
from influencers.values.counts import NoCount, parse_count
from influencers.values.territories import territory_code

BATCH = 50_000
COUNTS = ("followers", "views", "posts", "engagements")
OPTIONAL = ("views", "posts", "engagements")

TABLES = """
DROP TABLE IF EXISTS pg_temp.import_when, pg_temp.import_word, pg_temp.import_bad_word;
CREATE TEMPORARY TABLE import_when (
    platform text, observed_on text, platform_id bigint, day date) ON COMMIT DROP;
CREATE TEMPORARY TABLE import_word (
    col text, word text, value bigint, at_least boolean, code text) ON COMMIT DROP;
CREATE TEMPORARY TABLE import_bad_word (
    col text, platform text, word text, code text) ON COMMIT DROP
"""


class Wrong(ValueError):
    """A text without a meaning; `code` is a word of influencers.values.problems."""

    def __init__(self, code: str, column: str = "") -> None:
        super().__init__(code)
        self.code, self.column = code, column


def understand(columns: frozenset[str], only: Sequence[str], at: datetime) -> set[str]:
    """Fills the tables of words from `import_raw`. Returns the columns with bad ones.

    `only` names the platforms whose rows may be sent (none: all); `at` is the instant that decides
    which day is still to come.
    """
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
    bad = _whens(only, at)
    for column in COUNTS:
        if column in columns:
            bad |= _words(column, _count)
    if "ip_territory" in columns:
        bad |= _words("ip_territory", _territory)
    with connection.cursor() as cursor:
        # Without figures, which autovacuum never takes here, joins are planned for one row.
        cursor.execute(
            "ANALYZE import_raw (platform, observed_on, followers, external_id, handle);"
            "ANALYZE import_when; ANALYZE import_word"
        )
    return bad


def _words(column: str, read: Callable[[str], str]) -> set[str]:
    """Reads each distinct text of a column; an empty cell of an optional one has no meaning."""
    bad = False
    for words in _distinct(f"SELECT DISTINCT {column} FROM import_raw"):
        good_rows: list[str] = []
        bad_rows: list[tuple[Any, ...]] = []
        for (word,) in words:
            word = word or ""
            text = word.strip()
            if not text and column != "followers":
                continue
            try:
                # Lines of COPY's own form: three times faster than rows of values.
                good_rows.append(f"{column}\t{_escaped(word)}\t{read(text)}\n")
            except (NoCount, Wrong) as wrong:
                bad_rows.append((column, None, word, wrong.code))
        _copy("import_word", "".join(good_rows))
        _copy("import_bad_word", bad_rows)
        bad = bad or bool(bad_rows)
    return {column} if bad else set()


def _count(text: str) -> str:
    count = parse_count(text)
    return f"{count.value}\t{'t' if count.at_least else 'f'}\t\\N"


def _territory(text: str) -> str:
    code = territory_code(text)
    if code is None:
        raise Wrong("territory")
    return f"\\N\t\\N\t{code}"


def _escaped(word: str) -> str:
    if word.isalnum():
        return word
    word = word.replace("\\", "\\\\").replace("\t", "\\t")
    return word.replace("\n", "\\n").replace("\r", "\\r")


def _whens(only: Sequence[str], at: datetime) -> set[str]:
    """Platform and day belong together: what day it is depends on the platform."""
    platforms = {platform.code: platform for platform in Platform.objects.all()}
    today = {code: platform.today(at) for code, platform in platforms.items()}
    bad: set[str] = set()
    for pairs in _distinct("SELECT DISTINCT platform, observed_on FROM import_raw"):
        good_rows: list[tuple[Any, ...]] = []
        bad_rows: list[tuple[Any, ...]] = []
        for platform, observed_on in pairs:
            code = (platform or "").strip().lower()
            problems = []
            if wrong := _platform_problem(code, today, only):
                problems.append(("platform", wrong))
            try:
                day = _day(observed_on, today.get(code))
            except Wrong as wrong_day:
                problems.append(("observed_on", wrong_day.code))
            if problems:
                for column, problem in problems:
                    bad_rows.append((column, platform or "", observed_on or "", problem))
                    bad.add(column)
            else:
                good_rows.append((platform, observed_on, platforms[code].pk, day))
        _copy("import_when", good_rows)
        _copy("import_bad_word", bad_rows)
    return bad


def _platform_problem(code: str, known: dict[str, date], only: Sequence[str]) -> str:
    if not code:
        return "missing"
    if code not in known:
        return "platform"
    return "other_platform" if only and code not in only else ""


def _day(text: str | None, today: date | None) -> date:
    text = (text or "").strip()
    if not text:
        raise Wrong("missing")
    # fromisoformat alone would also take weeks and days without dashes.
    if len(text) != 10 or not (text[:4] + text[5:7] + text[8:]).isdecimal():
        raise Wrong("day")
    try:
        day = date.fromisoformat(text)
    except ValueError as wrong:
        raise Wrong("day") from wrong
    if today is not None and day > today:
        raise Wrong("future")
    return day


def _distinct(sql: str) -> Iterator[list[tuple[Any, ...]]]:
    """Rows of a query in batches that fit into memory, whatever their number."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql)
        while rows := cursor.fetchmany(BATCH):
            yield rows


def _copy(table: str, rows: list[tuple[Any, ...]] | str) -> None:
    """Rows of values, or a text of lines as COPY reads them."""
    if not rows:
        return
    sql = f"COPY {table} FROM STDIN"
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(sql) as copy:
        if isinstance(rows, str):
            copy.write(rows)
            return
        for row in rows:
            copy.write_row(row)
