"""PostgreSQL and Valkey as the keeper starts them: command lines, data, readiness."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
from pathlib import Path
from typing import Any, Protocol

from config import binaries
from config.engines import EngineError, prepare_roles, say


def memory_bytes() -> int:
    """Memory of this machine, or of its container where that is less."""
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    with contextlib.suppress(OSError, ValueError):  # "max" where there is no limit
        machine = min(machine, int(Path("/sys/fs/cgroup/memory.max").read_text()))
    return machine


class Server(Protocol):
    """What the keeper asks of an engine."""

    kind: str
    url: str
    stop_signal: signal.Signals  # ends it in order
    hard_signal: signal.Signals  # ends it now

    def command(self) -> list[str]:
        """Make what is missing and return the command line. Raises EngineError."""

    def popen_arguments(self) -> dict[str, Any]:
        """Identity and environment of its processes."""

    def ready(self, pid: int) -> bool:
        """Whether the process of this number serves."""

    def prepare(self) -> None:
        """What is to be done once it serves. Repeating it changes nothing."""

    def remove(self) -> None:
        """Remove what lies outside the state folder, for a temporary engine."""


class Postgres(Server):
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
        # What pg_ctl asks too: the last line of the server's own pid file.
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
            return link.readlink().parent
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
            # Commits still reach the kernel: tests that kill the server lose nothing.
            settings |= {
                "fsync": "off",
                "full_page_writes": "off",
                "shared_buffers": "128MB",
                "max_connections": "200",
            }
        return settings


class Valkey(Server):
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
            "appendonly": "yes",
            "appendfsync": "no" if self.temporary else "everysec",
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
