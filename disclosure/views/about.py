"""What the register says and does not say, and how programs read it."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts.permissions import Right
from disclosure.models import Rule
from disclosure.queries import register
from disclosure.values import MEANINGS, TEXTS, State
from influencers.models import Platform, Profile
from influencers.views.words import tier_name


@dataclass(frozen=True, slots=True)
class Explained:
    """A state of the label as the page explains it: its plate with an invented example."""

    state: State
    name: str | Promise
    line: str | Promise
    meaning: str | Promise
    not_said: str | Promise


# What a plate shows in each state, with an example that belongs to nobody.
EXAMPLES: dict[State, tuple[str | Promise, str | Promise, str | Promise]] = {
    State.MANAGED: (
        _("Example Culture Media"),
        _("since 2026-01-15 · last confirmed on 2026-11-02"),
        _("It does not say that everything the account publishes comes from the agency."),
    ),
    State.INDEPENDENT: (
        _("Independent"),
        _("Declared that no agency manages it, from 2026-03-01 on."),
        _("It is the account's own word, or the platform's record; nobody has searched its books."),
    ),
    State.UNDISCLOSED: (
        _("Has not answered yet"),
        _(
            "A rule asks this account who manages it, since 2026-03-02. It was told; the time to"
            " answer ended on 2026-04-01."
        ),
        _("It does not say that the account hides an agency: silence is all that is known."),
    ),
    State.DISPUTED: (
        _("Disputed"),
        _("Somebody who proved control of the account contests the agency."),
        _("It does not say who is right. Unproven claims change nothing on a public page."),
    ),
    State.NONE: (
        _("No agency is known to the register"),
        _("Nobody has put one on record, and no answer is overdue."),
        _("Where an agency has not been entered yet, the plate looks the same."),
    ),
}


def explained() -> list[Explained]:
    order = (State.MANAGED, State.INDEPENDENT, State.UNDISCLOSED, State.DISPUTED, State.NONE)
    return [
        Explained(state, name, line, MEANINGS[state], not_said)
        for state in order
        for name, line, not_said in [EXAMPLES[state]]
    ]


@login_not_required
@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """What a label means, what it does not mean, and how to have it corrected."""
    actor = request.actor  # type: ignore[attr-defined]
    rules = Rule.objects.visible_to(actor).live()
    return render(request, "disclosure/about.html", {"states": explained(), "rules": rules})


def schemes(platforms: Iterable[Platform]) -> list[tuple[list[str], list[str]]]:
    """Codes of platforms whose tiers are the same, and the names of those tiers from 0 on."""
    alike: dict[tuple[int, ...], list[str]] = {}
    for platform in platforms:
        alike.setdefault(tuple(platform.floors), []).append(platform.code)  # type: ignore[attr-defined]
    return [
        (codes, [tier_name(tier, floors) for tier in range(len(floors) + 1)])
        for floors, codes in alike.items()
        if floors
    ]


@login_not_required
@require_safe
def developers(request: HttpRequest) -> HttpResponse:
    """The first call, the code lists and the limits of the API."""
    known = list(register.platforms(request.actor))  # type: ignore[attr-defined]
    context = {
        "platforms": known,
        "schemes": schemes(known),
        "states": [(state, TEXTS[state]["en"], TEXTS[state]["zh-Hans"]) for state in State],
        "statuses": Profile.Status.choices,
        "bases": Rule.Basis.choices,
        "rights": Right.choices,
        "first_call": f"curl '{settings.PUBLIC_URL}{_first()}'",
        "copy_call": f"curl '{settings.PUBLIC_URL}/api/v1/profiles?limit=1000'",
    }
    return render(request, "disclosure/developers.html", context)


def _first() -> str:
    """Where the API tells the label of an account: one that the register has, if it has any."""
    profile = Profile.objects.public().select_related("platform").order_by("-tier", "-pk").first()
    named = (profile.platform.code, profile.external_id) if profile else ("douyin", "ID")
    return reverse("disclosure_api:label", args=named)
