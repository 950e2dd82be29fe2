"""The keeper of one embedded engine: starts, restarts and ends it.

Run by config/engines.py as `python -m config.keeper KIND STATE [--temporary]`. Its standard output
goes to the user that started it: lines of progress, then `ready`, or `error: …`.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from config.engines import EngineError, say
from config.servers import Postgres, Server, Valkey

STOP_SECONDS = 60  # for a database's last checkpoint; afterwards it is stopped the hard way
POLL_SECONDS = 0.2


def die_with_parent(number: int) -> Callable[[], None]:
    """A `preexec_fn` by which Linux sends `number` to the child when its parent ends.

    The parent must start the child from its main thread: the signal comes when the thread that
    forked ends. Elsewhere it does nothing, and the next start ends what the pid files name.
    """
    if not sys.platform.startswith("linux"):
        return lambda: None
    prctl, parent = ctypes.CDLL(None).prctl, os.getpid()

    def ask() -> None:
        prctl(1, number)  # PR_SET_PDEATHSIG
        if os.getppid() != parent:  # it ended before we asked
            os.kill(os.getpid(), number)

    return ask


def open_log(path: Path) -> IO[bytes]:
    """Open a log to add to it; one over 10 MB is first put aside, and the one before it dropped."""
    if path.exists() and path.stat().st_size > 10_000_000:
        path.replace(path.with_suffix(".old.log"))
    return open(path, "ab")


class Keeper:
    """Holds one engine up while anybody holds the lock of its users."""

    def __init__(self, kind: str, state: Path, *, temporary: bool):
        self.state, self.run, self.temporary = state, state / "run", temporary
        self.facts = self.run / f"{kind}.json"
        self.lock = open(self.run / f"{kind}.keeper", "w")  # noqa: SIM115
        fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        self.users = open(self.run / f"{kind}.users", "w")  # noqa: SIM115
        old = self._old_facts()
        self.folder = self._private_folder(old)
        kinds: dict[str, type[Postgres] | type[Valkey]] = {"postgres": Postgres, "valkey": Valkey}
        self.engine: Server = kinds[kind](state, self.folder, temporary=temporary)
        self._end_orphan(old)
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the engine and wait until it answers. Raises EngineError."""
        command = self.engine.command()
        logs = self.state / "log"
        logs.mkdir(exist_ok=True)
        log_path = logs / f"{self.engine.kind}.log"
        with open_log(log_path) as log:
            process = self.process = subprocess.Popen(
                command,
                **self.engine.popen_arguments(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with_parent(self.engine.stop_signal),
            )
        self._write_facts()
        started, told = time.monotonic(), 5.0
        while not self.engine.ready(process.pid):
            if process.poll() is not None:
                lines = log_path.read_text(errors="replace").splitlines()[-3:]
                raise EngineError(f"{' / '.join(lines)} (more in {log_path})")
            waited = time.monotonic() - started
            if waited > told:  # after a crash it replays its log, which can take a while
                say(f"Waiting for {self.engine.kind}, {waited:.0f} s")
                told += 5
            time.sleep(0.02)

    def keep(self) -> None:
        """Until the last user has left: restart the engine when it dies, sooner at first."""
        assert self.process is not None
        failures, healthy_since = 0, time.monotonic()
        while not self._alone():
            if self.process.poll() is not None:
                if time.monotonic() - healthy_since > 60:
                    failures = 0
                time.sleep(min(0.2 * 2**failures, 10))
                failures += 1
                with contextlib.suppress(EngineError, OSError):
                    self.start()
                    healthy_since = time.monotonic()
            time.sleep(POLL_SECONDS)

    def stop(self) -> None:
        """End the engine, in order first, then the hard way, and leave nothing of this run."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                self.process.send_signal(self.engine.stop_signal)
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.send_signal(self.engine.hard_signal)
                self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
        self.facts.unlink(missing_ok=True)
        if self.temporary:
            self.engine.remove()
            shutil.rmtree(self.state, ignore_errors=True)
            with contextlib.suppress(OSError):
                self.state.parent.rmdir()  # done by the last of the two

    def _alone(self) -> bool:
        """True once nobody is in; from then on new users wait until this process has ended."""
        try:
            fcntl.flock(self.users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _old_facts(self) -> dict[str, Any]:
        try:
            facts: dict[str, Any] = json.loads(self.facts.read_text())
        except (OSError, ValueError):
            return {}
        return facts

    def _write_facts(self) -> None:
        assert self.process is not None
        facts = {
            "keeper": os.getpid(),
            "pid": self.process.pid,
            "folder": str(self.folder),
            "url": self.engine.url,
        }
        fresh = self.facts.with_suffix(".new")
        fresh.write_text(json.dumps(facts))
        fresh.replace(self.facts)

    def _private_folder(self, old: dict[str, Any]) -> Path:
        """For the socket: short, because a socket's path over 107 bytes fails.

        After a crash the old one is used again, so that processes that know the address go on.
        """
        folder = Path(old.get("folder", "/nowhere"))
        with contextlib.suppress(OSError):
            status = folder.lstat()
            mine = (
                {os.geteuid(), pwd.getpwnam("nobody").pw_uid}
                if os.geteuid() == 0
                else {os.geteuid()}
            )
            if folder.is_dir() and status.st_uid in mine and status.st_mode & 0o777 == 0o700:
                return folder
        home = tempfile.gettempdir()
        return Path(tempfile.mkdtemp(prefix="mp-", dir=home if len(home) < 60 else "/tmp"))

    def _end_orphan(self, old: dict[str, Any]) -> None:
        """End the engine of a keeper that was killed, where the kernel has not done so."""
        pid = old.get("pid")
        if pid is None or self.engine.kind not in _command_line(pid):
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, self.engine.stop_signal)
            for _ in range(STOP_SECONDS * 20):
                os.kill(pid, 0)
                time.sleep(0.05)
            os.kill(pid, self.engine.hard_signal)


def _command_line(pid: int) -> str:
    """So that a pid that now belongs to somebody else is left alone."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_text(errors="replace")
    if sys.platform.startswith("linux"):
        return ""
    listed = ["ps", "-o", "args=", "-p", str(pid)]
    return subprocess.run(listed, capture_output=True, text=True, check=False).stdout


def main() -> int:
    kind, state, *more = sys.argv[1:]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    keeper = Keeper(kind, Path(state), temporary=bool(more))
    try:
        try:
            keeper.start()
            keeper.engine.prepare()
        except (EngineError, OSError) as problem:
            say(f"error: {problem}")
            return 1
        say("ready")
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        keeper.keep()
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        keeper.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
