"""`python -m bench [PART…]`: measure and print. `PROFILES=20000` makes it a small trial."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from datetime import UTC, datetime, timedelta

from bench import contracts, imports, lay, passes, runs, web
from bench.alike import Differ
from bench.figures import figure, note
from bench.ground import TEMPLATE, Busy, Ground, ground, work
from bench.lay import Days, noon
from config import engines

PARTS = ("imports", "passes", "contracts", "web")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("parts", nargs="*", help=f"of {', '.join(PARTS)}; all unless named")
    parser.add_argument("--profiles", type=int, default=int(os.environ.get("PROFILES") or 10**6))
    parser.add_argument("--repetitions", type=int, default=int(os.environ.get("REPETITIONS") or 3))
    parser.add_argument("--seconds", type=float, default=1.0, help="length of a slice of requests")
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # the engines are left in order
    if unknown := set(asked.parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    try:
        with ground(engines.state_folder()) as place:
            measure(place, asked)
    except (Busy, engines.EngineError, Differ) as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


def measure(place: Ground, asked: argparse.Namespace) -> None:
    parts, profiles, repetitions = asked.parts or PARTS, asked.profiles, asked.repetitions
    # Yesterday: no file may speak of days to come, and the passes go one day further.
    days = Days((datetime.now(UTC) - timedelta(days=1)).date())
    figure("profiles", profiles, "rows")
    note("writing files")
    work(TEMPLATE, (runs.write_files, (place.folder, profiles, days)))
    note("laying accounts")
    lay.fill(place, place.folder, days)
    place.settle(TEMPLATE)
    note("first passes")
    for kinds, day in ((("tiers", "duties"), days.passed), (("labels", "tallies"), days.eve)):
        done = work(TEMPLATE, (runs.passes, (kinds, noon(day), True)))
        note(passes._say(done))
        if "duties" in kinds:
            lay.tell(place, days)
    work(TEMPLATE, (runs.place_events, ()))
    place.settle(TEMPLATE)
    if "imports" in parts:
        imports.bench(place, profiles, repetitions)
    if "passes" in parts:
        passes.bench(place, days, repetitions)
    if "contracts" in parts:
        contracts.bench(place, repetitions)
    if "web" in parts:
        web.bench(place, asked.seconds)


if __name__ == "__main__":
    sys.exit(main())
