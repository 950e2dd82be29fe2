"""The embedded PostgreSQL and Valkey: who uses them, and that they end with their last user.

Every user (manage.py, the supervisor, a test run) holds a shared lock for its life. The first one
starts a keeper process for each engine (config/keeper.py); the keeper ends its engine when nobody
holds that lock any more, however the last user ended: the kernel drops the locks of a killed
process. Needs the standard library only, and no Django.
"""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).resolve().parent.parent
OWNER, APP = "mingpai_owner", "mingpai_app"
VARIABLES = {"postgres": "DATABASE_URL", "valkey": "REDIS_URL"}


class EngineError(Exception):
    """An engine cannot be used; the text says why and what to do, for a person."""


def state_folder() -> Path:
    """Where everything that a run makes lies: `var/`, or what MINGPAI_STATE names."""
    return Path(os.environ.get("MINGPAI_STATE") or ROOT / "var").absolute()


class Engine:
    """One embedded engine in one state folder, as a user of it sees it.

    Files in `<state>/run/`: `<kind>.door` is held while somebody comes or goes, `<kind>.users` is
    held shared by every user, `<kind>.keeper` by the keeper, `<kind>.json` says where it listens.
    """

    def __init__(self, kind: str, state: Path, *, temporary: bool = False):
        self.kind, self.state, self.temporary = kind, state, temporary
        self.run = state / "run"
        self._users: IO[str] | None = None
        self._keeper: subprocess.Popen[str] | None = None

    def enter(self) -> str:
        """Start the engine unless it runs, count this process as a user, return its address.

        Raises EngineError when it cannot be started.
        """
        self.run.mkdir(parents=True, exist_ok=True)
        with self._door():
            self._users = open(self.run / f"{self.kind}.users", "w")  # noqa: SIM115
            # Waits here while a keeper that found nobody is still stopping its engine.
            fcntl.flock(self._users, fcntl.LOCK_SH)
            try:
                if not self.kept():
                    self._start_keeper()
            except BaseException:
                self._users.close()
                self._users = None
                raise
            return str(self._facts()["url"])

    def revive(self) -> None:
        """Start a new keeper when the old one was killed; the address stays the same.

        Raises EngineError.
        """
        with self._door():
            if not self.kept():
                if self._keeper is not None:
                    self._keeper.wait()  # it is ours and has ended: collect it
                self._start_keeper()

    def leave(self) -> None:
        """Stop being a user; the last one waits until the engine has ended."""
        users, self._users = self._users, None
        if users is None:
            return
        with self._door(), users:
            keeper = 0
            with contextlib.suppress(KeyError, OSError, ValueError):
                keeper = self._facts()["keeper"]
            if _locked(users, fcntl.LOCK_EX):
                # Nobody else is in. The keeper would notice within a moment; this is faster.
                with contextlib.suppress(OSError):
                    if keeper:
                        os.kill(keeper, signal.SIGTERM)
            elif _locked(users, fcntl.LOCK_SH):
                if self._keeper is not None:
                    self._keeper.returncode = 0  # others are in: it outlives this process
                return
            # Either way the keeper is stopping now.
            deadline = time.monotonic() + 120
            while self.kept() and time.monotonic() < deadline:
                time.sleep(0.02)
            if self._keeper is not None:
                self._keeper.wait()
            while keeper and _alive(keeper) and time.monotonic() < deadline:
                time.sleep(0.005)

    def kept(self) -> bool:
        """Whether a keeper is at work."""
        try:
            with open(self.run / f"{self.kind}.keeper") as keeper:
                return not _locked(keeper, fcntl.LOCK_SH)
        except FileNotFoundError:
            return False

    @contextlib.contextmanager
    def _door(self) -> Iterator[None]:
        with open(self.run / f"{self.kind}.door", "w") as door:
            fcntl.flock(door, fcntl.LOCK_EX)
            yield

    def _facts(self) -> dict[str, Any]:
        facts: dict[str, Any] = json.loads((self.run / f"{self.kind}.json").read_text())
        return facts

    def _start_keeper(self) -> None:
        """Start the keeper and wait for its last line: `ready`, or what went wrong."""
        command = [sys.executable, "-m", "config.keeper", self.kind, str(self.state)]
        keeper = self._keeper = subprocess.Popen(
            command + ["--temporary"] * self.temporary,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,  # Ctrl-C in the terminal is for the user, not for the engine
        )
        line = ""
        assert keeper.stdout is not None
        with keeper.stdout:
            for line in keeper.stdout:
                if line == "ready\n":
                    return
                if not line.startswith("error: "):
                    print(line, end="", file=sys.stderr, flush=True)
        keeper.wait()
        reason = line.removeprefix("error: ").strip() or f"its keeper ended ({keeper.returncode})"
        raise EngineError(f"The embedded {self.kind} did not start: {reason}")


