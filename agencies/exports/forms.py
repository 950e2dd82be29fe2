"""Files to fill in and send: the template, and refused rows to mend."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from agencies.exports.writing import xlsx_chunks
from agencies.models import ContractBatch
from agencies.values.columns import COLUMNS, TAKEN, in_chinese
from agencies.values.problems import row_problem


def template_rows() -> Iterator[list[str]]:
    """The headings in the reader's language and a row that shows how to fill them in."""
    yield [COLUMNS[code].heading for code in TAKEN]
    yield [COLUMNS[code].example[1 if in_chinese() else 0] for code in TAKEN]


def template_book() -> Iterator[bytes]:
    """The same as a workbook, with a sheet that says what each column takes."""
    explained: list[list[str]] = [[_("Column"), _("What it takes"), _("Also read as")]]
    for code in TAKEN:
        column = COLUMNS[code]
        explained.append([column.heading, str(column.takes), ", ".join(_other_names(code))])
    return xlsx_chunks(template_rows(), _("Contracts"), (_("Columns"), explained))


def _other_names(code: str) -> list[str]:
    column = COLUMNS[code]
    names = (column.zh, column.en, column.code, *column.also)
    return [name for name in dict.fromkeys(names) if name != column.heading]


def error_rows(batch: ContractBatch) -> Iterator[list[str]]:
    """The refused rows as they came, with a last column that says why, to mend and send again."""
    headings = [heading for heading, _code in batch.headings]
    width = len(headings)
    yield [*headings, _("Why it was refused")]
    refused = batch.rows.filter(outcome="error").order_by("line")
    for row in refused.iterator(chunk_size=500):
        cells = [str(cell) for cell in row.cells[:width]]
        yield [*cells, *[""] * (width - len(cells)), why(row.problems)]


def why(problems: list[dict[str, object]]) -> str:
    """The problems of a row in one text, each with its column."""
    return " ".join(
        f"{COLUMNS[column].heading}: {text}" if (column := str(each["column"])) in COLUMNS else text
        for each in problems
        for text in [row_problem(str(each["code"]), each["about"])]  # type: ignore[arg-type]
    )
