"""The pages of accounts in a browser: accessible, in both languages, as wide as the screen."""

from typing import Any

import pytest

from accounts.models import User
from accounts.permissions import Right, Role
from tests.browser import LOOKS, dress, look, sign_in
from tests.factories.accounts import NoticeFactory, make_key
from tests.people import make_person

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@LOOKS
def test_states_of_pages_that_a_form_leads_to_are_accessible(
    page: Any, live_server: Any, operator: User, language: str, scheme: str, width: int
) -> None:
    """Every page as it opens is looked at in tests/e2e/test_access.py."""
    dress(page, live_server.url, language, scheme, width)
    page.goto(live_server.url + "/accounts/login/")
    page.click("main button[type=submit]")
    wrong = {"login with errors": look(page)}
    sign_in(page, live_server.url, operator)
    make_person("anna", Role.MODERATOR, platform="douyin")
    for address in ("/accounts/people/", "/accounts/people/?q=nobody"):
        page.goto(live_server.url + address)
        wrong[address] = look(page)
    page.goto(live_server.url + "/accounts/keys/new/")
    page.fill("[name=name]", "push")
    page.fill("[name=platform]", "douyin")
    page.check("[name=rights][value=messages]")
    page.click("main button[type=submit]")
    wrong["key issued"] = look(page)
    assert {address: found for address, found in wrong.items() if found} == {}


def test_try_it_page_calls_with_the_key_that_was_typed(page: Any, live_server: Any) -> None:
    notice = NoticeFactory(recipient="douyin/a/b#c")
    _key, secret = make_key([Right.MESSAGES])
    page.goto(live_server.url + "/api/v1/docs")
    page.click("#get-messages_list summary")
    page.fill("#get-messages_list-limit", "5")
    answer = page.locator("#get-messages_list-answer")

    def send() -> str:
        with page.expect_response("**/api/v1/messages?limit=5"):
            page.click("#get-messages_list button[type=submit]")
        answer.locator("[data-status]", has_text=" ms ").wait_for()
        return answer.inner_text()

    assert "401" in send()
    page.fill("#api-key", secret)
    assert '"external_id": "a/b#c"' in send()

    notice.refresh_from_db()
    page.click("#post-messages_delivered summary")
    page.fill("#post-messages_delivered-public_id", str(notice.public_id))
    with page.expect_response("**/delivered") as response:
        page.click("#post-messages_delivered button[type=submit]")
    assert response.value.status == 200


def test_person_signs_in_and_changes_language_and_colours_without_script(
    browser: Any, live_server: Any, newcomer: User
) -> None:
    context = browser.new_context(java_script_enabled=False, locale="en-GB")
    page = context.new_page()
    page.goto(live_server.url + "/accounts/sessions/")
    page.fill("[name=login]", newcomer.email)
    page.fill("[name=password]", "correct horse")
    page.click("main button[type=submit]")
    assert page.url == live_server.url + "/accounts/sessions/"
    page.locator(".m-tools button[value=zh-hans]").click()
    assert page.locator("html").get_attribute("lang") == "zh-Hans"
    page.locator(".m-tools .m-theme summary").click()
    page.locator(".m-tools button[value=dark]").click()
    assert page.locator("html").get_attribute("data-bs-theme") == "dark"
    assert page.url == live_server.url + "/accounts/sessions/"
    context.close()
