"""Files of observations: what is applied, what is refused, and that twice is once."""

from datetime import date
from typing import Any

import pytest
from django.db import connection

from influencers.models import Observation, Profile
from journal.models import Event
from journal.values import Actor, ActorKind
from tests.factories.influencers import csv_of, imported
from tests.influencers.imports import problems, state

pytestmark = pytest.mark.django_db

HEAD = "platform,external_id,display_name,followers,category,observed_on\n"


# --- What is applied ----------------------------------------------------------------------------


def test_row_makes_an_account_with_its_observation() -> None:
    batch = imported(
        "platform,external_id,handle,display_name,followers,category,observed_on,ip_territory,"
        "views,posts,engagements\n"
        "douyin,7001,atang,阿棠,5万+,美食,2026-11-20,广东,1.2M,35,2万\n"
    )
    assert (batch.status, batch.counts) == (
        "applied",
        {
            "read": 1,
            "errors": 0,
            "repeated": 0,
            "created": 1,
            "updated": 0,
            "unchanged": 0,
            "observations": 1,
            "fields_changed": 0,
        },
    )
    day = date(2026, 11, 20)
    assert state() == [
        {
            "platform": "douyin",
            "external_id": "7001",
            "provisional": False,
            "handle": "atang",
            "name": "阿棠",
            "fields": ["美食"],
            "count": (50_000, True, day),
            "territory": ("44", day),
            "handles": [("atang", day, None)],
            "observations": [(day, 50_000, True, 1_200_000, 35, 20_000)],
        }
    ]


def test_same_file_again_changes_nothing_and_says_so() -> None:
    text = HEAD + "douyin,1,A,12K,Music,2026-11-20\ndouyin,2,B,13K,,2026-11-20\n"
    imported(text)
    before = state()
    rows = list(Observation.objects.order_by("profile_id").values())
    batch = imported(text)
    assert state() == before
    assert list(Observation.objects.order_by("profile_id").values()) == rows
    assert {k: batch.counts[k] for k in ("created", "updated", "unchanged", "observations")} == {
        "created": 0,
        "updated": 0,
        "unchanged": 2,
        "observations": 0,
    }
    assert [note["code"] for note in batch.notes] == ["same_file"]


def test_newer_row_moves_names_and_counts() -> None:
    imported(HEAD + "douyin,1,Old,12K,Music,2026-11-20\n")
    batch = imported(HEAD + "douyin,1,New,13K,Food,2026-11-21\n")
    profile = Profile.objects.get()
    assert (profile.display_name, profile.followers, profile.content_fields) == (
        "New",
        13_000,
        ["Food"],
    )
    assert profile.observed_on == date(2026, 11, 21)
    assert (batch.counts["updated"], batch.counts["fields_changed"]) == (1, 1)


def test_older_row_adds_its_observation_and_nothing_else() -> None:
    imported(HEAD + "douyin,1,New,13K,Food,2026-11-21\n")
    batch = imported(HEAD + "douyin,1,Old,12K,Music,2026-11-20\n")
    profile = Profile.objects.get()
    assert (profile.display_name, profile.followers) == ("New", 13_000)
    assert profile.content_fields == ["Food"]
    assert list(Observation.objects.order_by("day").values_list("followers", flat=True)) == [
        12_000,
        13_000,
    ]
    assert (batch.counts["unchanged"], batch.counts["observations"]) == (1, 1)


def test_empty_cell_erases_nothing() -> None:
    head = HEAD.replace("\n", ",ip_territory,views\n")
    imported(head + "douyin,1,Name,12K,Music,2026-11-20,广东,500\n")
    imported(head + "douyin,1,,13K,,2026-11-21,,\ndouyin,1,,12K,,2026-11-20,,\n")
    profile = Profile.objects.get()
    assert (profile.display_name, profile.content_fields) == ("Name", ["Music"])
    assert (profile.ip_territory, profile.ip_territory_on) == ("44", date(2026, 11, 20))
    assert Observation.objects.get(day="2026-11-20").views == 500


def test_later_report_of_a_day_revises_it() -> None:
    imported(HEAD + "douyin,1,A,12K,,2026-11-20\n")
    first = Observation.objects.get()
    batch = imported(HEAD + "douyin,1,A,14K,,2026-11-20\n")
    revised = Observation.objects.get()
    assert (revised.followers, revised.revised, revised.batch_id) == (14_000, True, batch.pk)
    assert revised.xid >= first.xid
    assert Profile.objects.get().followers == 14_000
    assert (batch.counts["updated"], batch.counts["observations"]) == (1, 1)


