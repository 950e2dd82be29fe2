"""What may be done to people, grants, keys, files and messages, and what the journal says of it."""

import hashlib
import io
from datetime import date, timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.sessions.models import Session
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone

from accounts.actions import files, grants, keys, notices, users
from accounts.models import ApiKey, File, Grant, User
from accounts.permissions import Right, Role
from accounts.queries import actor_of_user
from journal.models import Event, Outbox
from journal.values import CLOCK, Actor, ActorKind
from tests.factories.accounts import NoticeFactory, make_key
from tests.people import make_person, two_people

pytestmark = pytest.mark.django_db


def operator(user: User | None = None, **reach: str) -> Actor:
    return Actor(
        ActorKind.USER,
        id=str(user.pk if user else 0),
        name="Olga",
        roles=frozenset({Role.OPERATOR.value}),
        **{name: frozenset({value}) for name, value in reach.items()},
    )


def events(verb: str) -> list[Event]:
    return list(Event.objects.filter(verb=verb).order_by("id"))


# --- users --------------------------------------------------------------------------------------


def test_created_user_has_a_verified_address_and_no_role() -> None:
    user = users.create_user("New@Example.com", "New", by=operator())
    address = EmailAddress.objects.get(user=user)
    assert (address.email, address.verified, address.primary) == ("new@example.com", True, True)
    assert not user.grants.exists()
    assert [(e.actor_name, e.subject_id, e.changes) for e in events("user.created")] == [
        ("Olga", str(user.pk), {})
    ]


def test_address_that_is_taken_is_refused_whatever_its_case(newcomer: User) -> None:
    with pytest.raises(users.AddressTaken):
        users.create_user(newcomer.email.upper(), "Other", by=operator())
    assert User.objects.count() == 1


def test_invitation_is_a_mail_in_the_language_of_the_invited() -> None:
    users.invite("new@example.com", "New", by=operator(), language="en")
    mail = Outbox.objects.get()
    assert (mail.kind, mail.payload["to"]) == ("mail", ["new@example.com"])
    assert "/accounts/password/reset/key/" in mail.payload["body"]


def test_profile_change_is_journalled_without_what_it_says(newcomer: User) -> None:
    users.change_profile(newcomer, name="Nina Novak", language="en", by=CLOCK)
    users.change_profile(newcomer, name="Nina Novak", language="en", by=CLOCK)
    assert [e.changes for e in events("user.changed")] == [
        {"name": "changed", "language": "changed"}
    ]


def test_sign_in_is_closed_and_opened_once(newcomer: User) -> None:
    users.set_active(newcomer, False, by=operator())
    users.set_active(newcomer, False, by=operator())
    users.set_active(newcomer, True, by=operator())
    newcomer.refresh_from_db()
    assert newcomer.is_active
    assert (len(events("user.disabled")), len(events("user.enabled"))) == (1, 1)


def test_nobody_closes_their_own_sign_in_or_beyond_their_reach(newcomer: User) -> None:
    for actor in (operator(newcomer), operator(platforms="weibo"), operator(territories="CN-44")):
        with pytest.raises(PermissionError):
            users.set_active(newcomer, False, by=actor)
    newcomer.refresh_from_db()
    assert newcomer.is_active


def test_sessions_that_are_over_are_forgotten(client: Client, newcomer: User) -> None:
    client.force_login(newcomer)
    assert users.forget_sessions() == 0
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert users.forget_sessions() == 1


# --- grants -------------------------------------------------------------------------------------


def given(user: User, role: Role, **more: Any) -> Grant:
    """As one operator proposes it and another one approves."""
    first, second = two_people()
    return grants.grant(user, role, by=second, proposed_by=first, **more)


def test_grant_counts_from_today_and_is_journalled(newcomer: User) -> None:
    grant = given(newcomer, Role.MODERATOR, platform="douyin")
    today = timezone.localdate()
    assert (grant.since, grant.until) == (today, None)
    (event,) = events("grant.given")
    assert (event.platform, event.subject_id) == ("douyin", str(grant.pk))
    assert event.changes == {
        "user": str(newcomer.pk),
        "role": "moderator",
        "platform": "douyin",
        "territory": "",
        "since": today.isoformat(),
        "until": None,
    }


def test_nobody_grants_to_themselves_or_takes_from_themselves(newcomer: User) -> None:
    with pytest.raises(grants.GrantRefused, match="themselves"):
        grants.grant(newcomer, Role.OPERATOR, by=operator(newcomer))
    grant = given(newcomer, Role.OPERATOR)
    with pytest.raises(grants.GrantRefused, match="themselves"):
        grants.revoke(grant, by=operator(newcomer))


def test_nobody_grants_or_revokes_beyond_their_reach(newcomer: User) -> None:
    everywhere = given(newcomer, Role.MODERATOR)
    weibo = operator(platforms="weibo")
    with pytest.raises(grants.GrantRefused, match="reach"):
        grants.grant(newcomer, Role.MODERATOR, by=weibo, platform="douyin")
    with pytest.raises(grants.GrantRefused, match="reach"):
        grants.grant(newcomer, Role.MODERATOR, by=weibo)
    with pytest.raises(grants.GrantRefused, match="reach"):
        grants.revoke(everywhere, by=weibo)
    here = actor_of_user(make_person("wei", Role.OPERATOR, platform="weibo"))
    grants.grant(newcomer, Role.MODERATOR, by=here, proposed_by=two_people()[0], platform="weibo")


