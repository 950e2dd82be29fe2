"""Days and moments of made-up histories: numbers, counted from one first day."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

FIRST = date(2026, 3, 1)
BEGIN = datetime(2026, 3, 1, tzinfo=ZoneInfo("Asia/Shanghai"))


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


def moment(number: float) -> datetime:
    """`number` days after the first midnight in Shanghai."""
    return (BEGIN + timedelta(days=number)).astimezone(UTC)
