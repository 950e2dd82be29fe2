"""What is on record of an account, and the forms by which staff take facts of it down."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.doors import keyset, require
from accounts.permissions import Verb
from influencers import queries
from influencers.actions import people, profiles
from influencers.forms import facts
from influencers.forms.facts import FactForm
from influencers.models import Influencer, Observation, Profile, ProfileHandle
from influencers.values.territories import territory_name
from influencers.views import words
from journal.values import Actor

IN_LINE, IN_TABLE, IN_JOURNAL = 90, 30, 30

Act = Callable[[Profile, dict[str, Any], Actor], object]


def _introduce(profile: Profile, data: dict[str, Any], by: Actor) -> object:
    if "influencer" in data:
        return people.link_influencer(profile, data["influencer"], by=by)
    return people.introduce(profile, data["kind"], by=by)


def _person(profile: Profile) -> Influencer:
    """Raises Http404 where the person was unlinked since the page was shown."""
    if profile.influencer is None:
        raise Http404
    return profile.influencer


@dataclass(frozen=True, slots=True)
class Change:
    """One way to change a fact: its form, what the page calls it, and what it does."""

    form: type[FactForm]
    words: str | Promise
    act: Act
    warns: bool = False


CHANGES = {
    change.form.name: change
    for change in (
        Change(
            facts.StatusForm,
            gettext_lazy("Change the status"),
            lambda profile, data, by: profiles.set_status(
                profile,
                data["status"],
                effective_on=data["effective_on"],
                reason=data["reason"],
                by=by,
            ),
        ),
        Change(
            facts.ContentFieldsForm,
            gettext_lazy("Change the content fields"),
            lambda profile, data, by: profiles.set_content_fields(
                profile, data["content_fields"], by=by
            ),
        ),
        Change(facts.IntroduceForm, gettext_lazy("Say who is behind it"), _introduce),
        Change(
            facts.KindForm,
            gettext_lazy("Change the kind"),
            lambda profile, data, by: people.set_kind(_person(profile), data["kind"], by=by),
        ),
        Change(
            facts.UnlinkForm,
            gettext_lazy("Unlink the account"),
            lambda profile, _data, by: people.link_influencer(profile, None, by=by),
            warns=True,
        ),
        Change(
            facts.IdentityForm,
            gettext_lazy("The identity was checked"),
            lambda profile, data, by: people.verify_identity(
                _person(profile), on=data["on"], by=by
            ),
        ),
        Change(
            facts.DoubtForm,
            gettext_lazy("Take the check back"),
            lambda profile, _data, by: people.doubt_identity(_person(profile), by=by),
            warns=True,
        ),
        Change(
            facts.MinorForm,
            gettext_lazy("Protect as a minor"),
            lambda profile, data, by: people.mark_minor(_person(profile), data["birthday"], by=by),
        ),
        Change(
            facts.GrownForm,
            gettext_lazy("End the protection"),
            lambda profile, _data, by: people.unmark_minor(_person(profile), by=by),
            warns=True,
        ),
        Change(
            facts.PrincipalForm,
            gettext_lazy("The account changed hands"),
            lambda profile, data, by: profiles.change_principal(profile, on=data["on"], by=by),
        ),
    )
}


@require(Verb.RECORD_PROFILE_FACTS)
def record(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Everything that is known of one account; a posted form changes one fact."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    visible = Profile.objects.visible_to(actor).select_related("platform", "influencer")
    profile = get_object_or_404(visible, public_id=public_id)
    sent = None
    if request.method == "POST":
        change = next((c for n, c in CHANGES.items() if request.POST.get(f"{n}-fact") == n), None)
        if change is None:
            raise Http404
        sent = change.form(profile, request.POST)
        if sent.is_valid() and _done(change.act, profile, sent, actor):
            messages.success(request, _("Taken down."))
            return redirect("influencers:record", public_id=public_id)
    return render(request, "influencers/record.html", _context(request, profile, actor, sent))


def _done(act: Act, profile: Profile, form: FactForm, by: Actor) -> bool:
    """Carries a valid form out; a refusal becomes an error of the form."""
    try:
        act(profile, form.cleaned_data, by)
    except profiles.FactRefused as refusal:
        form.add_error(None, str(refusal))
        return False
    except PermissionError as refusal:
        raise PermissionDenied from refusal
    return True


def _context(
    request: HttpRequest, profile: Profile, actor: Actor, sent: FactForm | None
) -> dict[str, Any]:
    scheme = profile.platform.schemes.filter(current=True).first()
    floors = scheme.floors if scheme else []
    person = profile.influencer
    seen = Observation.objects.filter(profile=profile)
    handles = ProfileHandle.objects.filter(profile=profile).order_by("-during")
    return {
        "form": sent,
        "profile": profile,
        "tier": words.tier_name(profile.tier, floors),
        "territory": territory_name(profile.ip_territory) if profile.ip_territory else "",
        "others": Profile.objects.visible_to(actor)
        .filter(influencer=person)
        .exclude(pk=profile.pk)
        .select_related("platform")
        .order_by("pk")
        if person
        else [],
        "facts": {name: _boxes(profile, sent, *names) for name, names in _offered(profile).items()},
        "line": queries.line(profile, IN_LINE),
        "page": keyset(seen, request, ("-profile_id", "-day"), IN_TABLE),
        "handles": handles,
        "tiers": words.tier_rows(queries.tier_changes(profile), floors),
        "journal": words.timeline(queries.entries(profile, actor, IN_JOURNAL)),
    }


def _offered(profile: Profile) -> dict[str, tuple[str, ...]]:
    """Which changes make sense now, by the fact that they change."""
    person = profile.influencer
    offered: dict[str, tuple[str, ...]] = {
        "status": ("status",),
        "fields": ("fields",),
        "principal": ("principal",),
    }
    if person is None:
        return offered | {"person": ("introduce",)}
    offered["person"] = ("unlink",) if person.minor else ("kind", "unlink")
    offered["identity"] = ("doubt",) if person.verified_on else ("identity",)
    if person.kind == Influencer.Kind.PERSON:
        offered["minor"] = ("grown",) if person.minor else ("minor",)
    return offered


def _boxes(profile: Profile, sent: FactForm | None, *names: str) -> list[dict[str, Any]]:
    """The forms of some changes, for influencers/_changes.html."""
    return [
        {
            "form": sent if sent is not None and sent.name == name else CHANGES[name].form(profile),
            "open": sent is not None and sent.name == name,
            "words": CHANGES[name].words,
            "warns": CHANGES[name].warns,
        }
        for name in names
    ]
