"""Fields that the forms of the house share."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from accounts.forms import DayField, LastDayField, TextField


def test_day_field_takes_days_that_have_a_next_one() -> None:
    assert DayField().clean("2000-01-01") == date(2000, 1, 1)
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


@pytest.mark.parametrize("day", ["1999-12-31", "0001-01-01"])
def test_day_field_refuses_days_before_the_register(day: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        DayField().clean(day)
    assert refusal.value.messages == ["The earliest day is 2000-01-01."]


@pytest.mark.parametrize("text", ["\u200b", "\u202e\u2066", " \u200d\ufeff "])
def test_text_that_nobody_sees_is_none(text: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        TextField().clean(text)
    assert refusal.value.messages == ["This field is required."]
    assert TextField(required=False).clean(text) == ""


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("\u202eC-\u200b7 ", "C-7"),
        ("小\u200d鹿", "小鹿"),
        ("👩\u200d🍳 ❤\ufe0f\u200d🔥", "👩\u200d🍳 ❤\ufe0f\u200d🔥"),
        ("👩🏽\u200d🍳\u200d", "👩🏽\u200d🍳"),
        ("one\ntwo", "one\ntwo"),
    ],
)
def test_text_keeps_what_can_be_read(typed: str, kept: str) -> None:
    assert TextField().clean(typed) == kept
