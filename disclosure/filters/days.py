"""The two days that an account's page can be asked for."""

from datetime import date, datetime

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from disclosure.queries import labels


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class AsOf(forms.Form):
    """`on`: the day that the label is true on. `known_at`: what the register knew at the end of
    that day, in the portal's time zone; today and nothing mean: what it knows now."""

    YEARS = range(2000, 3000)

    @classmethod
    def of(cls, query: QueryDict, today: date) -> "AsOf":
        """What an address asks for, with today where it does not say; `today` is the platform's."""
        return cls(
            {
                "on": query.get("on") or today,
                "known_at": query.get("known_at") or timezone.localdate(),
            }
        )

    on = forms.DateField(label=_("As of"), required=False, widget=DayInput)
    known_at = forms.DateField(label=_("what was known on"), required=False, widget=DayInput)

    def clean_on(self) -> date | None:
        return self._in_range(self.cleaned_data["on"])

    def clean_known_at(self) -> date | None:
        day = self._in_range(self.cleaned_data["known_at"])
        if day is not None and day > timezone.localdate():
            raise forms.ValidationError(_("What will be known on a day to come is not known yet."))
        return day

    def _in_range(self, day: date | None) -> date | None:
        if day is not None and day.year not in self.YEARS:
            raise forms.ValidationError(
                _("The register has no days before the year 2000 or after 2999.")
            )
        return day

    @property
    def moment(self) -> datetime | None:
        """The instant up to which knowledge counts; None for now."""
        day = self.cleaned_data.get("known_at") if self.is_valid() else None
        return labels.end_of(day) if day is not None and day < timezone.localdate() else None
