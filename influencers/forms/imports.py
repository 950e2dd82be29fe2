"""The form by which staff upload a file of observations."""

import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.doors import Checked, UploadRefused, check_upload


class UploadForm(forms.Form):
    """`token` is made with the page: the same page sent twice is one import."""

    file = forms.FileField(
        label=_("File of accounts and followers"),
        help_text=_("CSV or NDJSON in UTF-8, at most 200 MB. The first line names the columns."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.ndjson"}),
    )
    dry_run = forms.BooleanField(
        label=_("Check only"),
        help_text=_("Counts what the file would change and applies nothing until you say so."),
        required=False,
    )
    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    checked: Checked

    def clean_file(self) -> Any:
        try:
            self.checked = check_upload(self.cleaned_data["file"])
        except UploadRefused as refused:
            raise ValidationError(str(refused)) from refused
        return self.cleaned_data["file"]
