"""A contract review as a person walks through it, with and without script."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from accounts.models import User
from agencies.models import Agency, ContractReviewItem
from journal.actions.context import PASS, seeing
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