def test_more_figures_of_a_day_do_not_revise_its_count() -> None:
    imported(HEAD + "douyin,1,A,12K,,2026-11-20\n")
    imported(HEAD.replace("\n", ",views\n") + "douyin,1,A,12K,,2026-11-20,77\n")
    observation = Observation.objects.get()
    assert (observation.views, observation.revised) == (77, False)


@pytest.mark.parametrize(
    "external_id", ["a/b", "a#b", "a&b=c", "a b", "?q", "号码", "%2F", "..", "'"]
)
def test_ids_may_hold_anything(external_id: str) -> None:
    row = {
        "platform": "youtube",
        "external_id": external_id,
        "followers": "1",
        "observed_on": "2026-11-20",
    }
    imported(csv_of([row]))
    assert Profile.objects.get().external_id == external_id


def test_month_of_an_observation_gets_its_partition() -> None:
    imported(HEAD + "douyin,1,A,12K,,2022-03-31\n")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM influencers_observation_202203")
        assert cursor.fetchone()[0] == 1


def test_applied_batch_is_told_and_asks_for_the_tiers() -> None:
    batch = imported(HEAD + "douyin,1,A,12K,,2026-11-20\n")
    told = Event.objects.get(verb="batch.applied", subject_id=str(batch.pk))
    assert (told.audience, told.changes) == ("staff", {"counts": batch.counts})
    assert [run.kind for run in type(batch.run).objects.unfinished()] == ["tiers"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)", [batch.stage])
        assert cursor.fetchone()[0] is None


# --- Two rows for one account and day -----------------------------------------------------------


def test_equal_rows_are_one_and_repeated() -> None:
    batch = imported(
        HEAD
        + "douyin,1,A,12K,,2026-11-20\n"
        + "douyin,1,A,12000,,2026-11-20\n"
        + "douyin,1,A,12K,,2026-11-20\n"
    )
    assert (batch.counts["repeated"], batch.counts["errors"]) == (2, 0)
    assert Observation.objects.get().followers == 12_000


@pytest.mark.parametrize(
    ("rows", "column", "values"),
    [
        (("douyin,1,A,12K,,", "douyin,1,A,13K,,"), "followers", ("12K", "13K")),
        (("douyin,1,A,12K,,", "douyin,1,A,12K+,,"), "followers", ("12K", "12K+")),
        (("douyin,1,A,12K,,", "douyin,1,B,12K,,"), "display_name", ("A", "B")),
        (("douyin,1,A,12K,Food,", "douyin,1,A,12K,Music,"), "category", ("Food", "Music")),
    ],
)
def test_unequal_rows_are_both_refused(
    rows: tuple[str, str], column: str, values: tuple[str, str]
) -> None:
    batch = imported(HEAD + "".join(f"{row}2026-11-20\n" for row in rows))
    assert problems(batch) == [
        (2, column, values[0], "contradiction"),
        (3, column, values[1], "contradiction"),
    ]
    assert (batch.counts["errors"], batch.counts["created"]) == (2, 0)
    assert Profile.objects.count() == 0


def test_rows_that_fill_each_others_empty_cells_are_one() -> None:
    """As the follower files in use have them: an empty cell says nothing."""
    head = "platform,external_id,handle,display_name,followers,category,observed_on,views\n"
    batch = imported(
        head
        + "douyin,1,,A,12K,,2026-11-20,\n"
        + "douyin,1,a.b,,12K,Music,2026-11-20,7\n"
        + "douyin,1,,A,12K,Music,2026-11-20,\n"
    )
    assert (batch.counts["repeated"], batch.counts["errors"]) == (2, 0)
    profile = Profile.objects.get()
    assert (profile.display_name, profile.handle, profile.content_fields) == ("A", "a.b", ["Music"])
    assert profile.handles.get().handle == "a.b"
    assert Observation.objects.get().views == 7


def test_third_row_that_agrees_with_one_of_two_does_not_decide() -> None:
    batch = imported(HEAD + "".join(f"douyin,1,A,{n},,2026-11-20\n" for n in ("12K", "13K", "12K")))
    assert (batch.counts["errors"], batch.counts["repeated"]) == (3, 0)


def test_contradicted_bare_handle_leaves_nothing_behind() -> None:
    head = "platform,handle,followers,observed_on\n"
    batch = imported(head + "tiktok,a,1K,2026-11-20\ntiktok,a,2K,2026-11-20\n")
    assert (state(), batch.counts["errors"]) == ([], 2)


