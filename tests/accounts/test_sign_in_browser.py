"""Signing in with a second factor as people do it: in a browser, with and without script."""

from typing import Any

import pytest
from django.urls import reverse

from accounts.models import User
from tests.codes import code_of
from tests.people import make_person, signed_in

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def sign_in(page: Any, user: User, following: str = "") -> None:
    page.fill("[name=login]", user.email)
    page.fill("[name=password]", "correct horse")
    page.get_by_role("main").get_by_role("button", name="Sign in").click()


def sign_out(page: Any) -> None:
    page.locator(".m-person summary").first.click()
    page.locator(".m-person").get_by_role("button", name="Sign out").click()


@pytest.mark.parametrize("script", [True, False])
def test_staff_sets_an_app_up_and_signs_in_by_codes(
    browser: Any, live_server: Any, operator: User, script: bool
) -> None:
    context = browser.new_context(java_script_enabled=script, locale="en-GB")
    page = context.new_page()
    page.goto(live_server.url + "/accounts/keys/")
    sign_in(page, operator)
    assert page.url.startswith(live_server.url + "/accounts/second-factor/")
    page.get_by_role("link", name="Use an app").click()
    assert page.locator(".m-qr svg").bounding_box()["width"] > 100
    secret = page.locator("#authenticator_secret").inner_text()
    page.get_by_label("code").fill(code_of(secret))
    page.get_by_role("button", name="Go on").click()
    codes = page.locator("#recovery-codes code").all_inner_texts()
    assert len(codes) == 10
    page.get_by_role("link", name="I have kept them").click()
    assert page.url == live_server.url + "/accounts/keys/"

    for code in (code_of(secret, 1), codes[0]):
        sign_out(page)
        page.goto(live_server.url + "/runs/")
        sign_in(page, operator)
        assert page.url == live_server.url + "/accounts/2fa/authenticate/"
        page.get_by_label("code").fill(code)
        page.get_by_role("main").get_by_role("button", name="Sign in").click()
        assert page.url == live_server.url + "/runs/"
    context.close()


def test_staff_sets_a_security_key_up_and_signs_in_by_it(
    page: Any, live_server: Any, operator: User
) -> None:
    tools = page.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    tools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "usb",
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    page.goto(live_server.url + "/accounts/keys/")
    sign_in(page, operator)
    page.get_by_role("link", name="Use a key").click()
    page.get_by_label("Name").fill("Blue key")
    page.get_by_role("button", name="Add the key").click()
    page.get_by_role("link", name="I have kept them").click()
    assert page.url == live_server.url + "/accounts/keys/"
    sign_out(page)
    page.goto(live_server.url + "/accounts/2fa/webauthn/")
    sign_in(page, operator)
    page.get_by_role("button", name="Use a key").click()
    page.get_by_role("rowheader", name="Blue key").wait_for()
    assert page.url == live_server.url + "/accounts/2fa/webauthn/"


def test_key_that_does_not_answer_is_said_in_words(
    page: Any, live_server: Any, operator: User
) -> None:
    page.goto(live_server.url + "/accounts/keys/")
    sign_in(page, operator)
    page.get_by_role("link", name="Use a key").click()
    page.evaluate("() => { navigator.credentials.create = () => Promise.reject(new Error()); }")
    page.get_by_role("button", name="Add the key").click()
    page.get_by_text("The key did not answer").wait_for()


def test_page_tells_before_a_session_ends(page: Any, live_server: Any) -> None:
    client = signed_in(make_person("reader"))
    key = client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": key, "url": live_server.url}])
    page.clock.install()
    page.goto(live_server.url + reverse("accounts:me"))
    page.clock.fast_forward("01:57:00")
    assert page.locator("#session-notice").is_hidden()
    page.clock.fast_forward("01:30")
    page.get_by_text("You are signed out in two minutes, because nothing has happened").wait_for()
    with page.expect_response("**/stay/") as answer:
        page.get_by_role("button", name="Stay signed in").click()
    assert answer.value.status == 204
    page.locator("#session-notice").wait_for(state="hidden")
    page.clock.fast_forward("02:00:10")
    page.get_by_text("What you have typed is still on this page").wait_for()