def say(text: str) -> None:
    """A line for the person who waits; nobody may be listening any more."""
    with contextlib.suppress(OSError, ValueError):
        print(text, flush=True)


def _alive(pid: int) -> bool:
    with contextlib.suppress(OSError):
        os.kill(pid, 0)
        return True
    return False


def _locked(file: IO[str], kind: int) -> bool:
    """Try to take a lock without waiting. A failed conversion loses the lock held before."""
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


_entered: dict[str, tuple[Engine, int]] = {}


def enter(state: Path | None = None, *, temporary: bool = False) -> None:
    """Set DATABASE_URL and REDIS_URL, starting the embedded engine for each that is unset.

    Args:
        state: folder of data, locks and logs; `state_folder()` when not given.
        temporary: nothing has to survive: no fsync, and the data are removed at the end.

    Raises EngineError. What was entered is left when this process ends.
    """
    state = state or state_folder()
    for kind, variable in VARIABLES.items():
        if os.environ.get(variable):
            continue
        # Temporary engines have a folder each, so that each keeper can remove its own.
        engine = Engine(kind, state / kind if temporary else state, temporary=temporary)
        os.environ[variable] = engine.enter()
        _entered[kind] = engine, os.getpid()
    atexit.register(leave)


def leave() -> None:
    """Leave the engines that this process entered: the broker first, then the database."""
    for kind in reversed(VARIABLES):
        engine, pid = _entered.get(kind, (None, 0))
        if engine is not None and pid == os.getpid():  # a forked child has not entered anything
            del _entered[kind]
            os.environ.pop(VARIABLES[kind], None)
            engine.leave()


def revive() -> list[str]:
    """Start those entered engines again whose keeper was killed, and name them.

    Raises EngineError.
    """
    revived = [kind for kind, (engine, _) in _entered.items() if not engine.kept()]
    for kind in revived:
        _entered[kind][0].revive()
    return revived


def prepare_roles(url: str) -> None:
    """Make the two roles and give the database to the owner role, where that is not done yet.

    Repeating it changes nothing. Raises EngineError with the statements that an administrator has
    to run when the user of `url` may not run them.
    """
    import psycopg  # here, because this module must be importable before set-up

    with psycopg.connect(url, autocommit=True) as connection:
        found = connection.execute(
            "SELECT current_database(), current_user,"
            " ARRAY(SELECT rolname::text FROM pg_roles WHERE rolname = ANY (%s)),"
            " (SELECT pg_get_userbyid(datdba) = %s FROM pg_database"
            "   WHERE datname = current_database()),"
            " (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)",
            [[OWNER, APP], OWNER],
        ).fetchone()
        assert found is not None
        database, user, roles, owned, superuser = found
        statements = []
        if OWNER not in roles:
            statements.append(f"CREATE ROLE {OWNER} NOLOGIN CREATEDB")
        if APP not in roles:
            statements.append(f"CREATE ROLE {APP} NOLOGIN")
        for role in (OWNER, APP):
            may = role in roles and connection.execute(
                "SELECT pg_has_role(current_user, %s, 'MEMBER')", [role]
            ).fetchone() == (True,)
            if not superuser and not may:
                statements.append(f'GRANT {role} TO "{user}"')
        if not owned:
            statements.append(f'ALTER DATABASE "{database}" OWNER TO {OWNER}')
        try:
            for statement in statements:
                connection.execute(statement.encode())
        except psycopg.errors.DuplicateObject:
            pass  # somebody else prepares the same database at this moment
        except psycopg.errors.InsufficientPrivilege as refused:
            raise EngineError(
                f'"{user}" may not prepare the database "{database}":'
                f" {refused.diag.message_primary}."
                " Let an administrator run:\n  " + ";\n  ".join(statements) + ";"
            ) from refused
