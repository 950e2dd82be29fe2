"""Addresses of holders of accounts, and of what they contest; rows of tests/addresses.py.

Holders come with a cookie or an address of their own, which tests/disclosure tries; here is what
everybody else gets. People of agencies get nothing of it.
"""

from datetime import date
from typing import Any

from accounts.permissions import Role
from agencies.actions import disputes
from agencies.models import Binding
from influencers.actions import proofs
from journal.actions.context import PASS, seeing
from journal.values import CLOCK, NOBODY
from tests.factories.agencies import confirmed, make_claim, make_contract, make_profile
from tests.factories.creators import asked, token_of, told
from tests.people import MEMBERS, the_agency
from tests.rows import OPERATOR, OVERSIGHT, Answer, Row, desk, everybody, staff


def holders(status: Answer = 200) -> dict[str, Answer]:
    return everybody(status) | dict.fromkeys(MEMBERS, 403)


def _claim() -> Binding:
    return make_claim(make_contract(the_agency(), date(2026, 1, 1)), make_profile())


def _question() -> dict[str, Any]:
    return {"token": token_of(asked(_claim()))}


def _account() -> dict[str, Any]:
    return {"public_id": make_profile().public_id}


def _shown() -> dict[str, Any]:
    binding = confirmed(_claim())
    return {"public_id": binding.profile.public_id, "pk": binding.pk}


def _dispute() -> dict[str, Any]:
    with seeing(PASS):
        row = disputes.open(confirmed(_claim()), by=CLOCK, statement="No.", proven=True)
    return {"pk": row.pk}


def _silent() -> dict[str, Any]:
    """A claim that the account was told of twice."""
    return {"pk": told(_claim()).pk}


def _code() -> dict[str, Any]:
    proof, _secret = proofs.ask_code(make_profile(), by=NOBODY)
    return {"public_id": proofs.say_ready(proof, by=NOBODY).public_id}


HOLDERS: dict[str, Row] = {
    "disclosure:confirm": Row(holders(), _question),
    "disclosure:confirm_check": Row(holders()),
    "disclosure:creator": Row(holders()),
    "disclosure:objection": Row(holders()),
    "disclosure:creator_forget": Row(holders(302), method="post"),
    "disclosure:creator_code": Row(holders(404), _code),
    "disclosure:creator_prove": Row(holders(), lambda: {"token": "anything"}),
    "disclosure:creator_account": Row(holders(302), _account),
    "disclosure:creator_data": Row(holders(302), _account),
    "disclosure:creator_claims": Row(holders(302), _account, "post"),
    "disclosure:creator_declare": Row(holders(302), _account),
    "disclosure:creator_undeclare": Row(holders(302), _shown, "post"),
    "disclosure:creator_contest": Row(holders(302), _shown),
    "disclosure:creator_affirm": Row(holders(302), _shown, "post"),
    "disclosure:creator_leave": Row(holders(302), _shown),
    "disclosure:creator_take_back": Row(holders(302), _shown, "post"),
    "influencers:proofs": Row(OPERATOR),
    "influencers:proof_check": Row(staff(Role.OPERATOR, status=302), _code, "post", {"found": "1"}),
}

CONTESTED: dict[str, Row] = {
    "agencies:disputes": Row(desk()),
    "agencies:dispute": Row(desk(rival=404), _dispute),
    "agencies:all_disputes": Row(staff(*OVERSIGHT)),
    "agencies:any_dispute": Row(staff(*OVERSIGHT), _dispute),
    "agencies:claims": Row(OPERATOR),
    "agencies:claim": Row(OPERATOR, _silent),
}
