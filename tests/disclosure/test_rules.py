"""Rules: what their acts allow and refuse, and what the register begins with."""

from datetime import date, timedelta
from itertools import product

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.permissions import Role
from disclosure.actions import rules
from disclosure.models import Rule
from disclosure.models.rules import RULE_MOVES
from influencers.models import TierScheme
from journal.models import Event, Run
from journal.values import NOBODY, Actor, ActorKind
from tests.factories.disclosure import RuleFactory

pytestmark = pytest.mark.django_db


def person(number: int, role: Role = Role.OPERATOR, **reach: frozenset[str]) -> Actor:
    return Actor(
        ActorKind.USER, id=str(number), name=f"Person {number}", roles=frozenset({role}), **reach
    )


ADA, BEN = person(1), person(2)
FACTS = {
    "name_en": "Half a million",
    "name_zh": "五十万",
    "basis": Rule.Basis.PLATFORM_POLICY,
    "min_followers": 500_000,
    "platforms": ["douyin", "weibo"],
}


def proposed(**facts: object) -> Rule:
    return rules.propose("half-a-million", FACTS | facts, by=ADA)


def test_proposal_is_a_draft_of_who_made_it() -> None:
    rule = proposed()
    rule.refresh_from_db()
    assert (rule.status, rule.proposed_by, rule.proposed_by_id) == ("draft", "Person 1", "user:1")
    assert (rule.min_followers, rule.platforms, rule.grace_days) == (
        500_000,
        ["douyin", "weibo"],
        30,
    )
    event = Event.objects.get(subject_type="rule", subject_id=str(rule.pk))
    assert (event.verb, event.actor_id, event.audience) == ("rule.proposed", "1", "staff")
    assert event.changes["min_followers"] == 500_000


def test_code_is_taken_once() -> None:
    proposed()
    with pytest.raises(rules.RuleRefused, match="code already"):
        proposed()


def test_threshold_is_a_floor_of_every_scheme_it_applies_to() -> None:
    with pytest.raises(rules.RuleRefused, match="no floor of the tiers of Weibo, Douyin"):
        proposed(min_followers=600_000)
    TierScheme.objects.filter(platform__code="youtube").update(floors=[1000, 10_000_000])
    proposed()
    with pytest.raises(rules.RuleRefused, match="no floor of the tiers of YouTube"):
        rules.propose("everywhere", FACTS | {"platforms": []}, by=ADA)


def test_draft_is_amended_and_belongs_to_who_amended_it() -> None:
    rule = rules.amend(proposed(), {"min_followers": 1_000_000}, by=BEN)
    rule.refresh_from_db()
    assert (rule.min_followers, rule.name_en, rule.proposed_by_id) == (
        1_000_000,
        "Half a million",
        "user:2",
    )
    with pytest.raises(rules.RuleRefused, match="you proposed"):
        rules.make_live(rule, by=BEN)


@pytest.mark.parametrize("state", ["shadow", "live", "retired"])
def test_only_a_draft_is_amended(state: str) -> None:
    with pytest.raises(rules.RuleRefused, match="Only a draft"):
        rules.amend(RuleFactory(state=state), {"grace_days": 1}, by=ADA)


def test_second_person_makes_a_rule_live_from_today() -> None:
    rule = rules.make_live(proposed(), by=BEN)
    rule.refresh_from_db()
    assert (rule.status, rule.approved_by_id, rule.live_from) == (
        "live",
        "user:2",
        timezone.localdate(),
    )
    event = Event.objects.order_by("-pk")[0]
    assert (event.verb, event.audience) == ("rule.made_live", "public")


def test_rule_becomes_live_on_a_day_to_come_but_on_none_that_is_over() -> None:
    rule, today = proposed(), timezone.localdate()
    with pytest.raises(rules.RuleRefused, match="day that is over"):
        rules.make_live(rule, by=BEN, live_from=today - timedelta(days=1))
    later = today + timedelta(days=9)
    assert rules.make_live(rule, by=BEN, live_from=later).live_from == later


def test_nobody_approves_what_they_proposed() -> None:
    rule = proposed()
    with pytest.raises(rules.RuleRefused, match="A second person"):
        rules.make_live(rule, by=ADA)


@pytest.mark.parametrize("approver", ["user:1", ""])
def test_database_refuses_a_rule_that_one_person_made_live(approver: str) -> None:
    rule = proposed()
    if not approver:
        Rule.objects.filter(pk=rule.pk).update(proposed_by_id="")
    with pytest.raises(IntegrityError, match="rule_live_by_two"), transaction.atomic():
        Rule.objects.filter(pk=rule.pk).update(
            status="live", live_from=date(2026, 1, 1), approved_by_id=approver
        )


