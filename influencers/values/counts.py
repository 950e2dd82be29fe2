"""Counts as people publish them: the one definition of the grammar.

`13800000`, `1,234`, `13.8M`, `221.7K`, `1380万`, `1.2亿`; a `+` at the end ("5万+") makes a count a
lower bound. Digits and marks of full width, as Chinese input gives them, count as the narrow ones.
Anything else is no count: nothing is guessed from it.
"""

import re
from decimal import Decimal
from typing import NamedTuple

UNITS = {"": 1, "K": 1_000, "M": 1_000_000, "万": 10_000, "亿": 100_000_000}
MOST = 10**15  # far beyond every audience and every number of views; keeps sums within 64 bits

_NARROW = str.maketrans("０１２３４５６７８９，．＋－", "0123456789,.+-")
_COUNT = re.compile(
    r"(?P<sign>-)?(?P<whole>[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,19})(?P<part>\.[0-9]{1,8})?"
    r"(?P<unit>[KM万亿]?)(?P<more>\+?)"
)


class Count(NamedTuple):
    """A published count; with `at_least` the true one is this or more."""

    value: int
    at_least: bool = False


class NoCount(ValueError):
    """The text is no count; `code` is a word of influencers.values.problems."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def parse_count(text: str) -> Count:
    """Reads one count; blanks around it do not matter.

    Raises NoCount: `missing` for an empty text, `negative` for a count below zero, `count` for
    anything else that the grammar does not know, also for parts of a whole (`12.5`, `1.23456K`).
    """
    text = text.strip()
    if text.isascii() and text.isdecimal() and len(text) < 16:  # most of a million texts
        return Count(int(text))
    if not text:
        raise NoCount("missing")
    found = _COUNT.fullmatch(text.translate(_NARROW))
    if found is None:
        raise NoCount("count")
    if found["sign"]:
        raise NoCount("negative")
    number = Decimal(found["whole"].replace(",", "") + (found["part"] or ""))
    value = number * UNITS[found["unit"]]
    if (found["part"] and not found["unit"]) or value != int(value) or value > MOST:
        raise NoCount("count")
    return Count(int(value), bool(found["more"]))
