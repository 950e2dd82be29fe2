"""The doorstep of reports: one question a form for reporters, one form for who decides."""

import re
from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.forms import TextField
from agencies.models import Binding
from reports.models import Case, Category, Decision
from reports.queries import Targets, targets
from reports.values import read_receipt

ADDRESSES, LONGEST_ADDRESS, LONGEST_TEXT = 10, 500, 5000
UNKNOWN = "text"  # the choice "none of these"


class AboutForm(forms.Form):
    """What it is about. First a text; then, of what was found for it, one."""

    q = forms.CharField(
        label=_("Name or address of the account or agency"),
        max_length=300,
        help_text=_("Type a name or handle, or paste the address from the platform."),
    )
    target = forms.ChoiceField(
        label=_("Which of these do you mean?"), required=False, widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        text = self._text()
        self.found: Targets | None = targets(text) if text else None
        if self.found is None:
            del self.fields["target"]
        else:
            self.fields["target"].choices = _choices(self.found, text)  # type: ignore[attr-defined]

    def _text(self) -> str:
        """What is looked for: nothing until there is a text that could be a name."""
        given = self.data.get("q", "") if self.is_bound else self.initial.get("q", "")
        try:
            return str(self.fields["q"].clean(given))
        except ValidationError:
            return ""

    @property
    def chosen(self) -> dict[str, str] | None:
        """What the draft keeps, once somebody has chosen."""
        target = self.cleaned_data.get("target")
        if not target or self.found is None:
            return None
        platform = self.found.platform if target == UNKNOWN else ""
        return {"q": self.cleaned_data["q"], "target": target, "platform": platform}


def _choices(found: Targets, text: str) -> list[tuple[str, Any]]:
    profiles = [
        (f"profile:{profile.public_id}", _named(str(profile), profile.platform.name))
        for profile in found.profiles
    ]
    agencies = [
        (f"agency:{agency.slug}", _named(str(agency), _("agency"))) for agency in found.agencies
    ]
    none = _named(_("None of these"), _("I report “%(text)s” as I wrote it.") % {"text": text})
    return [*profiles, *agencies, (UNKNOWN, none)]


def _named(name: Any, text: Any) -> Any:
    return format_html('{}<br><span class="m-quiet">{}</span>', name, text)


class CategoryForm(forms.Form):
    category = forms.ChoiceField(label=_("Choose what fits best"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["category"].choices = [  # type: ignore[attr-defined]
            (each.code, _named(each.name, each.text)) for each in Category.objects.all()
        ]


class WhereForm(forms.Form):
    addresses = forms.CharField(
        label=_("Addresses"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Of the posts or pages that show it, one per line. Ten at most."),
    )
    act_day = forms.DateField(
        label=_("Day"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text=_("When it was posted or happened. Leave it empty if it goes on today."),
    )

    def clean_addresses(self) -> str:
        lines = re.split(r"\s*\n\s*", self.cleaned_data["addresses"].strip())
        lines = list(dict.fromkeys(line for line in lines if line))
        if len(lines) > ADDRESSES:
            raise ValidationError(_("Ten addresses at most: choose those that show it best."))
        if any(len(line) > LONGEST_ADDRESS for line in lines):
            raise ValidationError(_("An address has at most 500 characters."))
        return "\n".join(lines)

    def clean_act_day(self) -> date | None:
        day: date | None = self.cleaned_data["act_day"]
        return _not_to_come(day) if day else None


def _not_to_come(day: date) -> date:
    if day > timezone.localdate():
        raise ValidationError(_("This day is still to come."))
    return day


class WhatForm(forms.Form):
    text = TextField(
        label=_("In your own words"),
        min_length=10,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("What you saw and why it is wrong. Do not write who you are."),
    )


class ContactForm(forms.Form):
    contact = forms.CharField(
        label=_("Where we may write to"),
        required=False,
        max_length=200,
        help_text=_(
            "An e-mail address, if you like. You do not need one: with the receipt you read the "
            "answer here. It is kept encrypted, and whoever opens it leaves an entry in the "
            "journal."
        ),
    )


class SendForm(forms.Form):
    bona_fide = forms.BooleanField(
        label=_("I report in good faith: to my knowledge what I wrote is accurate and complete."),
        error_messages={"required": _("Please confirm that you report in good faith.")},
    )


# The questions in their order: word in the address, form.
STEPS: dict[str, type[forms.Form]] = {
    "about": AboutForm,
    "category": CategoryForm,
    "where": WhereForm,
    "what": WhatForm,
    "contact": ContactForm,
    "check": SendForm,
}


class ReceiptForm(forms.Form):
    receipt = forms.CharField(
        label=_("Receipt"),
        max_length=60,
        help_text=_("24 letters and digits; hyphens and spaces do not matter."),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )

    def clean_receipt(self) -> str:
        receipt = read_receipt(self.cleaned_data["receipt"])
        if receipt is None:
            raise ValidationError(_("A receipt has 24 letters and digits: some are missing."))
        return receipt


class MessageForm(forms.Form):
    text = TextField(
        label=_("Message"), max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 4})
    )


class BindingField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        binding: Binding = obj
        first, until = binding.during.lower, binding.during.upper
        words = {"agency": binding.agency, "first": first}
        if until is None:
            return _("%(agency)s, from %(first)s on") % words
        last = until - timedelta(days=1)
        return _("%(agency)s, from %(first)s to %(last)s") % {**words, "last": last}


class DecisionForm(forms.Form):
    """A decision with its statement of reasons. The lengths are those of the public database of
    such statements (DSA transparency database), so that it can be handed on."""

    outcome = forms.ChoiceField(label=_("Outcome"), widget=forms.RadioSelect)
    binding = BindingField(
        label=_("Binding that is void"),
        queryset=Binding.objects.none(),
        required=False,
        empty_label=_("none"),
        help_text=_("Only where the label is corrected: it is void from its first day."),
    )
    act_day = forms.DateField(
        label=_("Day of the act"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text=_("Whoever managed the account on this day answers for it."),
    )
    facts = TextField(
        label=pgettext_lazy("decision", "Facts"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("What was found. Name no reporter."),
    )
    ground = forms.ChoiceField(label=_("Ground"), choices=Decision.Ground.choices)
    ground_text = TextField(
        label=_("Rule or clause"), max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )
    explanation = TextField(
        label=_("Explanation"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Why this follows from the rule. The reporter and the party read it."),
    )

    def __init__(self, *args: Any, case: Case, bindings: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        outcomes = case.outcomes
        self.fields["outcome"].choices = [  # type: ignore[attr-defined]
            (value, label) for value, label in Decision.Outcome.choices if value in outcomes
        ]
        if case.kind == Case.Kind.DISPUTE or Decision.Outcome.LABEL_CORRECTED not in outcomes:
            del self.fields["binding"]
        else:
            self.fields["binding"].queryset = bindings  # type: ignore[attr-defined]

    def clean_act_day(self) -> date:
        return _not_to_come(self.cleaned_data["act_day"])
