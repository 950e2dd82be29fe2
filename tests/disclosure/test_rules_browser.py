"""Rules, duties and declarations in a browser: readable for everybody, and a rule's whole way."""

from typing import Any

import pytest
from django.utils import timezone

from accounts.permissions import Role
from disclosure.models import Rule
from journal import actions as journal
from tests.browser import LOOKS, dress, look, sign_in
from tests.factories.disclosure import RuleFactory, declared, duty_pass, profile_at
from tests.people import make_person

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@LOOKS
def test_pages_of_rules_and_duties_are_accessible(
    page: Any, live_server: Any, language: str, scheme: str, width: int
) -> None:
    person = make_person("olga", Role.OPERATOR)
    RuleFactory(code="plan", state="draft", text_en="Some text.", text_zh="一些文字。")
    RuleFactory(code="old", state="retired")
    profile = profile_at(5, display_name="阿棠不吃辣")
    duty_pass(full=True)
    duty = profile.duties.open().first()
    said = declared(profile, timezone.localdate())
    declare = f"/p/{profile.public_id}/declare/"
    dress(page, live_server.url, language, scheme, width)
    sign_in(page, live_server.url, person)
    addresses = ["/about/rules/", "/rules/", "/rules/?basis=draft&status=live", "/rules/new/"]
    addresses += ["/rules/plan/", "/rules/plan/amend/", "/rules/plan/live/", "/rules/old/"]
    addresses += ["/rules/mcn-draft-2025/", "/rules/over-10m/", "/rules/over-10m/retire/"]
    addresses += ["/duties/", "/duties/?state=met", f"/duties/{duty.pk}/"]
    addresses += [f"/duties/{duty.pk}/waive/", declare, f"{declare}{said.pk}/"]
    wrong = {}
    for address in addresses:
        page.goto(live_server.url + address)
        wrong[address] = look(page)
    page.goto(live_server.url + "/rules/new/")
    page.locator("form.m-form button[type=submit]").click()
    wrong["errors"] = look(page)
    assert {address: found for address, found in wrong.items() if found} == {}


def test_rule_goes_from_a_proposal_to_the_duties_it_opens(page: Any, live_server: Any) -> None:
    profile_at(3, display_name="周周测评")
    sign_in(page, live_server.url, make_person("olga", Role.OPERATOR))
    page.goto(live_server.url + "/rules/")
    page.get_by_role("link", name="Propose a rule").click()
    page.get_by_label("Code").fill("reviews")
    page.get_by_label("English name").fill("Reviewers")
    page.get_by_label("Chinese name").fill("测评账号")
    page.get_by_label("Legal basis").select_option("platform_policy")
    page.get_by_label("From followers").select_option("500000")
    page.get_by_role("button", name="Save the draft").click()
    page.get_by_role("button", name="Count on today’s accounts").click()
    journal.follow_all()
    page.get_by_text("it would open 1 duties").wait_for()
    assert page.get_by_role("link", name="Approve and make live").count() == 0

    sign_in(page, live_server.url, make_person("sam", Role.OPERATOR))
    page.goto(live_server.url + "/rules/reviews/")
    page.get_by_role("link", name="Approve and make live").click()
    page.get_by_role("button", name="Approve and make live").click()
    journal.follow_all()
    page.reload()
    page.get_by_role("link", name="Open duties").click()
    page.get_by_role("link", name="周周测评").click()
    assert page.locator("h1").inner_text() == "周周测评"
    assert Rule.objects.get(code="reviews").approved_by == "Sam"
