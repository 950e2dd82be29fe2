"""The pages of accounts in a browser: accessible, in both languages, as wide as the screen."""

from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from accounts.models import User
from accounts.permissions import Right, Role
from tests.factories.accounts import NoticeFactory, make_key
from tests.people import make_person

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

OPEN = [
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/inactive/",
    "/accounts/confirm-email/",
    "/accounts/confirm-email/nonsense/",
    "/accounts/password/reset/",
    "/accounts/password/reset/done/",
    "/accounts/password/reset/key/1-a-b/",
    "/accounts/password/reset/key/done/",
    "/api/v1/docs",
]


def staff_pages() -> list[str]:
    key, _text = make_key()
    person = make_person("anna", Role.MODERATOR, platform="douyin")
    return [
        "/accounts/logout/",
        "/accounts/me/",
        "/accounts/email/",
        "/accounts/password/change/",
        "/accounts/reauthenticate/",
        "/accounts/people/",
        "/accounts/people/?q=nobody",
        "/accounts/people/new/",
        f"/accounts/people/{person.pk}/",
        f"/accounts/people/{person.pk}/access/",
        f"/accounts/grants/{person.grants.get().pk}/revoke/",
        "/accounts/keys/",
        "/accounts/keys/new/",
        f"/accounts/keys/{key.prefix}/revoke/",
    ]


def dress(page: Any, url: str, language: str, scheme: str, width: int) -> None:
    # Without motion: colours half way through a change have no contrast yet.
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.set_viewport_size({"width": width, "height": 800})
    page.context.add_cookies(
        [{"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": url}]
    )


def sign_in(page: Any, url: str, user: User) -> None:
    client = Client()
    client.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": url}])


def look(page: Any) -> list[tuple[str, Any]]:
    """What is wrong with the page that is open, by axe and by its width."""
    from axe_playwright_python.sync_playwright import Axe

    found = [
        (violation["id"], [node["target"] for node in violation["nodes"]])
        for violation in Axe().run(page).response["violations"]
    ]
    width, screen = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    return found + ([("wider than the screen", width)] if width > screen else [])


# Each page in both languages, both colours and both widths, without every combination of them.
LOOKS = pytest.mark.parametrize(
    ("language", "scheme", "width"), [("en", "dark", 360), ("zh-hans", "light", 1280)]
)


@LOOKS
def test_open_pages_are_accessible(
    page: Any, live_server: Any, language: str, scheme: str, width: int
) -> None:
    dress(page, live_server.url, language, scheme, width)
    wrong = {}
    for address in OPEN:
        page.goto(live_server.url + address)
        wrong[address] = look(page)
    page.goto(live_server.url + "/accounts/login/")
    page.click("main button[type=submit]")
    wrong["login with errors"] = look(page)
    assert {address: found for address, found in wrong.items() if found} == {}


@LOOKS
def test_staff_pages_are_accessible(
    page: Any, live_server: Any, operator: User, language: str, scheme: str, width: int
) -> None:
    dress(page, live_server.url, language, scheme, width)
    sign_in(page, live_server.url, operator)
    wrong = {}
    for address in staff_pages():
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
    browser: Any, live_server: Any, operator: User
) -> None:
    context = browser.new_context(java_script_enabled=False, locale="en-GB")
    page = context.new_page()
    page.goto(live_server.url + "/accounts/keys/")
    page.fill("[name=login]", operator.email)
    page.fill("[name=password]", "correct horse")
    page.click("main button[type=submit]")
    assert page.url == live_server.url + "/accounts/keys/"
    page.locator(".m-tools button[value=zh-hans]").click()
    assert page.locator("html").get_attribute("lang") == "zh-Hans"
    page.locator(".m-tools .m-theme summary").click()
    page.locator(".m-tools button[value=dark]").click()
    assert page.locator("html").get_attribute("data-bs-theme") == "dark"
    assert page.url == live_server.url + "/accounts/keys/"
    context.close()
