"""What the pages of files of contracts say, in the reader's language."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from accounts.templatetags.house import moment
from agencies.models import ContractBatch, ContractBatchRow
from agencies.queries.scopes import Scopes
from agencies.values.columns import COLUMNS, word
from agencies.values.problems import kept, row_problem


@dataclass(frozen=True, slots=True)
class RowWords:
    """A line of a dry run. `changes` are column, old and new; `problems` column, cell and words."""

    row: ContractBatchRow
    changes: list[tuple[str, str, str]]
    problems: list[tuple[str, str, str]]
    kept: list[str]


def row_words(rows: Iterable[ContractBatchRow], batch: ContractBatch) -> list[RowWords]:
    """Lines for the page. Two queries where scopes changed, else none."""
    found = list(rows)
    scoped = any(name in ("lines", "territory") for row in found for name, _, _ in row.changes)
    scopes = Scopes.known() if scoped else Scopes([], [])
    names = {code: heading for heading, code in batch.headings if code}
    return [
        RowWords(
            row,
            [
                (COLUMNS[name].heading, _said(name, old, scopes), _said(name, new, scopes))
                for name, old, new in row.changes
            ],
            [
                (
                    _column(each["column"], names),
                    each["value"],
                    row_problem(each["code"], each["about"]),
                )
                for each in row.problems
            ],
            [kept(code) for code in row.kept],
        )
        for row in found
    ]


def _column(code: str, names: dict[str, str]) -> str:
    """A column by the heading that it has in the file."""
    return names.get(code) or (COLUMNS[code].heading if code in COLUMNS else "")


def _said(name: str, value: Any, scopes: Scopes) -> str:
    if name in ("lines", "territory"):
        parts = tuple((lo, hi) for lo, hi in value)
        if name == "lines":
            whole = parts == ((0, 1000),)
            return word(name, "all") if whole else ", ".join(map(str, scopes.lines_of(parts)))
        whole = parts == ((0, 1_000_000),)
        return word(name, "world") if whole else ", ".join(map(str, scopes.places_of(parts)))
    if isinstance(value, bool):
        return word(name, "yes" if value else "no")
    if isinstance(value, list):
        return ", ".join(word(name, each) for each in value)
    return word(name, str(value)) or "—"


def facts_of(batch: ContractBatch) -> list[tuple[str, Any]]:
    """Who sent it, who decided, and when."""
    found = [(_("Sent by"), batch.asked_by or "—"), (_("Sent at"), moment(batch.created_at))]
    if batch.counts:
        found.append((_("Rows read"), batch.counts["read"]))
    if batch.applied_at:
        found.append((_("Applied at"), moment(batch.applied_at)))
    if batch.status in ("applying", "applied"):
        found.append((_("Applied by"), batch.decided_by or "—"))
    if batch.status in ("undoing", "undone"):
        found.append((_("Undone by"), batch.decided_by or "—"))
    if batch.status == "undone":
        found.append((_("Undone at"), moment(batch.finished_at)))
    return found


def results_of(batch: ContractBatch) -> list[tuple[str, int]]:
    """What was written, or taken back."""
    if batch.status == "undone":
        back = batch.taken_back
        return [
            (_("Contracts taken back"), back.get("contracts_withdrawn", 0)),
            (_("Contracts as before"), back.get("contracts_restored", 0)),
            (_("Claims taken back"), back.get("claims_withdrawn", 0)),
            (_("Bindings as before"), back.get("bindings_restored", 0)),
            (_("Rows of which something stays"), back.get("kept", 0)),
        ]
    if batch.status in ("applied", "undoing"):
        done = batch.done
        found = [
            (_("Contracts added"), done.get("contracts_added", 0)),
            (_("Contracts amended"), done.get("contracts_amended", 0)),
            (_("Accounts claimed"), done.get("claims", 0)),
            (_("Bindings amended"), done.get("bindings_amended", 0)),
            (_("Rows refused"), done.get("refused", 0)),
        ]
        if "holders_asked" in done:
            found.append((_("Holders asked"), done["holders_asked"]))
        return found
    return []