def test_second_role_and_overlapping_equal_grant_are_refused_with_words(newcomer: User) -> None:
    given(newcomer, Role.MODERATOR)
    with pytest.raises(grants.GrantRefused, match="two roles"):
        given(newcomer, Role.REGULATOR)
    with pytest.raises(grants.GrantRefused, match="overlaps"):
        given(newcomer, Role.MODERATOR)
    with pytest.raises(grants.GrantRefused, match="before the first"):
        given(newcomer, Role.MODERATOR, platform="weibo", until=date(2020, 1, 1))
    assert len(events("grant.given")) == 1


def test_grants_of_the_same_days_never_reach_more_than_each_says(newcomer: User) -> None:
    def give(platform: str, territory: str, **days: date) -> Grant:
        return given(newcomer, Role.MODERATOR, platform=platform, territory=territory, **days)

    today = timezone.localdate()
    give("douyin", "CN-44", until=today + timedelta(days=5))
    give("weibo", "CN-44", until=today + timedelta(days=5))
    with pytest.raises(grants.GrantRefused, match="share"):
        give("weibo", "CN-51")
    give("weibo", "CN-51", since=today + timedelta(days=5))


def test_revoked_grant_is_over_at_once_and_revoked_once(newcomer: User) -> None:
    today = timezone.localdate()
    old = given(newcomer, Role.MODERATOR, since=today - timedelta(days=9))
    assert grants.revoke(old, by=operator()).until == today
    assert grants.revoke(old, by=operator()).until == today
    fresh = given(newcomer, Role.OPERATOR)
    assert grants.revoke(fresh, by=operator()).until == today
    assert not Grant.objects.in_force(today).filter(user=newcomer).exists()
    assert [e.subject_id for e in events("grant.revoked")] == [str(old.pk), str(fresh.pk)]


def test_role_can_be_given_anew_on_the_day_it_was_revoked(newcomer: User) -> None:
    first = given(newcomer, Role.MODERATOR)
    grants.revoke(first, by=CLOCK)
    assert given(newcomer, Role.REGULATOR).since == timezone.localdate()


def test_grant_to_come_that_is_revoked_never_counts(newcomer: User) -> None:
    later = timezone.localdate() + timedelta(days=5)
    grant = grants.revoke(given(newcomer, Role.MODERATOR, since=later), by=operator())
    assert grant.until == later
    assert not Grant.objects.in_force(later).filter(user=newcomer).exists()


# --- keys ---------------------------------------------------------------------------------------


def test_issued_key_opens_and_is_journalled_by_its_prefix() -> None:
    key, text = keys.issue("push", "douyin", {Right.OBSERVATIONS}, by=operator())
    assert ApiKey.objects.is_valid(text)
    assert key.issued_by == "Olga"
    (event,) = events("key.issued")
    assert (event.subject_type, event.subject_id, event.platform) == (
        "apikey",
        key.prefix,
        "douyin",
    )
    assert key.hashed_key not in str(vars(event))


def test_key_of_a_platform_out_of_reach_is_refused() -> None:
    with pytest.raises(PermissionError):
        keys.issue("push", "douyin", {Right.JOURNAL}, by=operator(platforms="weibo"))


def test_revoked_key_opens_nothing_and_is_revoked_once() -> None:
    key, text = make_key()
    keys.revoke(key, by=operator())
    keys.revoke(key, by=operator())
    assert not ApiKey.objects.is_valid(text)
    assert len(events("key.revoked")) == 1


# --- files --------------------------------------------------------------------------------------


def test_kept_file_is_the_same_byte_for_byte() -> None:
    content = bytes(range(1, 256)) * 20_000
    file = files.keep(
        io.BytesIO(content), File.Kind.CSV, name="观测.csv", checked="size", by=operator()
    )
    assert (file.size, file.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    with files.opened(file) as stream:
        assert stream.read() == content
    assert "csv" not in file.path


def test_file_whose_row_is_refused_leaves_nothing_behind() -> None:
    before = _stored()
    with pytest.raises(Exception, match="file_kind_known"):
        files.keep(io.BytesIO(b"x"), "exe", name="x", checked="", by=operator())
    assert _stored() == before


def _stored() -> list[str]:
    found = []
    folders = [""]
    while folders:
        folder = folders.pop()
        if folder and not default_storage.exists(folder):
            continue
        try:
            inner, names = default_storage.listdir(folder)
        except FileNotFoundError:
            continue
        folders += [f"{folder}/{name}".lstrip("/") for name in inner]
        found += [f"{folder}/{name}" for name in names]
    return sorted(found)


# --- messages -----------------------------------------------------------------------------------


def test_first_word_about_delivery_counts_and_marks_the_row_as_new() -> None:
    notice = NoticeFactory()
    notice.refresh_from_db()
    platform = Actor(ActorKind.KEY, id="abcd1234", name="push")
    first = notices.acknowledge(notice, by=platform)
    first.refresh_from_db()
    again = notices.acknowledge(notice, by=CLOCK)
    assert again.delivered_at == first.delivered_at
    assert again.acknowledged_by == "key:abcd1234"
    assert [(e.platform, e.subject_id) for e in events("notice.delivered")] == [
        ("douyin", str(notice.pk))
    ]
    assert again.xid >= notice.xid
