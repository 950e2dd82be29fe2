"""What the pages of the register say about tiers, labels and the past, in the reader's language."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.templatetags.house import followers
from agencies.models import Binding, BusinessLine, ContractTerritory, Group
from disclosure.queries.histories import (
    AgencyRenamed,
    Joined,
    LabelTurn,
    Left,
    Managed,
    Renamed,
    Turn,
)
from disclosure.values import Label, State
from influencers.models import Platform, Profile, ProfileStatusChange, TierChange
from influencers.views.words import tier_name

TONES = {
    State.MANAGED: "ink",
    State.INDEPENDENT: "good",
    State.UNDISCLOSED: "wait",
    State.DISPUTED: "bad",
    State.NONE: "quiet",
}


def tier_names(platforms: Iterable[Platform]) -> list[tuple[int, str]]:
    """The name of each tier across platforms, where schemes differ with all of its floors."""
    schemes = {tuple(platform.floors) for platform in platforms if platform.floors}  # type: ignore[attr-defined]
    names: dict[int, list[str]] = {}
    for floors in sorted(schemes):
        for tier in range(len(floors) + 1):
            name = tier_name(tier, floors)
            if name not in names.setdefault(tier, []):
                names[tier].append(name)
    return [(tier, " / ".join(each)) for tier, each in names.items()]


def managers(label: Label) -> list[dict[str, Any]]:
    """The agencies that a label names, each with the words that its codes stand for.

    At most three queries: half contracts and groups are few.
    """
    codes = {code for part in label.managed_by for code in part["scopes"]}
    groups = {part["agency"]["group"] for part in label.managed_by} - {None}
    names: dict[str, str] = {"all": ""}
    if codes - names.keys():
        names |= {line.code: str(line) for line in BusinessLine.objects.filter(code__in=codes)}
    if places := [code.removeprefix("territory:") for code in codes if ":" in code]:
        found = ContractTerritory.objects.filter(code__in=places)
        names |= {f"territory:{each.code}": str(each) for each in found}
    kin = {g.slug: str(g) for g in Group.objects.filter(slug__in=groups)} if groups else {}
    return [
        {
            **part,
            "out_on": part["until"] and date.fromisoformat(part["until"]),
            "group": kin.get(part["agency"]["group"], ""),
            "basis_words": Binding.Basis(part["basis"]).label,
            "scope_words": " · ".join(names.get(c, c) for c in part["scopes"] if names.get(c, c)),
        }
        for part in label.managed_by
    ]


def agency_name(agency: dict[str, str]) -> str:
    """The name of an agency in a label, in the reader's language."""
    names = agency["name_en"], agency["name_zh"]
    chinese = (get_language() or "").startswith("zh")
    return next(filter(None, names[::-1] if chinese else names), "")


def so_far(times: Sequence[Managed]) -> dict[str, Any] | None:
    """How many agencies have managed an account, and from which day on."""
    if not times:
        return None
    return {"count": len({time.agency.pk for time in times}), "since": times[0].since}


def timeline(turns: Iterable[tuple[date, Turn]], floors: Sequence[int]) -> list[dict[str, Any]]:
    """Entries for components/timeline.html."""
    return [{"day": day, **_entry(turn, floors)} for day, turn in turns]


def _entry(turn: Turn, floors: Sequence[int]) -> dict[str, str]:
    if isinstance(turn, LabelTurn):
        return _label_entry(turn)
    if isinstance(turn, Renamed):
        if turn.before is None:
            return {"title": _("Handle @%(handle)s") % {"handle": turn.handle}}
        names = {"before": turn.before, "handle": turn.handle}
        return {"title": _("Handle changed from @%(before)s to @%(handle)s") % names}
    if isinstance(turn, Joined):
        named = {"agency": agency_name(turn.name)}
        return {"title": _("Managed by %(agency)s from this day on") % named, "tone": "good"}
    if isinstance(turn, AgencyRenamed):
        names = {"before": agency_name(turn.before), "name": agency_name(turn.name)}
        return {"title": _("The agency %(before)s is called %(name)s now") % names}
    if isinstance(turn, Left):
        return {"title": _("Managed by %(agency)s no longer") % {"agency": agency_name(turn.name)}}
    if isinstance(turn, TierChange):
        return _tier_entry(turn, floors)
    return _status_entry(turn)


def _label_entry(turn: LabelTurn) -> dict[str, str]:
    state = State(str(turn.label["state"]))
    titles = {
        State.MANAGED: _("The label names an agency"),
        State.INDEPENDENT: _("The label says: independent"),
        State.UNDISCLOSED: _("The label says: has not answered yet"),
        State.DISPUTED: _("The label says: disputed"),
        State.NONE: _("The label says: no agency on record"),
    }
    named: Any = turn.label.get("managed_by") or []
    if named:
        names = " · ".join(agency_name(part["agency"]) for part in named)
        titles[State.MANAGED] = _("The label names %(agencies)s") % {"agencies": names}
    since = turn.label.get("valid_from")
    text = _("True from %(day)s on.") % {"day": since} if since else ""
    return {"title": titles[state], "text": text, "tone": TONES[state]}


def _tier_entry(turn: TierChange, floors: Sequence[int]) -> dict[str, str]:
    name = tier_name(turn.tier, floors)
    if turn.from_tier is None:
        title = _("First tier: %(tier)s") % {"tier": name}
    elif turn.tier is not None and turn.tier < turn.from_tier:
        title = _("Fell to the tier %(tier)s") % {"tier": name}
    else:
        title = _("Rose to the tier %(tier)s") % {"tier": name}
    return {"title": title, "text": tier_cause(turn), "tone": "info"}


def tier_cause(change: TierChange) -> str:
    """The observation that a change of tier follows from."""
    if change.cause_day is None or change.cause_followers is None:
        return ""
    return _("%(followers)s followers were counted on %(day)s.") % {
        "followers": followers(change.cause_followers),
        "day": change.cause_day.isoformat(),
    }


def _status_entry(turn: ProfileStatusChange) -> dict[str, str]:
    titles = {
        Profile.Status.ACTIVE: _("The account is active again"),
        Profile.Status.SUSPENDED: _("The platform suspended the account"),
        Profile.Status.REVOKED: _("The platform revoked the account"),
        Profile.Status.CLOSED: _("The account was closed"),
    }
    return {"title": titles[Profile.Status(turn.status)], "tone": "bad"}
