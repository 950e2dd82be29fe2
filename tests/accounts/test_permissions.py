"""The tables of words: who may do what."""

import pytest

from accounts.permissions import NAVIGATION, RIGHTS, ROLES, Right, Role, Verb, may
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
}


def user(role: Role) -> Actor:
    return Actor(ActorKind.USER, id="1", roles=frozenset({role.value}))


def key(right: Right) -> Actor:
    return Actor(ActorKind.KEY, id="k", rights=frozenset({right.value}))


def test_every_verb_has_its_roles_and_every_right_its_verbs() -> None:
    assert set(ROLES) == set(Verb)
    assert set(RIGHTS) == set(Right)
    assert set().union(*ROLES.values()) == set(Role.values)


def test_regulator_changes_nothing() -> None:
    assert {verb for verb in Verb if may(user(Role.REGULATOR), verb)} & CHANGING == set()


def test_operator_does_all_but_speak_for_a_platform() -> None:
    refused = {verb for verb in Verb if not may(user(Role.OPERATOR), verb)}
    assert refused == {Verb.ACKNOWLEDGE_NOTICE}


def test_nobody_may_nothing_and_the_clock_everything() -> None:
    assert not any(may(NOBODY, verb) for verb in Verb)
    assert all(may(CLOCK, verb) for verb in Verb)


@pytest.mark.parametrize(
    ("right", "verbs"),
    [
        (Right.OBSERVATIONS, {Verb.IMPORT_OBSERVATIONS, Verb.SEE_IMPORTS}),
        (Right.MESSAGES, {Verb.SEE_MESSAGES, Verb.ACKNOWLEDGE_NOTICE}),
        (Right.JOURNAL, {Verb.SEE_JOURNAL}),
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


def test_navigation_asks_for_a_verb_wherever_it_leads_to_staff() -> None:
    assert [
        entry.url_name for entry in NAVIGATION if entry.section == "staff" and not entry.verb
    ] == []
    assert {entry.section for entry in NAVIGATION} == {"public", "staff", "footer"}
