"""Acts that take two people, over every way in: with one nothing changes, with two it does."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts.actions import grants, proposals, users
from accounts.actions.proposals import NeedsTwo, ProposalRefused
from accounts.models import Proposal, User
from accounts.permissions import SENSITIVE, Role, Sensitive
from accounts.queries import actor_of_user
from config.celery import app
from journal.actions.context import PASS, STAFF, seeing
from journal.models import Outbox
from journal.values import CLOCK, Actor, ActorKind, command
from tests.people import make_person, signed_in
from tests.stages import REFUSED, STAGES, Stage, granting, person

pytestmark = pytest.mark.django_db


def test_every_act_that_takes_two_is_here_and_has_its_function() -> None:
    listed = {
        (act, subject)
        for act, care in SENSITIVE.items()
        if care.second is not None
        for subject in care.carried_by
    }
    assert set(STAGES) == listed
    for act, subject in listed:
        module = import_module(SENSITIVE[act].carried_by[subject])
        assert callable(module.carry_out)
        assert callable(module.facts)
    assert [act for act, care in SENSITIVE.items() if care.carried_by and not care.second] == []


@pytest.fixture(params=list(STAGES.values()), ids=lambda stage: stage.__name__)
def stage(request: Any) -> Any:
    request.getfixturevalue("db")
    with seeing(PASS):
        yield request.param()


# --- With one person nothing changes ------------------------------------------------------------


def test_function_that_carries_it_out_wants_two_who_may(stage: Stage) -> None:
    first, second = actor_of_user(stage.first), actor_of_user(stage.second)
    regulator = actor_of_user(make_person("rita", Role.REGULATOR))
    key = Actor(ActorKind.KEY, id="abc", name="key", rights=frozenset({"cases", "bindings"}))
    member = replace(second, memberships=frozenset({(1, "owner")}))
    pretended = replace(regulator, roles=frozenset({"operator", "lead_moderator"}))
    pairs = [
        *((first, None), (second, None), (first, first), (second, second), (CLOCK, None)),
        *((CLOCK, first), (second, CLOCK), (command("x"), first), (key, first), (second, key)),
        *((regulator, first), (second, regulator), (pretended, first), (second, pretended)),
        *((member, first), (second, member)),
    ]
    for act in stage.functions:
        for by, proposed_by in pairs:
            with pytest.raises(REFUSED), transaction.atomic():
                act(by, proposed_by)
            assert stage.state() == stage.before


def test_no_page_lets_who_proposed_it_approve_it(stage: Stage) -> None:
    client, address = signed_in(stage.first), f"/approvals/{stage.proposal.pk}/"
    page = client.post(address, {"outcome": "approve", "typed": stage.proposal.subject_name})
    answer = page.status_code, "another person decides" in page.content.decode()
    assert answer == (200, True)
    assert stage.state() == stage.before


def test_no_page_lets_anybody_approve_without_the_name_or_the_right(stage: Stage) -> None:
    address = f"/approvals/{stage.proposal.pk}/"
    assert signed_in(stage.second).post(address, {"outcome": "approve"}).status_code == 200
    said = {"outcome": "approve", "typed": stage.proposal.subject_name}
    answers = {
        role: signed_in(make_person(f"x{role}", role)).post(address, said).status_code
        for role in (Role.REGULATOR, Role.MODERATOR)
    }
    assert answers == {Role.REGULATOR: 403, Role.MODERATOR: 404}
    assert stage.state() == stage.before


def test_no_task_and_no_time_carries_it_out(stage: Stage, time_machine: Any) -> None:
    time_machine.move_to(stage.proposal.lapses_at + timedelta(minutes=1), tick=False)
    app.loader.import_default_modules()
    for entry in app.conf.beat_schedule.values():
        app.tasks[entry["task"]]()
    stage.proposal.refresh_from_db()
    assert (stage.proposal.status, stage.state()) == ("lapsed", stage.before)
    with pytest.raises(ProposalRefused, match="before"):
        proposals.approve(stage.proposal, by=actor_of_user(stage.second))
    told_of = [mail.payload["subject"] for mail in Outbox.objects.filter(kind="mail")]
    assert len([subject for subject in told_of if "was lapsed" in subject]) == 1
    assert stage.state() == stage.before


def test_time_is_over_before_the_clock_says_so(stage: Stage, time_machine: Any) -> None:
    time_machine.move_to(stage.proposal.lapses_at + timedelta(seconds=1), tick=False)
    with pytest.raises(ProposalRefused, match="time is over"):
        proposals.approve(stage.proposal, by=actor_of_user(stage.second))
    assert stage.state() == stage.before


def test_there_is_no_admin_beside_the_pages() -> None:
    assert [name for name in settings.INSTALLED_APPS if "admin" in name] == []


# --- With two it does ---------------------------------------------------------------------------


def test_second_person_approves_and_it_happens_at_once(stage: Stage) -> None:
    client, address = signed_in(stage.second), f"/approvals/{stage.proposal.pk}/"
    assert client.get(address).context["may_decide"] is True
    said = {"outcome": "approve", "typed": stage.proposal.subject_name.upper()}
    assert client.post(address, said).status_code == 302
    stage.proposal.refresh_from_db()
    assert (stage.proposal.status, stage.state()) == ("approved", stage.after)
    again = client.post(address, said)
    assert "This was decided before." in again.content.decode()
    assert client.get(address).context["may_decide"] is False


def test_second_person_rejects_and_nothing_happens(stage: Stage) -> None:
    client, address = signed_in(stage.second), f"/approvals/{stage.proposal.pk}/"
    assert client.post(address, {"outcome": "reject"}).status_code == 200  # without a word
    assert client.post(address, {"outcome": "reject", "note": "No."}).status_code == 302
    stage.proposal.refresh_from_db()
    assert (stage.proposal.status, stage.proposal.note) == ("rejected", "No.")
    assert stage.state() == stage.before


def test_who_proposed_it_withdraws_it(stage: Stage) -> None:
    address = f"/approvals/{stage.proposal.pk}/withdraw/"
    second, first = signed_in(stage.second), signed_in(stage.first)
    assert (second.post(address).status_code, first.post(address).status_code) == (403, 302)
    stage.proposal.refresh_from_db()
    assert (stage.proposal.status, stage.state()) == ("withdrawn", stage.before)


def test_proposer_who_was_shut_out_since_counts_no_more(stage: Stage) -> None:
    users.set_active(stage.first, False, by=CLOCK)
    with pytest.raises(ProposalRefused, match="Anna may not propose this any more"):
        proposals.approve(stage.proposal, by=actor_of_user(stage.second))
    assert stage.state() == stage.before


def test_proposer_who_lost_the_role_since_counts_no_more(stage: Stage) -> None:
    grants.revoke(stage.first.grants.get(), by=CLOCK)
    with pytest.raises(ProposalRefused, match="Anna may not propose this any more"):
        proposals.approve(stage.proposal, by=actor_of_user(stage.second))
    assert stage.state() == stage.before


def test_approver_who_lost_the_role_a_moment_ago_is_refused(stage: Stage) -> None:
    seen = actor_of_user(stage.second)
    grants.revoke(stage.second.grants.get(), by=CLOCK)
    with pytest.raises(ProposalRefused, match="may not be the second person"):
        proposals.approve(stage.proposal, by=seen)
    with pytest.raises(PermissionError):
        proposals.approve(stage.proposal, by=actor_of_user(stage.second))
    assert stage.state() == stage.before


def test_same_is_proposed_once(stage: Stage) -> None:
    act, said = Sensitive(stage.proposal.action), stage.proposal
    with pytest.raises(ProposalRefused, match="already"):
        proposals.propose(
            act,
            (said.subject_type, said.subject_id),
            name="x",
            reason="x",
            by=actor_of_user(stage.first),
        )


def test_database_knows_no_approval_by_one(stage: Stage) -> None:
    rows = Proposal.objects.filter(pk=stage.proposal.pk)
    now = timezone.now()
    with pytest.raises(DatabaseError, match="proposal_by_two"), transaction.atomic():
        rows.update(status="approved", decided_by=stage.proposal.proposed_by, decided_at=now)
    assert rows.update(status="rejected", decided_by="user:0", decided_at=now) == 1
    with pytest.raises(DatabaseError, match="illegal move"), transaction.atomic():
        rows.update(status="approved")


def test_those_who_may_approve_are_told_and_nobody_else(stage: Stage) -> None:
    waits = [
        m for m in Outbox.objects.filter(kind="mail") if "second person" in m.payload["subject"]
    ]
    assert [mail.payload["to"] for mail in waits] == [[stage.second.email]]
    assert [stage.proposal.subject_name in mail.payload["body"] for mail in waits] == [False]


@pytest.mark.parametrize("needed", [NeedsTwo])
def test_refusal_of_one_is_a_refusal_of_permission(needed: type[Exception]) -> None:
    assert issubclass(needed, PermissionError)


# --- The first two operators ---------------------------------------------------------------------


def test_shell_makes_operators_until_there_are_two() -> None:
    shell = command("create_operator")
    for name in ("anna", "bert"):
        assert grants.first_operator(make_person(name), by=shell).role == "operator"
    with pytest.raises(grants.GrantRefused, match="two operators"):
        grants.first_operator(make_person("carl"), by=shell)
    users.set_active(User.objects.get(email="bert@example.org"), False, by=CLOCK)
    assert grants.first_operator(User.objects.get(email="carl@example.org"), by=shell).pk
    with pytest.raises(PermissionError):
        grants.first_operator(
            make_person("dora"), by=actor_of_user(User.objects.get(email="anna@example.org"))
        )


@pytest.mark.django_db(transaction=True)
def test_approved_twice_at_once_it_happens_once() -> None:
    with seeing(STAFF):
        stage = granting()
    third = person("carl", Role.OPERATOR)
    people = [actor_of_user(stage.second), actor_of_user(third)] * 4

    def approve(by: Actor) -> str:
        try:
            with seeing(STAFF):
                return str(proposals.approve(stage.proposal, by=by).status)
        except ProposalRefused as refusal:
            return str(refusal)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(approve, people))
    assert sorted(answers) == ["This was decided before."] * 7 + ["approved"]
    assert stage.state() == stage.after
