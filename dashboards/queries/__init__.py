"""What panels, homes and the API read: tallies and the rows of one desk, never the register."""

from dashboards.queries.coverage import (
    STATES,
    Coverage,
    CoverageRow,
    by_tier,
    coverage,
    duty_trend,
    latest_imports,
    runs,
    runs_under_way,
    within,
    workers,
)
from dashboards.queries.headline import Headline, headline, headline_before

__all__ = [
    "STATES",
    "Coverage",
    "CoverageRow",
    "Headline",
    "by_tier",
    "coverage",
    "duty_trend",
    "headline",
    "headline_before",
    "latest_imports",
    "runs",
    "runs_under_way",
    "within",
    "workers",
]
