"""Showing that an account is one's own."""

import re
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from accounts.models import Notice
from accounts.permissions import Role
from influencers.actions import proofs
from influencers.models import ControlProof, Platform, Profile, ProfileHandle
from influencers.queries import called, holds, kept_proofs
from journal.models import Event
from journal.values import CLOCK, NOBODY, Actor, ActorKind
from tests.factories.agencies import make_profile

pytestmark = pytest.mark.django_db

OPERATOR, SECOND = (
    Actor(ActorKind.USER, id=number, name=f"operator {number}", roles=frozenset({"operator"}))
    for number in "12"
)
AGENCY = Actor(ActorKind.LINK, id="x", memberships=frozenset({(1, "owner")}))


def token_of(proof: ControlProof) -> str:
    body = Notice.objects.get(pk=proof.notice_id).body
    found = {re.search(r"/creator/prove/([^/]+)/", text)[1] for text in body.values()}
    assert len(found) == 1
    return found.pop()


def link(proof: ControlProof) -> Actor:
    return Actor(ActorKind.LINK, id=str(proof.public_id))


def test_code_in_the_profile_text_proves_for_thirty_days() -> None:
    profile, now = make_profile(), timezone.now()
    proof, secret = proofs.ask_code(profile, by=NOBODY)
    assert not holds(link(proof), profile, now)
    proofs.say_ready(proof, by=link(proof))
    assert list(ControlProof.objects.to_check(now)) == [proof]
    proofs.check(proof, found=True, by=OPERATOR)
    assert not holds(link(proof), profile, timezone.now())
    proofs.check(proof, found=True, by=SECOND)
    later = timezone.now()
    assert holds(link(proof), profile, later)
    assert not holds(link(proof), make_profile(), later)
    assert not holds(link(proof), profile, later + timedelta(days=30))
    assert kept_proofs([secret]) == [proof]
    assert kept_proofs(["another"]) == []
    assert secret not in str(ControlProof.objects.filter(pk=proof.pk).values())


def test_code_that_is_not_found_can_be_looked_for_again() -> None:
    proof, _secret = proofs.ask_code(make_profile(), by=NOBODY)
    proofs.say_ready(proof, by=link(proof))
    proofs.check(proof, found=False, by=OPERATOR)
    with pytest.raises(proofs.ProofRefused):
        proofs.check(proof, found=True, by=OPERATOR)
    proofs.say_ready(proof, by=link(proof))
    assert proofs.check(proof, found=True, by=OPERATOR).status == "found"
    assert proofs.check(proof, found=False, by=SECOND).status == "missing"
    proofs.say_ready(proof, by=link(proof))
    assert proofs.check(proof, found=True, by=SECOND).status == "found"
    assert proofs.check(proof, found=True, by=OPERATOR).status == "proven"


def test_one_person_alone_proves_no_control_by_a_code() -> None:
    """Else an operator asks for a code in a private window, and tells themself that it is there."""
    profile = make_profile()
    proof, _secret = proofs.ask_code(profile, by=NOBODY)
    proofs.say_ready(proof, by=link(proof))
    proof = proofs.check(proof, found=True, by=OPERATOR)
    assert (proof.status, proof.found_by, proof.found_name) == ("found", "user:1", "operator 1")
    assert list(ControlProof.objects.to_check(timezone.now())) == [proof]
    with pytest.raises(proofs.ProofRefused, match="yourself"):
        proofs.check(proof, found=True, by=OPERATOR)
    assert proofs.say_ready(proof, by=link(proof)).status == "found"
    with pytest.raises(DatabaseError, match="proof_of_a_code_by_two"), transaction.atomic():
        ControlProof.objects.filter(pk=proof.pk).update(
            status="proven",
            checked_by="user:1",
            checked_at=timezone.now(),
            proven_until=timezone.now(),
        )
    assert not holds(link(proof), profile, timezone.now())


def test_who_looks_at_codes() -> None:
    proof, _secret = proofs.ask_code(make_profile("douyin"), by=NOBODY)
    proofs.say_ready(proof, by=link(proof))
    roles = frozenset({Role.OPERATOR.value})
    for who in (
        NOBODY,
        link(proof),
        Actor(ActorKind.USER, id="2", roles=frozenset({Role.REGULATOR.value})),
        Actor(ActorKind.USER, id="3", roles=roles, platforms=frozenset({"weibo"})),
        Actor(ActorKind.USER, id="4", roles=roles, memberships=frozenset({(1, "viewer")})),
    ):
        with pytest.raises(PermissionError):
            proofs.check(proof, found=True, by=who)
    proof.refresh_from_db()
    assert proof.status == "ready"


