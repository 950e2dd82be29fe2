"""The page of the docs that says who may do what, written from the tables that the code asks."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.urls import URLPattern, get_resolver
from django.utils.translation import override

from accounts.permissions import (
    AGENCY_RIGHTS,
    AGENCY_ROLES,
    MEMBERS,
    OWN,
    ROLES,
    SENSITIVE,
    Own,
    Right,
    Role,
    Verb,
    may,
)
from journal.values import NOBODY, Actor, ActorKind

BEGINNING = """# Who may do what

Written by `manage.py access_page` from `accounts/permissions.py` and the addresses of the portal; a
test fails when it is stale. The code asks the same tables: `may(actor, verb)` says whether somebody
may do a thing at all, `visible_to(actor)` on which rows, and the database refuses the rest by
row-level security ([decision 8](adr/0008-sight-per-session.md)).

Somebody who works for an agency is no staff, whatever was granted. Staff, owners and editors
without a second factor have no role. A disabled user, an ended session, a revoked or expired key, a
grant and a membership whose last day is over: each is refused from its next request on.

## Own and foreign

| What a verb is for | Own | Foreign |
|---|---|---|
"""
KINDS = {
    Own.REACHED: (
        "of the platforms and IP territories of the grant, or of the key's platform",
        "not found: the same 404 as a missing thing; in no list, count or file",
    ),
    Own.SPANNING: (
        "seen where one of its platforms is reached, changed where all of them are",
        "not found",
    ),
    Own.WHOLE: (
        "about all platforms at once: asks for a grant without limits",
        "a limited grant gets 403",
    ),
    Own.AGENCY: ("of the agency that somebody works for, or of the key's", "not found"),
    Own.NOBODYS: ("of no party", "there is none"),
}
DOORS = {
    "holders": "whoever has the link, code or cookie of an account; nobody from an agency",
    "reporters": "everybody; a report is shown to whoever has its receipt",
    "demonstration": "everybody, in the demonstration only; elsewhere not found",
}
YES, NO = "yes", "–"


def access_page() -> str:
    """The whole page, in English, whoever asks."""
    with override("en"):
        return BEGINNING + "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    for kind, (own, foreign) in KINDS.items():
        yield f"| {kind} | {own} | {foreign} |"
    staff = [verb for verb in Verb if verb in ROLES]
    yield from _table("Staff", ["Verb", *Role.values, "Whose things"], map(_of_staff, staff))
    members = ["Verb", *MEMBERS, "Whose things"]
    yield from _table("People of an agency", members, map(_of_member, AGENCY_ROLES))
    verbs = ["Right", "Key of", "Verbs", "Whose things"]
    yield from _table("Keys", verbs, map(_of_right, Right))
    sensitive = ["Act", "Signed in within", "Who", "Second person", "A proposal waits"]
    yield from _table("Sensitive acts", sensitive, map(_of_act, SENSITIVE))
    yield from _table(
        "Addresses",
        ["Address", "Asks for", *PRINCIPALS, "A foreign thing"],
        [_of_address(*each) for each in sorted(addresses(), key=lambda each: each[0])],
    )


def _table(title: str, names: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield from ("", f"## {title}", "", _row(names), _row(["---"] * len(names)))
    yield from map(_row, rows)


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _words(verb: Verb) -> str:
    return verb.value.replace("_", " ")


def _of_staff(verb: Verb) -> list[str]:
    roles = [YES if role in ROLES[verb] else NO for role in Role.values]
    return [_words(verb), *roles, OWN[verb]]


def _of_member(verb: Verb) -> list[str]:
    least = MEMBERS.index(AGENCY_ROLES[verb])
    return [_words(verb), *(YES if n >= least else NO for n in range(len(MEMBERS))), OWN[verb]]


def _of_right(right: Right) -> list[str]:
    actor, of_agency = _key(right), right in AGENCY_RIGHTS
    verbs = [verb for verb in Verb if may(actor, verb)]
    whose = Own.AGENCY if of_agency else Own.REACHED
    words = ", ".join(_words(verb) for verb in verbs)
    return [right.value, "an agency" if of_agency else "a platform", words, whose]


def _of_act(act: Any) -> list[str]:
    care = SENSITIVE[act]
    two = care.second is not None
    return [
        str(act.label),
        f"{care.minutes} minutes",
        ", ".join(_words(verb) for verb in care.verbs) or "everybody, of their own",
        _words(care.second) if care.second is not None else NO,
        f"{care.days} days" if two else NO,
    ]


# --- Addresses ----------------------------------------------------------------------------------


def _key(right: Right) -> Actor:
    return Actor(ActorKind.KEY, id="key", rights=frozenset({right.value}))


def _principals() -> dict[str, Actor]:
    people = {
        each: Actor(ActorKind.USER, id="1", memberships=frozenset({(1, each)})) for each in MEMBERS
    }
    staff = {
        str(role): Actor(ActorKind.USER, id="1", roles=frozenset({role})) for role in Role.values
    }
    return {"visitor": NOBODY, **people, **staff}


PRINCIPALS = _principals()


def addresses() -> Iterator[tuple[str, Any]]:
    """Every address of the portal with the view behind it."""

    def walk(resolver: Any, route: str) -> Iterator[tuple[str, Any]]:
        for each in resolver.url_patterns:
            here = route + str(each.pattern)
            if isinstance(each, URLPattern):
                yield here, each.callback
            else:
                yield from walk(each, here)

    yield from walk(get_resolver(), "/")


def _of_address(route: str, view: Any) -> list[str]:
    named = "<" in route
    shown = f"`{route.replace('|', chr(0x2758))}`"
    verb: Verb | None = getattr(view, "verb", None)
    if verb is not None:
        gets = [_gets(actor, verb) for actor in PRINCIPALS.values()]
        foreign = "404" if named and OWN[verb] is not Own.NOBODYS else NO
        return [shown, _words(verb), *gets, foreign]
    if route.startswith("/api/"):
        right: Right | None = getattr(getattr(view, "cls", None), "right", None)
        if right is None:
            return [shown, "nothing", *[YES] * len(PRINCIPALS), NO]
        asks = f"a key with the right “{right.value}”"
        return [shown, asks, *["401"] * len(PRINCIPALS), "404" if named else "in no list"]
    door = getattr(view, "door", "")
    signed_in = getattr(view, "login_required", True)
    asks = DOORS.get(door) or ("a sign-in" if signed_in else "nothing")
    gets = ["sign in" if signed_in and actor is NOBODY else YES for actor in PRINCIPALS.values()]
    if door == "holders":
        gets = ["403" if actor.agency_ids else YES for actor in PRINCIPALS.values()]
    return [shown, asks, *gets, "one's own only" if signed_in else NO]


def _gets(actor: Actor, verb: Verb) -> str:
    if not actor.is_known:
        return "sign in"
    return YES if may(actor, verb) else "403"
