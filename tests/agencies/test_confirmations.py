"""Asking the holder of an account, and what the answers do."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from accounts.models import Notice
from accounts.values import hashed
from agencies.actions import bindings, confirmations
from agencies.actions.confirmations import Answer, AnswerRefused, ConfirmationOver
from agencies.models import Binding, Confirmation
from influencers.actions.profiles import change_principal
from influencers.models import ControlProof, Profile
from journal.actions.context import PARTIES, PASS, PUBLIC, seeing
from journal.models import Event
from journal.values import CLOCK, NOBODY, Actor, ActorKind
from tests.factories.agencies import (
    confirmed,
    make_agency,
    make_claim,
    make_contract,
    make_profile,
)
from tests.factories.creators import asked, link, proven, token_of

pytestmark = pytest.mark.django_db

JAN, FEB, MAR, JUN = (date(2026, month, 1) for month in (1, 2, 3, 6))


@pytest.fixture
def claim() -> Binding:
    return make_claim(make_contract(make_agency(), JAN), make_profile())


def status(binding: Binding) -> str:
    with seeing(PASS):
        return Binding.objects.get(pk=binding.pk).status


def days(binding: Binding) -> DateRange:
    with seeing(PASS):
        return Binding.objects.get(pk=binding.pk).during


def says(question: Confirmation, claim: Binding, reply: str, **details: object) -> str | None:
    with seeing(PUBLIC, profiles=[claim.profile_id]):
        return confirmations.answer(
            question,
            {claim.pk: Answer(reply, **details)},  # type: ignore[arg-type]
            by=link(question),
        )


def test_account_is_not_buried_in_claims_of_an_agency(claim: Binding) -> None:
    for _n in range(bindings.MOST_WAITING - 1):
        make_claim(make_contract(claim.agency, JAN), claim.profile)
    with pytest.raises(bindings.BindingRefused, match="Take some back"):
        make_claim(make_contract(claim.agency, JAN), claim.profile)
    assert make_claim(claim.contract, claim.profile) == claim  # said twice it is one claim
    assert make_claim(make_contract(claim.agency, JAN), make_profile()).status == "claimed"
    assert make_claim(make_contract(make_agency("B"), JAN), claim.profile).status == "claimed"


# --- Asking -------------------------------------------------------------------------------------


def test_question_goes_to_the_account_in_both_languages(claim: Binding) -> None:
    question = asked(claim)
    notice = Notice.objects.get(pk=question.notice_id)
    assert notice.recipient == f"douyin/{claim.profile.external_id}"
    assert (notice.platform, notice.recipient_kind) == ("douyin", "profile")
    token = token_of(question)
    assert question.token_hash == hashed(token)
    assert len(token) == 32
    for language, name in (("en", "Wuyou Culture"), ("zh-Hans", "Wuyou文化")):
        assert f"/confirm/{token}/" in notice.body[language]
        assert notice.body[language].startswith(name)
    assert (question.binding_ids, question.status) == ([claim.pk], "waiting")


def test_asking_again_soon_sends_nothing_new(claim: Binding) -> None:
    assert asked(claim) == asked(claim)
    assert Notice.objects.count() == 1


def test_new_claim_or_a_day_later_replaces_the_question(claim: Binding) -> None:
    first = asked(claim)
    second_claim = make_claim(
        make_contract(claim.agency, JAN), claim.profile, lines=((100, 200),), exclusive=False
    )
    second = asked(second_claim)
    with seeing(PASS):
        first.refresh_from_db()
    assert (first.status, second.binding_ids) == ("replaced", [claim.pk, second_claim.pk])
    with seeing(PASS):
        Confirmation.objects.update(asked_at=timezone.now() - confirmations.AGAIN_AFTER)
    third = asked(claim)
    assert third.pk != second.pk
    with pytest.raises(ConfirmationOver, match="replaced"):
        says(first, claim, "right")
    assert status(claim) == "claimed"


def test_holder_is_not_pestered(claim: Binding) -> None:
    for n in range(confirmations.MOST_IN_A_WEEK):
        asked(claim)
        with seeing(PASS):
            Confirmation.objects.update(asked_at=timezone.now() - timedelta(days=1, hours=n))
    with pytest.raises(confirmations.ConfirmationRefused, match="often enough"):
        asked(claim)


def test_nothing_to_ask(claim: Binding) -> None:
    with seeing(PASS):
        bindings.withdraw(claim, by=CLOCK)
    with pytest.raises(confirmations.ConfirmationRefused, match="No claim"):
        asked(claim)
    other = make_claim(make_contract(make_agency("B"), JAN), make_profile())
    Profile.objects.filter(pk=other.profile_id).update(status="closed")
    with pytest.raises(confirmations.ConfirmationRefused, match="closed"):
        asked(other)


def test_who_may_ask(claim: Binding) -> None:
    agency = claim.agency
    rival = make_agency("Rival")

    def member(of: int, role: str) -> Actor:
        return Actor(ActorKind.USER, id="1", memberships=frozenset({(of, role)}))

    for who in (member(agency.pk, "viewer"), member(rival.pk, "owner"), NOBODY):
        with seeing(PASS), pytest.raises(PermissionError):
            confirmations.ask(agency, claim.profile, by=who)
    with seeing(PARTIES, [agency.pk]):
        question, sent = confirmations.ask(agency, claim.profile, by=member(agency.pk, "editor"))
    assert (question.status, sent) == ("waiting", True)


# --- Answering ----------------------------------------------------------------------------------


def test_right_makes_it_public_on_the_word_of_the_creator(claim: Binding) -> None:
    question = asked(claim)
    secret = says(question, claim, "right")
    binding = Binding.objects.get()
    assert (binding.status, binding.basis) == ("confirmed", "creator")
    assert binding.proof == f"confirmation:{question.public_id}"
    assert binding.during == DateRange(JAN, None)
    proof = ControlProof.objects.get(secret_hash=hashed(secret or ""))
    assert (proof.profile_id, proof.status) == (claim.profile_id, "proven")


def test_right_with_other_days_and_scope(claim: Binding) -> None:
    question = asked(claim)
    says(question, claim, "other", since=MAR, last_day=date(2026, 5, 31), lines=((100, 200),))
    binding = Binding.objects.get()
    assert (binding.status, binding.during) == ("confirmed", DateRange(MAR, JUN))
    assert binding.lines == ((100, 200),)


def test_it_has_ended(claim: Binding) -> None:
    says(asked(claim), claim, "ended", last_day=date(2026, 2, 28))
    binding = Binding.objects.get()
    assert (binding.status, binding.during) == ("confirmed", DateRange(JAN, MAR))


@pytest.mark.parametrize("reply", ["not_agreed", "not_mine"])
def test_no_makes_nothing_public(claim: Binding, reply: str) -> None:
    secret = says(asked(claim), claim, reply)
    assert (status(claim), Binding.objects.count()) == ("refused", 0)
    assert Event.objects.get(verb="binding.refused").audience == "parties"
    assert (secret is None) == (reply == "not_mine")


def test_posting_twice_is_harmless(claim: Binding) -> None:
    question = asked(claim)
    says(question, claim, "right")
    events, proofs = Event.objects.count(), ControlProof.objects.count()
    assert says(question, claim, "not_agreed") is None
    assert status(claim) == "confirmed"
    assert (Event.objects.count(), ControlProof.objects.count()) == (events, proofs)


def test_expired_question_is_not_answered(claim: Binding) -> None:
    question = asked(claim)
    with seeing(PASS):
        Confirmation.objects.update(expires_at=timezone.now())
    with pytest.raises(ConfirmationOver, match="expired"):
        says(question, claim, "right")
    assert status(claim) == "claimed"


def test_case_16_former_holder_answers_for_the_account_no_longer(claim: Binding) -> None:
    question, holder = asked(claim), proven(claim.profile)
    today = claim.profile.platform.today(timezone.now())
    change_principal(claim.profile, on=today, by=CLOCK)
    with pytest.raises(ConfirmationOver, match="handed"):
        says(question, claim, "right")
    with pytest.raises(PermissionError):
        confirmations.answer_claims(claim.profile, {claim.pk: Answer("right")}, by=holder)
    assert status(claim) == "claimed"
    again = asked(claim)  # on the same day, to whoever holds it now
    assert again.pk != question.pk
    says(again, claim, "right")
    assert status(claim) == "confirmed"


def test_all_answers_or_none(claim: Binding) -> None:
    other = make_claim(
        make_contract(claim.agency, JAN, JUN), claim.profile, lines=((100, 200),), exclusive=False
    )
    question = asked(other)
    with pytest.raises(AnswerRefused) as missing:
        says(question, claim, "right")
    assert missing.value.binding_id == other.pk
    with pytest.raises(AnswerRefused, match="contract") as outside:
        confirmations.answer(
            question,
            {claim.pk: Answer("right"), other.pk: Answer("other", MAR, JUN)},
            by=link(question),
        )
    assert outside.value.binding_id == other.pk
    assert (status(claim), status(other)) == ("claimed", "claimed")


def test_not_mine_beside_another_answer_publishes_nothing(claim: Binding) -> None:
    other = make_claim(
        make_contract(claim.agency, JAN), claim.profile, lines=((100, 200),), exclusive=False
    )
    question, holder = asked(other), proven(claim.profile)
    said = {claim.pk: Answer("right"), other.pk: Answer("not_mine")}
    with pytest.raises(AnswerRefused, match="every claim") as refused:
        confirmations.answer(question, said, by=link(question))
    assert refused.value.binding_id == other.pk
    with pytest.raises(AnswerRefused, match="every claim"):
        confirmations.answer_claims(claim.profile, said, by=holder)
    assert (status(claim), status(other)) == ("claimed", "claimed")
    stranger = dict.fromkeys(said, Answer("not_mine"))
    assert confirmations.answer(question, stranger, by=link(question)) is None
    assert (status(claim), status(other)) == ("refused", "refused")


def test_days_outside_of_the_contract_name_those_within(claim: Binding) -> None:
    contract = make_contract(claim.agency, FEB, JUN)
    claim = make_claim(contract, make_profile())
    question = asked(claim)
    for answer, field in (
        (Answer("other", JAN, date(2026, 5, 31)), "since"),
        (Answer("other", FEB, JUN), "last_day"),
        (Answer("other", FEB, None), "last_day"),
    ):
        with pytest.raises(AnswerRefused, match="from 2026-02-01 to 2026-05-31") as refused:
            confirmations.answer(question, {claim.pk: answer}, by=link(question))
        assert refused.value.field == field
    assert status(claim) == "claimed"


def test_days_and_scopes_that_cannot_be(claim: Binding) -> None:
    question = asked(claim)
    for answer, field in (
        (Answer("other", MAR, FEB), "last_day"),
        (Answer("ended", last_day=date(2025, 12, 31)), "last_day"),
        (Answer("ended"), "last_day"),
        (Answer("maybe"), "reply"),
        (Answer("other", JAN, None, ((0, 2000),)), "reply"),
    ):
        with pytest.raises(AnswerRefused) as refused:
            confirmations.answer(question, {claim.pk: answer}, by=link(question))
        assert refused.value.field == field
    assert (status(claim), days(claim)) == ("claimed", DateRange(JAN, None))


def test_account_held_by_another_agency_names_the_period_only(claim: Binding) -> None:
    confirmed(make_claim(make_contract(make_agency("Rival"), FEB, JUN), claim.profile))
    with pytest.raises(AnswerRefused) as refused:
        says(asked(claim), claim, "right")
    assert str(refused.value) == ("The account is bound exclusively from 2026-02-01 to 2026-05-31.")
    assert status(claim) == "claimed"


def test_claim_taken_back_in_the_meantime_needs_no_answer(claim: Binding) -> None:
    question = asked(claim)
    with seeing(PASS):
        bindings.withdraw(claim, by=CLOCK)
    says(question, claim, "right")
    assert status(claim) == "withdrawn"
    with seeing(PASS):
        question.refresh_from_db()
    assert question.status == "answered"


def test_case_28_agency_cannot_answer_for_the_account(claim: Binding) -> None:
    question, other = asked(claim), asked(make_claim(claim.contract, make_profile()))
    members = frozenset({(claim.agency_id, "owner")})
    holder = Actor(ActorKind.LINK, id=str(question.public_id), memberships=members)
    user = Actor(ActorKind.USER, id="1", memberships=members)
    for who in (holder, user, link(other), NOBODY, CLOCK, Actor(ActorKind.KEY, id="k")):
        with seeing(PASS), pytest.raises(PermissionError):
            confirmations.answer(question, {claim.pk: Answer("right")}, by=who)
        with seeing(PASS), pytest.raises(PermissionError):
            confirmations.answer_claims(claim.profile, {claim.pk: Answer("right")}, by=who)
    assert status(claim) == "claimed"


# --- On the desk --------------------------------------------------------------------------------


def test_proven_holder_answers_some_claims_and_the_question_waits(claim: Binding) -> None:
    other = make_claim(
        make_contract(claim.agency, JAN), claim.profile, lines=((100, 200),), exclusive=False
    )
    question, holder = asked(other), proven(claim.profile)
    with seeing(PUBLIC, profiles=[claim.profile_id]):
        assert (
            confirmations.answer_claims(claim.profile, {claim.pk: Answer("right")}, by=holder) == []
        )
        done = confirmations.answer_claims(
            claim.profile, {other.pk: Answer("not_agreed")}, by=holder
        )
    assert done == [question]
    assert (status(claim), status(other)) == ("confirmed", "refused")


def test_proof_of_one_account_answers_for_no_other(claim: Binding) -> None:
    holder = proven(make_profile())
    with pytest.raises(PermissionError):
        confirmations.answer_claims(claim.profile, {claim.pk: Answer("right")}, by=holder)
    assert status(claim) == "claimed"


def test_journal_holds_no_secret(claim: Binding) -> None:
    question = asked(claim)
    says(question, claim, "right")
    told = [str(value) for event in Event.objects.all() for value in vars(event).values()]
    secrets = (token_of(question), question.token_hash, question.check_code)
    assert [word for word in told if any(secret in word for secret in secrets)] == []
    verbs = Event.objects.filter(subject_type="confirmation").order_by("pk")
    assert [(e.verb, e.audience) for e in verbs] == [
        ("confirmation.asked", "parties"),
        ("confirmation.answered", "parties"),
    ]


def test_nobody_of_an_agency_reads_messages_to_accounts(claim: Binding) -> None:
    asked(claim)
    operator = frozenset({"operator"})
    watching = Actor(ActorKind.USER, id="1", roles=operator)
    both = Actor(ActorKind.USER, id="1", roles=operator, memberships=frozenset({(1, "viewer")}))
    assert Notice.objects.visible_to(watching).count() == 1
    assert Notice.objects.visible_to(both).count() == 0


@pytest.mark.django_db(transaction=True)
def test_two_answers_at_once_are_one(claim: Binding) -> None:
    question = asked(claim)
    gate = threading.Barrier(4)

    def post(reply: str) -> str | None:
        try:
            gate.wait()
            return says(question, claim, reply)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        secrets = list(pool.map(post, ["right", "right", "not_agreed", "right"]))
    assert len([secret for secret in secrets if secret]) == 1
    verbs = Event.objects.filter(subject_type="binding").exclude(verb="binding.claimed")
    assert len(verbs) == 1
    assert ControlProof.objects.count() == 1
    assert status(claim) in ("confirmed", "refused")
