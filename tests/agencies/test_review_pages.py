"""Contract reviews at the desk of an agency."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from agencies.actions import agencies
from agencies.models import (
    Agency,
    Contract,
    ContractReview,
    ContractReviewItem,
    ReviewReceipt,
)
from agencies.views import reviews as views
from journal.actions.context import PASS, seeing
from journal.models import Event
from journal.values import CLOCK
from tests.factories.agencies import confirmed, make_claim, make_contract, make_profile
from tests.factories.reviews import answer_all, close, drafts, items, make_contracts, make_review
from tests.people import signed_in

pytestmark = pytest.mark.django_db

JAN = date(2026, 1, 1)


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode())


def said(answer: Any) -> list[str]:
    """What the page after a redirect tells."""
    return [str(message) for message in answer.context["messages"]]


def listed(client: Client, review: ContractReview, query: str = "") -> list[str]:
    answer = client.get(f"/portal/reviews/{review.pk}/?{query}")
    return [row.said.contract.reference for row in answer.context["rows"]]


# --- At the desk ----------------------------------------------------------------------------------


def test_agency_answers_a_review_from_the_first_click_to_the_receipt(
    as_mcn_editor: Client, mcn: Agency
) -> None:
    first, second, _third = make_contracts(mcn, "A-1", "A-2", "A-3")
    confirmed(make_claim(first, make_profile(display_name="小鹿的一天")))
    review = make_review()
    where = f"/portal/reviews/{review.pk}/"
    page = text(as_mcn_editor, "/portal/reviews/")
    assert where in page
    assert "12 days left" in page
    assert "小鹿的一天" in text(as_mcn_editor, where)

    ids = items(review)
    answer = as_mcn_editor.post(
        f"{where}{ids['A-1']}/", {"answer": "unchanged", "query": "state=todo"}
    )
    assert answer["Location"] == f"{where}?state=todo#contract-{ids['A-1']}"
    answer = as_mcn_editor.post(f"{where}{ids['A-2']}/ended/", {"last_day": timezone.localdate()})
    assert answer["Location"] == f"{where}?#contract-{ids['A-2']}"
    assert drafts() == {"A-1": "unchanged", "A-2": "ended", "A-3": ""}
    assert "Check and send 2 answers" in text(as_mcn_editor, where)

    check = text(as_mcn_editor, where + "check/")
    assert "1 contract has no answer yet; you can send it later." in check
    answer = as_mcn_editor.post(where + "check/")
    with seeing(PASS):
        receipt = ReviewReceipt.objects.get()
        second.refresh_from_db()
    assert answer["Location"] == f"/portal/reviews/receipts/{receipt.number}/"
    assert second.during.upper == timezone.localdate() + timedelta(days=1)
    page = text(as_mcn_editor, answer["Location"])
    for part in (receipt.number, mcn.credit_code, "A-1", "A-2", "Mcn_Editor"):
        assert part in page
    assert "A-3" not in page
    # Sent once more, from a page that was left open.
    assert as_mcn_editor.post(where + "check/")["Location"] == answer["Location"]
    page = text(as_mcn_editor, where)
    assert "2 of 3 answered" in page
    assert receipt.number in page


def test_many_are_answered_after_a_look_at_what_it_is_about(
    as_mcn_owner: Client, mcn: Agency
) -> None:
    make_contracts(mcn, "A-1", "A-2", "A-3")
    review = make_review()
    ids, where = items(review), f"/portal/reviews/{review.pk}/many/"
    ticked = {"answer": "unchanged", "pick": [ids["A-1"], ids["A-3"]]}
    preview = as_mcn_owner.post(where, ticked)
    assert "2 contracts as unchanged?" in preview.content.decode()
    assert set(drafts().values()) == {""}
    answer = as_mcn_owner.post(where, ticked | {"expected": 2}, follow=True)
    assert said(answer) == ["Kept for 2 contracts."]
    assert drafts() == {"A-1": "unchanged", "A-2": "", "A-3": "unchanged"}
    clear = {"answer": "clear", "pick": [ids["A-3"]]}
    assert (
        "Take back the answer for 1 contract?" in as_mcn_owner.post(where, clear).content.decode()
    )
    as_mcn_owner.post(where, clear | {"expected": 1})
    assert drafts() == {"A-1": "unchanged", "A-2": "", "A-3": ""}


def test_all_that_a_filter_finds_are_answered_at_once(as_mcn_owner: Client, mcn: Agency) -> None:
    make_contracts(mcn, "A-1", "A-2", "B-1")
    review = make_review()
    where = f"/portal/reviews/{review.pk}/many/"
    all_of_a = {"answer": "unchanged", "everything": "1", "query": "q=A-"}
    preview = as_mcn_owner.post(where, all_of_a)
    assert (preview.context["number"], len(preview.context["rows"])) == (2, 2)
    make_more = make_contracts(mcn, "A-3")
    with seeing(PASS):
        ContractReviewItem.objects.create(review=review, agency=mcn, contract=make_more[0])
    # One more than was looked at: it is shown again instead of being answered unseen.
    again = as_mcn_owner.post(where, all_of_a | {"expected": 2})
    assert (again.context["number"], set(drafts().values())) == (3, {""})
    as_mcn_owner.post(where, all_of_a | {"expected": 3})
    assert drafts() == {"A-1": "unchanged", "A-2": "unchanged", "A-3": "unchanged", "B-1": ""}


def test_many_that_ended_ask_for_their_last_day(as_mcn_owner: Client, mcn: Agency) -> None:
    make_contracts(mcn, "A-1", "A-2")
    with seeing(PASS):
        late = make_contract(mcn, timezone.localdate())
        late.reference = "A-3"
        late.save()
    review = make_review()
    ids, where = items(review), f"/portal/reviews/{review.pk}/many/"
    ended = {"answer": "ended", "pick": list(ids.values())}
    assert not as_mcn_owner.post(where, ended).context["form"].errors
    answer = as_mcn_owner.post(where, ended | {"expected": 3})
    assert list(answer.context["form"].errors) == ["last_day"]
    day = timezone.localdate() - timedelta(days=1)
    answer = as_mcn_owner.post(where, ended | {"expected": 3, "last_day": day}, follow=True)
    first, second = said(answer)
    assert first == "Kept for 2 contracts."
    assert second.startswith("1 contract was left as it was: the day lies outside of its period")
    assert drafts() == {"A-1": "ended", "A-2": "ended", "A-3": ""}


@pytest.mark.parametrize(
    "sent",
    [
        {"answer": "unchanged"},
        {"answer": "amended", "everything": "1"},
        {"answer": "unchanged", "pick": ["x"]},
        {"answer": "unchanged", "pick": ["99999999999999999999"]},
        {"answer": "unchanged", "everything": "1", "query": "q=nothing"},
    ],
)
def test_batch_without_contracts_keeps_nothing(
    as_mcn_owner: Client, mcn: Agency, sent: dict[str, Any]
) -> None:
    make_contracts(mcn, "A-1")
    review = make_review()
    where = f"/portal/reviews/{review.pk}/many/"
    answer = as_mcn_owner.post(where, sent | {"expected": 1}, follow=True)
    assert said(answer) == ["Tick contracts first."]
    assert drafts() == {"A-1": ""}


def test_ended_needs_a_day_within_the_contract(as_mcn_owner: Client, mcn: Agency) -> None:
    make_contracts(mcn, "A-1")
    review = make_review()
    where = f"/portal/reviews/{review.pk}/{items(review)['A-1']}/ended/"
    for day in ("", "2025-12-31", "yesterday"):
        assert list(as_mcn_owner.post(where, {"last_day": day}).context["form"].errors) == [
            "last_day"
        ]
    as_mcn_owner.post(where, {"last_day": "2026-06-30"})
    assert drafts() == {"A-1": "ended"}
    assert 'value="2026-06-30"' in text(as_mcn_owner, where)
    assert "2026-06-30" in text(as_mcn_owner, f"/portal/reviews/{review.pk}/")


def test_amend_changes_the_contract_and_marks_it(as_mcn_owner: Client, mcn: Agency) -> None:
    (contract,) = make_contracts(mcn, "A-1")
    review = make_review()
    where = f"/portal/reviews/{review.pk}/{items(review)['A-1']}/amend/"
    form = as_mcn_owner.get(where).context["form"]
    now = {name: value for name, value in form.initial.items() if value is not None}
    answer = as_mcn_owner.post(where, now)
    assert "Nothing was changed" in answer.content.decode()
    as_mcn_owner.post(where, now | {"party": "阿棠"})
    with seeing(PASS):
        contract.refresh_from_db()
    assert (contract.party, contract.revision, drafts()) == ("阿棠", 2, {"A-1": "amended"})
    # The button twice: what was meant is there already.
    assert as_mcn_owner.post(where, now | {"party": "阿棠"}).status_code == 302
    # From a page of before: somebody has changed it since.
    answer = as_mcn_owner.post(where, now | {"party": "陆九"})
    assert "Somebody has changed this contract" in answer.content.decode()
    make_claim(contract, make_profile())
    answer = as_mcn_owner.post(where, now | {"revision": 2, "since": "2026-03-01"})
    assert list(answer.context["form"].errors) == ["since"]


def test_list_is_narrowed_by_answer_text_and_platform(as_mcn_owner: Client, mcn: Agency) -> None:
    first, *_others = make_contracts(mcn, "A-1", "A-2", "B-1")
    make_claim(first, make_profile("weibo"))
    review = make_review()
    with seeing(PASS):
        Contract.objects.filter(reference="B-1").update(party="周周")
    ids = items(review)
    where = f"/portal/reviews/{review.pk}/"
    as_mcn_owner.post(f"{where}{ids['A-1']}/", {"answer": "unchanged"})
    as_mcn_owner.post(where + "check/")
    as_mcn_owner.post(f"{where}{ids['A-2']}/", {"answer": "unchanged"})
    assert listed(as_mcn_owner, review) == ["A-1", "A-2", "B-1"]
    assert listed(as_mcn_owner, review, "state=todo") == ["B-1"]
    assert listed(as_mcn_owner, review, "state=ready") == ["A-2"]
    assert listed(as_mcn_owner, review, "state=sent") == ["A-1"]
    assert listed(as_mcn_owner, review, "q=a-") == ["A-1", "A-2"]
    assert listed(as_mcn_owner, review, "q=周") == ["B-1"]
    assert listed(as_mcn_owner, review, "platform=weibo") == ["A-1"]
    answer = as_mcn_owner.get(where)
    assert [tab["count"] for tab in answer.context["tabs"]] == [1, 1, 1, 3]


def test_viewer_reads_and_answers_nothing(as_mcn_viewer: Client, mcn: Agency) -> None:
    make_contracts(mcn, "A-1")
    review = make_review()
    where = f"/portal/reviews/{review.pk}/"
    page = text(as_mcn_viewer, where)
    assert "A-1" in page
    assert "Unchanged" not in page
    pk = items(review)["A-1"]
    for address in (f"{pk}/", f"{pk}/ended/", f"{pk}/amend/", "many/", "check/"):
        assert as_mcn_viewer.post(where + address, {"answer": "unchanged"}).status_code == 403
    assert drafts() == {"A-1": ""}
    receipt = answer_all(review, mcn)
    assert receipt.number in text(as_mcn_viewer, f"/portal/reviews/receipts/{receipt.number}/")


def test_rival_sees_nothing_of_it(as_rival_owner: Client, mcn: Agency, rival: Agency) -> None:
    make_contracts(mcn, "A-1")
    make_contracts(rival, "R-1")
    review = make_review(agencies=[mcn.pk])
    both = make_review()
    receipt = answer_all(review, mcn)
    assert f"/portal/reviews/{review.pk}/" not in text(as_rival_owner, "/portal/reviews/")
    assert listed(as_rival_owner, both) == ["R-1"]
    ids = items(both)
    for address in (
        f"reviews/{review.pk}/",
        f"reviews/{review.pk}/check/",
        f"reviews/{both.pk}/{ids['A-1']}/ended/",
        f"reviews/{both.pk}/{ids['A-1']}/amend/",
        f"reviews/receipts/{receipt.number}/",
    ):
        assert as_rival_owner.get(f"/portal/{address}").status_code == 404
    answer = as_rival_owner.post(
        f"/portal/reviews/{both.pk}/{ids['A-1']}/", {"answer": "unchanged"}
    )
    assert answer.status_code == 404
    picks = {"answer": "unchanged", "pick": [ids["A-1"]], "expected": 1}
    assert as_rival_owner.post(f"/portal/reviews/{both.pk}/many/", picks).status_code == 302
    with seeing(PASS):
        assert not both.items.exclude(draft="").exists()


def test_who_works_for_two_agencies_is_led_to_the_one_that_is_asked(
    mcn: Agency, rival: Agency, newcomer: Any
) -> None:
    with seeing(PASS):
        for agency in (mcn, rival):
            agencies.add_member(agency, newcomer, "editor", by=CLOCK)
    make_contracts(rival, "R-1")
    review = make_review()
    client = signed_in(newcomer)
    where = f"/portal/reviews/{review.pk}/"
    assert client.get(where)["Location"] == f"/portal/switch/?next={where}"
    client.post("/portal/switch/", {"agency": rival.slug})
    assert listed(client, review) == ["R-1"]


def test_two_people_answer_different_contracts_of_one_agency(
    as_mcn_owner: Client, as_mcn_editor: Client, mcn: Agency
) -> None:
    make_contracts(mcn, "A-1", "A-2")
    review = make_review()
    ids, where = items(review), f"/portal/reviews/{review.pk}/"
    as_mcn_owner.post(f"{where}{ids['A-1']}/", {"answer": "unchanged"})
    as_mcn_editor.post(f"{where}{ids['A-2']}/", {"answer": "unchanged"})
    as_mcn_owner.post(where + "check/")
    # The editor's page is from before: the answers are sent, hers changes nothing and says so.
    as_mcn_editor.post(f"{where}{ids['A-1']}/", {"answer": "clear"})
    answer = as_mcn_editor.post(
        where + "many/", {"answer": "clear", "pick": [ids["A-1"]], "expected": 1}, follow=True
    )
    assert said(answer) == ["Tick contracts first."]
    with seeing(PASS):
        answers = set(ContractReviewItem.objects.values_list("answer", flat=True))
    assert answers == {"unchanged"}


def test_closed_review_shows_its_answers_and_takes_none(as_mcn_owner: Client, mcn: Agency) -> None:
    make_contracts(mcn, "A-1")
    review = make_review()
    where, pk = f"/portal/reviews/{review.pk}/", items(review)["A-1"]
    close(review)
    page = text(as_mcn_owner, where)
    assert "This review is over." in page
    assert 'value="unchanged"' not in page
    for address, sent in (
        (f"{pk}/", {"answer": "unchanged"}),
        ("many/", {"answer": "unchanged", "pick": [pk], "expected": 1}),
        ("check/", {}),
    ):
        answer = as_mcn_owner.post(where + address, sent, follow=True)
        assert said(answer) == ["This review is over: it takes no answers any more."]
    answer = as_mcn_owner.post(f"{where}{pk}/ended/", {"last_day": "2026-06-30"})
    assert "takes no answers" in answer.content.decode()


def test_misfit_is_shown_before_sending(as_mcn_owner: Client, mcn: Agency) -> None:
    (contract,) = make_contracts(mcn, "A-1")
    review = make_review()
    where, pk = f"/portal/reviews/{review.pk}/", items(review)["A-1"]
    as_mcn_owner.post(f"{where}{pk}/ended/", {"last_day": "2026-06-30"})
    as_mcn_owner.post(f"/portal/contracts/{contract.pk}/end/", {"last_day": "2026-03-31"})
    assert "1 answer cannot be sent" in text(as_mcn_owner, where + "check/")
    answer = as_mcn_owner.post(where + "check/", follow=True)
    assert said(answer) == ["No answer is ready to be sent."]


@pytest.mark.parametrize("number", [1, 3])
def test_pages_cost_the_same_for_any_number_of_contracts(
    as_mcn_owner: Client, mcn: Agency, number: int, django_assert_num_queries: Any
) -> None:
    for _ in range(number):
        confirmed(make_claim(make_contract(mcn, JAN), make_profile()))
        make_review()
    review = make_review()
    answer_all(make_review(), mcn)
    where = f"/portal/reviews/{review.pk}/"
    with seeing(PASS):
        review.items.update(draft="unchanged")
        number_of = ReviewReceipt.objects.get().number
    # Of each page: session, user, grants, arrival, agency; leaving.
    with django_assert_num_queries(6 + 1):  # reviews
        as_mcn_owner.get("/portal/reviews/")
    # Review; items, their contracts and bindings, tier floors; what can be answered; platforms;
    # receipts.
    with django_assert_num_queries(6 + 8):
        as_mcn_owner.get(where)
    with django_assert_num_queries(6 + 7):  # the same with counts and misfits, without platforms
        as_mcn_owner.get(where + "check/")
    with django_assert_num_queries(6 + 2):  # receipt, items
        as_mcn_owner.get(f"/portal/reviews/receipts/{number_of}/")


def test_pages_of_contracts_follow_each_other(
    as_mcn_owner: Client, mcn: Agency, monkeypatch: Any
) -> None:
    keyset = views.keyset
    monkeypatch.setattr(views, "keyset", lambda *a, **k: keyset(*a, **{**k, "size": 2}))
    make_contracts(mcn, "A-1", "A-2", "A-3")
    review = make_review()
    answer = as_mcn_owner.get(f"/portal/reviews/{review.pk}/")
    assert "All that this list finds, on every page: 3 contracts" in answer.content.decode()
    after = answer.context["page"].next
    assert listed(as_mcn_owner, review, f"after={after}") == ["A-3"]


def test_case_23_answers_name_the_person_and_end_with_the_membership(
    as_mcn_editor: Client, mcn_editor: Any, mcn: Agency
) -> None:
    make_contracts(mcn, "A-1", "A-2")
    review = make_review()
    ids, where = items(review), f"/portal/reviews/{review.pk}/"
    as_mcn_editor.post(f"{where}{ids['A-1']}/", {"answer": "unchanged"})
    as_mcn_editor.post(where + "check/")
    with seeing(PASS):
        answered = ContractReviewItem.objects.get(pk=ids["A-1"])
        said = Event.objects.get(verb="review.answered")
        agencies.end_membership(mcn_editor.memberships.get(), by=CLOCK)
    assert (answered.answered_by, said.actor_id) == (mcn_editor.name, str(mcn_editor.pk))
    sent = as_mcn_editor.post(f"{where}{ids['A-2']}/", {"answer": "unchanged"})
    assert (sent.status_code, drafts()["A-2"]) == (403, "")
