"""Contracts and bindings as people type them: last days on the form, half-open ranges inside."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django import forms
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Case, When
from django.utils.translation import gettext_lazy as _

from accounts.forms import TextField
from agencies.models import ALL_LINES, WORLD, Binding, BusinessLine, Contract, ContractTerritory
from agencies.models.fields import Parts
from agencies.queries.scopes import Scopes, parts_of
from influencers.forms.facts import day_field
from influencers.models import Platform

ONE_DAY = timedelta(days=1)


class PeriodMixin(forms.Form):
    """Fields `since` and `last_day`; `cleaned_data["during"]` is the half-open range."""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        since, last = data.get("since"), data.get("last_day")
        if since is None or self.errors.get("last_day"):
            return data
        if last is not None and last < since:
            self.add_error("last_day", _("The last day lies before the first one."))
            return data
        data["during"] = DateRange(since, last + ONE_DAY if last else None)
        return data


class ContractForm(PeriodMixin):
    reference = TextField(
        label=_("Reference"), max_length=80, help_text=_("The number by which you file it.")
    )
    party = TextField(
        label=_("Influencer"),
        max_length=200,
        help_text=_("Who signed. Only your agency and staff of the portal can read it."),
    )
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=Contract.Kind.choices,
        widget=forms.RadioSelect,
        help_text=_("A half contract covers some business lines or territories only."),
    )
    services = forms.MultipleChoiceField(
        label=_("Services"), choices=Contract.SERVICES, widget=forms.CheckboxSelectMultiple
    )
    signed_on = day_field(_("Signed on"), required=False)
    since = day_field(_("First day"))
    last_day = day_field(_("Last day"), _("Empty means without an end."), required=False)
    renewal = forms.ChoiceField(
        label=_("After the last day"), choices=Contract.Renewal.choices, widget=forms.RadioSelect
    )
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def facts(self) -> dict[str, Any]:
        """What the actions take."""
        names = ("reference", "party", "kind", "services", "signed_on", "during", "renewal")
        return {name: self.cleaned_data[name] for name in names}


def contract_now(contract: Contract) -> dict[str, Any]:
    """A contract as ContractForm shows it."""
    upper = contract.during.upper
    return {
        "reference": contract.reference,
        "party": contract.party,
        "kind": contract.kind,
        "services": contract.services,
        "signed_on": contract.signed_on,
        "since": contract.during.lower,
        "last_day": upper - ONE_DAY if upper else None,
        "renewal": contract.renewal,
        "revision": contract.revision,
    }


class LastDayForm(forms.Form):
    last_day = day_field(
        _("Last day"), _("The last day that still counts; it may lie in the past.")
    )


class ScopeMixin(forms.Form):
    """Fields `lines` and `territory`; `parts()` are the sets of numbers that they stand for."""

    lines = forms.ModelMultipleChoiceField(
        label=_("Business lines"),
        queryset=BusinessLine.objects.all(),
        to_field_name="code",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked means all of them."),
    )
    territory = forms.ModelMultipleChoiceField(
        label=_("Contract territory"),
        # China and its provinces first: most contracts are about them.
        queryset=ContractTerritory.objects.exclude(code="world").order_by(
            Case(When(code__startswith="CN", then=0), default=1), "name_en"
        ),
        to_field_name="code",
        required=False,
        widget=forms.SelectMultiple(attrs={"size": 10}),
        help_text=_("Countries or provinces in which it holds. None chosen means the whole world."),
    )

    def parts(self) -> dict[str, Parts]:
        return parts_of(self.cleaned_data["lines"], self.cleaned_data["territory"])


class SearchForm(forms.Form):
    """Which account somebody looks for. `platforms` are those to choose from."""

    q = forms.CharField(max_length=200)
    platform = forms.ChoiceField(required=False)

    def __init__(self, data: Any, platforms: Iterable[Platform]) -> None:
        super().__init__(data)
        field: Any = self.fields["platform"]
        field.choices = [("", ""), *((each.code, each.name) for each in platforms)]


class BindForm(PeriodMixin, ScopeMixin):
    since = day_field(_("First day"))
    last_day = day_field(_("Last day"), _("Empty means as long as the contract."), required=False)
    exclusive = forms.BooleanField(
        label=_("Exclusive"),
        required=False,
        initial=True,
        help_text=_("No other agency may hold the account in these lines and territories then."),
    )

    field_order = ("since", "last_day", "exclusive", "lines", "territory")

    def __init__(self, contract: Contract, *args: Any, **options: Any) -> None:
        self.contract = contract
        super().__init__(*args, **options)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        during, upper = data.get("during"), self.contract.during.upper
        if during is not None and during.upper is None and upper is not None:
            if during.lower < upper:
                data["during"] = DateRange(during.lower, upper)
            else:
                self.add_error("since", _("The contract ends before this day."))
        return data

    def facts(self) -> dict[str, Any]:
        """What the actions take."""
        said = {"during": self.cleaned_data["during"], **self.parts()}
        if "exclusive" in self.fields:
            said["exclusive"] = self.cleaned_data["exclusive"]
        return said


def binding_now(binding: Binding) -> dict[str, Any]:
    """A binding as BindForm shows it."""
    upper = binding.during.upper
    scopes = Scopes.known()
    return {
        "since": binding.during.lower,
        "last_day": upper - ONE_DAY if upper else None,
        "exclusive": binding.exclusive,
        "lines": [] if binding.lines == ALL_LINES else scopes.lines_of(binding.lines),
        "territory": [] if binding.territory == WORLD else scopes.places_of(binding.territory),
    }
