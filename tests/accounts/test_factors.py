"""The second factor: setting it up, signing in by it, what a session without it is worth."""

import re
from datetime import date
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse

from accounts.actions import users
from accounts.doors import actor_of_user
from accounts.models import User
from accounts.permissions import Role
from accounts.values import unseal
from agencies.middleware import AgencyContext
from agencies.models import Contract
from journal import actions as journal
from journal.models import Event, Outbox
from journal.values import CLOCK
from tests.addresses import TABLE
from tests.codes import code_of
from tests.factories.agencies import make_contract
from tests.people import make_member, make_person, signed_in, the_agency, with_one_factor
from tests.rows import LOGIN, ROLES

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse"
SETUP = "/accounts/second-factor/"
APP, CODES = "/accounts/2fa/totp/activate/", "/accounts/2fa/recovery-codes/"


def text(answer: Any) -> str:
    return answer.content.decode()


def log_in(client: Client, user: User, following: str = "") -> Any:
    said = {"login": user.email, "password": PASSWORD, "next": following}
    return client.post("/accounts/login/", said)


def set_up(client: Client) -> tuple[str, list[str]]:
    """Sets an app up; returns its secret and the recovery codes."""
    found = re.search(r'authenticator_secret">(\w+)<', text(client.get(APP)))
    assert found is not None
    answer = client.post(APP, {"code": code_of(found[1])})
    assert (answer.status_code, answer["Location"]) == (302, CODES)
    return found[1], re.findall(r"<li><code>(\d+)</code></li>", text(client.get(CODES)))


def with_app(user: User) -> tuple[str, list[str]]:
    return set_up(signed_in(user))


# --- what a session without it is worth ----------------------------------------------------------

# Every page that some role of staff or some member with more than a look may open.
CLOSED = [
    name
    for name, row in TABLE.items()
    if row.expected["anonymous"] == LOGIN and row.expected["newcomer"] == 403
]


def places(people: dict[str, User], name: str) -> dict[str, str]:
    """Where the address sends each of them without a second factor."""
    row = TABLE[name]
    path = row.path or reverse(name, kwargs=row.make())
    said = {
        who: getattr(with_one_factor(user), row.method)(path, row.data)
        for who, user in people.items()
    }
    return {
        who: str(answer.headers.get("Location", answer.status_code)).split("?")[0]
        for who, answer in said.items()
    }


@pytest.mark.parametrize("name", CLOSED)
def test_no_page_of_staff_or_desk_opens_without_a_second_factor(name: str) -> None:
    people = {role: make_person(f"one-{role}", Role(role)) for role in ROLES}
    people |= {who: make_member(who) for who in ("mcn_owner", "mcn_editor")}
    assert places(people, name) == dict.fromkeys(people, SETUP)


def test_who_only_looks_at_a_desk_needs_no_second_factor(mcn_viewer: User) -> None:
    make_contract(the_agency(), date(2026, 1, 1))
    answer = with_one_factor(mcn_viewer).get("/portal/contracts/")
    assert answer.status_code == 200


def test_database_shows_an_owner_without_a_second_factor_nothing(mcn_owner: User) -> None:
    reference = make_contract(the_agency(), date(2026, 1, 1)).reference
    assert reference in text(signed_in(mcn_owner).get("/portal/contracts/"))
    seen: list[int] = []

    def view(request: Any) -> Any:
        seen.append(Contract.objects.count())
        return HttpResponse(f"{sorted(request.actor.memberships)}")

    request: Any = RequestFactory().get("/")
    request.user, request.actor, request.two_factor = mcn_owner, actor_of_user(mcn_owner), False
    assert (AgencyContext(view)(request).content, seen) == (b"[]", [0])
    assert request.lacks_factor is True


def test_pages_for_everybody_work_without_a_second_factor(operator: User) -> None:
    client = with_one_factor(operator)
    got = {
        path: client.get(path).status_code
        for path in (
            "/",
            "/about/",
            "/accounts/me/",
            SETUP,
            "/accounts/2fa/",
            "/accounts/sessions/",
        )
    }
    assert set(got.values()) == {200}
    assert "Your roles wait for a second factor" in text(client.get("/accounts/me/"))
    assert client.post("/accounts/theme/", {"theme": "dark"}).status_code == 302
    assert client.post("/i18n/setlang/", {"language": "en"}).status_code == 302
    assert client.post("/accounts/logout/").status_code == 302


def test_session_of_another_user_lends_its_second_factor_to_nobody(
    operator: User, regulator: User
) -> None:
    client = signed_in(operator)
    client.force_login(regulator)
    assert client.get("/accounts/")["Location"] == SETUP


