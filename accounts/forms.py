"""The doorstep of accounts: shape and validation. Nothing in here writes."""

import unicodedata
from datetime import date, datetime, time, timedelta
from typing import Any

from allauth.account.forms import ResetPasswordForm
from allauth.mfa.base import forms as mfa_forms
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import forms as totp_forms
from allauth.mfa.webauthn import forms as webauthn_forms
from django import forms
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.html import escape
from django.utils.translation import gettext_lazy as _

from accounts.actions import factors
from accounts.doors.tries import factor_was_right, too_often, tried_factor
from accounts.models import User
from accounts.models.users import platform_code
from accounts.permissions import PLATFORM_RIGHTS, Role
from accounts.values import FIRST_DAY, LAST_DAY, readable

LONGEST = 5000  # letters of a reason


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
    reason = TextField(
        label=_("Reason"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("For the second person, who has to approve it, and for the journal."),
    )

    def clean_email(self) -> str:
        return User.objects.normalize_email(self.cleaned_data["email"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        email = data.get("email")
        self.user = User.objects.filter(email=email).first() if email else None
        if email and self.user is None and not data.get("name"):
            self.add_error("name", _("Nobody has an account with this address yet: say the name."))
        return data


class ApprovalForm(forms.Form):
    """The second person's answer. `name` is what the proposal is about: typed, not clicked."""

    outcome = forms.ChoiceField(
        label=_("Decision"),
        choices=[("approve", _("Approve: it happens at once")), ("reject", _("Reject"))],
        widget=forms.RadioSelect,
    )
    typed = TextField(
        label=_("Type the name to approve"),
        required=False,
        max_length=300,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    note = TextField(
        label=_("Note"),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Needed where you reject it; whoever proposed it reads it."),
    )

    def __init__(self, *args: Any, name: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.name = name
        # Escaped, because fields show their help as HTML and anybody may call an account something.
        self.fields["typed"].help_text = escape(
            _("Exactly as it is called here: %(name)s") % {"name": name}
        )

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or self.cleaned_data
        if said.get("outcome") == "approve" and folded(said.get("typed", "")) != folded(self.name):
            self.add_error("typed", _("This is not the name of what it is about."))
        if said.get("outcome") == "reject" and not said.get("note"):
            self.add_error("note", _("Please say why not."))
        return said


def folded(name: str) -> str:
    """A name as it is compared: whatever its case, width and spaces."""
    return " ".join(unicodedata.normalize("NFKC", readable(name)).casefold().split())


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


# --- sign-in: allauth's forms, counted exactly ---------------------------------------------------


class ResetForm(ResetPasswordForm):
    """For an unknown address the same work is done and thrown away: neither words nor time tell
    who has an account."""

    def save(self, request: Any, **options: Any) -> str:
        if self.users:
            return str(super().save(request, **options))
        nobody = User(pk=0, email=self.cleaned_data["email"], name="", password="!")  # noqa: S106
        self.users = [nobody]
        with transaction.atomic():
            super().save(request, **options)
            transaction.set_rollback(True)
        return str(self.cleaned_data["email"])


class _Counted:
    """A form that shows a second factor: five tries in five minutes, whatever is tried."""

    user: User

    def _count(self) -> None:
        if seconds := tried_factor(self.user):
            raise forms.ValidationError(too_often(seconds), code="too_often")


class _Code(_Counted):
    """A code of an app counts once: not again, and none from before it (RFC 6238, 5.2)."""

    def clean_code(self) -> str:
        self._count()
        code = str(super().clean_code())  # type: ignore[misc]
        used: Authenticator = self.authenticator  # type: ignore[attr-defined]
        if used.type == Authenticator.Type.TOTP and not factors.use_code(used, code):
            raise forms.ValidationError(
                _("This code was used already. Wait for the next one."), code="used"
            )
        factor_was_right(self.user)
        return code


class CodeForm(_Code, mfa_forms.AuthenticateForm):
    pass


class CodeAgainForm(_Code, mfa_forms.ReauthenticateForm):
    pass


class AppForm(_Counted, totp_forms.ActivateTOTPForm):
    def clean_code(self) -> str:
        self._count()
        code = str(super().clean_code())
        factor_was_right(self.user)
        return code


class _SecurityKey(_Counted):
    def clean_credential(self) -> Authenticator:
        self._count()
        used: Authenticator = super().clean_credential()  # type: ignore[misc]
        factor_was_right(self.user)
        return used


class SecurityKeyForm(_SecurityKey, webauthn_forms.AuthenticateWebAuthnForm):
    pass


class SecurityKeyAgainForm(_SecurityKey, webauthn_forms.ReauthenticateWebAuthnForm):
    pass
