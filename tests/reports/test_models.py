"""What the database itself refuses."""

from itertools import product
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import Model
from django.utils import timezone

from reports.models import CASE_MOVES, REPORT_MOVES, Case, Category, Decision, Report, Template
from tests.factories.agencies import make_agency, make_profile
from tests.factories.reports import category, decided, filed, make_case

pytestmark = pytest.mark.django_db


def refused(model: type[Model], pk: int, **values: Any) -> str:
    """The name of the constraint that refuses an update."""
    with pytest.raises(IntegrityError) as problem, transaction.atomic():
        model._default_manager.filter(pk=pk).update(**values)
    return str(problem.value.__cause__.diag.constraint_name)  # type: ignore[union-attr]


@pytest.mark.parametrize(("old", "new"), list(product(CASE_MOVES.table, CASE_MOVES.table)))
def test_case_moves_only_as_the_table_says(old: str, new: str) -> None:
    rows = Case.objects.filter(pk=make_case().pk)
    now = timezone.now()
    if old != "open":
        rows.update(status=old, closed_at=now)
    ends = {"status": new, "closed_at": None if new == "open" else now}
    if old == new or CASE_MOVES.allows(old, new):
        assert rows.update(**ends) == 1
    else:
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(**ends)


@pytest.mark.parametrize(("old", "new"), list(product(REPORT_MOVES.table, REPORT_MOVES.table)))
def test_report_moves_only_as_the_table_says(old: str, new: str) -> None:
    report = filed()
    rows = Report.objects.filter(pk=report.pk)
    if old == "received":
        copy = Report.objects.create(
            receipt_hmac="0" * 64,
            category=report.category,
            profile=report.profile,
            text="x",
            bona_fide=True,
            case=report.case,
        )
        rows = Report.objects.filter(pk=copy.pk)
    elif old == "closed":
        rows.update(status="closed")
    if old == new or REPORT_MOVES.allows(old, new):
        assert rows.update(status=new) == 1
    else:
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(status=new)


def test_report_is_about_one_thing_in_good_faith_and_says_something() -> None:
    report = filed()
    about = "report_about_one_thing"
    assert refused(Report, report.pk, profile=None) == about
    assert refused(Report, report.pk, agency=make_agency()) == about
    assert refused(Report, report.pk, text="") == "report_says_something"
    assert refused(Report, report.pk, bona_fide=False) == "report_bona_fide"
    assert refused(Report, report.pk, case=None) == "report_in_case_has_case"


def test_two_open_cases_on_one_thing_cannot_stand_side_by_side() -> None:
    case = make_case()
    with pytest.raises(IntegrityError) as problem, transaction.atomic():
        Case.objects.create(
            category=case.category,
            target=case.target,
            profile=case.profile,
            act_day=case.act_day,
            gathers=case.gathers,
            due_at=case.due_at,
        )
    assert "case_one_open_on_a_target" in str(problem.value)


def test_case_is_claimed_by_somebody_until_some_time() -> None:
    case = make_case()
    claimed = "case_claimed_by_somebody"
    assert refused(Case, case.pk, claimed_until=timezone.now()) == claimed
    assert refused(Case, case.pk, claimed_by_id="7") == claimed
    assert refused(Case, case.pk, closed_at=timezone.now()) == "case_closed_when_over"
    assert refused(Case, case.pk, kind="dispute") == "case_kind_has_its_own"


@pytest.mark.parametrize("part", ["facts", "explanation", "ground_text"])
def test_decision_without_reasons_cannot_be_stored(part: str) -> None:
    decision = decided(make_case())
    assert refused(Decision, decision.pk, **{part: ""}) == "decision_with_reasons"


def test_no_column_of_a_report_could_hold_who_sent_it() -> None:
    with connection.cursor() as cursor:
        columns = {
            column.name
            for column in connection.introspection.get_table_description(cursor, "reports_report")
        }
    assert columns == {
        "id",
        "public_id",
        "receipt_hmac",
        "category_id",
        "platform",
        "profile_id",
        "agency_id",
        "target_text",
        "addresses",
        "act_day",
        "text",
        "contact_sealed",
        "bona_fide",
        "status",
        "case_id",
        "received_at",
    }


def test_every_category_has_both_languages_and_words_to_begin_a_decision_with() -> None:
    for each in Category.objects.all():
        words = (each.name_en, each.name_zh, each.text_en, each.text_zh, each.basis_zh)
        assert all(words), each.code
        assert each.ground in Decision.Ground.values
    codes = set(Category.objects.values_list("code", flat=True))
    own = Template.objects.exclude(category=None).values_list("category__code", flat=True)
    assert codes - set(own) == {"other"}
    assert not {"opinion", "disagreement"} & codes


@pytest.mark.parametrize("code", ["hidden-advertising", "wrong-label", "other"])
def test_templates_fit_the_case_its_own_first(code: str) -> None:
    case = make_case(of=code)
    fitting = list(Template.objects.fitting(case))
    assert {template.outcome for template in fitting} <= case.outcomes
    own = [template.category_id for template in fitting if template.category_id]
    expected = [] if code == "other" else [category(code).pk]
    assert own == expected
    assert [template.category_id for template in fitting][: len(own)] == own


def test_case_of_an_agency_corrects_no_label() -> None:
    assert "label_corrected" not in make_case(agency=make_agency(), of="wrong-label").outcomes
    assert "label_corrected" in make_case(make_profile(), of="wrong-label").outcomes
