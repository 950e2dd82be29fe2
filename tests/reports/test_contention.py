"""Many at once: first reports on one thing, claims on one case, the limit of a place."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from accounts.doors import allow
from journal.actions.context import PASS, seeing
from journal.values import Actor, ActorKind
from reports.actions import cases, decisions
from reports.models import Case, Decision
from tests.factories.agencies import make_profile
from tests.factories.reports import filed, make_case

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(what: Callable[[int], Any], times: int, hands: int = 8) -> list[Any]:
    def one(number: int) -> Any:
        try:
            with seeing(PASS):
                return what(number)
        except (cases.CaseRefused, decisions.DecisionRefused) as refusal:
            return type(refusal)
        finally:
            connection.close()

    with ThreadPoolExecutor(hands) as pool:
        return list(pool.map(one, range(times)))


def moderator(number: int) -> Actor:
    return Actor(ActorKind.USER, str(number), f"Mo {number}", roles=frozenset({"moderator"}))


def test_case_10_many_first_reports_at_once_are_one_case() -> None:
    profile = make_profile()
    at_once(lambda n: filed(profile, source=f"visitor-{n % 10}").pk, 40)
    case = Case.objects.get()
    assert (case.report_count, case.source_count, case.reports.count()) == (40, 10, 40)


def test_of_many_who_take_one_case_one_wins() -> None:
    case = make_case()
    answers = at_once(lambda n: cases.claim(case, by=moderator(n)).claimed_by_id, 16)
    won = [answer for answer in answers if isinstance(answer, str)]
    assert len(won) == 1
    assert answers.count(cases.CaseTaken) == 15
    case.refresh_from_db()
    assert case.claimed_by_id == won[0]


def test_next_case_is_given_to_one_each() -> None:
    for _ in range(8):
        make_case()
    answers = at_once(lambda n: getattr(cases.claim_next(by=moderator(n)), "pk", None), 12)
    given = [pk for pk in answers if pk is not None]
    assert (len(given), len(set(given))) == (8, 8)


def test_case_is_decided_once_by_a_double_click() -> None:
    case = make_case()

    def decide(_number: int) -> Any:
        return decisions.decide(
            case,
            outcome="noted",
            ground="law",
            ground_text="x",
            facts="x",
            explanation="x",
            act_day=case.act_day,
            by=moderator(1),
        ).pk

    answers = at_once(decide, 8)
    assert answers.count(cases.CaseRefused) == 7
    assert Decision.objects.count() == 1


def test_limit_lets_exactly_ten_of_two_hundred_through() -> None:
    with ThreadPoolExecutor(50) as pool:
        within = list(pool.map(lambda _n: allow("report", "somebody", "10 per hour"), range(200)))
    assert within.count(True) == 10
