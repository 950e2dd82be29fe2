from reports.models.cases import BORNE_OUT, CASE_MOVES, Case, Decision, Template
from reports.models.reports import REPORT_MOVES, Category, Message, Report

__all__ = [
    "BORNE_OUT",
    "CASE_MOVES",
    "REPORT_MOVES",
    "Case",
    "Category",
    "Decision",
    "Message",
    "Report",
    "Template",
]
