"""The cast of the tests: one person per role, signed in as `as_<person>`."""

import time
from collections.abc import Callable

import pytest
from django.http import HttpRequest
from django.test import Client
from django.utils import timezone

from accounts.actions import users
from accounts.doors.sessions import BEGAN, Stay
from accounts.models import Grant, User
from accounts.permissions import Role
from accounts.queries import actor_of_user
from agencies.actions import agencies
from agencies.models import Agency
from journal.actions.context import PASS, seeing
from journal.values import CLOCK, Actor
from tests.factories.agencies import make_agency

MakePerson = Callable[..., User]


def make_person(name: str, role: Role | None = None, **reach: str) -> User:
    """A user called `name`; `reach` limits its grant (platform, territory)."""
    user = users.create_user(
        f"{name}@example.org", name.title(), by=CLOCK, password="correct horse"
    )
    if role is not None:
        Grant.objects.create(user=user, role=role, since=timezone.localdate(), **reach)
    return user


def two_people(role: Role = Role.OPERATOR) -> tuple[Actor, Actor]:
    """Who proposes and who approves, as the door sees them."""
    names = f"first-{role}", f"second-{role}"
    known = [User.objects.filter(email=f"{name}@example.org").first() for name in names]
    first, second = (
        user or make_person(name, role) for name, user in zip(names, known, strict=True)
    )
    return actor_of_user(first), actor_of_user(second)


# Who works for the agency that a test is about, and who for another one.
MEMBER_ROLES = ("owner", "editor", "viewer")
MEMBERS = [f"{agency}_{role}" for agency in ("mcn", "rival") for role in MEMBER_ROLES]


def the_agency(slug: str = "mcn") -> Agency:
    """The agency of `mcn_owner` and the others; "rival": of those who must not see its rows."""
    return Agency.objects.filter(slug=slug).first() or make_agency(slug.title(), slug=slug)


def make_member(who: str) -> User:
    """One of MEMBERS."""
    slug, role = who.split("_")
    user = make_person(who)
    with seeing(PASS):
        agencies.add_member(the_agency(slug), user, role, by=CLOCK)
    return user


def signed_in(user: User, minutes_ago: int = 0) -> Client:
    """A browser in which the user showed password and second factor, so many minutes ago."""
    client = with_one_factor(user)
    at = time.time() - minutes_ago * 60
    proof = {"method": "mfa", "type": "totp", "at": at, "reauthenticated": True}
    session = client.session
    session["account_authentication_methods"] = [proof]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
    return client


def with_one_factor(user: User) -> Client:
    """A browser in which the user has shown a password only."""
    client = Client()
    client.force_login(user)
    session = client.session
    session[BEGAN] = time.time()
    session.save()
    request = HttpRequest()
    request.session, request.user = session, user  # type: ignore[assignment]
    Stay(request, staff=lambda: False).use(request)
    return client


@pytest.fixture
def operator(db: None) -> User:
    return make_person("olga", Role.OPERATOR)


@pytest.fixture
def regulator(db: None) -> User:
    return make_person("rita", Role.REGULATOR)


@pytest.fixture
def moderator(db: None) -> User:
    return make_person("mo", Role.MODERATOR)


@pytest.fixture
def lead_moderator(db: None) -> User:
    return make_person("lena", Role.LEAD_MODERATOR)


@pytest.fixture
def newcomer(db: None) -> User:
    """Signed in, and nothing was granted."""
    return make_person("nina")


@pytest.fixture
def as_operator(operator: User) -> Client:
    return signed_in(operator)


@pytest.fixture
def as_regulator(regulator: User) -> Client:
    return signed_in(regulator)


@pytest.fixture
def as_moderator(moderator: User) -> Client:
    return signed_in(moderator)


@pytest.fixture
def as_lead_moderator(lead_moderator: User) -> Client:
    return signed_in(lead_moderator)


@pytest.fixture
def as_newcomer(newcomer: User) -> Client:
    return signed_in(newcomer)


@pytest.fixture
def mcn(db: None) -> Agency:
    return the_agency()


@pytest.fixture
def rival(db: None) -> Agency:
    return the_agency("rival")


@pytest.fixture
def mcn_owner(db: None) -> User:
    return make_member("mcn_owner")


@pytest.fixture
def as_mcn_owner(mcn_owner: User) -> Client:
    return signed_in(mcn_owner)


@pytest.fixture
def mcn_editor(db: None) -> User:
    return make_member("mcn_editor")


@pytest.fixture
def as_mcn_editor(mcn_editor: User) -> Client:
    return signed_in(mcn_editor)


@pytest.fixture
def mcn_viewer(db: None) -> User:
    return make_member("mcn_viewer")


@pytest.fixture
def as_mcn_viewer(mcn_viewer: User) -> Client:
    return signed_in(mcn_viewer)


@pytest.fixture
def rival_owner(db: None) -> User:
    return make_member("rival_owner")


@pytest.fixture
def as_rival_owner(rival_owner: User) -> Client:
    return signed_in(rival_owner)


@pytest.fixture
def rival_editor(db: None) -> User:
    return make_member("rival_editor")


@pytest.fixture
def as_rival_editor(rival_editor: User) -> Client:
    return signed_in(rival_editor)


@pytest.fixture
def rival_viewer(db: None) -> User:
    return make_member("rival_viewer")


@pytest.fixture
def as_rival_viewer(rival_viewer: User) -> Client:
    return signed_in(rival_viewer)
