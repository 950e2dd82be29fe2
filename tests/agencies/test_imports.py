"""A file of contracts: what its dry run says, and what applying it writes."""

from datetime import date, datetime

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import translation

from agencies.actions import batches, contracts
from agencies.exports import contract_rows, csv_lines, xlsx_chunks
from agencies.models import Agency, Contract
from journal.actions.context import PASS, seeing
from journal.models import Event
from journal.values import CLOCK
from tests.agencies.imports import applied, checked, found, outcomes, row, work, xlsx_of
from tests.factories.agencies import (
    confirmed,
    make_agency,
    make_claim,
    make_contract,
    make_profile,
)

pytestmark = pytest.mark.django_db

JAN = date(2026, 1, 1)


@pytest.fixture
def agency() -> Agency:
    return make_agency()


def test_new_contract_with_its_account_is_added_and_claimed(agency: Agency) -> None:
    profile = make_profile()
    rows = [
        row(
            platform="抖音",
            external_id=profile.external_id,
            last_day="2026年12月31日",
            lines="Live streams；电商带货",
            territory="CN",
            exclusive="否",
        )
    ]
    batch = checked(agency, rows)
    assert (batch.status, outcomes(batch)) == ("checked", [(2, "new")])
    assert batch.counts == {
        "new": 1,
        "changed": 0,
        "same": 0,
        "conflict": 0,
        "error": 0,
        "claims": 1,
        "read": 1,
    }
    with seeing(PASS):
        assert Contract.objects.count() == 0
    batch = applied(agency, rows)
    assert batch.status == "applied"
    with seeing(PASS):
        contract = Contract.objects.get()
        binding = contract.bindings.get()
    assert (contract.reference, contract.party, contract.kind) == ("HT-1", "somebody", "full")
    assert contract.services == ["brokerage"]
    assert contract.during == DateRange(JAN, date(2027, 1, 1))
    assert binding.profile == profile
    assert (binding.status, binding.exclusive) == ("claimed", False)
    assert binding.lines == ((100, 300),)
    assert binding.during == contract.during


def exported(agency: Agency, kind: str = "csv") -> bytes:
    with seeing(PASS):
        rows = contract_rows(agency.contracts.all())
        if kind == "csv":
            return "".join(csv_lines(rows)).encode()
        return b"".join(xlsx_chunks(rows, "x"))


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_export_comes_back_as_the_same(agency: Agency, kind: str, language: str) -> None:
    whole = make_contract(agency, JAN)
    half = make_contract(agency, JAN, date(2027, 1, 1))
    china = ((156_000, 157_000),)
    confirmed(make_claim(half, make_profile(), lines=((100, 200), (300, 400)), territory=china))
    make_claim(whole, make_profile("weibo", handle="a b"), exclusive=False)
    make_claim(whole, make_profile("weibo"), during=DateRange(date(2026, 3, 1), date(2026, 4, 1)))
    odd = ["=1+1", "+8", "-x", "@x", "'=quoted", "\uff1dwide", 'a,b;c\n"d"']
    for text in odd:
        with seeing(PASS):
            contracts.amend(make_contract(agency, JAN), party=text, by=CLOCK)
    with translation.override(language):
        content = exported(agency, kind)
    batch = checked(agency, content, kind)
    assert (batch.counts["read"], batch.counts["same"]) == (10, 10)
    assert batch.notes == []


def test_changed_fields_are_shown_and_written_as_the_single_actions_write_them(
    agency: Agency,
) -> None:
    contract = make_contract(agency, JAN, date(2027, 1, 1))
    claim = make_claim(contract, make_profile())
    rows = [
        {
            "reference": contract.reference.lower(),
            "Influencer": "somebody else",
            "合同结束日期": "2026年6月30日",
            "platform": "douyin",
            "external_id": claim.profile.external_id,
        }
    ]
    batch = checked(agency, rows)
    with seeing(PASS):
        line = batch.rows.get()
    assert line.outcome == "changed"
    assert line.changes == [
        ["party", "somebody", "somebody else"],
        ["last_day", "2026-12-31", "2026-06-30"],
    ]
    batch = applied(agency, rows)
    with seeing(PASS):
        contract.refresh_from_db()
        claim.refresh_from_db()
        verbs = list(
            Event.objects.filter(agency_ids=[agency.pk], verb__regex="^(contract|binding)[.]")
            .order_by("pk")
            .values_list("verb", "changes")
        )
    assert contract.revision == 2
    assert contract.during == claim.during == DateRange(JAN, date(2026, 7, 1))
    amended = {"during": "changed", "party": "changed", "revision": 2}
    assert verbs[2:] == [
        ("contract.amended", amended),
        ("binding.ended", {"status": "claimed", "until": "2026-07-01"}),
    ]
    assert checked(agency, rows).counts["same"] == 1


