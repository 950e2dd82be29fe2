"""What every request passes: its id, its language, its actor, and who steps over the pages."""

from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone, translation

from accounts.actions import grants, users
from accounts.doors import DIRECT
from accounts.models import Grant, User
from accounts.permissions import Role
from journal.models import Event
from journal.values import CLOCK
from tests.factories.accounts import calling_with, make_key
from tests.people import signed_in

pytestmark = pytest.mark.django_db


def test_request_keeps_a_good_id_and_gets_a_new_one_for_a_bad(client: Client) -> None:
    good = client.get("/healthz", headers={"X-Request-ID": "edge-2026.11_23"})
    assert good["X-Request-ID"] == "edge-2026.11_23"
    for bad in ("short", "x" * 61, "with space 1", "quote'12345", ""):
        answer = client.get("/healthz", headers={"X-Request-ID": bad})
        assert len(answer["X-Request-ID"]) == 32


def test_request_id_stands_in_what_the_request_journals(as_newcomer: Client) -> None:
    as_newcomer.post(
        "/accounts/me/", {"name": "New", "language": ""}, headers={"X-Request-ID": "req-12345678"}
    )
    assert Event.objects.get(verb="user.changed").request_id == "req-12345678"


@pytest.mark.parametrize(
    ("path", "direct"),
    [
        ("/api/v1/labels", True),
        ("/api/v1/schema/", True),
        ("/api/v1/docs", False),
        ("/api/v1/docs/", False),
        ("/api/v1/docsomething", True),
        ("/healthz", True),
        ("/readyz/", True),
        ("/healthzone", False),
        ("/", False),
        ("/accounts/api/", False),
    ],
)
def test_api_and_health_step_over_the_page_middleware(path: str, direct: bool) -> None:
    assert bool(DIRECT.match(path)) == direct


def test_page_has_the_page_headers_and_the_api_has_not(client: Client) -> None:
    page, api = client.get("/accounts/login/"), client.get("/api/v1/schema")
    for name in ("Content-Security-Policy", "Permissions-Policy", "X-Frame-Options"):
        assert name in page.headers
        assert name not in api.headers
    for answer in (page, api):
        assert answer["X-Content-Type-Options"] == "nosniff"
    assert "Cookie" not in api.get("Vary", "")


def test_policy_of_a_page_allows_nothing_inline_and_no_other_host(client: Client) -> None:
    policy = client.get("/accounts/login/")["Content-Security-Policy"]
    directives = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert directives["default-src"] == "'none'"
    assert {directives[name] for name in ("script-src", "style-src", "img-src")} == {"'self'"}


def test_page_middleware_names_exist_and_csrf_is_among_them() -> None:
    # Django's own checks look into MIDDLEWARE only.
    assert "django.middleware.csrf.CsrfViewMiddleware" in django_settings.PAGE_MIDDLEWARE
    assert "csp.middleware.CSPMiddleware" in django_settings.PAGE_MIDDLEWARE
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post("/accounts/theme/", {"theme": "dark"})
    assert answer.status_code == 403
    assert "This form was not accepted" in answer.content.decode()


def test_pages_are_closed_to_who_is_not_signed_in(client: Client) -> None:
    answer = client.get("/accounts/me/?a=1")
    assert (answer.status_code, answer["Location"]) == (
        302,
        "/accounts/login/?next=/accounts/me/%3Fa%3D1",
    )


