"""What agencies, contracts and bindings may become, and who may make them so."""

import re
from datetime import date
from itertools import product

import pytest
from django.db import DatabaseError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from agencies.actions import agencies, bindings, contracts, groups
from agencies.models import (
    AgencyNamePast,
    Binding,
    BindingPast,
    Contract,
    ContractPast,
    Group,
    Membership,
)
from agencies.models.bindings import BINDING_MOVES
from journal.actions.context import PASS, seeing
from journal.models import Event
from journal.values import CLOCK, NOBODY, Actor, ActorKind
from tests.factories.agencies import (
    CREATOR,
    confirmed,
    credit_code,
    make_agency,
    make_claim,
    make_contract,
    make_profile,
)

pytestmark = pytest.mark.django_db

JAN, FEB, MAR, JUN = (date(2026, month, 1) for month in (1, 2, 3, 6))
LIVE, VIDEO = ((100, 200),), ((200, 300),)


@pytest.fixture(autouse=True)
def sight():
    with seeing(PASS):
        yield


def days(since: date, until: date | None = None) -> DateRange:
    return DateRange(since, until)


# --- Agencies -----------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["", "123", "91440300000000001O", "9144030000000000AA"])
def test_agency_needs_a_credit_code(code: str) -> None:
    with pytest.raises(agencies.AgencyRefused):
        agencies.register(code, "名", "Name", by=CLOCK)


def test_code_that_fails_its_check_stands_with_a_reason() -> None:
    code = credit_code()
    wrong = code[:-1] + ("0" if code[-1] != "0" else "1")
    with pytest.raises(agencies.AgencyRefused):
        agencies.register(wrong, "名", "Name", by=CLOCK)
    agency = agencies.register(wrong, "名", "Name", by=CLOCK, override="as on the licence")
    assert agency.code_override == "as on the licence"


def test_two_agencies_do_not_share_a_code() -> None:
    code = credit_code()
    agencies.register(code, "甲", "A", by=CLOCK)
    with pytest.raises(agencies.AgencyRefused):
        agencies.register(code, "乙", "B", by=CLOCK)


def test_case_02_rename_keeps_the_code_and_the_old_name_in_its_days() -> None:
    agency = make_agency(since=JAN)
    agencies.rename(agency, "新名", "New name", since=MAR, by=CLOCK)
    names = [(n.name_en, n.during) for n in agency.names.order_by("during")]
    assert names == [("Wuyou Culture", days(JAN, MAR)), ("New name", days(MAR))]
    agency.refresh_from_db()
    assert agency.name_en == "New name"


def test_late_correction_of_a_name_keeps_what_was_known() -> None:
    agency = make_agency(since=JAN)
    agencies.rename(agency, "乙", "B", since=MAR, by=CLOCK)
    agencies.rename(agency, "丙", "C", since=FEB, by=CLOCK)
    names = [(n.name_en, n.during) for n in agency.names.order_by("during")]
    assert names == [
        ("Wuyou Culture", days(JAN, FEB)),
        ("C", days(FEB)),
    ]
    past = {(p.name_en, p.during) for p in AgencyNamePast.objects.all()}
    assert ("B", days(MAR)) in past


def test_agency_keeps_an_owner(newcomer) -> None:
    agency = make_agency()
    row = agencies.add_member(agency, newcomer, "owner", by=CLOCK)
    with pytest.raises(agencies.AgencyRefused):
        agencies.end_membership(row, by=CLOCK)
    with pytest.raises(agencies.AgencyRefused):
        agencies.add_member(agency, newcomer, "viewer", by=CLOCK)


def test_who_was_removed_meanwhile_does_not_come_back_with_another_role(newcomer) -> None:
    agency = make_agency()
    opened = agencies.add_member(agency, newcomer, "editor", by=CLOCK)
    agencies.end_membership(Membership.objects.get(pk=opened.pk), by=CLOCK)
    with pytest.raises(agencies.AgencyRefused, match="changed this meanwhile"):
        agencies.set_role(opened, "owner", by=CLOCK)
    assert [row.until is None for row in Membership.objects.filter(agency=agency)] == [False]


def test_another_role_is_given_once(newcomer) -> None:
    row = agencies.add_member(make_agency(), newcomer, "editor", by=CLOCK)
    fresh = agencies.set_role(row, "viewer", by=CLOCK)
    assert agencies.set_role(fresh, "viewer", by=CLOCK) == fresh
    assert [(each.role, each.until is None) for each in Membership.objects.order_by("pk")] == [
        ("editor", False),
        ("viewer", True),
    ]


