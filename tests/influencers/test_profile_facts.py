"""Facts of accounts and of who is behind them: what is written, what is refused, what is told."""

from datetime import date, timedelta

import pytest
from cryptography.fernet import Fernet
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from influencers.actions import people, profiles
from influencers.actions.profiles import FactRefused
from influencers.models import Influencer, Profile, ProfileStatusChange
from influencers.models.profiles import PROFILE_MOVES
from influencers.values.ages import of_age_on
from influencers.values.statuses import StatusReason
from journal.models import Event
from journal.values import CLOCK, NOBODY, Actor, ActorKind
from tests.influencers.histories import profile_on

pytestmark = pytest.mark.django_db

OLGA = Actor(ActorKind.USER, id="7", name="Olga", roles=frozenset({"operator"}))
MO = Actor(ActorKind.USER, id="8", name="Mo", roles=frozenset({"moderator"}))
STATUSES = list(Profile.Status)


@pytest.fixture
def profile(db):
    return profile_on("douyin", "1")


@pytest.fixture
def person(profile):
    return people.introduce(profile, "person", by=CLOCK)


def today(profile: Profile) -> date:
    return profile.platform.today(timezone.now())


def told(verb: str) -> list[tuple[str, int | None, dict]]:
    """Audience, profile and changes of the events of a verb."""
    events = Event.objects.filter(verb=verb).order_by("pk")
    return [(e.audience, e.profile_id, e.changes) for e in events]


# --- Status -------------------------------------------------------------------------------------


def suspend(profile: Profile, on: date, by: Actor = OLGA) -> ProfileStatusChange:
    return profiles.set_status(
        profile, "suspended", effective_on=on, by=by, reason=StatusReason.PLATFORM
    )


def test_status_is_set_with_its_past_and_told_to_everybody(profile):
    day = today(profile) - timedelta(days=3)
    suspend(profile, day)
    profile.refresh_from_db()
    assert profile.status == "suspended"
    change = ProfileStatusChange.objects.get(profile=profile)
    assert (change.status, change.effective_on) == ("suspended", day)
    changes = {
        "status": ["active", "suspended"],
        "effective_on": day.isoformat(),
        "reason": "platform",
    }
    assert told("profile.status_changed") == [("public", profile.pk, changes)]
    event = Event.objects.get(verb="profile.status_changed")
    assert (event.actor_id, event.actor_name, event.platform, event.subject_type) == (
        "7",
        "Olga",
        "douyin",
        "profile",
    )


@pytest.mark.parametrize("old", STATUSES)
@pytest.mark.parametrize("new", STATUSES)
def test_status_moves_as_the_table_says(profile, old, new):
    if old != "active":
        Profile.objects.filter(pk=profile.pk).update(status=old)
    legal = PROFILE_MOVES.allows(old, new)
    moved = {"effective_on": today(profile), "by": OLGA, "reason": StatusReason.PLATFORM}
    if legal:
        profiles.set_status(profile, new, **moved)
    else:
        with pytest.raises(FactRefused):
            profiles.set_status(profile, new, **moved)
    profile.refresh_from_db()
    assert profile.status == (new if legal else old)
    assert Event.objects.filter(verb="profile.status_changed").count() == int(legal)


@pytest.mark.parametrize("old", STATUSES)
@pytest.mark.parametrize("new", STATUSES)
def test_database_refuses_other_moves_of_a_status(profile, old, new):
    if old != "active":
        Profile.objects.filter(pk=profile.pk).update(status=old)
    mine = Profile.objects.filter(pk=profile.pk)
    if old == new or PROFILE_MOVES.allows(old, new):
        assert mine.update(status=new) == 1
    else:
        with pytest.raises(IntegrityError, match="illegal move"), transaction.atomic():
            mine.update(status=new)


def test_status_of_a_day_to_come_is_refused(profile):
    with pytest.raises(FactRefused, match="day to come"):
        suspend(profile, today(profile) + timedelta(days=1))
    assert ProfileStatusChange.objects.count() == 0


