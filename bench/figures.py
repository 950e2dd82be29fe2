"""Lines of the form `name value unit`."""

from __future__ import annotations

import sys
import time
from statistics import median, quantiles

_begun = time.monotonic()


def figure(name: str, value: float, unit: str) -> None:
    """One measured figure. Ratios are of one run; their aims stand in docs/speed.md."""
    digits = 3 if unit in ("ratio", "s", "ms") else 0
    print(f"{name} {value:.{digits}f} {unit}", flush=True)


def note(text: str) -> None:
    """What is under way, for who watches; not a figure."""
    print(f"# {time.monotonic() - _begun:5.0f} s  {text}", file=sys.stderr, flush=True)


def middle(values: list[float]) -> float:
    return median(values)


def high(values: list[float]) -> float:
    """The 95th of a hundred."""
    return quantiles(values, n=20, method="inclusive")[-1] if len(values) > 1 else values[0]
