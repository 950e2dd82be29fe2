"""Contracts at the desk: the list with its tabs, one contract, and the forms that change it."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client
from django.utils import timezone

from accounts.doors import actor_of_key, actor_of_user
from accounts.models import User
from accounts.permissions import Right
from agencies.actions import agencies, bindings, contracts
from agencies.middleware import arrived
from agencies.models import Agency, Binding, Contract, Dispute
from journal import actions as journal
from journal.actions.context import PASS, kept, seeing
from journal.values import CLOCK, Audience
from tests.factories.accounts import make_key
from tests.factories.agencies import (
    CREATOR,
    confirmed,
    make_agency,
    make_claim,
    make_contract,
    make_profile,
)
from tests.people import make_member, signed_in

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
JAN = date(2026, 1, 1)
GOOD = {
    "reference": "TY-2026-001",
    "party": "小鹿",
    "kind": "full",
    "services": ["brokerage", "planning"],
    "signed_on": "2026-01-02",
    "since": "2026-01-15",
    "last_day": "2026-12-31",
    "renewal": "none",
}


@pytest.fixture(autouse=True)
def sight() -> Any:
    with seeing(PASS):
        yield


def tabs(client: Client, query: str = "") -> dict[str, int | None]:
    page = client.get(f"/portal/contracts/{query}")
    return {str(tab["label"]): tab["count"] for tab in page.context["tabs"]}


def shown(client: Client, query: str) -> list[str]:
    rows = client.get(f"/portal/contracts/{query}").context["rows"]
    return sorted(row.contract.party for row in rows)


def contract(agency: Agency, name: str, since: date, until: date | None = None) -> Contract:
    made = make_contract(agency, since, until)
    return contracts.amend(made, by=CLOCK, party=name)


def test_tabs_count_what_the_calendar_and_the_creators_make_of_contracts(
    as_mcn_viewer: Client, mcn: Agency, rival: Agency
) -> None:
    today = timezone.localdate()
    contract(mcn, "open end", JAN)
    contract(mcn, "to come", today + DAY)
    contract(mcn, "soon over", JAN, today + 30 * DAY)
    contract(mcn, "later over", JAN, today + 31 * DAY)
    contract(mcn, "over", JAN, today)
    claimed = contract(mcn, "claimed", JAN)
    make_claim(claimed, make_profile())
    contested = contract(mcn, "contested", JAN)
    binding = confirmed(make_claim(contested, make_profile()))
    Dispute.objects.create(
        binding=binding,
        profile=binding.profile,
        statement="never signed",
        from_day=today,
        due_at=timezone.now() + DAY,
    )
    silent = contract(mcn, "silent", JAN)
    Contract.objects.filter(pk=silent.pk).update(unconfirmed_since=today)
    contracts.withdraw(contract(mcn, "withdrawn", JAN), by=CLOCK)
    contract(rival, "another agency's", JAN)
    assert tabs(as_mcn_viewer) == {
        "active": 7,
        "expiring": 1,
        "awaiting the creator": 1,
        "disputed": 1,
        "unconfirmed": 1,
        "ended": 2,
        "all": None,
    }
    assert shown(as_mcn_viewer, "?state=expiring") == ["soon over"]
    assert shown(as_mcn_viewer, "?state=awaiting") == ["claimed"]
    assert shown(as_mcn_viewer, "?state=disputed") == ["contested"]
    assert shown(as_mcn_viewer, "?state=unconfirmed") == ["silent"]
    assert shown(as_mcn_viewer, "?state=ended") == ["over", "withdrawn"]
    phases = {
        row.contract.party: row.phase
        for row in as_mcn_viewer.get("/portal/contracts/").context["rows"]
    }
    assert phases["to come"] == "upcoming"
    assert phases["later over"] == "active"
    assert "another agency's" not in phases


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?q=xiaolu", ["小鹿"]),
        ("?q=@xiaolu_day", ["小鹿"]),
        ("?q=%E5%B0%8F%E9%B9%BF", ["小鹿"]),
        ("?platform=douyin", ["小鹿"]),
        ("?platform=weibo", []),
        ("?kind=half", []),
        ("?q=nobody", []),
    ],
)
def test_list_is_narrowed(as_mcn_viewer: Client, mcn: Agency, query: str, found: list[str]) -> None:
    held = contract(mcn, "小鹿", JAN)
    make_claim(held, make_profile(display_name="Xiaolu's day", handle="xiaolu_day"))
    contract(mcn, "somebody else", JAN)
    assert shown(as_mcn_viewer, query) == found


@pytest.mark.parametrize("count", [1, 3])
def test_list_asks_the_database_the_same_whatever_the_size(
    as_mcn_viewer: Client, mcn: Agency, count: int, django_assert_num_queries: Any
) -> None:
    for _ in range(count):
        held = make_contract(mcn, JAN)
        for _ in range(count):
            make_claim(held, make_profile())
    # session, user, grants, sight given and taken, agency; tabs, contracts, bindings, tiers,
    # platforms of the filter
    with seeing("", []), django_assert_num_queries(11):
        as_mcn_viewer.get("/portal/contracts/")


@pytest.mark.parametrize("count", [1, 3])
def test_contract_asks_the_database_the_same_whatever_it_holds(
    as_mcn_editor: Client, mcn: Agency, count: int, django_assert_num_queries: Any
) -> None:
    held = make_contract(mcn, JAN)
    for number in range(count):
        make_claim(held, make_profile())
        contracts.amend(held, by=CLOCK, party=f"{number}")
    # session, user, grants, sight given and taken, agency; contract, bindings, tiers, lines and
    # territories, revisions, bindings by number, journal, people
    with seeing("", []), django_assert_num_queries(15):
        as_mcn_editor.get(f"/portal/contracts/{held.pk}/")


def test_contract_is_added_with_its_last_day(as_mcn_editor: Client, mcn: Agency) -> None:
    answer = as_mcn_editor.post("/portal/contracts/new/", GOOD)
    made = Contract.objects.get()
    assert answer["Location"] == f"/portal/contracts/{made.pk}/"
    assert (made.agency, made.party, made.services) == (mcn, "小鹿", ["brokerage", "planning"])
    assert made.during == DateRange(date(2026, 1, 15), date(2027, 1, 1))
    page = as_mcn_editor.get(answer["Location"]).content.decode()
    assert "2026-12-31" in page
    assert "2027-01-01" not in page


def test_adding_twice_makes_one_contract(as_mcn_editor: Client) -> None:
    first = as_mcn_editor.post("/portal/contracts/new/", GOOD)
    second = as_mcn_editor.post("/portal/contracts/new/", GOOD)
    assert first["Location"] == second["Location"]
    assert Contract.objects.count() == 1
    other = as_mcn_editor.post("/portal/contracts/new/", GOOD | {"party": "another"})
    assert list(other.context["form"].errors) == ["reference"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"reference": ""}, "reference"),
        ({"kind": "quarter"}, "kind"),
        ({"services": []}, "services"),
        ({"since": ""}, "since"),
        ({"since": "2026-02-30"}, "since"),
        ({"last_day": "2026-01-14"}, "last_day"),
        ({"last_day": "yesterday"}, "last_day"),
        ({"renewal": ""}, "renewal"),
    ],
)
def test_form_names_the_field_that_is_wrong(
    as_mcn_editor: Client, wrong: dict[str, Any], field: str
) -> None:
    answer = as_mcn_editor.post("/portal/contracts/new/", GOOD | wrong)
    assert list(answer.context["form"].errors) == [field]
    assert Contract.objects.count() == 0


def test_contract_of_one_day_ends_on_it(as_mcn_editor: Client) -> None:
    as_mcn_editor.post("/portal/contracts/new/", GOOD | {"last_day": "2026-01-15"})
    assert Contract.objects.get().during == DateRange(date(2026, 1, 15), date(2026, 1, 16))


def amended(client: Client, contract: Contract, **changes: Any) -> Any:
    where = f"/portal/contracts/{contract.pk}/amend/"
    form = client.get(where).context["form"]
    said = {name: form[name].value() for name in form.fields}
    return {name: "" if value is None else value for name, value in (said | changes).items()}


def test_amending_shows_the_revision_before_field_by_field(
    as_mcn_editor: Client, mcn: Agency
) -> None:
    held = make_contract(mcn, JAN, date(2027, 1, 1))
    said = amended(as_mcn_editor, held, party="a new name", last_day="2026-06-30")
    answer = as_mcn_editor.post(f"/portal/contracts/{held.pk}/amend/", said)
    assert answer["Location"] == f"/portal/contracts/{held.pk}/"
    page = as_mcn_editor.get(answer["Location"])
    newest, first = page.context["revisions"]
    assert (newest["number"], first["number"], first["changes"]) == (2, 1, [])
    assert [(str(a), b, c) for a, b, c in newest["changes"]] == [
        ("influencer", "somebody", "a new name"),
        ("period", "from 2026-01-01 to 2026-12-31", "from 2026-01-01 to 2026-06-30"),
    ]


def test_two_people_who_amend_at_once_do_not_overwrite_each_other(
    as_mcn_editor: Client, as_mcn_owner: Client, mcn: Agency
) -> None:
    held = make_contract(mcn, JAN)
    where = f"/portal/contracts/{held.pk}/amend/"
    mine = amended(as_mcn_editor, held, party="mine")
    theirs = amended(as_mcn_owner, held, party="theirs")
    as_mcn_editor.post(where, mine)
    answer = as_mcn_owner.post(where, theirs)
    form = answer.context["form"]
    (told,) = form.non_field_errors()
    assert told.endswith("Here it stands as it is now: make your change again.")
    assert (form["party"].value(), form["revision"].value()) == ("mine", 2)
    held.refresh_from_db()
    assert (held.party, held.revision) == ("mine", 2)
    again = as_mcn_editor.post(where, mine, follow=True)  # a second click says the same
    assert [str(each) for each in again.context["messages"]][-1] == "Nothing was changed."
    held.refresh_from_db()
    assert held.revision == 2


def test_names_on_the_page_are_those_of_the_agency_s_own_people(
    as_mcn_editor: Client, mcn: Agency, moderator: User, mcn_editor: User
) -> None:
    held = make_contract(mcn, JAN)
    claim = make_claim(held, make_profile())
    contracts.amend(held, by=arrived(actor_of_user(mcn_editor)), party="x")
    key = make_key([Right.CONTRACTS], agency_id=mcn.pk)[0]
    staff = actor_of_user(moderator)
    rival = make_key([Right.CONTRACTS], agency_id=make_agency("Other").pk)[0]
    with transaction.atomic():
        for actor in (actor_of_key(key), actor_of_key(rival), staff, CREATOR):
            journal.record(
                "binding.voided", claim, by=actor, audience=Audience.PARTIES, agency_ids=[mcn.pk]
            )
    page = as_mcn_editor.get(f"/portal/contracts/{held.pk}/")
    said = [(entry["title"], entry["who"]) for entry in page.context["timeline"]][:5]
    assert said == [
        ("Binding void from its start", "holder of the account"),
        ("Binding void from its start", "moderator"),
        ("Binding void from its start", ""),
        ("Binding void from its start", key.name),
        ("Contract amended", mcn_editor.name),
    ]


def test_contract_does_not_begin_after_what_it_holds(as_mcn_editor: Client, mcn: Agency) -> None:
    held = make_contract(mcn, JAN)
    make_claim(held, make_profile())
    said = amended(as_mcn_editor, held, since="2026-02-01")
    answer = as_mcn_editor.post(f"/portal/contracts/{held.pk}/amend/", said)
    assert answer.context["form"].errors["since"] == [
        "Accounts are bound from an earlier day on: amend those bindings first."
    ]
    held.refresh_from_db()
    assert held.during.lower == JAN


def test_ending_takes_the_last_day(as_mcn_editor: Client, mcn: Agency) -> None:
    held = make_contract(mcn, JAN)
    binding = confirmed(make_claim(held, make_profile()))
    where = f"/portal/contracts/{held.pk}/end/"
    answer = as_mcn_editor.post(where, {"last_day": "2025-12-31"})
    assert list(answer.context["form"].errors) == ["last_day"]
    for _ in range(2):
        answer = as_mcn_editor.post(where, {"last_day": "2026-03-31"})
        assert answer.status_code == 302
    held.refresh_from_db()
    binding.refresh_from_db()
    assert (held.during.upper, held.revision) == (date(2026, 4, 1), 2)
    assert binding.during.upper == date(2026, 4, 1)


@pytest.mark.parametrize(
    ("where", "field"), [("new/", "last_day"), ("{}/amend/", "since"), ("{}/end/", "last_day")]
)
def test_day_that_has_no_next_one_is_refused(
    as_mcn_editor: Client, mcn: Agency, where: str, field: str
) -> None:
    held = make_contract(mcn, JAN)
    said = GOOD | {field: "9999-12-31"}
    answer = as_mcn_editor.post(f"/portal/contracts/{where.format(held.pk)}", said)
    assert answer.context["form"].errors[field] == [
        "The latest day is 2199-12-31. Where there is no end, leave the last day empty."
    ]
    assert list(Contract.objects.values_list("during", flat=True)) == [DateRange(JAN, None)]


def test_withdrawing_takes_claims_back_and_refuses_what_is_public(
    as_mcn_editor: Client, mcn: Agency
) -> None:
    held = make_contract(mcn, JAN)
    claim = make_claim(held, make_profile())
    where = f"/portal/contracts/{held.pk}/withdraw/"
    assert "Withdraw" in as_mcn_editor.get(where).content.decode()
    for _ in range(2):
        assert as_mcn_editor.post(where).status_code == 302
    held.refresh_from_db()
    claim.refresh_from_db()
    assert (held.status, claim.status) == ("withdrawn", "withdrawn")
    public = make_contract(mcn, JAN)
    confirmed(make_claim(public, make_profile()))
    answer = as_mcn_editor.post(f"/portal/contracts/{public.pk}/withdraw/")
    assert answer.context["form"].non_field_errors() == [
        "Accounts are confirmed under this contract: end it instead."
    ]


def test_who_edits_one_agency_and_reads_another_changes_its_own_only(
    mcn: Agency, rival: Agency
) -> None:
    user = make_member("mcn_editor")
    agencies.add_member(rival, user, "viewer", by=CLOCK)
    client = signed_in(user)
    mine, theirs = make_contract(mcn, JAN), make_contract(rival, JAN)
    assert client.get(f"/portal/contracts/{mine.pk}/amend/").status_code == 200
    assert client.get(f"/portal/contracts/{theirs.pk}/").status_code == 404
    answer = client.post("/portal/switch/", {"agency": "rival", "next": "/portal/accounts/"})
    assert answer["Location"] == "/portal/accounts/"
    assert client.get(f"/portal/contracts/{theirs.pk}/").status_code == 200
    assert client.get(f"/portal/contracts/{theirs.pk}/amend/").status_code == 403
    assert client.get(f"/portal/contracts/{mine.pk}/").status_code == 404


@pytest.mark.parametrize("there", ["https://evil.example/portal/", "//evil.example", "/runs/", ""])
def test_switch_leads_nowhere_else(as_mcn_viewer: Client, there: str) -> None:
    answer = as_mcn_viewer.post("/portal/switch/", {"agency": "mcn", "next": there})
    assert answer["Location"] == "/portal/contracts/"
    for other in ("rival", "\0"):
        assert as_mcn_viewer.post("/portal/switch/", {"agency": other}).status_code == 404


def test_action_refuses_whoever_may_not_whatever_the_page_did(mcn: Agency, rival: Agency) -> None:
    held = make_contract(mcn, JAN)
    claim = make_claim(held, make_profile())
    acts = [
        lambda by: contracts.amend(held, by=by, party="x"),
        lambda by: contracts.end(held, last_day=JAN, by=by),
        lambda by: contracts.withdraw(held, by=by),
        lambda by: bindings.withdraw(claim, by=by),
        lambda by: bindings.end(claim, last_day=JAN, by=by),
        lambda by: bindings.amend(claim, lines=((100, 200),), by=by),
        lambda by: bindings.claim(held, make_profile(), during=held.during, by=by),
    ]
    for who in ("mcn_viewer", "rival_owner"):
        with kept():
            actor = arrived(actor_of_user(make_member(who)))
        for act in acts:
            with pytest.raises(PermissionError):
                act(actor)
    assert Binding.objects.get().status == "claimed"


def test_reference_and_party_of_signs_that_nobody_sees_are_refused(as_mcn_editor: Client) -> None:
    said = GOOD | {"reference": "\u200b", "party": "\u202e\u2066"}
    form = as_mcn_editor.post("/portal/contracts/new/", said).context["form"]
    assert sorted(form.errors) == ["party", "reference"]
    assert Contract.objects.count() == 0
