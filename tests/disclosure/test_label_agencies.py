"""The label with agencies: what confirms, contests, ends and renames make of it."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client
from django.utils import timezone

from agencies.actions import agencies, answers, bindings, contracts, disputes
from agencies.models import Agency, Binding, Dispute, Group
from agencies.queries import managers
from disclosure.models import Duty, Rule
from disclosure.queries import labels
from disclosure.values import State
from influencers.models import Profile, ProfileHandle
from journal import actions as journal
from journal.actions.context import PASS, seeing
from journal.models import Event, Run
from journal.values import CLOCK
from tests.disclosure.labels import account
from tests.factories.agencies import (
    CREATOR,
    confirmed,
    make_agency,
    make_claim,
    make_contract,
    make_profile,
)
from tests.factories.disclosure import RuleFactory, declared, duty_pass, profile_at
from tests.people import two_people

pytestmark = pytest.mark.django_db

JAN, FEB, MAR, JUN = (date(2026, month, 1) for month in (1, 2, 3, 6))
LIVE, VIDEO = ((100, 200),), ((300, 400),)


@pytest.fixture(autouse=True)
def sight():
    with seeing(PASS):
        yield


def held(profile: Profile, name: str = "Wuyou", since: date = JAN, **options: Any) -> Binding:
    agency = make_agency(name, since=JAN)
    return confirmed(make_claim(make_contract(agency, since), profile, **options))


def named(profile: Profile, on: date, known_at: Any = None) -> list[str]:
    """English names of the agencies on the label of a day."""
    label = labels.label_of(profile, on=on, known_at=known_at)
    return [part["agency"]["name_en"] for part in label.managed_by]


def state(profile: Profile, on: date, known_at: Any = None) -> str:
    return labels.label_of(profile, on=on, known_at=known_at).state.value


def test_confirmed_binding_is_the_label_of_its_days() -> None:
    profile = account()
    group = Group.objects.create(slug="zixu", name_en="Zixu", name_zh="子虚")
    agency = make_agency(group=group, since=JAN)
    binding = confirmed(make_claim(make_contract(agency, JAN, JUN), profile))
    found = labels.label_of(profile, on=MAR)
    assert found.state == State.MANAGED
    assert found.managed_by == (
        {
            "agency": {
                "slug": agency.slug,
                "name_zh": "Wuyou文化",
                "name_en": "Wuyou Culture",
                "group": "zixu",
            },
            "scopes": ["all"],
            "since": "2026-01-01",
            "until": "2026-06-01",
            "last_confirmed_on": str(binding.last_confirmed_on),
            "basis": "creator",
        },
    )
    assert (found.reconfirmed, found.valid_from, found.valid_until) == (True, JAN, JUN)
    assert [state(profile, day) for day in (JAN - timedelta(days=1), JAN, JUN)] == [
        "none",
        "managed",
        "none",
    ]


def test_claim_says_nothing_whatever_becomes_of_it() -> None:
    profile = account()
    claim = make_claim(make_contract(make_agency(), JAN), profile)
    assert state(profile, MAR) == "none"
    bindings.refuse(claim, by=CREATOR)
    assert state(profile, MAR) == "none"


def test_case_01_half_contracts_stand_side_by_side_with_their_scopes() -> None:
    profile = account()
    held(profile, "One", lines=LIVE)
    held(profile, "Two", FEB, lines=VIDEO)
    label = labels.label_of(profile, on=MAR)
    assert [(part["agency"]["name_en"], part["scopes"]) for part in label.managed_by] == [
        ("One Culture", ["live"]),
        ("Two Culture", ["video"]),
    ]
    assert label.valid_from == FEB
    assert named(profile, JAN) == ["One Culture"]
    assert labels.label_of(profile, on=JAN).valid_until == FEB


def test_case_01_a_second_exclusive_claim_changes_no_label() -> None:
    profile = account()
    held(profile, "One")
    before = labels.label_of(profile, on=MAR).data
    rival = make_claim(make_contract(make_agency("Two"), FEB), profile)
    with pytest.raises(bindings.BindingBlocked):
        confirmed(rival)
    assert labels.label_of(profile, on=MAR).data == before


def test_scope_in_some_provinces_names_the_widest_territories() -> None:
    profile = account()
    china, guangdong, japan = (156_000, 157_000), (440, 450), (392_000, 393_000)
    held(profile, lines=LIVE, territory=(guangdong, china, japan))
    (part,) = labels.label_of(profile, on=MAR).managed_by
    assert part["scopes"][0] == "live"
    assert all(scope.startswith("territory:") for scope in part["scopes"][1:])


def test_case_02_rename_shows_at_once_and_history_keeps_the_old_name() -> None:
    profile = account()
    binding = held(profile)
    agencies.rename(binding.agency, "新名", "New", since=MAR, by=CLOCK)
    assert [named(profile, day) for day in (FEB, MAR)] == [["Wuyou Culture"], ["New"]]


def test_case_02_late_correction_of_a_name_shows_on_one_clock_only() -> None:
    profile = account()
    binding = held(profile)
    agencies.rename(binding.agency, "乙", "B", since=MAR, by=CLOCK)
    before = timezone.now()
    agencies.rename(binding.agency, "丙", "C", since=FEB, by=CLOCK)
    assert (named(profile, FEB), named(profile, FEB, before)) == (["C"], ["Wuyou Culture"])
    assert (named(profile, MAR), named(profile, MAR, before)) == (["C"], ["B"])


def test_name_of_days_before_the_registration_is_the_first_one() -> None:
    profile = account()
    agency = make_agency(since=MAR)
    confirmed(make_claim(make_contract(agency, JAN), profile))
    assert named(profile, JAN) == ["Wuyou Culture"]


def test_case_03_label_ends_with_the_contract_by_itself() -> None:
    profile = account()
    binding = held(profile)
    contracts.end(binding.contract, last_day=date(2026, 2, 28), by=CLOCK)
    assert [state(profile, day) for day in (date(2026, 2, 28), MAR)] == ["managed", "none"]
    (part,) = labels.label_of(profile, on=FEB).managed_by
    assert part["until"] == "2026-03-01"


def test_case_04_unbinding_on_one_platform_leaves_the_others() -> None:
    contract = make_contract(make_agency(since=JAN), JAN)
    profiles = [make_profile(code, tier=5) for code in ("weibo", "douyin", "bilibili", "kuaishou")]
    made = [confirmed(make_claim(contract, profile)) for profile in profiles]
    bindings.end(made[1], last_day=FEB, by=CLOCK)
    assert [state(profile, MAR) for profile in profiles] == [
        "managed",
        "none",
        "managed",
        "managed",
    ]


def test_case_09_many_contracts_ended_at_once_change_their_labels_in_one_pass() -> None:
    agency = make_agency(since=JAN)
    made = [confirmed(make_claim(make_contract(agency, JAN), account(str(n)))) for n in range(30)]
    journal.follow_all()
    told, runs = Event.objects.filter(verb="label.changed"), Run.objects.filter(kind="labels")
    before = told.count(), runs.count()
    ids = [binding.contract_id for binding in made]
    answers.lock(ids)
    answers.end(dict.fromkeys(ids, JUN), by=CLOCK)
    journal.follow_all()
    after = told.count(), runs.count()
    assert after == (before[0] + 30, before[1] + 2)  # one for the events, one after the duties
    assert {state(binding.profile, JUN) for binding in made} == {"none"}


def test_case_06_proven_dispute_is_disputed_and_an_upheld_one_never_was() -> None:
    profile = account()
    binding = held(profile)
    today = profile.platform.today(timezone.now())
    dispute = disputes.open(binding, by=CLOCK, statement="never", proven=True)
    assert (state(profile, today), labels.label_of(profile, on=today).managed_by) == (
        "disputed",
        (),
    )
    contested = timezone.now()
    disputes.answer(dispute, "we did", by=CLOCK)
    first, second = two_people()
    disputes.decide(dispute, upheld=True, reason="no proof", by=second, proposed_by=first)
    assert [state(profile, day) for day in (MAR, today)] == ["none", "none"]
    assert state(profile, MAR, contested) == "managed"
    assert state(profile, today, contested) == "disputed"


def test_rejected_dispute_leaves_its_days_behind() -> None:
    profile = account()
    binding = held(profile)
    today = profile.platform.today(timezone.now())
    Dispute.objects.create(
        binding=binding, profile=profile, proven=True, from_day=FEB, due_at=timezone.now()
    )
    assert [state(profile, day) for day in (JAN, FEB, today)] == ["managed", "disputed", "disputed"]
    Dispute.objects.update(status="rejected", to_day=MAR, closed_at=timezone.now())
    assert [state(profile, day) for day in (JAN, FEB, MAR)] == ["managed", "disputed", "managed"]


def test_suspended_binding_manages_nothing_until_it_stands_again() -> None:
    profile = account()
    binding = held(profile)
    before = timezone.now()
    bindings.suspend(binding, by=CREATOR, reason="asked")
    assert (state(profile, MAR), state(profile, MAR, before)) == ("none", "managed")


def test_run_with_an_agency_goes_on_over_its_next_contract() -> None:
    profile = account()
    agency = make_agency(since=JAN)
    confirmed(make_claim(make_contract(agency, JAN, MAR), profile))
    confirmed(make_claim(make_contract(agency, MAR), profile))
    (part,) = labels.label_of(profile, on=JUN).managed_by
    assert (part["since"], part["until"]) == ("2026-01-01", None)
    assert labels.label_of(profile, on=JAN).valid_until is None


def test_declaration_waits_behind_the_agency() -> None:
    profile = profile_at(5)
    declared(profile, JAN)
    held(profile, since=FEB, during=DateRange(FEB, MAR))
    assert [state(profile, day) for day in (JAN, FEB, MAR)] == [
        "independent",
        "managed",
        "independent",
    ]


def test_word_of_the_agency_alone_reconfirms_nothing_after_a_change_of_principal() -> None:
    profile = account()
    binding = held(profile)
    Binding.objects.filter(pk=binding.pk).update(confirmed_on=JAN, last_confirmed_on=JUN)
    Profile.objects.filter(pk=profile.pk).update(principal_changed_on=MAR)
    profile.refresh_from_db()
    assert labels.label_of(profile, on=FEB).reconfirmed is True
    assert labels.label_of(profile, on=JUN).reconfirmed is False


def test_case_24_renamed_handle_keeps_its_label() -> None:
    profile = account()
    ProfileHandle.objects.create(
        platform=profile.platform, profile=profile, handle="new", during=DateRange(MAR, None)
    )
    held(profile)
    found = labels.label("douyin", "new", on=JUN)
    assert found is not None
    assert (found.external_id, found.state) == ("4711", State.MANAGED)


def test_case_25_taken_over_handle_inherits_nothing() -> None:
    former, holder = account("1"), account("2")
    for profile, during in ((former, DateRange(JAN, MAR)), (holder, DateRange(MAR, None))):
        ProfileHandle.objects.create(
            platform=profile.platform, profile=profile, handle="atang", during=during
        )
    held(former)
    found = labels.label("douyin", "atang", on=FEB)
    assert found is not None
    assert (found.external_id, found.state) == ("2", State.NONE)
    assert state(former, FEB) == "managed"


def test_managers_are_those_of_the_day_contested_or_not() -> None:
    profile = account()
    binding = held(profile, "One", during=DateRange(JAN, MAR))
    held(profile, "Two", MAR)
    disputes.open(binding, by=CLOCK, statement="never", proven=True)
    assert [m.name_en for m in managers(profile, FEB)] == ["One Culture"]
    (found,) = managers(profile.pk, JUN)
    assert (found.agency_id, found.since, found.until) == (
        Agency.objects.get(slug="two-culture").pk,
        MAR,
        None,
    )
    assert managers(profile, date(2025, 1, 1)) == []


def test_managers_are_one_query(django_assert_num_queries: Any) -> None:
    profile = account()
    for count in (1, 3):
        held(profile, f"A{count}", exclusive=False)
        with django_assert_num_queries(1):
            managers(profile, JUN)


# --- duties ---


@pytest.fixture
def rule() -> Rule:
    """The only one."""
    Rule.objects.all().delete()
    return RuleFactory(live_from=JAN)


def duties(profile: Profile) -> list[str]:
    mine = Duty.objects.filter(profile=profile).order_by("pk")
    return list(mine.values_list("status", flat=True))


def test_confirmation_meets_the_duty_and_the_label_says_so(rule: Rule) -> None:
    profile = profile_at(5, JAN)
    duty_pass(MAR)
    assert duties(profile) == ["open"]
    held(profile)
    duty_pass(JUN)
    assert duties(profile) == ["met"]
    found = labels.label_of(profile, on=JUN)
    assert found.duty is not None
    assert found.duty.rule == rule.code


def test_claim_meets_no_duty_and_a_void_binding_owes_it_again(rule: Rule) -> None:
    profile = profile_at(5, JAN)
    claim = make_claim(make_contract(make_agency(since=JAN), JAN), profile)
    duty_pass(MAR)
    assert duties(profile) == ["open"]
    confirmed(claim)
    duty_pass(MAR)
    assert duties(profile) == ["met"]
    bindings.void(claim, by=CREATOR, reason="never signed")
    duty_pass(JUN)
    assert duties(profile) == ["met", "open"]


def test_binding_that_ends_by_the_calendar_owes_the_duty_again(rule: Rule) -> None:
    profile = profile_at(5, JAN)
    held(profile, during=DateRange(JAN, MAR))
    duty_pass(FEB)
    duty_pass(MAR)
    assert duties(profile) == ["met", "open"]
    assert Duty.objects.get(status="open").from_day == MAR


# --- pages ---


def test_page_names_the_agency_with_its_basis(client: Client) -> None:
    profile = account(display_name="阿棠")
    binding = held(profile)
    page = client.get("/profiles/douyin/4711/").content.decode()
    assert f'<a href="/agencies/{binding.agency.slug}/"><bdi>Wuyou Culture</bdi></a>' in page
    assert "confirmed by the creator" in page
    assert "1 agency since 2026" in page


def test_page_says_that_it_is_contested(client: Client) -> None:
    profile = account()
    disputes.open(held(profile), by=CLOCK, statement="never", proven=True)
    page = client.get("/profiles/douyin/4711/").content.decode()
    assert "m-plate-disputed" in page
    assert "Somebody who proved control of the account contests" in page