def test_demonstrations_pass_counts_nowhere_else(operator: User, settings: Any) -> None:
    client = with_one_factor(operator)
    session = client.session
    session["account_authentication_methods"] = [
        {"method": "mfa", "type": "demonstration", "at": 0, "reauthenticated": True}
    ]
    session["account_authentication_methods_user"] = str(operator.pk)
    session.save()
    here = {"HTTP_HOST": "127.0.0.1:8000"}
    assert client.get("/accounts/keys/", **here).status_code == 302
    settings.DEMO = True
    assert client.get("/accounts/keys/", **here).status_code == 200
    settings.PUBLIC_URL = "https://mingpai.example"
    assert client.get("/accounts/keys/", **here).status_code == 302


# --- setting it up -------------------------------------------------------------------------------


def test_first_sign_in_of_staff_leads_through_the_second_factor(operator: User) -> None:
    client = Client()
    log_in(client, operator, "/accounts/keys/")
    wanted = client.get("/accounts/keys/")["Location"]
    assert wanted == f"{SETUP}?next=%2Faccounts%2Fkeys%2F"
    assert "Use an app" in text(client.get(wanted))
    _secret, codes = set_up(client)
    assert len(codes) == 10
    assert client.get("/accounts/keys/").status_code == 200


def test_recovery_codes_are_shown_once_with_the_way_on(operator: User) -> None:
    client = Client()
    log_in(client, operator)
    client.get(f"{SETUP}?next=/runs/")
    found = re.search(r'authenticator_secret">(\w+)<', text(client.get(APP)))
    assert found is not None
    client.post(APP, {"code": code_of(found[1])})
    once, again = text(client.get(CODES)), text(client.get(CODES))
    assert 'href="/runs/">I have kept them' in once
    assert len(re.findall(r"<li><code>\d{10}</code>", once)) == 10
    assert re.findall(r"<code>\d", again) == []


def test_wrong_code_sets_nothing_up(as_newcomer: Client) -> None:
    as_newcomer.get(APP)
    assert "Incorrect code" in text(as_newcomer.post(APP, {"code": "000000"}))
    assert Authenticator.objects.count() == 0


def test_secrets_of_factors_lie_sealed(newcomer: User) -> None:
    secret, _codes = with_app(newcomer)
    kept = Authenticator.objects.get(type="totp").data["secret"]
    assert (kept == secret, unseal(kept.encode())) == (False, secret)


def test_first_factor_ends_the_sessions_from_before_it(newcomer: User) -> None:
    before, client = with_one_factor(newcomer), signed_in(newcomer)
    set_up(client)
    assert before.get("/accounts/me/").status_code == 302
    assert client.get("/accounts/me/").status_code == 200


def test_changes_are_told_by_mail_and_to_the_journal(
    newcomer: User, django_capture_on_commit_callbacks: Any
) -> None:
    client = signed_in(newcomer)
    with django_capture_on_commit_callbacks(execute=True):
        set_up(client)
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/accounts/2fa/recovery-codes/generate/")
    client.post("/accounts/2fa/totp/deactivate/")
    journal.deliver()
    assert [letter.subject for letter in mail.outbox] == [
        "[Mingpai] An authenticator app was added",
        "[Mingpai] New recovery codes were made",
        "[Mingpai] An authenticator app was taken away",
    ]
    assert [re.findall(r"\d+\.\d+\.\d+\.\d+", each.body) for each in mail.outbox] == [[]] * 3
    told = Event.objects.filter(verb="user.factor_changed").order_by("pk")
    assert [event.changes for event in told] == [
        {"app": "added"},
        {"codes": "added"},
        {"app": "removed"},
    ]


def test_without_a_factor_a_session_has_none(operator: User) -> None:
    client = signed_in(operator)
    set_up(client)
    assert client.get("/accounts/keys/").status_code == 200
    client.post("/accounts/2fa/totp/deactivate/")
    assert client.get("/accounts/keys/").status_code == 302


# --- signing in by it ----------------------------------------------------------------------------


def test_password_alone_signs_nobody_in_who_has_a_factor(operator: User) -> None:
    secret, _codes = with_app(operator)
    client = Client()
    answer = log_in(client, operator, "/accounts/keys/")
    assert answer["Location"] == "/accounts/2fa/authenticate/"
    assert client.get("/accounts/me/").status_code == 302
    answer = client.post(answer["Location"], {"code": code_of(secret, 1)})
    assert answer["Location"] == "/accounts/keys/"
    assert client.get("/accounts/keys/").status_code == 200


