"""What the database itself refuses, and who sees which rows."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import ApiKey, File, Grant, Notice, User
from accounts.permissions import Right, Role
from journal.values import CLOCK, NOBODY, Actor, ActorKind
from tests.factories.accounts import NoticeFactory, make_file, make_key

pytestmark = pytest.mark.django_db

DAY = date(2026, 11, 1)


def refused_by(constraint: str, write) -> None:
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        write()
    assert refusal.value.__cause__.diag.constraint_name == constraint


def staff(role: Role = Role.OPERATOR, *platforms: str) -> Actor:
    return Actor(
        ActorKind.USER, id="0", roles=frozenset({role.value}), platforms=frozenset(platforms)
    )


# --- users and grants ---------------------------------------------------------------------------


def test_address_is_one_whatever_its_case() -> None:
    user = User.objects.create_user("Li.Na@Example.com", name="Li Na")
    assert user.email == "li.na@example.com"
    assert User.objects.get_by_natural_key("LI.NA@EXAMPLE.COM") == user
    refused_by("user_email_in_small_letters", lambda: User.objects.update(email="Li@example.com"))


def test_user_without_a_password_cannot_use_one() -> None:
    assert not User.objects.create_user("a@example.com", name="A").has_usable_password()


def make_grant(user: User, role: Role = Role.MODERATOR, **fields) -> Grant:
    return Grant.objects.create(user=user, role=role, **{"since": DAY, **fields})


def test_equal_grants_never_overlap(newcomer: User) -> None:
    make_grant(newcomer, until=DAY + timedelta(days=10))
    make_grant(newcomer, since=DAY + timedelta(days=10))
    refused_by(
        "grant_once",
        lambda: make_grant(newcomer, since=DAY + timedelta(days=9), until=DAY + timedelta(days=10)),
    )


def test_nobody_has_two_roles_on_one_day(newcomer: User) -> None:
    make_grant(newcomer, Role.MODERATOR, until=DAY + timedelta(days=10))
    refused_by(
        "grant_one_role_at_a_time",
        lambda: make_grant(
            newcomer, Role.OPERATOR, since=DAY + timedelta(days=9), platform="weibo"
        ),
    )
    make_grant(newcomer, Role.OPERATOR, since=DAY + timedelta(days=10))


def test_grant_runs_forward_and_says_a_known_role(newcomer: User) -> None:
    refused_by("grant_forward", lambda: make_grant(newcomer, until=DAY - timedelta(days=1)))
    refused_by("grant_role_known", lambda: make_grant(newcomer, "owner"))


@pytest.mark.parametrize(
    ("until", "day", "counts"),
    [
        (None, DAY - timedelta(days=1), False),
        (None, DAY, True),
        (DAY + timedelta(days=2), DAY + timedelta(days=1), True),
        (DAY + timedelta(days=2), DAY + timedelta(days=2), False),
        (DAY, DAY, False),
    ],
)
def test_grant_counts_from_its_first_day_to_the_day_before_until(
    newcomer: User, until: date | None, day: date, counts: bool
) -> None:
    make_grant(newcomer, until=until)
    assert Grant.objects.in_force(day).exists() == counts


def test_grants_are_seen_by_operators_within_reach_and_by_their_holder(newcomer: User) -> None:
    other = User.objects.create_user("b@example.com", name="B")
    everywhere = make_grant(newcomer)
    weibo = make_grant(newcomer, platform="weibo")
    theirs = make_grant(other, platform="douyin")
    holder = Actor(ActorKind.USER, id=str(newcomer.pk))
    seen = {
        who: set(Grant.objects.visible_to(actor))
        for who, actor in {
            "operator": staff(),
            "operator of weibo": staff(Role.OPERATOR, "weibo"),
            "regulator": staff(Role.REGULATOR),
            "holder": holder,
            "nobody": NOBODY,
        }.items()
    }
    assert seen == {
        "operator": {everywhere, weibo, theirs},
        "operator of weibo": {everywhere, weibo},
        "regulator": set(),
        "holder": {everywhere, weibo},
        "nobody": set(),
    }


def test_users_are_seen_by_operators_and_by_themselves(newcomer: User, moderator: User) -> None:
    himself = Actor(ActorKind.USER, id=str(newcomer.pk))
    assert set(User.objects.visible_to(staff())) == {newcomer, moderator}
    assert set(User.objects.visible_to(himself)) == {newcomer}
    assert set(User.objects.visible_to(NOBODY)) == set()


# --- keys ---------------------------------------------------------------------------------------


def test_key_keeps_only_a_hash() -> None:
    key, text = make_key()
    assert text.startswith(f"{key.prefix}.")
    assert text.partition(".")[2] not in "".join(str(v) for v in vars(key).values())


def test_key_is_of_a_platform_or_an_agency_with_rights_of_its_kind() -> None:
    make_key()
    whose = "apikey_of_platform_or_agency"
    refused_by(whose, lambda: ApiKey.objects.update(platform=""))
    refused_by(whose, lambda: ApiKey.objects.update(agency_id=7))
    refused_by(whose, lambda: ApiKey.objects.update(rights=["contracts"]))
    refused_by(whose, lambda: ApiKey.objects.update(platform="", agency_id=7))
    assert ApiKey.objects.update(platform="", agency_id=7, rights=["contracts"]) == 1
    ApiKey.objects.update(platform="douyin", agency_id=None, rights=["journal"])
    refused_by(whose, lambda: ApiKey.objects.update(rights=["everything"]))
    refused_by("apikey_rights_known", lambda: ApiKey.objects.update(rights=[]))


def test_key_is_usable_until_it_expires_or_is_revoked() -> None:
    now = timezone.now()
    make_key()
    usable = ApiKey.objects.get_queryset().usable
    assert usable(now).exists()
    ApiKey.objects.update(expiry_date=now + timedelta(seconds=1))
    assert usable(now).exists()
    assert not usable(now + timedelta(seconds=1)).exists()
    ApiKey.objects.update(expiry_date=None, revoked=True)
    assert not usable(now).exists()


def test_keys_are_seen_by_operators_within_reach_and_by_themselves() -> None:
    douyin, _ = make_key(platform="douyin")
    weibo, _ = make_key(platform="weibo")
    itself = Actor(ActorKind.KEY, id=weibo.prefix, rights=frozenset({Right.JOURNAL.value}))
    visible_to = ApiKey.objects.get_queryset().visible_to
    assert set(visible_to(staff())) == {douyin, weibo}
    assert set(visible_to(staff(Role.OPERATOR, "douyin"))) == {douyin}
    assert set(visible_to(itself)) == {weibo}
    assert set(visible_to(staff(Role.REGULATOR))) == set()


# --- notices ------------------------------------------------------------------------------------


def test_notice_is_filled_by_the_database() -> None:
    notice = NoticeFactory()
    notice.refresh_from_db()
    assert notice.public_id.version == 4
    assert notice.channel == Notice.Channel.IN_APP
    assert notice.acknowledged_by == ""
    assert notice.created_at <= timezone.now()
    assert notice.xid > 0


def test_notice_needs_both_languages_a_platform_and_a_witness() -> None:
    NoticeFactory()
    refused_by("notice_both_languages", lambda: Notice.objects.update(body={"en": "only"}))
    refused_by("notice_profile_has_platform", lambda: Notice.objects.update(platform=""))
    refused_by(
        "notice_delivered_with_witness",
        lambda: Notice.objects.update(delivered_at=timezone.now()),
    )
    refused_by("notice_kinds_known", lambda: Notice.objects.update(channel="pigeon"))


def test_notices_are_seen_by_recipient_platform_and_operators(newcomer: User) -> None:
    douyin = NoticeFactory()
    weibo = NoticeFactory(platform="weibo", recipient="weibo/1")
    own = NoticeFactory(recipient_kind="user", recipient=str(newcomer.pk), platform="")
    platform = Actor(
        ActorKind.KEY, platforms=frozenset({"douyin"}), rights=frozenset({Right.MESSAGES.value})
    )
    pusher = Actor(
        ActorKind.KEY, platforms=frozenset({"douyin"}), rights=frozenset({Right.OBSERVATIONS.value})
    )
    seen = Notice.objects.visible_to
    assert set(seen(platform)) == {douyin}
    assert set(seen(pusher)) == set()
    assert set(seen(staff())) == {douyin, weibo}
    assert set(seen(Actor(ActorKind.USER, id=str(newcomer.pk)))) == {own}
    assert set(seen(NOBODY)) == set()


# --- files --------------------------------------------------------------------------------------


def test_file_has_a_known_kind_and_a_whole_hash() -> None:
    make_file()
    refused_by("file_kind_known", lambda: File.objects.update(kind="exe"))
    refused_by("file_sha256_form", lambda: File.objects.update(sha256="abc"))


def test_files_are_seen_by_staff_of_imports_and_by_who_sent_them() -> None:
    sender = Actor(ActorKind.KEY, id="k1", rights=frozenset({Right.OBSERVATIONS.value}))
    other = Actor(ActorKind.KEY, id="k2", rights=frozenset({Right.OBSERVATIONS.value}))
    file = make_file(by=sender)
    make_file(by=CLOCK)
    assert set(File.objects.visible_to(sender)) == {file}
    assert set(File.objects.visible_to(other)) == set()
    assert File.objects.visible_to(staff(Role.REGULATOR)).count() == 2
    assert set(File.objects.visible_to(staff(Role.MODERATOR))) == set()
    assert set(File.objects.visible_to(NOBODY)) == set()
