"""From cells to the words of the register, and to what is wrong with a cell."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from accounts.values import readable as seen_signs
from agencies.imports.reading import Sheet
from agencies.models import Contract
from agencies.models.fields import Parts
from agencies.queries.scopes import Scopes, parts_of
from agencies.values.cells import (
    Cell,
    Open,
    Wrong,
    day_of,
    id_of,
    last_day_of,
    plain,
    shown,
    text_of,
    truth_of,
    word_of,
    words_of,
)
from agencies.values.columns import OF_CONTRACT, TAKEN, readable
from influencers.models import Platform

Problem = tuple[str, str, str]  # column, what stands there, code
WIDEST = {"reference": 80, "party": 200, "external_id": 200, "handle": 200}
ALL_WORDS = ("all", "全部", "所有", "all business lines", "全部业务线")
WORLD_WORDS = ("world", "全世界", "全球", "all", "worldwide", "the whole world", "全部")


@dataclass
class Understood:
    """A row: `said` has a plain value for each column that says something. Days are ISO texts,
    "open" where there is no end, scopes pairs of numbers."""

    line: int
    said: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    cells: list[str] = field(default_factory=list)

    @property
    def wrong(self) -> set[str]:
        return {column for column, _, _ in self.problems}


class Reader:
    """Understands the rows of one sheet. Three queries, however many there are."""

    def __init__(self, sheet: Sheet, columns: Sequence[str]) -> None:
        self.sheet = sheet
        self.places = {code: place for place, code in enumerate(columns) if code in TAKEN}
        scopes = Scopes.known()
        self.lines = {word: line for line in scopes.lines for word in _names(line)}
        self.territories = {word: place for place in scopes.places for word in _names(place)}
        self.platforms = {
            word: each.code for each in Platform.objects.all() for word in _names(each)
        }
        self.words = {name: readable(name) for name in ("kind", "renewal", "services")}
        self.takes: dict[str, Callable[[Cell], Any]] = {
            "external_id": id_of,
            "handle": lambda cell: text_of(cell).removeprefix("@").removeprefix("\uff20"),
            "kind": lambda cell: word_of(cell, self.words["kind"]),
            "renewal": lambda cell: word_of(cell, self.words["renewal"]),
            "services": self._services,
            "signed_on": self._day,
            "since": self._day,
            "last_day": self._last_day,
            "bound_since": self._day,
            "bound_until": self._last_day,
            "platform": self._platform,
            "lines": lambda cell: self._scope(cell, "lines"),
            "territory": lambda cell: self._scope(cell, "territory"),
            "exclusive": truth_of,
        }

    def understand(self) -> list[Understood]:
        return [self._row(row.line, row.cells) for row in self.sheet.rows]

    def _row(self, line: int, cells: list[Cell]) -> Understood:
        found = Understood(line, cells=[_kept(cell) for cell in cells])
        if len(cells) > len(self.sheet.headings):
            found.problems.append(("", shown(cells[-1]), "cells"))
        for code, place in self.places.items():
            cell = cells[place] if place < len(cells) else None
            if text_of(cell) == "":
                continue
            try:
                found.said[code] = self._value(code, cell)
            except Wrong as wrong:
                found.problems.append((code, shown(cell), wrong.code))
        self._together(found)
        return found

    def _value(self, code: str, cell: Cell) -> Any:
        if code in self.takes:
            value = self.takes[code](cell)
        else:
            # Of signs that nobody sees it holds none, as when somebody types it.
            value = (
                " ".join(seen_signs(text_of(cell)).split())
                if code == "reference"
                else (seen_signs(text_of(cell)).strip())
            )
        if code in WIDEST and len(value) > WIDEST[code]:
            raise Wrong("too_long")
        return value

    def _together(self, found: Understood) -> None:
        """What cells say of each other."""
        said, wrong = found.said, found.wrong
        if "reference" not in said and "reference" not in wrong:
            found.problems.append(("reference", "", "missing"))
        for first, last in (("since", "last_day"), ("bound_since", "bound_until")):
            if first in said and said.get(last, "open") != "open" and said[last] < said[first]:
                found.problems.append((last, said[last], "backwards"))
        account = {"external_id", "handle"} & said.keys()
        if "platform" in said and not account and not wrong & {"external_id", "handle"}:
            found.problems.append(("external_id", "", "no_account"))
        if account and "platform" not in said and "platform" not in wrong:
            found.problems.append(("platform", "", "no_platform"))

    def _day(self, cell: Cell) -> str:
        return day_of(cell, serials=self.sheet.serials).isoformat()

    def _last_day(self, cell: Cell) -> str:
        day = last_day_of(cell, serials=self.sheet.serials)
        return "open" if isinstance(day, Open) else day.isoformat()

    def _services(self, cell: Cell) -> list[str]:
        given = words_of(cell, self.words["services"])
        return [code for code, _ in Contract.SERVICES if code in given]

    def _platform(self, cell: Cell) -> str:
        code = self.platforms.get(plain(text_of(cell)))
        if code is None:
            raise Wrong("platform")
        return code

    def _scope(self, cell: Cell, which: str) -> Parts:
        whole = ALL_WORDS if which == "lines" else WORLD_WORDS
        if plain(text_of(cell)) in {plain(word) for word in whole}:
            return parts_of([], [])[which]
        known: Mapping[str, Any] = self.lines if which == "lines" else self.territories
        found = [known[word] for word in words_of(cell, {word: word for word in known})]
        return (
            parts_of(found, [])["lines"] if which == "lines" else parts_of([], found)["territory"]
        )


def contradictions(rows: Sequence[Understood]) -> None:
    """Refuses rows of one contract that say different things of it: neither is believed."""
    by_reference: dict[str, list[Understood]] = {}
    for row in rows:
        if reference := row.said.get("reference"):
            by_reference.setdefault(reference.lower(), []).append(row)
    for group in by_reference.values():
        for code in OF_CONTRACT:
            saying = [row for row in group if code in row.said]
            if len({repr(row.said[code]) for row in saying}) > 1:
                for row in saying:
                    row.problems.append((code, str(row.said[code])[:200], "contradiction"))


def in_parts(rows: Sequence[Understood], most: int) -> list[int]:
    """The part of each row: rows of one contract together, about `most` in each part."""
    sizes: dict[str, int] = {}
    names = [row.said.get("reference", f"\n{row.line}").lower() for row in rows]
    for name in names:
        sizes[name] = sizes.get(name, 0) + 1
    part, filled, parts = 0, 0, dict[str, int]()
    for name, size in sizes.items():
        if filled and filled + size > most:
            part, filled = part + 1, 0
        parts[name], filled = part, filled + size
    return [parts[name] for name in names]


def _kept(cell: Cell) -> str:
    """The cell for the file of errors: as it came, so that it can be mended."""
    if isinstance(cell, datetime | date):
        return text_of(cell)
    return shown(cell) if isinstance(cell, int | float) else str(cell or "")


def _names(each: Any) -> set[str]:
    return {plain(each.code), plain(each.name_en), plain(each.name_zh)}
