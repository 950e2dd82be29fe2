"""The doorstep of accounts: shape and validation. Nothing in here writes."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.models.users import platform_code
from accounts.permissions import PLATFORM_RIGHTS, Role
from accounts.values import FIRST_DAY, LAST_DAY, readable


class ProfileForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=100)
    language = forms.ChoiceField(
        label=_("Language"),
        required=False,
        choices=[("", _("As the browser says")), *settings.LANGUAGES],
        help_text=_("Of pages and e-mails."),
    )


class TextField(forms.CharField):
    """What somebody writes for others to read: of signs that nobody sees it holds none, and text of
    nothing else is no text."""

    def to_python(self, value: Any) -> Any:
        text = readable(super().to_python(value) or "")
        return (text.strip() if self.strip else text) or self.empty_value


class PlatformField(forms.CharField):
    """A platform's code. Platforms live in a higher app: here only the shape is checked."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=30, validators=[platform_code], **options)


class DayField(forms.DateField):
    """A day that the register has, with a next one, as half-open periods need it."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
        super().__init__(**options)

    def clean(self, value: Any) -> date | None:
        day: date | None = super().clean(value)
        if day is not None and day < FIRST_DAY:
            raise forms.ValidationError(
                _("The earliest day is %(day)s."), params={"day": FIRST_DAY.isoformat()}
            )
        if day is not None and day > LAST_DAY:
            raise forms.ValidationError(
                _("The latest day is %(day)s. Where there is no end, leave the last day empty."),
                params={"day": LAST_DAY.isoformat()},
            )
        return day


class LastDayField(DayField):
    """The last day that counts; `cleaned_data` holds the first day that does not."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, **options)

    def clean(self, value: Any) -> Any:
        day = super().clean(value)
        if day is None:
            return None
        if day < timezone.localdate():
            raise forms.ValidationError(_("This day has passed."))
        return day + timedelta(days=1)


class GrantForm(forms.Form):
    """A role for somebody by e-mail address; who has no account yet is invited."""

    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    name = forms.CharField(
        label=_("Name"),
        max_length=100,
        required=False,
        help_text=_("Needed for somebody new, who then gets an e-mail to choose a password."),
    )
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, widget=forms.RadioSelect)
    platform = PlatformField(
        label=_("Platform"),
        required=False,
        help_text=_("Its code, such as “douyin”. Empty means all platforms."),
    )
    until = LastDayField(label=_("Last day"), help_text=_("Empty means until it is revoked."))

    def clean_email(self) -> str:
        return User.objects.normalize_email(self.cleaned_data["email"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        email = data.get("email")
        self.user = User.objects.filter(email=email).first() if email else None
        if email and self.user is None and not data.get("name"):
            self.add_error("name", _("Nobody has an account with this address yet: say the name."))
        return data


class KeyForm(forms.Form):
    """`asked_as` is new on each page: sent twice from there it is one key."""

    name = forms.CharField(
        label=_("Name"), max_length=50, help_text=_("Who uses the key, and what for.")
    )
    platform = PlatformField(label=_("Platform"), help_text=_("Its code, such as “douyin”."))
    rights = forms.MultipleChoiceField(
        label=_("Rights"),
        choices=[(right.value, right.label) for right in PLATFORM_RIGHTS],
        widget=forms.CheckboxSelectMultiple,
    )
    expires = LastDayField(label=_("Last day"), help_text=_("Empty means until it is revoked."))
    asked_as = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def clean_expires(self) -> datetime | None:
        """The end of the last day in the portal's zone."""
        day = self.cleaned_data["expires"]
        return timezone.make_aware(datetime.combine(day, time())) if day else None
