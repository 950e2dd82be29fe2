"""Taking a declaration down, and back, from the platform's own record."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.permissions import Role
from disclosure.actions import declarations
from disclosure.models import Declaration
from influencers.models import Profile
from journal.values import CLOCK
from tests.factories.disclosure import declared, profile_at
from tests.people import make_person, signed_in

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def profile() -> Profile:
    return profile_at(3, display_name="木心手作")


def where(profile: Profile) -> str:
    return f"/p/{profile.public_id}/declare/"


def test_declaration_is_taken_down(as_operator: Client, profile: Profile) -> None:
    since = timezone.localdate() - 3 * DAY
    assert "木心手作" in as_operator.get(where(profile)).content.decode()
    answer = as_operator.post(where(profile), {"since": since.isoformat(), "seen": "on"})
    assert answer["Location"] == where(profile)
    made = Declaration.objects.get()
    assert (made.profile, made.during.lower, made.basis) == (profile, since, "platform_record")
    page = as_operator.get(where(profile)).content.decode()
    assert since.isoformat() in page
    assert f"declare/{made.pk}/" in page


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"since": "2026-03-01"}, "seen"),
        ({"since": "2026-02-30", "seen": "on"}, "since"),
        ({"since": (timezone.localdate() + 2 * DAY).isoformat(), "seen": "on"}, "since"),
        ({"seen": "on"}, "since"),
    ],
)
def test_form_names_the_field_that_is_wrong(
    as_operator: Client, profile: Profile, data: dict[str, str], field: str
) -> None:
    answer = as_operator.post(where(profile), data)
    assert list(answer.context["form"].errors) == [field]
    assert Declaration.objects.count() == 0


def test_second_declaration_of_the_same_days_is_refused_on_its_field(
    as_operator: Client, profile: Profile
) -> None:
    today = timezone.localdate()
    declared(profile, today - 3 * DAY)
    answer = as_operator.post(where(profile), {"since": today.isoformat(), "seen": "on"})
    assert answer.context["form"].errors["since"] == [
        "Another declaration holds on some of these days."
    ]


def test_declaration_is_withdrawn(as_operator: Client, profile: Profile) -> None:
    today = timezone.localdate()
    declaration = declared(profile, today - 3 * DAY)
    address = f"{where(profile)}{declaration.pk}/"
    assert "Withdraw" in as_operator.get(address).content.decode()
    answer = as_operator.post(address, {"until": (today + DAY).isoformat()})
    assert list(answer.context["form"].errors) == ["until"]
    answer = as_operator.post(address, {"until": today.isoformat()})
    assert answer["Location"] == where(profile)
    declaration.refresh_from_db()
    assert (declaration.status, declaration.during.upper) == ("withdrawn", today)
    again = as_operator.post(address, {"until": today.isoformat()})
    assert again.context["form"].non_field_errors() == ["This declaration was withdrawn before."]


def test_declaration_that_never_was_true_is_shown_as_a_mistake(
    as_operator: Client, profile: Profile
) -> None:
    today = timezone.localdate()
    declarations.withdraw(declared(profile, today), until=today, by=CLOCK)
    assert "recorded by mistake" in as_operator.get(where(profile)).content.decode()


def test_declaration_of_another_account_is_not_found_here(
    as_operator: Client, profile: Profile
) -> None:
    other = declared(profile_at(3), timezone.localdate())
    assert as_operator.get(f"{where(profile)}{other.pk}/").status_code == 404


def test_operator_of_another_platform_does_not_find_the_account(profile: Profile) -> None:
    client = signed_in(make_person("wei", Role.OPERATOR, platform="weibo"))
    assert client.get(where(profile)).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_page_asks_the_database_the_same_however_much_was_declared(
    as_operator: Client, profile: Profile, count: int, django_assert_num_queries: Any
) -> None:
    for number in range(count):
        since = timezone.localdate() - (number + 1) * 10 * DAY
        declared(profile, since, since + DAY)
    # session, user, grants, sight given and taken, profile, declarations
    with django_assert_num_queries(7):
        as_operator.get(where(profile))
