"""A file of contracts: what its dry run says, and what applying it writes."""

from datetime import date

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange

from agencies.models import Agency, Contract
from journal.actions.context import PASS, seeing
from tests.agencies.imports import applied, checked, outcomes, row
from tests.factories.agencies import make_agency, make_profile

pytestmark = pytest.mark.django_db

JAN = date(2026, 1, 1)


@pytest.fixture
def agency() -> Agency:
    return make_agency()


def test_new_contract_with_its_account_is_added_and_claimed(agency: Agency) -> None:
    profile = make_profile()
    rows = [
        row(
            platform="抖音",
            external_id=profile.external_id,
            last_day="2026年12月31日",
            lines="Live streams；电商带货",
            territory="CN",
            exclusive="否",
        )
    ]
    batch = checked(agency, rows)
    assert (batch.status, outcomes(batch)) == ("checked", [(2, "new")])
    assert batch.counts == {
        "new": 1,
        "changed": 0,
        "same": 0,
        "conflict": 0,
        "error": 0,
        "claims": 1,
        "read": 1,
    }
    with seeing(PASS):
        assert Contract.objects.count() == 0
    batch = applied(agency, rows)
    assert batch.status == "applied"
    with seeing(PASS):
        contract = Contract.objects.get()
        binding = contract.bindings.get()
    assert (contract.reference, contract.party, contract.kind) == ("HT-1", "somebody", "full")
    assert contract.services == ["brokerage"]
    assert contract.during == DateRange(JAN, date(2027, 1, 1))
    assert binding.profile == profile
    assert (binding.status, binding.exclusive) == ("claimed", False)
    assert binding.lines == ((100, 300),)
    assert binding.during == contract.during
