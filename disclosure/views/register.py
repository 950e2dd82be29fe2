"""The public register: the search, the page of an account, its history."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import replace_url

from accounts.doors import Page, keyset
from accounts.permissions import Verb, may
from disclosure.filters.days import AsOf
from disclosure.filters.profiles import ProfileFilter, name_tiers
from disclosure.models import Rule
from disclosure.queries import register
from disclosure.queries.histories import Managed, history, times_managed
from disclosure.queries.labels import label_of
from disclosure.values import Label
from disclosure.views import words
from influencers.models import Platform, Profile, TierChange
from influencers.queries import tier_on
from influencers.values.territories import territory_name
from influencers.views.words import outside_address, tier_name

HITS, TURNS, ALL_TURNS = 25, 8, 1000


@dataclass(frozen=True, slots=True)
class Hit:
    """A line of the list."""

    profile: Profile
    address: str
    tier: str


@login_not_required
@require_safe
@vary_on_headers("HX-Request")
def search(request: HttpRequest) -> HttpResponse:
    """The register: a search box, the accounts that it finds, all of them without a search."""
    said = request.GET.copy()
    for name in [name for name, value in request.GET.items() if not value]:
        del said[name]
    request.GET = said  # type: ignore[assignment]  # every link of the page stays short
    known = list(register.platforms(request.actor))  # type: ignore[attr-defined]
    profiles = ProfileFilter(request.GET, register.listed(), request=request, known=known)
    name_tiers(profiles.form, words.tier_names(known))
    context = {"filter": profiles, **_results(request, profiles, known)}
    if request.htmx and not request.htmx.history_restore_request:  # type: ignore[attr-defined]
        address = f"{request.path}?{said.urlencode()}" if said else request.path
        return replace_url(render(request, "disclosure/_results.html", context), address)
    return render(request, "disclosure/search.html", context)


def _results(
    request: HttpRequest, profiles: ProfileFilter, known: list[Platform]
) -> dict[str, Any]:
    actor = request.actor  # type: ignore[attr-defined]
    page: Page[Profile] = Page([], None, None)
    if not profiles.is_valid():
        return {"page": page, "asked": True}
    sought = profiles.sought
    exact = profiles.exact(register.readable(actor))
    page = keyset(profiles.qs, request, register.ORDER, HITS)
    first = not any(request.GET.get(name) for name in ("after", "before"))
    nothing = first and not exact and not page.items
    similar = register.similar(profiles.narrow(register.listed()), sought, 10) if nothing else []
    return {
        "page": page,
        "exact": _hits(exact, known) if first else [],
        "hits": _hits(page.items, known),
        "similar": _hits(similar, known),
        "asked": any(profiles.form.cleaned_data.values()),
        "searched": bool(profiles.form.cleaned_data["q"].strip()),
        "sought": sought,
        "first": first,
        "may_import": nothing and may(actor, Verb.IMPORT_OBSERVATIONS),
    }


def _hits(profiles: Iterable[Profile], known: list[Platform]) -> list[Hit]:
    floors = {platform.pk: platform.floors for platform in known}  # type: ignore[attr-defined]
    return [
        Hit(profile, address(profile), tier_name(profile.tier, floors[profile.platform_id]))
        for profile in profiles
    ]


def address(profile: Profile, name: str = "disclosure:profile") -> str:
    return reverse(name, args=[profile.platform.code, profile.external_id])


@login_not_required
@require_safe
def profile(request: HttpRequest, platform: str, external_id: str) -> HttpResponse:
    """The page of one account. By an older name it leads to the account's present address."""
    actor = request.actor  # type: ignore[attr-defined]
    found = register.find(platform, external_id, actor)
    if found is None:
        raise Http404
    if found.moved:
        return _moved(request, address(found.profile))
    subject = found.profile
    today = subject.platform.today(timezone.now())
    form = AsOf.of(request.GET, today)
    asked = form.cleaned_data if form.is_valid() else {}
    label = label_of(subject, on=asked.get("on"), known_at=form.moment)
    past = form.moment is not None or label.on != today
    context = {"profile": subject, "label": label, "as_of": form, "past": past}
    times = times_managed(subject, today)
    context |= _facts(subject, label, past, times) | {"rule": _rule(label)}
    context |= {"managers": words.managers(label), "so_far": words.so_far(times)}
    days = f"?{urlencode({name: day.isoformat() for name, day in asked.items()})}"
    context |= {"canonical": address(subject), "days": days if past else ""}
    context |= {"may_record": may(actor, Verb.RECORD_PROFILE_FACTS)}
    return render(request, "disclosure/profile.html", context)


def _moved(request: HttpRequest, there: str) -> HttpResponse:
    query = request.META.get("QUERY_STRING", "")
    response = HttpResponsePermanentRedirect(f"{there}?{query}" if query else there)
    # Permanent until somebody else takes the handle: nobody keeps it for longer than that.
    response.headers["Cache-Control"] = "max-age=300"
    return response


def _facts(subject: Profile, label: Label, past: bool, times: list[Managed]) -> dict[str, Any]:
    """What stands beside the label: of a past day only the tier, of a minor nothing."""
    minor = subject.influencer is not None and subject.influencer.minor
    floors = _floors(subject)
    today = subject.platform.today(timezone.now())
    turns = history(subject, ALL_TURNS, times, today, minor=minor)
    facts: dict[str, Any] = {
        "minor": minor,
        "gone": subject.status in (Profile.Status.REVOKED, Profile.Status.CLOSED),
        "timeline": words.timeline(turns[:TURNS], floors),
        "more_turns": len(turns) > TURNS,
    }
    if minor:
        return facts
    if past:
        tier = tier_on(subject, label.on, label.known_at)
        return facts | {"tier": tier_name(tier, floors)}
    cause = next((turn for _, turn in turns if isinstance(turn, TierChange)), None)
    return facts | {
        "tier": tier_name(subject.tier, floors),
        "cause": words.tier_cause(cause) if cause else "",
        "territory": territory_name(subject.ip_territory) if subject.ip_territory else "",
        "outside": outside_address(subject),
    }


def _floors(subject: Profile) -> list[int]:
    scheme = subject.platform.schemes.filter(current=True).first()
    return scheme.floors if scheme else []


def _rule(label: Label) -> Rule | None:
    return Rule.objects.filter(code=label.duty.rule).first() if label.duty else None


@login_not_required
@require_safe
def by_public_id(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The short address that stays: the account's page wherever its id has moved to."""
    return redirect(address(_by_public_id(request, public_id)))


@login_not_required
@require_safe
def profile_history(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Everything public that happened to an account."""
    subject = _by_public_id(request, public_id)
    minor = subject.influencer is not None and subject.influencer.minor
    today = subject.platform.today(timezone.now())
    turns = history(subject, ALL_TURNS, times_managed(subject, today), today, minor=minor)
    context = {"profile": subject, "timeline": words.timeline(turns, _floors(subject))}
    return render(request, "disclosure/history.html", context | {"canonical": address(subject)})


def _by_public_id(request: HttpRequest, public_id: UUID) -> Profile:
    pages = register.readable(request.actor)  # type: ignore[attr-defined]
    found: Profile = get_object_or_404(
        pages.select_related("platform", "influencer"), public_id=public_id
    )
    return found
