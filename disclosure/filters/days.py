"""The two days that an account's page can be asked for."""

from datetime import date, datetime, time, timedelta

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class AsOf(forms.Form):
    """`on`: the day that the label is true on. `known_at`: what the register knew at the end of
    that day, in the portal's time zone; today and nothing mean: what it knows now."""

    EARLIEST = date(2000, 1, 1)

    on = forms.DateField(label=_("As of"), required=False, widget=DayInput)
    known_at = forms.DateField(label=_("what was known on"), required=False, widget=DayInput)

    def clean_on(self) -> date | None:
        return self._not_too_early(self.cleaned_data["on"])

    def clean_known_at(self) -> date | None:
        day = self._not_too_early(self.cleaned_data["known_at"])
        if day is not None and day > timezone.localdate():
            raise forms.ValidationError(_("What will be known on a day to come is not known yet."))
        return day

    def _not_too_early(self, day: date | None) -> date | None:
        if day is not None and day < self.EARLIEST:
            raise forms.ValidationError(_("The register has no days before the year 2000."))
        return day

    @property
    def moment(self) -> datetime | None:
        """The instant up to which knowledge counts; None for now."""
        day = self.cleaned_data.get("known_at")
        if day is None or day >= timezone.localdate():
            return None
        return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))
