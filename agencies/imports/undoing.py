"""Taking back what an import wrote, as far as nobody has built on it."""

from collections import Counter
from datetime import date
from typing import Any

from django.conf import settings
from django.db.backends.postgresql.psycopg_any import DateRange

from agencies.actions import bulk, terms
from agencies.actions.batches import decided_by
from agencies.imports.lines import period, words_of_bound
from agencies.models import Binding, Contract, ContractBatch, ContractBatchRow
from agencies.models.bindings import PUBLIC
from journal.values import Actor


def undo_part(batch: ContractBatch, part: int) -> dict[str, int]:
    """Takes back what the rows of a part wrote; returns counts. A fixed number of statements."""
    return Undoing(batch, part).run()


class Undoing:
    """The rows of a part that wrote something, with what they wrote as it stands now."""

    def __init__(self, batch: ContractBatch, part: int) -> None:
        self.rows = list(batch.rows.filter(part=part).exclude(done={}).order_by("line"))
        self.by: Actor = decided_by(batch)
        self.counts: Counter[str] = Counter()
        ids = {row.contract_id for row in self.rows if row.contract_id is not None}
        held = Binding.objects.filter(contract__in=ids)
        bulk.hold(set(held.values_list("profile_id", flat=True)), ids, settings.RANGE_SIZE)
        self.contracts: dict[int, Contract] = Contract.objects.in_bulk(ids)
        self.bindings = {each.pk: each for each in held.select_related("profile__platform")}
        self.of_contract: dict[int, list[Binding]] = {}
        for each in self.bindings.values():
            self.of_contract.setdefault(each.contract_id, []).append(each)

    def run(self) -> dict[str, int]:
        self._withdraw_claims()
        later = self._restore_bindings([row for row in self.rows if "before" in row.done])
        self._restore_contracts()
        for row in self._restore_bindings(later):
            row.kept.append("refused")
        self._restore_capped()
        self._withdraw_contracts()
        ContractBatchRow.objects.bulk_update(self.rows, ["kept"], batch_size=1000)
        self.counts["kept"] = sum(bool(row.kept) for row in self.rows)
        return dict(self.counts)

    def _withdraw_claims(self) -> None:
        back = []
        for row in self.rows:
            if row.done.get("binding") != "claimed":
                continue
            binding = self.bindings[row.binding_id or 0]
            if binding.status == "withdrawn":
                continue
            if binding.status != "claimed":
                row.kept.append("answered")
            elif words_of_bound(binding) != row.done["now"]:
                row.kept.append("changed")
            else:
                back.append(binding)
        bulk.withdraw_claims(back, by=self.by)
        self.counts["claims_withdrawn"] = len(back)

    def _restore_bindings(self, rows: list[ContractBatchRow]) -> list[ContractBatchRow]:
        """Puts back days and scopes; returns rows whose old days do not fit the contract (yet)."""
        later, back = [], []
        for row in rows:
            binding, before = self.bindings[row.binding_id or 0], row.done["before"]
            during = period(before["bound_since"], before["bound_until"])
            lines, territory = _parts(before["lines"]), _parts(before["territory"])
            assert during is not None
            if binding.status in terms.GONE:
                row.kept.append("answered")
            elif words_of_bound(binding) != row.done["now"]:
                row.kept.append("changed")
            elif binding.status in PUBLIC and terms.more_than(binding, during, lines, territory):
                row.kept.append("narrowed")
            elif terms.outside(during, self.contracts[binding.contract_id].during):
                later.append(row)
            else:
                back.append((binding, during, lines, territory))
        bulk.amend_bindings(back, by=self.by)
        self.counts["bindings_restored"] += len(back)
        return later

    def _restore_contracts(self) -> None:
        back = []
        for row in self.rows:
            if row.done.get("contract") != "amended":
                continue
            contract, was = self.contracts[row.contract_id or 0], row.done["was"]
            if contract.status != "kept" or contract.revision != row.done["revision"]:
                row.kept.append("changed")
                continue
            during = _period_then(contract, was)
            try:
                terms.may_last(during, self.of_contract.get(contract.pk, []))
            except terms.ContractRefused:
                row.kept.append("refused")
                continue
            for name in ("party", "kind", "services", "renewal"):
                if name in was:
                    setattr(contract, name, was[name])
            if "signed_on" in was:
                contract.signed_on = (
                    date.fromisoformat(was["signed_on"]) if was["signed_on"] else None
                )
            contract.during = during
            back.append((contract, list(was)))
        bulk.amend_contracts(back, by=self.by)
        self.counts["contracts_restored"] = len(back)

    def _restore_capped(self) -> None:
        """Claims that ended with a contract that lasts longer again."""
        back = []
        for row in self.rows:
            if "capped" not in row.done or row.kept:
                continue
            for pk, since, until, public in row.done["capped"]:
                binding = self.bindings[pk]
                during = DateRange(
                    date.fromisoformat(since), date.fromisoformat(until) if until else None
                )
                if binding.during == during and binding.status not in terms.GONE:
                    continue
                if public or binding.status in PUBLIC:
                    row.kept.append("narrowed")
                elif binding.status in terms.GONE:
                    row.kept.append("withdrawn")
                else:
                    back.append((binding, during, binding.lines, binding.territory))
        bulk.amend_bindings(back, by=self.by)
        self.counts["bindings_restored"] += len(back)

    def _withdraw_contracts(self) -> None:
        back = []
        for row in self.rows:
            if row.done.get("contract") != "added":
                continue
            contract = self.contracts[row.contract_id or 0]
            alive = [
                each
                for each in self.of_contract.get(contract.pk, [])
                if each.status not in terms.GONE
            ]
            if contract.status != "kept":
                continue
            if any(each.status in PUBLIC for each in alive):
                row.kept.append("public")
            elif alive:
                row.kept.append("in_use")
            elif contract.revision != 1:
                row.kept.append("changed")
            else:
                back.append(contract)
        bulk.withdraw_contracts(back, by=self.by)
        self.counts["contracts_withdrawn"] = len(back)


def _period_then(contract: Contract, was: dict[str, Any]) -> DateRange:
    upper = contract.during.upper
    if "last_day" in was:
        during = period(was.get("since", contract.during.lower.isoformat()), was["last_day"])
    else:
        lower = date.fromisoformat(was["since"]) if "since" in was else contract.during.lower
        during = DateRange(lower, upper)
    assert during is not None
    return during


def _parts(pairs: list[list[int]]) -> tuple[tuple[int, int], ...]:
    return tuple((lo, hi) for lo, hi in pairs)
