"""From texts to typed rows of known accounts: which cells are wrong, whose row it is."""

from collections.abc import Collection

from django.db import connection

from influencers.imports.loading import Loaded
from influencers.imports.words import OPTIONAL
from influencers.models import ImportBatch

LENGTHS = {"external_id": 200, "handle": 200, "display_name": 300, "category": 80}


# --- Wrong cells --------------------------------------------------------------------------------

BAD = """
DROP TABLE IF EXISTS pg_temp.import_bad;
CREATE TEMPORARY TABLE import_bad (line bigint, col text, value text, code text) ON COMMIT DROP
"""
BAD_WORDS = """
INSERT INTO import_bad SELECT r.line, b.col, r.{column}, b.code
FROM import_raw r JOIN import_bad_word b ON b.col = '{column}' AND b.word = coalesce(r.{column}, '')
"""
BAD_WHENS = """
INSERT INTO import_bad SELECT r.line, b.col, r.{column}, b.code
FROM import_raw r JOIN import_bad_word b ON b.col = '{column}'
     AND b.platform = coalesce(r.platform, '') AND b.word = coalesce(r.observed_on, '')
"""
# What a spreadsheet makes of a long number. It keeps 15 digits and shows 1.23457E+18, or writes
# zeros in the place of the others. Some ids end in zeros by themselves, one in ten of 16 digits,
# one in ten thousand of 19: where a file has no more of them than that, they are believed.
# Conditions begin with what is cheap and true of hardly any row. {0}: a column, {1}: it cleaned.
SCIENTIFIC = "position('+' in {0}) > 0 AND {1} ~* '^[0-9]+([.,][0-9]+)?E[+][0-9]+$'"
ZEROS = "octet_length({0}) > 15 AND {1} LIKE '%0' AND {1} ~ '^[0-9]{{15}}0+$'"
TOO_LONG = "octet_length({0}) > {2} AND length({1}) > {2}"
NOTHING = "({0} IS NULL OR ascii({0}) IN (0, 9, 10, 13, 32, 160, 12288)) AND {1} IS NULL"
LONG = """
SELECT length({id}), count(*) FILTER (WHERE {zeros}), count(*) FROM import_raw
WHERE octet_length(external_id) > 15 GROUP BY 1
"""
BY_CHANCE = 3  # times the number that chance makes


def find_problems(loaded: Loaded, bad_words: Collection[str], *, from_spreadsheet: bool) -> bool:
    """Fills `import_bad` with every wrong cell. Returns whether there is one.

    `from_spreadsheet` says that the file may have been through one, so that ids with zeros in the
    place of their last digits are suspected.
    """
    with connection.cursor() as cursor:
        cursor.execute(BAD)
        cursor.executemany(
            "INSERT INTO import_bad VALUES (%s, '', '', %s)", loaded.broken
        ) if loaded.broken else None
        for column in bad_words:
            sql = BAD_WHENS if column in ("platform", "observed_on") else BAD_WORDS
            cursor.execute(sql.format(column=column))
        wrong = _wrong_texts(loaded)
        if from_spreadsheet and "external_id" in loaded.columns:
            wrong += _rounded_ids(loaded.clean("external_id"))
        conditions = " OR ".join(f"({condition})" for _, _, condition in wrong)
        cursor.execute(f"SELECT EXISTS (SELECT FROM import_raw WHERE {conditions})")
        if cursor.fetchone()[0]:
            for column, code, condition in wrong:
                cursor.execute(
                    f"INSERT INTO import_bad SELECT line, '{column}', {column}, '{code}'"
                    f" FROM import_raw WHERE {condition}"
                )
        cursor.execute("SELECT EXISTS (SELECT FROM import_bad)")
        return bool(cursor.fetchone()[0])


def _wrong_texts(loaded: Loaded) -> list[tuple[str, str, str]]:
    """Column, code and condition of what can be wrong with texts that have no meaning of theirs."""
    ids = [name for name in ("external_id", "handle") if name in loaded.columns]
    nothing = " AND ".join(NOTHING.format(name, loaded.clean(name)) for name in ids)
    wrong: list[tuple[str, str, str]] = [(ids[0], "no_account", nothing)]
    for name, most in LENGTHS.items():
        if name in loaded.columns:
            wrong.append((name, "too_long", TOO_LONG.format(name, loaded.clean(name), most)))
    wrong += [(name, "rounded", SCIENTIFIC.format(name, loaded.clean(name))) for name in ids]
    return wrong


def _rounded_ids(id_: str) -> list[tuple[str, str, str]]:
    """The same for ids of those lengths of which more end in zeros than chance explains."""
    zeros = ZEROS.format("external_id", id_)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT EXISTS (SELECT FROM import_raw WHERE {zeros})")
        if not cursor.fetchone()[0]:
            return []
        cursor.execute(LONG.format(id=id_, zeros=zeros))
        return [
            ("external_id", "rounded", f"length({id_}) = {length} AND {zeros}")
            for length, rounded, all_ids in cursor.fetchall()
            if rounded > BY_CHANCE * all_ids / 10 ** (length - 15)
        ]


