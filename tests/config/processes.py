"""Processes that tests start, and a look at what is left of them."""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path


def of_state(state: Path) -> dict[int, str]:
    """Living processes that name this state folder in their command or environment."""
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            command = (process / "cmdline").read_bytes()
            if int(process.name) != os.getpid() and command:  # a zombie has no command
                text = command + (process / "environ").read_bytes()
                if str(state).encode() in text:
                    found[int(process.name)] = command.replace(b"\0", b" ").decode()
    return found


def left_after(state: Path, seconds: float) -> dict[int, str]:
    """What is left when these seconds have passed, or nothing as soon as nothing is."""
    deadline = time.monotonic() + seconds
    while (found := of_state(state)) and time.monotonic() < deadline:
        time.sleep(0.05)
    return found
