"""One answer for many contracts of a review, beside answers that were kept one by one."""

import pytest
from django.test import Client

from agencies.models import Agency
from tests.factories.reviews import answer_all, drafts, items, make_contracts, make_review

pytestmark = pytest.mark.django_db


def test_answers_kept_one_by_one_outlive_an_answer_for_all(
    as_mcn_owner: Client, mcn: Agency
) -> None:
    make_contracts(mcn, "A-1", "A-2", "A-3")
    review = make_review()
    ids, where = items(review), f"/portal/reviews/{review.pk}/many/"
    single = f"/portal/reviews/{review.pk}/{ids['A-2']}/"
    as_mcn_owner.post(single + "ended/", {"last_day": "2026-06-30"})
    every = {"answer": "unchanged", "everything": "1", "query": ""}
    preview = as_mcn_owner.post(where, every)
    assert (preview.context["number"], preview.context["kept"]) == (2, 1)
    assert "1 contract more has another answer, which stays" in preview.content.decode()
    as_mcn_owner.post(where, every | {"expected": 2})
    assert drafts() == {"A-1": "unchanged", "A-2": "ended", "A-3": "unchanged"}
    answer = as_mcn_owner.post(where, every | {"query": "q=A-2"}, follow=True)
    told = [str(message) for message in answer.context["messages"]]
    assert told[-1].startswith("Each of these contracts has an answer already")
    ticked = {"answer": "unchanged", "pick": [ids["A-2"]]}
    preview = as_mcn_owner.post(where, ticked)
    assert "1 of these contracts has another answer, which this one" in preview.content.decode()
    as_mcn_owner.post(where, {"answer": "clear", "everything": "1", "query": "", "expected": 3})
    assert set(drafts().values()) == {""}
    answer_all(review, mcn)
    late = as_mcn_owner.post(single + "ended/", {"last_day": "2026-06-30"})
    assert late.context["form"].errors["last_day"] == ["This contract was answered already."]