def test_draft_of_a_law_never_becomes_live() -> None:
    with pytest.raises(rules.RuleRefused, match="asks nothing of anybody"):
        rules.make_live(proposed(basis=Rule.Basis.DRAFT), by=BEN)


ACTS = {
    "shadow": lambda rule: rules.shadow(rule, by=BEN),
    "draft": lambda rule: rules.back_to_draft(rule, by=BEN),
    "live": lambda rule: rules.make_live(rule, by=BEN),
    "retired": lambda rule: rules.retire(rule, by=BEN),
}


@pytest.mark.parametrize(("old", "new"), list(product(ACTS, ACTS)))
def test_rule_moves_as_the_table_says(old: str, new: str) -> None:
    rule = RuleFactory(state=old)
    if RULE_MOVES.allows(old, new):
        assert ACTS[new](rule).status == new
        rule.refresh_from_db()
        assert rule.status == new
    else:
        with pytest.raises(rules.RuleRefused, match="cannot go from"):
            ACTS[new](rule)


@pytest.mark.parametrize(("old", "new"), list(product(ACTS, ACTS)))
def test_database_refuses_every_other_move(old: str, new: str) -> None:
    rule = RuleFactory(state=old, live_from=date(2026, 1, 1))
    move = Rule.objects.filter(pk=rule.pk)
    if old == new or RULE_MOVES.allows(old, new):
        assert move.update(status=new) == 1
    else:
        with pytest.raises(IntegrityError, match="illegal move"), transaction.atomic():
            move.update(status=new)


def test_retired_rule_knows_its_last_day_and_the_public_hears_of_it() -> None:
    rule = rules.retire(RuleFactory(), by=BEN)
    assert rule.retired_on == timezone.localdate()
    assert Event.objects.order_by("-pk")[0].audience == "public"


def test_draft_that_is_dropped_was_never_public() -> None:
    rule = rules.retire(proposed(), by=BEN)
    assert Event.objects.order_by("-pk")[0].audience == "staff"
    assert rule not in Rule.objects.visible_to(NOBODY)


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.LEAD_MODERATOR, Role.REGULATOR])
def test_only_operators_write_rules(role: Role) -> None:
    someone, rule = person(3, role), proposed()
    acts = [
        lambda: rules.propose("another", FACTS, by=someone),
        lambda: rules.amend(rule, {}, by=someone),
        lambda: rules.shadow(rule, by=someone),
        lambda: rules.back_to_draft(rule, by=someone),
        lambda: rules.make_live(rule, by=someone),
        lambda: rules.retire(rule, by=someone),
        lambda: rules.preview(rule, by=someone),
    ]
    for act in acts:
        with pytest.raises(PermissionError):
            act()


def test_operator_of_one_platform_writes_no_rules() -> None:
    with pytest.raises(PermissionError):
        rules.propose("mine", FACTS, by=person(3, platforms=frozenset({"douyin"})))


def test_preview_is_asked_for_rules_that_are_not_live_yet() -> None:
    rule = proposed()
    run = rules.preview(rule, by=ADA)
    assert (run.kind, run.params, run.asked_by) == ("duties", {"preview": rule.pk}, "Person 1")
    with pytest.raises(rules.RuleRefused, match="not live yet"):
        rules.preview(RuleFactory(), by=ADA)
    assert Run.objects.filter(kind="duties").count() == 1


# --- What the register begins with --------------------------------------------------------------


def test_register_begins_with_a_policy_a_law_and_a_draft_that_asks_nobody() -> None:
    assert list(
        Rule.objects.order_by("-min_followers").values_list(
            "code", "status", "basis", "min_followers", "proposed_by", "approved_by"
        )
    ) == [
        (
            "over-10m",
            "live",
            "platform_policy",
            10_000_000,
            "Mingpai",
            "Mingpai reference data",
        ),
        ("cac-2023-11", "live", "in_force", 1_000_000, "Mingpai", "Mingpai reference data"),
        ("mcn-draft-2025", "shadow", "draft", 500_000, "Mingpai", ""),
    ]


def test_rules_of_the_beginning_ask_from_floors_and_speak_both_languages() -> None:
    for rule in Rule.objects.all():
        assert rules.without_floor(rule.platforms, rule.min_followers) == []
        assert all([rule.name_en, rule.name_zh, rule.text_en, rule.text_zh, rule.basis_text])


def test_public_sees_rules_that_are_or_were_applied() -> None:
    RuleFactory(code="dropped", state="draft")
    RuleFactory(code="over", state="retired")
    assert sorted(Rule.objects.visible_to(NOBODY).values_list("code", flat=True)) == [
        "cac-2023-11",
        "over",
        "over-10m",
    ]
    assert Rule.objects.visible_to(ADA).count() == 5
