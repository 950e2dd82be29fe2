"""Pages of people, roles and keys; sign-in; health; errors."""

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from accounts.models import User
from journal import actions as journal
from journal.models import Event
from journal.values import CLOCK

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse"  # of everybody in tests.people


def text(answer: Any) -> str:
    return answer.content.decode()


# --- home, settings, theme ----------------------------------------------------------------------


def test_home_is_the_dashboards_for_staff_and_the_settings_for_others(
    as_operator: Client, as_regulator: Client, as_newcomer: Client
) -> None:
    places = [
        client.get("/accounts/")["Location"] for client in (as_operator, as_regulator, as_newcomer)
    ]
    assert places == ["/dashboards/", "/dashboards/", "/accounts/me/"]


def test_settings_show_roles_and_change_name_and_language(
    moderator: User, as_moderator: Client
) -> None:
    assert "moderator" in text(as_moderator.get("/accounts/me/"))
    answer = as_moderator.post("/accounts/me/", {"name": "Mo Yan", "language": "zh-hans"})
    assert answer["Location"] == "/accounts/me/"
    moderator.refresh_from_db()
    assert (moderator.name, moderator.language) == ("Mo Yan", "zh-hans")


def test_settings_without_a_name_are_refused(newcomer: User, as_newcomer: Client) -> None:
    answer = as_newcomer.post("/accounts/me/", {"name": "", "language": ""})
    assert "<title>Error: " in text(answer)
    newcomer.refresh_from_db()
    assert newcomer.name == "Nina"


@pytest.mark.parametrize(("theme", "kept"), [("dark", "dark"), ("light", "light"), ("auto", "")])
def test_theme_is_a_cookie_and_leads_back(client: Client, theme: str, kept: str) -> None:
    answer = client.post("/accounts/theme/", {"theme": theme, "next": "/accounts/login/?a=1"})
    assert (answer.cookies["theme"].value, answer["Location"]) == (kept, "/accounts/login/?a=1")


def test_theme_leads_nowhere_else(client: Client) -> None:
    for elsewhere in ("https://example.com/", "//example.com", "javascript:alert(1)"):
        answer = client.post("/accounts/theme/", {"theme": "dark", "next": elsewhere})
        assert answer["Location"] == "/"


# --- health -------------------------------------------------------------------------------------


def test_health_needs_no_query(client: Client, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        answer = client.get("/healthz")
    assert (answer.json(), "no-store" in answer["Cache-Control"]) == ({"status": "ok"}, True)


def test_ready_says_what_waits(client: Client) -> None:
    assert client.get("/readyz").json() == {
        "status": "ready",
        "database": True,
        "broker": True,
        "worker": {"last_heartbeat_seconds": None},
        "journal": {"oldest_pending_seconds": None},
        "runs": {"oldest_unfinished_seconds": None, "under_way": []},
        "batches_under_way": 0,
        "outbox": {"oldest_due_seconds": None},
    }
    run = journal.ask("tallies", by=CLOCK)
    body = client.get("/readyz").json()
    assert body["runs"] == {
        "oldest_unfinished_seconds": 0,
        "under_way": [{"id": run.pk, "kind": "tallies", "done": 0, "of": 0}],
    }


def test_ready_is_503_without_the_database() -> None:
    def ask_without_database() -> tuple[int, bool]:
        own = connections["default"]  # of this thread
        own.settings_dict = {**own.settings_dict, "HOST": "/nonexistent"}
        answer = Client().get("/readyz")
        return answer.status_code, answer.json()["database"]

    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(ask_without_database).result() == (503, False)


# --- errors -------------------------------------------------------------------------------------


def test_unknown_page_is_a_page_and_names_no_cause(client: Client) -> None:
    answer = client.get("/no-such-page/")
    assert (answer.status_code, "<h1>" in text(answer)) == (404, True)


def test_refused_page_says_so(as_newcomer: Client) -> None:
    answer = as_newcomer.get("/accounts/keys/")
    assert (answer.status_code, "<h1>" in text(answer)) == (403, True)


def test_error_page_says_what_to_quote_even_when_the_shell_fails(rf: Any, settings: Any) -> None:
    from accounts.views import server_error

    settings.TEMPLATES = []
    answer = server_error(rf.get("/somewhere/"))
    assert (answer.status_code, "Something went wrong here" in text(answer)) == (500, True)


def test_error_of_the_api_is_a_problem(rf: Any) -> None:
    from accounts.views import server_error

    answer = server_error(rf.get("/api/v1/labels"))
    assert (answer.status_code, answer["Content-Type"]) == (500, "application/problem+json")


# --- the try-it page ----------------------------------------------------------------------------


def test_try_it_page_lists_every_operation_of_the_description(client: Client) -> None:
    schema = client.get("/api/v1/schema?format=json").json()
    page = text(client.get("/api/v1/docs"))
    operations = [(m.upper(), p) for p, ms in schema["paths"].items() for m in ms]
    shown = re.findall(r'data-method="(\w+)" data-path="([^"]+)"', page)
    assert sorted(shown) == sorted(operations)


def test_journal_is_silent_about_reading(as_operator: Client) -> None:
    before = Event.objects.count()
    for page in ("/accounts/people/", "/accounts/keys/", "/accounts/me/"):
        as_operator.get(page)
    assert Event.objects.count() == before
