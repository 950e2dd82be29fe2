"""Cells as people write them: what is read is what was meant, or an error."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agencies.exports.writing import inert
from agencies.values.cells import Cell, Open, Wrong, day_of, id_of, last_day_of, plain, text_of
from agencies.values.columns import COLUMNS, TAKEN, fitted

DAYS = st.dates(date(2000, 1, 1), date(2199, 12, 31))
FORMS = (
    "{0.year}-{0.month}-{0.day}",
    "{0:%Y-%m-%d}",
    "{0:%Y/%m/%d}",
    "{0.year}/{0.month}/{0.day}",
    "{0.year}.{0.month}.{0.day}",
    "{0.year}年{0.month}月{0.day}日",
    "{0.year} 年 {0.month} 月 {0.day} 号",
    "{0:%Y%m%d}",
    "{0:%Y-%m-%d} 00:00:00",
    "  {0:%Y-%m-%d}\u3000",
)
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=30)


@given(DAYS, st.sampled_from(FORMS))
def test_day_is_read_however_it_is_written(day: date, form: str) -> None:
    assert day_of(form.format(day)) == day
    wide = form.format(day).translate({ord("0") + n: 0xFF10 + n for n in range(10)})
    assert day_of(wide) == day


@given(DAYS)
def test_serial_number_of_a_workbook_is_its_day(day: date) -> None:
    serial = (day - date(1899, 12, 30)).days
    assert day_of(serial, serials=0) == day
    assert day_of(serial - 1462, serials=1462) == day
    assert day_of(datetime(day.year, day.month, day.day)) == day
    with pytest.raises(Wrong):
        day_of(serial)


@given(TEXTS)
def test_any_other_text_is_an_error_and_nothing_else(text: str) -> None:
    try:
        found: object = last_day_of(text)
    except Wrong as wrong:
        found = wrong.code
    assert isinstance(found, date) or found in (Open.END, "day", "too_early", "too_late")


@pytest.mark.parametrize("text", ["01/05/2026", "5.1.2026", "2026-13-01", "2026-2-30", "26-1-5"])
def test_day_that_can_be_read_in_two_ways_is_none(text: str) -> None:
    with pytest.raises(Wrong, match="day"):
        day_of(text)


@given(st.integers(0, 10**25))
def test_id_is_as_it_was_written_or_an_error(number: int) -> None:
    text = str(number)
    cut = len(text) >= 19 and not text[15:].strip("0")
    assert read_id(text) == ("rounded" if cut else text)
    cells = (number, float(number), f"{float(number):.5E}")
    small = (text, text, "rounded")
    assert tuple(map(read_id, cells)) == (small if number < 10**15 else ("rounded",) * 3)


def read_id(cell: Cell) -> str:
    try:
        return id_of(cell)
    except Wrong as wrong:
        return wrong.code


@given(TEXTS)
def test_text_that_was_made_inert_comes_back(text: str) -> None:
    assert text_of(inert(text)) == (text if inert(text) != text else text.strip())


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff20"])
def test_what_a_spreadsheet_would_run_is_marked(sign: str) -> None:
    assert inert(f"{sign}1") == f"'{sign}1"


def test_heading_in_either_language_is_its_column() -> None:
    for language in ("en", "zh"):
        headings = [getattr(COLUMNS[code], language) for code in TAKEN]
        assert fitted(headings, {}) == list(TAKEN)


def test_no_name_is_of_two_columns() -> None:
    of: dict[str, set[str]] = {}
    for column in COLUMNS.values():
        for name in (column.code, column.en, column.zh, *column.also):
            of.setdefault(plain(name), set()).add(column.code)
    assert {name: codes for name, codes in of.items() if len(codes) > 1} == {}


def test_what_an_agency_has_said_of_a_heading_wins() -> None:
    kept = {plain("Reference"): "party", plain("文号"): "reference"}
    assert fitted(["文号", "Reference", "Influencer"], kept) == ["reference", "party", ""]
