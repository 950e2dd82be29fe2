"""Who held which handle when."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from influencers.values.handles import FOREVER, Ledger, Period

DAY_0 = date(2026, 1, 1)


def day(number: int) -> date:
    return DAY_0 + timedelta(days=number)


def name(handle: str) -> tuple[int, str]:
    return (1, handle)


def ledger(*claims: tuple[str, str, int], seen: dict[str, int] | None = None) -> Ledger:
    book = Ledger(seen={holder: day(n) for holder, n in (seen or {}).items()})
    for holder, handle, number in claims:
        book.claim(holder, name(handle), day(number))
    return book


def periods(book: Ledger) -> set[tuple[str, str, int, int | None]]:
    return {
        (
            str(p.holder),
            p.name[1],
            (p.since - DAY_0).days,
            None if p.until == FOREVER else (p.until - DAY_0).days,
        )
        for p in book
    }


def test_first_handle_is_held_until_further_news() -> None:
    assert periods(ledger(("a", "x", 5))) == {("a", "x", 5, None)}


def test_rename_ends_the_old_handle() -> None:
    assert periods(ledger(("a", "x", 5), ("a", "y", 9))) == {("a", "x", 5, 9), ("a", "y", 9, None)}


def test_recycled_handle_leaves_the_old_holder_without_one() -> None:
    book = ledger(("a", "x", 5), ("b", "x", 9))
    assert periods(book) == {("a", "x", 5, 9), ("b", "x", 9, None)}
    assert (book.now("a"), book.now("b")) == ("", "x")


def test_older_statement_reaches_back_to_its_day() -> None:
    assert periods(ledger(("a", "x", 9), ("a", "x", 5))) == {("a", "x", 5, None)}


def test_older_statement_of_another_handle_holds_until_the_newer_one() -> None:
    assert periods(ledger(("a", "y", 9), ("a", "x", 5))) == {("a", "x", 5, 9), ("a", "y", 9, None)}


def test_late_statement_does_not_overrule_the_newest_day() -> None:
    book = ledger(("a", "y", 2), ("a", "x", 5), seen={"a": 9})
    assert periods(book) == {("a", "y", 2, 5), ("a", "x", 5, 9), ("a", "y", 9, None)}


def test_late_statement_about_a_handle_that_somebody_else_has_now() -> None:
    book = ledger(("a", "x", 2), ("b", "x", 5), seen={"a": 9})
    assert periods(book) == {("a", "x", 2, 5), ("b", "x", 5, 9), ("a", "x", 9, None)}


def test_statement_of_the_day_on_which_a_period_began_replaces_it() -> None:
    assert periods(ledger(("a", "x", 5), ("a", "y", 5))) == {("a", "y", 5, None)}


def test_same_handle_on_two_platforms_is_two_handles() -> None:
    book = Ledger()
    book.claim("a", (1, "x"), day(1))
    book.claim("b", (2, "x"), day(1))
    assert (book.now("a"), book.now("b")) == ("x", "x")


CLAIMS = st.lists(
    st.tuples(st.sampled_from("abc"), st.sampled_from("xyz"), st.integers(0, 12)), max_size=12
)
SEEN = st.dictionaries(st.sampled_from("abc"), st.integers(0, 12), max_size=3)


@given(CLAIMS, SEEN)
def test_nobody_ever_holds_two_and_nothing_is_held_by_two(
    claims: list[tuple[str, str, int]], seen: dict[str, int]
) -> None:
    book = ledger(seen=seen)
    for holder, handle, number in claims:
        book.claim(holder, name(handle), day(number))
        held = book.on_day(name(handle), day(number))
        assert held is not None
        assert held.holder == holder
        rows = list(book)
        assert all(p.since < p.until for p in rows)
        for one in rows:
            for other in rows:
                if one is not other and (one.holder == other.holder or one.name == other.name):
                    assert not overlap(one, other)


def overlap(one: Period, other: Period) -> bool:
    return one.since < other.until and other.since < one.until


@given(CLAIMS, SEEN)
def test_file_that_comes_again_changes_nothing(
    claims: list[tuple[str, str, int]], seen: dict[str, int]
) -> None:
    # As a file is read, day after day: one statement per account and day, and per handle and day.
    of_account = {(holder, number): (holder, handle, number) for holder, handle, number in claims}
    of_handle = {(claim[1], claim[2]): claim for claim in of_account.values()}
    file = sorted(of_handle.values(), key=lambda claim: claim[2])
    book = ledger(*file, seen=seen)
    before = periods(book)
    assert [book.claim(h, name(x), day(n)) for h, x, n in file] == [False] * len(file)
    assert periods(book) == before
