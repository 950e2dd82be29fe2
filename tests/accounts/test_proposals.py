"""The pages of what takes two people, and the door in front of sensitive acts."""

import time
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver

from accounts.actions import grants
from accounts.models import ApiKey, Proposal, User
from accounts.permissions import SENSITIVE, Role, Sensitive
from accounts.queries import actor_of_user
from journal.actions.context import STAFF, seeing
from tests.people import make_person, signed_in

pytestmark = pytest.mark.django_db


def text(answer: Any) -> str:
    return answer.content.decode()


def proposed(number: int = 0, **said: Any) -> Proposal:
    by = User.objects.filter(email="anna@example.org").first() or make_person("anna", Role.OPERATOR)
    with seeing(STAFF):
        return grants.propose(
            *(f"new{number}@example.org", f"New {number}", Role.MODERATOR),
            reason="The desk grows.",
            by=actor_of_user(by),
            **said,
        )


# --- The table and the entrances ----------------------------------------------------------------


def views(patterns: Any) -> Any:
    for each in patterns:
        if hasattr(each, "url_patterns"):
            yield from views(each.url_patterns)
        else:
            yield each.callback


def test_every_sensitive_act_has_an_entrance_and_every_entrance_an_entry() -> None:
    found: set[str] = set()
    for view in views(get_resolver().url_patterns):
        found |= {str(act) for act in getattr(view, "sensitive", ())}
    assert found == set(Sensitive.values)
    assert set(SENSITIVE) == set(Sensitive)
    assert [act for act, care in SENSITIVE.items() if not 1 <= care.minutes <= 10] == []


# --- Asking again -------------------------------------------------------------------------------

STALE = 11  # minutes
KEY = {
    "name": "push",
    "platform": "douyin",
    "rights": ["messages"],
    "asked_as": "00000000-0000-4000-8000-000000000001",
}


def test_form_of_a_sensitive_act_asks_who_it_is_after_ten_minutes(operator: User) -> None:
    fresh, stale = signed_in(operator, minutes_ago=9), signed_in(operator, minutes_ago=STALE)
    assert fresh.get("/accounts/keys/new/").status_code == 200
    asked = stale.get("/accounts/keys/new/")
    assert asked["Location"] == "/accounts/reauthenticate/?next=%2Faccounts%2Fkeys%2Fnew%2F"
    assert stale.get("/accounts/keys/").status_code == 200


def test_form_that_was_sent_too_late_goes_on_after_the_password(operator: User) -> None:
    client = signed_in(operator, minutes_ago=STALE)
    asked = client.post("/accounts/keys/new/", KEY)
    assert (asked.status_code, ApiKey.objects.count()) == (302, 0)
    page = text(client.get(asked["Location"]))
    assert 'name="next" value="/accounts/keys/new/"' in page
    said = {"password": "correct horse", "next": "/accounts/keys/new/"}
    wrong = client.post(asked["Location"], said | {"password": "wrong"})
    assert (wrong.status_code, ApiKey.objects.count()) == (200, 0)
    done = client.post(asked["Location"], said)
    key = ApiKey.objects.get()
    assert (done.status_code, key.name, key.prefix in text(done)) == (200, "push", True)
    again = client.post(asked["Location"], said)
    assert (again.status_code, ApiKey.objects.count()) == (302, 1)


def test_form_that_was_left_behind_is_not_sent_for_another_page(operator: User) -> None:
    client = signed_in(operator, minutes_ago=STALE)
    client.post("/accounts/keys/new/", KEY)
    asked = client.get("/accounts/people/new/")
    said = {"password": "correct horse", "next": "/accounts/people/new/"}
    assert client.post(asked["Location"], said)["Location"] == "/accounts/people/new/"
    assert ApiKey.objects.count() == 0


def test_form_that_waited_too_long_is_not_sent(operator: User) -> None:
    client = signed_in(operator, minutes_ago=STALE)
    asked = client.post("/accounts/keys/new/", KEY)
    session = client.session
    session["account_reauthentication_state"]["state"]["at"] = time.time() - 16 * 60
    session.save()
    said = {"password": "correct horse", "next": "/accounts/keys/new/"}
    assert client.post(asked["Location"], said)["Location"] == "/accounts/keys/new/"
    assert ApiKey.objects.count() == 0


def test_who_may_not_is_told_so_before_being_asked(moderator: User) -> None:
    client = signed_in(moderator, minutes_ago=STALE)
    assert client.get("/accounts/keys/new/").status_code == 403


