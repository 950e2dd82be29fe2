"""Agencies as dated things: renamed, merged, deregistered, owned (domain, cases 2, 7 and 13)."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.actions import proposals
from accounts.models import Notice
from agencies.actions import agencies, bindings, contracts, disputes, endings, groups
from agencies.actions.agencies import AgencyRefused
from agencies.actions.endings import EndingRefused, Terms
from agencies.models import Admission, Agency, Binding, Contract, Dispute, Filing
from agencies.queries.groups import groups_below, owners_of, parts_of_group
from agencies.queries.managers import managers
from journal.actions.context import PASS, seeing
from journal.models import Event
from journal.values import CLOCK, Actor
from tests.factories.admissions import admitted
from tests.factories.agencies import (
    CREATOR,
    confirmed,
    make_agency,
    make_claim,
    make_contract,
    make_profile,
)
from tests.people import two_people

pytestmark = pytest.mark.django_db

JAN, MARCH, JUNE = date(2026, 1, 1), date(2026, 3, 1), date(2026, 6, 1)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def sight():
    with seeing(PASS):
        yield


@pytest.fixture
def held() -> Binding:
    return confirmed(make_claim(make_contract(make_agency(since=JAN), JAN), make_profile()))


def merged(agency: Agency, successor: Agency, day: date = MARCH, **more: Any) -> Agency:
    first, second = two_people()
    return endings.merge(agency, successor, day=day, by=second, proposed_by=first, **more)


def deregistered(agency: Agency, day: date = MARCH) -> Agency:
    first, second = two_people()
    return endings.deregister(agency, day=day, by=second, proposed_by=first)


def who(binding: Binding, day: date, known_at: Any = None) -> list[str]:
    return [each.slug for each in managers(binding.profile_id, day, known_at)]


def test_case_2_merger_hands_contracts_and_labels_to_the_successor_from_the_day_on(
    held: Binding,
) -> None:
    old, new, before = held.agency, make_agency("Newco", since=JAN), timezone.now()
    merged(old, new)
    assert who(held, MARCH - DAY) == [old.slug]
    assert who(held, MARCH) == [new.slug]
    assert who(held, MARCH, before) == [old.slug]  # a late entry: what was known stays readable
    follows = Binding.objects.get(succeeds=held)
    contract = follows.contract
    assert (follows.status, follows.basis, follows.confirmed_on) == (
        "confirmed",
        "creator",
        held.confirmed_on,
    )
    assert (contract.agency, contract.succeeds, contract.revision) == (new, held.contract, 2)
    held.contract.refresh_from_db()
    assert held.contract.during.upper == MARCH
    old.refresh_from_db()
    assert (old.ending, old.ended_on, old.successor) == ("merged", MARCH, new)
    told = Notice.objects.get(subject_type="binding")
    assert (told.subject_id, new.name_en in told.body["en"]) == (str(follows.pk), True)
    verbs = Event.objects.filter(verb__in=["binding.ended", "agency.merged"])
    assert sorted(verbs.values_list("verb", "audience")) == [
        ("agency.merged", "public"),
        ("binding.ended", "public"),
    ]


def test_merger_by_agreement_asks_every_account_again(held: Binding) -> None:
    new = make_agency("Newco")
    merged(held.agency, new, terms=Terms.AGREEMENT)
    follows = Binding.objects.get(succeeds=held)
    assert (follows.status, follows.basis, follows.confirmed_on) == ("claimed", "", None)
    assert (who(held, MARCH - DAY), who(held, MARCH)) == ([held.agency.slug], [])


def test_merger_keeps_claims_suspensions_and_what_begins_later_apart() -> None:
    old, new = make_agency(since=JAN), make_agency("Newco")
    contract = make_contract(old, JAN)
    claim = make_claim(contract, make_profile())
    resting = confirmed(make_claim(contract, make_profile()))
    bindings.suspend(resting, by=CREATOR, reason="x")
    later = confirmed(make_claim(make_contract(old, JUNE), make_profile()))
    merged(old, new)
    said = {
        row.succeeds_id: (row.status, row.during.lower)
        for row in Binding.objects.filter(agency=new)
    }
    assert said == {
        claim.pk: ("claimed", MARCH),
        resting.pk: ("suspended", MARCH),
        later.pk: ("confirmed", JUNE),
    }
    for row in (claim, resting, later):
        row.refresh_from_db()
    assert (claim.status, claim.during.upper) == ("claimed", MARCH)
    assert (later.status, resting.during.upper) == ("void", MARCH)
    assert Contract.objects.get(pk=later.contract_id).status == "withdrawn"


def test_merger_takes_a_pending_dispute_along(held: Binding) -> None:
    disputes.open(held, by=CREATOR, statement="Never", proven=True)
    merged(held.agency, make_agency("Newco"))
    follows = Binding.objects.get(succeeds=held)
    pending = Dispute.objects.get(binding=follows)
    assert (pending.status, pending.proven, pending.statement) == ("open", True, "Never")


def test_case_2_deregistration_ends_contracts_and_labels(held: Binding) -> None:
    agency = held.agency
    deregistered(agency)
    assert (who(held, MARCH - DAY), who(held, MARCH)) == ([agency.slug], [])
    held.contract.refresh_from_db()
    assert held.contract.during.upper == MARCH
    assert "deregistered" in Notice.objects.get(subject_type="binding").body["en"]


def test_nothing_reaches_beyond_the_end_of_an_agency(held: Binding) -> None:
    agency = deregistered(held.agency)
    with pytest.raises(contracts.ContractRefused, match="no more"):
        make_contract(agency, JUNE)
    for table, pk in (("contract", held.contract_id), ("binding", held.pk)):
        wrong = f"agencies_{table}_beyond_its_agency"
        longer = f"UPDATE agencies_{table} SET during = '[2026-01-01,)' WHERE id = %s"
        with (
            pytest.raises(DatabaseError, match="no more") as refused,
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(longer, [pk])
        assert refused.value.__cause__.diag.constraint_name == wrong  # type: ignore[union-attr]


def test_end_must_be_possible() -> None:
    first, _second = two_people()
    agency, other = make_agency(since=JAN), make_agency("Other", since=JAN)
    gone = deregistered(make_agency("Gone", since=JAN))
    today = timezone.localdate()
    for facts, words in (
        ({"day": today + DAY}, "once the day has come"),
        ({"day": JAN}, "began on that day"),
        ({"day": MARCH, "successor": agency}, "own successor"),
        ({"day": MARCH, "successor": gone}, "successor is no more"),
    ):
        with pytest.raises(EndingRefused, match=words):
            endings.propose(agency, reason="x", by=first, **facts)  # type: ignore[arg-type]
    with pytest.raises(EndingRefused, match="no more"):
        endings.propose(gone, day=MARCH, reason="x", by=first)
    limited = Actor(first.kind, id=first.id, roles=first.roles, platforms=frozenset({"douyin"}))
    with pytest.raises(PermissionError):
        endings.propose(other, day=MARCH, reason="x", by=limited)


def test_proposal_of_a_merger_is_carried_out_by_the_second_person(held: Binding) -> None:
    first, second = two_people()
    new = make_agency("Newco")
    proposal = endings.propose(held.agency, day=MARCH, successor=new, reason="Gazette", by=first)
    assert endings.facts(proposal, second)["accounts"] == 1
    proposals.approve(proposal, by=second)
    assert who(held, MARCH) == [new.slug]


def test_change_opens_the_checks_again_and_starts_the_clock_of_the_filing(held: Binding) -> None:
    old, new = held.agency, make_agency("Newco")
    here = admitted(old)
    agencies.rename(old, "新名", "New name", since=MARCH, by=CLOCK)
    here.refresh_from_db()
    assert (here.status, here.round, here.to_check_since) == ("admitted", 2, MARCH)
    groups.set_group(old, groups.make_group("集团", "Group", by=CLOCK), by=CLOCK)
    merged(old, new)
    here.refresh_from_db()
    assert (here.status, here.until) == ("ended", here.since)
    causes = Filing.objects.filter(admission=here).order_by("pk").values_list("cause", flat=True)
    assert list(causes) == ["admitted", "renamed", "group", "merged"]
    asks = Admission.objects.get(agency=new)  # where the old one was, the new one asks to be
    assert (asks.platform_id, asks.status) == (here.platform_id, "applied")


def test_merger_takes_the_same_queries_for_one_account_and_for_many() -> None:
    counts = []
    for accounts in (1, 4):
        old, new = make_agency(since=JAN), make_agency("Newco")
        for _number in range(accounts):
            confirmed(make_claim(make_contract(old, JAN), make_profile()))
        two_people()
        with CaptureQueriesContext(connection) as queries:
            merged(old, new)
        counts.append(len(queries))
    assert counts[0] == counts[1]


# --- Groups ---------------------------------------------------------------------------------------


def test_case_7_label_names_the_group_of_the_day_as_it_was_known(held: Binding) -> None:
    agency = held.agency
    one = groups.make_group("甲", "One", by=CLOCK)
    two = groups.make_group("乙", "Two", by=CLOCK)
    groups.set_group(agency, one, since=JAN, by=CLOCK)
    known = timezone.now()
    groups.set_group(agency, two, since=MARCH, by=CLOCK)

    def of(day: date, at: Any = None) -> list[str | None]:
        return [each.group for each in managers(held.profile_id, day, at)]

    assert (of(MARCH - DAY), of(MARCH), of(MARCH, known)) == (["one"], ["two"], ["one"])
    agency.refresh_from_db()
    assert agency.group == two
    groups.set_group(agency, None, since=JUNE, by=CLOCK)
    assert (of(JUNE - DAY), of(JUNE)) == (["two"], [None])


def test_case_7_tree_of_groups_has_days_and_no_circle() -> None:
    agency = make_agency()
    top, middle, low = (groups.make_group(f"{n}集团", f"G{n}", by=CLOCK) for n in (1, 2, 3))
    groups.set_group(agency, low, since=JAN, by=CLOCK)
    groups.set_owner(low, middle, since=JAN, by=CLOCK)
    groups.set_owner(middle, top, since=MARCH, by=CLOCK)
    assert owners_of(agency, JAN) == [low, middle]
    assert owners_of(agency, MARCH) == [low, middle, top]
    assert groups_below(top, MARCH) == [middle, low]
    assert list(parts_of_group([low.pk], JAN - DAY)) == []
    with pytest.raises(AgencyRefused, match="itself"):
        groups.set_owner(top, low, since=JAN, by=CLOCK)


def test_group_of_tomorrow_is_in_lists_when_the_day_has_come() -> None:
    agency, group = make_agency(), groups.make_group("集团", "Group", by=CLOCK)
    tomorrow = timezone.localdate() + DAY
    groups.set_group(agency, group, since=tomorrow, by=CLOCK)
    agency.refresh_from_db()
    assert agency.group is None
    assert (groups.refresh_groups(tomorrow), groups.refresh_groups(tomorrow)) == (1, 0)
    agency.refresh_from_db()
    assert agency.group == group
