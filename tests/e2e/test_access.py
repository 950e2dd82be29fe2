"""Every page that the portal has, as a person sees it: readable, quiet, as wide as the screen.

The pages are those of the table of addresses, so that a new one is looked at from its first day.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from accounts.models import User
from accounts.permissions import Role
from journal import actions as journal
from tests.addresses import TABLE
from tests.browser import dress, look, sign_in
from tests.people import make_member, make_person
from tests.rows import ROLES, Row

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

# Public pages are looked at as nobody in particular, the others with as many rights as there are:
# whoever may do more sees more.
VISITORS = ["anonymous", "newcomer", "mcn_owner", Role.OPERATOR, *ROLES]
# Files and answers for machines.
NO_PAGES = {
    "agencies:contract_import_refused",
    "agencies:contract_import_refused_xlsx",
    "agencies:contract_template_csv",
    "agencies:contract_template_xlsx",
    "agencies:contracts_csv",
    "agencies:contracts_xlsx",
    "accounts:healthz",
    "accounts:readyz",
    "agencies:filing_export",
    "dashboards:coverage_csv",
    "influencers:import_problems",
    "influencers:import_sample",
}


def who_sees(row: Row) -> str | None:
    return next((who for who in VISITORS if row.expected[who] == 200), None)


PAGES = [
    name
    for name, row in TABLE.items()
    if "_api:" not in name and row.method == "get" and who_sees(row) and name not in NO_PAGES
]


def visitor(who: str | None) -> User | None:
    match who:
        case "anonymous" | None:
            return None
        case "newcomer":
            return make_person("visitor")
        case "mcn_owner":
            return make_member(who)
    return make_person("visitor", Role(who))


def looked_at(name: str, page: Any, url: str, looks: list[tuple[str, str, int]]) -> dict[Any, Any]:
    row = TABLE[name]
    user = visitor(who_sees(row))
    arguments = row.make()
    address = row.path or reverse(name, kwargs=arguments)
    if user:
        sign_in(page, url, user)
    wrong = {}
    for each in looks:
        dress(page, url, *each)
        answer = page.goto(url + address)
        assert (answer.status, answer.headers["content-type"].split(";")[0]) == (200, "text/html")
        wrong[each] = look(page)
    return {each: found for each, found in wrong.items() if found}


# One dress a day for each page, each language and colour for half of them: a phone is where pages
# break. The night looks at every page in every dress.
TODAY = [("en", "dark", 360), ("zh-hans", "light", 360)]


@pytest.mark.parametrize(("number", "name"), [*enumerate(PAGES)], ids=PAGES)
def test_page_is_readable_for_everybody(
    page: Any, live_server: Any, number: int, name: str
) -> None:
    assert looked_at(name, page, live_server.url, [TODAY[number % 2]]) == {}


@pytest.mark.night
@pytest.mark.parametrize("name", PAGES)
def test_page_is_readable_in_every_dress(page: Any, live_server: Any, name: str) -> None:
    looks = [
        (language, scheme, width)
        for language in ("en", "zh-hans")
        for scheme in ("light", "dark")
        for width in (360, 768, 1280)
    ]
    assert looked_at(name, page, live_server.url, looks) == {}


def test_operator_uploads_and_runs_without_script(
    browser: Any, live_server: Any, operator: User, tmp_path: Any
) -> None:
    """Search, sign-in, language and colours are tried without script beside their pages."""
    rows = tmp_path / "rows.csv"
    rows.write_text("platform,handle,followers,observed_on\nweibo,lujiu,12.4M,2026-01-31\n")
    context = browser.new_context(java_script_enabled=False, locale="en-GB")
    page = context.new_page()
    sign_in(page, live_server.url, operator)
    page.goto(live_server.url + "/imports/new/")
    page.set_input_files("main input[type=file]", rows)
    page.get_by_label("Check only").check()
    page.get_by_role("button", name="Send").click()
    journal.follow_all()
    page.reload()
    page.get_by_role("button", name="Apply it").click()
    journal.follow_all()
    page.reload()
    assert page.locator("#import .m-tag").first.inner_text() == "applied"
    page.goto(live_server.url + "/runs/")
    page.get_by_role("button", name="Run now").click()
    journal.follow_all()
    page.reload()
    assert page.locator("#run .m-tag").first.inner_text() == "Done"
    context.close()
