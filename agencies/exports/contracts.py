"""Contracts with the accounts that they hold, in the columns in which they can come back."""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from agencies.models import ALL_LINES, WORLD, Binding, Contract
from agencies.queries.contracts import with_bindings
from agencies.queries.scopes import Scopes
from agencies.values import columns
from agencies.values.columns import COLUMNS, word

CHUNK = 500


def contract_rows(contracts: QuerySet[Contract, Any]) -> Iterator[list[str]]:
    """The heading, then a row for each binding that is not void, refused or withdrawn, or one for a
    contract without any. Read in pieces, whatever their number: two queries for each."""
    scopes = Scopes.known()
    yield [column.heading for column in COLUMNS.values()]
    ordered = with_bindings(contracts.kept().order_by("pk"))  # type: ignore[attr-defined]
    for contract in ordered.iterator(chunk_size=CHUNK):
        for binding in contract.held or [None]:
            yield _row(contract, binding, scopes)


def _row(contract: Contract, binding: Binding | None, scopes: Scopes) -> list[str]:
    between = "；" if columns.in_chinese() else "; "
    said = {
        "reference": contract.reference,
        "party": contract.party,
        "kind": word("kind", contract.kind),
        "services": between.join(word("services", each) for each in contract.services),
        "signed_on": contract.signed_on.isoformat() if contract.signed_on else "",
        "renewal": word("renewal", contract.renewal),
        **_days(contract.during, "since", "last_day"),
    }
    if binding is not None:
        said |= _account(binding, scopes, between)
    return [said.get(code, "") for code in COLUMNS]


def _account(binding: Binding, scopes: Scopes, between: str) -> dict[str, str]:
    profile = binding.profile
    lines, places = word("lines", "all"), word("territory", "world")
    if binding.lines != ALL_LINES:
        lines = between.join(str(line) for line in scopes.lines_of(binding.lines))
    if binding.territory != WORLD:
        places = between.join(place.code for place in scopes.places_of(binding.territory))
    confirmed = binding.last_confirmed_on
    return {
        "platform": profile.platform.name,
        # A provisional account has no other id than its handle.
        "external_id": profile.external_id,
        "handle": profile.handle,
        **_days(binding.during, "bound_since", "bound_until"),
        "lines": lines,
        "territory": places,
        "exclusive": word("exclusive", "yes" if binding.exclusive else "no"),
        "status": str(binding.get_status_display()),
        "basis": str(binding.get_basis_display()) if binding.basis else "",
        "last_confirmed_on": confirmed.isoformat() if confirmed else "",
    }


def _days(during: Any, first: str, last: str) -> dict[str, str]:
    # As the row of a plan says it: the last day is the last one that counts.
    upper = during.upper
    return {
        first: during.lower.isoformat(),
        last: _before(upper) if upper else word("last_day", "open"),
    }


def _before(upper: Any) -> str:
    return str(upper.fromordinal(upper.toordinal() - 1).isoformat())
