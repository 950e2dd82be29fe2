"""Every address × every method × everybody: what the tables do not allow is refused alike and
changes nothing.

What everybody gets by the method that an address is for, own or foreign, says tests/addresses.py
and tries tests/test_addresses.py; staff with a limited grant is in tests/test_reach.py. Here are
the other methods and the other kinds of key, and that a foreign thing is like a missing one.
"""

import re
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.permissions import AGENCY_RIGHTS, PLATFORM_RIGHTS, Right
from reports.values import new_receipt
from tests.addresses import TABLE
from tests.factories.accounts import calling_with, make_key
from tests.factories.agencies import make_profile
from tests.factories.creators import browser_of
from tests.factories.reports import filed
from tests.people import the_agency
from tests.rows import Row
from tests.test_addresses import visitor
from tests.test_reach import MISSING, masked

pytestmark = pytest.mark.django_db

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
NOBODY = Row({})


def holder_of_a_receipt() -> Client:
    client = Client()
    receipt = new_receipt()
    filed(receipt=receipt, agency=the_agency())
    assert client.post("/report/track/", {"receipt": receipt}).status_code == 302
    return client


def key(right: Right, *, rival: bool = False) -> Client:
    """Of the agency or platform that rows are about, or of another one."""
    if right in AGENCY_RIGHTS:
        agency = the_agency("rival" if rival else "mcn")
        return calling_with(make_key([right], platform="", agency_id=agency.pk)[1])
    return calling_with(make_key([right], platform="bilibili" if rival else "douyin")[1])


PEOPLE = (
    *("anonymous", "disabled", "newcomer", "mcn_viewer", "mcn_editor", "mcn_owner"),
    *("rival_owner", "moderator", "lead_moderator", "regulator", "operator"),
)
PRINCIPALS: dict[str, Callable[[], Client]] = {
    **{who: (lambda who=who: visitor(who, NOBODY)) for who in PEOPLE},  # type: ignore[misc]
    "holder of a receipt": holder_of_a_receipt,
    "creator with proof": lambda: browser_of(make_profile()),
    **{f"key: {right}": (lambda right=right: key(right)) for right in Right},  # type: ignore[misc]
    **{
        f"rival key: {right}": (lambda right=right: key(right, rival=True))  # type: ignore[misc]
        for right in Right
    },
}
BY_DAY = ("anonymous", "key: contracts")  # the others by night: half a minute each

# Tables in which a look at a page may note that it was looked at.
NOTES = ("accounts_opensession", "django_session", "accounts_apikey")
# Addresses that a look at changes something at, each with its reason.
CHANGING: dict[str, str] = {}


def written() -> int:
    """How many rows this transaction has written so far, also in parts that were taken back."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0)"
            " FROM pg_stat_xact_user_tables WHERE NOT relname = ANY (%s)",
            [list(NOTES)],
        )
        return int(cursor.fetchone()[0])


def asked(client: Client, method: str, address: str, row: Row) -> HttpResponse:
    """The answer; what it changes is taken back."""
    form: dict[str, Any] = {"content_type": "application/json"} if row.json else {}
    sends = method not in ("GET", "HEAD", "OPTIONS")
    before = deepcopy(client.cookies)
    with transaction.atomic():
        ask = getattr(client, method.lower())
        said: HttpResponse = ask(address, row.data, **form) if sends else ask(address)
        b"".join(said)  # a stream does its work while it is read
        transaction.set_rollback(True)
    client.cookies = before  # what a sign-out takes away, too
    return said


def allowed(name: str, method: str) -> set[int]:
    """The statuses that an answer may have: of a page 405 for what browsers do not do with pages,
    of the API first who asks (401, 403), then 405."""
    if method in ("PUT", "PATCH", "DELETE", "OPTIONS"):
        if "_api:" not in name and not name.endswith(("healthz", "readyz")):
            return {405}
        return {401, 403, 405} | ({200} if method == "OPTIONS" else set())
    said = {200, 302, 400, 401, 403, 404, 405}
    return said | ({204, 409, 410, 415} if method == "POST" else {301})


def refuses(said: HttpResponse) -> bool:
    to_login = said.headers.get("Location", "").startswith("/accounts/login/")
    return said.status_code in (401, 403, 404, 405) or to_login


@pytest.mark.parametrize(
    "who",
    [who if who in BY_DAY else pytest.param(who, marks=pytest.mark.night) for who in PRINCIPALS],
)
def test_other_methods_are_refused_and_change_nothing(who: str) -> None:
    wrong: dict[str, Any] = {}
    client = PRINCIPALS[who]()
    for name, row in TABLE.items():
        with transaction.atomic():
            made = row.make()
            address = row.path or reverse(name, kwargs=made)
            given: dict[str, HttpResponse] = {}
            for method in METHODS:
                before = written()
                said = given[method] = asked(client, method, address, row)
                may_write = method == "POST" and not refuses(said)
                changed = not may_write and name not in CHANGING and written() != before
                refused = said.status_code == 405 and not said.headers.get("Allow")
                if changed or refused or said.status_code not in allowed(name, method):
                    wrong[f"{method} {name}"] = (said.status_code, changed)
            if given["HEAD"].status_code != given["GET"].status_code:
                wrong[f"HEAD {name}"] = given["HEAD"].status_code
            transaction.set_rollback(True)
    assert wrong == {}


def named(row: Row) -> bool:
    return row.expected.get("rival_viewer") == 404 or row.expected.get("rival_owner") == 404


@pytest.mark.parametrize("name", [name for name, row in TABLE.items() if named(row)])
def test_thing_of_another_agency_is_like_a_missing_one(name: str) -> None:
    row = TABLE[name]
    made = row.make()
    missing = {part: MISSING.get(part, 2**40) for part in made} | (
        {"number": "NO-SUCH-NUMBER"} if "number" in made else {}
    )
    client = PRINCIPALS["rival_owner"]()
    for method in ("GET", "POST"):
        addresses = reverse(name, kwargs=made), reverse(name, kwargs=missing)
        foreign, nothing = (asked(client, method, address, row) for address in addresses)
        assert foreign.status_code == nothing.status_code
        if foreign.status_code == 405:
            continue
        assert foreign.status_code == 404
        assert masked(foreign, addresses[0]) == masked(nothing, addresses[1])


LISTS = [name for name, row in TABLE.items() if row.right is not None and row.method == "get"]


@pytest.mark.parametrize("name", LISTS)
def test_keys_of_others_see_nothing_of_it(name: str) -> None:
    """Own, foreign and missing, by key: a foreign key with the same right finds nothing."""
    row = TABLE[name]
    assert row.right is not None
    foreign = key(row.right, rival=True)
    nothing_there = foreign.get(row.path or reverse(name)) if not row.make() else None
    made = row.make()
    said = foreign.get(row.path or reverse(name, kwargs=made))
    if made:
        missing = {part: MISSING.get(part, 2**40) for part in made}
        lost = foreign.get(reverse(name, kwargs=missing))
        assert (said.status_code, lost.status_code) == (404, 404)
        assert _plain(said) == _plain(lost)
        return
    assert nothing_there is not None
    assert _plain(said) == _plain(nothing_there)


def _plain(said: Any) -> str:
    return re.sub(
        r"[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "", said.content.decode()
    )


def test_every_kind_of_key_is_tried() -> None:
    assert set(Right) == set(PLATFORM_RIGHTS) | set(AGENCY_RIGHTS)
    assert len(PRINCIPALS) == len(PEOPLE) + 2 + 2 * len(Right)