def test_exclusive_claim_on_a_held_account_is_a_conflict_and_kept(agency: Agency) -> None:
    """The file names the days for which somebody holds the account, and nobody."""
    rival = make_claim(
        make_contract(make_agency("Rival"), JAN),
        make_profile(),
        during=DateRange(JAN, date(2026, 7, 1)),
    )
    confirmed(rival)
    rows = [row(platform="douyin", external_id=rival.profile.external_id)]
    batch = checked(agency, rows)
    assert outcomes(batch) == [(2, "conflict")]
    with seeing(PASS):
        (problem,) = batch.rows.get().problems
    assert problem == {
        "column": "",
        "value": "",
        "code": "held",
        "about": {"first": "2026-01-01", "last": "2026-06-30"},
    }
    applied(agency, rows)
    with seeing(PASS):
        assert agency.bindings.get().status == "claimed"


@pytest.mark.parametrize(
    ("facts", "problem"),
    [
        ({"reference": ""}, ("reference", "missing")),
        ({"party": ""}, ("party", "missing")),
        ({"since": "05/01/2026"}, ("since", "day")),
        ({"since": "1999-12-31"}, ("since", "too_early")),
        ({"last_day": "2025-12-31"}, ("last_day", "backwards")),
        ({"kind": "quarter"}, ("kind", "word")),
        ({"services": "magic"}, ("services", "word")),
        ({"exclusive": "perhaps"}, ("exclusive", "truth")),
        ({"platform": "myspace", "handle": "x"}, ("platform", "platform")),
        ({"platform": "douyin"}, ("external_id", "no_account")),
        ({"handle": "x"}, ("platform", "no_platform")),
        ({"platform": "douyin", "handle": "nobody"}, ("handle", "unknown_account")),
        ({"platform": "douyin", "external_id": "nobody"}, ("external_id", "unknown_account")),
        ({"platform": "douyin", "external_id": "1.23457E+18"}, ("external_id", "rounded")),
        ({"platform": "douyin", "external_id": "1234567890123450000"}, ("external_id", "rounded")),
        ({"party": "x" * 201}, ("party", "too_long")),
        ({"bound_until": "2025-01-01", "platform": "douyin", "handle": "known"},
         ("bound_until", "backwards")),
        ({"bound_since": "2025-01-01", "platform": "douyin", "handle": "known"},
         ("bound_since", "outside_open")),
    ],
)  # fmt: skip
def test_wrong_cell_is_named(
    agency: Agency, facts: dict[str, str], problem: tuple[str, str]
) -> None:
    make_profile(handle="known")
    # Cases 26 of the rules: an account with the very id that was rounded changes nothing.
    make_profile(external_id="1234567890123450000")
    batch = checked(agency, [row(**facts), row(reference="HT-2")])
    assert found(batch) == [(2, *problem)]
    assert outcomes(batch) == [(2, "error"), (3, "new")]


def test_id_rounded_by_a_spreadsheet_is_its_own_error(agency: Agency) -> None:
    """Case 26: a number of more digits than a spreadsheet keeps, however it looks by now."""
    head = ["Reference", "Influencer", "Services", "First day", "Platform", "Permanent ID"]
    facts = ["somebody", "brokerage", datetime(2026, 1, 1), "douyin"]
    make_profile(external_id="123456789012345")
    rows = [
        head,
        ["a", *facts, 1234567890123456789],
        ["b", *facts, 1234567890123456],
        ["c", *facts, 123456789012345],
        ["d", *facts, "1234567890123450000"],
    ]
    batch = checked(agency, xlsx_of(rows), "xlsx")
    assert found(batch) == [(line, "external_id", "rounded") for line in (2, 3, 5)]
    assert outcomes(batch) == [(2, "error"), (3, "error"), (4, "new"), (5, "error")]


