"""The embedded engines from outside: separate processes use them, as manage.py does."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

from config import engines
from tests.config import processes

ADDRESSES = set(engines.VARIABLES.values())
# A user of the engines: enters, says the addresses, leaves when its input ends.
USER = """
import os, sys
from pathlib import Path
from config import engines
engines.enter(Path(sys.argv[1]), temporary=sys.argv[2] == "temporary")
print(os.environ["DATABASE_URL"], os.environ["REDIS_URL"], flush=True)
sys.stdin.read()
if sys.argv[3:]:
    engines.revive()
    print(os.environ["DATABASE_URL"], flush=True)
engines.leave()
"""


class User(subprocess.Popen):
    """A process that holds the engines of one state folder until it is told to leave."""

    def __init__(self, state: Path, *more: str, kind: str = "temporary"):
        environment = {name: value for name, value in os.environ.items() if name not in ADDRESSES}
        super().__init__(
            [sys.executable, "-c", USER, str(state), kind, *more],
            cwd=engines.ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.database, self.broker = self.stdout.readline().split()

    def leave(self) -> None:
        self.stdin.close()
        assert self.wait(30) == 0
        self.stdout.close()

    def kill_at_once(self) -> None:
        self.kill()
        self.wait()
        self.stdin.close()
        self.stdout.close()


@pytest.fixture
def state() -> Iterator[Path]:
    """A state folder that the unprivileged user of PostgreSQL may enter."""
    folder = Path(tempfile.mkdtemp(prefix="mingpai-engines-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def enter(state: Path) -> Iterator[Callable[..., User]]:
    """Start users of that folder; those that a failed test left are killed."""
    users: list[User] = []

    def start(*more: str, kind: str = "temporary") -> User:
        users.append(User(state, *more, kind=kind))
        return users[-1]

    yield start
    for user in users:
        user.kill_at_once()


def facts(state: Path, kind: str) -> dict:
    return json.loads((state / kind / "run" / f"{kind}.json").read_text())


def current_role(url: str, role: str) -> str:
    with psycopg.connect(url, options=f"-c role={role}") as connection:
        return connection.execute("SELECT current_user").fetchone()[0]


def test_engines_serve_both_roles_until_the_last_user_leaves(
    state: Path, enter: Callable[..., User]
) -> None:
    first = enter()
    second = enter()
    assert (first.database, first.broker) == (second.database, second.broker)
    first.leave()
    assert current_role(second.database, engines.OWNER) == "mingpai_owner"
    assert current_role(second.database, engines.APP) == "mingpai_app"
    second.leave()
    assert processes.of_state(state) == {}
    assert not state.exists()


def test_engines_end_when_their_only_user_is_killed(
    state: Path, enter: Callable[..., User]
) -> None:
    user = enter()
    user.kill_at_once()
    assert processes.left_after(state, 5) == {}


def test_keeper_restarts_a_killed_database_at_the_same_address(
    state: Path, enter: Callable[..., User]
) -> None:
    user = enter()
    server = facts(state, "postgres")["pid"]
    os.kill(server, signal.SIGKILL)
    deadline = time.monotonic() + 15
    while facts(state, "postgres")["pid"] == server and time.monotonic() < deadline:
        time.sleep(0.05)
    while time.monotonic() < deadline:
        try:
            role = current_role(user.database, engines.APP)
            break
        except psycopg.OperationalError:
            time.sleep(0.05)
    assert role == "mingpai_app"
    user.leave()


def test_killed_keeper_takes_its_engine_along_and_is_revived_at_the_same_address(
    state: Path, enter: Callable[..., User]
) -> None:
    user = enter("revive")
    before = facts(state, "postgres")
    os.kill(before["keeper"], signal.SIGKILL)
    deadline = time.monotonic() + 10
    while Path(f"/proc/{before['pid']}/fd").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
        if not Path(f"/proc/{before['pid']}/cmdline").read_bytes():
            break  # ended; nobody has collected it yet
    user.stdin.close()
    assert user.stdout.readline().strip() == user.database
    assert user.wait(30) == 0
    user.stdout.close()
    assert processes.left_after(state, 5) == {}


def test_data_are_there_again_after_a_second_start(state: Path, enter: Callable[..., User]) -> None:
    user = enter(kind="durable")
    with psycopg.connect(user.database) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS n")
    user.leave()
    user = enter(kind="durable")
    with psycopg.connect(user.database) as connection:
        assert connection.execute("SELECT n FROM kept").fetchall() == [(7,)]
    user.leave()
    assert processes.of_state(state) == {}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has PostgreSQL run by another user")
def test_closed_folder_gets_a_place_for_its_data_that_others_can_enter(
    state: Path, enter: Callable[..., User]
) -> None:
    state.chmod(0o700)
    user = enter()
    place = (state / "postgres" / "pgdata").readlink().parent
    assert current_role(user.database, engines.APP) == "mingpai_app"
    user.leave()
    assert not place.exists()


def test_set_addresses_start_nothing(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ADDRESSES:
        monkeypatch.setenv(variable, "somewhere://else")
    engines.enter(state)
    assert list(state.iterdir()) == []


def test_data_of_another_version_are_refused_with_the_reason(state: Path) -> None:
    (state / "pgdata").mkdir()
    (state / "pgdata" / "PG_VERSION").write_text("12\n")
    with pytest.raises(engines.EngineError, match="was made by PostgreSQL 12"):
        engines.Engine("postgres", state).enter()
    assert processes.of_state(state) == {}


@pytest.fixture
def other_database(request: pytest.FixtureRequest) -> Iterator[str]:
    """A database of the test server that belongs to a plain user; its address as that user."""
    parts = urlsplit(os.environ["DATABASE_URL"])
    name = f"other_{os.environ.get('PYTEST_XDIST_WORKER', 'gw0')}"
    admin = urlunsplit(parts._replace(path="/postgres"))
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {name} LOGIN")
        connection.execute(f"CREATE DATABASE {name} OWNER {name}")
    yield urlunsplit(parts._replace(netloc=f"{name}@", path=f"/{name}"))
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name}")
        connection.execute(f"DROP ROLE {name}")


def test_roles_that_may_not_be_prepared_are_named_with_the_statements(other_database: str) -> None:
    name = urlsplit(other_database).username
    if "host" not in urlsplit(other_database).query:
        pytest.skip("the server asks for passwords")
    with pytest.raises(engines.EngineError) as refused:
        engines.prepare_roles(other_database)
    assert str(refused.value).splitlines()[1:] == [
        f'  GRANT mingpai_owner TO "{name}";',
        f'  GRANT mingpai_app TO "{name}";',
        f'  ALTER DATABASE "{name}" OWNER TO mingpai_owner;',
    ]


def test_prepared_roles_are_prepared_again_without_change(other_database: str) -> None:
    parts = urlsplit(os.environ["DATABASE_URL"])
    as_admin = urlunsplit(parts._replace(path=urlsplit(other_database).path))
    for _ in range(2):
        engines.prepare_roles(as_admin)
        with psycopg.connect(as_admin) as connection:
            owner = connection.execute(
                "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()"
            ).fetchone()
        assert owner == ("mingpai_owner",)
