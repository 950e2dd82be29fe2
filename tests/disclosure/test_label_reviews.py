"""What a contract review changes of the label: the day on which an agency confirmed last."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from agencies.models import Agency, Binding
from influencers.models import Profile
from journal import actions as journal
from journal.actions.context import PASS, seeing
from journal.models import Event
from tests.factories.agencies import confirmed, make_agency, make_claim, make_contract
from tests.factories.disclosure import profile_at
from tests.factories.reviews import answer_all, close, make_review

pytestmark = pytest.mark.django_db

JAN = date(2026, 1, 1)


def managed() -> tuple[Agency, Profile]:
    """An account whose agency confirmed last in January."""
    agency, profile = make_agency(), profile_at(5)
    confirmed(make_claim(make_contract(agency, JAN), profile))
    with seeing(PASS):
        Binding.objects.update(last_confirmed_on=JAN)
        journal.follow_all()
    return agency, profile


def label(profile: Profile) -> Any:
    return Client().get(f"/api/v1/labels/douyin/{profile.external_id}").json()


def news(profile: Profile) -> list[Any]:
    events = Event.objects.filter(verb="label.changed", profile_id=profile.pk)
    return [event.changes["managed_by"][0]["last_confirmed_on"] for event in events.order_by("pk")]


def test_answered_review_moves_the_day_and_nothing_else_of_the_label() -> None:
    agency, profile = managed()
    before = label(profile)
    answer_all(make_review(), agency)
    journal.follow_all()
    after = label(profile)
    today = profile.platform.today(timezone.now()).isoformat()
    assert before["managed_by"][0]["last_confirmed_on"] == "2026-01-01"
    assert after["managed_by"][0].pop("last_confirmed_on") == today
    assert news(profile) == ["2026-01-01", today]
    before["managed_by"][0].pop("last_confirmed_on")
    assert after.pop("version") > before.pop("version")
    assert after == before


def test_case_19_silence_leaves_the_day_as_it_was() -> None:
    _agency, profile = managed()
    before = label(profile)
    close(make_review())
    journal.follow_all()
    assert label(profile) == before
    assert news(profile) == ["2026-01-01"]


def test_ended_contract_takes_the_agency_off_the_label_from_the_day_after() -> None:
    agency, profile = managed()
    answer_all(make_review(), agency, "ended", last_day=date(2026, 6, 30))
    journal.follow_all()
    where = f"/api/v1/labels/douyin/{profile.external_id}"
    assert label(profile)["managed_by"] == []
    last = Client().get(where, {"on": "2026-06-30"}).json()
    assert (last["state"], last["valid_until"]) == ("managed", "2026-07-01")
    assert Client().get(where, {"on": "2026-07-01"}).json()["state"] == "none"
