"""Every address of the portal and what each kind of visitor gets there.

A row per pattern, named by its full url name (an unnamed one by its route). To add one: say who
gets what with `everybody`, `signed_in`, `staff` or `api`, and what the address needs in `make`.
tests/test_addresses.py fails for a pattern that has no row and for a row that has no pattern.
"""

from datetime import date
from typing import Any

from accounts.actions import grants
from accounts.permissions import AGENCY_RIGHTS, Right, Role
from accounts.queries import actor_of_user
from agencies.actions.agencies import add_member
from agencies.actions.groups import make_group
from agencies.models import ContractReviewItem
from influencers.models import Platform, Profile
from journal import actions as journal
from journal.actions.context import PASS, STAFF, seeing
from journal.values import CLOCK, Actor, ActorKind
from tests.admission_addresses import ADMISSIONS
from tests.factories.accounts import NoticeFactory, make_key
from tests.factories.agencies import make_claim, make_contract
from tests.factories.disclosure import declared, opened, profile_at
from tests.factories.influencers import received
from tests.factories.reports import filed, make_case
from tests.factories.reviews import answer_all, make_review
from tests.holder_addresses import CONTESTED, HOLDERS
from tests.import_addresses import IMPORTS
from tests.people import make_person, the_agency
from tests.rows import (
    OPERATOR,
    OVERSIGHT,
    Row,
    api,
    desk,
    everybody,
    signed_in,
    staff,
)
from tests.sign_in_addresses import SIGN_IN


def _person() -> dict[str, Any]:
    return {"pk": make_person("anna", Role.MODERATOR).pk}


def _grant() -> dict[str, Any]:
    return {"pk": make_person("anna", Role.MODERATOR).grants.get().pk}


def _proposal() -> dict[str, Any]:
    """Of somebody else, that a role be given."""
    by = actor_of_user(make_person("proposer", Role.OPERATOR))
    with seeing(STAFF):
        proposal = grants.propose("x@example.org", "X", Role.MODERATOR, reason="x", by=by)
    return {"pk": proposal.pk}


def _key() -> dict[str, Any]:
    return {"prefix": make_key()[0].prefix}


def _message() -> dict[str, Any]:
    notice = NoticeFactory()
    notice.refresh_from_db()
    return {"public_id": notice.public_id}


WORKERS = (Role.MODERATOR, Role.LEAD_MODERATOR)
APPROVERS = staff(Role.OPERATOR, *WORKERS)

ACCOUNTS = {
    "accounts:healthz": Row(everybody()),
    "accounts:readyz": Row(everybody()),
    "accounts:try_api": Row(everybody()),
    "accounts:design": Row(staff()),
    "accounts:home": Row(signed_in(302)),
    "accounts:me": Row(signed_in()),
    "accounts:theme": Row(everybody(302), method="post", data={"theme": "dark"}),
    "accounts:email": Row(signed_in()),
    "accounts:grants": Row(OPERATOR),
    "accounts:grant_give": Row(OPERATOR),
    "accounts:person": Row(OPERATOR, _person),
    "accounts:access": Row(OPERATOR, _person),
    "accounts:factors_reset": Row(OPERATOR, _person),
    "accounts:grant_revoke": Row(OPERATOR, _grant),
    "accounts:approvals": Row(APPROVERS),
    "accounts:approval": Row(OPERATOR | dict.fromkeys(WORKERS, 404), lambda: _proposal()),
    "accounts:approval_withdraw": Row(
        staff(Role.OPERATOR, status=403) | dict.fromkeys(WORKERS, 404), lambda: _proposal(), "post"
    ),
    "accounts:keys": Row(OPERATOR),
    "accounts:key_issue": Row(OPERATOR),
    "accounts:key_revoke": Row(OPERATOR, _key),
    "accounts_api:messages": Row(api(), right=Right.MESSAGES),
    "accounts_api:message_delivered": Row(api(), _message, "post", right=Right.MESSAGES),
    "accounts_api:schema": Row(everybody()),
    "set_language": Row(everybody(302), method="post", data={"language": "en"}),
}

