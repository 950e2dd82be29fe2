"""Whole files: which are refused, in which ways they may be written, one or several."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from influencers.models import ImportProblem, Observation, Profile
from tests.factories.influencers import csv_of, imported
from tests.influencers.imports import problems, state

pytestmark = pytest.mark.django_db

HEAD = "platform,external_id,display_name,followers,category,observed_on\n"


# --- What is refused as a whole -----------------------------------------------------------------

ROW = "douyin,1,A,1K,,2026-11-20\n"


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"", {"code": "empty"}),
        ((HEAD + ROW).encode("utf-16"), {"code": "utf16"}),
        ((HEAD + "douyin,1,阿棠,1K,,2026-11-20\n").encode("gbk"), {"code": "encoding", "line": 2}),
        ((HEAD + ROW).encode() + b"douyin,\xe9\n", {"code": "encoding", "line": 3}),
        ((HEAD + ROW).encode() + "é".encode()[:1], {"code": "encoding", "line": 3}),
        ((HEAD + ROW).encode() + b"douyin,2\0,A,1K,,2026-11-20\n", {"code": "nul", "line": 3}),
        (
            b"platform,followers,observed_on,category\n",
            {"code": "missing_columns", "columns": "external_id"},
        ),
        (
            b"platform,handle,category\n",
            {"code": "missing_columns", "columns": "followers, observed_on"},
        ),
        (
            b"platform,handle,handle,followers,observed_on\n",
            {"code": "column_twice", "columns": "handle"},
        ),
        (
            (HEAD + ROW + 'douyin,2,"open,1K,,2026-11-20\n' + ROW).encode(),
            {"code": "quotes", "line": 3},
        ),
    ],
)
def test_unusable_file_is_refused_with_its_reason(content: bytes, refusal: dict[str, Any]) -> None:
    batch = imported(content)
    assert (batch.status, batch.refusal) == ("refused", refusal)
    assert batch.refusal_text != ""
    assert (Profile.objects.count(), ImportProblem.objects.count(), batch.counts) == (0, 0, {})


def test_file_without_a_header_is_refused() -> None:
    batch = imported(ROW)
    assert batch.refusal["code"] == "no_header"


def test_header_alone_is_an_import_of_nothing() -> None:
    batch = imported(HEAD)
    assert (batch.status, batch.counts["read"]) == ("applied", 0)


# --- Ways to write a file -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        HEAD + "douyin,1,A,1K,Music,2026-11-20\n",
        HEAD + "douyin,1,A,1K,Music,2026-11-20",
        (HEAD + "douyin,1,A,1K,Music,2026-11-20\n").replace("\n", "\r\n"),
        (HEAD + "douyin,1,A,1K,Music,2026-11-20\n").replace("\n", "\r"),
        "\ufeff" + HEAD + "douyin,1,A,1K,Music,2026-11-20\n",
        HEAD + "\ndouyin,1,A,1K,Music,2026-11-20\n\n\n",
        HEAD + ' douyin , 1 ,"A\u3000",1K\t,Music ,2026-11-20 \n',
        HEAD + '"douyin","1","A","1K","Music","2026-11-20"\n',
        HEAD.upper() + "Douyin,1,A,1K,Music,2026-11-20\n",
        (
            "category,observed_on,followers,display_name,external_id,platform\n"
            "Music,2026-11-20,1K,A,1,douyin\n"
        ),
    ],
)
def test_file_may_be_written_in_many_ways(content: str) -> None:
    batch = imported(content)
    assert (batch.refusal, problems(batch)) == ({}, [])
    profile = Profile.objects.get()
    assert (profile.external_id, profile.display_name, profile.followers) == ("1", "A", 1000)
    assert profile.content_fields == ["Music"]


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ('"two\nlines"', "two\nlines"),
        ('"Dwayne ""The Rock"""', 'Dwayne "The Rock"'),
        ('Dwayne "The Rock" Johnson', 'Dwayne "The Rock" Johnson'),
        ('5" tall', '5" tall'),
        ('"Sing, Dance"', "Sing, Dance"),
        ("\\.", "\\."),
        ("=1+1", "=1+1"),
    ],
)
def test_names_arrive_as_they_were_written(cell: str, name: str) -> None:
    batch = imported(HEAD + f"douyin,1,{cell},1K,,2026-11-20\ndouyin,2,B,x,,2026-11-20\n")
    assert Profile.objects.get().display_name == name
    # The line is the one that an editor shows.
    assert [line for line, *_ in problems(batch)] == [3 + cell.count("\n")]


