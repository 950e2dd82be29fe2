"""What can be wrong with a file of contracts, in words for the person who sent it."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from agencies.values.columns import COLUMNS

# Of one row: it is not applied, the others are.
ROW_PROBLEMS: dict[str, str | Promise] = {
    "missing": _("This cell must not be empty."),
    "too_long": _("This text is too long."),
    "day": _(
        "This is no day, or one that can be read in two ways. Write it as 2026-03-31 or "
        "2026年3月31日."
    ),
    "too_early": _("Days before the year 2000 are not taken."),
    "too_late": _("This day lies too far ahead. Write “open” where there is no end."),
    "backwards": _("The last day lies before the first one."),
    "rounded": _(
        "A spreadsheet has rounded this id, so nobody can tell whose it is. Make the column text, "
        "put the id in again from its source, or give the handle instead."
    ),
    "id": _("This is no id. Keep the column as text."),
    "truth": _("Write yes or no."),
    "word": _("This word is not known here. The template lists what the column takes."),
    "platform": _("This platform is not known here."),
    "no_account": _("The row names a platform, and neither a permanent id nor a handle."),
    "unknown_account": _("The register knows no such account on this platform."),
    "other_account": _("The permanent id and the handle are of two different accounts."),
    "several_accounts": _("Several accounts had this handle. Give the permanent id."),
    "no_platform": _("The row names an account, and not its platform."),
    "contradiction": _("Another row says something else about the same contract."),
    "twice": _("Another row names the same account for the same days and scopes."),
    "ambiguous": _(
        "The contract holds this account several times. Give the days and scopes of the one that "
        "you mean."
    ),
    "cells": _("The row has more cells than the header."),
    "moved": _("Somebody has changed this contract or account since the check. Upload it again."),
}

# What the rules of contracts and bindings refuse, in a form as in a file.
RULES: dict[str, str | Promise] = {
    "outside_open": _("The contract begins on %(first)s: the days must lie within its period."),
    "outside": _(
        "The contract runs from %(first)s to %(last)s: the days must lie within its period."
    ),
    "covered": _("The contract already covers this account then."),
    "waiting": _(
        "Too many of your claims on this account wait for an answer. Take some back first."
    ),
    "more": _("More than was confirmed needs a new claim, which the creator answers."),
    "first_day": _(
        "What the account has confirmed keeps its first day: an agency cannot undo it. Ask the "
        "holder of the account to contest it, or the platform’s moderators."
    ),
    "exclusive": _(
        "Whether a binding is exclusive does not change. Take the claim back or end the binding, "
        "and add another one."
    ),
    "bound_before": _("Accounts are bound from an earlier day on: amend those bindings first."),
    "public_after": _(
        "A confirmed binding under this contract begins after this day, and an agency cannot "
        "undo one. Ask the holder of the account to contest it, or the platform’s moderators."
    ),
    # No refusal: the claim is kept, and who is right is for the account to say.
    "held": _(
        "Somebody holds the account exclusively from %(first)s to %(last)s. Your claim is kept; "
        "the holder of the account says who is right."
    ),
    "held_open": _(
        "Somebody holds the account exclusively from %(first)s on. Your claim is kept; the holder "
        "of the account says who is right."
    ),
}

# Of the whole file: nothing of it is applied.
REFUSALS: dict[str, str | Promise] = {
    "empty": _("The file has no rows."),
    "encoding": _(
        "The text of the file cannot be read. Save it as CSV in UTF-8 and send it again."
    ),
    "quotes": _("The quotation marks in line %(line)s do not match, so that rows run together."),
    "too_many": _("The file has more than %(most)s rows. Send it in parts."),
    "too_wide": _("The file has more than %(most)s columns."),
    "workbook": _("The workbook cannot be read. Save it again as XLSX, or send it as CSV."),
    "missing_columns": _("The first row lacks these columns: %(columns)s."),
    "gone": _("The file is no longer there. Send it again."),
}

NOTES: dict[str, str | Promise] = {
    "unknown_column": _("The column “%(column)s” is not known and was ignored."),
    "other_sheets": _("Only the first sheet, “%(sheet)s”, was read."),
    "hidden_rows": _("Hidden sheets were not read."),
    "formulas": _("Formulas were read as the values that the spreadsheet had saved."),
    "same_file": _("The same file was applied before, on %(day)s."),
}

# Why something stayed as it was when an import was undone.
KEPT: dict[str, str | Promise] = {
    "answered": _("The holder of the account has answered in the meantime: the binding stays."),
    "changed": _("Somebody has changed it in the meantime: it stays as it is now."),
    "public": _("An account is confirmed under the contract: it stays. End it instead."),
    "in_use": _("Other accounts were bound under the contract in the meantime: it stays."),
    "narrowed": _("What was confirmed can shrink, and not grow again without a new claim."),
    "withdrawn": _("A claim that the shorter contract took back stays taken back."),
    "reference": _("The old reference is taken by another contract now."),
    "refused": _("The earlier period does not fit the accounts that are bound now."),
}


def row_problem(code: str, about: Mapping[str, Any] | None = None) -> str:
    """What is wrong with a cell or row, in the active language; `about` is what the text names."""
    text = str(ROW_PROBLEMS.get(code) or RULES.get(code, code))
    return text % about if "%(" in text else text


def refusal(found: Mapping[str, Any]) -> str:
    """Why a file was refused (`{"code": …, and what the text needs}`), or nothing."""
    if not found:
        return ""
    names = [COLUMNS[code].heading for code in found.get("missing", ())]
    return _filled(REFUSALS, {**found, "columns": ", ".join(names)})


def note(found: Mapping[str, Any]) -> str:
    return _filled(NOTES, found)


def kept(code: str) -> str:
    return str(KEPT.get(code, code))


def _filled(texts: Mapping[str, str | Promise], found: Mapping[str, Any]) -> str:
    text = str(texts[found["code"]])
    return text % found if "%(" in text else text
