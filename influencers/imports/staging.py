"""From texts to typed rows of known accounts: which cells are wrong, whose row it is."""

from collections.abc import Collection, Iterable

from django.db import connection

from influencers.imports.loading import BLANKS, Loaded
from influencers.imports.words import COUNTS, OPTIONAL
from influencers.models import ImportBatch

LENGTHS = {"external_id": 200, "handle": 200, "display_name": 300, "category": 80}


def clean(column: str) -> str:
    return f"nullif(btrim({column}, {BLANKS}), '')"


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
# What a spreadsheet makes of a long number. It keeps 15 digits: shown as 1.23457E+18, or written
# out with zeros in the place of the others. Of 16 digits one in ten ends in a zero by itself, so
# those count as rounded only where no id of that length in the file ends otherwise.
SCIENTIFIC = r"position('+' in {0}) > 0 AND {0} ~* '^[0-9]+([.,][0-9]+)?E[+][0-9]+$'"
ZEROS = (
    "length({0}) > 15 AND right({0}, 1) = '0' AND (length({0}) > 16 OR %(sixteen)s)"
    " AND {0} ~ '^[0-9]{{15}}0+$'"
)
SIXTEEN = """
SELECT count(*) = 0 FROM import_raw
WHERE length({id}) = 16 AND right({id}, 1) <> '0' AND {id} ~ '^[0-9]+$'
"""


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
        sixteen = False
        if from_spreadsheet and "external_id" in loaded.columns:
            cursor.execute(SIXTEEN.format(id=clean("external_id")))
            sixteen = cursor.fetchone()[0]
        wrong = _wrong_texts(loaded.columns, zeros=from_spreadsheet)
        conditions = " OR ".join(condition for _, _, condition in wrong)
        cursor.execute(
            f"SELECT EXISTS (SELECT FROM import_raw WHERE {conditions})", {"sixteen": sixteen}
        )
        if cursor.fetchone()[0]:
            for column, code, condition in wrong:
                cursor.execute(
                    f"INSERT INTO import_bad SELECT line, '{column}', {column}, '{code}'"
                    f" FROM import_raw WHERE {condition}",
                    {"sixteen": sixteen},
                )
        cursor.execute("SELECT EXISTS (SELECT FROM import_bad)")
        return bool(cursor.fetchone()[0])


def _wrong_texts(columns: Iterable[str], *, zeros: bool) -> list[tuple[str, str, str]]:
    """Column, code and condition of what can be wrong with texts that have no meaning of theirs."""
    ids = [name for name in ("external_id", "handle") if name in columns]
    wrong = [(ids[0], "no_account", " AND ".join(f"{clean(name)} IS NULL" for name in ids))]
    for name, most in LENGTHS.items():
        if name in columns:
            wrong.append((name, "too_long", f"length({clean(name)}) > {most}"))
    for name in ids:
        rounded = SCIENTIFIC.format(clean(name))
        if zeros and name == "external_id":
            rounded = f"({rounded}) OR ({ZEROS.format(clean(name))})"
        wrong.append((name, "rounded", f"({rounded})"))
    return wrong


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


def fill(batch: ImportBatch, loaded: Loaded, *, has_bad: bool) -> None:
    """Writes the good rows into the stage of a batch, with the accounts that are known already.

    A permanent id names its account. A bare handle names who held it on that day; where the file
    also holds permanent ids, which may move handles, bare handles are left for later. `settled`
    rows say nothing new about handles: the account has this one, and was not observed later.
    """
    columns = loaded.columns
    with_ids = "external_id" in columns and _has_ids()
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
        parts[name] = clean(name) if name in columns else "NULL::text"
    for name in OPTIONAL:
        parts[name] = f"{name}_.value" if name in columns else "NULL"
        if name in columns:
            joins.append(_meaning(name))
    parts["territory"] = "ip_territory_.code" if "ip_territory" in columns else "NULL"
    if "ip_territory" in columns:
        joins.append(_meaning("ip_territory"))
    with connection.cursor() as cursor:
        cursor.execute(STAGE.format(joins="".join(joins), **parts))


