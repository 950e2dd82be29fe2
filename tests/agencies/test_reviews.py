"""Contract reviews: who is asked, which answers are kept, what silence does."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core import mail
from django.db import DatabaseError, transaction
from django.utils import timezone

from accounts.models import Notice
from agencies.actions import bindings, contracts, reviews
from agencies.models import (
    Binding,
    Contract,
    ContractReview,
)
from agencies.tasks import close_reviews
from journal import actions as journal
from journal.actions.context import PASS, seeing
from journal.models import Outbox, Run
from journal.values import CLOCK, Actor, ActorKind
from tests.factories.agencies import confirmed, make_agency, make_claim, make_contract, make_profile
from tests.factories.reviews import answer_all, asked_by, close, happened, items_of, make_review

pytestmark = pytest.mark.django_db

JAN = date(2026, 1, 1)


@pytest.fixture(autouse=True)
def sight() -> Iterator[None]:
    with seeing(PASS):
        yield


def today() -> date:
    return timezone.localdate()


# --- Asking ---------------------------------------------------------------------------------------


def test_review_asks_about_contracts_that_are_not_over() -> None:
    agency = make_agency()
    running = make_contract(agency, JAN)
    upcoming = make_contract(agency, today() + timedelta(days=30))
    make_contract(agency, JAN, today())  # its last day was yesterday
    contracts.withdraw(make_contract(agency, JAN), by=CLOCK)
    review = make_review()
    assert [item.contract for item in items_of(review, agency)] == [running, upcoming]


def test_review_of_platforms_asks_about_contracts_with_an_account_there() -> None:
    agency = make_agency()
    on_weibo, on_douyin, gone, _none = (make_contract(agency, JAN) for _ in range(4))
    make_claim(on_weibo, make_profile("weibo"))
    make_claim(on_douyin, make_profile("douyin"))
    bindings.withdraw(make_claim(gone, make_profile("weibo")), by=CLOCK)
    review = make_review(platforms=["weibo", "bilibili"])
    assert [item.contract for item in items_of(review, agency)] == [on_weibo]


def test_review_of_some_agencies_asks_only_these() -> None:
    first, second = make_agency("First"), make_agency("Second")
    make_contract(first, JAN)
    make_contract(second, JAN)
    review = make_review(agencies=[second.pk])
    assert set(review.items.values_list("agency", flat=True)) == {second.pk}


def test_review_that_nothing_answers_to_is_asked_of_nobody() -> None:
    review = make_review()
    assert (review.items.count(), Run.objects.get(kind="reviews").status) == (0, "done")


def test_people_of_an_agency_are_told_in_the_portal_and_by_mail(mcn, mcn_editor, newcomer) -> None:
    mcn_editor.language = "zh-hans"
    mcn_editor.save()
    make_contract(mcn, JAN)
    make_contract(mcn, JAN)
    due = today() + timedelta(days=12)
    review = make_review(due=due)
    notice = Notice.objects.get(subject_type="contractreview", subject_id=str(review.pk))
    assert (notice.recipient_kind, notice.recipient) == ("user", str(mcn_editor.pk))
    assert f"by {due}. Contracts to answer for: 2." in notice.body["en"]
    (sent,) = mail.outbox
    assert sent.to == [mcn_editor.email]
    assert sent.subject == f"[Mingpai] 请最晚于 {due} 完成合同自查"
    assert f"/portal/reviews/{review.pk}/" in sent.body
    assert Outbox.objects.get().sent_at is not None


def test_asking_twice_puts_nothing_in_twice() -> None:
    contract = make_contract(make_agency(), JAN)
    review = make_review()
    journal.ask("reviews", by=CLOCK, params={"review": review.pk, "step": "open", "agencies": []})
    journal.follow_all()
    assert [item.contract for item in review.items.all()] == [contract]


def test_journal_names_the_review_to_each_agency_and_to_staff() -> None:
    agency = make_agency()
    make_contract(agency, JAN)
    review = make_review(by=Actor(ActorKind.USER, id="7", name="Olga"))
    (opened,) = happened("review.opened")
    assert (opened.audience, opened.actor_name) == ("staff", "Olga")
    (asked,) = happened("review.asked")
    assert (asked.audience, asked.agency_ids, asked.actor_name) == ("parties", [agency.pk], "Olga")
    assert asked.changes == {"due": review.due.isoformat(), "contracts": 1}


# --- Drafts ---------------------------------------------------------------------------------------


def test_drafts_are_kept_and_taken_back() -> None:
    agency = make_agency()
    for _ in range(3):
        make_contract(agency, JAN)
    review = make_review()
    first, second, third = (item.pk for item in items_of(review, agency))
    by = asked_by(agency)
    assert reviews.set_drafts(review, agency, [first, second], "unchanged", by=by) == 2
    assert reviews.set_drafts(review, agency, [third], "ended", last_day=today(), by=by) == 1
    assert reviews.set_drafts(review, agency, [second], "", by=by) == 1
    drafts = [(item.draft, item.draft_details, item.answer) for item in items_of(review, agency)]
    assert drafts == [
        ("unchanged", {}, ""),
        ("", {}, ""),
        ("ended", {"last_day": today().isoformat()}, ""),
    ]


@pytest.mark.parametrize(("days", "kept"), [(-1, 0), (0, 1), (29, 1), (30, 1), (31, 0)])
def test_last_day_lies_within_the_contract(days: int, kept: int) -> None:
    agency = make_agency()
    begun, last = today() - timedelta(days=30), today()
    make_contract(agency, begun, last + timedelta(days=1))
    review = make_review()
    (item,) = items_of(review, agency)
    day = begun + timedelta(days=days)
    by = asked_by(agency)
    assert reviews.set_drafts(review, agency, [item.pk], "ended", last_day=day, by=by) == kept


def test_last_day_that_has_no_next_one_is_refused() -> None:
    agency = make_agency()
    make_contract(agency, JAN)
    review = make_review()
    ids, by = [item.pk for item in items_of(review, agency)], asked_by(agency)
    with pytest.raises(reviews.ReviewRefused, match="too far ahead"):
        reviews.set_drafts(review, agency, ids, "ended", last_day=date.max, by=by)
    assert [item.draft for item in items_of(review, agency)] == [""]


def test_draft_for_another_agency_s_contract_is_not_kept() -> None:
    mine, rival = make_agency("Mine"), make_agency("Rival")
    make_contract(mine, JAN)
    make_contract(rival, JAN)
    review = make_review()
    (theirs,) = items_of(review, rival)
    by = asked_by(mine)
    assert reviews.set_drafts(review, mine, [theirs.pk], "unchanged", by=by) == 0
    with pytest.raises(PermissionError):
        reviews.set_drafts(review, rival, [theirs.pk], "unchanged", by=by)


@pytest.mark.parametrize("role", ["viewer", None])
def test_only_who_works_on_contracts_answers(role: str | None) -> None:
    agency = make_agency()
    make_contract(agency, JAN)
    review = make_review()
    (item,) = items_of(review, agency)
    by = asked_by(agency, role) if role else Actor(ActorKind.USER, id="1", name="nobody")
    for attempt in (
        lambda: reviews.set_drafts(review, agency, [item.pk], "unchanged", by=by),
        lambda: reviews.amend(item, by=by, party="x"),
        lambda: reviews.send(review, agency, by=by),
    ):
        with pytest.raises(PermissionError):
            attempt()


def test_amending_in_a_review_amends_at_once_and_waits_to_be_sent() -> None:
    agency = make_agency()
    contract = make_contract(agency, JAN)
    review = make_review()
    (item,) = items_of(review, agency)
    with pytest.raises(reviews.ReviewRefused):
        reviews.amend(item, by=asked_by(agency), party=contract.party)
    reviews.amend(item, by=asked_by(agency), party="somebody else")
    contract.refresh_from_db()
    assert (contract.party, contract.revision, contract.last_confirmed_on) == (
        "somebody else",
        2,
        None,
    )
    assert items_of(review, agency)[0].draft == "amended"
    reviews.send(review, agency, by=asked_by(agency))
    contract.refresh_from_db()
    assert contract.last_confirmed_on == today()
    with pytest.raises(reviews.ReviewRefused):
        reviews.amend(item, by=asked_by(agency), party="a third")


# --- Silence --------------------------------------------------------------------------------------


def test_case_19_silence_leaves_contracts_unconfirmed_since_the_day_after() -> None:
    agency, other = make_agency("Silent"), make_agency("Prompt")
    silent = make_contract(agency, JAN)
    binding = confirmed(make_claim(silent, make_profile()))
    Binding.objects.update(last_confirmed_on=JAN)
    make_contract(other, JAN)
    review = make_review()
    answer_all(review, other)
    Notice.objects.all().delete()
    close(review)
    review.refresh_from_db()
    assert (review.status, review.closed_at is not None) == ("closed", True)
    since = dict(Contract.objects.values_list("agency", "unconfirmed_since"))
    assert since == {agency.pk: review.due + timedelta(days=1), other.pk: None}
    # The label goes on saying when the contract was last confirmed.
    binding.refresh_from_db()
    assert binding.last_confirmed_on == JAN
    assert Run.objects.filter(kind="reviews").latest("pk").counts["unconfirmed"] == 1
    (event,) = happened("contract.left_unconfirmed")
    assert (event.audience, event.agency_ids) == ("parties", [agency.pk])
    assert [event.agency_ids for event in happened("review.missed")] == [[agency.pk]]
    assert len(happened("review.closed")) == 1


def test_closed_review_takes_no_answers() -> None:
    agency = make_agency()
    contract = make_contract(agency, JAN)
    review = make_review()
    (item,) = items_of(review, agency)
    by = asked_by(agency)
    reviews.set_drafts(review, agency, [item.pk], "unchanged", by=by)
    ContractReview.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    # The clock has not come by yet, and the time is over all the same.
    for _ in range(2):
        review.refresh_from_db()
        with pytest.raises(reviews.ReviewRefused, match="over"):
            reviews.send(review, agency, by=by)
        with pytest.raises(reviews.ReviewRefused, match="over"):
            reviews.set_drafts(review, agency, [item.pk], "", by=by)
        with pytest.raises(reviews.ReviewRefused, match="over"):
            reviews.amend(item, by=by, party="x")
        close(review)
    contract.refresh_from_db()
    assert contract.unconfirmed_since == review.due + timedelta(days=1)


def test_later_silence_keeps_the_earlier_day_and_a_later_answer_takes_it_away() -> None:
    agency = make_agency()
    contract = make_contract(agency, JAN)
    first = make_review()
    close(first)
    second = make_review(due=first.due + timedelta(days=7))
    close(second)
    contract.refresh_from_db()
    assert contract.unconfirmed_since == first.due + timedelta(days=1)
    answer_all(make_review(), agency)
    contract.refresh_from_db()
    assert contract.unconfirmed_since is None


def test_who_answered_another_review_meanwhile_was_not_silent() -> None:
    agency = make_agency()
    contract = make_contract(agency, JAN)
    ignored = make_review()
    answer_all(make_review(), agency)
    close(ignored)
    contract.refresh_from_db()
    assert contract.unconfirmed_since is None


def test_contract_that_ended_before_the_last_day_is_not_unconfirmed() -> None:
    agency = make_agency()
    due = today() + timedelta(days=5)
    over = make_contract(agency, JAN, due + timedelta(days=1))
    running = make_contract(agency, JAN, due + timedelta(days=2))
    close(make_review(due=due))
    since = dict(Contract.objects.values_list("pk", "unconfirmed_since"))
    assert since == {over.pk: None, running.pk: due + timedelta(days=1)}


def test_clock_closes_what_is_due_once() -> None:
    make_contract(make_agency(), JAN)
    due, later = make_review(), make_review(due=today() + timedelta(days=60))
    ContractReview.objects.filter(pk=due.pk).update(due_at=timezone.now())
    assert [close_reviews(), close_reviews()] == [1, 0]
    journal.follow_all()
    assert close_reviews() == 0
    states = dict(ContractReview.objects.values_list("pk", "status"))
    assert states == {due.pk: "closed", later.pk: "open"}


def test_last_moment_to_answer_is_the_end_of_the_day_in_the_portal_s_zone() -> None:
    review = make_review(due=date(2027, 3, 31))
    assert review.due_at == datetime(2027, 3, 31, 16, tzinfo=UTC)


def test_closed_review_stays_closed() -> None:
    review = make_review()
    close(review)
    with pytest.raises(DatabaseError), transaction.atomic():
        ContractReview.objects.filter(pk=review.pk).update(status="open")
