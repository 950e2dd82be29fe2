"""The grammar of counts: what is read, and that nothing else is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from influencers.values.counts import MOST, Count, NoCount, parse_count


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("13800000", Count(13_800_000)),
        ("0", Count(0)),
        ("007", Count(7)),
        ("1,234", Count(1_234)),
        ("12,345,678", Count(12_345_678)),
        ("13.8M", Count(13_800_000)),
        ("221.7K", Count(221_700)),
        ("97K", Count(97_000)),
        ("1380万", Count(13_800_000)),
        ("1,380万", Count(13_800_000)),
        ("1.2亿", Count(120_000_000)),
        ("5万+", Count(50_000, True)),
        ("1.2M+", Count(1_200_000, True)),
        (" 13.8M\t", Count(13_800_000)),
        ("\u300013.8M", Count(13_800_000)),
        ("5\n", Count(5)),
        ("１３．８万＋", Count(138_000, True)),
    ],
)
def test_count_is_read(text: str, count: Count) -> None:
    assert parse_count(text) == count


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "missing"),
        ("  ", "missing"),
        ("-5", "negative"),
        ("-1.2M", "negative"),
        ("54.2Q", "count"),
        ("1.38E+07", "count"),
        ("12.5", "count"),
        ("1.23456K", "count"),
        ("13.8m", "count"),
        ("13.8 M", "count"),
        ("1,23", "count"),
        ("1,2345", "count"),
        ("1.234,5", "count"),
        ("٣", "count"),
        ("+5", "count"),
        ("5++", "count"),
        ("K", "count"),
        ("N/A", "count"),
        ("0x10", "count"),
        ("1_000", "count"),
        ("9999999999999999", "count"),
        ("99999999999999999999999999", "count"),
        ("99999999999亿", "count"),
    ],
)
def test_anything_else_is_no_count(text: str, code: str) -> None:
    with pytest.raises(NoCount) as wrong:
        parse_count(text)
    assert wrong.value.code == code


@given(st.integers(0, MOST))
def test_every_way_to_write_a_number_reads_the_same(number: int) -> None:
    assert parse_count(str(number)) == parse_count(f"{number:,}") == Count(number)
    assert parse_count(f"{number}+") == Count(number, True)


@given(st.text())
def test_no_text_breaks_the_grammar(text: str) -> None:
    try:
        value, code = parse_count(text).value, ""
    except NoCount as wrong:
        value, code = 0, wrong.code
    assert 0 <= value <= MOST
    assert code in {"", "missing", "negative", "count"}
