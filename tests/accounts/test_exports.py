"""docs/access.md is what the code asks, and what the addresses answer."""

import pytest
from django.urls import get_resolver

from accounts.exports import PRINCIPALS, access_page, addresses
from accounts.management.commands.access_page import PAGE
from accounts.permissions import MEMBERS, Role, may
from tests.addresses import TABLE
from tests.test_addresses import patterns


def test_page_of_the_docs_is_not_stale() -> None:
    """`manage.py access_page` writes it anew."""
    assert PAGE.read_text(encoding="utf-8") == access_page()


def test_page_speaks_of_every_address() -> None:
    assert len(list(addresses())) == len(list(patterns()))
    assert get_resolver().url_patterns


def verbs() -> dict[str, object]:
    """The verb of each address that asks for one, by the name of its row."""
    names = [name for name, _route in patterns()]
    views = [view for _route, view in addresses()]
    return {
        name: view.verb
        for name, view in zip(names, views, strict=True)
        if getattr(view, "verb", None) is not None
    }


@pytest.mark.parametrize("who", [*Role.values, *MEMBERS])
def test_table_of_addresses_says_what_the_table_of_verbs_says(who: str) -> None:
    """Where the one opens a page, so does the other."""
    row = f"mcn_{who}" if who in MEMBERS else who
    opened = {name: TABLE[name].expected[row] != 403 for name in verbs()}
    asked = {name: may(PRINCIPALS[who], verb) for name, verb in verbs().items()}  # type: ignore[arg-type]
    differing = {name for name in opened if opened[name] != asked[name]}
    # A proposal of somebody else is withdrawn by nobody, and there is no demonstration here.
    assert differing <= {"accounts:approval_withdraw", "dashboards:demo_next_month"}
