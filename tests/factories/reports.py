"""Reports and cases for tests, made by the actions that people use."""

from datetime import date
from typing import Any

from accounts.models import User
from accounts.permissions import Role
from influencers.models import Profile
from journal.values import Actor, ActorKind
from reports.actions import cases, decisions, reports
from reports.models import Case, Category, Decision, Report
from reports.values import new_receipt
from tests.factories.agencies import make_profile
from tests.people import two_people


def acting(user: User, *roles: str, platforms: tuple[str, ...] = ()) -> Actor:
    """The actor that a person is."""
    return Actor(
        ActorKind.USER,
        id=str(user.pk),
        name=user.name,
        roles=frozenset(roles or {"moderator"}),
        platforms=frozenset(platforms),
    )


MO = Actor(ActorKind.USER, id="901", name="Mo", roles=frozenset({"moderator"}))
LENA = Actor(ActorKind.USER, id="902", name="Lena", roles=frozenset({"lead_moderator"}))


def category(code: str = "hidden-advertising") -> Category:
    return Category.objects.get(code=code)


def filed(
    profile: Profile | None = None,
    *,
    of: str = "hidden-advertising",
    text: str = "A lipstick was sold without a word of the fee.",
    receipt: str = "",
    **options: Any,
) -> Report:
    """A report on an account (a new one of Douyin when nothing else is named)."""
    if profile is None and not options.get("agency") and not options.get("target_text"):
        profile = make_profile()
    return reports.file(receipt or new_receipt(), category(of), text, profile=profile, **options)


def make_case(profile: Profile | None = None, **options: Any) -> Case:
    """An open case with one report."""
    case = filed(profile, **options).case
    assert case is not None
    return case


def decided(case: Case, outcome: str = "warning", by: Actor = MO, **options: Any) -> Decision:
    first = None
    if outcome == "label_corrected":  # it takes two
        first, second = two_people(Role.LEAD_MODERATOR)
    cases.claim(case, by=first or by)
    said: dict[str, Any] = {
        "ground": "law",
        "ground_text": "Measures for internet advertising.",
        "facts": "The post was paid for.",
        "explanation": "It was not marked.",
        "act_day": date(2026, 5, 3),
    }
    who = {"by": second, "proposed_by": first} if first else {"by": by}
    return decisions.decide(case, outcome=outcome, **{**said, **who, **options})
