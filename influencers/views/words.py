"""What pages say about tiers and about what happened to an account, in the reader's language."""

from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import quote

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.templatetags.house import followers
from influencers.models import Profile, TierChange
from influencers.values.statuses import StatusReason
from journal.models import Event

# Verb -> words and tone. What higher apps write about an account keeps its verb.
TITLES: dict[str, tuple[Any, str]] = {
    "profile.status_changed": (gettext_lazy("Status changed"), "bad"),
    "profile.fields_changed": (gettext_lazy("Content fields changed"), "info"),
    "profile.principal_changed": (gettext_lazy("The account changed hands"), "wait"),
    "profile.influencer_changed": (gettext_lazy("Who is behind the account changed"), "info"),
    "profile.kind_changed": (gettext_lazy("Person or organisation changed"), "info"),
    "profile.identity_verified": (gettext_lazy("Identity checked"), "good"),
    "profile.identity_doubted": (gettext_lazy("The check of the identity was taken back"), "bad"),
    "profile.protection_changed": (gettext_lazy("Protection of a minor changed"), "info"),
    "profile.renamed": (gettext_lazy("Handle changed"), "info"),
    "profile.twin_seen": (gettext_lazy("Another account had the handle"), "wait"),
    "profile.identified": (gettext_lazy("The permanent id became known"), "info"),
    "label.changed": (gettext_lazy("The public label changed"), "ink"),
    "duty.opened": (gettext_lazy("A duty to disclose opened"), "info"),
    "duty.met": (gettext_lazy("A duty to disclose was met"), "good"),
    "duty.closed": (gettext_lazy("A duty to disclose closed"), "quiet"),
    "duty.waived": (gettext_lazy("A duty to disclose was waived"), "quiet"),
    "declaration.made": (gettext_lazy("Declared independent"), "good"),
    "case.opened": (gettext_lazy("A case was opened"), "wait"),
    "case.claimed": (gettext_lazy("A moderator took the case"), "quiet"),
    "case.given_back": (gettext_lazy("A moderator gave the case back"), "quiet"),
    "case.dropped": (gettext_lazy("A case was dropped: nothing was left to decide"), "quiet"),
    "case.decided": (gettext_lazy("A case was decided"), "ink"),
    "decision.made": (gettext_lazy("The parties were told of a decision"), "info"),
    "statement.published": (gettext_lazy("A statement of reasons was published"), "info"),
    "declaration.withdrawn": (gettext_lazy("A declaration was withdrawn"), "quiet"),
    "proof.asked": (gettext_lazy("Somebody wants to show that the account is theirs"), "info"),
    "proof.ready": (gettext_lazy("A code is said to stand in the profile text"), "info"),
    "proof.found": (
        gettext_lazy("A code was found in the profile text, to be checked by a second person"),
        "info",
    ),
    "proof.given": (gettext_lazy("Control of the account was proven"), "good"),
    "proof.missing": (gettext_lazy("A code was not found in the profile text"), "bad"),
    "proof.ended": (gettext_lazy("A proof of control ended"), "quiet"),
    "confirmation.asked": (gettext_lazy("The account was asked about a claim"), "info"),
    "confirmation.answered": (gettext_lazy("The account answered a claim"), "good"),
    "dispute.opened": (gettext_lazy("A binding was contested"), "bad"),
    "dispute.answered": (gettext_lazy("The agency answered a dispute"), "info"),
    "dispute.upheld": (gettext_lazy("A dispute was upheld"), "bad"),
    "dispute.rejected": (gettext_lazy("A dispute was rejected"), "good"),
    "dispute.withdrawn": (gettext_lazy("A dispute was withdrawn"), "quiet"),
    "establishment.proposed": (gettext_lazy("A claim was to be established on documents"), "info"),
    "establishment.approved": (gettext_lazy("A claim was established on documents"), "good"),
    "establishment.rejected": (gettext_lazy("A claim was not established on documents"), "quiet"),
    "proposal.made": (gettext_lazy("Something was proposed that takes two people"), "info"),
    "proposal.approved": (gettext_lazy("A second person approved a proposal"), "good"),
    "proposal.rejected": (gettext_lazy("A second person rejected a proposal"), "quiet"),
    "proposal.withdrawn": (gettext_lazy("A proposal was withdrawn"), "quiet"),
    "proposal.lapsed": (gettext_lazy("A proposal lapsed: nobody decided on it"), "quiet"),
}


def tier_name(tier: int | None, floors: Sequence[int]) -> str:
    """A tier by the floor that it begins at: "10 M and more". Tier n is the n-th of `floors`."""
    if tier is None:
        return _("not published")
    if tier == 0 or tier > len(floors):
        return _("below %(floor)s") % {"floor": followers(floors[0])} if floors else str(tier)
    return _("%(floor)s and more") % {"floor": followers(floors[tier - 1])}


def tier_rows(changes: Iterable[TierChange], floors: Sequence[int]) -> list[dict[str, Any]]:
    """Rows of a table of tier changes, in the order that they come."""
    return [
        {
            "effective_on": change.effective_on,
            "before": tier_name(change.from_tier, floors) if change.from_tier is not None else "",
            "tier": tier_name(change.tier, floors),
            "rose": (change.tier or 0) >= (change.from_tier or 0),
            "cause_day": change.cause_day,
            "cause_followers": change.cause_followers,
        }
        for change in changes
    ]


def timeline(events: Iterable[Event]) -> list[dict[str, Any]]:
    """Entries for components/timeline.html; the clock is not named as a person."""
    entries = []
    for event in events:
        title, tone = TITLES.get(event.verb, (event.verb, "quiet"))
        entries.append(
            {
                "at": event.at,
                "title": title,
                "tone": tone,
                "who": event.actor_name if event.actor_kind != "clock" else "",
                "text": _text(event),
            }
        )
    return entries


def _text(event: Event) -> str:
    changes = event.changes
    match event.verb:
        case "profile.status_changed":
            before, after = (Profile.Status(word).label for word in changes["status"])
            said = {
                "before": before,
                "after": after,
                "day": changes["effective_on"],
                "reason": StatusReason(changes["reason"]).label,
            }
            return _("From “%(before)s” to “%(after)s” on %(day)s: %(reason)s.") % said
        case "profile.fields_changed":
            return ", ".join(changes["content_fields"][1]) or _("none")
        case "profile.principal_changed":
            return _("On %(day)s.") % {"day": changes["on"]}
        case "profile.identity_verified":
            return _("On %(day)s.") % {"day": changes["verified_on"]}
    return ""


def outside_address(profile: Profile) -> str:
    """Where the account is on its platform, or "" where no address leads to it."""
    pattern = profile.platform.address_pattern
    if "{id}" in pattern and not profile.provisional:
        return pattern.replace("{id}", quote(profile.external_id, safe=""))
    if "{handle}" in pattern and profile.handle:
        return pattern.replace("{handle}", quote(profile.handle, safe="@"))
    return ""
