"""Who is who: permanent ids, bare handles, renames, handles that change hands."""

from datetime import date
from typing import Any

import pytest

from influencers.models import Observation, Profile, ProfileHandle
from journal.models import Event
from tests.factories.influencers import imported

pytestmark = pytest.mark.django_db

HEAD = "platform,external_id,handle,followers,observed_on\n"


def push(*rows: str) -> Any:
    return imported(HEAD + "".join(f"douyin,{row}\n" for row in rows))


def day(number: int) -> date:
    return date(2026, 11, number)


def held() -> set[tuple[str, str, date, date | None]]:
    rows = ProfileHandle.objects.select_related("profile")
    return {(h.profile.external_id, h.handle, h.during.lower, h.during.upper) for h in rows}


def told(verb: str) -> list[tuple[str, str, str]]:
    events = Event.objects.filter(verb=verb).order_by("id")
    names = dict(Profile.objects.values_list("id", "external_id"))
    return [(names[e.profile_id], e.platform, e.audience) for e in events]


def test_new_account_has_its_handle_from_its_first_day() -> None:
    push("1,x,5,2026-11-03", "1,x,6,2026-11-05")
    assert held() == {("1", "x", day(3), None)}
    assert Profile.objects.get().handle == "x"


def test_rename_keeps_the_account_and_is_told() -> None:
    push("1,x,5,2026-11-03")
    batch = push("1,y,5,2026-11-05")
    assert held() == {("1", "x", day(3), day(5)), ("1", "y", day(5), None)}
    assert Profile.objects.get().handle == "y"
    assert told("profile.renamed") == [("1", "douyin", "public")]
    event = Event.objects.get(verb="profile.renamed")
    assert event.changes == {"handle": "changed"}
    assert batch.counts["updated"] == 1


def test_rename_told_again_is_no_news() -> None:
    push("1,x,5,2026-11-03")
    push("1,y,5,2026-11-05")
    batch = push("1,y,5,2026-11-05")
    assert len(told("profile.renamed")) == 1
    assert (batch.counts["updated"], batch.counts["unchanged"]) == (0, 1)


def test_rename_alone_updates_the_account() -> None:
    push("1,x,5,2026-11-05")
    batch = push("1,y,5,2026-11-05")  # same day, same count
    assert Profile.objects.get().handle == "y"
    assert (batch.counts["updated"], batch.counts["unchanged"]) == (1, 0)


def test_recycled_handle_inherits_nothing() -> None:
    push("1,x,5,2026-11-03")
    batch = push("2,x,9,2026-11-05")
    assert held() == {("1", "x", day(3), day(5)), ("2", "x", day(5), None)}
    assert dict(Profile.objects.values_list("external_id", "handle")) == {"1": "", "2": "x"}
    assert told("profile.renamed") == [("1", "douyin", "public")]
    assert Observation.objects.filter(profile__external_id="2").count() == 1
    # The old holder is not in the file and lost its handle all the same.
    assert (batch.counts["created"], batch.counts["updated"]) == (1, 1)


def test_bare_handle_means_who_held_it_on_that_day() -> None:
    push("1,x,5,2026-11-03")
    push("2,x,9,2026-11-05")
    push(",x,6,2026-11-04", ",x,10,2026-11-06")
    rows = Observation.objects.order_by("day").values_list("profile__external_id", "followers")
    assert list(rows) == [("1", 5), ("1", 6), ("2", 9), ("2", 10)]


def test_bare_handle_that_nobody_held_makes_a_provisional_account() -> None:
    push(",x,5,2026-11-03")
    profile = Profile.objects.get()
    assert (profile.external_id, profile.handle, profile.provisional) == ("x", "x", True)
    push(",x,4,2026-11-01")
    assert Profile.objects.count() == 1
    assert held() == {("x", "x", day(1), None)}


def test_bare_handle_before_its_permanent_holder_is_somebody_else() -> None:
    push("1,x,5,2026-11-05")
    push(",x,4,2026-11-03")
    assert held() == {("x", "x", day(3), day(5)), ("1", "x", day(5), None)}
    assert Profile.objects.get(provisional=True).handle == ""


