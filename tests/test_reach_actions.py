"""No action carries out what lies beyond the actor's reach, whichever entrance called it."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.actions import grants, keys, users
from accounts.actions.grants import GrantRefused
from accounts.permissions import Right, Role
from agencies.actions import agencies, disputes, establishing, groups, reviews
from agencies.models import Agency
from disclosure.actions import declarations, duties, rules
from influencers.actions import imports, profiles, proofs
from influencers.models import Profile
from journal.actions.context import STAFF, seeing
from journal.models import Run
from journal.values import CLOCK, NOBODY, Actor, ActorKind
from reports.actions import cases, reports
from reports.actions.decisions import decide
from tests.factories.accounts import make_file, make_key
from tests.factories.agencies import confirmed, make_claim, make_contract, make_profile
from tests.factories.creators import told
from tests.factories.disclosure import opened, profile_at
from tests.factories.reports import filed, make_case
from tests.foreign import FAR, HERE, batch, claim, rule
from tests.people import make_person, signed_in
from tests.test_reach import journalled

pytestmark = pytest.mark.django_db

JAN = date(2026, 1, 1)
ELSEWHERE = "44"  # a province; the accounts here are of no known one


def far(role: Role, **reach: str) -> Actor:
    limits = reach or {"platform": FAR}
    return Actor(
        ActorKind.USER,
        id="999",
        name="Far",
        roles=frozenset({role.value}),
        platforms=frozenset({limits["platform"]} if "platform" in limits else ()),
        territories=frozenset({limits["territory"]} if "territory" in limits else ()),
    )


Act = Callable[[Actor], object]
DECISION: dict[str, Any] = {
    "outcome": "noted",
    "ground": "law",
    "ground_text": "x",
    "facts": "x",
    "explanation": "x",
    "act_day": date(2026, 5, 3),
}


def _on_account(act: Callable[[Profile, Actor], object]) -> Callable[[], Act]:
    def made() -> Act:
        profile = make_profile(HERE)
        return lambda by: act(profile, by)

    return made


def _waive() -> Act:
    duty = opened(profile_at(3, platform=HERE))
    return lambda by: duties.waive(duty, reason="x", by=by)


def _claim_case() -> Act:
    case = make_case(make_profile(HERE))
    return lambda by: cases.claim(case, by=by)


def _decide_case() -> Act:
    case = make_case(make_profile(HERE))
    return lambda by: decide(case, by=by, **DECISION)


def _write() -> Act:
    report = filed(make_profile(HERE))
    return lambda by: reports.write(report, "x", by=by)


def _open_contact() -> Act:
    report = filed(make_profile(HERE), contact="x@example.org")
    return lambda by: reports.open_contact(report, by=by)


def _decide_dispute() -> Act:
    with seeing(STAFF):
        row = disputes.open(confirmed(claim()), by=CLOCK, statement="No.", proven=True)
    return lambda by: disputes.decide(row, upheld=False, reason="x", by=by)


def _establish() -> Act:
    binding = told(claim())
    return lambda by: establishing.propose(binding, documents="x", by=by)


def _check() -> Act:
    proof, _secret = proofs.ask_code(make_profile(HERE), by=NOBODY)
    ready = proofs.say_ready(proof, by=NOBODY)
    return lambda by: proofs.check(ready, found=True, by=by)


# What hangs on an account: of another platform, and of another territory.
OF_ACCOUNTS: dict[str, tuple[Role, Callable[[], Act]]] = {
    "change the fields": (
        Role.OPERATOR,
        _on_account(lambda profile, by: profiles.set_content_fields(profile, ["x"], by=by)),
    ),
    "declare": (
        Role.OPERATOR,
        _on_account(lambda profile, by: declarations.declare(profile, since=JAN, by=by)),
    ),
    "waive": (Role.OPERATOR, _waive),
    "take a case": (Role.MODERATOR, _claim_case),
    "decide a case": (Role.LEAD_MODERATOR, _decide_case),
    "write on a report": (Role.MODERATOR, _write),
    "open a contact": (Role.MODERATOR, _open_contact),
    "decide a dispute": (Role.LEAD_MODERATOR, _decide_dispute),
    "propose a binding on documents": (Role.OPERATOR, _establish),
    "check a code": (Role.OPERATOR, _check),
}


def _key() -> Act:
    row = make_key(platform=HERE)[0]
    return lambda by: keys.revoke(row, by=by)


def _issue() -> Act:
    return lambda by: keys.issue("x", HERE, [Right.JOURNAL], by=by)


def _revoke() -> Act:
    row = make_person("anna", Role.MODERATOR, platform=HERE).grants.get()
    return lambda by: grants.revoke(row, by=by)


def _propose_role() -> Act:
    return lambda by: grants.propose(
        "x@example.org", "X", Role.MODERATOR, reason="x", by=by, platform=HERE
    )


def _disable() -> Act:
    person = make_person("anna", Role.MODERATOR, platform=HERE)
    return lambda by: users.set_active(person, False, by=by)


def _on_batch(act: Callable[..., object]) -> Callable[[], Act]:
    def made() -> Act:
        row = batch()
        return lambda by: act(row, by=by)

    return made


def _review() -> Act:
    due = timezone.localdate() + timedelta(days=12)
    return lambda by: reviews.open_review("A", "A", due, [HERE], [], by=by)


def _review_of_all() -> Act:
    due = timezone.localdate() + timedelta(days=12)
    return lambda by: reviews.open_review("A", "A", due, [], [], by=by)


def _rename() -> Act:
    agency = claim().agency
    return lambda by: agencies.rename(agency, "改", "New", since=timezone.localdate(), by=by)


def _correct() -> Act:
    name = claim().agency.names.get()
    return lambda by: agencies.correct_name(name, "改", "New", by=by)


def _group() -> Act:
    agency = claim().agency
    group = groups.make_group("乌有集团", "Wuyou Group", by=CLOCK)
    return lambda by: groups.set_group(agency, group, by=by)


def _member() -> Act:
    agency, person = claim().agency, make_person("bea")
    return lambda by: agencies.add_member(agency, person, "owner", by=by)


def _retire() -> Act:
    row = rule()
    return lambda by: rules.back_to_draft(row, by=by)


OF_PLATFORMS: dict[str, Callable[[], Act]] = {
    "revoke a key": _key,
    "issue a key": _issue,
    "take a role": _revoke,
    "propose a role": _propose_role,
    "close a sign-in": _disable,
    "apply an import": _on_batch(imports.apply),
    "drop an import": _on_batch(imports.drop),
    "start an import again": _on_batch(imports.retry),
    "open a review": _review,
    "open a review of all platforms": _review_of_all,
    "rename an agency": _rename,
    "correct its name": _correct,
    "change its group": _group,
    "make somebody its owner": _member,
    "change a rule": _retire,
}


def refused(act: Act, by: Actor) -> None:
    before = journalled()
    with seeing(STAFF), transaction.atomic(), pytest.raises((PermissionError, GrantRefused)):
        act(by)
    assert journalled() == before


@pytest.mark.parametrize("name", OF_ACCOUNTS)
@pytest.mark.parametrize("reach", [{"platform": FAR}, {"territory": ELSEWHERE}])
def test_thing_of_an_account_beyond_reach_is_not_changed(name: str, reach: dict[str, str]) -> None:
    role, make = OF_ACCOUNTS[name]
    refused(make(), far(role, **reach))


@pytest.mark.parametrize("name", OF_PLATFORMS)
def test_thing_of_another_platform_is_not_changed(name: str) -> None:
    refused(OF_PLATFORMS[name](), far(Role.OPERATOR))


def test_file_has_no_territory_and_who_is_limited_to_one_sends_none() -> None:
    limited = far(Role.OPERATOR, territory=ELSEWHERE)
    refused(lambda by: imports.receive(make_file(), "x.csv", by=by), limited)


def test_agency_that_works_elsewhere_too_is_seen_and_not_changed() -> None:
    """What spans several platforms is seen where one matches; its name shows on all of them."""
    agency = claim().agency
    by = far(Role.OPERATOR)
    with seeing(STAFF):
        assert list(Agency.objects.kept_by(by)) == []
        make_claim(make_contract(agency, JAN), make_profile(FAR))
        assert list(Agency.objects.kept_by(by)) == [agency]
    refused(lambda by: agencies.rename(agency, "改", "New", since=timezone.localdate(), by=by), by)


def test_nobody_asks_for_passes_with_a_limited_grant() -> None:
    limited = signed_in(make_person("far", Role.OPERATOR, platform=FAR))
    assert limited.post(reverse("dashboards:run_start"), {"full": "1"}).status_code == 403
    assert Run.objects.count() == 0
