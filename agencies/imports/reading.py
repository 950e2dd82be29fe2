"""From the bytes of a file of contracts to rows of cells, or to why nothing of it can be used."""

import codecs
import csv
import io
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from openpyxl import load_workbook
from openpyxl.reader import excel
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

from accounts.models import File
from agencies.values.cells import MAC_OFFSET, Cell

MOST_ROWS, MOST_COLUMNS, LONGEST_CELL = 5_000, 100, 2_000
MOST_LINES = 2 * MOST_ROWS  # empty ones between the rows included
# What a spreadsheet saves as text, in the order in which it is tried without a byte order mark.
ENCODINGS = ("utf-8", "gb18030")


class _Undimensioned(ReadOnlyWorksheet):
    """The library looks for the size of each sheet as soon as it opens a workbook; where none is
    said it reads the whole sheet only to find that out: 20 s for a million rows."""

    def _get_size(self) -> None:
        self.reset_dimensions()


excel.ReadOnlyWorksheet = _Undimensioned


class FileRefused(Exception):
    """Nothing of the file can be used; `found` is what values.problems.refusal makes words of."""

    def __init__(self, code: str, **what: Any) -> None:
        super().__init__(code)
        self.found = {"code": code, **what}


@dataclass(frozen=True, slots=True)
class Row:
    line: int
    cells: list[Cell]


@dataclass
class Sheet:
    """What a file holds: headings, rows that are not empty, and what its sender should know.

    `serials` is for numbers where a day belongs (values.cells.day_of); None in a text file.
    """

    headings: list[str]
    rows: list[Row]
    notes: list[dict[str, str]] = field(default_factory=list)
    serials: int | None = None


def read(source: BinaryIO, kind: str) -> Sheet:
    """The whole file. Raises FileRefused."""
    if kind == File.Kind.XLSX:
        return _workbook(source)
    lines = _lines(_text(source.read()))
    headings, rows = _table(lines)
    return Sheet(headings, rows)


# --- Text ---------------------------------------------------------------------------------------


def _text(content: bytes) -> str:
    """The text in the encoding that its mark names, else as UTF-8, else as GB 18030, of which GBK
    and GB 2312 are parts."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings: tuple[str, ...] = ("utf-16",)
    elif content.startswith(codecs.BOM_UTF8):
        encodings = ("utf-8-sig",)
    else:
        encodings = ENCODINGS
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise FileRefused("encoding")


def _lines(text: str) -> Iterator[tuple[int, list[Cell]]]:
    """Records with the lines on which they start."""
    head = text.lstrip("\r\n").split("\n", 1)[0]
    delimiter = max(",\t;", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    start = 1
    try:
        for record in reader:
            yield start, [*record]
            start = reader.line_num + 1
    except csv.Error as wrong:
        raise FileRefused("quotes", line=start) from wrong


# --- Workbooks ----------------------------------------------------------------------------------


def _workbook(source: BinaryIO) -> Sheet:
    """The first visible sheet, read row by row: a cell in the last row costs no more than one in
    the first that is too many."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of styles and checks that are not read anyway
        try:
            book = load_workbook(source, read_only=True, data_only=True, keep_links=False)
        except FileRefused:
            raise
        except Exception as broken:  # whatever a parser makes of a file that was made to break it
            raise FileRefused("workbook") from broken
        try:
            sheets = [each for each in book.worksheets if each.sheet_state == "visible"]
            if not sheets:
                raise FileRefused("empty")
            chosen = sheets[0]
            chosen.reset_dimensions()
            headings, rows = _table(_sheet_lines(chosen))
            notes = _about_sheets(len(sheets), len(book.worksheets), chosen.title)
            serials = MAC_OFFSET if book.epoch == CALENDAR_MAC_1904 else 0
        except FileRefused:
            raise
        except Exception as broken:
            raise FileRefused("workbook") from broken
        finally:
            book.close()
    return Sheet(headings, rows, notes, serials)


def _sheet_lines(sheet: Any) -> Iterator[tuple[int, list[Cell]]]:
    rows = sheet.iter_rows(max_col=MOST_COLUMNS + 1, values_only=True)
    for line, cells in enumerate(rows, start=1):
        # Most cells of a wide sheet are empty: what lies behind the last one is not looked at.
        width = len(cells)
        while width and cells[width - 1] is None:
            width -= 1
        yield line, [_plain(cell) for cell in cells[:width]]


def _plain(cell: Any) -> Cell:
    return cell if cell is None or isinstance(cell, Cell) else str(cell)


def _about_sheets(visible: int, all_of_them: int, title: str) -> list[dict[str, str]]:
    # The second sheet of our own template only explains the columns.
    notes = []
    if visible > 2:
        notes.append({"code": "other_sheets", "sheet": str(title)[:60]})
    if all_of_them > visible:
        notes.append({"code": "hidden_rows"})
    return notes


# --- Both ---------------------------------------------------------------------------------------


def _table(lines: Iterable[tuple[int, list[Cell]]]) -> tuple[list[str], list[Row]]:
    """The first line that is not empty names the columns."""
    headings: list[str] = []
    rows: list[Row] = []
    for line, cells in lines:
        while cells and _is_empty(cells[-1]):
            cells.pop()
        if line > MOST_LINES or len(rows) > MOST_ROWS:
            raise FileRefused("too_many", most=MOST_ROWS)
        if not cells:
            continue
        if len(cells) > MOST_COLUMNS:
            raise FileRefused("too_wide", most=MOST_COLUMNS)
        if not headings:
            headings = [str(cell or "").strip()[:200] for cell in cells]
        else:
            rows.append(Row(line, [_short(cell) for cell in cells]))
    if len(rows) > MOST_ROWS:
        raise FileRefused("too_many", most=MOST_ROWS)
    if not rows:
        raise FileRefused("empty")
    return headings, rows


def _is_empty(cell: Cell) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _short(cell: Cell) -> Cell:
    """A cell as the database can keep it; longer ones are errors anyway."""
    if not isinstance(cell, str):
        return cell
    clean = cell.replace("\0", "") if "\0" in cell else cell
    return clean[:LONGEST_CELL].encode("utf-8", "replace").decode()
