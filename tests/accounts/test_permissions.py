"""The tables of words: who may do what."""

from dataclasses import replace

import pytest

from accounts.permissions import (
    AGENCY_RIGHTS,
    AGENCY_ROLES,
    NAVIGATION,
    OWN,
    RIGHTS,
    ROLES,
    Own,
    Right,
    Role,
    Verb,
    may,
)
from journal.values import CLOCK, NOBODY, Actor, ActorKind

CHANGING = {
    Verb.IMPORT_OBSERVATIONS,
    Verb.RUN_PASSES,
    Verb.RECORD_PROFILE_FACTS,
    Verb.RECORD_DECLARATION,
    Verb.EDIT_PLATFORMS,
    Verb.EDIT_RULES,
    Verb.APPROVE_RULES,
    Verb.MANAGE_KEYS,
    Verb.MANAGE_GRANTS,
    Verb.ACKNOWLEDGE_NOTICE,
    Verb.REGISTER_AGENCIES,
    *(set(AGENCY_ROLES) - {Verb.SEE_DESK, Verb.SEE_CONTRACTS}),
}


def user(role: Role) -> Actor:
    return Actor(ActorKind.USER, id="1", roles=frozenset({role.value}))


def key(right: Right) -> Actor:
    return Actor(ActorKind.KEY, id="k", rights=frozenset({right.value}))


def test_every_verb_has_its_roles_and_every_right_its_verbs() -> None:
    assert set(ROLES) | set(AGENCY_ROLES) == set(Verb)
    assert set(RIGHTS) == set(Right)
    assert set().union(*ROLES.values()) == set(Role.values)


def test_every_verb_says_whose_things_it_is_for() -> None:
    assert set(OWN) == set(Verb)
    assert {verb for verb in Verb if OWN[verb] is Own.AGENCY} == set(AGENCY_ROLES)


def test_what_is_about_all_platforms_asks_for_a_grant_without_limits() -> None:
    whole = {verb for verb in Verb if OWN[verb] is Own.WHOLE}
    operator = user(Role.OPERATOR)
    assert whole <= {verb for verb in Verb if may(operator, verb)}
    for limited in (
        replace(operator, platforms=frozenset({"douyin"})),
        replace(operator, territories=frozenset({"44"})),
    ):
        refused = {verb for verb in Verb if may(operator, verb) and not may(limited, verb)}
        assert refused == whole


def test_regulator_changes_nothing() -> None:
    assert {verb for verb in Verb if may(user(Role.REGULATOR), verb)} & CHANGING == set()


def test_operator_does_all_but_decide_cases_and_speak_for_a_platform_or_an_agency() -> None:
    refused = {verb for verb in Verb if not may(user(Role.OPERATOR), verb)}
    cases = {Verb.SEE_CASES, Verb.WORK_CASES}
    assert refused == {Verb.ACKNOWLEDGE_NOTICE, *cases, *(set(AGENCY_ROLES) - set(ROLES))}


def test_nobody_may_nothing_and_the_clock_everything() -> None:
    assert not any(may(NOBODY, verb) for verb in Verb)
    assert all(may(CLOCK, verb) for verb in Verb)


@pytest.mark.parametrize(
    ("right", "verbs"),
    [
        (Right.OBSERVATIONS, {Verb.IMPORT_OBSERVATIONS, Verb.SEE_IMPORTS}),
        (Right.MESSAGES, {Verb.SEE_MESSAGES, Verb.ACKNOWLEDGE_NOTICE}),
        (Right.JOURNAL, {Verb.SEE_JOURNAL}),
        (Right.CASES, {Verb.SEE_CASES}),
        (Right.CONTRACTS, {Verb.SEE_CONTRACTS}),
        (Right.BINDINGS, {Verb.EDIT_CONTRACTS}),
    ],
)
def test_key_may_what_its_right_says_and_no_more(right: Right, verbs: set[Verb]) -> None:
    assert {verb for verb in Verb if may(key(right), verb)} == verbs


def test_actor_without_role_acts_for_its_own_agencies_only() -> None:
    member = Actor(
        ActorKind.USER,
        id="1",
        memberships=frozenset({(7, "editor")}),
        rights=frozenset({Right.JOURNAL.value}),
    )
    assert may(member, Verb.SEE_JOURNAL, agency=7)
    assert not may(member, Verb.SEE_JOURNAL, agency=8)


@pytest.mark.parametrize(
    ("role", "verbs"),
    [
        ("viewer", {"see_desk", "see_contracts"}),
        (
            "editor",
            {"see_desk", "see_contracts", "edit_contracts", "answer_reviews", "answer_disputes"},
        ),
        ("owner", set(AGENCY_ROLES)),
        ("key", set()),
    ],
)
def test_member_may_what_its_role_in_the_agency_says(role: str, verbs: set[str]) -> None:
    member = Actor(ActorKind.USER, id="1", memberships=frozenset({(7, role), (8, "viewer")}))
    assert {verb for verb in AGENCY_ROLES if may(member, verb, agency=7)} == verbs
    beside = {"see_desk", "see_contracts"}
    assert {verb for verb in AGENCY_ROLES if may(member, verb, agency=8)} == beside
    assert {verb for verb in AGENCY_ROLES if may(member, verb)} == verbs | beside
    assert not any(may(member, verb, agency=9) for verb in Verb)
    assert not any(may(member, verb) for verb in Verb if verb not in AGENCY_ROLES)


def test_staff_does_not_act_for_agencies() -> None:
    staff = [user(role) for role in Role]
    spoken_for = set(AGENCY_ROLES) - set(ROLES)
    assert not any(may(actor, verb, agency=7) for actor in staff for verb in spoken_for)


def test_rights_of_agencies_do_not_reach_platforms() -> None:
    assert set(AGENCY_RIGHTS) == {Right.CONTRACTS, Right.BINDINGS}


def test_navigation_asks_for_a_verb_wherever_it_leads_to_staff() -> None:
    assert [
        entry.url_name for entry in NAVIGATION if entry.section == "staff" and not entry.verb
    ] == []
    assert {entry.section for entry in NAVIGATION} == {"public", "staff", "footer"}
