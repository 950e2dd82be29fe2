"""Forms by which an agency sends a file of contracts and says what its columns are."""

import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.doors import Checked, UploadRefused, check_upload
from accounts.models import File
from agencies.values.columns import COLUMNS, TAKEN

MOST_BYTES = 10_000_000


class ContractsUploadForm(forms.Form):
    """`token` is made with the page: the same page sent twice is one import."""

    file = forms.FileField(
        label=_("File of contracts"),
        help_text=_("XLSX or CSV, at most 10 MB and 5,000 rows. The first row names the columns."),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv"}),
    )
    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    checked: Checked

    def clean_file(self) -> Any:
        try:
            self.checked = check_upload(
                self.cleaned_data["file"],
                (File.Kind.XLSX, File.Kind.CSV),
                most=MOST_BYTES,
                typed_by_hand=True,
            )
        except UploadRefused as refused:
            raise ValidationError(str(refused)) from refused
        return self.cleaned_data["file"]


class ColumnsForm(forms.Form):
    """A choice for each heading of a file: `columns()` has the column of each."""

    def __init__(self, headings: list[list[str]], data: Any = None) -> None:
        super().__init__(data)
        self.headings = headings
        choices = [
            ("", _("— not read —")),
            *((code, COLUMNS[code].heading) for code in TAKEN),
        ]
        for place, (heading, code) in enumerate(headings):
            if heading:
                self.fields[f"column_{place}"] = forms.ChoiceField(
                    label=heading, choices=choices, initial=code, required=False
                )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        chosen = [code for code in data.values() if code]
        if twice := next((code for code in chosen if chosen.count(code) > 1), None):
            text = _("“%(column)s” is chosen for two columns of your file.")
            raise ValidationError(text % {"column": COLUMNS[twice].heading})
        if not self.errors and "reference" not in chosen:
            raise ValidationError(_("Say which column is the reference of the contract."))
        if not self.errors and len(chosen) < 2:
            raise ValidationError(_("Say what the other columns are, too."))
        return data

    def columns(self) -> dict[str, str]:
        return {
            heading: self.cleaned_data[f"column_{place}"]
            for place, (heading, _code) in enumerate(self.headings)
            if heading
        }
