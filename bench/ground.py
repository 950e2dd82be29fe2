"""Engines of its own, configured as in production, and databases that begin as equal copies."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from bench.processor import Processor
from config import engines

TEMPLATE = "mingpai"  # the database that the embedded engine makes: migrated and filled once
QUIET_SECONDS = 120  # how long to wait for the engine's own housekeeping
_fork = get_context("fork")


class Busy(Exception):
    """Another measurement runs in the same folder."""


@contextlib.contextmanager
def ground(state: Path) -> Iterator[Ground]:
    """Start the engines in `<state>/bench`, migrate, load Django; remove everything afterwards.

    They are no temporary engines in the sense of config.engines: these run without fsync, which
    would flatter whoever writes more. What a killed measurement left is removed by the next one.

    Raises Busy, EngineError.
    """
    state.mkdir(parents=True, exist_ok=True)
    folder = state / "bench"
    with open(state / "bench.lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Busy(f"a measurement is under way in {folder}") from None
        _remove(folder)
        folder.mkdir()
        for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "MINGPAI_DB_ROLE"):
            os.environ.pop(name, None)
        for name in ("MINGPAI_TESTING", "MINGPAI_REDIS_BASE", "MINGPAI_PROCESS"):
            os.environ.pop(name, None)
        os.environ["MINGPAI_STATE"] = str(folder)
        os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
        try:
            engines.enter(folder)
            subprocess.run(
                [sys.executable, "manage.py", "migrate", "--no-input", "--verbosity", "0"],
                cwd=engines.ROOT,
                stdout=sys.stderr,
                check=True,
            )
            _load()
            yield Ground(folder, os.environ["DATABASE_URL"])
        finally:
            engines.leave()
            _remove(folder)


def _load() -> None:
    """Django and what does the work of runs, once: worker processes are forked from this one."""
    import django
    from django.conf import settings

    django.setup()
    for module in settings.RUNS.values():
        with contextlib.suppress(ModuleNotFoundError):
            import_module(module)


def _remove(folder: Path) -> None:
    data = folder / "pgdata"
    if data.is_symlink():  # root's checkout is closed to the engine's user: it lies elsewhere
        shutil.rmtree(data.readlink().parent, ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)


@dataclass
class Ground:
    folder: Path
    url: str

    def processor(self) -> float:
        """Seconds that the database and this process have spent on a processor so far."""
        return Processor(self.folder / "pgdata").seconds()

    def connect(self, database: str = TEMPLATE) -> psycopg.Connection:
        """A connection of the engine's own user, each statement its own transaction."""
        return psycopg.connect(self.url, dbname=database, autocommit=True)

    def copy(self, name: str, template: str = TEMPLATE) -> str:
        """Make the database `name` as a copy, with the same bytes on disk and statistics."""
        self.drop(name)
        with self.connect("postgres") as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {} STRATEGY file_copy").format(
                    *map(sql.Identifier, (name, template, engines.OWNER))
                )
            )
        return name

    def drop(self, *names: str) -> None:
        with self.connect("postgres") as connection:
            for name in names:
                connection.execute(
                    sql.SQL("DROP DATABASE IF EXISTS {} (FORCE)").format(sql.Identifier(name))
                )

    def settle(self, database: str) -> None:
        """Statistics and pages in order, as after a quiet night."""
        with self.connect(database) as connection:
            connection.execute("VACUUM (ANALYZE)")
        self.quiet()

    def quiet(self) -> None:
        """Everything written is on disk, and no housekeeping of earlier work is under way."""
        with self.connect("postgres") as connection:
            connection.execute("CHECKPOINT")
            until = time.monotonic() + QUIET_SECONDS
            while time.monotonic() < until:
                found = connection.execute(
                    "SELECT count(*) FROM pg_stat_activity WHERE backend_type LIKE 'autovacuum w%'"
                ).fetchone()
                if found == (0,):
                    return
                time.sleep(0.2)


@dataclass(frozen=True)
class Work:
    """What worker processes did: from the moment all were connected until the last one ended."""

    seconds: float
    results: list[Any]  # of each process
    peak_mb: float  # memory of the largest one


def work(database: str, *calls: tuple[Callable[..., Any], tuple[Any, ...]]) -> Work:
    """Run each call in a worker process of its own, forked with everything loaded, as Celery's are.

    The process works on `database` as the application role. Raises RuntimeError with the text of
    what went wrong in it.
    """
    started = []
    for function, arguments in calls:
        here, there = _fork.Pipe()
        process = _fork.Process(target=_child, args=(there, database, function, arguments))
        process.start()
        there.close()
        started.append((process, here))
    try:
        for _, pipe in started:
            pipe.recv()  # it is connected
        before = time.perf_counter()
        for _, pipe in started:
            pipe.send("go")
        answers = [pipe.recv() for _, pipe in started]
        seconds = time.perf_counter() - before
    except EOFError:
        raise RuntimeError("a worker process ended without an answer") from None
    finally:
        for process, pipe in started:
            pipe.close()
            process.join(10)
            if process.is_alive():
                process.kill()
    for failed, answer, _ in answers:
        if failed:
            raise RuntimeError(answer)
    return Work(seconds, [answer for _, answer, _ in answers], max(peak for _, _, peak in answers))


def _child(
    pipe: Connection, database: str, function: Callable[..., Any], arguments: tuple[Any, ...]
) -> None:
    import traceback

    from django.db import connection

    from journal.actions import ring

    try:
        connection.settings_dict["NAME"] = database
        connection.ensure_connection()
        ring("journal.tasks.sequence")  # a worker that has worked before knows the broker
        pipe.send("ready")
        pipe.recv()
        answer, failed = function(*arguments), False
    except BaseException:
        answer, failed = traceback.format_exc(), True
    with contextlib.suppress(BrokenPipeError):
        pipe.send((failed, answer, _peak_mb()))
    os._exit(0)  # what the parent has open is the parent's to close


def _peak_mb() -> float:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0