def test_groups_and_agencies_of_one_name_get_addresses_of_their_own() -> None:
    for slug in ("star", "star-2", "star-3"):
        Group.objects.create(slug=slug, name_zh=slug, name_en=slug)
    made = groups.make_group("星", "Star", by=CLOCK)
    assert re.fullmatch("star-[0-9a-z]{6}", made.slug)
    assert groups.make_group("星", "Star", by=CLOCK) == made
    slugs = [
        agencies.register(f"9144030000000{n}AAAA", "星", "Star", by=CLOCK, override="x").slug
        for n in range(3)
    ]
    assert slugs[:2] == ["star", "star-aaaa"]
    assert re.fullmatch("star-[0-9a-z]{6}", slugs[2])


# --- Contracts ----------------------------------------------------------------------------------


def test_amending_makes_a_revision_and_keeps_the_one_before() -> None:
    contract = make_contract(make_agency(), JAN)
    contracts.amend(contract, by=CLOCK, party="somebody else", kind="half")
    contract.refresh_from_db()
    assert (contract.revision, contract.party) == (2, "somebody else")
    past = ContractPast.objects.get(contract_id=contract.pk)
    assert (past.revision, past.party, past.kind) == (1, "somebody", "full")
    changes = Event.objects.get(verb="contract.amended").changes
    assert changes == {"kind": "changed", "party": "changed", "revision": 2}


def test_amending_nothing_makes_no_revision() -> None:
    contract = make_contract(make_agency(), JAN)
    contracts.amend(contract, by=CLOCK, party=contract.party)
    assert Contract.objects.get(pk=contract.pk).revision == 1


def test_reference_is_used_once_per_agency() -> None:
    agency = make_agency()
    first, second = make_contract(agency, JAN), make_contract(agency, JAN)
    with pytest.raises(contracts.ContractRefused):
        contracts.amend(second, by=CLOCK, reference=first.reference)


def test_reference_is_free_again_once_withdrawn_and_is_one_in_any_case() -> None:
    agency = make_agency()
    first, second = make_contract(agency, JAN), make_contract(agency, JAN)
    contracts.amend(first, by=CLOCK, reference="MP-2026-a")
    with pytest.raises(contracts.ContractRefused, match="already has"):
        contracts.amend(second, by=CLOCK, reference="mp-2026-A")
    contracts.withdraw(first, by=CLOCK)
    assert contracts.amend(second, by=CLOCK, reference="mp-2026-A").reference == "mp-2026-A"


def test_case_03_ending_a_contract_ends_its_bindings_on_the_same_day() -> None:
    contract = make_contract(make_agency(), JAN)
    public = confirmed(make_claim(contract, make_profile()))
    later = make_claim(contract, make_profile(), during=days(JUN))
    contracts.end(contract, last_day=date(2026, 2, 28), by=CLOCK)
    public.refresh_from_db()
    later.refresh_from_db()
    assert (public.status, public.during) == ("confirmed", days(JAN, MAR))
    assert later.status == "withdrawn"


def test_agency_undoes_no_public_binding_by_ending_its_contract_before() -> None:
    contract = make_contract(make_agency(), JAN)
    public = confirmed(make_claim(contract, make_profile(), during=days(MAR)))
    february = date(2026, 2, 28)
    for act, field in (
        (lambda: contracts.end(contract, last_day=february, by=CLOCK), "last_day"),
        (lambda: contracts.amend(contract, during=days(JAN, MAR), by=CLOCK), "during"),
    ):
        with pytest.raises(contracts.ContractRefused, match="cannot undo") as refusal:
            act()
        assert refusal.value.field == field
    contracts.end(contract, last_day=MAR, by=CLOCK)
    public.refresh_from_db()
    assert (public.status, public.during) == ("confirmed", days(MAR, date(2026, 3, 2)))


def test_contract_with_public_bindings_is_not_withdrawn() -> None:
    contract = make_contract(make_agency(), JAN)
    confirmed(make_claim(contract, make_profile()))
    with pytest.raises(contracts.ContractRefused):
        contracts.withdraw(contract, by=CLOCK)


# --- Bindings -----------------------------------------------------------------------------------


def test_case_04_one_contract_on_four_accounts_unbinds_one_and_keeps_three() -> None:
    contract = make_contract(make_agency(), JAN)
    places = ("weibo", "douyin", "bilibili", "kuaishou")
    made = [confirmed(make_claim(contract, make_profile(place))) for place in places]
    bindings.end(made[0], last_day=date(2026, 1, 31), by=CLOCK)
    ends = [Binding.objects.get(pk=b.pk).during.upper for b in made]
    assert ends == [FEB, None, None, None]


@pytest.mark.parametrize("reach", [{(1, "owner")}, {(1, "viewer")}])
def test_case_28_agency_never_decides_on_its_own_claim(reach) -> None:
    binding = make_claim(make_contract(make_agency(), JAN), make_profile())
    for kind in ActorKind:
        member = Actor(kind, id="1", memberships=frozenset(reach), roles=frozenset({"operator"}))
        with pytest.raises(PermissionError):
            bindings.confirm(binding, by=member, basis="creator", proof="mine")
    with pytest.raises(PermissionError):
        bindings.confirm(binding, by=NOBODY, basis="creator", proof="nobody's")
    assert Binding.objects.get(pk=binding.pk).status == "claimed"


