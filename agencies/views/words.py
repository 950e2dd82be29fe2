"""What the pages of agencies say of contracts and bindings, in the reader's language."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.permissions import Role
from accounts.queries import roles_then
from agencies.models import ALL_LINES, WORLD, Agency, Binding, Contract
from agencies.queries.contracts import Revision, own_acts
from agencies.queries.roster import Held
from agencies.queries.scopes import Scopes
from agencies.values import phase
from influencers.models import Profile, TierScheme
from influencers.views.words import tier_name
from journal.models import Event
from journal.values import ActorKind

# Verb -> words and tone. Entries of disputes and reviews are named by their own pages.
TITLES: dict[str, tuple[Any, str]] = {
    "contract.added": (gettext_lazy("Contract added"), "info"),
    "contract.amended": (gettext_lazy("Contract amended"), "info"),
    "contract.ended": (gettext_lazy("Contract ended"), "quiet"),
    "contract.withdrawn": (gettext_lazy("Contract withdrawn"), "quiet"),
    "contract.confirmed": (gettext_lazy("Contract confirmed as unchanged"), "good"),
    "contract.left_unconfirmed": (gettext_lazy("Contract not confirmed in a review"), "wait"),
    "binding.claimed": (gettext_lazy("Account claimed"), "wait"),
    "binding.amended": (gettext_lazy("Binding amended"), "info"),
    "binding.ended": (gettext_lazy("Binding ended"), "quiet"),
    "binding.withdrawn": (gettext_lazy("Claim withdrawn"), "quiet"),
    "binding.refused": (gettext_lazy("Claim refused"), "bad"),
    "binding.confirmed": (gettext_lazy("Binding confirmed"), "good"),
    "binding.affirmed": (gettext_lazy("Binding confirmed again by its holder"), "good"),
    "binding.suspended": (gettext_lazy("Binding suspended"), "wait"),
    "binding.voided": (gettext_lazy("Binding void from its start"), "bad"),
    "agency.registered": (gettext_lazy("Agency registered"), "info"),
    "agency.renamed": (gettext_lazy("Agency renamed"), "info"),
    "agency.name_corrected": (gettext_lazy("Name corrected"), "info"),
    "agency.group_changed": (gettext_lazy("Group changed"), "info"),
}


@dataclass(frozen=True, slots=True)
class ContractRow:
    """A line of the list of contracts."""

    contract: Contract
    phase: str
    accounts: list[tuple[Any, str]]  # binding, words of the tier and of a scope that is not all
    more: int


def contract_rows(contracts: Iterable[Any], today: date, shown: int = 3) -> list[ContractRow]:
    """Lines of contracts that `with_bindings` has fetched, for a day of the portal's zone."""
    floors, found = floors_by_platform(), list(contracts)
    narrow = any(_is_narrow(each) for contract in found for each in contract.held)
    scopes = Scopes.known() if narrow else Scopes([], [])

    def said(each: Binding) -> str:
        tier = _tier(each, floors)
        return f"{tier} · {scope_of(each, scopes)}" if _is_narrow(each) else tier

    return [
        ContractRow(
            contract,
            phase(contract.status, contract.during.lower, contract.during.upper, today),
            [(each, said(each)) for each in contract.held[:shown]],
            max(0, len(contract.held) - shown),
        )
        for contract in found
    ]


def _is_narrow(binding: Binding) -> bool:
    return binding.lines != ALL_LINES or binding.territory != WORLD


@dataclass(frozen=True, slots=True)
class BindingRow:
    """A line of a list of bindings. `alive`: the agency may still change it."""

    binding: Any
    tier: str
    scope: str
    alive: bool


def binding_rows(bindings: Iterable[Binding]) -> list[BindingRow]:
    """Lines of bindings with their accounts and platforms."""
    floors, scopes = floors_by_platform(), Scopes.known()
    alive = (Binding.Status.CLAIMED, Binding.Status.CONFIRMED, Binding.Status.SUSPENDED)
    return [
        BindingRow(each, _tier(each, floors), scope_of(each, scopes), each.status in alive)
        for each in bindings
    ]


@dataclass(frozen=True, slots=True)
class RosterRow:
    """A line of a public roster: an account and how each of the agencies holds it."""

    profile: Profile
    tier: str
    held: list[tuple[Held, str]]  # with the words of its scope


