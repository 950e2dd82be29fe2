"""Shape of what staff types about rules, duties and declarations. The acts decide."""

import re
from datetime import date
from typing import Any

from django import forms
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.forms import DayField
from disclosure.models import Rule
from disclosure.queries.duties import without_floor
from influencers.models import Platform, Profile, TierScheme


class Lines(forms.CharField):
    """One word per line, or several with commas of either script; cleaned to a list."""

    widget = forms.Textarea(attrs={"rows": 3})

    def clean(self, value: Any) -> list[str]:  # type: ignore[override]
        parts = re.split(r"[\n,\uff0c\u3001]", super().clean(value) or "")
        words = list(dict.fromkeys(part.strip() for part in parts if part.strip()))
        if any(len(word) > 80 for word in words):
            raise forms.ValidationError(_("A content field has at most 80 characters."))
        return words

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value


def _form_field(field: Any, **options: Any) -> Any:
    if isinstance(field, models.URLField):
        options["assume_scheme"] = "https"
    return field.formfield(**options)


class RuleForm(forms.ModelForm):
    """What a proposal says. The threshold is chosen among the floors that accounts move over."""

    code = forms.SlugField(
        label=_("Code"),
        max_length=60,
        help_text=_("Short and lasting, such as over-10m; it stands in the API."),
    )
    platforms = forms.MultipleChoiceField(
        label=_("Platforms"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked means every platform."),
    )
    min_followers = forms.TypedChoiceField(
        label=_("From followers"),
        coerce=int,
        help_text=_("A floor of the tiers: duties change only when a tier does."),
    )
    content_fields = Lines(
        label=_("Content fields"),
        required=False,
        help_text=_("One per line. None means every field."),
    )

    class Meta:
        model = Rule
        formfield_callback = _form_field
        fields = [
            "code",
            "name_en",
            "name_zh",
            "text_en",
            "text_zh",
            "basis",
            "basis_text",
            "basis_url",
            "platforms",
            "min_followers",
            "content_fields",
            "account_kind",
            "grace_days",
            "notice_days",
        ]
        widgets = {
            "text_en": forms.Textarea(attrs={"rows": 4}),
            "text_zh": forms.Textarea(attrs={"rows": 4}),
            "grace_days": forms.NumberInput(attrs={"min": 1, "max": 365}),
            "notice_days": forms.NumberInput(attrs={"min": 1, "max": 365}),
        }

    def __init__(self, *args: Any, floors: list[tuple[int, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["min_followers"].choices = floors  # type: ignore[attr-defined]
        self.fields["platforms"].choices = [  # type: ignore[attr-defined]
            (platform.code, platform.name) for platform in Platform.objects.all()
        ]
        for name in ("grace_days", "notice_days"):
            field = self.fields[name]
            field.validators += [
                forms.fields.validators.MinValueValidator(1),
                forms.fields.validators.MaxValueValidator(365),
            ]
        if self.instance.pk:
            del self.fields["code"]

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        if code == "new":  # the address of this form
            raise forms.ValidationError(_("This word cannot be a code."))
        return code

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or self.cleaned_data
        if "platforms" in said and "min_followers" in said:
            missing = without_floor(said["platforms"], said["min_followers"])
            if missing:
                names = ", ".join(platform.name for platform in missing)
                self.add_error(
                    "min_followers",
                    _("This number is no floor of the tiers of %(platforms)s.")
                    % {"platforms": names},
                )
        return said


def floors_in_use() -> list[int]:
    """Every floor of a current scheme, the highest first."""
    schemes = TierScheme.objects.filter(current=True).values_list("floors", flat=True)
    return sorted({floor for floors in schemes for floor in floors}, reverse=True)


class LiveForm(forms.Form):
    live_from = DayField(
        label=_("Live from"),
        help_text=_("The first day on which accounts are asked: today or later."),
    )


class WaiveForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Kept with the duty, for the people who work here. Write nothing private."),
    )


class DayOfAccount(forms.Form):
    """A form about one account, whose day may not lie in its future."""

    day_field = ""

    def __init__(self, *args: Any, profile: Profile, **options: Any) -> None:
        super().__init__(*args, **options)
        self.today = profile.platform.today(timezone.now())
        self.fields[self.day_field].initial = self.today

    def not_to_come(self, name: str) -> date:
        day: date = self.cleaned_data[name]
        if day > self.today:
            raise forms.ValidationError(_("This day is still to come."))
        return day


class DeclareForm(DayOfAccount):
    day_field = "since"
    since = DayField(
        label=_("Independent since"),
        help_text=_("The first day, in the platform's calendar."),
    )
    seen = forms.BooleanField(
        label=_("The platform's own record says that no agency manages this account."),
    )

    def clean_since(self) -> date:
        return self.not_to_come("since")


class WithdrawForm(DayOfAccount):
    day_field = "until"
    until = DayField(
        label=_("First day on which it no longer holds"),
        help_text=_("The day on which it began, when it never was true."),
    )

    def clean_until(self) -> date:
        return self.not_to_come("until")
