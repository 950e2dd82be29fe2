"""What answers to a contract review do once they are sent, however many and however often."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from agencies.actions import bindings, contracts, reviews
from agencies.models import (
    Binding,
    BindingPast,
    Contract,
    ContractPast,
    ContractReview,
    ReviewReceipt,
)
from journal.actions.context import PASS, seeing
from journal.models import Event
from journal.values import CLOCK
from tests.factories.agencies import confirmed, make_agency, make_claim, make_contract, make_profile
from tests.factories.reviews import answer_all, asked_by, happened, items_of, make_review

pytestmark = pytest.mark.django_db

JAN = date(2026, 1, 1)


@pytest.fixture(autouse=True)
def sight() -> Iterator[None]:
    with seeing(PASS):
        yield


def today() -> date:
    return timezone.localdate()


# --- Sending --------------------------------------------------------------------------------------


def test_unchanged_contract_is_confirmed_with_its_confirmed_bindings() -> None:
    agency = make_agency()
    contract = make_contract(agency, JAN)
    Contract.objects.filter(pk=contract.pk).update(unconfirmed_since=date(2026, 6, 1))
    binding = confirmed(make_claim(contract, make_profile()))
    claim = make_claim(contract, make_profile())
    over = make_claim(contract, make_profile(), during=DateRange(JAN, date(2026, 2, 1)))
    confirmed(over)
    Binding.objects.filter(status="confirmed").update(last_confirmed_on=JAN)
    review = make_review()
    receipt = answer_all(review, agency)
    contract.refresh_from_db()
    assert (contract.last_confirmed_on, contract.unconfirmed_since) == (today(), None)
    assert contract.revision == 1
    seen = dict(Binding.objects.values_list("pk", "last_confirmed_on"))
    profile_s_day = binding.profile.platform.today(timezone.now())
    assert seen == {binding.pk: profile_s_day, claim.pk: None, over.pk: JAN}
    assert receipt.counts == {"unchanged": 1}
    (event,) = happened("binding.affirmed")
    assert (event.audience, event.profile_id, event.platform, event.agency_ids) == (
        "public",
        binding.profile_id,
        "douyin",
        [agency.pk],
    )
    (event,) = happened("contract.confirmed")
    assert (event.audience, event.subject_id) == ("parties", str(contract.pk))


def test_binding_is_confirmed_on_its_platform_s_day() -> None:
    contract = make_contract(make_agency(), JAN)
    east, west = make_profile("douyin"), make_profile("weibo")
    days = {}
    for profile, zone in ((east, "Pacific/Kiritimati"), (west, "Pacific/Pago_Pago")):
        profile.platform.time_zone = zone
        profile.platform.save()
        days[profile.pk] = profile.platform.today(timezone.now())
        confirmed(make_claim(contract, profile))
    Binding.objects.update(last_confirmed_on=JAN)
    answer_all(make_review(), contract.agency)
    assert days[east.pk] == days[west.pk] + timedelta(days=1)
    assert dict(Binding.objects.values_list("profile", "last_confirmed_on")) == days


def test_ended_contract_ends_with_its_bindings_and_what_was_known_stays() -> None:
    agency = make_agency()
    contract = make_contract(agency, JAN)
    last = today() - timedelta(days=10)
    public = confirmed(make_claim(contract, make_profile()))
    claim = make_claim(contract, make_profile())
    later = DateRange(today() + timedelta(days=5), None)
    never_public = make_claim(contract, make_profile(), during=later)
    review = make_review()
    receipt = answer_all(review, agency, "ended", last_day=last)
    contract.refresh_from_db()
    out = last + timedelta(days=1)
    assert (contract.during, contract.revision) == (DateRange(JAN, out), 2)
    assert contract.last_confirmed_on is None
    now = {row.pk: (row.status, row.during) for row in Binding.objects.all()}
    assert now == {
        public.pk: ("confirmed", DateRange(JAN, out)),
        claim.pk: ("claimed", DateRange(JAN, out)),
        never_public.pk: ("withdrawn", later),
    }
    assert BindingPast.objects.filter(binding_id=public.pk, during=DateRange(JAN, None)).exists()
    assert ContractPast.objects.get(contract_id=contract.pk).during == DateRange(JAN, None)
    said = {
        (event.verb, event.subject_id, event.audience)
        for event in Event.objects.filter(subject_type="binding", changes__until=out.isoformat())
    }
    assert said == {
        ("binding.ended", str(public.pk), "public"),
        ("binding.ended", str(claim.pk), "parties"),
        ("binding.withdrawn", str(never_public.pk), "parties"),
    }
    (event,) = happened("contract.ended")
    assert event.changes == {"last_day": last.isoformat(), "revision": 2}
    assert receipt.counts == {"ended": 1}


def test_contract_does_not_end_before_a_public_binding_of_it_begins() -> None:
    agency, by_then = make_agency(), DateRange(today() + timedelta(days=5), None)
    contract = make_contract(agency, JAN)
    claim = make_claim(contract, make_profile(), during=by_then)
    review, by = make_review(), asked_by(agency)
    ids = [item.pk for item in items_of(review, agency)]
    assert reviews.set_drafts(review, agency, ids, "ended", last_day=today(), by=by) == 1
    public = confirmed(claim)
    with pytest.raises(reviews.NothingToSend):
        reviews.send(review, agency, by=by)
    assert reviews.set_drafts(review, agency, ids, "ended", last_day=today(), by=by) == 0
    public.refresh_from_db()
    assert (public.status, public.during) == ("confirmed", by_then)


def test_contract_that_ends_then_anyway_is_answered_without_a_revision() -> None:
    agency = make_agency()
    last = today() + timedelta(days=10)
    contract = make_contract(agency, JAN, last + timedelta(days=1))
    review = make_review()
    answer_all(review, agency, "ended", last_day=last)
    contract.refresh_from_db()
    assert contract.revision == 1
    assert happened("contract.ended") == []
    assert items_of(review, agency)[0].answer == "ended"


def test_answers_are_sent_in_parts() -> None:
    agency = make_agency()
    for _ in range(3):
        make_contract(agency, JAN)
    review = make_review()
    first, second, _third = items_of(review, agency)
    by = asked_by(agency)
    reviews.set_drafts(review, agency, [first.pk], "unchanged", by=by)
    one = reviews.send(review, agency, by=by)
    reviews.set_drafts(review, agency, [second.pk], "ended", last_day=today(), by=by)
    two = reviews.send(review, agency, by=by)
    assert one.number != two.number
    said = [(item.answer, item.receipt_id) for item in items_of(review, agency)]
    assert said == [("unchanged", one.pk), ("ended", two.pk), ("", None)]
    assert reviews.set_drafts(review, agency, [first.pk], "ended", last_day=today(), by=by) == 0
    progress = ContractReview.objects.with_progress([agency.pk]).get(pk=review.pk)
    assert (progress.asked, progress.answered, progress.drafted) == (3, 2, 0)


def test_sending_twice_gives_the_same_receipt_and_changes_nothing() -> None:
    agency = make_agency()
    make_contract(agency, JAN)
    review = make_review()
    first = answer_all(review, agency)
    events = Event.objects.count()
    assert reviews.send(review, agency, by=asked_by(agency)) == first
    assert (ReviewReceipt.objects.count(), Event.objects.count()) == (1, events)


def test_nothing_is_sent_before_anything_is_answered() -> None:
    agency = make_agency()
    make_contract(agency, JAN)
    with pytest.raises(reviews.NothingToSend):
        reviews.send(make_review(), agency, by=asked_by(agency))


def test_draft_that_fits_no_longer_stays_a_draft() -> None:
    agency = make_agency()
    shortened, withdrawn, fine = (make_contract(agency, JAN) for _ in range(3))
    review = make_review()
    ids = [item.pk for item in items_of(review, agency)]
    by = asked_by(agency)
    reviews.set_drafts(review, agency, ids, "ended", last_day=today(), by=by)
    contracts.end(shortened, last_day=today() - timedelta(days=5), by=by)
    contracts.withdraw(withdrawn, by=by)
    receipt = reviews.send(review, agency, by=by)
    assert receipt.counts == {"ended": 1}
    answers = {item.contract: (item.draft, item.answer) for item in items_of(review, agency)}
    assert answers == {
        shortened: ("ended", ""),
        withdrawn: ("ended", ""),
        fine: ("ended", "ended"),
    }
    progress = ContractReview.objects.with_progress().get(pk=review.pk)
    assert (progress.asked, progress.answered, progress.drafted) == (2, 1, 1)


@pytest.mark.django_db(transaction=True)
def test_two_people_who_send_at_once_leave_one_receipt() -> None:
    agency = make_agency()
    for _ in range(20):
        contract = make_contract(agency, JAN)
        confirmed(make_claim(contract, make_profile()))
    review = make_review()
    ids = [item.pk for item in items_of(review, agency)]
    reviews.set_drafts(review, agency, ids, "unchanged", by=asked_by(agency))
    numbers = Counter[str]()

    def person() -> None:
        numbers[reviews.send(review, agency, by=asked_by(agency)).number] += 1

    at_once(person, person, person, person)
    assert dict(numbers) == {ReviewReceipt.objects.get().number: 4}
    assert len(happened("contract.confirmed")) == 20


@pytest.mark.django_db(transaction=True)
def test_agencies_that_share_accounts_and_change_them_at_once_wait_for_each_other() -> None:
    """Two send, one ends contracts and claims accounts, in every order of the same accounts."""
    profiles = [make_profile() for _ in range(12)]
    agencies = [make_agency(name) for name in ("East", "West", "North")]
    held: dict[int, list[Contract]] = {}
    for shift, agency in enumerate(agencies):
        held[agency.pk] = [make_contract(agency, JAN) for _ in profiles]
        for contract, profile in zip(held[agency.pk], profiles[shift:] + profiles, strict=False):
            make_claim(contract, profile, exclusive=False)
    review = make_review()
    east, west, north = agencies
    for agency, answer in ((east, "unchanged"), (west, "ended")):
        ids = [item.pk for item in items_of(review, agency)]
        last = today() if answer == "ended" else None
        reviews.set_drafts(review, agency, ids, answer, last_day=last, by=asked_by(agency))

    def end_and_claim() -> None:
        for number, contract in enumerate(reversed(held[north.pk])):
            bindings.claim(contract, profiles[number], during=contract.during, by=CLOCK)
            contracts.end(contract, last_day=today(), by=CLOCK)

    before = deadlocks()
    at_once(
        lambda: reviews.send(review, east, by=asked_by(east)),
        lambda: reviews.send(review, west, by=asked_by(west)),
        end_and_claim,
    )
    assert deadlocks() == before
    assert Binding.objects.filter(during__endswith=today() + timedelta(days=1)).count() >= 24
    assert set(review.items.exclude(agency=north).values_list("answer", flat=True)) == {
        "unchanged",
        "ended",
    }


def at_once(*acts: Callable[[], Any]) -> None:
    """Every act by a writer of its own; what one raises is raised."""
    gate, raised = threading.Barrier(len(acts)), list[Exception]()

    def writer(act: Callable[[], Any]) -> None:
        try:
            gate.wait(timeout=60)
            with seeing(PASS):
                act()
        except Exception as problem:  # told by the thread that asks
            raised.append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=writer, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert raised == []


def deadlocks() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(cursor.fetchone()[0])


# --- Size -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [1, 3])
def test_an_answer_costs_the_same_for_any_number_of_contracts(
    number: int, django_assert_num_queries: Any
) -> None:
    agency = make_agency()
    for _ in range(number):
        for _ in range(2):
            contract = make_contract(agency, JAN)
            confirmed(make_claim(contract, make_profile()))
    review = make_review()
    ids = [item.pk for item in items_of(review, agency)]
    by = asked_by(agency)
    with django_assert_num_queries(5):  # savepoint, review, lock, drafts, release
        reviews.set_drafts(review, agency, ids[::2], "unchanged", by=by)
    with django_assert_num_queries(6):  # the same, and those whose contract runs then
        reviews.set_drafts(review, agency, ids[1::2], "ended", last_day=today(), by=by)
    # Savepoint, review, items, their contracts; lock accounts, contracts; what fits; receipt;
    # confirm: platforms, contracts, bindings; end: contracts, bindings; items; journal; release.
    with django_assert_num_queries(16):
        reviews.send(review, agency, by=by)


def test_case_09_review_of_5000_contracts_is_answered_at_once() -> None:
    agency = make_agency()
    Contract.objects.bulk_create(
        Contract(agency=agency, reference=f"B-{n}", party="p", during=DateRange(JAN, None))
        for n in range(5_000)
    )
    review = make_review()
    ids = [item.pk for item in items_of(review, agency)]
    by = asked_by(agency)
    assert reviews.set_drafts(review, agency, ids[:4_000], "unchanged", by=by) == 4_000
    last = today() - timedelta(days=1)
    assert reviews.set_drafts(review, agency, ids[4_000:], "ended", last_day=last, by=by) == 1_000
    receipt = reviews.send(review, agency, by=by)
    assert receipt.counts == {"unchanged": 4_000, "ended": 1_000}
    assert Contract.objects.filter(last_confirmed_on=today()).count() == 4_000
    assert Contract.objects.filter(during=DateRange(JAN, today())).count() == 1_000
    assert len(happened("review.answered")) == 1
