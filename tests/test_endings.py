"""What ended opens nothing from the next request on, at every address; what somebody in particular
was shown is kept by no cache.

A user who may sign in no more is one of those whom tests/test_addresses.py sends everywhere.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import ApiKey, Grant
from accounts.permissions import Right, Role
from agencies.models import Membership
from influencers.models import ProfileHandle
from journal.actions.context import PASS, seeing
from tests.addresses import TABLE
from tests.factories.accounts import calling_with, make_key
from tests.factories.agencies import make_profile
from tests.people import make_member, make_person, signed_in
from tests.rows import LOGIN, Answer
from tests.test_addresses import answer as usual

pytestmark = pytest.mark.django_db

OPENED = (200, 201, 202, 204, 302, 415)


def asked(client: Client, name: str, made: dict[str, Any]) -> HttpResponse:
    row = TABLE[name]
    form: dict[str, Any] = {"content_type": "application/json"} if row.json else {}
    with transaction.atomic():
        address = row.path or reverse(name, kwargs=made)
        said: HttpResponse = getattr(client, row.method)(address, row.data, **form)
        b"".join(said)  # a download does its work while it is read
        transaction.set_rollback(True)
    return said


def status(said: HttpResponse) -> Answer:
    login = said.status_code == 302 and said["Location"].startswith("/accounts/login/")
    return LOGIN if login else said.status_code


def answers(client: Client, names: list[str]) -> dict[str, Answer]:
    found = {}
    for name in names:
        with transaction.atomic():
            found[name] = status(asked(client, name, TABLE[name].make()))
            transaction.set_rollback(True)
    return found


def only_for(who: str) -> list[str]:
    """Addresses that are open for `who` and not for somebody who has just got an account."""
    return [
        name
        for name, row in TABLE.items()
        if row.expected[who] in OPENED and row.expected["newcomer"] == 403
    ]


def by_day(first: str, others: list[str]) -> list[Any]:
    """The one who may open most each day, the others in the night."""
    return [first, *(pytest.param(who, marks=pytest.mark.night) for who in others if who != first)]


@pytest.mark.parametrize("role", by_day("operator", Role.values))
def test_grant_that_ended_today_opens_nothing(role: str) -> None:
    client, names = signed_in(make_person("ended", Role(role))), only_for(role)
    assert set(answers(client, names[:1]).values()) <= set(OPENED)
    Grant.objects.filter(user__email__startswith="ended").update(until=timezone.localdate())
    assert answers(client, names) == dict.fromkeys(names, 403)


@pytest.mark.parametrize("who", by_day("mcn_owner", ["mcn_editor", "mcn_viewer"]))
def test_membership_that_ended_opens_nothing(who: str) -> None:
    client, names = signed_in(make_member(who)), only_for(who)
    assert set(answers(client, names[:1]).values()) <= set(OPENED)
    with seeing(PASS):
        Membership.objects.filter(user__email__startswith=who).update(until=timezone.localdate())
    assert answers(client, names) == dict.fromkeys(names, 403)


def test_session_that_was_ended_elsewhere_opens_nothing() -> None:
    client, names = signed_in(make_person("gone", Role.OPERATOR)), only_for("operator")
    Session.objects.filter(pk=client.session.session_key).delete()
    assert answers(client, names) == dict.fromkeys(names, LOGIN)


def revoked(key: ApiKey) -> None:
    ApiKey.objects.filter(pk=key.pk).update(revoked=True)


def expired(key: ApiKey) -> None:
    ApiKey.objects.filter(pk=key.pk).update(expiry_date=timezone.now() - timedelta(seconds=1))


@pytest.mark.parametrize("end", [revoked, expired])
@pytest.mark.parametrize("right", Right)
def test_key_that_ended_opens_nothing(right: Right, end: Callable[[ApiKey], None]) -> None:
    key, secret = make_key([right])
    client = calling_with(secret)
    names = [name for name, row in TABLE.items() if row.right is right]
    assert names
    assert all(usual("key", name, TABLE[name], TABLE[name].make()) in OPENED for name in names)
    end(key)
    assert answers(client, names) == dict.fromkeys(names, 401)


# --- Caches -------------------------------------------------------------------------------------


def kept(client: Client, names: list[str]) -> set[str]:
    """Addresses whose answer a cache may keep."""
    found = set()
    for name in names:
        with transaction.atomic():
            said = asked(client, name, TABLE[name].make())
            if "no-store" not in said.headers.get("Cache-Control", ""):
                found.add(name)
            transaction.set_rollback(True)
    return found


HEALTH = {"accounts:healthz", "accounts:readyz"}  # nobody in particular is asking
PAGES = [name for name in TABLE if "_api:" not in name and name not in HEALTH]


@pytest.mark.parametrize("who", ["operator", "mcn_owner"])
def test_no_cache_keeps_what_somebody_signed_in_was_shown(who: str) -> None:
    person = make_member(who) if who == "mcn_owner" else make_person(who, Role(who))
    assert kept(signed_in(person), PAGES) - {"set_language", "account_logout"} == set()


@pytest.mark.parametrize("right", Right)
def test_no_cache_keeps_what_a_key_was_shown(right: Right) -> None:
    client = calling_with(make_key([right])[1])
    names = [name for name, row in TABLE.items() if row.right is right]
    assert kept(client, names) == set()


def test_no_cache_keeps_for_others_where_an_account_that_is_not_public_went() -> None:
    """Staff finds it by an older name; everybody else is told that there is none."""
    profile = make_profile(handle="old", tier=0)
    ProfileHandle.objects.filter(profile=profile).delete()
    ProfileHandle.objects.create(
        profile=profile, platform=profile.platform, handle="older", during=("2026-01-01", None)
    )
    client = signed_in(make_person("operator", Role.OPERATOR))
    said = client.get("/profiles/douyin/older")
    assert (said.status_code, said.headers["Cache-Control"]) == (301, "no-store, private")


def test_page_for_everybody_says_that_it_hangs_on_the_cookie_where_it_does() -> None:
    """A form holds a token of one browser: a shared cache keeps one for each."""
    shared = set()
    for name in PAGES:
        with transaction.atomic():
            said = asked(Client(), name, TABLE[name].make())
            text = said.content.decode() if not said.streaming else ""
            own = "csrfmiddlewaretoken" in text or said.cookies
            varies = "Cookie" in said.headers.get("Vary", "")
            if own and not varies and "no-store" not in said.headers.get("Cache-Control", ""):
                shared.add(name)
            transaction.set_rollback(True)
    assert shared == set()
