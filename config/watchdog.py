"""Ends what a killed supervisor leaves behind; run by config/supervisor.py with a pipe to it.

PDEATHSIG reaches a child, not the processes that the child started: a web server that is told to
end before it listens for signals would leave its workers. The supervisor names each session over
the pipe (`+PID`, `-PID`); when the pipe closes, those still named are ended.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time

PATIENCE_SECONDS = 1.5


def signal_all(sessions: set[int], number: int) -> set[int]:
    """Signal these process groups; return those that still exist."""
    alive = set()
    for session in sessions:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(session, number)
            alive.add(session)
    return alive


def main() -> int:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # it ends with the pipe only
    sessions: set[int] = set()
    for line in sys.stdin:
        change = {abs(int(line))}
        sessions = sessions - change if line.startswith("-") else sessions | change
    deadline = time.monotonic() + PATIENCE_SECONDS
    alive = signal_all(sessions, signal.SIGTERM)
    while alive and time.monotonic() < deadline:
        time.sleep(0.05)
        alive = signal_all(alive, 0)
    signal_all(alive, signal.SIGKILL)
    return 0


if __name__ == "__main__":
    sys.exit(main())
