"""Working days of China, by which the authority's time limits count: holidays are off, and weekends
moved before or after them are worked on. The library `holidays` knows both, as the State Council
announces them each autumn for the next year; years after that are guessed without them."""

from datetime import date, timedelta
from functools import cache

from holidays.countries.china import China, ChinaStaticHolidays

FILING_DAYS = 10  # draft measures of January 2025, article on filing with the authority


@cache
def _calendar(year: int) -> China:
    return China(years=(year,), expand=False)


def announced_until() -> date:
    """The last day whose make-up workdays are known."""
    return date(max(ChinaStaticHolidays.special_public_holidays), 12, 31)


def is_workday(day: date) -> bool:
    return bool(_calendar(day.year).is_working_day(day))


def workdays_after(day: date, count: int) -> tuple[date, bool]:
    """The `count`-th working day after `day`, which is not counted itself (Civil Code, art. 201);
    and whether that is provisional, because days of a year not announced yet were counted."""
    if count < 1:
        raise ValueError("there is no such day")
    while count:
        day += timedelta(days=1)
        count -= is_workday(day)
    return day, day > announced_until()
