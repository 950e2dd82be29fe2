"""How long sessions last, where somebody is signed in, and ending that."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.actions import users
from accounts.doors.sessions import LIMITS
from accounts.models import OpenSession, User
from accounts.views.sessions import device
from journal.values import CLOCK
from tests.people import signed_in, with_one_factor

pytestmark = pytest.mark.django_db

START = datetime(2026, 11, 23, 8, tzinfo=UTC)
ME, LOGIN = "/accounts/me/", "/accounts/login/?next=/accounts/me/"


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


def later(clock: Any, **time: int) -> None:
    clock.shift(timedelta(**time))


def test_limits_are_those_that_were_decided() -> None:
    assert {who: (limit.idle // 60, limit.absolute // 3600) for who, limit in LIMITS.items()} == {
        "staff": (30, 12),
        "others": (120, 24),
    }


@pytest.mark.parametrize(("who", "minutes"), [("operator", 30), ("mcn_owner", 120)])
def test_unused_session_ends_after_its_time_to_the_second(
    request: Any, clock: Any, who: str, minutes: int
) -> None:
    user = request.getfixturevalue(who)
    client = signed_in(user)
    later(clock, minutes=minutes)
    assert client.get(ME).status_code == 200
    later(clock, seconds=20)
    assert client.get(ME).status_code == 200  # which counts, though it is not written down
    later(clock, minutes=minutes)
    assert client.get(ME).status_code == 200
    later(clock, minutes=minutes, seconds=1)
    assert client.get(ME)["Location"] == LOGIN
    assert "because nothing had happened here" in client.get(LOGIN).content.decode()
    assert Session.objects.count() == 0


@pytest.mark.parametrize(("who", "hours"), [("operator", 12), ("mcn_owner", 24)])
def test_session_in_use_ends_at_its_age(request: Any, clock: Any, who: str, hours: int) -> None:
    client = signed_in(request.getfixturevalue(who))
    for _ in range(hours * 4):
        later(clock, minutes=15)
        assert client.get(ME).status_code == 200
    later(clock, seconds=1)
    assert client.get(ME)["Location"] == LOGIN
    assert "because you had been signed in for so long" in client.get(LOGIN).content.decode()


def test_role_without_a_second_factor_has_the_limits_of_staff(clock: Any, operator: User) -> None:
    client = with_one_factor(operator)
    later(clock, minutes=31)
    assert client.get(ME).status_code == 302


def test_new_password_does_not_make_a_session_younger(clock: Any, newcomer: User) -> None:
    client = signed_in(newcomer)
    for _ in range(23):
        later(clock, hours=1)
        client.get(ME)
    said = {
        "oldpassword": "correct horse",
        "password1": "staple battery",
        "password2": "staple battery",
    }
    assert client.post("/accounts/password/change/", said).status_code == 302
    assert client.get(ME).status_code == 200
    later(clock, hours=1, seconds=1)
    assert client.get(ME).status_code == 302


def test_session_is_counted_by_the_minute_where_the_store_forgot(
    clock: Any, operator: User
) -> None:
    client = signed_in(operator)
    later(clock, minutes=20)
    client.get(ME)
    cache.clear()
    later(clock, minutes=29)
    assert client.get(ME).status_code == 200
    cache.clear()
    later(clock, minutes=31)
    assert client.get(ME).status_code == 302


def written(client: Client) -> int:
    with CaptureQueriesContext(connection) as asked:
        client.get(ME)
    return sum(not query["sql"].lstrip().startswith(("SELECT", "WITH")) for query in asked)


def test_use_is_written_down_once_a_minute(clock: Any, newcomer: User) -> None:
    client = signed_in(newcomer)
    writes = []
    for _ in range(5):
        later(clock, seconds=25)
        writes.append(written(client))
    assert writes == [0, 0, 1, 0, 0]


def test_ended_session_leads_a_part_of_a_page_to_the_login(clock: Any, operator: User) -> None:
    client = signed_in(operator)
    later(clock, hours=1)
    answer = client.get(
        "/accounts/keys/",
        headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/accounts/keys/"},
    )
    assert answer["HX-Redirect"] == "/accounts/login/?next=%2Faccounts%2Fkeys%2F"


def test_page_carries_what_the_notice_needs(as_operator: Client, client: Client) -> None:
    page = as_operator.get(ME).content.decode()
    assert 'data-idle="1800" data-left="43200"' in page.replace("43199", "43200")
    assert "session-notice" not in client.get("/about/").content.decode()
    assert as_operator.post("/accounts/sessions/stay/").status_code == 204


# --- where somebody is signed in -----------------------------------------------------------------


def test_places_are_told_in_words_and_without_an_address(newcomer: User) -> None:
    here, there = signed_in(newcomer), signed_in(newcomer)
    OpenSession.objects.filter(pk=there.session.session_key).update(
        agent="Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0"
    )
    page = here.get("/accounts/sessions/").content.decode()
    assert "Firefox on Windows" in page
    assert page.count("This browser") == 1
    assert "127.0.0.1" not in page
    assert {here.session.session_key in page, there.session.session_key in page} == {False}


@pytest.mark.parametrize("number", [1, 3])
def test_list_of_places_costs_the_same(
    newcomer: User, number: int, django_assert_num_queries: Any
) -> None:
    clients = [signed_in(newcomer) for _ in range(number)]
    with django_assert_num_queries(5):
        clients[0].get("/accounts/sessions/")


def test_one_place_is_ended_and_then_all_others(newcomer: User) -> None:
    here, one, two = (signed_in(newcomer) for _ in range(3))
    reference = OpenSession.objects.get(pk=one.session.session_key).reference
    here.post("/accounts/sessions/end/", {"session": reference})
    assert [each.get(ME).status_code for each in (here, one, two)] == [200, 302, 200]
    here.post("/accounts/sessions/end/", {"all": "1"})
    assert [each.get(ME).status_code for each in (here, two)] == [200, 302]


def test_nobody_ends_the_session_of_another(newcomer: User, operator: User) -> None:
    theirs, mine = signed_in(operator), signed_in(newcomer)
    reference = OpenSession.objects.get(pk=theirs.session.session_key).reference
    assert mine.post("/accounts/sessions/end/", {"session": reference}).status_code == 404
    assert mine.post("/accounts/sessions/end/", {"session": "nonsense"}).status_code == 404
    assert theirs.get(ME).status_code == 200


def test_disabled_user_loses_every_session_with_the_next_request(newcomer: User) -> None:
    clients = [signed_in(newcomer) for _ in range(5)]
    users.set_active(newcomer, False, by=CLOCK)
    assert [client.get(ME).status_code for client in clients] == [302] * 5
    assert Session.objects.count() == 0
    users.set_active(newcomer, True, by=CLOCK)
    assert [client.get(ME).status_code for client in clients] == [302] * 5


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36",
            "Chrome on Linux",
        ),
        ("Mozilla/5.0 (Macintosh; Mac OS X 14) Version/18.0 Safari/605.1", "Safari on macOS"),
        ("Mozilla/5.0 (iPhone; like Mac OS X) MicroMessenger/8.0 Safari/60", "WeChat on iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        ("curl/8.0", "Unknown browser"),
    ],
)
def test_browser_is_told_by_what_it_calls_itself(agent: str, words: str) -> None:
    assert device(agent) == words
