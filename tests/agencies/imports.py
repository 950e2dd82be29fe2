"""Files of contracts for tests."""

import csv
import io
from typing import Any

import xlsxwriter

from accounts.actions import files
from accounts.models import File
from agencies.actions import batches
from agencies.models import Agency, ContractBatch
from journal import actions as journal
from journal.actions.context import PASS, seeing
from journal.values import CLOCK, Actor

FACTS: dict[str, Any] = {
    "reference": "HT-1",
    "party": "somebody",
    "services": "brokerage",
    "since": "2026-01-01",
}
Rows = list[dict[str, Any]]


def row(**facts: Any) -> dict[str, Any]:
    return FACTS | facts


def csv_of(rows: Rows, encoding: str = "utf-8") -> bytes:
    text = io.StringIO()
    names = list(dict.fromkeys(name for each in rows for name in each))
    writer = csv.DictWriter(text, names)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode(encoding)


def xlsx_of(rows: list[list[Any]], **options: Any) -> bytes:
    """A workbook with the rows as they are: texts as texts, numbers as numbers, days as days."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"strings_to_formulas": False, **options})
    sheet, days = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd"})
    for place, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            if hasattr(cell, "isoformat"):
                sheet.write_datetime(place, column, cell, days)
            else:
                sheet.write(place, column, cell)
    book.close()
    return stream.getvalue()


def kept(content: bytes, kind: str = "csv") -> File:
    upload = io.BytesIO(content)
    return files.keep(upload, File.Kind(kind), name=f"rows.{kind}", checked="", by=CLOCK)


def checked(
    agency: Agency, rows: Rows | bytes, kind: str = "csv", by: Actor = CLOCK
) -> ContractBatch:
    """A file with everything done to it that a worker does before somebody decides."""
    content = rows if isinstance(rows, bytes) else csv_of(rows)
    with seeing(PASS):
        batch = batches.receive(agency, kept(content, kind), f"rows.{kind}", by=by)
        return work(batch)


def applied(agency: Agency, rows: Rows | bytes, kind: str = "csv") -> ContractBatch:
    with seeing(PASS):
        return work(batches.apply(checked(agency, rows, kind), by=CLOCK))


def work(batch: ContractBatch) -> ContractBatch:
    """What a worker does for it; the batch as it is afterwards."""
    with seeing(PASS):
        batch.refresh_from_db()
        assert batch.run_id is not None
        journal.work(batch.run_id, "test")
        batch.refresh_from_db()
        return batch


def outcomes(batch: ContractBatch) -> list[tuple[int, str]]:
    with seeing(PASS):
        return list(batch.rows.order_by("line").values_list("line", "outcome"))


def found(batch: ContractBatch) -> list[tuple[int, str, str]]:
    """Line, column and code of each problem."""
    with seeing(PASS):
        return [
            (each.line, problem["column"], problem["code"])
            for each in batch.rows.order_by("line")
            for problem in each.problems
        ]
