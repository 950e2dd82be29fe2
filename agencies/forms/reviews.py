"""The forms of contract reviews: answering for many contracts at once, opening a review."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency, Contract
from influencers.forms.facts import day_field
from influencers.models import Platform

MOST_AGENCIES = 1_000


class PickForm(forms.Form):
    """Many rows at once: the ticked ones, or all that a filter (`query`) finds.

    First it is shown what it would be about; `expected` is the number that was shown, and its
    presence says that it is meant.
    """

    pick = forms.ModelMultipleChoiceField(
        queryset=Contract.objects.none(), required=False, widget=forms.MultipleHiddenInput
    )
    everything = forms.BooleanField(required=False, widget=forms.HiddenInput)
    query = forms.CharField(required=False, max_length=2000, widget=forms.HiddenInput)
    expected = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)

    def __init__(self, data: QueryDict, rows: QuerySet[Any, Any]) -> None:
        super().__init__(data)
        self.fields["pick"].queryset = rows  # type: ignore[attr-defined]


class BatchForm(PickForm):
    """One answer for many contracts of a review."""

    ANSWERS = [
        ("unchanged", _("unchanged")),
        ("ended", _("ended")),
        ("clear", _("no answer yet")),
    ]

    answer = forms.ChoiceField(choices=ANSWERS, widget=forms.HiddenInput)
    last_day = day_field(
        _("Last day"),
        _("Of each of these contracts; it lies within their periods."),
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("answer") == "ended":
            if data.get("expected") is not None and not data.get("last_day"):
                self.add_error("last_day", _("Say when these contracts ended."))
        else:
            data["last_day"] = None
        return data


class ReviewForm(forms.Form):
    """A review as an operator opens it; `platforms` are codes that the operator may choose from,
    all of them when empty. `shown` is the number of contracts that the page has said it asks about:
    its presence says that it is meant. `asked_as` is new on each page that says it: sent twice from
    there it is one review."""

    title_en = forms.CharField(label=_("English title"), max_length=200)
    title_zh = forms.CharField(label=_("Chinese title"), max_length=200)
    due = day_field(
        _("Last day to answer"),
        _("Contracts without an answer count as unconfirmed from the day after."),
    )
    platforms = forms.ModelMultipleChoiceField(
        label=_("Platforms"),
        queryset=Platform.objects.all(),
        to_field_name="code",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Contracts with an account there are asked about. None ticked means all."),
    )
    agencies = forms.CharField(
        label=_("Agencies"),
        required=False,
        max_length=100_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Credit codes, one a line. Empty means every agency."),
    )
    shown = forms.IntegerField(required=False, widget=forms.HiddenInput)
    asked_as = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, platforms: Collection[str] = (), **options: Any) -> None:
        super().__init__(*args, **options)
        if platforms:
            field: Any = self.fields["platforms"]
            field.queryset = Platform.objects.filter(code__in=platforms)
            field.required = True

    def asked(self) -> dict[str, Any]:
        """What the review asks about."""
        platforms = [platform.code for platform in self.cleaned_data["platforms"]]
        return {"platforms": platforms, "agencies": self.cleaned_data["agencies"]}

    def clean_due(self) -> Any:
        due = self.cleaned_data["due"]
        today = timezone.localdate()
        if due <= today:
            raise forms.ValidationError(_("Agencies need time to answer: choose a later day."))
        if due > today + timedelta(days=366):
            raise forms.ValidationError(_("At most a year from today."))
        return due

    def clean_agencies(self) -> list[int]:
        """The ids of agencies by their credit codes."""
        codes = {line.strip().upper() for line in self.cleaned_data["agencies"].splitlines()}
        codes.discard("")
        if len(codes) > MOST_AGENCIES:
            raise forms.ValidationError(
                _("At most %(most)d credit codes.") % {"most": MOST_AGENCIES}
            )
        known = dict(Agency.objects.filter(credit_code__in=codes).values_list("credit_code", "pk"))
        if unknown := sorted(codes - set(known)):
            raise forms.ValidationError(
                _("No agency has the credit code %(code)s."), params={"code": unknown[0]}
            )
        return sorted(known.values())
