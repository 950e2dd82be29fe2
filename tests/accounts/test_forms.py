"""Fields that the forms of the house share."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from accounts.forms import DayField, LastDayField


def test_day_field_takes_days_that_have_a_next_one() -> None:
    assert DayField().clean("2199-12-31") == date(2199, 12, 31)
    assert LastDayField().clean("2199-12-31") == date(2200, 1, 1)
    assert LastDayField().clean("") is None


@pytest.mark.parametrize("day", ["2200-01-01", "9999-12-31"])
@pytest.mark.parametrize("field", [DayField(), LastDayField()])
def test_day_field_refuses_days_far_ahead(field: DayField, day: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        field.clean(day)
    assert refusal.value.messages == [
        "The latest day is 2199-12-31. Where there is no end, leave the last day empty."
    ]
