"""Every address × every kind of visitor. The table is tests/addresses.py."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

from accounts.models import User
from accounts.permissions import PLATFORM_RIGHTS, Role
from tests.addresses import TABLE
from tests.factories.accounts import calling_with, make_key
from tests.people import MEMBERS, make_member, make_person, signed_in
from tests.rows import LOGIN, ROLES, WHO, Answer, Row


def patterns() -> Iterator[tuple[str, str]]:
    """Every pattern of the portal: its full name (an unnamed one: its route), its whole route."""

    def walk(resolver: Any, names: list[str], route: str) -> Iterator[tuple[str, str]]:
        for each in resolver.url_patterns:
            here = route + str(each.pattern)
            if isinstance(each, URLPattern):
                yield ":".join([*names, each.name or str(each.pattern)]), here
            else:
                yield from walk(each, [*names, *([each.namespace] if each.namespace else [])], here)

    yield from walk(get_resolver(), [], "")


def test_every_address_has_a_row_and_every_row_an_address() -> None:
    assert sorted({name for name, _route in patterns()}) == sorted(TABLE)


def test_every_row_says_what_everybody_gets() -> None:
    assert {name for name, row in TABLE.items() if set(row.expected) != set(WHO)} == set()


def visitor(who: str, row: Row) -> Client:
    match who:
        case "anonymous":
            return Client()
        case "newcomer":
            return signed_in(make_person("visitor"))
        case "disabled":
            client = signed_in(make_person("visitor"))
            User.objects.filter(email__startswith="visitor").update(is_active=False)
            return client
        case "key":
            return calling_with(make_key([row.right] if row.right else ())[1])
        case "other key":
            return calling_with(make_key(set(PLATFORM_RIGHTS) - {row.right})[1])
    if who in MEMBERS:
        return signed_in(make_member(who))
    assert who in ROLES
    return signed_in(make_person("visitor", Role(who)))


def answer(
    who: str, name: str, row: Row, made: dict[str, Any], *, slash: bool | None = None
) -> Answer:
    """What `who` gets at the address of what the row has made; what it changes is taken back."""
    with transaction.atomic():
        address = row.path or reverse(name, kwargs=made)
        if slash is not None:
            address = address.rstrip("/") + ("/" if slash else "")
        form = {"content_type": "application/json"} if row.json else {}
        said = getattr(visitor(who, row), row.method)(address, row.data, **form)
        transaction.set_rollback(True)
    if said.status_code == 302 and said["Location"].startswith("/accounts/login/"):
        return LOGIN
    return int(said.status_code)


@pytest.mark.django_db
@pytest.mark.parametrize("name", TABLE)
def test_everybody_gets_what_the_table_says(name: str) -> None:
    row = TABLE[name]
    made = row.make()  # once: making it costs more than asking for it
    assert {who: answer(who, name, row, made) for who in WHO} == row.expected


@pytest.mark.django_db
@pytest.mark.parametrize("name", [name for name in TABLE if "_api:" in name])
@pytest.mark.parametrize("slash", [False, True])
def test_api_answers_with_and_without_the_last_slash(name: str, slash: bool) -> None:
    row = TABLE[name]
    assert answer("key", name, row, row.make(), slash=slash) == row.expected["key"]


def test_every_address_of_the_api_is_named_as_one() -> None:
    """So that the test above sees it. The try-it page is a page."""
    below = {name for name, route in patterns() if route.startswith("api/")}
    assert below == {name for name in TABLE if "_api:" in name}
