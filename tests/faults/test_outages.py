"""Requests while something is away or ends: they are answered, and the work is done afterwards."""

from __future__ import annotations

import json
import signal
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from tests.faults import digest
from tests.faults.lives import observed
from tests.faults.portal import Portal, kill, tell, wait_for

pytestmark = pytest.mark.xdist_group("portal")

DAY = datetime.now(UTC).date() - timedelta(days=3)


@pytest.fixture
def broker_down(portal: Portal) -> Iterator[Callable[[], None]]:
    """The broker is dead, and whoever would start it again is held until this is called."""
    facts = portal.engine("valkey")
    kill(facts["keeper"], signal.SIGSTOP)
    kill(facts["pid"])
    yield lambda: kill(facts["keeper"], signal.SIGCONT)
    kill(facts["keeper"], signal.SIGCONT)


def test_without_broker_requests_are_answered_and_done_after_its_return(
    portal: Portal, request: pytest.FixtureRequest
) -> None:
    issued = portal.manage(
        "issue_key", "bilibili", "--platform", "bilibili", "--right", "observations", "--json"
    )
    browser = portal.browser()
    back = request.getfixturevalue("broker_down")

    began = time.monotonic()
    fields = browser.fields("/imports/new/")
    text = observed(0, DAY, rows=50, seed=1)
    status, address = browser.post("/imports/new/", fields, ("page.csv", text.encode()))
    assert (status, "/imports/" in address, "/new/" in address) == (200, True, False)

    fields = browser.fields("/runs/") | {"full": "1"}
    status, address = browser.post("/runs/start/", fields)
    assert (status, "/runs/" in address) == (200, True)

    pushed = "\n".join(
        line for line in observed(1, DAY, rows=50, seed=1, prefix="push").splitlines()
        if line.startswith(("platform", "bilibili"))
    )  # fmt: skip
    push = urllib.request.Request(  # noqa: S310
        f"{browser.address}/api/v1/observations",
        pushed.encode(),
        {"Content-Type": "text/csv", "Authorization": f"Api-Key {json.loads(issued)['key']}"},
    )
    with urllib.request.urlopen(push, timeout=30) as answer:  # noqa: S310
        assert answer.status == 202
    assert time.monotonic() - began < 20  # nobody waited for the broker for long

    batches = "SELECT source, status FROM influencers_importbatch ORDER BY id"
    assert portal.rows(batches) == [("file", "waiting"), ("api", "waiting")]
    assert portal.unfinished() == ["import", "tiers", "duties", "labels", "tallies", "import"]

    back()
    tell(f"all done {portal.settle(120):.0f} s after the broker's return")
    assert portal.rows(batches) == [("file", "applied"), ("api", "applied")]
    assert digest.broken(portal.rows) == {}


def test_sigterm_lets_the_web_finish_a_request(portal: Portal) -> None:
    browser = portal.browser()
    [web, *_] = portal.pids("granian")
    answers: list[int] = []
    held = threading.Event()
    asking = threading.Thread(target=lambda: answers.append(browser.get("/imports/")[0]))
    with psycopg.connect(portal.engine("postgres")["url"]) as connection:
        connection.execute("LOCK TABLE influencers_importbatch IN ACCESS EXCLUSIVE MODE")
        asking.start()
        waiting = "SELECT 1 FROM pg_locks WHERE NOT granted"
        wait_for(lambda: portal.rows(waiting), 10)  # the request is in the middle of its view
        kill(web, signal.SIGTERM)
        held.wait(0.7)
        assert answers == []
    asking.join(10)
    assert answers == [200]
    # The one that ended is replaced.
    wait_for(lambda: web not in portal.pids("granian") and portal.pids("granian"), 60)
    wait_for(portal.answers, 60)


def test_first_pages_after_a_crash_of_the_database_are_answered(portal: Portal) -> None:
    browser = portal.browser()
    # Each of the two web processes holds a connection by now.
    assert {browser.get("/imports/")[0] for _ in range(12)} == {200}
    kill(portal.engine("postgres")["pid"])
    time.sleep(0.5)  # it is gone for sure
    wait_for(portal.is_idle, 60)  # it answers again
    assert [browser.get("/imports/")[0] for _ in range(12)] == [200] * 12
