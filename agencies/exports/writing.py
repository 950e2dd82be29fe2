"""Rows of text as CSV and XLSX: in constant memory, and nothing a spreadsheet would run.

OWASP ASVS 5.0, 1.2.10; values.cells.text_of takes the mark off again.
"""

import csv
import tempfile
from collections.abc import Iterable, Iterator, Sequence

import xlsxwriter

from agencies.values.cells import is_marked

Rows = Iterable[Sequence[str]]
CHUNK = 1 << 16
# Texts stay texts: a formula, an address or a number of a reference is not what anybody typed.
AS_TEXT = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


class _Line:
    """What csv.writer writes to: it hands the line back."""

    def write(self, line: str) -> str:
        return line


def inert(text: str) -> str:
    """The text as a spreadsheet shows it and never runs it."""
    return f"'{text}" if is_marked(text) else text


def csv_lines(rows: Rows) -> Iterator[str]:
    """CSV line by line, with the mark by which spreadsheets know UTF-8."""
    writer = csv.writer(_Line())
    yield "\ufeff"
    for row in rows:
        yield writer.writerow([inert(cell) for cell in row])


def xlsx_chunks(rows: Rows, title: str, second: tuple[str, Rows] | None = None) -> Iterator[bytes]:
    """A workbook, piece by piece, with its first row fixed; `second` is another sheet.

    It is written to a file that has no name, because a workbook is read from its end.
    """
    with tempfile.TemporaryFile() as file:
        book = xlsxwriter.Workbook(file, AS_TEXT)
        head = book.add_format({"bold": True, "num_format": "@"})
        # A cell of text keeps what is typed into it later: long ids too.
        plain = book.add_format({"num_format": "@", "text_wrap": False})
        for name, lines in [(title, rows), *([second] if second else [])]:
            sheet = book.add_worksheet(name[:31])
            sheet.freeze_panes(1, 0)
            sheet.set_column(0, 40, 18, plain)
            for place, row in enumerate(lines):
                for column, cell in enumerate(row):
                    # No formula can be a string cell; a mark is for what a mark was before.
                    text = inert(cell) if cell[:1] in "' \t\r\n" else cell
                    sheet.write_string(place, column, text, plain if place else head)
        book.close()
        file.seek(0)
        while chunk := file.read(CHUNK):
            yield chunk