# --- Whose row it is ----------------------------------------------------------------------------

STAGE = """
INSERT INTO {stage} (line, profile_id, platform_id, day, followers, at_least, views, posts,
    engagements, by_id, settled, external_id, handle, display_name, field, territory)
SELECT r.line, {profile}, w.platform_id, w.day, c.value, c.at_least, {views}, {posts},
    {engagements}, r.external_id IS NOT NULL,
    r.external_id IS NULL OR r.handle IS NULL OR {consistent},
    {unknown_id}, r.handle, r.display_name, r.category, {territory}
FROM (SELECT line, platform, observed_on, followers, views, posts, engagements, ip_territory,
          {external_id} AS external_id, {handle} AS handle, {display_name} AS display_name,
          {category} AS category
      FROM import_raw) r
JOIN import_when w ON w.platform = r.platform AND w.observed_on = r.observed_on
JOIN import_word c ON c.col = 'followers' AND c.word = r.followers
{joins}
{where}
ORDER BY 2
"""
BY_ID = """
LEFT JOIN influencers_profile p ON p.platform_id = w.platform_id
    AND p.external_id = r.external_id AND NOT p.provisional
"""
BY_HANDLE = """
LEFT JOIN influencers_profilehandle h ON h.platform_id = w.platform_id
    AND h.handle = r.handle AND h.during @> w.day
"""
WITHOUT_BAD = "WHERE NOT EXISTS (SELECT FROM import_bad b WHERE b.line = r.line)"


def fill(batch: ImportBatch, loaded: Loaded, *, has_bad: bool) -> bool:
    """Writes the good rows into the stage of a batch, with the accounts that are known already.
    Returns whether there are permanent ids among them.

    A permanent id names its account. A bare handle names who held it on that day; where the file
    also holds permanent ids, which may move handles, bare handles are left for later. `settled`
    rows say nothing new about handles: the account has this one, and was not observed later.
    Rows lie in the order of their accounts, so that a range reads its own pages only.
    """
    columns = loaded.columns
    with_ids = "external_id" in columns and _has_ids(loaded.clean("external_id"))
    parts = {
        "stage": batch.stage,
        "profile": "p.id" if with_ids else "h.profile_id",
        "consistent": "coalesce(p.handle = r.handle AND w.day >= p.observed_on, false)"
        if with_ids
        else "true",
        "unknown_id": "CASE WHEN p.id IS NULL THEN r.external_id END" if with_ids else "NULL",
        "where": WITHOUT_BAD if has_bad else "",
    }
    joins = [BY_ID if with_ids else BY_HANDLE]
    for name in LENGTHS:
        parts[name] = loaded.clean(name) if name in columns else "NULL::text"
    for name in OPTIONAL:
        parts[name] = f"{name}_.value" if name in columns else "NULL"
        if name in columns:
            joins.append(_meaning(name))
    parts["territory"] = "ip_territory_.code" if "ip_territory" in columns else "NULL"
    if "ip_territory" in columns:
        joins.append(_meaning("ip_territory"))
    with connection.cursor() as cursor:
        cursor.execute(STAGE.format(joins="".join(joins), **parts))
    return with_ids


def _meaning(column: str) -> str:
    return (
        f"LEFT JOIN import_word {column}_ ON {column}_.col = '{column}'"
        f" AND {column}_.word = r.{column}\n"
    )


