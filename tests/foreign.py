"""Things of Douyin, one of every kind that staff can open, for somebody who must not see them.

A line per address that names a thing: what it takes to make one that lies on one platform only.
`SPANNING` says of the others why nobody with a limited grant opens them.
"""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import uuid4

from accounts.actions import grants
from accounts.permissions import Role
from accounts.queries import actor_of_user
from agencies.actions import disputes
from agencies.models import Binding
from disclosure.models import Rule
from influencers.actions import proofs
from influencers.models import ImportBatch
from journal.actions.context import PASS, STAFF, seeing
from journal.values import CLOCK, NOBODY, Actor, ActorKind
from tests.factories.accounts import make_key
from tests.factories.admissions import admitted, applied, asked_in
from tests.factories.agencies import confirmed, make_agency, make_claim, make_contract, make_profile
from tests.factories.creators import told
from tests.factories.disclosure import RuleFactory, declared, opened, profile_at
from tests.factories.influencers import received
from tests.factories.reports import filed, make_case
from tests.factories.reviews import make_review
from tests.people import make_person

HERE, FAR = "douyin", "bilibili"


def claim() -> Binding:
    """A claim of an agency that works on Douyin only."""
    return make_claim(make_contract(make_agency(), date(2026, 1, 1)), make_profile(HERE))


def _account() -> dict[str, Any]:
    return {"public_id": make_profile(HERE).public_id}


def _declaration() -> dict[str, Any]:
    profile = make_profile(HERE)
    return {"public_id": profile.public_id, "pk": declared(profile, date(2026, 3, 1)).pk}


def _duty() -> dict[str, Any]:
    return {"pk": opened(profile_at(3, platform=HERE, external_id=uuid4().hex)).pk}


def rule() -> Rule:
    """One that is only counted, of one platform."""
    made: Any = RuleFactory(state="shadow", platforms=[HERE])
    return made  # type: ignore[no-any-return]


def _rule() -> dict[str, Any]:
    return {"code": rule().code}


def batch() -> ImportBatch:
    by = Actor(ActorKind.KEY, id="k", name="k", platforms=frozenset({HERE}))
    return received("platform,handle\n", by=by)


def _batch() -> dict[str, Any]:
    return {"public_id": batch().public_id}


def _case() -> dict[str, Any]:
    return {"public_id": make_case(make_profile(HERE)).public_id}


def _report() -> dict[str, Any]:
    return {"public_id": filed(make_profile(HERE)).public_id}


def _dispute() -> dict[str, Any]:
    with seeing(PASS):
        row = disputes.open(confirmed(claim()), by=CLOCK, statement="No.", proven=True)
    return {"pk": row.pk}


def _silent() -> dict[str, Any]:
    return {"pk": told(claim()).pk}


def _code() -> dict[str, Any]:
    proof, _secret = proofs.ask_code(make_profile(HERE), by=NOBODY)
    return {"public_id": proofs.say_ready(proof, by=NOBODY).public_id}


def _agency() -> dict[str, Any]:
    return {"slug": claim().agency.slug}


def _agency_name() -> dict[str, Any]:
    agency = claim().agency
    return {"slug": agency.slug, "pk": agency.names.get().pk}


def _review() -> dict[str, Any]:
    held = claim()
    return {"pk": make_review(platforms=[HERE], agencies=[held.agency_id]).pk}


def _person() -> dict[str, Any]:
    return {"pk": make_person(f"p{uuid4().hex[:8]}", Role.MODERATOR, platform=HERE).pk}


def _proposal() -> dict[str, Any]:
    by = actor_of_user(make_person(f"p{uuid4().hex[:8]}", Role.OPERATOR, platform=HERE))
    about: dict[str, Any] = {"reason": "Needed.", "by": by, "platform": HERE}
    with seeing(STAFF):
        return {"pk": grants.propose("x@example.org", "X", Role.MODERATOR, **about).pk}


def _grant() -> dict[str, Any]:
    person = make_person(f"p{uuid4().hex[:8]}", Role.MODERATOR, platform=HERE)
    return {"pk": person.grants.get().pk}


def _key() -> dict[str, Any]:
    return {"prefix": make_key(platform=HERE)[0].prefix}


def _run() -> dict[str, Any]:
    run = batch().run
    assert run is not None
    return {"pk": run.pk}


def _admission() -> dict[str, Any]:
    return {"pk": asked_in(claim().agency, HERE).pk}


def _filing() -> dict[str, Any]:
    with seeing(PASS):
        return {"pk": admitted(claim().agency, HERE).filings.get().pk}


FOREIGN: dict[str, Callable[[], dict[str, Any]]] = {
    "influencers:record": _account,
    "disclosure:declare": _account,
    "disclosure:withdraw": _declaration,
    "disclosure:duty": _duty,
    "disclosure:duty_waive": _duty,
    "disclosure:rule": _rule,
    "influencers:import": _batch,
    "influencers:import_decide": _batch,
    "influencers:import_problems": _batch,
    "influencers:proof_check": _code,
    "reports:case": _case,
    "reports:claim": _case,
    "reports:decide": _case,
    "reports:read": _report,
    "reports:contact_of": _report,
    "agencies:any_dispute": _dispute,
    "agencies:claim": _silent,
    "agencies:asked_review": _review,
    "agencies:record": _agency,
    "agencies:rename": _agency,
    "agencies:correct_name": _agency_name,
    "agencies:set_group": _agency,
    "agencies:member_first": _agency,
    "agencies:admission": _admission,
    "agencies:admission_check": lambda: _admission() | {"kind": "people"},
    "agencies:admission_decide": _admission,
    "agencies:admission_close": lambda: {"pk": admitted(claim().agency, HERE).pk},
    "agencies:intake": lambda: {"code": HERE},
    "agencies:application": lambda: {"public_id": applied(HERE)[0].public_id},
    "agencies:filing": _filing,
    "accounts:person": _person,
    "accounts:access": _person,
    "accounts:factors_reset": _person,
    "accounts:grant_revoke": _grant,
    "accounts:approval": _proposal,
    "accounts:key_revoke": _key,
    "dashboards:run": _run,
}

# Things that hang on an account: they lie within a territory as well.
OF_ACCOUNTS = frozenset(
    name
    for name in FOREIGN
    if FOREIGN[name] in (_account, _declaration, _duty, _case, _report, _dispute, _silent, _code)
)

# Staff's addresses that name a thing and that nobody whose grant is limited may open, each with its
# reason: 403 for whatever they name.
SPANNING = dict.fromkeys(
    (f"disclosure:rule_{what}" for what in ("amend", "move", "live", "retire", "preview")),
    "a rule speaks for all platforms that it names: who writes it has no limits",
)
SPANNING |= {
    "agencies:blacklist_end": "who is not admitted again is admitted nowhere",
    "agencies:end_agency": "it changes the labels of its accounts on all platforms",
    "agencies:set_owner": "it shows on all agencies below it",
}

# Staff's addresses without a thing in them, of which what happens on another platform changes
# something, each with its reason.
MOVING = {
    "dashboards:runs": "passes are over everything, and show counts only",
}