@pytest.mark.parametrize(
    "by",
    [
        MO,
        NOBODY,
        Actor(ActorKind.KEY, id="k", rights=frozenset({"observations"})),
        Actor(ActorKind.USER, id="9", roles=OLGA.roles, platforms=frozenset({"weibo"})),
    ],
)
def test_facts_are_recorded_by_operators_of_the_platform_only(profile, person, by):
    day = today(profile)
    for act in (
        lambda: suspend(profile, day, by=by),
        lambda: profiles.set_content_fields(profile, ["food"], by=by),
        lambda: profiles.change_principal(profile, on=day, by=by),
        lambda: people.introduce(profile, "person", by=by),
        lambda: people.link_influencer(profile, None, by=by),
        lambda: people.set_kind(person, "organisation", by=by),
        lambda: people.verify_identity(person, on=day, by=by),
        lambda: people.doubt_identity(person, by=by),
        lambda: people.mark_minor(person, None, by=by),
        lambda: people.unmark_minor(person, by=by),
    ):
        with pytest.raises(PermissionError):
            act()
    assert Event.objects.exclude(verb="profile.influencer_changed").count() == 0


# --- Content fields -----------------------------------------------------------------------------


def test_content_fields_are_cleaned_and_told(profile):
    profiles.set_content_fields(profile, [" 美食 ", "travel", "", "美食"], by=OLGA)
    profile.refresh_from_db()
    assert profile.content_fields == ["美食", "travel"]
    assert told("profile.fields_changed") == [
        ("public", profile.pk, {"content_fields": [[], ["美食", "travel"]]})
    ]


def test_content_fields_that_stand_already_are_not_told_again(profile):
    for _ in range(2):
        profiles.set_content_fields(profile, ["food"], by=OLGA)
    assert len(told("profile.fields_changed")) == 1


def test_too_many_content_fields_are_refused(profile):
    with pytest.raises(FactRefused, match="At most 10"):
        profiles.set_content_fields(profile, [str(n) for n in range(11)], by=OLGA)


# --- Who answers for it -------------------------------------------------------------------------


def test_change_of_the_principal_is_told_and_unlinks_the_person(profile, person):
    day = today(profile)
    profiles.change_principal(profile, on=day, by=OLGA)
    profile.refresh_from_db()
    assert (profile.principal_changed_on, profile.influencer_id) == (day, None)
    assert told("profile.principal_changed") == [("public", profile.pk, {"on": day.isoformat()})]
    assert told("profile.influencer_changed")[-1] == (
        "staff",
        profile.pk,
        {"influencer": "changed"},
    )


def test_principal_does_not_change_on_a_day_to_come_or_before_the_last_time(profile):
    day = today(profile)
    with pytest.raises(FactRefused, match="day to come"):
        profiles.change_principal(profile, on=day + timedelta(days=1), by=OLGA)
    profiles.change_principal(profile, on=day, by=OLGA)
    with pytest.raises(FactRefused, match="changed hands again"):
        profiles.change_principal(profile, on=day - timedelta(days=1), by=OLGA)


def test_person_is_linked_to_several_accounts(profile, person):
    other = profile_on("weibo", "2")
    people.link_influencer(other, person, by=OLGA)
    people.link_influencer(other, person, by=OLGA)
    assert list(person.profiles.order_by("pk")) == [profile, other]
    assert [pk for _, pk, _ in told("profile.influencer_changed")] == [profile.pk, other.pk]
    people.set_kind(person, "organisation", by=OLGA)
    assert told("profile.kind_changed") == [
        ("staff", pk, {"kind": ["person", "organisation"]}) for pk in (profile.pk, other.pk)
    ]


def test_account_is_introduced_to_one_person_only(profile, person):
    with pytest.raises(FactRefused, match="already"):
        people.introduce(profile, "person", by=OLGA)
    people.link_influencer(profile, None, by=OLGA)
    profile.refresh_from_db()
    assert profile.influencer_id is None


# --- Identity -----------------------------------------------------------------------------------


def test_verified_identity_is_public_and_who_checked_it_is_not(profile, person):
    day = timezone.localdate()
    people.verify_identity(person, on=day, by=OLGA)
    person.refresh_from_db()
    assert (person.verified_on, person.verified_by) == (day, "Olga")
    assert told("profile.identity_verified") == [
        ("public", profile.pk, {"verified_on": day.isoformat()})
    ]


def test_identity_checked_on_a_day_to_come_is_refused(person):
    with pytest.raises(FactRefused, match="day to come"):
        people.verify_identity(person, on=timezone.localdate() + timedelta(days=1), by=OLGA)


