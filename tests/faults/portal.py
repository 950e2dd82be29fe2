"""A whole portal in a folder of its own, seen from outside: its pages, its rows, its processes."""

from __future__ import annotations

import contextlib
import http.client
import http.cookiejar
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings

from config import engines
from tests.config import processes

# Of this test run; a portal of its own must not inherit them.
OURS = {"DATABASE_URL", "REDIS_URL", "MINGPAI_DB_ROLE", "MINGPAI_TESTING", "MINGPAI_REDIS_BASE"}
WORKER = "celery -A config.celery worker"
EMAIL, PASSWORD = "olga@example.org", "correct horse battery"
ZONE = "Etc/GMT{:+d}"

# Nothing is under way, and nothing that happened waits to be heard of. One statement, so that no
# step from one to the next is missed.
IDLE = """
SELECT NOT EXISTS (SELECT FROM journal_run WHERE status IN ('waiting', 'running'))
   AND NOT EXISTS (SELECT FROM influencers_importbatch
                   WHERE status IN ('waiting', 'checking', 'applying'))
   AND NOT EXISTS (SELECT FROM journal_pending)
   AND (SELECT count(*) FROM journal_follower
        WHERE seq = (SELECT coalesce(max(seq), 0) FROM journal_leaf)) = %s
"""
FOLLOWERS = len(settings.JOURNAL_FOLLOWERS)


class NotIdle(AssertionError):
    """Work was still under way when the time was over."""


