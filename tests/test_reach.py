"""Staff whose grant reaches some platforms or territories sees, counts and changes nothing beyond.

The things are in tests/foreign.py, the addresses in tests/addresses.py.
"""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import NoReverseMatch, reverse

from accounts.permissions import Role
from tests.addresses import TABLE
from tests.foreign import FAR, FOREIGN, HERE, MOVING, OF_ACCOUNTS, SPANNING
from tests.people import make_person, signed_in
from tests.rows import Row

pytestmark = pytest.mark.django_db

MISSING: dict[str, Any] = {
    "pk": 2**40,
    "public_id": uuid4(),
    "slug": "no-such-agency",
    "prefix": "nosuchke",
    "code": "no-such-rule",
    "kind": "people",
}


def of_staff(row: Row) -> list[str]:
    """The roles for which an address is, where it is for staff and nobody else."""
    opened = {who for who, said in row.expected.items() if said in (200, 302)}
    return [role for role in Role.values if role in opened] if opened <= set(Role.values) else []


STAFF = {name: roles for name, row in TABLE.items() if (roles := of_staff(row))}


def named(name: str) -> bool:
    """Whether the address names a thing."""
    try:
        reverse(name)
    except NoReverseMatch:
        return True
    return False


# Pages of staff that show nothing that could lie on a platform: forms, samples.
SAME = {
    "accounts:design",
    "accounts:grant_give",
    "accounts:key_issue",
    "agencies:blacklist",
    "agencies:blacklist_add",
    "agencies:register",
    "agencies:review_open",
    "disclosure:rule_propose",
    "influencers:import_sample",
    "influencers:import_upload",
}
LISTS = [name for name in STAFF if not named(name) and TABLE[name].method == "get"]


def asked(client: Client, name: str, made: dict[str, Any]) -> HttpResponse:
    """The answer; what it changes is taken back."""
    row = TABLE[name]
    with transaction.atomic():
        said: HttpResponse = getattr(client, row.method)(reverse(name, kwargs=made), row.data)
        transaction.set_rollback(True)
    return said


def masked(said: HttpResponse, *words: object) -> str:
    """The text of an answer without what is new in each: ids of requests and forms, and `words`."""
    text = b"".join(said).decode()  # a stream has no content
    text = text.replace(said.headers["X-Request-ID"], "")
    for word in words:
        text = text.replace(str(word), "")
    text = re.sub(r'name="(csrfmiddlewaretoken|token|asked_as)" value="[^"]*"', "", text)
    # When the last pass was: it is over everything.
    text = re.sub(r'<div class="m-subheading">(as of <time[^/]*/time>)?</div>', "", text)
    text = re.sub(r'data-left="\d+"', "", text)  # of the session, in seconds
    return re.sub(r'nonce="[^"]*"|"X-CSRFToken": "[^"]*"', "", text)


def journalled() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM journal_event")
        return int(cursor.fetchone()[0])


def test_every_address_of_staff_that_names_a_thing_is_tried_here() -> None:
    things = {name for name in STAFF if named(name)}
    assert things == set(FOREIGN) | set(SPANNING)
    assert set(MOVING) <= set(LISTS)


@pytest.mark.parametrize("name", FOREIGN)
def test_thing_of_another_platform_is_not_found_like_a_missing_one(name: str) -> None:
    made = FOREIGN[name]()
    missing = {key: MISSING[key] for key in made}
    before = journalled()
    for role in STAFF[name]:
        far = signed_in(make_person(f"far-{role}".replace("_", "-"), Role(role), platform=FAR))
        near = signed_in(make_person(f"near-{role}".replace("_", "-"), Role(role), platform=HERE))
        given = journalled()
        foreign, nothing = asked(far, name, made), asked(far, name, missing)
        assert (foreign.status_code, nothing.status_code) == (404, 404)
        address, nowhere = reverse(name, kwargs=made), reverse(name, kwargs=missing)
        assert masked(foreign, address) == masked(nothing, nowhere)
        assert asked(near, name, made).status_code != 404
        assert journalled() == given
    assert journalled() > before or not STAFF[name]


@pytest.mark.parametrize("name", SPANNING)
def test_who_has_a_limited_grant_opens_nothing_that_is_for_all_platforms(name: str) -> None:
    row = TABLE[name]
    made = row.make()
    missing = {key: MISSING[key] for key in made}
    for role in STAFF[name]:
        far = signed_in(make_person(f"far-{role}".replace("_", "-"), Role(role), platform=FAR))
        statuses = [asked(far, name, each).status_code for each in (made, missing)]
        assert statuses == [403, 403]


@pytest.mark.parametrize("name", sorted(OF_ACCOUNTS))
def test_thing_of_an_account_elsewhere_is_not_found(name: str) -> None:
    made = FOREIGN[name]()
    for role in STAFF[name]:
        far = signed_in(make_person(f"far-{role}".replace("_", "-"), Role(role), territory="44"))
        assert asked(far, name, made).status_code == 404


@pytest.mark.parametrize("role", Role.values)
def test_what_happens_on_another_platform_changes_no_byte_of_a_list(role: str) -> None:
    lists = [name for name in LISTS if role in STAFF[name] and name not in MOVING]
    far = signed_in(make_person("far", Role(role), platform=FAR))
    all_over = signed_in(make_person("all", Role(role)))

    def pages(client: Client) -> dict[str, str]:
        return {name: masked(asked(client, name, {})) for name in lists}

    before, whole = pages(far), pages(all_over)
    for make in dict.fromkeys(FOREIGN.values()):
        make()
    assert pages(far) == before
    now = pages(all_over)
    same = SAME if role == Role.OPERATOR else SAME | {"accounts:approvals"}  # of other acts
    assert {name for name in lists if now[name] == whole[name]} == same & set(lists)
