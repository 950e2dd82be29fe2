"""Who works for an agency, and its keys, as people type them."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import KeyForm
from accounts.models import User
from accounts.permissions import AGENCY_RIGHTS
from agencies.models import Membership

LEAVES = "leaves"


class MemberForm(forms.Form):
    """Somebody by e-mail address. The name is always asked for, so that the form does not tell
    whether an address has an account here."""

    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        help_text=_("Of one person: a shared sign-in is not allowed. Who is new gets an e-mail."),
    )
    name = forms.CharField(label=_("Name"), max_length=100)
    role = forms.ChoiceField(
        label=_("Role"),
        choices=Membership.Role.choices,
        widget=forms.RadioSelect,
        help_text=_(
            "A viewer reads; an editor also changes contracts and answers; an owner also manages"
            " members and keys."
        ),
    )

    def clean_email(self) -> str:
        return User.objects.normalize_email(self.cleaned_data["email"])


class RoleForm(forms.Form):
    role = forms.ChoiceField(
        label=_("Role"),
        choices=[*Membership.Role.choices, (LEAVES, _("does not work here any more"))],
        widget=forms.RadioSelect,
    )


class AgencyKeyForm(KeyForm):
    """A key of the agency itself."""

    platform = None  # type: ignore[assignment]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        rights: Any = self.fields["rights"]
        rights.choices = [(right.value, right.label) for right in AGENCY_RIGHTS]
