"""Shape of what holders of accounts type. The acts decide."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import DayField, TextField
from accounts.values import read_code
from agencies.actions.confirmations import Answer, AnswerRefused, Reply
from agencies.models import ALL_LINES, WORLD, Binding, BusinessLine, ContractTerritory
from agencies.models.fields import Parts
from disclosure.forms.staff import DayOfAccount
from influencers.models import Platform

LINE_WIDTH = 100  # numbers that a business line takes from its own on


class ClaimForm(forms.Form):
    """What the holder of an account says of one claim. Each field belongs to one of the answers;
    what was typed beside another one is not looked at."""

    reply = forms.ChoiceField(
        label=_("Your answer"),
        choices=Reply.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose one of the answers.")},
    )
    since = DayField(label=_("First day"), required=False)
    last_day = DayField(
        label=_("Last day"),
        required=False,
        help_text=_("Empty if no end is agreed."),
    )
    lines = forms.MultipleChoiceField(
        label=_("Only for this business"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked means all that the agency says."),
    )
    ended_on = DayField(label=_("It ended on"), required=False)
    seen = forms.CharField(widget=forms.HiddenInput)

    def __init__(
        self,
        claim: Binding,
        data: Any,
        *,
        lines: Sequence[BusinessLine],
        places: Sequence[ContractTerritory] = (),
    ) -> None:
        self.claim = claim
        self.covered = [
            line for line in lines if _within(line.number, line.number + LINE_WIDTH, claim.lines)
        ]
        self.whole = claim.lines == ALL_LINES
        self.places = _widest(places, claim.territory) if claim.territory != WORLD else []
        upper = claim.during.upper
        super().__init__(
            data,
            prefix=f"claim-{claim.pk}",
            initial={
                "since": claim.during.lower,
                "last_day": upper - timedelta(days=1) if upper else None,
            },
        )
        choices = [(str(line.number), str(line)) for line in self.covered]
        self.fields["lines"].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or self.cleaned_data
        if said.get("reply") == Reply.OTHER and not said.get("since") and "since" in said:
            self.add_error("since", _("Please give the first day."))
        if said.get("reply") == Reply.ENDED and not said.get("ended_on") and "ended_on" in said:
            self.add_error("ended_on", _("Please say which day was the last."))
        return said

    @property
    def answer(self) -> Answer:
        said = self.cleaned_data
        answer = Answer(said["reply"], seen=said["seen"])
        if said["reply"] == Reply.OTHER:
            lines = self._lines()
            return replace(answer, since=said["since"], last_day=said["last_day"], lines=lines)
        if said["reply"] == Reply.ENDED:
            return replace(answer, last_day=said["ended_on"])
        return answer

    @property
    def version(self) -> str:
        """What `seen` is to say: the claim as the page shows it, also after an error."""
        return self.claim.known_from.isoformat()

    def clean_seen(self) -> datetime:
        try:
            return datetime.fromisoformat(self.cleaned_data["seen"])
        except ValueError as problem:
            raise forms.ValidationError(_("Please open the page again.")) from problem

    def refuse(self, refusal: AnswerRefused) -> None:
        """Puts what the act found wrong where it was typed."""
        field = refusal.field
        if field == "last_day" and self.cleaned_data["reply"] == Reply.ENDED:
            field = "ended_on"
        self.add_error(field, str(refusal))

    def _lines(self) -> Parts | None:
        chosen = {int(number) for number in self.cleaned_data["lines"]}
        if not chosen or chosen == {line.number for line in self.covered}:
            return None
        return tuple((number, number + LINE_WIDTH) for number in sorted(chosen))


class AfterForm(forms.Form):
    """Behind which claim a page of them begins."""

    after = forms.IntegerField(min_value=0, max_value=2**63 - 1)

    @property
    def number(self) -> int:
        """0 where the address says nothing that can be understood."""
        return self.cleaned_data["after"] if self.is_valid() else 0


def _within(first: int, end: int, parts: Parts) -> bool:
    return any(lo <= first and end <= hi for lo, hi in parts)


def _widest(places: Sequence[ContractTerritory], parts: Parts) -> list[ContractTerritory]:
    """The territories that the parts cover, without those that lie within another one of them.

    `places` in their order: a wider one before those within it.
    """
    found: list[ContractTerritory] = []
    for place in places:
        covered = _within(place.lo, place.hi, parts)
        if covered and not (found and place.hi <= found[-1].hi):
            found.append(place)
    return found


class FindAccountForm(forms.Form):
    """An account that somebody says is theirs."""

    platform = forms.ModelChoiceField(
        label=_("Platform"),
        queryset=Platform.objects.all(),
        to_field_name="code",
        empty_label=_("Choose one"),
    )
    account = forms.CharField(
        label=_("Your account"),
        max_length=300,
        help_text=_("Its handle, its permanent id, or the address of its page."),
    )
    way = forms.ChoiceField(
        label=_("How you show that it is yours"),
        choices=[
            ("message", _("Answer a message that the platform sends to the account")),
            ("code", _("Put a code into the text of the account’s profile")),
        ],
        initial="message",
        widget=forms.RadioSelect,
    )


class CheckCodeForm(forms.Form):
    code = forms.CharField(
        label=_("Code"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
        help_text=_("It stands at the foot of the page, such as K7QF-2M9D."),
    )

    def clean_code(self) -> str:
        return read_code(self.cleaned_data["code"])


class StatementForm(forms.Form):
    """Why a binding is contested. The agency and the people who decide read it, nobody else."""

    statement = TextField(
        label=_("What is wrong"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_(
            "For the agency and for the people who decide; it is never published. You never signed,"
            " or somebody else did, or it is about another account: say it in your own words."
        ),
    )


class LeaveForm(forms.Form):
    statement = TextField(
        label=_("Anything that the agency should know"),
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class DeclareOwnForm(DayOfAccount):
    """The account's own word, by who has proven control of it."""

    day_field = "since"
    since = DayField(
        label=_("Independent since"),
        help_text=_("The first day on which no agency managed the account."),
    )
    true = forms.BooleanField(
        label=_("No agency manages this account, for no part of what it does.")
    )

    def clean_since(self) -> date:
        return self.not_to_come("since")


class ObjectionForm(forms.Form):
    """What somebody says who cannot show that the account is theirs."""

    platform = forms.ModelChoiceField(
        label=_("Platform"),
        queryset=Platform.objects.all(),
        to_field_name="code",
        empty_label=_("Choose one"),
    )
    account = forms.CharField(
        label=_("The account"),
        max_length=300,
        help_text=_("Its handle, its permanent id, or the address of its page."),
    )
    statement = TextField(
        label=_("What is wrong, and why you cannot show that the account is yours"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_(
            "For the agency and for the people who decide; it is never published. Write no"
            " address and no number of yours that the agency must not know."
        ),
    )
