"""`make run` from outside: start, refusal of a second one, its ends, and what is left."""

from __future__ import annotations

import contextlib
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from config import engines, supervisor
from tests.config import processes


@pytest.fixture
def state() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="mingpai-run-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def run(state: Path, port: int) -> Iterator[Callable[[], subprocess.Popen]]:
    """Start a portal of its own; what a failed test leaves of it is killed."""
    ours = {"DATABASE_URL", "REDIS_URL", "MINGPAI_DB_ROLE", "MINGPAI_TESTING", "MINGPAI_REDIS_BASE"}
    environment = {name: value for name, value in os.environ.items() if name not in ours}
    environment |= {"MINGPAI_STATE": str(state), "PORT": str(port), "DEMO": "0"}
    started: list[subprocess.Popen] = []

    def start() -> subprocess.Popen:
        started.append(
            subprocess.Popen(
                [sys.executable, "-m", "config.supervisor"],
                cwd=engines.ROOT,
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
        )
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()
        process.stdout.close()
    assert processes.left_after(state, 20) == {}


def lines_until_ready(process: subprocess.Popen) -> list[str]:
    lines = []
    for line in process.stdout:
        lines.append(line.rstrip())
        if "is ready" in line:
            break
    return lines


def status_of(port: int, path: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path)
    status = connection.getresponse().status
    connection.close()
    return status


def test_run_serves_refuses_a_second_start_and_leaves_nothing(
    state: Path, port: int, run: Callable[[], subprocess.Popen]
) -> None:
    first = run()
    lines = lines_until_ready(first)
    assert lines[0] == "Starting PostgreSQL and Valkey"
    assert lines[-1] == f"Mingpai is ready: http://127.0.0.1:{port}  (Ctrl-C ends it)"
    assert status_of(port, "/healthz") == 200

    second = run()
    assert second.wait(30) == 1
    assert second.stdout.read() == (
        f"Mingpai is already running in {state}: http://127.0.0.1:{port} (process {first.pid})\n"
    )

    first.kill()
    first.wait()
    assert processes.left_after(state, 20) == {}

    third = run()
    warm = lines_until_ready(third)
    assert [line for line in warm if "Making" in line or "Applying" in line] == []
    third.send_signal(signal.SIGINT)
    assert third.wait(60) == 0
    assert third.stdout.read() == "Stopping\n"
    assert processes.of_state(state) == {}


@pytest.mark.night
def test_run_restarts_whatever_is_killed(
    state: Path, port: int, run: Callable[[], subprocess.Popen]
) -> None:
    portal = run()
    lines_until_ready(portal)
    for part in ("granian", "celery -A config.celery worker", "celery -A config.celery beat"):
        before = {pid for pid, command in processes.of_state(state).items() if part in command}
        os.kill(min(before), signal.SIGKILL)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            now = {pid for pid, command in processes.of_state(state).items() if part in command}
            if now and not now & before:
                break
            time.sleep(0.1)
        assert now & before == set()
        assert now != set()
    keeper = next(
        pid
        for pid, command in processes.of_state(state).items()
        if f"config.keeper postgres {state}" in command
    )
    os.kill(keeper, signal.SIGKILL)
    while portal.stdout.readline() != "Started again: postgres\n":
        pass
    deadline, status = time.monotonic() + 60, 0
    while status != 200 and time.monotonic() < deadline:
        time.sleep(0.2)
        with contextlib.suppress(OSError):
            status = status_of(port, "/readyz")
    assert status == 200
    portal.terminate()
    assert portal.wait(60) == 0


def test_taken_port_is_refused_with_the_way_out(state: Path, port: int) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        with pytest.raises(supervisor.Failed) as refused, supervisor.take_lock(state, port):
            pass
    assert str(refused.value) == (
        f"Port {port} cannot be used (Address already in use). Another one: make run PORT=8001"
    )


def test_child_that_dies_is_started_again_after_longer_and_longer_pauses(
    capsys: pytest.CaptureFixture[str],
) -> None:
    child = supervisor.Child("sleeper", [sys.executable, "-c", "raise SystemExit(3)"])
    for _ in range(3):
        child.start()
        child.process.wait()
        child.watch()
    assert capsys.readouterr().out.splitlines() == [
        "The sleeper ended (3); starting it again in 1 s",
        "The sleeper ended (3); starting it again in 2 s",
        "The sleeper ended (3); starting it again in 4 s",
    ]


def test_child_that_hangs_is_killed_with_all_it_started(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "STOP_SECONDS", 0.5)
    script = f"trap '' TERM; sh -c 'trap \"\" TERM; sleep 60; : {state}'; : {state}"
    child = supervisor.Child("stubborn", ["/bin/sh", "-c", script])
    child.start()
    time.sleep(0.3)
    assert len(processes.of_state(state)) == 2
    supervisor.stop([child])
    assert processes.left_after(state, 5) == {}


def test_embedded_database_belongs_to_the_owner_role(state: Path) -> None:
    engine = engines.Engine("postgres", state / "postgres", temporary=True)
    with psycopg.connect(engine.enter()) as connection:
        owner = connection.execute(
            "SELECT pg_get_userbyid(datdba), datcollate FROM pg_database WHERE datname = 'mingpai'"
        ).fetchone()
    engine.leave()
    assert owner == ("mingpai_owner", "C.UTF-8")
