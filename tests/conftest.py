"""What every test stands on: real engines, two database roles, a clean state.

Engines: the ones that DATABASE_URL and REDIS_URL name, or temporary ones that end with this run.
Each process of a parallel run has engines of its own, or, where they are named, its own database
and its own three databases in Valkey.
"""

from __future__ import annotations

import atexit
import os
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import django
import pytest
from hypothesis import settings as hypothesis_settings

from config import engines

_worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw") or 0)
# Before Django reads its settings, and so before any other conftest imports a model. The first
# process of xdist inherits the addresses from the one that started it. Each further one has its
# own: the horizon of a run is the oldest open transaction of a server, also one of another process.
if _worker and os.environ.get("MINGPAI_TEST_ENGINES") == "temporary":
    del os.environ["DATABASE_URL"], os.environ["REDIS_URL"]
if not {"DATABASE_URL", "REDIS_URL"} <= set(os.environ):
    _folder = Path(tempfile.mkdtemp(prefix="mingpai-test-"))
    _folder.chmod(0o711)  # PostgreSQL, which does not run as root, passes through
    if not {"DATABASE_URL", "REDIS_URL"} & set(os.environ):
        os.environ["MINGPAI_TEST_ENGINES"] = "temporary"
    engines.enter(_folder, temporary=True)
os.environ["MINGPAI_REDIS_BASE"] = str(_worker * 3)
os.environ["MINGPAI_TESTING"] = "1"
os.environ["MINGPAI_DB_ROLE"] = engines.OWNER  # migrates; the tests themselves run as the app role
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
_state = tempfile.TemporaryDirectory(prefix="mingpai-state-")
atexit.register(_state.cleanup)
os.environ["MINGPAI_STATE"] = _state.name

django.setup()

hypothesis_settings.register_profile("mingpai", deadline=None)
hypothesis_settings.load_profile("mingpai")

from tests import pristine  # noqa: E402
from tests.browser import browser, page  # noqa: E402, F401  (fixtures for every folder)
from tests.people import (  # noqa: E402, F401
    as_lead_moderator,
    as_mcn_editor,
    as_mcn_owner,
    as_mcn_viewer,
    as_moderator,
    as_newcomer,
    as_operator,
    as_regulator,
    as_rival_editor,
    as_rival_owner,
    as_rival_viewer,
    lead_moderator,
    mcn,
    mcn_editor,
    mcn_owner,
    mcn_viewer,
    moderator,
    newcomer,
    operator,
    regulator,
    rival,
    rival_editor,
    rival_owner,
    rival_viewer,
)


def pytest_configure(config: pytest.Config) -> None:
    """Prepare the roles of a server that is not ours; let each process read its own settings."""
    if not hasattr(config, "workerinput"):
        engines.prepare_roles(os.environ["DATABASE_URL"])
        if config.getoption("numprocesses", None):
            # A worker that inherited it would read settings before it has set its own numbers.
            del os.environ["DJANGO_SETTINGS_MODULE"]


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Migrate as the owner role, keep a copy of the first rows, go on as the app role."""
    from django.db import connection, connections
    from django.test import TransactionTestCase

    old_url = os.environ["DATABASE_URL"]
    owner_options = connection.settings_dict["OPTIONS"]["options"]
    with django_db_blocker.unblock():
        url = _with_database(old_url, connection.settings_dict["NAME"])
        first_rows = pristine.Pristine(url)
        # Every later connection, also those of other threads, is built from this dictionary.
        connection.settings_dict["OPTIONS"]["options"] = owner_options.replace(
            engines.OWNER, engines.APP
        )
        connections.close_all()
    # Processes that a test starts work on the test database, as the app role.
    os.environ["DATABASE_URL"] = url
    os.environ["MINGPAI_DB_ROLE"] = engines.APP
    flush = TransactionTestCase._fixture_teardown

    def restore(case: TransactionTestCase) -> None:
        for each in connections.all(initialized_only=True):
            each.close()
        first_rows.restore()

    # Django would TRUNCATE every table: the journal refuses that, and reference rows would be lost.
    TransactionTestCase._fixture_teardown = restore  # type: ignore[method-assign]
    yield
    TransactionTestCase._fixture_teardown = flush  # type: ignore[method-assign]
    with django_db_blocker.unblock():
        connections.close_all()
        connection.settings_dict["OPTIONS"]["options"] = owner_options
    os.environ["DATABASE_URL"] = old_url
    os.environ["MINGPAI_DB_ROLE"] = engines.OWNER


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    """No test speaks the language of the one before, or sees what that one saw.

    A test's own transaction is rolled back, and with it what it told the session of who asks;
    what was noted of that on this side must go with it.
    """
    from django.db import connection
    from django.utils import translation

    translation.deactivate()
    connection.told = None  # type: ignore[attr-defined]
    if connection.connection is not None and not connection.connection.closed:
        names = ("reach", "agencies", "profiles")
        told = ", ".join(f"set_config('app.{name}', '', false)" for name in names)
        connection.connection.execute(f"SELECT {told}")


@pytest.fixture(autouse=True)
def _empty_broker() -> None:
    """No test sees another one's queue, cache or counted limits."""
    import redis

    for number in range(3):
        with redis.Redis.from_url(_redis_url(number)) as client:
            client.flushdb()


def _redis_url(number: int) -> str:
    parts = urlsplit(os.environ["REDIS_URL"])
    database = int(os.environ["MINGPAI_REDIS_BASE"]) + number
    if parts.scheme == "unix":
        return f"unix://{parts.path}?db={database}"
    return urlunsplit((parts.scheme, parts.netloc, f"/{database}", parts.query, ""))


def _with_database(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{quote(name)}"))


@pytest.fixture(scope="session", autouse=True)
def _no_outside_network() -> Iterator[None]:
    """Only sockets of this machine: a test that reaches further fails."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        inside = self.family == socket.AF_UNIX or str(address[0]) in {
            "127.0.0.1",
            "::1",
            "localhost",
        }
        if not inside:
            raise OSError(f"a test may not reach {address}")
        connect(self, address)

    patch = pytest.MonkeyPatch()
    patch.setattr(socket.socket, "connect", guarded)
    yield
    patch.undo()
