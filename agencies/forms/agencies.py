"""Agencies as operators register them, and the day for which somebody reads a roster."""

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.forms import TextField
from agencies.models import Agency, AgencyName, Group
from influencers.forms.facts import day_field


class NamesMixin(forms.Form):
    name_zh = TextField(label=_("Chinese name"), max_length=200)
    name_en = TextField(label=_("English name"), max_length=200)


class RegisterForm(NamesMixin):
    credit_code = forms.CharField(
        label=_("Unified social credit code"),
        max_length=30,
        help_text=_("18 characters, as on the business licence. It is the identity of the agency."),
    )
    since = day_field(_("Called so since"), _("Empty means from today on."), required=False)
    group = forms.ModelChoiceField(
        label=_("Group"),
        queryset=Group.objects.order_by("name_en"),
        to_field_name="slug",
        required=False,
        empty_label=_("none"),
    )
    override = TextField(
        label=_("Why the code stands"),
        max_length=300,
        required=False,
        help_text=_("Only for a code whose last character does not check the others."),
    )
    legal_number = forms.CharField(
        label=_("Number of the legal representative’s document"),
        max_length=40,
        required=False,
        help_text=_("Looked up in the blacklist, and not kept."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    despite = TextField(
        label=_("Why it is let in despite the blacklist"), max_length=300, required=False
    )

    field_order = ("credit_code", "name_zh", "name_en", "since", "group", "override")


class RenameForm(NamesMixin):
    since = day_field(
        _("From this day on"),
        _("A day in the past is a late correction: what was known before stays readable."),
    )

    def __init__(self, agency: Agency, data: Any = None) -> None:
        now = {
            "name_zh": agency.name_zh,
            "name_en": agency.name_en,
            "since": timezone.localdate(),
        }
        super().__init__(data, initial=now)


class NameForm(NamesMixin):
    """The name of certain days, taken down wrongly."""

    def __init__(self, row: AgencyName, data: Any = None) -> None:
        now = {"name_zh": row.name_zh, "name_en": row.name_en}
        super().__init__(data, initial=now)


class GroupForm(forms.Form):
    group = forms.ModelChoiceField(
        label=_("Group"),
        queryset=Group.objects.order_by("name_en"),
        to_field_name="slug",
        required=False,
        empty_label=_("none"),
    )
    name_zh = TextField(label=_("Chinese name of a new group"), max_length=200, required=False)
    name_en = TextField(label=_("English name of a new group"), max_length=200, required=False)
    since = day_field(
        _("From this day on"),
        _("Empty means today. A day in the past is a late correction."),
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        named = [bool(data.get("name_zh")), bool(data.get("name_en"))]
        if any(named) and not all(named):
            raise forms.ValidationError(_("A new group needs both names."))
        if all(named) and data.get("group"):
            raise forms.ValidationError(_("Choose a group or name a new one, not both."))
        return data


class DayForm(forms.Form):
    """The day for which a roster is read; today without one."""

    on = day_field(_("On"), required=False)

    @property
    def day(self) -> date:
        said = self.cleaned_data.get("on") if self.is_valid() else None
        return said or timezone.localdate()
