"""The cast of the tests: one person per role, signed in as `as_<person>`."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.actions import grants, users
from accounts.models import User
from accounts.permissions import Role
from agencies.actions import agencies
from agencies.models import Agency
from journal.actions.context import PASS, seeing
from journal.values import CLOCK
from tests.factories.agencies import make_agency

MakePerson = Callable[..., User]


def make_person(name: str, role: Role | None = None, **reach: str) -> User:
    """A user called `name`; `reach` limits its grant (platform, territory)."""
    user = users.create_user(
        f"{name}@example.org", name.title(), by=CLOCK, password="correct horse"
    )
    if role is not None:
        grants.grant(user, role, by=CLOCK, **reach)  # type: ignore[arg-type]
    return user


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


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
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
