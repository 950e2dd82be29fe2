"""What can be wrong with a file of observations, in words for the person who sent it."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

# Of one row: it is not applied, the others are.
ROW_PROBLEMS: dict[str, str | Promise] = {
    "missing": _("This cell must not be empty."),
    "no_account": _("The row names no account: neither a permanent id nor a handle."),
    "count": _(
        "This is no count. Counts look like 13800000, 1,234, 13.8M, 221.7K, 1380万 or 5万+."
    ),
    "negative": _("A count cannot be below zero."),
    "day": _("This is no day of the calendar. Days look like 2026-03-31."),
    "future": _("This day has not come yet."),
    "platform": _("This platform is not known here."),
    "other_platform": _("You may send rows of your own platform only."),
    "rounded": _(
        "A spreadsheet has rounded this id, so nobody can tell whose it is. Keep ids as text."
    ),
    "territory": _("This is neither a province nor a country or region."),
    "too_long": _("This text is too long."),
    "contradiction": _("Another row says something else about the same account on the same day."),
    "handle_twice": _("Another row says that another account had this handle on the same day."),
    "cells": _("The row has more or fewer cells than the header."),
    "json": _("This line is not one JSON object with texts and numbers."),
}

# Of the whole file: nothing of it is applied.
REFUSALS: dict[str, str | Promise] = {
    "empty": _("The file is empty."),
    "nul": _("There is a NUL byte in line %(line)s: this is not a text file."),
    "encoding": _("Line %(line)s is not UTF-8. Save the file as UTF-8 and send it again."),
    "utf16": _("The file is UTF-16. Save it as UTF-8 and send it again."),
    "no_header": _("The first line must name the columns; it names none of: %(columns)s."),
    "missing_columns": _("The first line lacks these columns: %(columns)s."),
    "column_twice": _("The first line names the column “%(columns)s” twice."),
    "quotes": _("The quotation marks in line %(line)s do not match, so that rows run together."),
    "gone": _("The file is no longer there. Send it again."),
}

NOTES: dict[str, str | Promise] = {
    "unknown_column": _("The column “%(column)s” is not known and was ignored."),
    "country": _(
        "The column “country” was ignored: it says where the audience is, not the account."
    ),
    "same_file": _("The same file was applied before, on %(day)s. That is harmless."),
}

COLUMNS: dict[str, str | Promise] = {
    "platform": _("platform"),
    "external_id": _("permanent id"),
    "handle": _("handle"),
    "display_name": _("name"),
    "followers": _("followers"),
    "category": _("content field"),
    "observed_on": _("observed on"),
    "ip_territory": _("IP territory"),
    "views": pgettext_lazy("column of a file", "views"),
    "posts": pgettext_lazy("column of a file", "posts"),
    "engagements": pgettext_lazy("column of a file", "engagements"),
}


def row_problem(code: str) -> str:
    """What is wrong with a row, in the active language."""
    return str(ROW_PROBLEMS.get(code, code))


def refusal(found: Mapping[str, Any]) -> str:
    """Why a file was refused (`{"code": …, and what the text needs}`), or nothing."""
    return _filled(REFUSALS, found) if found else ""


def note(found: Mapping[str, Any]) -> str:
    return _filled(NOTES, found)


def _filled(texts: Mapping[str, str | Promise], found: Mapping[str, Any]) -> str:
    text = str(texts.get(found["code"], gettext("unknown")))
    return text % found if "%(" in text else text