def test_new_password_by_mail_does_not_pass_the_second_factor(operator: User) -> None:
    with_app(operator)
    client = Client()
    client.post("/accounts/password/reset/", {"email": operator.email})
    payload = Outbox.objects.latest("pk").payload
    link = re.findall(r"https?://[^/]+(/accounts/password/reset/key/\S+)", payload["body"])[0]
    place = client.get(link, follow=True).redirect_chain[-1][0]
    chosen = {"password1": "correct battery staple", "password2": "correct battery staple"}
    assert client.post(place, chosen)["Location"] == "/accounts/password/reset/key/done/"
    assert client.get("/accounts/me/").status_code == 302
    answer = client.post(
        "/accounts/login/", {"login": operator.email, "password": "correct battery staple"}
    )
    assert answer["Location"] == "/accounts/2fa/authenticate/"


def test_code_of_an_app_counts_once(newcomer: User) -> None:
    secret, _codes = with_app(newcomer)
    code = code_of(secret, 1)
    places = []
    for _ in range(2):
        client = Client()
        log_in(client, newcomer)
        places.append(client.post("/accounts/2fa/authenticate/", {"code": code}).status_code)
    assert places == [302, 200]


def test_code_of_setting_up_signs_nobody_in(newcomer: User) -> None:
    secret, _codes = with_app(newcomer)
    client = Client()
    log_in(client, newcomer)
    answer = client.post("/accounts/2fa/authenticate/", {"code": code_of(secret)})
    assert "was used already" in text(answer)


def test_recovery_code_signs_in_once(newcomer: User) -> None:
    _secret, codes = with_app(newcomer)
    places = []
    for _ in range(2):
        client = Client()
        log_in(client, newcomer)
        places.append(client.post("/accounts/2fa/authenticate/", {"code": codes[3]}).status_code)
    assert places == [302, 200]


def test_sixth_code_in_five_minutes_is_refused_even_when_right(newcomer: User) -> None:
    secret, _codes = with_app(newcomer)
    client = Client()
    log_in(client, newcomer)
    for _ in range(5):
        client.post("/accounts/2fa/authenticate/", {"code": "000000"})
    answer = client.post("/accounts/2fa/authenticate/", {"code": code_of(secret, 1)})
    assert "That was tried too often. Try again in 5 minutes." in text(answer)
    assert client.get("/accounts/me/").status_code == 302


# --- lost ----------------------------------------------------------------------------------------


def test_operator_takes_lost_factors_after_a_page_that_asks(
    as_operator: Client, newcomer: User
) -> None:
    client = signed_in(newcomer)
    set_up(client)
    page = reverse("accounts:factors_reset", args=[newcomer.pk])
    assert "has set up 1 factor" in text(as_operator.get(page))
    assert as_operator.post(page)["Location"] == f"/accounts/people/{newcomer.pk}/"
    assert Authenticator.objects.count() == 0
    assert client.get("/accounts/me/").status_code == 302
    assert Event.objects.filter(verb="user.factors_reset").count() == 1
    subjects = [row.payload["subject"] for row in Outbox.objects.order_by("pk")]
    assert subjects[-1] == "[Mingpai] Your second factor was taken away"
    assert log_in(Client(), newcomer)["Location"] == "/accounts/"


def test_nobody_takes_their_own_factors_that_way(as_operator: Client, operator: User) -> None:
    assert as_operator.post(f"/accounts/people/{operator.pk}/factors/").status_code == 403


def test_limited_operator_takes_nobodys_factors(newcomer: User) -> None:
    limited = signed_in(make_person("lim", Role.OPERATOR, platform="weibo"))
    assert limited.post(f"/accounts/people/{newcomer.pk}/factors/").status_code == 403
    users.reset_factors(newcomer, by=CLOCK)  # who had none: nothing to tell
    assert Event.objects.filter(verb="user.factors_reset").count() == 0


@pytest.mark.parametrize("overtaken", ["password", "factor", "all", "nothing"])
def test_half_finished_sign_in_ends_with_its_password_and_with_its_factors(
    operator: User, overtaken: str
) -> None:
    with_app(operator)
    client = Client()
    client.post("/accounts/login/", {"login": operator.email, "password": "correct horse"})
    assert client.get("/accounts/2fa/authenticate/").status_code == 200
    if overtaken == "password":
        operator.set_password("another battery staple")
        operator.save()
    if overtaken in ("factor", "all"):
        lost = Authenticator.objects.filter(user=operator)
        (lost if overtaken == "all" else lost.filter(type="totp")).delete()
    at_the_code, at_the_door = (
        client.get(f"/accounts/{page}/").status_code for page in ("2fa/authenticate", "login")
    )
    kept = overtaken == "nothing"
    assert (at_the_code, at_the_door) == ((200, 302) if kept else (302, 200))
