"""A report's way in a browser: from the question what it is about to the outcome on the receipt's
page, read and looked at on the way."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import User
from accounts.permissions import Role
from agencies.models import Binding
from journal.actions.context import PASS, seeing
from reports.models import Case, Report
from tests.browser import LOOKS, dress, look, sign_in
from tests.factories.agencies import (
    confirmed,
    make_agency,
    make_claim,
    make_contract,
    make_profile,
)
from tests.people import make_person
from tests.reports.test_cases import JAN

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def answer_all(page: Any, url: str, seen: Any) -> str:
    """Answers every question as somebody with a keyboard does; the receipt."""
    page.goto(url + "/report/")
    seen("about")
    page.fill("main input[name=q]", "周周测评")
    press(page)
    page.locator("main input[name=target]").first.check()
    seen("found")
    press(page)
    page.locator("main input[value=faked-affiliation]").check()
    seen("category")
    press(page)
    page.fill("main textarea[name=addresses]", "https://example.org/v/1")
    page.fill("main input[name=act_day]", "2026-05-03")
    seen("where")
    press(page)
    page.fill("main textarea[name=text]", "She says that she never signed with this agency.")
    seen("what")
    press(page)
    seen("contact")
    press(page)
    page.locator("main input[name=bona_fide]").check()
    seen("check")
    press(page)
    seen("sent")
    return str(page.locator("#reference-number").inner_text())


def press(page: Any) -> None:
    """The main button of the page."""
    page.locator("main form .btn-primary").last.click()


def decide(page: Any, url: str, seen: Any) -> None:
    """Takes the case and corrects the label."""
    page.goto(url + "/moderation/")
    seen("queue")
    page.locator("main form .btn-primary").first.click()
    seen("case")
    page.locator("main input[value=label_corrected]").check()
    page.locator("main select[name=binding]").select_option(index=1)
    press(page)
    seen("decide")
    page.locator("main button[name=sure]").click()
    seen("decided")


def approve(page: Any, url: str, seen: Any) -> None:
    """The second person types the name, and the label is corrected."""
    sign_in(page, url, make_person("second", Role.OPERATOR))
    page.goto(url + "/approvals/")
    page.locator("main a.m-row-link").first.click()
    page.locator("main input[name=outcome][value=approve]").check()
    page.fill("main input[name=typed]", "周周测评")
    seen("approval")
    page.locator("main form button[type=submit]").last.click()
    seen("approved")


def read(page: Any, url: str, receipt: str, seen: Any) -> None:
    page.goto(url + "/report/track/")
    page.fill("main input[name=receipt]", receipt)
    press(page)
    seen("outcome")


def stage() -> Binding:
    with seeing(PASS):
        profile = make_profile(display_name="周周测评", tier=5)
        return confirmed(make_claim(make_contract(make_agency("False"), JAN), profile))


@LOOKS
def test_report_becomes_a_decision_that_the_receipt_shows(
    page: Any,
    live_server: Any,
    lead_moderator: User,
    language: str,
    scheme: str,
    width: int,
) -> None:
    binding = stage()
    wrong: dict[str, Any] = {}

    def seen(name: str) -> None:
        if found := look(page):
            wrong[name] = found

    url = live_server.url
    dress(page, url, language, scheme, width)
    receipt = answer_all(page, url, seen)
    sign_in(page, url, lead_moderator)
    decide(page, url, seen)
    approve(page, url, seen)
    page.context.clear_cookies(name="sessionid")
    read(page, url, receipt, seen)
    with seeing(PASS):
        binding.refresh_from_db()
    assert (binding.status, Case.objects.get().status) == ("void", "decided")
    assert wrong == {}


def test_journey_needs_no_script(browser: Any, live_server: Any, lead_moderator: User) -> None:
    binding = stage()
    context = browser.new_context(java_script_enabled=False, locale="en-GB")
    page, url = context.new_page(), live_server.url
    receipt = answer_all(page, url, lambda _name: None)
    assert Report.objects.count() == 1
    sign_in(page, url, lead_moderator)
    decide(page, url, lambda _name: None)
    approve(page, url, lambda _name: None)
    context.clear_cookies()
    read(page, url, receipt, lambda _name: None)
    assert "the label is corrected" in page.locator("main").inner_text()
    with seeing(PASS):
        binding.refresh_from_db()
    assert binding.status == "void"
    context.close()