def roster_rows(
    profiles: Iterable[Profile], found: Mapping[int, list[Held]], scopes: Scopes
) -> list[RosterRow]:
    return [
        RosterRow(
            profile,
            tier,
            [
                (each, "; ".join(scope_of(binding, scopes) for binding in each.bindings))
                for each in found.get(profile.pk, [])
            ],
        )
        for profile, tier in accounts(profiles)
    ]


def accounts(profiles: Iterable[Profile]) -> list[tuple[Profile, str]]:
    """Accounts with the words of their tier."""
    floors = floors_by_platform()
    return [(each, tier_name(each.tier, floors.get(each.platform_id, []))) for each in profiles]


def scope_of(binding: Binding, scopes: Scopes) -> str:
    """Lines and territory of a binding: "Live streams, Advertising · China"."""
    lines, places = _("all business lines"), _("the whole world")
    if binding.lines != ALL_LINES:
        lines = ", ".join(map(str, scopes.lines_of(binding.lines)))
    if binding.territory != WORLD:
        places = ", ".join(map(str, scopes.places_of(binding.territory)))
    return f"{lines} · {places}"


def floors_by_platform() -> dict[int, list[int]]:
    """The tier floors in use, by the platform's number. One query."""
    return dict(TierScheme.objects.filter(current=True).values_list("platform_id", "floors"))


def _tier(binding: Binding, floors: dict[int, list[int]]) -> str:
    profile = binding.profile
    return tier_name(profile.tier, floors.get(profile.platform_id, []))


def service_names(services: Iterable[str]) -> str:
    known = dict(Contract.SERVICES)
    return ", ".join(str(known.get(each, each)) for each in services)


def revision_rows(revisions: Iterable[Revision]) -> list[dict[str, Any]]:
    """Revisions for the page: each with the names of the fields it changed, before and after."""
    return [
        {
            "number": revision.number,
            "known_from": revision.known_from,
            "changes": [
                (_field(name).verbose_name, _said(name, old), _said(name, new))
                for name, (old, new) in revision.changed.items()
            ],
        }
        for revision in revisions
    ]


def _field(name: str) -> Any:
    return Contract._meta.get_field(name)


def _said(name: str, value: Any) -> str:
    if name == "during":
        if value.upper is None:
            return _("from %(first)s on") % {"first": value.lower}
        last = value.upper - timedelta(days=1)
        return _("from %(first)s to %(last)s") % {"first": value.lower, "last": last}
    if name == "services":
        return service_names(value)
    choices = dict(_field(name).choices or ())
    return str(choices.get(value, "–" if value is None else value))


def timeline(
    events: Iterable[Event],
    accounts: Mapping[int, str] | None = None,
    of: Agency | None = None,
) -> list[dict[str, Any]]:
    """Entries for components/timeline.html; the clock is not named as a person. `accounts`: names
    of accounts by their number, for entries about one. `of`: whose people read it; they read the
    names of their own, and of others what they are."""
    known, entries = list(events), []
    who = _who(known, of) if of else {}
    for event in known:
        title, tone = TITLES.get(event.verb, (event.verb, "quiet"))
        entries.append(
            {
                "at": event.at,
                "title": title,
                "tone": tone,
                "who": who.get(event.pk, "") if of else _name(event),
                "text": _text(event) or (accounts or {}).get(event.profile_id or 0, ""),
            }
        )
    return entries


def _name(event: Event) -> str:
    return event.actor_name if event.actor_kind != ActorKind.CLOCK else ""


def _who(events: list[Event], agency: Agency) -> dict[int, str]:
    """By the event's number, who acted, in words for people of an agency."""
    own = {event.pk: _name(event) for event in own_acts(events, agency)}
    holders = [event for event in events if event.actor_kind == ActorKind.LINK]
    staff = roles_then(events)
    return (
        own
        | {event.pk: _("holder of the account") for event in holders}
        | {pk: str(Role(role).label) for pk, role in staff.items()}
    )


def _text(event: Event) -> str:
    changes = event.changes
    match event.verb:
        case "agency.renamed" | "agency.name_corrected":
            said = {"zh": changes["name_zh"], "en": changes["name_en"], "day": changes["since"]}
            return _("%(zh)s / %(en)s, from %(day)s on") % said
        case "contract.ended":
            return _("Last day %(day)s") % {"day": changes["last_day"]}
    return ""