def test_days_and_ends_are_read_as_people_write_them(agency: Agency) -> None:
    head = ["Reference", "Influencer", "Services", "First day", "Last day"]
    days = [
        ("2026-1-5", "长期"), ("2026/01/05", "无固定期限"), ("2026年1月5日", "open"),
        ("20260105", ""), (20260105, None), (46027, "长期"), (datetime(2026, 1, 5), "OPEN"),
        ("２０２６.1.5", "9999-12-31"),
    ]  # fmt: skip
    rows = [[f"HT-{n}", "somebody", "经纪", *pair] for n, pair in enumerate(days)]
    applied(agency, xlsx_of([head, *rows]), "xlsx")
    with seeing(PASS):
        periods = set(agency.contracts.values_list("during", flat=True))
        assert agency.contracts.count() == len(days)
    assert periods == {DateRange(date(2026, 1, 5), None)}


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16", "utf-16-le-bom", "utf-16-be-bom"]
)
def test_encodings_of_spreadsheets_are_read(agency: Agency, encoding: str) -> None:
    text = "合同编号,达人,服务内容,起始日\nHT-1,阿棠,经纪,2026-01-01\n"
    content = (
        ("\ufeff" + text).encode(encoding.removesuffix("-bom"))
        if encoding.endswith("-bom")
        else text.encode(encoding)
    )
    applied(agency, content)
    with seeing(PASS):
        assert agency.contracts.get().party == "阿棠"


def test_rows_of_one_contract_that_contradict_each_other_are_not_believed(agency: Agency) -> None:
    batch = checked(agency, [row(), row(party="another"), row(reference="HT-2")])
    assert found(batch) == [(2, "party", "contradiction"), (3, "party", "contradiction")]


def test_refused_account_does_not_keep_the_contract_of_other_rows_back(agency: Agency) -> None:
    known, other = make_profile(), make_profile()
    rows = [
        row(platform="douyin", external_id=known.external_id),
        row(platform="douyin", external_id="unknown"),
        row(platform="douyin", external_id=other.external_id, bound_since="2025-01-01"),
    ]
    applied(agency, rows)
    with seeing(PASS):
        assert agency.contracts.count() == agency.bindings.count() == 1


def test_confirmed_binding_shrinks_and_does_not_grow(agency: Agency) -> None:
    contract = make_contract(agency, JAN)
    binding = confirmed(
        make_claim(contract, make_profile(), during=DateRange(JAN, date(2026, 7, 1)))
    )
    facts = {
        "reference": contract.reference,
        "platform": "douyin",
        "external_id": binding.profile.external_id,
    }
    assert found(checked(agency, [facts | {"bound_until": "2026-12-31"}])) == [
        (2, "bound_until", "more")
    ]
    assert found(checked(agency, [facts | {"bound_since": "2026-02-01"}])) == [
        (2, "bound_since", "first_day")
    ]
    assert found(checked(agency, [facts | {"exclusive": "no"}])) == [(2, "exclusive", "exclusive")]
    applied(agency, [facts | {"bound_until": "2026-05-31"}])
    binding.refresh_from_db()
    assert binding.during == DateRange(JAN, date(2026, 6, 1))
    assert binding.status == "confirmed"


def test_contract_keeps_what_its_accounts_confirmed(agency: Agency) -> None:
    contract = make_contract(agency, JAN)
    confirmed(make_claim(contract, make_profile(), during=DateRange(date(2026, 6, 1), None)))
    facts = {"reference": contract.reference}
    assert found(checked(agency, [facts | {"last_day": "2026-05-31"}])) == [
        (2, "last_day", "public_after")
    ]
    assert found(checked(agency, [facts | {"since": "2026-06-02"}])) == [
        (2, "since", "bound_before")
    ]


def test_row_that_would_come_out_otherwise_by_now_is_refused(agency: Agency) -> None:
    contract = make_contract(agency, JAN)
    batch = checked(agency, [{"reference": contract.reference, "party": "from the file"}])
    with seeing(PASS):
        contracts.amend(contract, party="typed meanwhile", by=CLOCK)
        work(batches.apply(batch, by=CLOCK))
        contract.refresh_from_db()
    assert contract.party == "typed meanwhile"
    assert found(batch) == [(2, "", "moved")]


def test_stage_that_was_lost_is_filled_again(agency: Agency) -> None:
    batch = checked(agency, [row(), row(reference="HT-2")])
    with seeing(PASS):
        batch.stage.all().delete()
        work(batches.apply(batch, by=CLOCK))
        assert agency.contracts.count() == 2


def test_read_only_columns_make_nothing_public(agency: Agency) -> None:
    profile = make_profile()
    facts = {"platform": "douyin", "external_id": profile.external_id, "status": "confirmed"}
    applied(agency, [row(**facts, basis="creator", last_confirmed_on="2026-01-01")])
    with seeing(PASS):
        binding = agency.bindings.get()
    assert (binding.status, binding.basis, binding.confirmed_on) == ("claimed", "", None)
