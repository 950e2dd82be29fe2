"""Cells of a file of contracts as people write them: days, ids, yes and no, lists of words.

A cell is None, a text, a number, a truth or a day, as the file's reader found it. What cannot be
told for certain is an error and never guessed.
"""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any

Cell = str | int | float | bool | date | datetime | None

# Text that a spreadsheet would run: `exports` puts a quotation mark in front, which is taken off.
FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
SIGNIFICANT = 15  # digits that a spreadsheet keeps of a number
FIRST_SERIAL, LAST_SERIAL = 36_526, 109_574  # 2000-01-01 and 2199-12-31 as Excel counts days
MAC_OFFSET = 1462  # days between the two calendars of Excel
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2199, 12, 31)


class Open(Enum):
    """A period without an end."""

    END = "open"


OPEN_WORDS = frozenset(
    """长期 长期有效 長期 無固定期限 无固定期限 无固定期 无期限 不定期 永久 永久有效
    open open-ended openended indefinite unlimited noend forever ∞ 9999-12-31 9999/12/31
    99991231""".split()
)
YES = frozenset("yes y true t 1 是 独家 獨家 exclusive ✓ √ 对".split())
NO = frozenset("no n false f 0 否 非独家 非獨家 non-exclusive nonexclusive × 不".split())

_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?")
_PLAIN_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})")
_MIDNIGHT = re.compile(r"[T\s]+0{1,2}:00(:00(\.0+)?)?$")
_SCIENTIFIC = re.compile(r"[+-]?\d+(\.\d+)?[eE][+]?\d+")


class Wrong(ValueError):
    """The cell cannot be understood; `code` is one of problems.ROW_PROBLEMS."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def text_of(cell: Cell) -> str:
    """The cell as a text without blanks around it, and without the mark that made it inert."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 10**SIGNIFICANT else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == datetime.min.time() else str(cell)
    # What stands behind a mark is as it was, blanks included.
    for text in (str(cell), str(cell).strip()):
        if text.startswith("'") and is_marked(text):
            return text[1:]
    return text


def is_marked(text: str) -> bool:
    """Whether the text begins with a mark, or with what a mark would be put before."""
    core = text.lstrip("'")
    return core.startswith(FORMULA) or core != core.lstrip()


def plain(text: str) -> str:
    """By which words are compared: no blanks, no case, one width of letters."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"[\s_*:：()（）]+", "", folded)


def day_of(cell: Cell, *, serials: int | None = None) -> date:
    """A day, however people write it: 2026-1-5, 2026/01/05, 2026.1.5, 2026年1月5日, 20260105.

    `serials` is for numbers of a workbook, which may be days counted from its epoch: the number of
    days to add (0, or MAC_OFFSET). Raises Wrong: for an order of day and month that could be read
    in two ways too.
    """
    if isinstance(cell, datetime):
        return _known(cell.date())
    if isinstance(cell, date):
        return _known(cell)
    if isinstance(cell, bool):
        raise Wrong("day")
    if isinstance(cell, int | float):
        if serials is not None and float(cell).is_integer():
            number = int(cell) + serials
            if FIRST_SERIAL <= number <= LAST_SERIAL:
                return date(1899, 12, 30) + timedelta(days=number)
        cell = text_of(cell)
    text = _MIDNIGHT.sub("", unicodedata.normalize("NFKC", text_of(cell)))
    found = _DAY.fullmatch(text) or _PLAIN_DAY.fullmatch(text)
    if found is None:
        raise Wrong("day")
    year, month, day = map(int, found.groups())
    try:
        return _known(date(year, month, day))
    except ValueError as wrong:
        raise Wrong(wrong.code if isinstance(wrong, Wrong) else "day") from wrong


def _known(day: date) -> date:
    if day < FIRST_DAY:
        raise Wrong("too_early")
    if day > LAST_DAY:
        raise Wrong("too_late")
    return day


def last_day_of(cell: Cell, *, serials: int | None = None) -> date | Open:
    """A last day, or Open.END for 长期, 无固定期限, open and the like."""
    if isinstance(cell, date) and cell.year == 9999:  # datetime is a date too
        return Open.END
    if isinstance(cell, str) and plain(text_of(cell)) in OPEN_WORDS:
        return Open.END
    return day_of(cell, serials=serials)


def id_of(cell: Cell) -> str:
    """A permanent id as text. Raises Wrong for one that a spreadsheet has rounded: a number of more
    digits than it keeps, one written with an exponent, or one that ends in as many zeros."""
    if isinstance(cell, bool | date | datetime):
        raise Wrong("id")
    if isinstance(cell, int | float):
        if abs(cell) >= 10**SIGNIFICANT:
            raise Wrong("rounded")
        if isinstance(cell, float) and not cell.is_integer():
            raise Wrong("id")
        return str(int(cell))
    text = text_of(cell)
    if _SCIENTIFIC.fullmatch(text):
        raise Wrong("rounded")
    if is_cut(text) and len(text) >= 19:
        raise Wrong("rounded")
    return text


def is_cut(text: str) -> bool:
    """Whether an id has more digits than a spreadsheet keeps, and zeros for all others."""
    return text.isdecimal() and len(text) > SIGNIFICANT and not text[SIGNIFICANT:].strip("0")


def truth_of(cell: Cell) -> bool:
    """Yes or no in both languages. Raises Wrong."""
    word = plain(text_of(cell))
    if word in YES or word in NO:
        return word in YES
    raise Wrong("truth")


def word_of(cell: Cell, words: Mapping[str, str]) -> str:
    """What a word stands for; `words` are plain words and their codes. Raises Wrong."""
    found = words.get(plain(text_of(cell)))
    if found is None:
        raise Wrong("word")
    return found


def words_of(cell: Cell, words: Mapping[str, str]) -> list[str]:
    """What a list of words stands for, in the order of the text and each once. Raises Wrong."""
    found: list[str] = []
    for part in re.split(r"[;；、|/\n]", text_of(cell)):
        # A name may hold a comma itself: only what is no name as it stands is cut there.
        whole = plain(part) in words
        for piece in [part] if whole else re.split(r"[,，]", part):
            if piece.strip():
                found.append(word_of(piece, words))
    if not found:
        raise Wrong("word")
    return list(dict.fromkeys(found))


def shown(cell: Any) -> str:
    """The cell as its sender sees it, for a list of errors."""
    if isinstance(cell, float) and abs(cell) >= 10**SIGNIFICANT:
        return f"{cell:.5E}"
    return "" if cell is None else str(cell).strip()[:200]