def _has_ids(id_: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT EXISTS (SELECT FROM import_raw WHERE {id_} IS NOT NULL)")
        return bool(cursor.fetchone()[0])


# --- Rows that say the same, or contradict each other -------------------------------------------

# A row of an account that is not known yet is told by what the file calls it.
WHO = """
s.platform_id || CASE WHEN s.by_id THEN ' id ' || s.external_id ELSE ' handle ' || s.handle END
"""
SEVERAL = """
CREATE TEMPORARY TABLE import_several ON COMMIT DROP AS
SELECT NULL::bigint AS profile_id, {who} AS who FROM {stage} s WHERE s.profile_id IS NULL
GROUP BY 2 HAVING count(*) > 1
"""
# Rows lie in the order of their accounts: to sort these once more costs nothing, and whether there
# is any account with several rows is known in a tenth of the time in which they are grouped.
ANY_SEVERAL = "SELECT count(profile_id) > count(DISTINCT profile_id) FROM {stage}"
SEVERAL_KNOWN = """
INSERT INTO import_several
SELECT s.profile_id, NULL FROM {stage} s WHERE s.profile_id IS NOT NULL
GROUP BY s.profile_id HAVING count(*) > 1
"""
SAYS = ("views", "posts", "engagements")
SAYS_TEXT = {
    "display_name": "display_name",
    "field": "category",
    "territory": "ip_territory",
    "handle": "handle",
}
SAID = {name: name for name in SAYS} | SAYS_TEXT
_DIFFER = " ".join(
    f"WHEN count(DISTINCT s.{name}) > 1 THEN '{column}'" for name, column in SAID.items()
)
# An empty cell says nothing, and so contradicts nothing: what is kept of rows that say the same has
# every cell that one of them fills.
DOUBLE = f"""
CREATE TEMPORARY TABLE import_double ON COMMIT DROP AS
SELECT array_agg(s.line ORDER BY s.line) AS lines, s.day,
    CASE WHEN count(DISTINCT (s.followers, s.at_least)) > 1 THEN 'followers'
    {_DIFFER} END AS differs, bool_and(s.settled) AS settled,
    {", ".join(f"max(s.{name}) AS {name}" for name in SAID)}
FROM (SELECT s.*, NULL AS who FROM {{stage}} s JOIN import_several USING (profile_id)
      UNION ALL SELECT s.*, n.who FROM {{stage}} s JOIN import_several n ON n.who = {{who}}
      WHERE s.profile_id IS NULL) s
GROUP BY s.profile_id, s.who, s.day HAVING count(*) > 1
"""
FILLED = f"""
UPDATE {{stage}} s
SET settled = d.settled, {", ".join(f"{name} = d.{name}" for name in SAID)}
FROM import_double d
WHERE d.differs IS NULL AND s.line = d.lines[1]
    AND ({", ".join(f"s.{name}" for name in SAID)})
        IS DISTINCT FROM ({", ".join(f"d.{name}" for name in SAID)})
"""
REPEATED = """
DELETE FROM {stage} s
USING (SELECT unnest(lines[2:]) AS line FROM import_double WHERE differs IS NULL) d
WHERE s.line = d.line
"""
CONTRADICTION = """
WITH gone AS (
    DELETE FROM {stage} s
    USING (SELECT unnest(lines) AS line, differs FROM import_double
           WHERE differs IS NOT NULL AND ({all_days} OR day = (
               SELECT min(day) FROM import_double WHERE differs IS NOT NULL))) d
    WHERE s.line = d.line RETURNING s.line, d.differs)
INSERT INTO import_bad
SELECT gone.line, gone.differs, to_jsonb(r) ->> gone.differs, 'contradiction'
FROM gone JOIN import_raw r USING (line)
"""
TWO_HOLDERS = """
WITH loose AS MATERIALIZED (SELECT platform_id, handle FROM {stage} WHERE NOT settled),
twice AS (
    SELECT platform_id, handle, day FROM {stage}
    WHERE by_id AND (platform_id, handle) IN (SELECT platform_id, handle FROM loose)
    GROUP BY platform_id, handle, day HAVING min(profile_id) <> max(profile_id)),
gone AS (
    DELETE FROM {stage} s USING twice t
    WHERE s.by_id AND s.platform_id = t.platform_id AND s.handle = t.handle AND s.day = t.day
    RETURNING s.line, s.handle)
INSERT INTO import_bad SELECT line, 'handle', handle, 'handle_twice' FROM gone
"""


def compare_rows(batch: ImportBatch, *, late: bool = False) -> tuple[int, int, bool]:
    """Of rows for one account and day that say the same keeps the first; refuses all of those that
    differ. Returns how many repeated another row, how many were refused, and whether every account
    had one row to begin with.

    With `late` only the earliest day with a contradiction loses rows: whose the handles of later
    days are hangs on what was believed of it, and has to be found out again without it."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.import_several, pg_temp.import_double")
        cursor.execute(SEVERAL.format(stage=batch.stage, who=WHO))
        several = cursor.rowcount
        cursor.execute(ANY_SEVERAL.format(stage=batch.stage))
        if cursor.fetchone()[0]:
            cursor.execute(SEVERAL_KNOWN.format(stage=batch.stage))
            several += cursor.rowcount
        if not several:
            return 0, 0, True
        cursor.execute(DOUBLE.format(stage=batch.stage, who=WHO))
        if not cursor.rowcount:
            return 0, 0, False
        cursor.execute(FILLED.format(stage=batch.stage))
        cursor.execute(REPEATED.format(stage=batch.stage))
        repeated = cursor.rowcount
        cursor.execute(CONTRADICTION.format(stage=batch.stage, all_days=not late))
        return repeated, cursor.rowcount, False


def count_accounts(batch: ImportBatch) -> tuple[int, bool]:
    """How many accounts the stage names, and whether it has several rows of one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), coalesce(max(n), 0) > 1"
            f" FROM (SELECT count(*) AS n FROM {batch.stage} GROUP BY profile_id) a"
        )
        accounts, several = cursor.fetchone()
        return int(accounts), bool(several)


def refuse_two_holders(batch: ImportBatch) -> None:
    """Refuses rows by which two accounts had one handle on one day."""
    with connection.cursor() as cursor:
        cursor.execute(TWO_HOLDERS.format(stage=batch.stage))
