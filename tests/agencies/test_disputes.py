"""What is contested, what the agency says to it, and what is decided."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from accounts.models import Notice
from accounts.permissions import Role
from agencies.actions import disputes
from agencies.actions.disputes import DisputeRefused
from agencies.models import Binding, Dispute
from influencers.models import Profile
from journal.actions.context import PARTIES, PASS, PUBLIC, STAFF, seeing
from journal.models import Event, Outbox
from journal.values import CLOCK, NOBODY, Actor, ActorKind
from tests.factories.agencies import (
    CREATOR,
    confirmed,
    make_agency,
    make_claim,
    make_contract,
    make_profile,
)
from tests.factories.creators import proven
from tests.people import two_people

pytestmark = pytest.mark.django_db

JAN = date(2026, 1, 1)
LEAD = Actor(ActorKind.USER, id="9", roles=frozenset({Role.LEAD_MODERATOR.value}))


@pytest.fixture
def binding() -> Binding:
    return confirmed(make_claim(make_contract(make_agency(), JAN), make_profile()))


def contested(
    binding: Binding, *, proof: bool = True, statement: str = "I never signed"
) -> Dispute:
    with seeing(PUBLIC, profiles=[binding.profile_id]):
        return disputes.open(binding, by=CREATOR, statement=statement, proven=proof)


def editor(binding: Binding) -> Actor:
    return Actor(ActorKind.USER, id="7", memberships=frozenset({(binding.agency_id, "editor")}))


def answered(dispute: Dispute, text: str = "Here is the contract") -> Dispute:
    with seeing(PARTIES, [dispute.binding.agency_id]):
        return disputes.answer(dispute, text, by=editor(dispute.binding))


def decided(dispute: Dispute, upheld: bool, by: Actor = LEAD) -> Dispute:
    first, by = two_people(Role.LEAD_MODERATOR) if upheld and by is LEAD else (None, by)
    with seeing(STAFF):
        said: dict[str, Any] = {"reason": "Seen the papers.", "proposed_by": first}
        return disputes.decide(dispute, upheld=upheld, by=by, **said)


def fresh(binding: Binding) -> Binding:
    with seeing(PASS):
        return Binding.objects.select_related("profile__platform").get(pk=binding.pk)


def today(binding: Binding) -> date:
    return fresh(binding).profile.platform.today(timezone.now())


def age(binding: Binding, days: int) -> None:
    """As if it had been confirmed so many days ago."""
    with seeing(PASS):
        Binding.objects.filter(pk=binding.pk).update(
            confirmed_on=today(binding) - timedelta(days=days)
        )


def test_dispute_is_due_at_the_end_of_the_tenth_day(binding: Binding) -> None:
    dispute = contested(binding)
    local = timezone.localtime(dispute.due_at)
    assert local.date() == timezone.localdate() + timedelta(days=10)
    assert local.time() == datetime.max.time()
    assert (dispute.from_day, dispute.status) == (today(binding), "open")


def test_proven_dispute_is_public_and_what_was_said_is_not(binding: Binding) -> None:
    contested(binding)
    event = Event.objects.get(verb="dispute.opened")
    assert event.audience == "public"
    assert event.changes == {"status": "open", "binding": binding.pk}
    with seeing(PUBLIC):
        assert Dispute.objects.count() == 1


def test_those_who_answer_for_the_agency_are_told(mcn, mcn_owner, mcn_editor, mcn_viewer) -> None:
    binding = confirmed(make_claim(make_contract(mcn, JAN), make_profile(display_name="阿棠")))
    contested(binding, proof=False)
    assert (Notice.objects.count(), Outbox.objects.count()) == (0, 0)
    dispute = contested(binding)
    told = Notice.objects.filter(subject_type="dispute", subject_id=str(dispute.pk))
    assert {int(each.recipient) for each in told} == {mcn_owner.pk, mcn_editor.pk}
    due = timezone.localdate(dispute.due_at).isoformat()
    assert told[0].body["en"].startswith("The holder of 阿棠 (Douyin) says that Mcn Culture")
    assert due in told[0].body["zh-Hans"]
    mails = [each.payload for each in Outbox.objects.order_by("pk")]
    assert {mail["to"][0] for mail in mails} == {mcn_owner.email, mcn_editor.email}
    assert f"/portal/disputes/{dispute.pk}/" in mails[0]["body"]
    assert "never signed" not in mails[0]["body"]


def test_unproven_dispute_stays_between_parties_and_staff(binding: Binding) -> None:
    contested(binding, proof=False)
    assert Event.objects.get(verb="dispute.opened").audience == "parties"
    with seeing(PUBLIC):
        assert Dispute.objects.count() == 0
    with seeing(PARTIES, [binding.agency_id]):
        assert Dispute.objects.count() == 1


def test_only_what_is_public_is_contested(binding: Binding) -> None:
    claim = make_claim(make_contract(make_agency("B"), JAN), make_profile())
    with pytest.raises(DisputeRefused, match="public"):
        contested(claim)
    contested(binding)
    with pytest.raises(DisputeRefused, match="already"):
        contested(binding)
    for number in range(3):
        contested(binding, proof=False, statement=f"Never, says {number}")
    with seeing(PASS):
        assert Dispute.objects.pending().count() == 4


def test_same_words_without_a_proof_are_one_dispute_while_it_waits(binding: Binding) -> None:
    first = contested(binding, proof=False)
    assert contested(binding, proof=False) == first
    assert contested(binding, proof=False, statement="Nor did I.") != first
    assert contested(binding) != first
    with seeing(PASS):
        Dispute.objects.filter(pk=first.pk).update(due_at=timezone.now())
    decided(first, upheld=False)
    assert contested(binding, proof=False) != first


def test_who_contests_with_proof(binding: Binding) -> None:
    for who in (NOBODY, LEAD, editor(binding)):
        with pytest.raises(PermissionError):
            disputes.open(binding, by=who, statement="", proven=True)
    with pytest.raises(PermissionError):
        disputes.open(binding, by=editor(binding), statement="", proven=False)


def test_agency_answers_once_and_in_time(binding: Binding) -> None:
    dispute = contested(binding)
    rival = Actor(ActorKind.USER, id="8", memberships=frozenset({(make_agency("R").pk, "owner")}))
    viewer = Actor(ActorKind.USER, id="8", memberships=frozenset({(binding.agency_id, "viewer")}))
    for who in (rival, viewer, LEAD, CREATOR):
        with seeing(PASS), pytest.raises(PermissionError):
            disputes.answer(dispute, "no", by=who)
    dispute = answered(dispute)
    assert (dispute.status, dispute.answer) == ("answered", "Here is the contract")
    assert Event.objects.get(verb="dispute.answered").audience == "parties"
    with pytest.raises(DisputeRefused):
        answered(dispute, "again")


def test_answer_after_the_due_day_is_too_late(binding: Binding) -> None:
    dispute = contested(binding)
    with seeing(PASS):
        Dispute.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(DisputeRefused, match="over"):
        answered(dispute)
    assert decided(dispute, upheld=True).status == "upheld"


def test_upheld_voids_the_binding_from_its_start(binding: Binding) -> None:
    dispute = decided(answered(contested(binding)), upheld=True)
    assert (dispute.status, dispute.decision) == ("upheld", "Seen the papers.")
    assert dispute.closed_at is not None
    assert dispute.closed_at > dispute.opened_at
    assert fresh(binding).status == "void"
    verbs = Event.objects.filter(audience="public").order_by("pk").values_list("verb", flat=True)
    assert list(verbs)[-2:] == ["binding.voided", "dispute.upheld"]


def test_rejected_leaves_it_standing(binding: Binding) -> None:
    dispute = decided(answered(contested(binding)), upheld=False)
    assert (dispute.status, fresh(binding).status) == ("rejected", "confirmed")
    with pytest.raises(DisputeRefused, match="before"):
        decided(dispute, upheld=True)


def closed_ago(dispute: Dispute, days: int) -> None:
    with seeing(PASS):
        Dispute.objects.filter(pk=dispute.pk).update(
            to_day=today(dispute.binding) - timedelta(days=days)
        )


def test_label_is_left_in_peace_after_it_was_decided(binding: Binding) -> None:
    dispute = decided(answered(contested(binding)), upheld=False)
    again = (today(binding) + timedelta(days=90)).isoformat()
    with pytest.raises(DisputeRefused, match=f"again from {again} on"):
        contested(binding)
    closed_ago(dispute, 89)
    with pytest.raises(DisputeRefused, match="stood"):
        contested(binding)
    assert contested(binding, proof=False, statement="Here is my passport").status == "open"
    closed_ago(dispute, 90)
    assert contested(binding).status == "open"


def test_who_takes_it_back_twice_has_said_it(binding: Binding) -> None:
    """Else the time to answer began anew each time, and the label said "disputed" for ever."""
    for _n in range(2):
        dispute = contested(binding)
        with seeing(PUBLIC, profiles=[binding.profile_id]):
            disputes.withdraw(dispute, by=proven(binding.profile))
    with pytest.raises(DisputeRefused, match="stood"):
        contested(binding)


def test_next_holder_of_the_account_is_heard_anew(binding: Binding) -> None:
    closed_ago(decided(answered(contested(binding)), upheld=False), 2)
    with pytest.raises(DisputeRefused, match="stood"):
        contested(binding)
    changed = today(binding) - timedelta(days=1)
    Profile.objects.filter(pk=binding.profile_id).update(principal_changed_on=changed)
    assert contested(binding).status == "open"


def test_decision_waits_for_the_agency(binding: Binding) -> None:
    dispute = contested(binding)
    with pytest.raises(DisputeRefused, match="time"):
        decided(dispute, upheld=True)
    answered(dispute)
    operator = frozenset({Role.OPERATOR.value})
    for who in (
        CREATOR,
        editor(binding),
        Actor(ActorKind.USER, id="1", roles=frozenset({Role.MODERATOR.value})),
        Actor(ActorKind.USER, id="2", roles=frozenset({Role.REGULATOR.value})),
        Actor(ActorKind.USER, id="3", roles=operator, platforms=frozenset({"weibo"})),
        Actor(ActorKind.USER, id="4", roles=operator, memberships=frozenset({(1, "viewer")})),
    ):
        with pytest.raises(PermissionError):
            decided(dispute, upheld=True, by=who)
    assert fresh(binding).status == "confirmed"


def test_holder_takes_a_dispute_back(binding: Binding) -> None:
    dispute = contested(binding)
    with seeing(PUBLIC, profiles=[binding.profile_id]):
        with pytest.raises(PermissionError):
            disputes.withdraw(dispute, by=proven(make_profile()))
        dispute = disputes.withdraw(dispute, by=proven(binding.profile))
    assert (dispute.status, dispute.to_day) == ("withdrawn", today(binding))


def test_objection_is_nobodys_to_take_back(binding: Binding) -> None:
    """Who lost the account to somebody may have said it."""
    objection = contested(binding, proof=False)
    with seeing(PUBLIC, profiles=[binding.profile_id]), pytest.raises(DisputeRefused):
        disputes.withdraw(objection, by=proven(binding.profile))


def test_every_change_of_a_dispute_is_news_for_the_passes(binding: Binding) -> None:
    dispute = contested(binding)
    seen = [dispute.xid]
    with seeing(PASS):
        before = Dispute.objects.values_list("xid", flat=True).get()
    answered(dispute)
    with seeing(PASS):
        assert Dispute.objects.values_list("xid", flat=True).get() >= before
    assert seen == [before]


# --- Leaving ------------------------------------------------------------------------------------


def leaves(binding: Binding) -> Dispute | None:
    with seeing(PUBLIC, profiles=[binding.profile_id]):
        return disputes.leave(binding, by=proven(binding.profile), statement="I want out")


def test_case_18_leaving_within_the_cooling_off_asks_nobody(binding: Binding) -> None:
    age(binding, 14)
    assert leaves(binding) is None
    left, day = fresh(binding), today(binding)
    assert (left.status, left.during) == ("confirmed", DateRange(JAN, day + timedelta(days=1)))
    assert Event.objects.get(verb="binding.ended").audience == "public"


def test_agency_is_told_who_left_and_what_they_said(mcn, mcn_owner, mcn_editor) -> None:
    profile = make_profile(display_name="阿棠")
    binding = confirmed(make_claim(make_contract(mcn, JAN), profile))
    assert leaves(binding) is None
    with seeing(PARTIES, [mcn.pk]):
        left = Dispute.objects.get()
    assert (left.wish, left.status, left.statement) == ("end", "upheld", "I want out")
    told = Notice.objects.filter(subject_type="dispute", subject_id=str(left.pk))
    assert {int(each.recipient) for each in told} == {mcn_owner.pk, mcn_editor.pk}
    assert told[0].body["en"].startswith("The holder of 阿棠 (Douyin) has left Mcn Culture")
    mails = [each.payload for each in Outbox.objects.order_by("pk")]
    assert {mail["to"][0] for mail in mails} == {mcn_owner.email, mcn_editor.email}
    assert mails[0]["subject"].endswith("阿棠 has left")
    assert f"/portal/disputes/{left.pk}/" in mails[0]["body"]
    events = Event.objects.filter(verb__startswith="dispute.")
    assert {event.audience for event in events} == {"parties"}
    assert "want out" not in str([event.changes for event in events])


def test_leaving_before_it_begins_makes_it_void() -> None:
    start = timezone.localdate() + timedelta(days=30)
    binding = confirmed(make_claim(make_contract(make_agency(), start), make_profile()))
    assert leaves(binding) is None
    assert fresh(binding).status == "void"


def test_later_the_agency_is_asked_and_nothing_becomes_public(binding: Binding) -> None:
    age(binding, 15)
    events = Event.objects.filter(audience="public").count()
    wish = leaves(binding)
    assert wish is not None
    assert (wish.wish, wish.proven, wish.status) == ("end", False, "open")
    assert Event.objects.filter(audience="public").count() == events
    with pytest.raises(DisputeRefused, match="already"):
        leaves(binding)


def test_agency_lets_the_account_go(binding: Binding) -> None:
    age(binding, 15)
    wish, day = leaves(binding), today(binding)
    assert wish is not None
    with seeing(PARTIES, [binding.agency_id]):
        with pytest.raises(DisputeRefused, match="today"):
            disputes.agree(wish, last_day=day + timedelta(days=1), by=editor(binding))
        wish = disputes.agree(wish, last_day=day, by=editor(binding))
    assert wish.status == "upheld"
    assert fresh(binding).during == DateRange(JAN, day + timedelta(days=1))


def test_agency_does_not_agree_to_what_it_never_signed(binding: Binding) -> None:
    dispute = contested(binding)
    with seeing(PARTIES, [binding.agency_id]), pytest.raises(DisputeRefused, match="platform"):
        disputes.agree(dispute, last_day=today(binding), by=editor(binding))


def test_platform_ends_it_where_the_agency_does_not(binding: Binding) -> None:
    age(binding, 15)
    wish = leaves(binding)
    assert wish is not None
    decided(answered(wish, "We have plans"), upheld=True)
    after = fresh(binding)
    assert (after.status, after.during.upper) == (
        "confirmed",
        today(binding) + timedelta(days=1),
    )


def test_wish_to_leave_what_is_void_by_then_ends_nothing(binding: Binding) -> None:
    age(binding, 15)
    wish = leaves(binding)
    assert wish is not None
    decided(answered(contested(binding)), upheld=True)
    assert decided(answered(wish, "We have plans"), upheld=True).status == "upheld"
    assert fresh(binding).status == "void"


def test_who_may_leave(binding: Binding) -> None:
    for who in (CREATOR, NOBODY, editor(binding), CLOCK, proven(make_profile())):
        with seeing(PASS), pytest.raises(PermissionError):
            disputes.leave(binding, by=who)


def test_what_is_over_cannot_be_left() -> None:
    end = date(2026, 2, 1)
    binding = confirmed(make_claim(make_contract(make_agency(), JAN, end), make_profile()))
    with pytest.raises(DisputeRefused, match="over"):
        leaves(binding)


def test_database_keeps_wishes_to_end_off_the_label(binding: Binding) -> None:
    dispute = contested(binding)
    with (
        seeing(PASS),
        pytest.raises(DatabaseError, match="dispute_to_end_is_not_public"),
        transaction.atomic(),
    ):
        Dispute.objects.filter(pk=dispute.pk).update(wish="end")


def test_leaving_on_its_last_day_changes_nothing() -> None:
    end = timezone.localdate() + timedelta(days=1)
    binding = confirmed(make_claim(make_contract(make_agency(), JAN, end), make_profile()))
    assert leaves(binding) is None
    assert fresh(binding).during == DateRange(JAN, end)