# --- What is refused, row by row ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("douyin,1,A,-5,,2026-11-20", ("followers", "-5", "negative")),
        ("douyin,1,A,54.2Q,,2026-11-20", ("followers", "54.2Q", "count")),
        ("douyin,1,A,,,2026-11-20", ("followers", "", "missing")),
        ("douyin,1,A,1K,,2999-01-01", ("observed_on", "2999-01-01", "future")),
        ("douyin,1,A,1K,,2026-02-30", ("observed_on", "2026-02-30", "day")),
        ("douyin,1,A,1K,,20261120", ("observed_on", "20261120", "day")),
        ("douyin,1,A,1K,,2026-W12-1", ("observed_on", "2026-W12-1", "day")),
        ("douyin,1,A,1K,,", ("observed_on", "", "missing")),
        ("myspace,1,A,1K,,2026-11-20", ("platform", "myspace", "platform")),
        (",1,A,1K,,2026-11-20", ("platform", "", "missing")),
        ("douyin,,A,1K,,2026-11-20", ("external_id", "", "no_account")),
        ("douyin, ,A,1K,,2026-11-20", ("external_id", " ", "no_account")),
        ("douyin,1.23457E+18,A,1K,,2026-11-20", ("external_id", "1.23457E+18", "rounded")),
        (
            "douyin,7123456789012340000,A,1K,,2026-11-20",
            ("external_id", "7123456789012340000", "rounded"),
        ),
        (f"douyin,{'x' * 201},A,1K,,2026-11-20", ("external_id", "x" * 200, "too_long")),
        (f"douyin,1,{'名' * 301},1K,,2026-11-20", ("display_name", "名" * 200, "too_long")),
        (f"douyin,1,A,1K,{'x' * 81},2026-11-20", ("category", "x" * 81, "too_long")),
    ],
)
def test_wrong_cell_is_named_and_the_other_rows_are_applied(
    row: str, problem: tuple[str, str, str]
) -> None:
    batch = imported(HEAD + f"douyin,good,A,1K,,2026-11-20\n{row}\n")
    assert problems(batch) == [(3, *problem)]
    assert (batch.status, batch.counts["errors"], batch.counts["created"]) == ("applied", 1, 1)
    assert Profile.objects.get().external_id == "good"


def test_every_wrong_cell_of_a_row_is_named_and_the_row_counts_once() -> None:
    batch = imported(HEAD + "myspace,1,A,x,,2026-02-30\n")
    assert problems(batch) == [
        (2, "followers", "x", "count"),
        (2, "observed_on", "2026-02-30", "day"),
        (2, "platform", "myspace", "platform"),
    ]
    assert batch.counts["errors"] == 1


def test_day_is_future_by_the_day_of_its_platform(time_machine: Any) -> None:
    time_machine.move_to("2026-11-23T17:00:00Z", tick=False)  # the 24th in Shanghai
    batch = imported(HEAD + "douyin,1,A,1K,,2026-11-24\ndouyin,2,A,1K,,2026-11-25\n")
    assert problems(batch) == [(3, "observed_on", "2026-11-25", "future")]


def test_ids_that_end_in_zeros_by_chance_are_believed() -> None:
    ids = [f"{1234567890123450 + n}" for n in range(20)]  # 16 digits, two of them end in 0
    batch = imported(HEAD + "".join(f"douyin,{i},A,1K,,2026-11-20\n" for i in ids))
    assert (batch.counts["errors"], batch.counts["created"]) == (0, 20)


def test_territory_that_is_none_is_refused_and_not_kept() -> None:
    batch = imported(
        "platform,external_id,followers,observed_on,ip_territory\n"
        "douyin,1,1K,2026-11-20,203.0.113.7\n"
    )
    assert problems(batch) == [(2, "ip_territory", "", "territory")]


def test_who_reaches_one_platform_sends_rows_of_that_one() -> None:
    key = Actor(ActorKind.KEY, id="abc", name="Douyin", platforms=frozenset({"douyin"}))
    batch = imported(
        HEAD + "douyin,1,A,1K,,2026-11-20\nweibo,1,A,1K,,2026-11-20\n", by=key, source="api"
    )
    assert problems(batch) == [(3, "platform", "weibo", "other_platform")]
    assert Observation.objects.get().source == "api"


def test_column_of_the_audience_and_unknown_columns_are_noted_and_ignored() -> None:
    batch = imported(
        "platform,external_id,followers,observed_on,country,mood\n"
        "douyin,1,1K,2026-11-20,Spain,good\n"
    )
    assert batch.notes == [{"code": "country"}, {"code": "unknown_column", "column": "mood"}]
    assert Profile.objects.get().ip_territory == ""
