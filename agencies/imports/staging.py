"""The rows of a file where they wait to be applied, and what the check found of them."""

from collections import Counter
from collections.abc import Iterable, Sequence

from accounts.actions.files import opened
from agencies.imports.lines import Line
from agencies.imports.planning import plan
from agencies.imports.reading import FileRefused, Sheet, read
from agencies.imports.understanding import Reader, Understood, contradictions, in_parts
from agencies.models import (
    ContractBatch,
    ContractBatchRow,
    ContractHeadings,
    ContractStageRow,
)
from agencies.values.cells import plain
from agencies.values.columns import READ_ONLY, TAKEN, fitted

PART = 1000  # rows that one transaction applies, those of one contract together
MOST_NOTES = 20  # unknown columns that are named
NEEDED = "reference"  # a file whose first row names no such column cannot be understood at all
# With fewer columns than these no row says anything.
ANY_OF = tuple(code for code in TAKEN if code != NEEDED)


def opened_sheet(batch: ContractBatch) -> Sheet:
    """The kept file. Raises FileRefused."""
    try:
        with opened(batch.file) as source:
            return read(source, batch.file.kind)
    except FileNotFoundError as gone:
        raise FileRefused("gone") from gone


def columns_of(batch: ContractBatch, sheet: Sheet) -> list[str]:
    """The column of each heading, as far as the agency or the heading itself says it."""
    kept = ContractHeadings.objects.filter(agency_id=batch.agency_id).first()
    return fitted(sheet.headings, kept.known if kept else {})


def is_understood(columns: Sequence[str]) -> bool:
    return NEEDED in columns and any(code in columns for code in ANY_OF)


def notes_of(sheet: Sheet, columns: Sequence[str]) -> list[dict[str, str]]:
    """What the sender should know of the file as a whole."""
    unknown = [
        heading
        for heading, code in zip(sheet.headings, columns, strict=True)
        if not code and heading and plain(heading) not in READ_ONLY
    ]
    named = [{"code": "unknown_column", "column": name[:60]} for name in unknown[:MOST_NOTES]]
    return [*sheet.notes, *named]


def fill(batch: ContractBatch, sheet: Sheet, columns: Sequence[str]) -> int:
    """Puts every row, as it was understood, into the stage; returns into how many parts."""
    rows = Reader(sheet, columns).understand()
    contradictions(rows)
    parts = in_parts(rows, PART)
    ContractStageRow.objects.filter(batch=batch).delete()
    ContractStageRow.objects.bulk_create(
        [_staged(batch, row, part) for row, part in zip(rows, parts, strict=True)],
        batch_size=PART,
    )
    return max(parts) + 1


def _staged(batch: ContractBatch, row: Understood, part: int) -> ContractStageRow:
    return ContractStageRow(
        batch=batch,
        agency_id=batch.agency_id,
        line=row.line,
        part=part,
        said=row.said,
        cells=row.cells,
        problems=row.problems,
    )


def refill_if_lost(batch: ContractBatch) -> None:
    """A crash of the database empties unlogged tables: the stage is filled again from the file.

    By the columns that the check has read, whatever the agency has said of headings since.
    """
    if batch.stage.count() == batch.counts["read"]:
        return
    ContractBatch.objects.select_for_update().get(pk=batch.pk)
    if batch.stage.count() == batch.counts["read"]:
        return  # another worker has filled it meanwhile
    sheet = opened_sheet(batch)
    fill(batch, sheet, [code for _, code in batch.headings])


def check(batch: ContractBatch) -> dict[str, int]:
    """Compares the stage with the register, part by part, and keeps what becomes of each row.
    Returns how many rows have which outcome."""
    batch.rows.all().delete()
    counts: Counter[str] = Counter()
    more: Counter[int] = Counter()
    for part in range(batch.parts):
        found = plan(batch.agency, staged(batch, part), more)
        ContractBatchRow.objects.bulk_create(
            [verdict(batch, line, part) for line in found.lines], batch_size=PART
        )
        counts.update(line.outcome for line in found.lines)
        counts["claims"] += sum(
            line.bound is not None and line.bound.row is None
            for line in found.lines
            if line.outcome != "error"
        )
    outcomes = [str(each) for each in ContractBatchRow.Outcome]
    names = [*outcomes, "claims"]
    return {name: counts[name] for name in names} | {"read": sum(counts[o] for o in outcomes)}


def staged(batch: ContractBatch, part: int) -> Iterable[ContractStageRow]:
    return list(batch.stage.filter(part=part).order_by("line"))


def verdict(batch: ContractBatch, line: Line, part: int) -> ContractBatchRow:
    """What becomes of a row, as it is kept for the dry run."""
    account = line.said.get("handle") or line.said.get("external_id") or ""
    return ContractBatchRow(
        batch=batch,
        agency_id=batch.agency_id,
        line=line.number,
        part=part,
        outcome=line.outcome,
        reference=line.said.get("reference", ""),
        account=str(line.profile) if line.profile else account,
        changes=line.changes if line.outcome != "error" else [],
        problems=line.problems,
        cells=line.cells if line.outcome == "error" else [],
        contract_id=line.contract.pk if line.contract else None,
        binding_id=line.bound.row.pk if line.bound and line.bound.row else None,
    )