INFLUENCERS: dict[str, Row] = {
    "influencers:imports": Row(staff(*OVERSIGHT)),
    "influencers:import_upload": Row(OPERATOR),
    "influencers:import_sample": Row(staff(*OVERSIGHT)),
    "influencers:import": Row(staff(*OVERSIGHT), lambda: _batch()),
    "influencers:import_decide": Row(
        staff(Role.OPERATOR, status=302), lambda: _batch(), "post", {"decision": "drop"}
    ),
    "influencers:import_problems": Row(staff(*OVERSIGHT), lambda: _batch()),
    "influencers_api:observations": Row(
        api(415), method="post", json=True, right=Right.OBSERVATIONS
    ),
    "influencers_api:observation_batch": Row(
        api(), lambda: _batch("douyin"), right=Right.OBSERVATIONS
    ),
    "influencers_api:observation_problems": Row(
        api(), lambda: _batch("douyin"), right=Right.OBSERVATIONS
    ),
    "influencers:record": Row(OPERATOR, lambda: _by_public_id()),
}


def _batch(*platforms: str) -> dict[str, Any]:
    """A file that waits for a worker, sent by whoever reaches these platforms."""
    by = Actor(ActorKind.KEY, id="k", name="k", platforms=frozenset(platforms))
    return {"public_id": received("platform,handle\n", by=by).public_id}


def _profile() -> Profile:
    """A public one, whose id needs care in addresses."""
    platform = Platform.objects.get(code="douyin")
    return Profile.objects.create(platform=platform, external_id="a/b#c d")


def _by_name() -> dict[str, Any]:
    return {"platform": "douyin", "external_id": _profile().external_id}


def _by_public_id() -> dict[str, Any]:
    return {"public_id": _profile().public_id}


def _declaration() -> dict[str, Any]:
    profile = _profile()
    return {"public_id": profile.public_id, "pk": declared(profile, date(2026, 3, 1)).pk}


def _shadow_rule() -> dict[str, Any]:
    return {"code": "mcn-draft-2025"}


def _duty() -> dict[str, Any]:
    return {"pk": opened(profile_at(3)).pk}


DISCLOSURE: dict[str, Row] = {
    "disclosure:search": Row(everybody()),
    "disclosure:profile": Row(everybody(), _by_name),
    r"disclosure:^profiles/(?P<platform>[^/]+)/(?P<external_id>.*[^/])$": Row(
        everybody(), _by_name, path="/profiles/douyin/a%2Fb%23c%20d"
    ),
    "disclosure:by_public_id": Row(everybody(302), _by_public_id),
    "disclosure:history": Row(everybody(), _by_public_id),
    "disclosure:about": Row(everybody()),
    "disclosure:developers": Row(everybody()),
    "disclosure:about_rules": Row(everybody()),
    "disclosure:declare": Row(OPERATOR, _by_public_id),
    "disclosure:withdraw": Row(OPERATOR, _declaration),
    "disclosure:rules": Row(staff()),
    "disclosure:rule_propose": Row(OPERATOR),
    "disclosure:rule": Row(staff(), _shadow_rule),
    "disclosure:rule_amend": Row(OPERATOR, _shadow_rule),
    "disclosure:rule_move": Row(
        staff(Role.OPERATOR, status=302), _shadow_rule, "post", {"to": "draft"}
    ),
    "disclosure:rule_live": Row(OPERATOR, _shadow_rule),
    "disclosure:rule_retire": Row(OPERATOR, _shadow_rule),
    "disclosure:rule_preview": Row(staff(Role.OPERATOR, status=302), _shadow_rule, "post"),
    "disclosure:duties": Row(staff()),
    "disclosure:duty": Row(staff(), _duty),
    "disclosure:duty_waive": Row(OPERATOR, _duty),
    "disclosure_api:rules": Row(everybody()),
    "disclosure_api:labels_lookup": Row(
        everybody(), method="post", data={"accounts": []}, json=True
    ),
    "disclosure_api:label": Row(everybody(), _by_name),
    "disclosure_api:label_by_query": Row(everybody(400)),
    "disclosure_api:profiles": Row(everybody()),
    "disclosure_api:changes": Row(everybody()),
}