def test_check_of_an_identity_is_taken_back(profile, person):
    people.doubt_identity(person, by=OLGA)
    assert told("profile.identity_doubted") == []
    people.verify_identity(person, on=timezone.localdate(), by=OLGA)
    people.doubt_identity(person, by=OLGA)
    person.refresh_from_db()
    assert (person.verified_on, person.verified_by) == (None, "")
    assert told("profile.identity_doubted") == [("public", profile.pk, {"verified_on": None})]


# --- Minors -------------------------------------------------------------------------------------


def born(years: int, days: int = 0) -> date:
    """A birthday so many years ago, and so many days after that."""
    now = timezone.localdate()
    return date(now.year - years, now.month, min(now.day, 28)) + timedelta(days=days)


def test_birthday_of_a_minor_is_kept_sealed(profile, person):
    people.mark_minor(person, born(15), by=OLGA)
    person.refresh_from_db()
    assert person.minor
    assert people.unseal(person) == born(15)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT birthday_sealed FROM influencers_influencer WHERE id = %s", [person.pk]
        )
        kept = bytes(cursor.fetchone()[0])
    assert born(15).isoformat().encode() not in kept
    assert told("profile.protection_changed") == [("staff", profile.pk, {"minor": "changed"})]


@pytest.mark.parametrize(
    ("birthday", "words"), [(born(18), "of age"), (born(60), "of age"), (born(-1), "day to come")]
)
def test_birthday_of_nobody_minor_is_refused(person, birthday, words):
    with pytest.raises(FactRefused, match=words):
        people.mark_minor(person, birthday, by=OLGA)


def test_organisation_is_no_minor(person):
    people.set_kind(person, "organisation", by=OLGA)
    with pytest.raises(FactRefused, match="organisation"):
        people.mark_minor(person, None, by=OLGA)


def test_minor_stays_a_person(person):
    people.mark_minor(person, None, by=OLGA)
    with pytest.raises(FactRefused, match="A minor is a person"):
        people.set_kind(person, "organisation", by=OLGA)


def test_protection_ends_on_the_eighteenth_birthday(profile, person):
    other = people.introduce(profile_on("weibo", "2"), "person", by=CLOCK)
    people.mark_minor(person, born(17), by=OLGA)
    people.mark_minor(other, None, by=OLGA)  # no birthday is known: only people end this
    assert people.end_minority(of_age_on(born(17)) - timedelta(days=1)) == 0
    assert people.end_minority(of_age_on(born(17))) == 1
    for each in (person, other):
        each.refresh_from_db()
    assert (person.minor, person.birthday_sealed, other.minor) == (False, None, True)
    assert people.end_minority(of_age_on(born(17))) == 0
    assert told("profile.protection_changed")[-1] == ("staff", profile.pk, {"minor": "changed"})


def test_protection_is_ended_by_people(person):
    people.mark_minor(person, born(10), by=OLGA)
    people.unmark_minor(person, by=OLGA)
    person.refresh_from_db()
    assert (person.minor, person.birthday_sealed) == (False, None)


def test_birthday_is_read_with_an_older_key(person, settings):
    people.mark_minor(person, born(10), by=OLGA)
    person.refresh_from_db()
    settings.FIELD_KEYS = [Fernet.generate_key().decode(), *settings.FIELD_KEYS]
    assert people.unseal(person) == born(10)


def test_birthday_without_a_key_stays_and_is_logged(person, settings, caplog):
    people.mark_minor(person, born(17), by=OLGA)
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]
    assert people.end_minority(born(0, days=400)) == 0
    assert Influencer.objects.get(pk=person.pk).minor
    assert caplog.messages == [f"no key of FIELD_KEYS opens the birthday of influencer {person.pk}"]


@pytest.mark.parametrize(
    ("birthday", "day"),
    [
        (date(2010, 5, 6), date(2028, 5, 6)),
        (date(2008, 2, 29), date(2026, 3, 1)),
        (date(2010, 12, 31), date(2028, 12, 31)),
    ],
)
def test_coming_of_age(birthday, day):
    assert of_age_on(birthday) == day


def test_birthday_is_kept_of_minors_only(person):
    people.mark_minor(person, born(10), by=OLGA)
    with (
        pytest.raises(IntegrityError, match="influencer_birthday_of_minors_only"),
        transaction.atomic(),
    ):
        Influencer.objects.filter(pk=person.pk).update(minor=False)
