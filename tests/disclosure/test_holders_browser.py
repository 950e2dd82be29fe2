"""What holders of accounts see, in a browser: readable, as wide as a phone, without script too."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from agencies.actions import disputes
from agencies.models import Binding
from disclosure.views.holders import COOKIE
from influencers.actions import proofs
from influencers.models import ControlProof, Profile
from journal.actions.context import PASS, seeing
from journal.values import CLOCK, NOBODY
from tests.browser import LOOKS, dress, look
from tests.factories.agencies import (
    confirmed,
    make_agency,
    make_claim,
    make_contract,
    make_profile,
)
from tests.factories.creators import asked, browser_of, token_of

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

JAN = date(2026, 1, 15)


@pytest.fixture
def profile() -> Profile:
    return make_profile(display_name="小鹿的一天", handle="xiaolu")


@pytest.fixture
def claim(profile: Profile) -> Binding:
    return make_claim(make_contract(make_agency(), JAN), profile)


@LOOKS
def test_pages_of_holders_are_readable(
    page: Any,
    live_server: Any,
    profile: Profile,
    claim: Binding,
    language: str,
    scheme: str,
    width: int,
) -> None:
    half = make_claim(make_contract(make_agency("Half"), JAN), profile, lines=((100, 200),))
    held = confirmed(half)
    with seeing(PASS):
        disputes.open(held, by=CLOCK, statement="I never signed", proven=True)
        Binding.objects.filter(pk=held.pk).update(confirmed_on=date(2026, 1, 20))
    question = asked(claim)
    client = browser_of(profile)
    proof, _secret = proofs.ask_code(make_profile(), by=NOBODY)
    url, desk = live_server.url, f"/creator/{profile.public_id}/"
    kept = client.cookies[COOKIE].value
    page.context.add_cookies([{"name": COOKIE, "value": kept, "url": url}])
    dress(page, url, language, scheme, width)
    wrong = {}
    for address in (
        f"/confirm/{token_of(question)}/",
        "/confirm/nonsense/",
        "/creator/",
        "/creator/prove/nonsense/",
        desk,
        f"{desk}data/",
        f"{desk}contest/{held.pk}/",
        f"{desk}leave/{held.pk}/",
        f"{desk}declare/",
    ):
        page.goto(url + address)
        wrong[address] = look(page)
    page.goto(f"{url}/confirm/{token_of(question)}/")
    page.locator("form.m-form button[type=submit]").click()  # without an answer
    wrong["an error"] = look(page)
    page.locator("input[value=other]").check()
    wrong["other days"] = look(page)
    page.locator("input[value=right]").check()
    page.locator("form.m-form button[type=submit]").click()
    wrong["answered"] = look(page)
    assert {address: found for address, found in wrong.items() if found} == {}
    assert proof.status == ControlProof.Status.ASKED


def test_answer_shows_what_belongs_to_it(page: Any, live_server: Any, claim: Binding) -> None:
    page.goto(f"{live_server.url}/confirm/{token_of(asked(claim))}/")
    shown = page.get_by_label("First day")
    assert not shown.is_visible()
    page.locator("input[value=other]").check()
    assert shown.is_visible()
    assert not page.get_by_label("It ended on").is_visible()


def test_holder_answers_on_a_phone_without_script(
    browser: Any, live_server: Any, profile: Profile, claim: Binding
) -> None:
    context = browser.new_context(
        java_script_enabled=False,
        locale="en-GB",
        viewport={"width": 360, "height": 740},
        is_mobile=True,
    )
    page = context.new_page()
    page.goto(f"{live_server.url}/confirm/{token_of(asked(claim))}/")
    page.locator("input[value=other]").check()
    page.get_by_label("First day").fill("2026-02-03")
    page.get_by_role("button", name="Send my answer").click()
    assert "names Wuyou Culture from 2026-02-03 on" in page.locator("main").inner_text()
    page.get_by_role("link", name="See everything about this account").click()
    page.get_by_role("link", name="Open 小鹿的一天").click()
    page.get_by_role("link", name="I want to leave").click()
    page.get_by_role("button", name="End it").click()
    assert "It ends with today." in page.locator("main").inner_text()
    with seeing(PASS):
        binding = Binding.objects.get(pk=claim.pk)
    today = binding.profile.platform.today(timezone.now())
    assert (binding.during.lower, binding.during.upper) == (
        date(2026, 2, 3),
        today + timedelta(days=1),
    )
    cookies = {each["name"]: each for each in context.cookies()}
    assert (cookies[COOKIE]["httpOnly"], cookies[COOKIE]["sameSite"]) == (True, "Lax")
    assert cookies[COOKIE]["secure"] == settings.SECURE
    context.close()