def _run() -> dict[str, Any]:
    return {"pk": journal.ask("tallies", by=CLOCK).pk}


DASHBOARDS: dict[str, Row] = {
    "dashboards:portal": Row(desk()),
    "dashboards:overview": Row(staff()),
    "dashboards:coverage": Row(staff()),
    "dashboards:coverage_csv": Row(staff()),
    "dashboards:runs": Row(staff(*OVERSIGHT)),
    "dashboards:run_start": Row(
        staff(Role.OPERATOR, status=302), method="post", data={"full": "0"}
    ),
    "dashboards:run": Row(staff(*OVERSIGHT), _run),
    # Pages of the demonstration are no pages where it is not on.
    "dashboards:demo": Row(everybody(404)),
    "dashboards:demo_inbox": Row(everybody(404)),
    "dashboards:demo_switch": Row(everybody(404), method="post", data={"person": "operator"}),
    "dashboards:demo_next_month": Row(everybody(404), method="post"),
    "dashboards_api:coverage": Row(everybody()),
    "dashboards_api:journal": Row(api(), right=Right.JOURNAL),
}


def _contract() -> dict[str, Any]:
    return {"pk": make_contract(the_agency(), date(2026, 1, 1)).pk}


def _to_bind() -> dict[str, Any]:
    return _contract() | {"public_id": _profile().public_id}


def _binding() -> dict[str, Any]:
    contract = make_contract(the_agency(), date(2026, 1, 1))
    return {"pk": make_claim(contract, _profile()).pk}


def _nameless_contract() -> dict[str, Any]:
    """For an address that does not name it."""
    _contract()
    return {}


def _asked() -> dict[str, Any]:
    """A review with an answer that waits to be sent."""
    _binding()
    review = make_review()
    with seeing(PASS):
        review.items.update(draft="unchanged")
    return {"pk": review.pk}


def _asked_item() -> dict[str, Any]:
    asked = _asked()
    with seeing(PASS):
        return asked | {"item": ContractReviewItem.objects.get(review=asked["pk"]).pk}


def _receipt() -> dict[str, Any]:
    _binding()
    return {"number": answer_all(make_review(), the_agency()).number}


REVIEWS: dict[str, Row] = {
    "agencies:contracts_confirm": Row(
        desk("editor", rival=302), _nameless_contract, "post", {"everything": "1"}
    ),
    "agencies:reviews": Row(desk()),
    "agencies:review": Row(desk(rival=404), _asked),
    "agencies:review_item": Row(
        desk("editor", 302, rival=404), _asked_item, "post", {"answer": "unchanged"}
    ),
    "agencies:review_amend": Row(desk("editor", rival=404), _asked_item),
    "agencies:review_ended": Row(desk("editor", rival=404), _asked_item),
    "agencies:review_batch": Row(
        desk("editor", rival=404), _asked, "post", {"answer": "clear", "everything": "1"}
    ),
    "agencies:review_check": Row(desk("editor", rival=404), _asked),
    "agencies:review_receipt": Row(desk(rival=404), _receipt),
    "agencies:asked_reviews": Row(staff(*OVERSIGHT)),
    "agencies:review_open": Row(OPERATOR),
    "agencies:asked_review": Row(staff(*OVERSIGHT), _asked),
}


def _agency() -> dict[str, Any]:
    return {"slug": the_agency().slug}


def _group() -> dict[str, Any]:
    return {"slug": make_group("乌有集团", "Wuyou Group", by=CLOCK).slug}


def _member() -> dict[str, Any]:
    with seeing(PASS):
        row = add_member(the_agency(), make_person("ann"), "viewer", by=CLOCK)
    return {"pk": row.pk}


def _agency_key() -> dict[str, Any]:
    return {"prefix": make_key(AGENCY_RIGHTS, agency_id=the_agency().pk)[0].prefix}


