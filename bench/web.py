"""Labels over HTTP against views that do next to nothing; how long the register's pages take."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import random
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

import psycopg

from bench.bind import bind
from bench.figures import figure, high, middle, note
from bench.ground import Ground
from bench.load import Client, get, post
from config import engines, supervisor

PAIRS, BULK, BULK_TIMES, SEARCHES = 10, 1000, 12, 60

# Public accounts, half of them with a fact that a label could speak of.
ACCOUNTS = """
(SELECT p.id, pl.code, p.external_id FROM influencers_profile p
 JOIN influencers_platform pl ON pl.id = p.platform_id
 WHERE p.tier >= 1 AND EXISTS (SELECT FROM disclosure_duty d WHERE d.profile_id = p.id)
 ORDER BY hashint8(p.id) LIMIT 10000)
UNION ALL
(SELECT p.id, pl.code, p.external_id FROM influencers_profile p
 JOIN influencers_platform pl ON pl.id = p.platform_id
 WHERE p.tier >= 1 AND NOT EXISTS (SELECT FROM disclosure_duty d WHERE d.profile_id = p.id)
 ORDER BY hashint8(p.id) LIMIT 10000)
"""
# Public accounts with an agency.
MANAGED = """
SELECT p.id, pl.code, p.external_id FROM influencers_profile p
JOIN influencers_platform pl ON pl.id = p.platform_id
WHERE p.tier >= 1 AND EXISTS (SELECT FROM agencies_binding b WHERE b.profile_id = p.id)
ORDER BY hashint8(p.id) LIMIT 20000
"""
# The rows that a label is derived from, nothing derived.
FACTS = """
SELECT q.n, pf.code, p.external_id, h.handle, p.status, s.status, a.during, u.code, u.basis,
       u.from_day, u.due, u.shown_from, l.seq
FROM unnest(%(codes)s::text[], %(names)s::text[]) WITH ORDINALITY q (code, name, n)
JOIN influencers_platform pf ON pf.code = q.code
JOIN influencers_profile p ON p.platform_id = pf.id AND p.external_id = q.name
LEFT JOIN LATERAL (SELECT h.handle FROM influencers_profilehandle h
    WHERE h.profile_id = p.id AND h.during @> %(day)s::date) h ON true
LEFT JOIN LATERAL (SELECT s.status FROM influencers_profilestatuschange s
    WHERE s.profile_id = p.id AND s.effective_on <= %(day)s ORDER BY s.id DESC LIMIT 1) s ON true
LEFT JOIN LATERAL (SELECT a.during FROM disclosure_declaration a
    WHERE a.profile_id = p.id AND a.during @> %(day)s::date) a ON true
LEFT JOIN LATERAL (SELECT r.code, r.basis, u.from_day, u.due, u.shown_from
    FROM disclosure_duty u JOIN disclosure_rule r ON r.id = u.rule_id
    WHERE u.profile_id = p.id ORDER BY u.id DESC LIMIT 1) u ON true
LEFT JOIN LATERAL (SELECT l.seq FROM journal_leaf l
    WHERE l.profile_id = p.id ORDER BY l.seq DESC LIMIT 1) l ON true
"""
NAMES = """
SELECT display_name, handle FROM influencers_profile
WHERE tier >= 1 AND {which} ORDER BY hashint8(id) LIMIT %(count)s
"""


@contextlib.contextmanager
def portal(ground: Ground) -> Iterator[int]:
    """The portal's web, started as the supervisor does, with the addresses of bench.urls."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    (ground.folder / "log").mkdir(exist_ok=True)
    environment = {"DJANGO_SETTINGS_MODULE": "bench.settings", "MINGPAI_PROCESS": "web"}
    subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity", "0"],
        cwd=engines.ROOT,
        env=os.environ | environment,
        stdout=sys.stderr,
        check=True,
    )
    web = supervisor.children(ground.folder, port, reload=False)[0]
    web.environment |= environment
    web.start()
    try:
        until = time.monotonic() + supervisor.ANSWER_SECONDS
        while not supervisor.answers(port):
            if time.monotonic() > until or web.process is None or web.process.poll() is not None:
                raise RuntimeError(f"the web does not answer; see {web.log}")
            time.sleep(0.1)
        yield port
    finally:
        supervisor.stop([web])


def bench(ground: Ground, seconds: float) -> None:
    """`seconds` is the length of a slice."""
    ground.quiet()
    with ground.connect() as connection:
        accounts = connection.execute(ACCOUNTS).fetchall()
        random.Random(1).shuffle(accounts)
        with portal(ground) as port:
            _labels(port, accounts, seconds)
            _bulk(port, accounts, connection)
            _pages(port, connection)
            bind(ground, datetime.now(UTC).date() - timedelta(days=100))
            _managed(port, connection.execute(MANAGED).fetchall(), seconds)


def _managed(port: int, accounts: Sequence[tuple[Any, ...]], seconds: float) -> None:
    """Labels that name an agency, beside the same one row of the account."""
    label = itertools.cycle([get(path, port) for path in _paths(accounts)])
    row = itertools.cycle([get(f"/api/v1/bench/row/{pk}", port) for pk, *_ in accounts])
    with Client(port) as client:
        body = client.ask(next(label)).body
        if b'"managed"' not in body:
            raise RuntimeError(f"no agency is named: {body!r}")
        client.run(label, 2 * seconds)
        _rates(client, seconds, "label_managed", 200, label, {"row_view": row})


def _paths(accounts: Sequence[tuple[Any, ...]]) -> list[str]:
    return [f"/api/v1/labels/{code}/{quote(name, safe='')}" for _, code, name in accounts]


