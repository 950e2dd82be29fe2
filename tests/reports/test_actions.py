"""From reports to a case, who works on it, and what a decision does."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Notice
from accounts.values import unseal
from agencies.actions import bindings
from agencies.models import Binding
from agencies.queries import managers
from influencers.models import Influencer
from journal.actions.context import PASS, seeing
from journal.models import Event, Outbox
from journal.values import CLOCK, NOBODY, Actor, ActorKind, request_id
from reports.actions import cases, decisions, reports
from reports.models import Case, Decision, Message, Report
from reports.queries import responsible
from reports.values import hashed, new_receipt
from tests.factories.agencies import (
    confirmed,
    make_agency,
    make_claim,
    make_contract,
    make_profile,
)
from tests.factories.reports import LENA, MO, category, decided, filed, make_case

pytestmark = pytest.mark.django_db

JAN, MAR, MAY = date(2026, 1, 1), date(2026, 3, 1), date(2026, 5, 3)


@pytest.fixture(autouse=True)
def sight() -> Any:
    with seeing(PASS):
        yield


# --- Filing -------------------------------------------------------------------------------------


def test_report_keeps_the_hash_of_its_receipt_and_seals_the_contact() -> None:
    receipt = new_receipt()
    report = filed(receipt=receipt, contact="eve@example.org")
    report.refresh_from_db()
    assert report.receipt_hmac == hashed(receipt) != receipt
    assert b"eve@example.org" not in bytes(report.contact_sealed)
    assert unseal(bytes(report.contact_sealed)) == "eve@example.org"


def test_report_sent_twice_is_one_report() -> None:
    receipt, profile = new_receipt(), make_profile()
    first = filed(profile, receipt=receipt)
    assert filed(profile, receipt=receipt).pk == first.pk
    assert Case.objects.get().report_count == 1


def test_entry_of_a_report_names_neither_reporter_nor_request() -> None:
    token = request_id.set("a-proxy-knows-this-one")
    try:
        report = filed()
    finally:
        request_id.reset(token)
    event = Event.objects.get(verb="report.received")
    assert (event.actor_kind, event.actor_id, event.actor_name) == ("receipt", "", "")
    assert (event.request_id, event.audience) == ("", "staff")
    assert (event.profile_id, event.subject_id) == (None, str(report.public_id))


def test_reports_on_one_thing_become_one_case() -> None:
    profile = make_profile()
    first, second = filed(profile), filed(profile)
    other_thing, other_account = filed(profile, of="scam"), filed()
    assert first.case == second.case
    assert len({first.case_id, other_thing.case_id, other_account.case_id}) == 3


def test_report_after_a_month_or_after_a_decision_opens_another_case(time_machine: Any) -> None:
    profile = make_profile()
    now = timezone.now()
    first = make_case(profile)
    time_machine.move_to(now + timedelta(days=31))
    second = make_case(profile)
    decided(second)
    assert len({first.pk, second.pk, make_case(profile).pk}) == 3


def test_report_joins_a_case_that_a_faster_clock_has_opened(time_machine: Any) -> None:
    profile, now = make_profile(), timezone.now()
    time_machine.move_to(now + timedelta(seconds=2))
    case = make_case(profile)
    time_machine.move_to(now)
    assert filed(profile).case == case


def test_report_on_what_nobody_knows_gathers_by_its_words() -> None:
    one = filed(target_text="  Some  Shop ", platform="douyin")
    assert filed(target_text="some shop", platform="douyin").case_id == one.case_id
    assert filed(target_text="some shop").case_id != one.case_id
    assert one.case is not None
    assert one.case.about == "  Some  Shop "


def test_case_11_report_against_an_agency_is_a_case_of_its_own() -> None:
    agency = make_agency()
    case = make_case(agency=agency, of="coordinated-hype")
    assert (case.about, case.platform, case.profile_id) == (str(agency), "", None)
    assert decided(case, act_day=MAY).agencies_on_day == [agency.pk]


def test_case_10_brigading_is_one_case_whose_weight_does_not_grow_with_the_crowd() -> None:
    profile = make_profile()
    above, below = make_case(of="harm-to-minors"), make_case(of="wrong-label")
    weights = []
    for number in range(500):
        filed(profile, source=f"visitor-{number % 50}")
        weights.append(Case.objects.get(profile=profile).priority)
    case = Case.objects.get(profile=profile)
    assert (case.report_count, case.source_count) == (500, 50)
    assert weights[-1] - weights[0] == 25
    assert above.priority > case.priority > below.priority
    assert Case.objects.count() == 3


def test_weight_follows_harm_then_reach_then_sources() -> None:
    big, small = make_profile(tier=5), make_profile(tier=1)
    severe, light = category("scam"), category("other")
    crowd = 10**9
    assert cases.weight(severe, small, 1) > cases.weight(light, big, crowd)
    assert cases.weight(light, big, 1) > cases.weight(light, small, 1)
    assert cases.weight(light, big, 8) > cases.weight(light, big, 1)
    assert cases.weight(light, big, 8) == cases.weight(light, big, 9)
    assert cases.weight(light, None, 1) == 105


def test_case_15_reports_about_minors_come_first() -> None:
    young, grown = make_profile(), make_profile(tier=5)
    young.influencer = Influencer.objects.create(kind="person", minor=True)
    light = category("other")
    assert cases.weight(light, young, 1) > cases.weight(category("wrong-label"), grown, 9)


def test_case_is_due_at_the_end_of_a_day_by_its_harm(time_machine: Any) -> None:
    time_machine.move_to("2026-11-23T01:00:00+08:00", tick=False)
    assert make_case(of="scam").due_at.isoformat() == "2026-11-27T00:00:00+08:00"
    assert make_case(of="other").due_on == date(2026, 12, 23)


# --- Claims -------------------------------------------------------------------------------------


def test_claim_is_held_for_its_lease_and_then_free(time_machine: Any) -> None:
    case, now = make_case(), timezone.now()
    cases.claim(case, by=MO)
    with pytest.raises(cases.CaseTaken, match="Mo is working on this case"):
        cases.claim(case, by=LENA)
    time_machine.move_to(now + cases.LEASE + timedelta(seconds=5))
    assert cases.claim(case, by=LENA).claimed_by == "Lena"
    with pytest.raises(cases.CaseTaken):
        cases.claim(case, by=MO)


def test_claim_again_renews_it_without_another_entry(time_machine: Any) -> None:
    case, now = make_case(), timezone.now()
    first = cases.claim(case, by=MO).claimed_until
    time_machine.move_to(now + timedelta(minutes=10))
    renewed = cases.claim(case, by=MO).claimed_until
    assert first is not None
    assert renewed is not None
    assert renewed - first >= timedelta(minutes=9)
    assert Event.objects.filter(verb="case.claimed").count() == 1


def test_next_case_is_the_weightiest_that_is_free() -> None:
    light, severe, middle = (make_case(of=of) for of in ("other", "scam", "harassment"))
    taken = [cases.claim_next(by=who) for who in (MO, LENA, MO, LENA)]
    assert taken == [severe, middle, light, None]


def test_next_case_is_of_the_platforms_that_somebody_reaches() -> None:
    make_case(make_profile("weibo"), of="scam")
    mine = make_case(make_profile("douyin"))
    douyin = Actor(
        ActorKind.USER, "7", roles=frozenset({"moderator"}), platforms=frozenset({"douyin"})
    )
    assert [cases.claim_next(by=douyin), cases.claim_next(by=douyin)] == [mine, None]


def test_given_back_case_is_free_at_once() -> None:
    case = make_case()
    cases.claim(case, by=MO)
    cases.give_back(case, by=LENA)
    with pytest.raises(cases.CaseTaken):
        cases.claim(case, by=LENA)
    cases.give_back(case, by=MO)
    assert cases.claim(case, by=LENA).claimed_by_id == LENA.id


@pytest.mark.parametrize(
    "who",
    [
        NOBODY,
        Actor(ActorKind.USER, "5", roles=frozenset({"regulator"})),
        Actor(ActorKind.USER, "6", roles=frozenset({"operator"})),
        Actor(ActorKind.KEY, "k", rights=frozenset({"cases"})),
    ],
)
def test_only_moderators_work_on_cases(who: Actor) -> None:
    case, report = make_case(), filed()
    with pytest.raises(PermissionError):
        cases.claim(case, by=who)
    with pytest.raises(PermissionError):
        cases.claim_next(by=who)
    with pytest.raises(PermissionError):
        reports.write(report, "Hello", by=who)
    with pytest.raises(PermissionError):
        reports.open_contact(report, by=who)


# --- Decisions ----------------------------------------------------------------------------------


def test_decision_closes_case_and_reports_and_tells_the_account() -> None:
    profile = make_profile()
    filed(profile)
    case = make_case(profile)
    decision = decided(case, "warning")
    case.refresh_from_db()
    assert (case.status, case.claimed_by, case.claimed_until) == ("decided", "", None)
    assert {report.status for report in Report.objects.all()} == {"closed"}
    notice = Notice.objects.get(subject_type="decision")
    assert notice.recipient == f"douyin/{profile.external_id}"
    assert "The post was paid for." in notice.body["en"]
    assert "警告" in notice.body["zh-Hans"]
    assert decision.measures == ["warning"]


def test_owners_of_the_agency_of_the_day_are_told_by_notice_and_mail(
    mcn: Any, mcn_owner: Any, mcn_viewer: Any, rival_owner: Any
) -> None:
    profile = make_profile(display_name="阿棠")
    confirmed(make_claim(make_contract(mcn, JAN), profile))
    decided(make_case(profile, receipt="01ABCDEFGHJKMNPQRSTVWXYZ"), act_day=MAY)
    notice = Notice.objects.get(recipient_kind="user")
    assert notice.recipient == str(mcn_owner.pk)
    assert notice.body["en"].startswith("A report about 阿棠 was found to be borne out")
    mail = Outbox.objects.get(kind="mail").payload
    assert mail["to"] == [mcn_owner.email]
    assert "It was not marked." in mail["body"]
    assert "lipstick" not in mail["body"]


def test_unfounded_report_leaves_no_trace_in_public_or_with_the_party() -> None:
    decided(make_case(), "no_action")
    assert set(Event.objects.values_list("audience", flat=True)) == {"staff"}
    assert Notice.objects.count() == 0


def test_public_entry_of_a_decision_names_nobody() -> None:
    profile = make_profile()
    agency = make_agency()
    confirmed(make_claim(make_contract(agency, JAN), profile))
    decided(make_case(profile), "warning", act_day=MAY)
    public = Event.objects.get(verb="statement.published")
    assert (public.audience, public.actor_id, public.actor_name) == ("public", "", "")
    assert public.changes == {
        "category": "hidden-advertising",
        "outcome": "warning",
        "ground": "law",
        "act_day": "2026-05-03",
    }
    party = Event.objects.get(verb="decision.made")
    assert (party.audience, party.actor_name, party.agency_ids) == ("parties", "", [agency.pk])


def test_case_12_decision_is_of_who_managed_the_account_on_the_day_of_the_act() -> None:
    profile = make_profile()
    then, now = make_agency("Then"), make_agency("Now")
    confirmed(make_claim(make_contract(then, JAN, MAR), profile))
    confirmed(make_claim(make_contract(now, MAR), profile))
    assert decided(make_case(profile), act_day=date(2026, 2, 28)).agencies_on_day == [then.pk]
    assert decided(make_case(profile), act_day=MAR).agencies_on_day == [now.pk]
    assert decided(make_case(profile), act_day=date(2025, 12, 31)).agencies_on_day == []


def test_agency_that_ends_a_binding_backwards_answers_for_what_came_before_the_end() -> None:
    profile = make_profile()
    binding = confirmed(make_claim(make_contract(make_agency(), JAN), profile))
    reported, later = make_case(profile), date(2026, 7, 1)
    bindings.end(binding, last_day=MAR, by=CLOCK)
    assert responsible(reported, MAY) == [binding.agency_id]
    assert decided(reported, act_day=MAY).agencies_on_day == [binding.agency_id]
    # It was known before that one was opened.
    assert responsible(make_case(profile), later) == []


def test_agency_that_is_bound_late_answers_too() -> None:
    profile = make_profile()
    reported = make_case(profile)
    binding = confirmed(make_claim(make_contract(make_agency(), JAN), profile))
    assert responsible(reported, MAY) == [binding.agency_id]


def test_corrected_label_voids_the_binding_from_its_first_day() -> None:
    profile = make_profile()
    binding = confirmed(make_claim(make_contract(make_agency(), JAN), profile))
    case = make_case(profile, of="wrong-label")
    decision = decided(case, "label_corrected", binding=binding, act_day=MAY)
    binding.refresh_from_db()
    assert binding.status == Binding.Status.VOID
    assert (managers(profile, MAY), managers(profile, JAN)) == ([], [])
    assert decision.agencies_on_day == [binding.agency_id]


def test_corrected_label_needs_a_public_binding_of_that_account() -> None:
    profile, contract = make_profile(), make_contract(make_agency(), JAN)
    foreign = confirmed(make_claim(contract, make_profile()))
    claim = make_claim(contract, profile)
    case = make_case(profile, of="wrong-label")
    for binding in (None, foreign, claim):
        with pytest.raises(decisions.DecisionRefused) as refusal:
            decided(case, "label_corrected", binding=binding)
        assert refusal.value.field == "binding"
    case.refresh_from_db()
    assert (case.status, Decision.objects.count()) == ("open", 0)


def test_other_carries_no_sanction() -> None:
    case = make_case(of="other")
    assert case.outcomes == {"no_action", "noted", "not_ours"}
    with pytest.raises(decisions.DecisionRefused):
        decided(case, "warning")
    assert decided(case, "noted").measures == []


def test_decision_waits_while_somebody_else_holds_the_case() -> None:
    case = make_case()
    cases.claim(case, by=LENA)
    with pytest.raises(cases.CaseTaken):
        decisions.decide(
            case,
            outcome="noted",
            ground="law",
            ground_text="x",
            facts="x",
            explanation="x",
            act_day=MAY,
            by=MO,
        )


def test_decided_case_is_not_decided_again() -> None:
    case = make_case()
    decided(case)
    with pytest.raises(cases.CaseRefused, match="over"):
        decided(case)


# --- Messages and contact -----------------------------------------------------------------------


def test_messages_go_both_ways_until_it_is_decided() -> None:
    report = filed()
    reports.write(report, "Which video?", by=MO)
    reports.write(report, "The third one.", by=reports.REPORTER)
    assert list(Message.objects.values_list("from_reporter", "text")) == [
        (False, "Which video?"),
        (True, "The third one."),
    ]
    assert report.case is not None
    decided(report.case)
    with pytest.raises(reports.ReportRefused):
        reports.write(report, "And now?", by=reports.REPORTER)


def test_contact_is_opened_by_who_has_the_case_and_leaves_an_entry() -> None:
    report = filed(contact="eve@example.org")
    assert report.case is not None
    with pytest.raises(cases.CaseRefused):
        reports.open_contact(report, by=MO)
    cases.claim(report.case, by=MO)
    assert reports.open_contact(report, by=MO) == "eve@example.org"
    event = Event.objects.get(verb="report.contact_opened")
    assert (event.actor_name, event.changes) == ("Mo", {})
    decided(report.case)
    report.refresh_from_db()
    assert report.contact_sealed is None
