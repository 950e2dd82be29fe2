"""Agencies for machines: what is public, and what the key of an agency reads and says."""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from accounts.doors import actor_of_key
from accounts.permissions import AGENCY_RIGHTS, Right
from agencies.actions import agencies, bindings, contracts, groups
from agencies.models import Agency, Binding
from agencies.serializers import ClaimSerializer
from journal.actions.context import NOTHING, PASS, current, seeing
from journal.models import Event
from journal.values import CLOCK
from tests.factories.accounts import calling_with, make_key
from tests.factories.agencies import (
    confirmed,
    make_agency,
    make_claim,
    make_contract,
    make_profile,
)

pytestmark = pytest.mark.django_db

JAN, JUL = date(2026, 1, 1), date(2026, 7, 1)


def key_of(agency: Agency, *rights: Right) -> Client:
    return calling_with(make_key(rights or AGENCY_RIGHTS, agency_id=agency.pk)[1])


def results(client: Client, address: str) -> list[dict[str, Any]]:
    answer = client.get(f"/api/v1/{address}")
    assert answer.status_code == 200, answer.content
    found: list[dict[str, Any]] = answer.json()["results"]
    return found


def test_agencies_are_public_with_their_dated_names(client: Client) -> None:
    agency = make_agency(since=date(2025, 1, 1))
    group = groups.make_group("子虚集团", "Zixu Group", by=CLOCK)
    groups.set_group(agency, group, by=CLOCK)
    agencies.rename(agency, "新名", "New name", since=JAN, by=CLOCK)
    confirmed(make_claim(make_contract(agency, JAN), make_profile(tier=3)))
    one = {
        "slug": agency.slug,
        "credit_code": agency.credit_code,
        "name_en": "New name",
        "name_zh": "新名",
        "names": [
            {
                "name_en": "Wuyou Culture",
                "name_zh": "Wuyou文化",
                "since": "2025-01-01",
                "until": "2026-01-01",
            },
            {"name_en": "New name", "name_zh": "新名", "since": "2026-01-01", "until": None},
        ],
        "group": {"slug": "zixu-group", "name_en": "Zixu Group", "name_zh": "子虚集团"},
        "accounts": 1,
        "admissions": [],
        "ending": "",
        "ended_on": None,
        "successor": None,
        "predecessors": [],
    }
    assert results(client, "agencies") == [one]
    assert results(client, "agencies?q=wuyou") == [one]
    assert results(client, "agencies?q=nobody") == []
    assert client.get(f"/api/v1/agencies/{agency.slug}").json() == one
    assert client.get("/api/v1/agencies/nobody").status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_agencies_take_the_same_queries_however_many(
    client: Client, count: int, django_assert_num_queries: Any
) -> None:
    for number in range(count):
        make_agency(f"A{number}")
    with django_assert_num_queries(4):  # agencies, names, predecessors, admissions
        client.get("/api/v1/agencies")


def test_key_reads_the_contracts_of_its_agency_alone(mcn: Agency, rival: Agency) -> None:
    mine, _theirs = make_contract(mcn, JAN, JUL), make_contract(rival, JAN)
    client = key_of(mcn)
    (found,) = results(client, "contracts")
    assert found == {
        "reference": mine.reference,
        "party": "somebody",
        "kind": "full",
        "services": ["brokerage"],
        "signed_on": None,
        "since": "2026-01-01",
        "until": "2026-07-01",
        "renewal": "none",
        "status": "kept",
        "revision": 1,
        "last_confirmed_on": None,
        "unconfirmed_since": None,
    }
    assert results(client, f"contracts?q={mine.reference}") == [found]
    assert results(client, "contracts?state=disputed") == []
    assert client.get("/api/v1/contracts?state=nonsense").status_code == 400
    assert current() == NOTHING


def test_key_reads_its_bindings_and_not_the_public_ones_of_others(
    mcn: Agency, rival: Agency
) -> None:
    contract = make_contract(mcn, JAN)
    profile = make_profile(handle="xiaolu")
    claim = make_claim(contract, profile, lines=((100, 200),), territory=((156000, 157000),))
    confirmed(make_claim(make_contract(rival, JAN), make_profile()))
    (found,) = results(key_of(mcn), "bindings")
    assert found == {
        "id": claim.pk,
        "contract": contract.reference,
        "platform": "douyin",
        "external_id": profile.external_id,
        "handle": "xiaolu",
        "since": "2026-01-01",
        "until": None,
        "lines": ["live"],
        "territory": ["CN"],
        "exclusive": True,
        "status": "claimed",
        "basis": "",
        "confirmed_on": None,
        "last_confirmed_on": None,
    }
    assert results(key_of(mcn), "bindings?status=confirmed") == []