class Portal:
    """`make run` on the data of `state`; `noon` is the zone in which no midnight is near."""

    def __init__(self, state: Path, port: int, noon: str):
        self.state, self.port = state, port
        self.process: subprocess.Popen[bytes] | None = None
        self.environment = {k: v for k, v in os.environ.items() if k not in OURS}
        self.environment |= {
            "MINGPAI_STATE": str(state),
            "PORT": str(port),
            "DEMO": "0",
            "PORTAL_TIME_ZONE": noon,
        }
        self.said = state / "said"

    # --- Life -----------------------------------------------------------------------------------

    def start(self) -> None:
        with open(self.said, "wb") as said:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "config.supervisor"],
                cwd=engines.ROOT,
                env=self.environment,
                stdout=said,
                stderr=said,
            )
        wait_for(self._is_ready, 180)

    def _is_ready(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.said.read_text()
        return "is ready" in self.said.read_text()

    def answers(self) -> bool:
        with contextlib.suppress(*GONE):
            return Browser(f"http://127.0.0.1:{self.port}").get("/healthz")[0] == 200
        return False

    def is_whole(self) -> bool:
        """Whether each of its processes is there, those that were killed and started again too."""
        # Valkey's own title hides whose it is.
        valkey = Path(f"/proc/{self.engine('valkey')['pid']}").exists()
        return valkey and all(map(self.pids, ("granian", WORKER, "bin/postgres")))

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            assert self.process.wait(90) == 0
            self.process = None

    def end(self) -> None:
        """Whatever became of it, nothing of it is left."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None
        left = processes.left_after(self.state, 30)
        assert left == {}

    def manage(self, *command: str, given: str = "") -> str:
        return subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=engines.ROOT,
            env=self.environment,
            input=given,
            text=True,
            check=True,
            stdout=subprocess.PIPE,
        ).stdout

    # --- Rows -----------------------------------------------------------------------------------

    def rows(self, statement: str, parameters: list[Any] | None = None) -> list[tuple[Any, ...]]:
        """What a statement of a superuser returns."""
        with psycopg.connect(self.engine("postgres")["url"], autocommit=True) as connection:
            cursor = connection.execute(statement.encode(), parameters)
            return cursor.fetchall() if cursor.description else []

    def unfinished(self) -> list[str]:
        kinds = "SELECT kind FROM journal_run WHERE status IN ('waiting', 'running') ORDER BY id"
        return [kind for (kind,) in self.rows(kinds)]

    def is_idle(self) -> bool:
        try:
            return bool(self.rows(IDLE, [FOLLOWERS])[0][0])
        except (psycopg.OperationalError, OSError, ValueError):
            return False  # the database is coming back

    def settle(self, seconds: float) -> float:
        """Waits until all that was asked for is done; how long that took. Raises NotIdle."""
        try:
            return wait_for(self.is_idle, seconds)
        except TimeoutError:
            work = self.rows(
                "SELECT kind, r.status, g.lo, g.lease_until, g.attempts, g.error FROM journal_run r"
                " LEFT JOIN journal_runrange g ON g.run_id = r.id AND g.done_at IS NULL"
                " WHERE r.status IN ('waiting', 'running')"
            )
            raise NotIdle(f"after {seconds} s: {work}") from None

    # --- Processes ------------------------------------------------------------------------------

    def engine(self, kind: str) -> dict[str, Any]:
        facts: dict[str, Any] = json.loads((self.state / "run" / f"{kind}.json").read_text())
        return facts

    def pids(self, part: str) -> list[int]:
        """Processes of this portal whose command holds `part`, the one that started them first."""
        found = processes.of_state(self.state).items()
        return sorted(pid for pid, command in found if part in command)

    # --- Pages ----------------------------------------------------------------------------------

    def browser(self) -> Browser:
        """Signed in as the operator, with password and second factor; the cookie is made beside
        the portal, because a code of an app serves once in half a minute."""
        browser = Browser(f"http://127.0.0.1:{self.port}")
        session = self.manage("shell", "--no-imports", "--command", SIGN_IN)
        browser.keep("sessionid", session.strip())
        assert browser.get("/accounts/me/")[0] == 200
        return browser


SIGN_IN = f"""
from accounts.models import User
from tests.people import signed_in
print(signed_in(User.objects.get(email="{EMAIL}")).cookies["sessionid"].value)
"""


class Browser:
    """What a browser without JavaScript does: follows redirects, keeps cookies, sends forms."""

    def __init__(self, address: str):
        self.address, self.jar = address, http.cookiejar.CookieJar()
        keeper = urllib.request.HTTPCookieProcessor(self.jar)
        self.opener = urllib.request.build_opener(keeper)

    def keep(self, name: str, value: str) -> None:
        """A cookie for all pages."""
        place = ("127.0.0.1", False, False, "/", True)  # host, said so, with a dot, path, said so
        cookie = http.cookiejar.Cookie(
            0, name, value, None, False, *place, False, None, True, None, None, {}
        )
        self.jar.set_cookie(cookie)

    def get(self, path: str) -> tuple[int, str]:
        """Status and text. Raises HTTPError, an OSError, for what is no page."""
        with self.opener.open(self.address + path, timeout=30) as answer:
            return answer.status, answer.read().decode()

    def fields(self, path: str) -> dict[str, str]:
        """The hidden fields of a page's forms."""
        _, text = self.get(path)
        inputs = [tag for tag in re.findall(r"<input[^>]*>", text) if 'type="hidden"' in tag]
        found = {}
        for tag in inputs:
            name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
            if name and value:
                found[name[1]] = value[1]
        return found

    def post(
        self, path: str, fields: dict[str, str], file: tuple[str, bytes] | None = None
    ) -> tuple[int, str]:
        """Status and address at the end of all redirects."""
        boundary = uuid.uuid4().hex
        parts = [
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in fields.items()
        ]
        body = "".join(parts).encode()
        if file is not None:
            head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="'
            body += f'{head}{file[0]}"\r\nContent-Type: text/csv\r\n\r\n'.encode()
            body += file[1] + b"\r\n"
        body += f"--{boundary}--\r\n".encode()
        kind = f"multipart/form-data; boundary={boundary}"
        headers = {"Content-Type": kind, "Referer": self.address + path}
        request = urllib.request.Request(self.address + path, body, headers)  # noqa: S310
        with self.opener.open(request, timeout=30) as answer:
            answer.read()
            return answer.status, answer.geturl()


# What a client sees of a web server that was killed, or of one without its database.
GONE = (OSError, http.client.HTTPException)


def wait_for(what: Callable[[], Any], seconds: float) -> float:
    """Waits until it is so; how long that took. Raises TimeoutError."""
    began = time.monotonic()
    while not what():
        if time.monotonic() - began > seconds:
            raise TimeoutError(f"not within {seconds} s")
        time.sleep(0.1)
    return time.monotonic() - began


def noon_zone() -> str:
    """A zone in which the day is young: expectations of today hold until a long test has ended."""
    # Signs of Etc zones are turned round: Etc/GMT-8 is eight hours ahead.
    ahead = (4 - time.gmtime().tm_hour + 11) % 24 - 11
    return ZONE.format(-ahead) if ahead else "Etc/GMT"


def tell(text: str) -> None:
    """Numbers for whoever runs the tests with -s."""
    print(text, flush=True)  # noqa: T201


def kill(pid: int, number: int = signal.SIGKILL) -> None:
    os.kill(pid, number)
