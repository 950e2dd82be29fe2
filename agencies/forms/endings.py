"""Shape of what is typed about agencies that are no more."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import TextField
from agencies.actions.endings import Terms
from agencies.models import Agency, Group
from influencers.forms.facts import day_field


class EndingForm(forms.Form):
    how = forms.ChoiceField(
        label=_("What happened"),
        choices=[
            (
                str(Terms.LAW),
                _("It was merged: by law, contracts and labels go on with the successor"),
            ),
            (
                str(Terms.AGREEMENT),
                _("It handed its contracts over: each account is asked by the successor"),
            ),
            ("deregistered", _("It was deregistered: contracts and labels end")),
        ],
        widget=forms.RadioSelect,
    )
    successor = forms.CharField(
        label=_("Credit code of the successor"),
        max_length=30,
        required=False,
        help_text=_("Of a merger or a handing over."),
    )
    day = day_field(
        _("From this day on"),
        _("A day in the past is a late entry: what was known before stays readable."),
    )
    reason = TextField(
        label=_("Which documents you have seen"),
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("For the second person and for whoever looks into it later."),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        how = data.pop("how", "")
        data["terms"] = how if how in Terms.values else str(Terms.LAW)
        code = "".join((data.get("successor") or "").split()).upper()
        data["successor"] = Agency.objects.filter(credit_code=code).first() if code else None
        if how == "deregistered":
            data["successor"] = None
        elif how and data["successor"] is None:
            self.add_error("successor", _("Which agency goes on? No agency has this code."))
        return data


class OwnerForm(forms.Form):
    group = forms.ModelChoiceField(
        label=_("Belongs to"),
        queryset=Group.objects.order_by("name_en"),
        to_field_name="slug",
        required=False,
        empty_label=_("none"),
    )
    since = day_field(_("From this day on"))
