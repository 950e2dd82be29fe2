"""How the two clocks of a label are written: the day it is true on, and what was known when."""

import re
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from disclosure.queries import labels

DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
FIRST_YEAR, LAST_YEAR = 2000, 2999


def read_on(text: Any) -> date:
    """A day; one to come is answered with what is already known of it.

    Raises ValidationError with the code `invalid` or `out_of_range`.
    """
    try:
        if not isinstance(text, str) or not DAY.match(text):
            raise ValueError
        found = date.fromisoformat(text)
    except ValueError:
        raise ValidationError(_("A day is written like 2026-11-23."), "invalid") from None
    _in_range(found)
    return found


def read_known_at(text: Any) -> datetime:
    """An instant with its zone, or a day: the end of it where the portal is.

    Raises ValidationError with the code `invalid`, `no_zone`, `out_of_range` or, where what was
    known may still change, `too_recent`.
    """
    try:
        if not isinstance(text, str):
            raise ValueError
        if DAY.match(text):
            found = labels.end_of(date.fromisoformat(text))
        else:
            # A plus sign of a zone that was not escaped in an address arrives as a space.
            found = datetime.fromisoformat(re.sub(r" (\d\d:?\d\d)\Z", r"+\1", text))
    except ValueError:
        message = _("An instant is written like 2026-11-23T09:30:00+08:00, or it is a day.")
        raise ValidationError(message, "invalid") from None
    if found.tzinfo is None:
        raise ValidationError(_("An instant needs its zone, like +08:00 or Z."), "no_zone")
    _in_range(found)
    try:
        return labels.settled(found)
    except labels.Unsettled:
        message = _("What was known then is not settled yet; ask for a moment 10 seconds ago.")
        raise ValidationError(message, "too_recent") from None


def _in_range(found: date) -> None:
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        message = _("The register has no days before the year 2000 or after 2999.")
        raise ValidationError(message, "out_of_range")
