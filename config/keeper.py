"""The keeper of one embedded engine: starts it, restarts it when it dies, ends it after its last user.

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
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from config import binaries
from config.engines import EngineError, prepare_roles

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


def say(text: str) -> None:
    """A line for the user that waits; nobody may be listening any more."""
    with contextlib.suppress(OSError, ValueError):
        print(text, flush=True)


def memory_bytes() -> int:
    """Memory of this machine, or of its container where that is less."""
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    with contextlib.suppress(OSError, ValueError):  # "max" where there is no limit
        machine = min(machine, int(Path("/sys/fs/cgroup/memory.max").read_text()))
    return machine


class Postgres:
    """PostgreSQL on a socket of its own, as a user that is not root."""

    kind, stop_signal, hard_signal = "postgres", signal.SIGINT, signal.SIGQUIT

    def __init__(self, state: Path, folder: Path, *, temporary: bool):
        self.state, self.folder, self.temporary = state, folder, temporary
        self.account = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
        self.place = self._place()
        self.data = self.place / "pgdata"
        self.url = f"postgresql://mingpai@/mingpai?host={folder}"
        if self.account:
            os.chown(folder, self.account.pw_uid, self.account.pw_gid)

    def command(self) -> list[str]:
        """Make what is missing (binaries, cluster) and return the server's command line."""
        found = binaries.postgres_folder()
        if not self._can(found / "postgres", "--version"):
            found = binaries.copied_for_others(found, self.place)
            if not self._can(found / "postgres", "--version"):
                raise EngineError(f"{found}/postgres does not run on this machine")
        self._make_cluster(found)
        options = self._settings() | {"unix_socket_directories": str(self.folder)}
        settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        return [str(found / "postgres"), "-D", str(self.data), *settings]

    def ready(self, pid: int) -> bool:
        """What pg_ctl asks too: the last line of the server's own pid file."""
        with contextlib.suppress(OSError, IndexError):
            lines = (self.data / "postmaster.pid").read_text().splitlines()
            return lines[0] == str(pid) and lines[7].strip() == "ready"
        return False

    def prepare(self) -> None:
        import psycopg

        admin = self.url.replace("/mingpai?", "/postgres?")
        with psycopg.connect(admin, autocommit=True) as connection:
            if not connection.execute(
                "SELECT FROM pg_database WHERE datname = 'mingpai'"
            ).fetchall():
                connection.execute("CREATE DATABASE mingpai")
        prepare_roles(self.url)

    def popen_arguments(self) -> dict[str, Any]:
        """Identity and environment of every program of PostgreSQL that is started here."""
        arguments: dict[str, Any] = {
            "cwd": "/",
            "env": {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", "TZ": "UTC"},
        }
        if self.account:
            arguments |= {
                "user": self.account.pw_uid,
                "group": self.account.pw_gid,
                "extra_groups": [],
            }
        return arguments

    def remove(self) -> None:
        """Remove what lies outside the state folder, for a temporary engine."""
        if self.place != self.state:
            shutil.rmtree(self.place, ignore_errors=True)

    def _can(self, *command: str | Path) -> bool:
        """Whether the server's user can run this command."""
        try:
            return not subprocess.run(
                [str(part) for part in command],
                **self.popen_arguments(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                check=False,
            ).returncode
        except OSError:
            return False

    def _place(self) -> Path:
        """The state folder; where root's checkout is closed to others, a folder they can enter.

        `pgdata` in the state folder is then a link, which also finds the data again later.
        """
        link = self.state / "pgdata"
        if link.is_symlink():
            return Path(os.readlink(link)).parent
        if self._can("/bin/sh", "-c", 'cd "$0"', str(self.state)):
            return self.state
        home = tempfile.gettempdir() if self.temporary else "/var/lib"
        place = Path(tempfile.mkdtemp(prefix="mingpai-", dir=home))
        place.chmod(0o711)
        link.symlink_to(place / "pgdata")
        return place

    def _make_cluster(self, found: Path) -> None:
        version = self.data / "PG_VERSION"
        if version.exists():
            program = subprocess.run(
                [found / "postgres", "--version"], capture_output=True, text=True, check=True
            ).stdout.split()[2]
            if version.read_text().strip() != program.split(".")[0]:
                raise EngineError(
                    f"{self.data} was made by PostgreSQL {version.read_text().strip()}, this is"
                    f" {program}: move it away, or load a dump of it made with the old version"
                )
            return
        if not self.temporary:
            say(f"Making a new database cluster in {self.data}")
        # Made under another name, so that one that was interrupted is never taken for a whole one.
        fresh = self.place / "pgdata.new"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        if self.account:
            os.chown(fresh, self.account.pw_uid, self.account.pw_gid)
        options = "--username=mingpai --auth=trust --encoding=UTF8 --locale=C.UTF-8".split()
        done = subprocess.run(
            [found / "initdb", "-D", fresh, *options, *["--no-sync"] * self.temporary],
            **self.popen_arguments(),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise EngineError("initdb: " + " ".join(done.stderr.split()))
        fresh.rename(self.data)

    def _settings(self) -> dict[str, str]:
        """For two cores and few megabytes; bulk passes want few checkpoints and room to sort."""
        eighth = memory_bytes() // 8 // 2**20
        settings = {
            "listen_addresses": "",
            "shared_buffers": f"{max(32, min(512, eighth))}MB",
            "effective_cache_size": f"{max(64, eighth * 4)}MB",
            "work_mem": "32MB",
            "maintenance_work_mem": f"{max(64, min(256, eighth))}MB",
            "max_wal_size": "6GB",
            "checkpoint_timeout": "15min",
            "random_page_cost": "1.1",
            "jit": "off",
            "max_locks_per_transaction": "256",  # one statement may lock every monthly partition
            "timezone": "UTC",
            "log_timezone": "UTC",
            "log_line_prefix": "%m [%p] %u@%d ",
        }
        with contextlib.suppress(OSError):
            # A container's small /dev/shm would fail parallel queries.
            room = os.statvfs("/dev/shm")
            if room.f_blocks * room.f_frsize < 256 * 2**20:
                settings["dynamic_shared_memory_type"] = "sysv"
        if self.temporary:
            settings |= dict.fromkeys(("fsync", "synchronous_commit", "full_page_writes"), "off")
            settings |= {"shared_buffers": "128MB", "max_connections": "200"}
        return settings


class Valkey:
    """Valkey on a socket that only its own user can open."""

    kind, stop_signal, hard_signal = "valkey", signal.SIGTERM, signal.SIGKILL

    def __init__(self, state: Path, folder: Path, *, temporary: bool):
        self.data, self.temporary = state / "valkey", temporary
        self.socket = folder / "valkey.sock"
        self.url = f"unix://{self.socket}?db=0"

    def command(self) -> list[str]:
        self.data.mkdir(mode=0o700, exist_ok=True)
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.data),
            "databases": "64",  # each process of a parallel test run has its own
            "save": "",
            "appendonly": "no" if self.temporary else "yes",
            "appendfsync": "everysec",
            "maxmemory-policy": "noeviction",  # a queue must refuse, never forget
        }
        settings = [part for name, value in options.items() for part in (f"--{name}", value)]
        return [str(binaries.valkey_server()), *settings]

    def ready(self, pid: int) -> bool:
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as client:
            client.settimeout(1)
            client.connect(str(self.socket))
            client.sendall(b"PING\r\n")
            return client.recv(64).startswith(b"+PONG")  # -LOADING while it reads its file
        return False

    def prepare(self) -> None:
        """It is ready as it is."""

    def popen_arguments(self) -> dict[str, Any]:
        return {"cwd": "/"}

    def remove(self) -> None:
        """All of it lies in the state folder."""


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
        engine = {"postgres": Postgres, "valkey": Valkey}[kind]
        self.engine = engine(state, self.folder, temporary=temporary)
        self._end_orphan(old)
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the engine and wait until it answers. Raises EngineError."""
        command = self.engine.command()
        logs = self.state / "log"
        logs.mkdir(exist_ok=True)
        log_path = logs / f"{self.engine.kind}.log"
        if log_path.exists() and log_path.stat().st_size > 10_000_000:
            log_path.replace(log_path.with_suffix(".old.log"))
        with open(log_path, "ab") as log:
            self.process = subprocess.Popen(
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
        while not self.engine.ready(self.process.pid):
            if self.process.poll() is not None:
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
            mine = {os.geteuid(), pwd.getpwnam("nobody").pw_uid} if os.geteuid() == 0 else {os.geteuid()}
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
    listed = subprocess.run(
        ["ps", "-o", "args=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return listed.stdout


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
