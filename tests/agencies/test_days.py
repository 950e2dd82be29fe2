"""Days of contracts and bindings: whose midnight counts, and a last day that is still to come."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from agencies.models import Agency, Binding, Contract
from agencies.queries import managers
from journal.actions.context import PASS, seeing
from tests.factories.agencies import confirmed, make_claim, make_contract, make_profile
from tests.people import signed_in

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
JAN = date(2026, 1, 1)
# The last minute of 31 December in Shanghai, and the first of 1 January.
LAST, FIRST = (
    datetime(2026, 12, 31, 15, 59, tzinfo=UTC),
    datetime(2026, 12, 31, 16, 0, tzinfo=UTC),
)


@pytest.fixture(autouse=True)
def sight() -> Any:
    with seeing(PASS):
        yield


def test_case_21_contract_ends_at_midnight_of_shanghai(
    client: Client, mcn_viewer: User, mcn: Agency, time_machine: Any
) -> None:
    contract = make_contract(mcn, JAN, date(2027, 1, 1))
    profile = make_profile(tier=3)
    confirmed(make_claim(contract, profile))

    def seen(at: datetime) -> tuple[Any, ...]:
        time_machine.move_to(at, tick=False)
        today = profile.platform.today(timezone.now())
        own = signed_in(mcn_viewer).get("/portal/contracts/").context["rows"]
        public = client.get(f"/agencies/{mcn.slug}/").context["rows"]
        return today, [row.phase for row in own], len(public), len(managers(profile, today))

    assert seen(LAST) == (date(2026, 12, 31), ["expiring"], 1, 1)
    assert seen(FIRST) == (date(2027, 1, 1), ["ended"], 0, 0)


def test_case_17_unbinding_on_a_day_to_come_takes_effect_on_it(
    client: Client, as_mcn_editor: Client, mcn: Agency
) -> None:
    profile = make_profile(tier=3)
    binding = confirmed(make_claim(make_contract(mcn, JAN), profile))
    today = timezone.localdate()
    last = today + 30 * DAY
    said = {"last_day": last.isoformat()}
    assert as_mcn_editor.post(f"/portal/bindings/{binding.pk}/end/", said).status_code == 302
    days = [today, last, last + DAY]
    assert [len(managers(profile, day)) for day in days] == [1, 1, 0]
    shown = [len(client.get(f"/agencies/{mcn.slug}/?on={day}").context["rows"]) for day in days]
    assert shown == [1, 1, 0]


def test_last_day_of_today_still_counts_and_one_day_earlier_does_not(
    as_mcn_editor: Client, mcn: Agency
) -> None:
    contract = make_contract(mcn, JAN)
    today = timezone.localdate()
    for last, phase in ((today, "expiring"), (today - DAY, "ended")):
        as_mcn_editor.post(f"/portal/contracts/{contract.pk}/end/", {"last_day": last.isoformat()})
        page = as_mcn_editor.get(f"/portal/contracts/{contract.pk}/")
        assert page.context["phase"] == phase
        assert last.isoformat() in page.content.decode()
    assert Contract.objects.get().during.upper == today
    assert Binding.objects.count() == 0
