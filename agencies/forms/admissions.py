"""Shape of what is typed about admissions: by firms that apply, and by those who decide."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.doors import UploadRefused
from accounts.doors.documents import check_document
from accounts.forms import TextField
from agencies.actions.agencies import AgencyRefused, checked_code
from agencies.actions.applications import Handed
from agencies.models import AdmissionCheck
from influencers.forms.facts import day_field
from influencers.models import Platform

LONGEST = 3000
REASON = 300


EITHER = _("In words here, as a file below, or both: one of the two is needed.")


def _words(label: Any, help_text: Any = EITHER, *, required: bool = False) -> TextField:
    widget = forms.Textarea(attrs={"rows": 3})
    return TextField(
        label=label, help_text=help_text, max_length=LONGEST, widget=widget, required=required
    )


def _document(label: Any) -> forms.FileField:
    return forms.FileField(
        label=label,
        required=False,
        help_text=_("PDF, PNG or JPEG, at most 5 MB."),
        widget=forms.FileInput(attrs={"accept": ".pdf,.png,.jpg,.jpeg"}),
    )


class EvidenceForm(forms.Form):
    """Who is responsible, on which platforms, and what there is for each of the three checks."""

    platforms = forms.ModelMultipleChoiceField(
        label=_("Platforms"),
        queryset=Platform.objects.all(),
        to_field_name="code",
        widget=forms.CheckboxSelectMultiple,
    )
    responsible = TextField(label=_("Who is responsible for content"), max_length=200)
    reviewers = forms.IntegerField(
        label=_("People who review content"), min_value=0, max_value=1_000_000
    )
    contact_email = forms.EmailField(label=_("E-mail for questions"), max_length=254)
    legal_number = forms.CharField(
        label=_("Number of the legal representative’s document"),
        max_length=40,
        required=False,
        help_text=_("Compared with the blacklist. Only a keyed hash of it is kept."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    registration_text = _words(_("Registration of the business, in words"))
    registration_file = _document(_("Business licence"))
    people_text = _words(_("Responsible person and reviewers, in words"))
    people_file = _document(_("Document about them"))
    systems_text = _words(_("Systems for safety, staff and training, in words"))
    systems_file = _document(_("Document about them"))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        handed: dict[str, Handed] = {}
        for kind in AdmissionCheck.Kind.values:
            text, upload = data.pop(f"{kind}_text", ""), data.pop(f"{kind}_file", None)
            if not text and upload is None and f"{kind}_file" not in self.errors:
                self.add_error(f"{kind}_text", _("Say something, or send a file."))
                continue
            handed[kind] = self._looked_at(kind, text, upload)
        return {**data, "evidence": handed}

    def _looked_at(self, kind: str, text: str, upload: Any) -> Handed:
        if upload is None:
            return Handed(text)
        try:
            known = check_document(upload)
        except UploadRefused as refusal:
            self.add_error(f"{kind}_file", str(refusal))
            return Handed(text)
        return Handed(text, upload, known.kind, known.name, known.checked)

    def parts(self) -> dict[str, Any]:
        """As the actions take it: facts, platforms, evidence."""
        facts = dict(self.cleaned_data)
        platforms, evidence = list(facts.pop("platforms")), facts.pop("evidence")
        return {"facts": facts, "platforms": platforms, "evidence": evidence}


class ApplyForm(EvidenceForm):
    credit_code = forms.CharField(
        label=_("Unified social credit code"),
        max_length=30,
        help_text=_("18 characters, as on the business licence."),
    )
    name_zh = TextField(label=_("Chinese name"), max_length=200)
    name_en = TextField(label=_("English name"), max_length=200)

    field_order = ("credit_code", "name_zh", "name_en")

    def clean_credit_code(self) -> str:
        try:
            return checked_code(self.cleaned_data["credit_code"])
        except AgencyRefused as refusal:
            raise forms.ValidationError(str(refusal)) from refusal


class ReferenceForm(forms.Form):
    reference = forms.CharField(label=_("Number of the application"), max_length=60)


def _despite() -> TextField:
    return TextField(
        label=_("Why it is let in despite the blacklist"),
        max_length=REASON,
        required=False,
        help_text=_("Only where the blacklist knows the firm or who represents it."),
    )


class TakeForm(forms.Form):
    outcome = forms.ChoiceField(
        label=_("Decision"),
        choices=[("take", _("Take it up: the checks begin")), ("refuse", _("Refuse"))],
        widget=forms.RadioSelect,
    )
    reason = TextField(
        label=_("Reason"), max_length=REASON, required=False, help_text=_("The firm reads it.")
    )
    despite = _despite()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("outcome") == "refuse" and not data.get("reason"):
            self.add_error("reason", _("Say why."))
        return data


class CheckForm(forms.Form):
    outcome = forms.ChoiceField(
        label=_("Outcome"), choices=AdmissionCheck.Outcome.choices, widget=forms.RadioSelect
    )
    note = _words(_("What was seen"), _("For the file: staff reads it."), required=True)


class DecideForm(forms.Form):
    outcome = forms.ChoiceField(label=_("Decision"), widget=forms.RadioSelect)
    reason = TextField(
        label=_("Reason"), max_length=REASON, required=False, help_text=_("The agency reads it.")
    )
    despite = _despite()

    def __init__(self, status: str, data: Any = None) -> None:
        super().__init__(data)
        field: Any = self.fields["outcome"]
        if status == "suspended":
            field.choices = [("reinstate", _("Admit again"))]
            del self.fields["reason"]
        else:
            field.choices = [("admit", _("Admit")), ("refuse", _("Refuse"))]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("outcome") == "refuse" and not data.get("reason"):
            self.add_error("reason", _("Say why."))
        return data


class CloseForm(forms.Form):
    step = forms.ChoiceField(
        label=_("What is proposed"),
        choices=[("suspended", _("Suspend the admission")), ("ended", _("End the admission"))],
        widget=forms.RadioSelect,
    )
    reason = TextField(
        label=_("Reason"),
        max_length=REASON,
        help_text=_("The second person and the agency read it."),
    )


class StopForm(forms.Form):
    reason = TextField(
        label=_("Reason"),
        max_length=REASON,
        help_text=_("Public: whoever wants to apply reads it."),
    )


class FilingForm(forms.Form):
    number = TextField(label=_("Filing number"), max_length=80)
    filed_on = day_field(_("Filed on"))


class BlacklistForm(forms.Form):
    name = TextField(label=_("Firm"), max_length=200)
    credit_code = forms.CharField(
        label=_("Unified social credit code"), max_length=30, required=False
    )
    legal_number = forms.CharField(
        label=_("Number of the legal representative’s document"),
        max_length=40,
        required=False,
        help_text=_("Only a keyed hash of it is kept."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    until = day_field(_("May come back on"), _("Empty: never."), required=False)
    reason = TextField(label=_("Reason"), max_length=REASON, help_text=_("Staff reads it."))

    def clean_credit_code(self) -> str:
        code = self.cleaned_data["credit_code"]
        try:
            return checked_code(code) if code else ""
        except AgencyRefused as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