@pytest.mark.parametrize("count", [1, 3])
def test_own_lists_take_the_same_queries_however_many(
    mcn: Agency, count: int, django_assert_num_queries: Any
) -> None:
    for _ in range(count):
        make_claim(make_contract(mcn, JAN), make_profile(), lines=((100, 200),))
    client = key_of(mcn)
    results(client, "contracts")  # the key's use is noted once a minute
    with django_assert_num_queries(4):  # key, sight given and taken, contracts
        results(client, "contracts")
    with django_assert_num_queries(6):  # key, sight given and taken, bindings, lines, territories
        results(client, "bindings")


def test_claim_is_made_once_however_often_it_is_sent(mcn: Agency) -> None:
    contract, profile = make_contract(mcn, JAN, JUL), make_profile()
    said = {
        "contract": contract.reference,
        "platform": "douyin",
        "external_id": profile.external_id,
        "since": "2026-03-01",
        "lines": ["live", "commerce"],
        "territory": ["CN-44"],
    }
    client = key_of(mcn, Right.BINDINGS)
    answers = [
        client.post("/api/v1/bindings", said, content_type="application/json") for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    made = answers[0].json()
    assert (made["status"], made["until"]) == ("claimed", "2026-07-01")
    assert (made["lines"], made["territory"]) == (["live", "commerce"], ["CN-44"])
    with seeing(PASS):
        assert Binding.objects.count() == 1
    event = Event.objects.get(verb="binding.claimed")
    assert (event.actor_kind, event.audience, event.agency_ids) == ("key", "parties", [mcn.pk])


def test_claim_names_no_day_before_the_register() -> None:
    said = ClaimSerializer(data={"since": "1999-12-31"})
    assert not said.is_valid()
    assert [each.code for each in said.errors["since"]] == ["min_value"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"contract": "of another agency"}, "contract"),
        ({"contract": "theirs"}, "contract"),
        ({"external_id": "nobody"}, "external_id"),
        ({"platform": "nowhere"}, "external_id"),
        ({"since": "2025-12-31"}, "since"),
        ({"since": "yesterday"}, "since"),
        ({"until": "2026-03-01"}, "until"),
        ({"until": "2026-07-02"}, "until"),
        ({"since": "9999-12-31", "until": None}, "since"),
        ({"until": "9999-12-31"}, "until"),
        ({"contract": "\0"}, "contract"),
        ({"contract": "\ud800"}, "contract"),
        ({"lines": ["\0"]}, "lines"),
        ({"territory": ["\0"]}, "territory"),
        ({"lines": ["cooking"]}, "lines"),
        ({"territory": ["Atlantis"]}, "territory"),
    ],
)
def test_claim_names_the_field_that_is_wrong(
    mcn: Agency, rival: Agency, wrong: dict[str, Any], field: str
) -> None:
    contract, profile = make_contract(mcn, JAN, JUL), make_profile()
    theirs = make_contract(rival, JAN)
    with seeing(PASS):
        contracts.amend(theirs, by=CLOCK, reference="theirs")
    said = {
        "contract": contract.reference,
        "platform": "douyin",
        "external_id": profile.external_id,
        "since": "2026-03-01",
    }
    answer = key_of(mcn).post("/api/v1/bindings", said | wrong, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"].split(".")[0] == field
    with seeing(PASS):
        assert Binding.objects.count() == 0


def test_body_that_is_a_ladder_is_refused(mcn: Agency) -> None:
    client = key_of(mcn, Right.BINDINGS)
    answer = client.post("/api/v1/bindings", "[" * 50_000, content_type="application/json")
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")


def test_each_right_opens_its_own(mcn: Agency) -> None:
    reading, claiming = key_of(mcn, Right.CONTRACTS), key_of(mcn, Right.BINDINGS)
    assert reading.get("/api/v1/contracts").status_code == 200
    assert reading.get("/api/v1/bindings").status_code == 403
    assert reading.post("/api/v1/bindings", {}).status_code == 403
    assert claiming.get("/api/v1/contracts").status_code == 403
    assert claiming.get("/api/v1/bindings").status_code == 200
    assert claiming.get("/api/v1/messages").status_code == 403


def test_key_confirms_nothing(mcn: Agency) -> None:
    claim = make_claim(make_contract(mcn, JAN), make_profile())
    key, _secret = make_key(AGENCY_RIGHTS, agency_id=mcn.pk)
    with seeing(PASS), pytest.raises(PermissionError):
        bindings.confirm(claim, by=actor_of_key(key), basis="creator", proof="mine")