def test_visitor_without_session_costs_no_query(
    client: Client, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(0):
        client.get("/accounts/login/")


def test_signed_in_page_asks_once_who_asks(
    as_operator: Client, django_assert_num_queries: Any
) -> None:
    # session, user, grants, memberships and what the database shows them, that taken away
    with django_assert_num_queries(5):
        as_operator.get("/design/")


def test_page_of_who_is_signed_in_is_kept_by_no_cache(as_newcomer: Client, client: Client) -> None:
    assert as_newcomer.get("/accounts/me/")["Cache-Control"] == "no-store, private"
    assert "Cache-Control" not in client.get("/about/").headers


def test_api_refuses_calls_in_clear_where_the_portal_is_secure(settings: Any) -> None:
    settings.SECURE = True
    _key, secret = make_key()
    client = calling_with(secret)
    answer = client.get("/api/v1/messages")
    assert (answer.status_code, answer.json()["detail"]) == (
        403,
        "This API is called by https only.",
    )
    assert client.get("/api/v1/messages", secure=True).status_code == 200
    assert client.get("/healthz").status_code == 200


# --- language -----------------------------------------------------------------------------------


def language_of(answer: Any) -> str:
    return answer["Content-Language"]


def test_language_is_the_browsers_then_the_cookies_then_the_users(newcomer: User) -> None:
    client = Client(headers={"Accept-Language": "zh-CN,zh;q=0.9"})
    assert language_of(client.get("/accounts/login/")) == "zh-hans"
    client.post("/i18n/setlang/", {"language": "en", "next": "/accounts/login/"})
    assert language_of(client.get("/accounts/login/")) == "en"
    User.objects.update(language="zh-hans")
    client.force_login(newcomer)
    assert language_of(client.get("/accounts/me/")) == "zh-hans"


def test_switch_of_who_is_signed_in_is_kept_with_the_account(newcomer: User) -> None:
    client = Client()
    client.force_login(newcomer)
    answer = client.post("/i18n/setlang/", {"language": "zh-hans", "next": "/accounts/me/"})
    assert answer["Location"] == "/accounts/me/"
    newcomer.refresh_from_db()
    assert newcomer.language == "zh-hans"
    elsewhere = Client(headers={"Accept-Language": "en"})
    elsewhere.force_login(newcomer)
    assert language_of(elsewhere.get("/accounts/me/")) == "zh-hans"


def test_unknown_language_is_not_kept(as_newcomer: Client, newcomer: User) -> None:
    as_newcomer.post("/i18n/setlang/", {"language": "tlh"})
    newcomer.refresh_from_db()
    assert newcomer.language == ""


def test_api_does_not_inherit_the_language_of_the_page_before_it(client: Client) -> None:
    client.get("/accounts/login/", headers={"Accept-Language": "zh-CN"})
    assert translation.get_language() == "zh-hans"
    client.get("/api/v1/schema")
    assert translation.get_language() == "en"


# --- the actor ----------------------------------------------------------------------------------


def test_session_of_a_disabled_user_ends_with_its_next_click(newcomer: User) -> None:
    client = Client()
    client.force_login(newcomer)
    assert client.get("/accounts/me/").status_code == 200
    users.set_active(newcomer, False, by=CLOCK)
    answer = client.get("/accounts/me/")
    assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/accounts/login/")
    assert Session.objects.count() == 0
    users.set_active(newcomer, True, by=CLOCK)
    assert client.get("/accounts/me/").status_code == 302


def test_page_whose_session_ended_goes_to_the_login_as_a_whole(client: Client) -> None:
    answer = client.get(
        "/accounts/keys/?q=push",
        headers={
            "HX-Request": "true",
            "HX-Current-URL": "http://testserver/accounts/keys/?platform=weibo",
        },
    )
    assert answer["HX-Redirect"] == (
        "/accounts/login/?next=%2Faccounts%2Fkeys%2F%3Fplatform%3Dweibo"
    )


def test_role_counts_from_the_click_after_it_was_given(newcomer: User, operator: User) -> None:
    client = signed_in(newcomer)
    assert client.get("/accounts/keys/").status_code == 403
    grant = Grant.objects.create(user=newcomer, role=Role.OPERATOR, since=timezone.localdate())
    assert client.get("/accounts/keys/").status_code == 200
    grants.revoke(grant, by=CLOCK)
    assert client.get("/accounts/keys/").status_code == 403
