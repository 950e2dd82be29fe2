"""The page of what is on record of an account: what it shows, and how facts are changed on it."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Role
from influencers.actions import people, profiles
from influencers.models import Profile, ProfileHandle
from influencers.values.statuses import StatusReason
from journal.models import Event
from journal.values import CLOCK
from tests.influencers.histories import day, observe, profile_on, tiers_pass
from tests.people import make_person, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def profile(db):
    return profile_on("douyin", "a/b")


def address(profile: Profile) -> str:
    return reverse("influencers:record", args=[profile.public_id])


def post(client: Client, profile: Profile, fact: str, **data: Any) -> Any:
    fields = {f"{fact}-{name}": value for name, value in {"fact": fact, **data}.items()}
    return client.post(address(profile), fields)


def today() -> date:
    return timezone.localdate()  # the zone of the portal and of its platforms is one


# --- What it shows ------------------------------------------------------------------------------


def full(external_id: str, days: int) -> Profile:
    """An account with as many counts, handles, tier changes and journal entries as `days`."""
    profile = profile_on("douyin", external_id)
    for n in range(days):
        observe(profile, day(n), 90_000 + 200_000 * (n % 2))
        ProfileHandle.objects.create(
            platform=profile.platform,
            profile=profile,
            handle=f"{external_id}-{n}",
            during=DateRange(day(n), day(n + 1)),
        )
        profiles.set_content_fields(profile, [str(n)], by=CLOCK)
    person = people.introduce(profile, "person", by=CLOCK)
    for n in range(days):
        people.link_influencer(profile_on("weibo", f"{external_id}-{n}"), person, by=CLOCK)
    tiers_pass(day(days))
    return profile


@pytest.mark.parametrize("days", [1, 3])
def test_record_takes_the_same_queries_however_much_there_is(
    as_operator, django_assert_num_queries, days
):
    profile = full("x", days)
    # who asks takes five: session, user, grants, memberships and sight, sight taken away
    with django_assert_num_queries(13):
        response = as_operator.get(address(profile))
    assert (
        response.status_code,
        len(response.context["page"]),
        len(response.context["tiers"]),
    ) == (
        200,
        days,
        days - (days > 1),
    )


def test_record_shows_what_is_known(as_operator):
    profile = full("x", 3)
    page = as_operator.get(address(profile)).content.decode()
    for shown in ("x-2", "100 K and more", "290 K", "Content fields changed", "Nobody"):
        assert (shown in page) is (shown != "Nobody")


def test_record_of_an_account_without_anything(as_operator, profile):
    response = as_operator.get(address(profile))
    page = response.content.decode()
    assert response.context["journal"] == []
    for shown in ("No count is known", "Nobody is linked.", "not published", "none on record"):
        assert shown in page


def test_record_pages_through_the_counts(as_operator, profile):
    for n in range(31):
        observe(profile, day(n), 1_000 + n)
    first = as_operator.get(address(profile)).context["page"]
    assert [seen.followers for seen in first] == list(range(1_030, 1_000, -1))
    second = as_operator.get(address(profile), {"after": first.next}).context["page"]
    assert [seen.followers for seen in second] == [1_000]
    back = as_operator.get(address(profile), {"before": second.previous}).context["page"]
    assert [seen.day for seen in back] == [seen.day for seen in first]


def test_record_never_shows_a_birthday(as_operator, profile):
    person = people.introduce(profile, "person", by=CLOCK)
    birthday = date(today().year - 15, 4, 17)
    people.mark_minor(person, birthday, by=CLOCK)
    page = as_operator.get(address(profile)).content.decode()
    assert "Protected until the eighteenth birthday." in page
    assert [shown for shown in (birthday.isoformat(), "04-17") if shown in page] == []


@pytest.mark.parametrize(
    ("role", "reach", "status"),
    [
        (Role.OPERATOR, {}, 200),
        (Role.OPERATOR, {"platform": "douyin"}, 200),
        (Role.OPERATOR, {"platform": "weibo"}, 404),
        (Role.REGULATOR, {}, 403),
        (Role.MODERATOR, {}, 403),
    ],
)
def test_record_is_for_operators_of_the_platform(profile, role, reach, status):
    client = signed_in(make_person("anna", role, **reach))
    assert client.get(address(profile)).status_code == status
    assert post(client, profile, "fields", content_fields="food").status_code == (
        302 if status == 200 else status
    )


# --- Facts --------------------------------------------------------------------------------------


def test_status_is_changed(as_operator, operator, profile):
    response = post(
        as_operator,
        profile,
        "status",
        status="suspended",
        effective_on=today().isoformat(),
        reason="platform",
    )
    assert (response.status_code, response.url) == (302, address(profile))
    profile.refresh_from_db()
    assert profile.status == "suspended"
    assert Event.objects.get(verb="profile.status_changed").actor_id == str(operator.pk)
    page = as_operator.get(address(profile)).content.decode()
    assert f"From “active” to “suspended” on {today()}: the platform decided it." in page


def test_second_click_changes_nothing_and_says_so(as_operator, profile):
    for _ in range(2):
        response = post(
            as_operator,
            profile,
            "status",
            status="closed",
            effective_on=today().isoformat(),
            reason=StatusReason.OWNER,
        )
    assert response.status_code == 200
    assert response.context["form"].errors == {
        "status": ["Select a valid choice. closed is not one of the available choices."]
    }
    assert Event.objects.filter(verb="profile.status_changed").count() == 1


def test_refusal_is_shown_at_the_form(as_operator, profile):
    tomorrow = (today() + timedelta(days=1)).isoformat()
    response = post(as_operator, profile, "principal", on=tomorrow)
    assert response.status_code == 200
    assert response.context["form"].non_field_errors() == [
        "The account cannot have changed hands on a day to come."
    ]
    page = response.content.decode()
    assert "<title>Error: Record of" in page
    assert page.count('<details class="m-data" open>') == 1


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("美食，旅行、 food ,, ", ["美食", "旅行", "food"]),
        ("", []),
    ],
)
def test_content_fields_are_changed(as_operator, profile, text, fields):
    profiles.set_content_fields(profile, ["old"], by=CLOCK)
    assert post(as_operator, profile, "fields", content_fields=text).status_code == 302
    profile.refresh_from_db()
    assert profile.content_fields == fields


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("x" * 81, "A content field has 80 characters at most."),
        (",".join(str(n) for n in range(11)), "At most 10 content fields."),
    ],
)
def test_content_fields_of_a_wrong_shape_are_refused(as_operator, profile, text, error):
    response = post(as_operator, profile, "fields", content_fields=text)
    assert response.context["form"].errors == {"content_fields": [error]}


def test_person_is_introduced_checked_protected_and_unlinked(as_operator, profile):
    minor_birthday = date(today().year - 15, 1, 2).isoformat()
    told = []
    for fact, data in (
        ("introduce", {"kind": "organisation"}),
        ("kind", {"kind": "person"}),
        ("identity", {"on": today().isoformat()}),
        ("doubt", {}),
        ("minor", {"birthday": minor_birthday}),
        ("grown", {}),
        ("minor", {}),
        ("unlink", {}),
    ):
        assert post(as_operator, profile, fact, **data).status_code == 302
        profile.refresh_from_db()
        person = profile.influencer
        told.append(
            person and (person.kind, person.verified_on, person.minor, bool(person.birthday_sealed))
        )
    assert told == [
        ("organisation", None, False, False),
        ("person", None, False, False),
        ("person", today(), False, False),
        ("person", None, False, False),
        ("person", None, True, True),
        ("person", None, False, False),
        ("person", None, True, False),
        None,
    ]


def test_account_is_linked_to_who_is_behind_another(as_operator, profile):
    other = profile_on("weibo", "2")
    person = people.introduce(other, "person", by=CLOCK)
    same = {"kind": "same", "platform": other.platform_id, "external_id": "2"}
    assert post(as_operator, profile, "introduce", **same).status_code == 302
    profile.refresh_from_db()
    assert profile.influencer == person
    page = as_operator.get(address(profile)).content.decode()
    assert address(other) in page


@pytest.mark.parametrize(
    ("external_id", "error"),
    [
        ("", "Say which other account: its platform and its id."),
        ("3", "Nobody is linked to that account, or it is unknown."),
        ("unknown", "Nobody is linked to that account, or it is unknown."),
    ],
)
def test_account_of_nobody_is_not_linked(as_operator, profile, external_id, error):
    other = profile_on("weibo", "3")
    same = {"kind": "same", "platform": other.platform_id, "external_id": external_id}
    response = post(as_operator, profile, "introduce", **same)
    assert response.context["form"].non_field_errors() == [error]


def test_form_of_somebody_who_was_unlinked_meanwhile_is_not_found(as_operator, profile):
    for fact in ("kind", "identity", "doubt", "minor", "grown", "nonsense"):
        data = {"kind": "person", "on": today().isoformat()}
        assert post(as_operator, profile, fact, **data).status_code == 404


def test_page_in_chinese_has_a_title(as_operator, profile):
    response = as_operator.get(address(profile), headers={"Accept-Language": "zh-CN"})
    assert response.status_code == 200
