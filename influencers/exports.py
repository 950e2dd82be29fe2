"""Files that leave: the refused cells of an import."""

import csv
from collections.abc import Iterator

from influencers.models import ImportBatch
from influencers.values.problems import COLUMNS

# What a spreadsheet would take for a formula (and its full-width forms) gets a quotation mark in
# front. OWASP ASVS 5.0, 1.2.10.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "=", "+", "-", "@")
HEADING = ("line", "column", "value", "problem", "explanation")


class _Line:
    """What csv.writer writes to: it hands the line back."""

    def write(self, line: str) -> str:
        return line


def inert(text: str) -> str:
    """The text as a spreadsheet shows it and never runs it."""
    return f"'{text}" if text.startswith(FORMULA) else text


def problem_lines(batch: ImportBatch) -> Iterator[str]:
    """The refused cells as CSV, line by line, in the order of the file."""
    writer = csv.writer(_Line())
    yield "\ufeff" + str(writer.writerow(HEADING))
    for found in batch.problems.order_by("line", "pk").iterator(chunk_size=2000):
        words = (found.line, found.column, inert(found.value), found.code, found.text)
        yield writer.writerow(words)


def sample_lines() -> Iterator[str]:
    """An empty file to fill in: the columns that an import reads."""
    writer = csv.writer(_Line())
    yield "\ufeff" + str(writer.writerow(COLUMNS))
