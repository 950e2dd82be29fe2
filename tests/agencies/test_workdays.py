"""Working days of China (domain, case 21: deadlines with make-up Saturdays)."""

from datetime import date

import pytest

from agencies.values.workdays import announced_until, is_workday, workdays_after


@pytest.mark.parametrize(
    ("day", "due"),
    [
        (date(2025, 1, 24), date(2025, 2, 13)),  # Spring Festival, with a Sunday and a Saturday
        (date(2026, 2, 6), date(2026, 2, 27)),  # Spring Festival: 14 February is worked
        (date(2025, 9, 26), date(2025, 10, 16)),  # golden week; 28 September and 11 October
        (date(2026, 9, 18), date(2026, 10, 9)),  # Mid-Autumn, golden week
        (date(2025, 12, 26), date(2026, 1, 12)),  # year end: 4 January is a worked Sunday
        (date(2026, 11, 23), date(2026, 12, 7)),  # nothing between
    ],
)
def test_tenth_working_day_counts_holidays_and_make_up_days(day: date, due: date) -> None:
    assert workdays_after(day, 10) == (due, False)


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        (date(2026, 2, 14), True),
        (date(2026, 2, 28), True),
        (date(2026, 10, 10), True),
        (date(2026, 10, 1), False),
        (date(2026, 2, 16), False),
        (date(2026, 11, 22), False),
        (date(2026, 11, 23), True),
    ],
)
def test_is_workday_knows_moved_weekends(day: date, worked: bool) -> None:
    assert is_workday(day) is worked


def test_day_beyond_the_announced_years_is_provisional() -> None:
    last = announced_until()
    due, provisional = workdays_after(last, 1)
    assert (due > last, provisional) == (True, True)
    assert workdays_after(date(2026, 12, 1), 1) == (date(2026, 12, 2), False)


def test_no_working_day_is_none() -> None:
    with pytest.raises(ValueError, match="no such day"):
        workdays_after(date(2026, 1, 1), 0)
