"""Small forms, one for each fact of an account that staff take down."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.forms import DayField
from influencers.actions.profiles import MOST_FIELDS
from influencers.models import Influencer, Platform, Profile
from influencers.models.profiles import PROFILE_MOVES
from influencers.values.statuses import StatusReason


class FactForm(forms.Form):
    """One of several forms on a page: its `name` is the prefix of its fields, and says which of
    them was sent."""

    name = ""
    fact = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, profile: Profile, data: Any = None) -> None:
        self.profile = profile
        self.today = profile.platform.today(timezone.now())
        initial = {"fact": self.name, **self.now()}
        super().__init__(data, prefix=self.name, initial=initial)

    def now(self) -> dict[str, Any]:
        """What the fields hold before anybody typed."""
        return {}


def day_field(label: Any, help_text: Any = "", *, required: bool = True) -> forms.DateField:
    return DayField(label=label, help_text=help_text, required=required)


class StatusForm(FactForm):
    name = "status"
    status = forms.ChoiceField(label=_("New status"), widget=forms.RadioSelect)
    effective_on = day_field(_("From this day on"))
    reason = forms.ChoiceField(
        label=_("Reason"),
        choices=StatusReason.choices,
        help_text=_("Public, with the status and its day."),
    )

    def __init__(self, profile: Profile, data: Any = None) -> None:
        super().__init__(profile, data)
        field: Any = self.fields["status"]
        field.choices = [
            (value, label)
            for value, label in Profile.Status.choices
            if PROFILE_MOVES.allows(profile.status, value)
        ]

    def now(self) -> dict[str, Any]:
        return {"effective_on": self.today}


class ContentFieldsForm(FactForm):
    name = "fields"
    content_fields = forms.CharField(
        label=_("Content fields"),
        required=False,
        max_length=1000,
        help_text=_(
            "Separated by commas, the most important one first. A later file may replace them."
        ),
    )

    def now(self) -> dict[str, Any]:
        return {"content_fields": ", ".join(self.profile.content_fields)}

    def clean_content_fields(self) -> list[str]:
        text = self.cleaned_data["content_fields"].replace("，", ",").replace("、", ",")
        words = [word.strip() for word in text.split(",") if word.strip()]
        if len(words) > MOST_FIELDS:
            raise forms.ValidationError(
                _("At most %(most)d content fields."), params={"most": MOST_FIELDS}
            )
        if any(len(word) > 80 for word in words):
            raise forms.ValidationError(_("A content field has 80 characters at most."))
        return words


class PrincipalForm(FactForm):
    name = "principal"
    on = day_field(
        _("Changed hands on"),
        _("Public. What is known of the person before is no longer linked to the account."),
    )


class IntroduceForm(FactForm):
    """Who is behind the account: somebody new, or the same as behind another account."""

    name = "introduce"
    kind = forms.ChoiceField(
        label=_("Who is behind the account"),
        choices=[*Influencer.Kind.choices, ("same", _("the same as behind another account"))],
        widget=forms.RadioSelect,
        initial=Influencer.Kind.PERSON,
    )
    platform = forms.ModelChoiceField(
        label=_("Platform of the other account"),
        queryset=Platform.objects.all(),
        required=False,
        empty_label=_("none"),
    )
    external_id = forms.CharField(
        label=_("Permanent id of the other account"), max_length=200, required=False
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("kind") != "same":
            return data
        if not data.get("platform") or not data.get("external_id"):
            raise forms.ValidationError(_("Say which other account: its platform and its id."))
        other = Profile.objects.named(data["platform"].code, data["external_id"]).first()
        if other is None or other.influencer is None:
            raise forms.ValidationError(_("Nobody is linked to that account, or it is unknown."))
        data["influencer"] = other.influencer
        return data


class KindForm(FactForm):
    name = "kind"
    kind = forms.ChoiceField(
        label=_("Kind"), choices=Influencer.Kind.choices, widget=forms.RadioSelect
    )

    def now(self) -> dict[str, Any]:
        return {"kind": self.profile.influencer.kind if self.profile.influencer else ""}


class UnlinkForm(FactForm):
    name = "unlink"


class IdentityForm(FactForm):
    name = "identity"
    on = day_field(_("Checked on"), _("That the identity was checked is public; by whom is not."))

    def now(self) -> dict[str, Any]:
        return {"on": timezone.localdate()}


class DoubtForm(FactForm):
    name = "doubt"


class MinorForm(FactForm):
    name = "minor"
    birthday = day_field(
        _("Birthday"),
        _("Kept sealed; deleted on the eighteenth birthday, when the protection ends by itself."),
        required=False,
    )


class GrownForm(FactForm):
    name = "grown"