def test_case_01_second_exclusive_claim_is_kept_and_cannot_be_confirmed() -> None:
    profile = make_profile()
    confirmed(make_claim(make_contract(make_agency("One"), JAN, JUN), profile))
    rival = make_claim(make_contract(make_agency("Two"), FEB), profile)
    with pytest.raises(bindings.BindingBlocked) as refused:
        confirmed(rival)
    assert refused.value.field == "during"
    assert str(refused.value) == ("The account is bound exclusively from 2026-01-01 to 2026-05-31.")
    assert Binding.objects.get(pk=rival.pk).status == "claimed"


def test_case_01_half_contracts_hold_one_account_side_by_side() -> None:
    profile = make_profile()
    confirmed(make_claim(make_contract(make_agency("One"), JAN), profile, lines=LIVE))
    confirmed(make_claim(make_contract(make_agency("Two"), JAN), profile, lines=VIDEO))
    assert Binding.objects.filter(profile=profile, status="confirmed").count() == 2


def test_same_day_hand_over_collides_with_nobody() -> None:
    profile = make_profile()
    confirmed(make_claim(make_contract(make_agency("One"), JAN, MAR), profile))
    confirmed(make_claim(make_contract(make_agency("Two"), MAR), profile))
    assert Binding.objects.filter(profile=profile, status="confirmed").count() == 2


def test_confirmed_binding_may_shrink_and_not_grow() -> None:
    contract = make_contract(make_agency(), JAN)
    binding = confirmed(make_claim(contract, make_profile(), during=days(FEB, JUN), lines=LIVE))
    bindings.amend(binding, by=CLOCK, during=days(FEB, MAR))
    with pytest.raises(bindings.BindingRefused):
        bindings.amend(binding, by=CLOCK, during=days(FEB))
    with pytest.raises(bindings.BindingRefused):
        bindings.amend(binding, by=CLOCK, lines=((100, 300),))


def test_agency_takes_no_first_day_from_what_was_confirmed() -> None:
    contract = make_contract(make_agency(), JAN)
    claim = make_claim(contract, make_profile())
    assert bindings.amend(claim, by=CLOCK, during=days(FEB)).during == days(FEB)
    binding = confirmed(claim)
    editor = Actor(ActorKind.USER, id="1", memberships=frozenset({(contract.agency_id, "editor")}))
    for by in (editor, CLOCK):
        with pytest.raises(bindings.BindingRefused, match="cannot undo") as refusal:
            bindings.amend(binding, by=by, during=days(MAR))
        assert refusal.value.field == "since"
    assert Binding.objects.get(pk=binding.pk).during == days(FEB)


def test_binding_lies_within_its_contract() -> None:
    contract = make_contract(make_agency(), FEB, JUN)
    for outside in (days(JAN, MAR), days(FEB), days(JUN)):
        with pytest.raises(bindings.BindingRefused):
            make_claim(contract, make_profile(), during=outside)


def test_void_keeps_what_was_known() -> None:
    binding = confirmed(make_claim(make_contract(make_agency(), JAN), make_profile()))
    bindings.void(binding, by=CREATOR, reason="never signed")
    assert list(
        BindingPast.objects.filter(binding_id=binding.pk)
        .order_by("known")
        .values_list("status", flat=True)
    ) == ["claimed", "confirmed"]


def test_claims_are_events_of_the_parties_and_confirmations_public() -> None:
    binding = make_claim(make_contract(make_agency(), JAN), make_profile())
    confirmed(binding)
    audiences = Event.objects.filter(subject_type="binding").order_by("pk")
    assert list(audiences.values_list("verb", "audience")) == [
        ("binding.claimed", "parties"),
        ("binding.confirmed", "public"),
    ]


STATES = list(BINDING_MOVES.table)


@pytest.mark.parametrize(("old", "new"), list(product(STATES, STATES)))
def test_database_allows_exactly_the_legal_moves(old: str, new: str) -> None:
    binding = make_claim(make_contract(make_agency(), JAN), make_profile())
    public = {"basis": "creator", "confirmed_on": JAN}
    path = {
        "claimed": [],
        "confirmed": ["confirmed"],
        "suspended": ["confirmed", "suspended"],
        "void": ["confirmed", "void"],
        "refused": ["refused"],
        "withdrawn": ["withdrawn"],
    }[old]
    rows = Binding.objects.filter(pk=binding.pk)
    for step in path:
        rows.update(status=step, **public)
    if old == new or BINDING_MOVES.allows(old, new):
        assert rows.update(status=new, **public) == 1
    else:
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(status=new, **public)
