"""Shape of what agencies and staff type about disputes and unanswered claims."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import TextField

LONGEST = 5000


def _text(label: Any, help_text: Any, rows: int = 5) -> TextField:
    widget = forms.Textarea(attrs={"rows": rows})
    return TextField(label=label, help_text=help_text, max_length=LONGEST, widget=widget)


class DisputeAnswerForm(forms.Form):
    answer = _text(
        _("Your answer"),
        _("The account’s holder and the people who decide read it; it is never published."),
    )


class DecisionForm(forms.Form):
    outcome = forms.ChoiceField(
        label=_("Decision"),
        choices=[
            ("upheld", _("The account is right")),
            ("rejected", _("The agency is right: nothing changes")),
        ],
        widget=forms.RadioSelect,
    )
    reason = _text(_("Reason"), _("Both sides read it; it is never published."))


class ProposalForm(forms.Form):
    documents = _text(
        _("Which documents you have seen, and what they show"),
        _("For the second person and for whoever looks into it later."),
    )
