"""`make run`: engines, migrations, demonstration data, then web, worker and clock until Ctrl-C.

Uses the standard library only and starts Django's commands as processes: importing Django here
would cost every start two seconds.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import IO

from config import engines
from config.engines import ROOT, say
from config.keeper import die_with_parent, open_log

ANSWER_SECONDS = 180  # for the web to answer after its start
STOP_SECONDS = 15  # for a child to finish what it is at; then its whole session is killed


class Failed(Exception):
    """The portal cannot start; the text says why."""


class Stopped(BaseException):
    """Somebody asked for the end, by Ctrl-C or SIGTERM. Not an Exception: nothing may catch it."""


@dataclass
class Child:
    """A process that is restarted when it dies, each time after a longer pause."""

    name: str
    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    # What it gets when the supervisor is killed. Celery's pool ends at once by SIGQUIT only.
    orphan_signal: int = signal.SIGTERM
    log: Path | None = None
    watchdog: IO[str] | None = None
    process: subprocess.Popen[bytes] | None = None
    failures: int = 0
    due: float = 0.0
    started: float = 0.0

    def start(self) -> None:
        with contextlib.ExitStack() as files:
            output = files.enter_context(open_log(self.log)) if self.log else None
            self.process = subprocess.Popen(
                self.command,
                cwd=ROOT,
                env=os.environ | self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                preexec_fn=die_with_parent(self.orphan_signal),
            )
        self.started = time.monotonic()
        self._tell_watchdog(f"+{self.process.pid}")

    def watch(self) -> None:
        """Restart it when it has died and its pause is over."""
        now = time.monotonic()
        if self.process is not None and self.process.poll() is not None:
            code = self.process.returncode
            self.end_session()  # its own children would hold the port or a task
            self.process = None
            self.failures = 1 if now - self.started > 60 else self.failures + 1
            pause = min(2.0 ** (self.failures - 1), 30)
            self.due = now + pause
            where = f"; see {self.log}" if self.log else ""
            say(f"The {self.name} ended ({code}); starting it again in {pause:.0f} s{where}")
        elif self.process is None and now >= self.due:
            self.start()

    def end_session(self) -> None:
        """Kill what is left of it and of all it started."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self._tell_watchdog(f"-{self.process.pid}")

    def _tell_watchdog(self, line: str) -> None:
        if self.watchdog is not None:
            print(line, file=self.watchdog, flush=True)


def run_step(*steps: list[str]) -> None:
    """Run commands of manage.py side by side, showing what they apply. Raises Failed."""
    children = [
        subprocess.Popen(
            [sys.executable, "manage.py", *step],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            preexec_fn=die_with_parent(signal.SIGTERM),
        )
        for step in steps
    ]
    try:
        for child, step in zip(children, steps, strict=True):
            lines = []
            assert child.stdout is not None
            for line in child.stdout:
                lines.append(line)
                if line.startswith("  Applying") or step[0] == "seed_demo":
                    say(line.rstrip())
            if child.wait():
                raise Failed(f"manage.py {' '.join(step)} failed:\n{''.join(lines[-30:])}")
    finally:
        for child in children:
            if child.poll() is None:
                child.terminate()
                child.wait()


def prepare(state: Path, *, demo: bool, reload: bool) -> None:
    """Bring database and static files to what the code expects."""
    engines.prepare_roles(os.environ.get("DATABASE_OWNER_URL") or os.environ["DATABASE_URL"])
    steps = [["migrate", "--no-input"]]
    stamp, now = state / "static.stamp", static_files()
    if not reload and (not stamp.exists() or stamp.read_text() != now):
        steps.append(["collectstatic", "--no-input", "--clear"])
    say("Bringing the database up to date")
    os.environ["MINGPAI_PROCESS"] = "web"  # so that static files get the names that the web uses
    try:
        run_step(*steps)
    finally:
        del os.environ["MINGPAI_PROCESS"]
    if len(steps) > 1:
        stamp.write_text(now)
    if demo and (state / "demo" / "unfinished").exists():
        raise Failed("The demonstration was left half made. `make wipe`, then start again.")
    if demo and any(ROOT.glob("*/management/commands/seed_demo.py")) and not any_profile():
        say("Making the demonstration data (DEMO=0 starts empty)")
        run_step(["seed_demo"])


def static_files() -> str:
    """A short text that changes when a static file, a package or the way of naming them does."""
    files = [ROOT / "requirements.lock", ROOT / "config" / "settings.py"]
    files += sorted(path for path in (ROOT / "static").rglob("*") if path.is_file())
    facts = [f"{path}{path.stat().st_size}{path.stat().st_mtime_ns}" for path in files]
    return hashlib.sha256("".join(facts).encode()).hexdigest()


def any_profile() -> bool:
    import psycopg

    with psycopg.connect(
        os.environ["DATABASE_URL"], options=f"-c role={engines.APP}"
    ) as connection:
        return bool(connection.execute("SELECT FROM influencers_profile LIMIT 1").fetchall())