def test_row_with_a_cell_too_many_is_refused_alone() -> None:
    batch = imported(HEAD + ROW + "douyin,2,B,1K,,2026-11-20,extra\ndouyin,3,C\n")
    assert problems(batch) == [(3, "", "", "cells"), (4, "", "", "cells")]
    assert (batch.counts["read"], batch.counts["errors"], batch.counts["created"]) == (3, 2, 1)


def test_lines_of_json() -> None:
    batch = imported(
        '{"platform": "douyin", "external_id": 7123456789012345678, "followers": 1200,'
        ' "observed_on": "2026-11-20", "mood": "x"}\n'
        "\n"
        '{"platform": "douyin", "external_id": 1.23457E+18, "followers": "1.2万",'
        ' "observed_on": "2026-11-20"}\n'
        "not json\n"
        "[1, 2]\n"
        '{"platform": "douyin", "external_id": "2", "followers": true}\n'
        '{"platform": "douyin", "external_id": "\\u0000", "followers": 1}\n'
        '{"platform": "douyin", "external_id": "\\ud800", "followers": 1}\n'
        '{"platform": "douyin", "external_id": "3", "followers": null,'
        ' "observed_on": "2026-11-20"}\n',
        kind="ndjson",
    )
    assert problems(batch) == [
        (3, "external_id", "1.23457E+18", "rounded"),
        (4, "", "", "json"),
        (5, "", "", "json"),
        (6, "", "", "json"),
        (7, "", "", "json"),
        (8, "", "", "json"),
        (9, "followers", "", "missing"),
    ]
    assert Profile.objects.get().external_id == "7123456789012345678"
    assert batch.notes == [{"code": "unknown_column", "column": "mood"}]


# --- One file or several ------------------------------------------------------------------------

ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "platform": st.just("douyin"),
            "external_id": st.sampled_from(["", "1", "2"]),
            "handle": st.sampled_from(["", "x", "y"]),
            "display_name": st.sampled_from(["", "A", "B"]),
            "followers": st.sampled_from(["5", "1.2K", "5万+"]),
            "category": st.sampled_from(["", "Music", "Food"]),
            "observed_on": st.sampled_from(["2026-11-17", "2026-11-18", "2026-11-19"]),
            "ip_territory": st.sampled_from(["", "广东", "JP"]),
            "views": st.sampled_from(["", "7"]),
        }
    ),
    min_size=1,
    max_size=8,
)


@pytest.mark.django_db
def test_what_a_contradiction_made_believe_contradicts_nothing_later() -> None:
    """On the second day two rows contradict each other only because one of them moves the handle;
    without them it stays where it was, and the rows of the third day are of two accounts."""
    whole = imported(
        "platform,external_id,handle,followers,observed_on\n"
        "douyin,2,x,5万+,2026-11-17\n"
        "douyin,1,x,5万+,2026-11-18\n"
        "douyin,,x,1.2K,2026-11-18\n"
        "douyin,1,,5万+,2026-11-19\n"
        "douyin,,x,5,2026-11-19\n"
    )
    assert (whole.counts["errors"], whole.counts["created"]) == (2, 2)
    assert list(
        Observation.objects.order_by("day", "followers").values_list(
            "profile__external_id", "followers"
        )
    ) == [("2", 50_000), ("2", 5), ("1", 50_000)]


class OneFileOrSeveral(TestCase):
    """Rows of several days in one file end as if each day had come in a file of its own."""

    @settings(max_examples=25)
    @given(ROWS)
    def test_days_in_one_file_are_days_one_after_the_other(
        self, rows: list[dict[str, str]]
    ) -> None:
        days = sorted({row["observed_on"] for row in rows})
        for day in days:
            imported(csv_of(row for row in rows if row["observed_on"] == day))
        apart = state()
        Profile.objects.all().delete()
        whole = imported(csv_of(sorted(rows, key=lambda row: row["observed_on"])))
        assert state() == apart
        again = imported(csv_of(rows))
        assert state() == apart
        assert (again.counts["created"], again.counts["updated"]) == (0, 0)
        assert again.counts["observations"] == 0
        assert again.counts["unchanged"] == whole.counts["created"]
