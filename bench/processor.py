"""Processor time of a piece of work, which other people's load hardly changes.

Counted is all that the database does meanwhile, its housekeeping included, and the process that
asks for it.
"""

from __future__ import annotations

import os
import resource
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")


class Processor:
    """The database's processes. Take `seconds()` before and after."""

    def __init__(self, data: Path) -> None:
        self.postmaster = int((data / "postmaster.pid").read_text().split()[0])

    def seconds(self) -> float:
        """Of the postmaster, of its children that are there, and of those that have ended; of this
        process and of its children that have ended."""
        own = resource.getrusage(resource.RUSAGE_SELF)
        ended = resource.getrusage(resource.RUSAGE_CHILDREN)
        total = own.ru_utime + own.ru_stime + ended.ru_utime + ended.ru_stime
        for folder in Path("/proc").iterdir():
            if not folder.name.isdecimal():
                continue
            try:
                # Behind the name in brackets: state, parent, …; times are fields 14 to 17.
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue  # it has just ended
            if int(folder.name) == self.postmaster:
                total += sum(map(int, fields[11:15])) / TICK
            elif int(fields[1]) == self.postmaster:
                total += sum(map(int, fields[11:13])) / TICK
        return total
