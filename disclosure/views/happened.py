"""What happened to a rule or a duty, in the reader's language, for components/timeline.html."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from journal.models import Event

# Verb -> words and tone.
TITLES: dict[str, tuple[Any, str]] = {
    "rule.proposed": (gettext_lazy("Proposed"), "info"),
    "rule.amended": (gettext_lazy("Amended"), "info"),
    "rule.shadowed": (gettext_lazy("Put into the shadow"), "info"),
    "rule.redrafted": (gettext_lazy("Taken back to a draft"), "quiet"),
    "rule.made_live": (gettext_lazy("Approved by a second person"), "good"),
    "rule.retired": (gettext_lazy("Retired"), "quiet"),
    "duty.opened": (gettext_lazy("Opened: the account fell under the rule"), "info"),
    "duty.met": (gettext_lazy("Met: the account has answered"), "good"),
    "duty.closed": (gettext_lazy("Closed: the account is no longer under the rule"), "quiet"),
    "duty.waived": (gettext_lazy("Waived"), "quiet"),
}
# Why a pass closed a duty.
BECAUSE = {
    "rule": gettext_lazy("The rule was retired."),
    "status": gettext_lazy("The account was revoked or closed."),
    "tier": gettext_lazy("The account is below the rule's tier."),
    "facts": gettext_lazy("The account's content fields or kind changed."),
}


def timeline(events: Iterable[Event]) -> list[dict[str, Any]]:
    """Entries in the order of the events; the clock is not named as a person."""
    return [
        {
            "at": event.at,
            "title": TITLES[event.verb][0],
            "tone": TITLES[event.verb][1],
            "who": event.actor_name if event.actor_kind != "clock" else "",
            "text": _text(event.changes),
        }
        for event in events
        if event.verb in TITLES
    ]


def _text(changes: dict[str, Any]) -> str:
    if "because" in changes:
        return str(BECAUSE[changes["because"]])
    if "due" in changes:
        days = {"from_day": changes["from_day"], "due": changes["due"]}
        return _("Under the rule since %(from_day)s, to be answered by %(due)s.") % days
    if "live_from" in changes:
        return _("Live from %(day)s.") % {"day": changes["live_from"]}
    return ""