def test_permanent_id_adopts_the_account_known_by_that_handle() -> None:
    push(",x,5,2026-11-03")
    known = Profile.objects.get()
    batch = push("1,x,6,2026-11-05")
    profile = Profile.objects.get()
    assert (profile.pk, profile.external_id, profile.provisional) == (known.pk, "1", False)
    assert held() == {("1", "x", day(3), None)}
    assert told("profile.identified") == [("1", "douyin", "public")]
    assert (batch.counts["created"], batch.counts["updated"]) == (0, 1)


def test_permanent_id_adopts_it_for_an_earlier_day_too() -> None:
    push(",x,5,2026-11-03")
    push("1,x,4,2026-11-01")
    assert held() == {("1", "x", day(1), None)}
    assert Observation.objects.filter(profile__external_id="1").count() == 2


def test_account_that_has_an_id_already_adopts_none_and_staff_is_told() -> None:
    push("1,y,5,2026-11-01")
    push(",x,5,2026-11-03")
    push("1,x,6,2026-11-05")
    assert held() == {
        ("1", "y", day(1), day(5)),
        ("x", "x", day(3), day(5)),
        ("1", "x", day(5), None),
    }
    assert told("profile.twin_seen") == [("1", "douyin", "staff")]
    push("1,x,6,2026-11-05")
    assert len(told("profile.twin_seen")) == 1


def test_handle_held_by_another_id_that_day_is_not_adopted() -> None:
    push("1,x,5,2026-11-05")
    push(",x,4,2026-11-03")  # a provisional account, before the 5th
    push("2,x,6,2026-11-07")
    assert held() == {
        ("x", "x", day(3), day(5)),
        ("1", "x", day(5), day(7)),
        ("2", "x", day(7), None),
    }


def test_handles_may_change_hands_within_one_file() -> None:
    push(
        "1,x,5,2026-11-01",
        "2,y,5,2026-11-01",
        "1,y,6,2026-11-03",
        "2,x,6,2026-11-03",
        ",x,7,2026-11-04",
    )
    assert held() == {
        ("1", "x", day(1), day(3)),
        ("2", "y", day(1), day(3)),
        ("1", "y", day(3), None),
        ("2", "x", day(3), None),
    }
    assert Observation.objects.get(followers=7).profile.external_id == "2"


def test_two_accounts_with_one_handle_on_one_day_are_both_refused() -> None:
    batch = push("1,x,5,2026-11-03", "2,x,6,2026-11-03", "3,y,6,2026-11-03")
    assert list(batch.problems.order_by("line").values_list("line", "column", "value", "code")) == [
        (2, "handle", "x", "handle_twice"),
        (3, "handle", "x", "handle_twice"),
    ]
    assert [p.external_id for p in Profile.objects.all()] == ["3"]


def test_row_by_id_and_row_by_handle_of_one_account_are_compared() -> None:
    push("1,x,5,2026-11-01")
    batch = push("1,x,6,2026-11-03", ",x,7,2026-11-03", "1,x,8,2026-11-04", ",x,8,2026-11-04")
    assert (batch.counts["errors"], batch.counts["repeated"]) == (2, 1)
    assert Profile.objects.get().followers == 8


def test_same_handle_lives_on_each_platform() -> None:
    imported(HEAD + "douyin,,x,5,2026-11-03\nweibo,,x,6,2026-11-03\n")
    assert Profile.objects.count() == 2


def test_handles_differ_by_case() -> None:
    push(",PewDiePie,5,2026-11-03", ",pewdiepie,6,2026-11-03")
    assert Profile.objects.count() == 2


def test_hundred_adoptions_and_renames_at_once() -> None:
    push(*(f",h{n},5,2026-11-01" for n in range(100)))
    push(*(f"{n},h{n},6,2026-11-03" for n in range(100)))
    push(*(f"{n},h{(n + 1) % 100},7,2026-11-05" for n in range(100)))
    assert Profile.objects.filter(provisional=False).count() == 100
    assert Profile.objects.count() == 100
    assert {(p.external_id, p.handle) for p in Profile.objects.all()} == {
        (str(n), f"h{(n + 1) % 100}") for n in range(100)
    }