def test_decision_asks_who_it_is_after_five_minutes(operator: User) -> None:
    address = f"/approvals/{proposed().pk}/"
    client = signed_in(operator, minutes_ago=6)
    assert client.get(address).status_code == 200
    said = {"outcome": "approve", "typed": "New 0"}
    asked = client.post(address, said)
    assert asked["Location"].startswith("/accounts/reauthenticate/")
    assert not User.objects.filter(email="new0@example.org").exists()
    password = {"password": "correct horse", "next": address}
    assert client.post(asked["Location"], password)["Location"] == address
    assert User.objects.get(email="new0@example.org").grants.get().role == "moderator"


# --- The pages ----------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [1, 3])
def test_list_asks_as_much_for_three_as_for_one(
    n: int, as_operator: Client, django_assert_num_queries: Any
) -> None:
    for number in range(n):
        proposed(number)
    # session, its use, user, grants, sight, counts of the tabs, rows
    with django_assert_num_queries(7):
        page = as_operator.get("/approvals/")
    assert [row.subject_name for row in page.context["page"]] == [
        f"New {number}" for number in reversed(range(n))
    ]


def test_tabs_part_what_waits_from_what_is_mine_and_what_is_over(as_operator: Client) -> None:
    for number in range(3):
        proposed(number)
    anna = signed_in(User.objects.get(email="anna@example.org"))
    first, second = proposal_ids()[:2]
    anna.post(f"/approvals/{first}/withdraw/")
    as_operator.post(f"/approvals/{second}/", {"outcome": "reject", "note": "No"})

    def counts(client: Client, tab: str) -> list[int]:
        page = client.get(f"/approvals/?tab={tab}")
        return [tab["count"] for tab in page.context["tabs"]] + [len(page.context["page"])]

    assert counts(as_operator, "waiting") == [1, 0, 1, 2, 1]
    assert counts(anna, "mine") == [0, 3, 1, 2, 3]
    assert counts(anna, "nonsense") == [0, 3, 1, 2, 0]
    assert counts(as_operator, "over&q=New+1") == [1, 0, 1, 2, 1]


def proposal_ids() -> list[int]:
    with seeing(STAFF):
        return list(Proposal.objects.order_by("pk").values_list("pk", flat=True))


def test_own_proposal_is_shown_and_not_to_be_decided() -> None:
    address = f"/approvals/{proposed().pk}/"
    page = text(signed_in(User.objects.get(email="anna@example.org")).get(address))
    assert "You proposed it yourself: another person decides." in page
    assert '<button class="btn" type="submit">Withdraw it</button>' in page
    assert 'name="typed"' not in page


def test_proposals_are_for_those_who_may_approve_them_and_within_reach(
    as_moderator: Client, as_lead_moderator: Client, as_regulator: Client
) -> None:
    address = f"/approvals/{proposed(platform='douyin').pk}/"
    weibo = signed_in(make_person("wei", Role.OPERATOR, platform="weibo"))
    douyin = signed_in(make_person("dou", Role.OPERATOR, platform="douyin"))
    clients = (as_moderator, as_lead_moderator, weibo, douyin, as_regulator)
    assert [client.get(address).status_code for client in clients] == [404, 404, 404, 200, 403]
    assert as_regulator.get("/approvals/").status_code == 403


def test_role_that_stopped_fitting_is_refused_with_words(as_operator: Client) -> None:
    somebody = make_person("new0")
    address = f"/approvals/{proposed().pk}/"
    with seeing(STAFF):
        somebody.grants.create(role=Role.REGULATOR, since="2026-01-01")
    answer = as_operator.post(address, {"outcome": "approve", "typed": "new0"})
    assert "Nobody holds two roles on the same day" in text(answer)
    assert [grant.role for grant in somebody.grants.all()] == ["regulator"]


@pytest.mark.parametrize("typed", ["new 0", "  NEW   0 ", "\uff2e\uff45\uff57 0"])
def test_name_is_typed_as_people_type(as_operator: Client, typed: str) -> None:
    answer = as_operator.post(
        f"/approvals/{proposed().pk}/", {"outcome": "approve", "typed": typed}
    )
    assert answer.status_code == 302


def test_name_of_a_subject_is_no_markup(as_operator: Client) -> None:
    address = f"/approvals/{proposed().pk}/"
    with seeing(STAFF):
        Proposal.objects.update(subject_name="<b>bold</b>")
    page = text(as_operator.get(address))
    assert ("<b>bold</b>" in page, page.count("&lt;b&gt;bold&lt;/b&gt;") > 2) == (False, True)
