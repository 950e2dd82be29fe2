"""`manage.py label`."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from tests.disclosure.labels import Declared, World, account, day, moment, owe, silent
from tests.factories.agencies import confirmed, make_agency, make_claim, make_contract

pytestmark = pytest.mark.django_db

OPEN_END = Declared(((2.0, 2, None),))


def label(*arguments: str) -> str:
    said = StringIO()
    call_command("label", *arguments, stdout=said)
    return said.getvalue()


def test_label_says_state_days_and_duty() -> None:
    owe(account("4711"), silent())
    assert label("douyin", "4711", "--on", day(12).isoformat()).splitlines() == [
        "douyin 4711",
        "on 2026-03-13: undisclosed",
        "  Has not answered yet / 尚未申报",
        "  from 2026-03-12 until further notice",
        "  duty by test-seen (in_force) since 2026-03-01, due 2026-03-11",
    ]


def test_label_says_what_was_known() -> None:
    World(declared=[OPEN_END], handles=[("atang", 0, None)]).write(account("4711"))
    on = ("--on", day(3).isoformat())
    before = label("douyin", "atang", *on, "--known-at", moment(1.5).isoformat())
    assert before.splitlines()[:2] == [
        "douyin 4711 (@atang)",
        "on 2026-03-04, as known at 2026-03-02T04:00:00+00:00: none",
    ]
    assert ": independent" in label("douyin", "4711", *on, "--known-at", day(2).isoformat())


def test_label_as_json_is_what_the_api_answers(client: Client) -> None:
    World(declared=[OPEN_END]).write(account("4711"))
    answer = client.get("/api/v1/labels/douyin/4711")
    assert json.loads(label("douyin", "4711", "--json")) == answer.json()


def test_label_of_an_account_without_a_public_page_is_said() -> None:
    account("4711", tier=0)
    assert json.loads(label("douyin", "4711", "--json"))["state"] == "none"


@pytest.mark.parametrize(
    "arguments",
    [
        ("douyin", "4711"),
        ("nowhere", "1"),
        ("douyin", "1", "--on", "2026-02-30"),
        ("douyin", "1", "--known-at", "2998-01-01"),
        ("douyin", "1", "--known-at", "2026-01-01T00:00"),
    ],
)
def test_label_that_cannot_be_said_ends_with_2(arguments: tuple[str, ...]) -> None:
    account("1")
    with pytest.raises(CommandError) as stopped:
        label(*arguments)
    assert stopped.value.returncode == 2


def test_label_names_the_agencies() -> None:
    confirmed(make_claim(make_contract(make_agency(), day(0)), account()))
    assert label("douyin", "4711", "--on", day(3).isoformat()).splitlines()[3:] == [
        "  from 2026-03-01 until further notice",
        "  Wuyou Culture / Wuyou文化 (all) since 2026-03-01 until further notice, by creator",
    ]