def test_link_of_a_message_works_once() -> None:
    proof = proofs.ask_message(make_profile(), by=NOBODY)
    token = token_of(proof)
    given, secret = proofs.redeem(token, by=NOBODY)
    assert (given.pk, given.status) == (proof.pk, "proven")
    assert kept_proofs([secret]) == [proof]
    assert kept_proofs([token]) == []
    with pytest.raises(proofs.ProofRefused, match="used before"):
        proofs.redeem(token, by=NOBODY)
    with pytest.raises(proofs.ProofRefused, match="Nobody knows"):
        proofs.redeem("guessed", by=NOBODY)


def test_link_and_code_end_after_seven_days() -> None:
    by_message = proofs.ask_message(make_profile(), by=NOBODY)
    by_code, _secret = proofs.ask_code(make_profile(), by=NOBODY)
    ControlProof.objects.update(expires_at=timezone.now())
    with pytest.raises(proofs.ProofRefused, match="time"):
        proofs.redeem(token_of(by_message), by=NOBODY)
    with pytest.raises(proofs.ProofRefused, match="time"):
        proofs.say_ready(by_code, by=link(by_code))


def test_holder_is_not_pestered_with_messages() -> None:
    profile = make_profile()
    for _n in range(proofs.MESSAGES_A_DAY):
        proofs.ask_message(profile, by=NOBODY)
    with pytest.raises(proofs.ProofRefused):
        proofs.ask_message(profile, by=NOBODY)
    assert Notice.objects.filter(subject_type="controlproof").count() == proofs.MESSAGES_A_DAY
    proofs.ask_message(make_profile(), by=NOBODY)


def test_agency_proves_no_control() -> None:
    profile = make_profile()
    proof = proofs.ask_message(profile, by=NOBODY)
    for act in (
        lambda: proofs.ask_code(profile, by=AGENCY),
        lambda: proofs.ask_message(profile, by=AGENCY),
        lambda: proofs.redeem(token_of(proof), by=AGENCY),
        lambda: proofs.grant(profile, witness="x", by=AGENCY),
    ):
        with pytest.raises(PermissionError):
            act()
    proofs.redeem(token_of(proof), by=NOBODY)
    member = Actor(ActorKind.LINK, id=str(proof.public_id), memberships=frozenset({(1, "viewer")}))
    assert not holds(member, profile, timezone.now())


def test_ended_proof_proves_nothing() -> None:
    profile = make_profile()
    proof, secret = proofs.grant(profile, witness="confirmation:x", by=NOBODY)
    assert holds(link(proof), profile, timezone.now())
    proofs.end(proof, by=link(proof))
    assert not holds(link(proof), profile, timezone.now())
    assert kept_proofs([secret]) == []


def test_nobody_speaks_for_an_account_that_is_gone() -> None:
    profile = make_profile()
    Profile.objects.filter(pk=profile.pk).update(status="closed")
    with pytest.raises(proofs.ProofRefused):
        proofs.ask_code(profile, by=NOBODY)


def test_database_refuses_a_proof_without_a_witness() -> None:
    proof, _secret = proofs.ask_code(make_profile(), by=NOBODY)
    with pytest.raises(DatabaseError, match="proof_has_a_witness"), transaction.atomic():
        ControlProof.objects.filter(pk=proof.pk).update(status="proven")
    with pytest.raises(DatabaseError, match="illegal move"), transaction.atomic():
        ControlProof.objects.filter(pk=proof.pk).update(status="missing")


def test_journal_keeps_no_secret_and_no_code() -> None:
    proof, secret = proofs.ask_code(make_profile(), by=NOBODY)
    proofs.say_ready(proof, by=link(proof))
    for who in (OPERATOR, SECOND):
        proofs.check(proof, found=True, by=who)
    proofs.end(proof, by=CLOCK)
    events = list(Event.objects.filter(subject_type="controlproof").order_by("pk"))
    assert [event.verb for event in events] == [
        "proof.asked",
        "proof.ready",
        "proof.found",
        "proof.given",
        "proof.ended",
    ]
    told = " ".join(f"{event.changes} {event.actor_id}" for event in events)
    assert secret not in told
    assert str(proof.code) not in told
    assert {event.audience for event in events} == {"staff"}


def test_account_is_found_by_id_address_and_the_handle_it_holds_now() -> None:
    platform, now = Platform.objects.get(code="weibo"), timezone.now()
    today = platform.today(now)
    old, new = make_profile("weibo"), make_profile("weibo")
    day = today - timedelta(days=10)
    ProfileHandle.objects.create(
        platform=platform, profile=old, handle="lujiu", during=(day, today)
    )
    ProfileHandle.objects.create(
        platform=platform, profile=new, handle="lujiu", during=(today, None)
    )
    assert called(platform, old.external_id, now) == old
    assert called(platform, "@lujiu", now) == new
    pattern = platform.address_pattern.replace("{handle}", "lujiu").replace("{id}", "lujiu")
    assert called(platform, pattern, now) == new
    assert called(platform, "somebody", now) is None
    assert called(Platform.objects.get(code="douyin"), "lujiu", now) is None
