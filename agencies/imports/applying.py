"""From the stage to contracts and claims, one part at a time and each in one transaction.

The rows are judged again under the locks: what would no longer come out as the dry run said is
refused, because nobody has agreed to it.
"""

from collections import Counter
from typing import Any

from django.conf import settings

from agencies.actions import bulk
from agencies.actions.batches import decided_by
from agencies.imports.lines import Deal, Line, Plan, words_of_bound
from agencies.imports.planning import plan
from agencies.imports.staging import refill_if_lost, staged, verdict
from agencies.models import Binding, ContractBatch, ContractBatchRow
from agencies.models.bindings import PUBLIC


def apply_part(batch: ContractBatch, part: int) -> dict[str, int]:
    """Writes what the good rows of a part say; returns counts of what was written."""
    refill_if_lost(batch)
    rows = {row.line: row for row in batch.rows.filter(part=part)}
    waiting = staged(batch, part)
    first = plan(batch.agency, waiting)
    profiles = {line.profile.pk for line in first.lines if line.profile is not None}
    contracts = {deal.contract.pk for deal in first.deals if deal.contract.pk}
    profiles |= _held_by(contracts)
    bulk.hold(profiles, contracts, settings.RANGE_SIZE)
    now = plan(batch.agency, waiting)
    while moved := [line for line in now.lines if _moved(line, rows[line.number])]:
        for line in moved:
            staged_row = next(row for row in waiting if row.line == line.number)
            staged_row.problems = [*staged_row.problems, ("", "", "moved")]
        now = plan(batch.agency, waiting)
    counts = _write(batch, now)
    _keep(batch, part, now, rows)
    return counts


def _held_by(contracts: set[int]) -> set[int]:
    """Accounts whose bindings may end with their contracts."""
    rows = Binding.objects.filter(contract__in=contracts)
    return set(rows.values_list("profile_id", flat=True))


def _moved(line: Line, checked: ContractBatchRow) -> bool:
    """Whether the row comes out otherwise than when its sender looked at it."""
    if line.outcome == "error" or checked.outcome == "error":
        return line.outcome != "error"
    binding = line.bound.row.pk if line.bound and line.bound.row else None
    contract = line.contract.pk if line.contract else None
    # Whether somebody else holds the account by now changes nothing of what is written.
    seen = (checked.changes, checked.binding_id, checked.contract_id)
    return (_plain(line.changes), binding, contract) != seen


def _plain(changes: list[list[Any]]) -> list[list[Any]]:
    """Changes as they come back from where the dry run keeps them."""
    return [
        [name, *([list(pair) for pair in each] if _is_scope(name) else each for each in pair)]
        for name, *pair in changes
    ]


def _is_scope(name: str) -> bool:
    return name in ("lines", "territory")


def _write(batch: ContractBatch, found: Plan) -> dict[str, int]:
    by = decided_by(batch)
    added = [deal.contract for deal in found.deals if deal.was is None]
    bulk.add_contracts(added, by=by)
    amended = [(deal.contract, deal.changed) for deal in found.deals if deal.changed]
    bulk.amend_contracts(amended, by=by)
    good = [(deal, line) for deal in found.deals for line in deal.lines if line.bound is not None]
    claims = [_claim(deal, line) for deal, line in good if _is_claim(line)]
    bulk.add_claims(claims, by=by)
    others = [line for _, line in good if _amends_binding(line)]
    bulk.amend_bindings(
        [
            (line.bound.row, line.bound.during, line.bound.lines, line.bound.territory)
            for line in others
            if line.bound is not None and line.bound.row is not None
        ],
        by=by,
    )
    counts = Counter(line.outcome for line in found.lines)
    return {
        "contracts_added": len(added),
        "contracts_amended": len(amended),
        "claims": len(claims),
        "bindings_amended": len(others),
        "refused": counts["error"],
    }


def _is_claim(line: Line) -> bool:
    """Whether the row is the one that adds the claim: another one may name the same."""
    bound = line.bound
    return bound is not None and bound.row is None and bound.line == line.number


def _amends_binding(line: Line) -> bool:
    return line.before is not None


def _claim(deal: Deal, line: Line) -> Binding:
    assert line.bound is not None
    bound = line.bound
    bound.row = Binding(
        contract=deal.contract,
        agency_id=deal.contract.agency_id,
        profile=bound.profile,
        lines=bound.lines,
        territory=bound.territory,
        during=bound.during,
        exclusive=bound.exclusive,
    )
    line.claimed = True
    return bound.row


# --- What was done, so that it can be undone ----------------------------------------------------


def _keep(batch: ContractBatch, part: int, found: Plan, rows: dict[int, ContractBatchRow]) -> None:
    """The rows as they came out, each with what it wrote and what stood there before."""
    done: dict[int, dict[str, Any]] = {}
    for deal in found.deals:
        first = next((line for line in deal.lines if line.amends), deal.lines[0])
        if deal.was is None:
            done.setdefault(first.number, {})["contract"] = "added"
        elif deal.changed:
            done.setdefault(first.number, {}).update(
                contract="amended",
                was={name: deal.was[name] for name in deal.changed},
                revision=deal.contract.revision,
                capped=[[row.pk, *_days(row, was)] for row, was in deal.capped],
            )
        for line in deal.lines:
            if line.claimed:
                said: dict[str, Any] = {"binding": "claimed"}
            elif line.before is not None:
                said = {"binding": "amended", "before": line.before}
            else:
                continue
            assert line.bound is not None
            done.setdefault(line.number, {}).update(said, now=words_of_bound(line.bound))
    batch.rows.filter(part=part).delete()
    kept = []
    for line in found.lines:
        row = verdict(batch, line, part)
        row.done = done.get(line.number, {})
        if line.outcome == "error":
            row.cells = line.cells or rows[line.number].cells
        kept.append(row)
    ContractBatchRow.objects.bulk_create(kept, batch_size=1000)


def _days(row: Binding, was: Any) -> tuple[str, str | None, bool]:
    """Days of a binding before its contract's end cut it, and whether it is public."""
    upper = was.upper.isoformat() if was.upper else None
    return was.lower.isoformat(), upper, row.status in PUBLIC
