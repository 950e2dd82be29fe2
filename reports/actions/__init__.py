"""Every meaningful write of reports, by noun: `reports.file(…)`, `cases.claim(…)`."""

from reports.actions import cases, decisions, reports

__all__ = ["cases", "decisions", "reports"]