def _meaning(column: str) -> str:
    return (
        f"LEFT JOIN import_word {column}_ ON {column}_.col = '{column}'"
        f" AND {column}_.word = r.{column}\n"
    )


def _has_ids() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT EXISTS (SELECT FROM import_raw WHERE {clean('external_id')} IS NOT NULL)"
        )
        return bool(cursor.fetchone()[0])


# --- Rows that say the same, or contradict each other -------------------------------------------

SEVERAL = """
DROP TABLE IF EXISTS pg_temp.import_several;
CREATE TEMPORARY TABLE import_several ON COMMIT DROP AS
SELECT profile_id FROM {stage} WHERE profile_id IS NOT NULL GROUP BY profile_id HAVING count(*) > 1
"""
SAYS = ("followers", "at_least", "views", "posts", "engagements")
SAYS_TEXT = {
    "display_name": "display_name",
    "field": "category",
    "territory": "ip_territory",
    "handle": "handle",
}
DOUBLE = f"""
DROP TABLE IF EXISTS pg_temp.import_double;
CREATE TEMPORARY TABLE import_double ON COMMIT DROP AS
SELECT s.profile_id, s.day, min(s.line) AS first,
    CASE WHEN count(DISTINCT (s.followers, s.at_least)) > 1 THEN 'followers'
    {
    " ".join(
        f"WHEN count(DISTINCT row(s.{name})) > 1 THEN '{column}'"
        for name, column in ({name: name for name in SAYS[2:]} | SAYS_TEXT).items()
    )
} END AS differs
FROM {{stage}} s JOIN import_several USING (profile_id)
GROUP BY s.profile_id, s.day HAVING count(*) > 1
"""
REPEATED = """
DELETE FROM {stage} s USING import_double d
WHERE s.profile_id = d.profile_id AND s.day = d.day AND d.differs IS NULL AND s.line <> d.first
"""
CONTRADICTION = """
WITH gone AS (
    DELETE FROM {stage} s USING import_double d
    WHERE s.profile_id = d.profile_id AND s.day = d.day AND d.differs IS NOT NULL
    RETURNING s.line, d.differs)
INSERT INTO import_bad
SELECT gone.line, gone.differs, to_jsonb(r) ->> gone.differs, 'contradiction'
FROM gone JOIN import_raw r USING (line)
"""
TWO_HOLDERS = """
WITH twice AS (
    SELECT platform_id, handle, day FROM {stage} WHERE by_id AND handle IS NOT NULL
    GROUP BY platform_id, handle, day HAVING count(DISTINCT profile_id) > 1),
gone AS (
    DELETE FROM {stage} s USING twice t
    WHERE s.by_id AND s.platform_id = t.platform_id AND s.handle = t.handle AND s.day = t.day
    RETURNING s.line, s.handle)
INSERT INTO import_bad SELECT line, 'handle', handle, 'handle_twice' FROM gone
"""


def compare_rows(batch: ImportBatch) -> int:
    """Of rows for one account and day that say the same keeps the first; refuses all of those that
    differ. Returns how many repeated another row."""
    repeated = 0
    with connection.cursor() as cursor:
        cursor.execute(SEVERAL.format(stage=batch.stage))
        if cursor.rowcount:
            cursor.execute(DOUBLE.format(stage=batch.stage))
        if cursor.rowcount:
            cursor.execute(REPEATED.format(stage=batch.stage))
            repeated = cursor.rowcount
            cursor.execute(CONTRADICTION.format(stage=batch.stage))
    return repeated


def refuse_two_holders(batch: ImportBatch) -> None:
    """Refuses rows by which two accounts had one handle on one day."""
    with connection.cursor() as cursor:
        cursor.execute(TWO_HOLDERS.format(stage=batch.stage))


assert set(COUNTS) <= set(SAYS)
