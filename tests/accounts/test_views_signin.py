"""Sign-in, passwords and invitations, as people meet them."""

import re
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client

from accounts.actions import users
from accounts.models import User
from accounts.permissions import Role
from journal import actions as journal
from journal.models import Outbox
from journal.values import CLOCK
from tests.people import make_person, signed_in

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse"  # of everybody in tests.people


def text(answer: Any) -> str:
    return answer.content.decode()


# --- sign-in ------------------------------------------------------------------------------------


def log_in(client: Client, email: str, password: str = PASSWORD) -> Any:
    return client.post("/accounts/login/", {"login": email, "password": password})


def test_sign_in_takes_the_address_in_any_case(client: Client, newcomer: User) -> None:
    answer = log_in(client, newcomer.email.upper())
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/")


def test_sign_in_leads_to_the_page_that_was_wanted(client: Client, newcomer: User) -> None:
    said = {"login": newcomer.email, "password": PASSWORD, "next": "/accounts/email/"}
    assert client.post("/accounts/login/", said)["Location"] == "/accounts/email/"
    client.logout()
    answer = client.post("/accounts/login/", {**said, "next": "https://example.com/"})
    assert answer["Location"] == "/accounts/"


def test_wrong_password_and_unknown_address_look_the_same(client: Client, newcomer: User) -> None:
    known = log_in(client, newcomer.email, "wrong horse")
    unknown = log_in(client, "stranger@example.org", "wrong horse")

    def page(answer: Any, email: str) -> str:
        tokens = r'csrf\w*" value="\w+"|X-CSRFToken": "\w+"'
        return re.sub(tokens, "", text(answer)).replace(email, "")

    assert known.status_code == unknown.status_code == 200
    assert page(known, newcomer.email) == page(unknown, "stranger@example.org")


def test_eleventh_try_in_five_minutes_is_refused_even_with_the_right_password(
    client: Client, newcomer: User
) -> None:
    for _ in range(10):
        log_in(client, newcomer.email, "wrong horse")
    assert "tried too often. Try again in 5 minutes." in text(log_in(client, newcomer.email))
    elsewhere = Client(REMOTE_ADDR="192.0.2.7")
    assert log_in(elsewhere, newcomer.email).status_code == 302


def test_disabled_user_cannot_sign_in(client: Client, newcomer: User) -> None:
    users.set_active(newcomer, False, by=CLOCK)
    log_in(client, newcomer.email)
    assert client.get("/accounts/me/").status_code == 302


def test_session_gets_a_new_key_at_sign_in_and_ends_at_sign_out(
    client: Client, newcomer: User
) -> None:
    client.get("/accounts/login/")
    log_in(client, newcomer.email)
    cookie = client.cookies["sessionid"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    assert client.get("/accounts/logout/").status_code == 200
    assert client.get("/accounts/me/").status_code == 200
    client.post("/accounts/logout/")
    assert client.get("/accounts/me/").status_code == 302


def test_nobody_makes_an_account_of_their_own(client: Client) -> None:
    said = {"email": "me@example.com", "password1": "x" * 14, "password2": "x" * 14}
    for answer in (client.get("/accounts/signup/"), client.post("/accounts/signup/", said)):
        assert "Accounts are made by operators" in text(answer)
    assert User.objects.count() == 0


def test_nobody_changes_their_own_address(as_newcomer: Client, newcomer: User) -> None:
    assert newcomer.email in text(as_newcomer.get("/accounts/email/"))
    answer = as_newcomer.post("/accounts/email/", {"email": "x@example.com", "action_add": ""})
    assert answer.status_code == 405
    assert EmailAddress.objects.count() == 1


def reset(client: Client, email: str) -> Any:
    return client.post("/accounts/password/reset/", {"email": email})


def test_reset_says_the_same_for_known_and_unknown_and_mails_only_the_known(
    client: Client, newcomer: User
) -> None:
    places = {reset(client, email)["Location"] for email in (newcomer.email, "who@example.com")}
    assert places == {"/accounts/password/reset/done/"}
    assert [row.payload["to"] for row in Outbox.objects.all()] == [[newcomer.email]]


def test_sixth_mail_to_one_address_in_an_hour_is_not_sent(client: Client, newcomer: User) -> None:
    for _ in range(6):
        assert reset(client, newcomer.email).status_code == 302
    assert Outbox.objects.count() == 5


def test_invited_person_chooses_a_password_by_the_mail_and_signs_in(
    client: Client, as_operator: Client
) -> None:
    said = {"email": "new@example.com", "name": "New One", "role": "regulator", "reason": "New."}
    proposal = as_operator.post("/accounts/people/new/", said)["Location"]
    second = signed_in(make_person("second", Role.OPERATOR))
    second.post(proposal, {"outcome": "approve", "typed": "New One"})
    journal.deliver()
    (letter,) = [letter for letter in mail.outbox if letter.to == ["new@example.com"]]
    assert letter.subject == "[Mingpai] Your Mingpai account"
    link = re.findall(r"http://127\.0\.0\.1:8000(/accounts/password/reset/key/\S+)", letter.body)[0]
    form = client.get(link, follow=True)
    assert "Choose a password" in text(form)
    place = form.redirect_chain[-1][0]
    weak = client.post(place, {"password1": "password", "password2": "password"})
    assert "<title>Error: " in text(weak)
    chosen = {"password1": "correct battery staple", "password2": "correct battery staple"}
    answer = client.post(place, chosen)
    assert answer["Location"] == "/accounts/password/reset/key/done/"
    assert log_in(client, "new@example.com", "correct battery staple")["Location"] == "/accounts/"
    assert "This link does not work" in text(Client().get(link, follow=True))


def test_changed_password_signs_out_everywhere_else(newcomer: User) -> None:
    here, there = Client(), Client()
    log_in(here, newcomer.email)
    log_in(there, newcomer.email)
    said = {"oldpassword": PASSWORD, "password1": "staple battery", "password2": "staple battery"}
    assert here.post("/accounts/password/change/", said).status_code == 302
    assert here.get("/accounts/me/").status_code == 200
    assert there.get("/accounts/me/").status_code == 302


def test_sign_in_works_while_the_limits_store_is_down(
    client: Client, newcomer: User, settings: Any, tmp_path: Any
) -> None:
    from accounts.doors import limits

    settings.LIMITS_URL = f"unix://{tmp_path}/nothing.sock?db=2"
    limits._limiter.cache_clear()
    try:
        assert log_in(client, newcomer.email).status_code == 302
    finally:
        limits._limiter.cache_clear()
