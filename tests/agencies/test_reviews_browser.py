"""A contract review as a person walks through it, with and without script."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from accounts.models import User
from agencies.actions import contracts
from agencies.models import Agency, ContractReviewItem
from journal.actions.context import PASS, seeing
from journal.values import CLOCK
from tests.browser import LOOKS, dress, look, sign_in
from tests.factories.agencies import confirmed, make_claim, make_contract
from tests.factories.disclosure import profile_at
from tests.factories.reviews import make_review

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

JAN = date(2026, 1, 1)


def asked(agency: Agency, number: int = 3) -> str:
    for n in range(number):
        profile = profile_at(5, display_name=f"小鹿的一天 {n}")
        confirmed(make_claim(make_contract(agency, JAN), profile))
    return f"/portal/reviews/{make_review().pk}/"


def answers() -> list[str]:
    with seeing(PASS):
        return list(ContractReviewItem.objects.order_by("pk").values_list("answer", flat=True))


def test_review_is_answered_without_script(
    browser: Any, live_server: Any, mcn: Agency, mcn_editor: User
) -> None:
    where = asked(mcn)
    context = browser.new_context(java_script_enabled=False, locale="en-GB")
    page = context.new_page()
    sign_in(page, live_server.url, mcn_editor)
    page.goto(live_server.url + where)
    page.locator("tbody tr").nth(0).get_by_role("button", name="Unchanged").click()
    page.locator("tbody tr").nth(1).get_by_role("link", name="Ended").click()
    page.get_by_label("Last day").fill("2026-06-30")
    page.get_by_role("button", name="Keep this answer").click()
    page.locator("tbody tr").nth(2).get_by_role("checkbox").check()
    page.locator("[data-batch]").get_by_role("button", name="Unchanged").click()
    assert page.locator("h1").inner_text() == "1 contract as unchanged?"
    page.get_by_role("button", name="Keep these answers").click()
    page.get_by_role("link", name="Check and send 3 answers").click()
    page.get_by_role("button", name="Send these answers").click()
    assert page.locator("h1").inner_text() == "Receipt"
    assert answers() == ["unchanged", "ended", "unchanged"]
    context.close()


@LOOKS
def test_pages_between_are_readable(
    page: Any,
    live_server: Any,
    mcn: Agency,
    mcn_editor: User,
    language: str,
    scheme: str,
    width: int,
) -> None:
    where = asked(mcn)
    sign_in(page, live_server.url, mcn_editor)
    dress(page, live_server.url, language, scheme, width)
    page.goto(live_server.url + where)
    assert look(page) == []
    page.locator("[data-pick-all]").check()
    page.locator("[data-batch] button[value=ended]").click()
    assert look(page) == []
    page.locator("main form .btn-primary").click()  # without a day
    assert look(page) == []
    page.locator("input[type=date]").fill("2026-06-30")
    page.locator("main form .btn-primary").click()
    assert look(page) == []
    page.goto(live_server.url + "/portal/contracts/")
    assert look(page) == []
    page.locator("[data-pick-all]").check()
    page.locator("[data-batch] button[value=confirm]").click()
    assert look(page) == []


@pytest.mark.parametrize(("list_page", "size"), [("reviews", 100), ("contracts", 50)])
def test_bar_says_how_many_the_whole_list_has(
    page: Any, live_server: Any, mcn: Agency, mcn_editor: User, list_page: str, size: int
) -> None:
    for _ in range(size + 2):
        make_contract(mcn, JAN)
    where = f"/portal/reviews/{make_review().pk}/"
    sign_in(page, live_server.url, mcn_editor)
    page.goto(live_server.url + (where if list_page == "reviews" else "/portal/contracts/"))
    bar = page.locator("[data-batch-count]")
    page.locator("input[name=pick]").first.check()
    assert bar.inner_text() == "With the ticked rows: 1"
    page.locator("#everything").check()
    assert bar.inner_text() == f"With the ticked rows: {size + 2}"
    page.locator("#everything").uncheck()
    assert bar.inner_text() == "With the ticked rows: 1"


def test_one_long_word_leaves_the_buttons_within_reach(
    page: Any, live_server: Any, mcn: Agency, mcn_editor: User
) -> None:
    contract = make_contract(mcn, JAN)
    with seeing(PASS):
        contracts.amend(contract, by=CLOCK, reference="W" * 80, party="W" * 200)
    where = f"/portal/reviews/{make_review().pk}/"
    sign_in(page, live_server.url, mcn_editor)
    page.goto(live_server.url + where)
    box = page.locator(".m-table-box").bounding_box()
    button = page.locator("tbody").get_by_role("link", name="Ended").bounding_box()
    assert button["x"] + button["width"] <= box["x"] + box["width"]
