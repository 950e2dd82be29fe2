"""Who gets what at the addresses of applications, admissions, filings and the blacklist, and at
those of agencies that are no more."""

from typing import Any

from accounts.permissions import Role
from agencies.actions.groups import make_group
from agencies.models import Blacklisted, Evidence
from journal.actions.context import PASS, seeing
from journal.values import CLOCK
from tests.factories.admissions import admitted, applied, asked_in
from tests.factories.agencies import credit_code
from tests.people import the_agency
from tests.rows import OPERATOR, Row, desk, everybody, staff

SEERS = staff(Role.OPERATOR, Role.REGULATOR)


def _admission() -> dict[str, Any]:
    return {"pk": asked_in(the_agency()).pk}


def _admitted() -> dict[str, Any]:
    return {"pk": admitted(the_agency()).pk}


def _filing() -> dict[str, Any]:
    with seeing(PASS):
        return {"pk": admitted(the_agency()).filings.get().pk}


def _application() -> dict[str, Any]:
    return {"public_id": applied()[0].public_id}


def _evidence() -> dict[str, Any]:
    """One without a file: there is nothing to download."""
    made, _reference = applied()
    with seeing(PASS):
        return {"public_id": Evidence.objects.filter(application=made).first().public_id}  # type: ignore[union-attr]


def _entry() -> dict[str, Any]:
    with seeing(PASS):
        row = Blacklisted.objects.create(
            name="Gone", credit_code=credit_code(), since="2026-01-01", reason="Removed."
        )
    return {"pk": row.pk}


def _group() -> dict[str, Any]:
    return {"slug": make_group("乌有集团", "Wuyou Group", by=CLOCK).slug}


ADMISSIONS = {
    "agencies:apply": Row(everybody()),
    "agencies:application_track": Row(everybody()),
    "agencies:own_admissions": Row(desk()),
    "agencies:admission_apply": Row(desk("owner")),
    "agencies:admissions": Row(SEERS),
    "agencies:admission": Row(SEERS, _admission),
    "agencies:admission_check": Row(OPERATOR, lambda: _admission() | {"kind": "people"}),
    "agencies:admission_decide": Row(OPERATOR, _admission),
    "agencies:admission_close": Row(OPERATOR, _admitted),
    "agencies:intake": Row(OPERATOR, lambda: {"code": "douyin"}),
    "agencies:applications": Row(SEERS),
    "agencies:application": Row(SEERS, _application),
    "agencies:evidence": Row(staff(Role.OPERATOR, Role.REGULATOR, status=404), _evidence),
    "agencies:filings": Row(SEERS),
    "agencies:filing": Row(OPERATOR, _filing),
    "agencies:filing_export": Row(SEERS),
    "agencies:blacklist": Row(SEERS),
    "agencies:blacklist_add": Row(OPERATOR),
    "agencies:blacklist_end": Row(OPERATOR, _entry),
    "agencies:end_agency": Row(OPERATOR, lambda: {"slug": the_agency().slug}),
    "agencies:set_owner": Row(OPERATOR, _group),
}
