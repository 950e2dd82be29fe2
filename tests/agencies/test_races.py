"""Many people at once at the same forms: every answer is one, and what is kept is right."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from agencies.actions import agencies
from agencies.models import Binding, Confirmation, Contract, Membership
from journal.actions.context import PASS, seeing
from journal.values import CLOCK
from tests.agencies.test_contract_pages import GOOD
from tests.agencies.test_isolation import deadlocks
from tests.factories.agencies import make_agency, make_claim, make_contract, make_profile
from tests.factories.creators import asked, token_of
from tests.people import make_member, make_person, signed_in, the_agency

pytestmark = pytest.mark.django_db(transaction=True)

JAN = date(2026, 1, 1)
WRITERS = 16
ROUNDS = pytest.mark.parametrize("rounds", [3, pytest.param(50, marks=pytest.mark.night)])


def at_once(acts: list[Callable[[], Any]]) -> Counter[int]:
    """Posts all at the same moment, each on a connection of its own; how often each answer came."""
    gate, answers = threading.Barrier(len(acts)), Counter[int]()

    def act(post: Callable[[], Any]) -> None:
        try:
            gate.wait(timeout=60)
            answers[post().status_code] += 1
        finally:
            connection.close()

    threads = [threading.Thread(target=act, args=(post,)) for post in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def posting(client: Client, where: str, data: dict[str, Any]) -> Callable[[], Any]:
    client.raise_request_exception = False
    return lambda: client.post(where, data)


def editors(count: int) -> list[Client]:
    agency = the_agency()
    people = [make_person(f"editor{number}") for number in range(count)]
    with seeing(PASS):
        for person in people:
            agencies.add_member(agency, person, "editor", by=CLOCK)
    return [signed_in(person) for person in people]


@ROUNDS
def test_sixteen_clicks_on_one_claim_make_one_claim(rounds: int) -> None:
    clients, before = editors(WRITERS), deadlocks()
    for number in range(rounds):
        contract, profile = make_contract(the_agency(), JAN), make_profile()
        where = f"/portal/contracts/{contract.pk}/bind/{profile.public_id}/"
        said = {"since": f"2026-03-{number % 28 + 1:02d}", "exclusive": "on"}
        assert at_once([posting(each, where, said) for each in clients]) == {302: WRITERS}
        with seeing(PASS):
            assert Binding.objects.filter(profile=profile).count() == 1
    assert deadlocks() == before


@ROUNDS
def test_sixteen_agencies_claim_one_account_and_every_claim_is_kept(rounds: int) -> None:
    clients, contracts = [], []
    for number in range(WRITERS):
        agency, person = make_agency(f"A{number}"), make_person(f"p{number}")
        with seeing(PASS):
            agencies.add_member(agency, person, "editor", by=CLOCK)
        clients.append(signed_in(person))
        contracts.append(make_contract(agency, JAN))
    before = deadlocks()
    for _ in range(rounds):
        profile = make_profile()
        said = {"since": "2026-03-01", "exclusive": "on"}
        posts = [
            posting(client, f"/portal/contracts/{each.pk}/bind/{profile.public_id}/", said)
            for client, each in zip(clients, contracts, strict=True)
        ]
        assert at_once(posts) == {302: WRITERS}
        with seeing(PASS):
            assert Binding.objects.filter(profile=profile, status="claimed").count() == WRITERS
    assert deadlocks() == before


def rightly(question: Confirmation) -> tuple[Client, str, dict[str, Any]]:
    """A holder's browser on the page of a question, and what "right" sends from there."""
    client, where = Client(), f"/confirm/{token_of(question)}/"
    (form,) = client.get(where).context["forms"]
    said = {form.add_prefix("reply"): "right", form.add_prefix("seen"): form.version}
    return client, where, said


@ROUNDS
def test_sixteen_answers_for_one_account_make_one_binding_public(rounds: int) -> None:
    """Sixteen agencies claim it exclusively, and somebody says "right" to each at the same time."""
    contracts = [make_contract(make_agency(f"A{number}"), JAN) for number in range(WRITERS)]
    before = deadlocks()
    for _ in range(rounds):
        profile = make_profile()
        questions = [asked(make_claim(each, profile)) for each in contracts]
        posts = [posting(*rightly(question)) for question in questions]
        # Blocked ones get the page again, which says for which days the account is bound.
        assert at_once(posts) == {302: 1, 200: WRITERS - 1}
        with seeing(PASS):
            assert Binding.objects.filter(profile=profile, status="confirmed").count() == 1
    assert deadlocks() == before


@ROUNDS
def test_sixteen_clicks_on_one_contract_make_one_contract(rounds: int) -> None:
    clients = editors(WRITERS)
    for number in range(rounds):
        said = GOOD | {"reference": f"R-{number}"}
        posts = [posting(client, "/portal/contracts/new/", said) for client in clients]
        assert at_once(posts) == {302: WRITERS}
        with seeing(PASS):
            assert Contract.objects.filter(reference=f"R-{number}").count() == 1


@ROUNDS
def test_of_many_who_amend_one_revision_one_wins_and_the_others_are_told(rounds: int) -> None:
    clients = editors(WRITERS)
    contract = make_contract(the_agency(), JAN)
    for number in range(rounds):
        revision = 1 + number
        posts = [
            posting(
                client,
                f"/portal/contracts/{contract.pk}/amend/",
                GOOD | {"reference": "R", "party": f"{number}.{n}", "revision": revision},
            )
            for n, client in enumerate(clients)
        ]
        assert at_once(posts) == {302: 1, 200: WRITERS - 1}
        with seeing(PASS):
            assert Contract.objects.get().revision == revision + 1


def test_two_owners_who_remove_each_other_leave_one() -> None:
    people = [make_member("mcn_owner"), make_person("other")]
    with seeing(PASS):
        agencies.add_member(the_agency(), people[1], "owner", by=CLOCK)
        rows = [Membership.objects.get(user=person) for person in people]
    clients = [signed_in(person) for person in people]
    posts = [
        posting(client, f"/portal/people/{row.pk}/", {"role": "leaves"})
        for client, row in zip(clients, reversed(rows), strict=True)
    ]
    answers = at_once(posts)
    # The second is refused: by the rule, or because it does not work there any more.
    assert answers[302] == 1
    assert set(answers) <= {302, 200, 403}
    with seeing(PASS):
        assert Membership.objects.filter(until__isnull=True, role="owner").count() == 1
