"""The cast of the tests: one person per role, signed in as `as_<person>`."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.actions import grants, users
from accounts.models import User
from accounts.permissions import Role
from journal.values import CLOCK

MakePerson = Callable[..., User]


def make_person(name: str, role: Role | None = None, **reach: str) -> User:
    """A user called `name`; `reach` limits its grant (platform, territory)."""
    user = users.create_user(
        f"{name}@example.org", name.title(), by=CLOCK, password="correct horse"
    )
    if role is not None:
        grants.grant(user, role, by=CLOCK, **reach)  # type: ignore[arg-type]
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