def children(state: Path, port: int, *, reload: bool) -> list[Child]:
    python, address = sys.executable, f"127.0.0.1:{port}"
    celery = [python, "-m", "celery", "-A", "config.celery"]
    web = [python, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1"]
    web += ["--port", str(port), "--workers", "2", "--blocking-threads", "1"]
    web += ["--respawn-failed-workers", "--no-ws", "config.wsgi:application"]
    environment: dict[str, str] = {}
    if reload:
        web = [python, "manage.py", "runserver", "--skip-checks", address]
        environment["DEBUG"] = "1"
    worker = [*celery, "worker", "--concurrency", "2", "-Ofair", "--without-gossip"]
    worker += ["--without-mingle", "-n", "worker@%h", "--loglevel", "INFO" if reload else "WARNING"]
    beat = [*celery, "beat", "--schedule", str(state / "run" / "beat"), "--pidfile="]
    found = [
        Child("web", web, environment | {"MINGPAI_PROCESS": "web"}),
        Child("worker", worker, environment, orphan_signal=signal.SIGQUIT),
        Child("clock", beat, environment),
    ]
    if not reload:
        for child in found:
            child.log = state / "log" / f"{child.name}.log"
    return found


def start_watchdog() -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "config.watchdog"]
    return subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, text=True, start_new_session=True
    )


def answers(port: int) -> bool:
    """Whether the web really serves: not only a listening socket."""
    with contextlib.suppress(OSError, http.client.HTTPException):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        with contextlib.closing(connection):
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
    return False


def newest_source() -> float:
    folders = [path for path in ROOT.iterdir() if (path / "__init__.py").exists()]
    return max(path.stat().st_mtime for folder in folders for path in folder.rglob("*.py"))


def serve(running: list[Child], port: int, *, reload: bool) -> None:
    """Start all, say the address once it answers, and keep all up. Ends by Stopped only."""
    for child in running:
        child.start()
    told, deadline, source = False, time.monotonic() + ANSWER_SECONDS, newest_source()
    while True:
        if revived := engines.revive():
            say(f"Started again: {', '.join(revived)}")
        for child in running:
            child.watch()
        if not told and answers(port):
            say(f"Mingpai is ready: http://127.0.0.1:{port}  (Ctrl-C ends it)")
            told = True
        elif not told and time.monotonic() > deadline:
            raise Failed(f"The web did not answer within {ANSWER_SECONDS} s; see {running[0].log}")
        if reload and newest_source() != source:
            source = newest_source()
            for child in running[1:]:  # the web's own server reloads itself
                if child.process is not None:
                    child.process.terminate()
        time.sleep(0.1 if not told else 0.5)


def stop(running: list[Child]) -> None:
    """End web, worker and clock together; what hangs is killed with all it started."""
    for child in running:
        if child.process is not None and child.process.poll() is None:
            child.process.terminate()
    deadline = time.monotonic() + STOP_SECONDS
    for child in running:
        if child.process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.process.wait(max(0.0, deadline - time.monotonic()))
        child.end_session()
        if child.process is not None:
            child.process.wait()


@contextlib.contextmanager
def take_lock(state: Path, port: int) -> Iterator[None]:
    """Refuse a second start on the same data; the lock ends with this process, however it ends."""
    (state / "run").mkdir(parents=True, exist_ok=True)
    (state / "log").mkdir(exist_ok=True)
    with open(state / "run" / "supervisor", "a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise Failed(f"Mingpai is already running in {state}: {lock.read().strip()}") from None
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError as problem:
                raise Failed(
                    f"Port {port} cannot be used ({problem.strerror})."
                    " Another one: make run PORT=8001"
                ) from None
        lock.truncate(0)
        lock.write(f"http://127.0.0.1:{port} (process {os.getpid()})\n")
        lock.flush()
        yield


def end(_number: int, _frame: FrameType | None) -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # once is enough: the end must not be interrupted
    raise Stopped


def main() -> int:
    state, reload = engines.state_folder(), "--reload" in sys.argv
    port, demo = int(os.environ.get("PORT") or 8000), os.environ.get("DEMO", "1") == "1"
    os.environ["DEMO"] = "1" if demo else "0"
    os.environ.setdefault("PUBLIC_URL", f"http://127.0.0.1:{port}")  # of links in messages
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, end)
    running: list[Child] = []
    watchdog = None
    try:
        with take_lock(state, port):
            try:
                say("Starting PostgreSQL and Valkey")
                engines.enter(state)
                prepare(state, demo=demo, reload=reload)
                running = children(state, port, reload=reload)
                watchdog = start_watchdog()
                for child in running:
                    child.watchdog = watchdog.stdin
                serve(running, port, reload=reload)
            except Stopped:
                say("Stopping")
            finally:
                stop(running)
                if watchdog is not None:
                    watchdog.communicate()
                engines.leave()
    except Stopped:
        pass  # before anything had begun
    except (Failed, engines.EngineError) as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