AGENCIES: dict[str, Row] = {
    **REVIEWS,
    "agencies:switch": Row(desk()),
    "agencies:contracts": Row(desk()),
    "agencies:contract_add": Row(desk("editor")),
    "agencies:contract": Row(desk(rival=404), _contract),
    "agencies:contract_amend": Row(desk("editor", rival=404), _contract),
    "agencies:contract_end": Row(desk("editor", rival=404), _contract),
    "agencies:contract_withdraw": Row(desk("editor", rival=404), _contract),
    "agencies:bind_search": Row(desk("editor", rival=404), _contract),
    "agencies:bind": Row(desk("editor", rival=404), _to_bind),
    "agencies:binding_ask": Row(desk("editor", 302, rival=404), _binding, "post"),
    "agencies:binding_amend": Row(desk("editor", rival=404), _binding),
    "agencies:binding_end": Row(desk("editor", rival=404), _binding),
    "agencies:binding_withdraw": Row(desk("editor", rival=404), _binding),
    "agencies:roster": Row(desk()),
    "agencies:people": Row(desk()),
    "agencies:member_add": Row(desk("owner")),
    "agencies:member_change": Row(desk("owner", rival=404), lambda: _member()),
    "agencies:keys": Row(desk("owner")),
    "agencies:key_issue": Row(desk("owner")),
    "agencies:key_revoke": Row(desk("owner", rival=404), lambda: _agency_key()),
    "agencies:register": Row(OPERATOR),
    "agencies:manage": Row(OPERATOR),
    "agencies:record": Row(OPERATOR, lambda: _agency()),
    "agencies:rename": Row(OPERATOR, lambda: _agency()),
    "agencies:correct_name": Row(OPERATOR, lambda: _agency() | {"pk": the_agency().names.get().pk}),
    "agencies:set_group": Row(OPERATOR, lambda: _agency()),
    "agencies:member_first": Row(OPERATOR, lambda: _agency()),
    "agencies:agencies": Row(everybody()),
    "agencies:group": Row(everybody(), lambda: _group()),
    "agencies:agency": Row(everybody(), lambda: _agency()),
    "agencies_api:agencies": Row(everybody()),
    "agencies_api:agency": Row(everybody(), lambda: _agency()),
    "agencies_api:contracts": Row(api(), right=Right.CONTRACTS),
    "agencies_api:bindings": Row(api(), right=Right.BINDINGS),
}

MODERATORS = (Role.MODERATOR, Role.LEAD_MODERATOR)


def _case() -> dict[str, Any]:
    return {"public_id": make_case().public_id}


def _report() -> dict[str, Any]:
    return {"public_id": filed().public_id}


REPORTS: dict[str, Row] = {
    "reports:report": Row(everybody()),
    # Whoever has not answered the first question is led to it.
    "reports:category": Row(everybody(302)),
    "reports:where": Row(everybody(302)),
    "reports:what": Row(everybody(302)),
    "reports:contact": Row(everybody(302)),
    "reports:check": Row(everybody(302)),
    "reports:sent": Row(everybody(302)),
    "reports:track": Row(everybody()),
    "reports:track_message": Row(everybody(302), method="post"),
    "reports:track_leave": Row(everybody(302), method="post"),
    "reports:queue": Row(staff(*MODERATORS, Role.REGULATOR)),
    "reports:next": Row(staff(*MODERATORS, status=302), method="post"),
    "reports:case": Row(staff(*MODERATORS, Role.REGULATOR), _case),
    "reports:claim": Row(staff(*MODERATORS, status=302), _case, "post"),
    "reports:decide": Row(staff(*MODERATORS), _case, "post"),
    "reports:read": Row(staff(*MODERATORS), _report),
    "reports:contact_of": Row(staff(*MODERATORS, status=302), _report, "post"),
    "reports_api:cases": Row(api(), right=Right.CASES),
}

TABLE = {
    **ACCOUNTS,
    **SIGN_IN,
    **INFLUENCERS,
    **AGENCIES,
    **ADMISSIONS,
    **CONTESTED,
    **IMPORTS,
    **REPORTS,
    **DISCLOSURE,
    **HOLDERS,
    **DASHBOARDS,
}