def _labels(port: int, accounts: Sequence[tuple[Any, ...]], seconds: float) -> None:
    paths = _paths(accounts)
    label = itertools.cycle([get(path, port) for path in paths])
    row = itertools.cycle([get(f"/api/v1/bench/row/{pk}", port) for pk, *_ in accounts])
    empty = itertools.cycle([get("/api/v1/bench/empty", port)])
    with Client(port) as client:
        note("labels: warming up")
        for requests in (label, row, empty):
            client.run(requests, 2 * seconds)
        known = []
        for path in paths[:2000]:
            etag = client.ask(get(path, port)).header("ETag")
            known.append(get(path, port, f"If-None-Match: {etag}"))
        unchanged = itertools.cycle(known)
        note("labels: pairs of slices")
        _rates(client, seconds, "label", 200, label, {"row_view": row, "empty_view": empty})
        _rates(client, seconds, "label_304", 304, unchanged, {"empty_view": empty})
        times = client.times([get(path, port) for path in paths[:500]])
        figure("label_p50_ms", middle(times) * 1000, "ms")
        figure("label_p95_ms", high(times) * 1000, "ms")


def _rates(
    client: Client,
    seconds: float,
    name: str,
    status: int,
    ours: Iterator[bytes],
    bases: dict[str, Iterator[bytes]],
) -> None:
    """Each slice of ours beside one of each base: the machine is never equally busy for long."""
    rates: list[float] = []
    ratios: dict[str, list[float]] = {base: [] for base in bases}
    for _ in range(PAIRS):
        for base, requests in bases.items():
            mine = client.run(ours, seconds)
            theirs = client.run(requests, seconds)
            if set(mine.statuses) != {status} or set(theirs.statuses) != {200}:
                raise RuntimeError(f"{name}: {mine.statuses}, {base}: {theirs.statuses}")
            rates.append(mine.rate)
            ratios[base].append(mine.rate / theirs.rate)
    figure(f"{name}_rate", middle(rates), "rps")
    for base, found in ratios.items():
        figure(f"{name}_rate_to_{base}", middle(found), "ratio")


def _bulk(port: int, accounts: Sequence[tuple[Any, ...]], connection: psycopg.Connection) -> None:
    """A thousand labels in one request, against one prepared statement for the facts."""
    asked = accounts[:BULK]
    given = {
        "codes": [code for _, code, _ in asked],
        "names": [name for *_, name in asked],
        "day": time.strftime("%Y-%m-%d", time.gmtime()),
    }
    body = {"accounts": [{"platform": code, "external_id": name} for _, code, name in asked]}
    request = post("/api/v1/labels/lookup", port, json.dumps(body).encode())
    ours, theirs = [], []
    with Client(port, 1) as client, psycopg.Cursor(connection) as cursor:
        for _ in range(3 + BULK_TIMES):
            ours += client.times([request])
            before = time.perf_counter()
            found = cursor.execute(FACTS, given, prepare=True).fetchall()
            theirs.append(time.perf_counter() - before)
            if len(found) != len(asked):
                raise RuntimeError(f"{len(found)} rows for {len(asked)} accounts")
    figure("label_bulk_1000_ms", middle(ours[3:]) * 1000, "ms")
    figure("label_bulk_1000_bare_ms", middle(theirs[3:]) * 1000, "ms")
    figure("label_bulk_to_bare", middle(ours[3:]) / middle(theirs[3:]), "ratio")


def _pages(port: int, connection: psycopg.Connection) -> None:
    """Pages of the register, one request after the other, each with another search."""
    dice = random.Random(2)
    chinese = _names(connection, "length(display_name) >= 3 AND display_name ~ '^[^ -~]+$'")
    latin = _names(connection, "display_name ~ '^[A-Za-z ]+$'")
    searches: dict[str, list[dict[str, str]]] = {
        "chinese_two_characters": [{"q": _two_of(name, dice)} for name, _ in chinese],
        "latin_substring": [{"q": handle.split("_")[0][1:]} for _, handle in latin],
        "handle": [{"q": handle} for _, handle in latin],
        "typo": [{"q": _misspelt(name.split(" ")[0], dice)} for name, _ in latin],
        "by_tier": [{}] * SEARCHES,
        "tier_and_platform": [
            {"tier": str(dice.randint(1, 5)), "platform": dice.choice(["weibo", "douyin"])}
            for _ in range(SEARCHES)
        ],
    }
    with Client(port, 1) as client:
        empty = client.times([get("/bench/page", port)] * SEARCHES)
        figure("page_empty_p50_ms", middle(empty) * 1000, "ms")
        for name, asked in searches.items():
            pages = [get(f"/?{urlencode(each)}", port) for each in asked]
            client.times(pages[:5])
            times = client.times(pages)
            figure(f"search_{name}_p50_ms", middle(times) * 1000, "ms")
            figure(f"search_{name}_p95_ms", high(times) * 1000, "ms")


def _names(connection: psycopg.Connection, which: str) -> list[tuple[str, str]]:
    query = NAMES.format(which=which).replace("%", "%%").replace("%%(", "%(")
    return connection.execute(query.encode(), {"count": SEARCHES}).fetchall()


def _two_of(name: str, dice: random.Random) -> str:
    place = dice.randrange(len(name) - 1)
    return name[place : place + 2]


def _misspelt(word: str, dice: random.Random) -> str:
    place = dice.randrange(1, len(word) - 1)
    return word[:place] + word[place + 1] + word[place] + word[place + 2 :]
