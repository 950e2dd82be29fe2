"""Declarations of independence: taken down, taken back."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from accounts.permissions import Role
from disclosure.actions import declarations
from disclosure.models import Declaration
from influencers.models import Profile
from journal.models import Event
from journal.values import Actor, ActorKind
from tests.factories.disclosure import profile_at

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
SINCE = date(2026, 3, 1)


def person(role: Role = Role.OPERATOR, *platforms: str) -> Actor:
    roles = frozenset({role.value})
    return Actor(ActorKind.USER, "7", "Olga", roles=roles, platforms=frozenset(platforms))


OLGA = person()


@pytest.fixture
def profile() -> Profile:
    return profile_at(5)


def days(declaration: Declaration) -> tuple[date | None, date | None]:
    declaration.refresh_from_db()
    return declaration.during.lower, declaration.during.upper


def test_declaration_holds_from_its_day_on_and_is_public(profile: Profile) -> None:
    made = declarations.declare(profile, since=SINCE, by=OLGA)
    assert (days(made), made.status, made.basis) == ((SINCE, None), "active", "platform_record")
    event = Event.objects.get(subject_type="declaration")
    assert (event.verb, event.audience, event.profile_id, event.platform, event.changes) == (
        "declaration.made",
        "public",
        profile.pk,
        "douyin",
        {"since": "2026-03-01", "basis": "platform_record"},
    )


def test_declaration_begins_on_no_day_to_come(profile: Profile) -> None:
    today = profile.platform.today(timezone.now())
    with pytest.raises(declarations.DeclarationRefused, match="day to come"):
        declarations.declare(profile, since=today + DAY, by=OLGA)
    assert days(declarations.declare(profile, since=today, by=OLGA)) == (today, None)


@pytest.mark.parametrize("since", [SINCE - 9 * DAY, SINCE, SINCE + 9 * DAY])
def test_two_declarations_share_no_day(profile: Profile, since: date) -> None:
    declarations.declare(profile, since=SINCE, by=OLGA)
    with pytest.raises(declarations.DeclarationRefused, match="some of these days"):
        declarations.declare(profile, since=since, by=OLGA)
    assert Declaration.objects.count() == 1


@pytest.mark.parametrize("status", ["revoked", "closed"])
def test_account_that_is_gone_declares_nothing(profile: Profile, status: str) -> None:
    Profile.objects.update(status=status)
    with pytest.raises(declarations.DeclarationRefused, match="revoked or closed"):
        declarations.declare(profile, since=SINCE, by=OLGA)


def test_withdrawn_declaration_holds_for_the_days_before(profile: Profile) -> None:
    made = declarations.declare(profile, since=SINCE, by=OLGA)
    gone = declarations.withdraw(made, until=SINCE + 5 * DAY, by=OLGA)
    assert (days(gone), gone.status) == ((SINCE, SINCE + 5 * DAY), "withdrawn")
    event = Event.objects.filter(verb="declaration.withdrawn").get()
    assert (event.audience, event.changes) == (
        "public",
        {"since": "2026-03-01", "until": "2026-03-06"},
    )
    again = declarations.declare(profile, since=SINCE + 5 * DAY, by=OLGA)
    assert again.status == "active"


@pytest.mark.parametrize("until", [SINCE, SINCE - DAY])
def test_declaration_that_never_was_true_holds_on_no_day(profile: Profile, until: date) -> None:
    made = declarations.declare(profile, since=SINCE, by=OLGA)
    gone = declarations.withdraw(made, until=until, by=OLGA)
    gone.refresh_from_db()
    assert gone.during.isempty
    assert declarations.declare(profile, since=SINCE, by=OLGA).status == "active"


def test_declaration_is_withdrawn_once_and_on_no_day_to_come(profile: Profile) -> None:
    made = declarations.declare(profile, since=SINCE, by=OLGA)
    today = profile.platform.today(timezone.now())
    with pytest.raises(declarations.DeclarationRefused, match="day to come"):
        declarations.withdraw(made, until=today + DAY, by=OLGA)
    declarations.withdraw(made, until=today, by=OLGA)
    with pytest.raises(declarations.DeclarationRefused, match="withdrawn before"):
        declarations.withdraw(made, until=today, by=OLGA)


@pytest.mark.parametrize(
    "someone",
    [
        person(Role.MODERATOR),
        person(Role.LEAD_MODERATOR),
        person(Role.REGULATOR),
        person(Role.OPERATOR, "weibo"),
    ],
    ids=["moderator", "lead", "regulator", "other platform"],
)
def test_only_operators_of_the_platform_take_down_and_back(
    profile: Profile, someone: Actor
) -> None:
    with pytest.raises(PermissionError):
        declarations.declare(profile, since=SINCE, by=someone)
    made = declarations.declare(profile, since=SINCE, by=person(Role.OPERATOR, "douyin"))
    with pytest.raises(PermissionError):
        declarations.withdraw(made, until=SINCE + DAY, by=someone)
