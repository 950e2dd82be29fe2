"""One account on its holder's desk: claims, label, everything held."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from agencies.models import Binding, Dispute
from disclosure.forms import AfterForm, ClaimForm
from disclosure.models import Declaration
from disclosure.queries.held import everything
from disclosure.queries.histories import history, times_managed
from disclosure.queries.labels import label_of
from disclosure.views import words
from disclosure.views.confirm import claim_forms, first_wrong
from disclosure.views.holders import for_holders, in_force, proofs_of
from influencers.models import ControlProof, Profile
from influencers.queries import tier_changes
from influencers.values.territories import territory_name
from influencers.views.words import tier_rows
from journal.actions.context import PUBLIC, seeing

TURNS = 1000
CLAIMS = 20  # that one form asks about

View = Callable[..., HttpResponseBase]


@dataclass(frozen=True, slots=True)
class Shown:
    """A binding that the public sees, and what is contested about it."""

    binding: Binding
    state: str
    lasts: bool
    contests: list[Dispute]

    @property
    def of_another_holder(self) -> bool:
        """Whether the account changed hands since it was confirmed."""
        confirmed, changed = self.binding.confirmed_on, self.binding.profile.principal_changed_on
        return changed is not None and confirmed is not None and changed > confirmed

    @property
    def contested(self) -> bool:
        return any(each.proven for each in self.contests)

    @property
    def leaving(self) -> bool:
        return any(each.wish == Dispute.Wish.END for each in self.contests)


def for_account(view: View) -> View:
    """For a page about one account, called with the request and the proof that is in force.

    The database shows it what is about this account. Without a proof it leads to the desk.
    """

    @for_holders
    @wraps(view)
    def guarded(
        request: HttpRequest, public_id: UUID, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        now = timezone.now()
        for proof in proofs_of(request):
            if in_force(proof, now) and proof.profile.public_id == public_id:
                with seeing(PUBLIC, profiles=[proof.profile_id]):
                    try:
                        return view(request, proof, *args, **kwargs)
                    except PermissionError as error:
                        raise PermissionDenied from error
        messages.info(request, _("Please show first that this account is yours."))
        return redirect("disclosure:creator")

    return guarded


@for_account
def account(request: HttpRequest, proof: ControlProof) -> HttpResponse:
    """What agencies claim of the account, what the public sees, and what its holder may do."""
    return show_account(request, proof)


def show_account(
    request: HttpRequest, proof: ControlProof, forms: list[ClaimForm] | None = None
) -> HttpResponse:
    """With the first claims that wait, or those after the one whose number the address gives.

    `forms`: those that are shown again, because something was wrong with them.
    """
    profile = proof.profile
    today = profile.platform.today(timezone.now())
    rows = Binding.objects.filter(profile=profile).select_related("agency", "profile__platform")
    after = AfterForm(request.GET).number
    claims = list(rows.filter(status="claimed", pk__gt=after).order_by("pk")[: CLAIMS + 1])
    forms = claim_forms(claims[:CLAIMS], None) if forms is None else forms
    label = label_of(profile)
    context = {
        "proof": proof,
        "profile": profile,
        "label": label,
        "managers": words.managers(label),
        "gone": profile.status in (Profile.Status.REVOKED, Profile.Status.CLOSED),
        "forms": forms,
        "form": first_wrong(forms),
        "more": claims[CLAIMS - 1].pk if len(claims) > CLAIMS else None,
        "shown": shown(profile, rows, today),
        "declarations": list(
            profile.declarations.filter(status=Declaration.Status.ACTIVE).order_by("-pk")
        ),
    }
    return render(request, "disclosure/creator_account.html", context)


def shown(profile: Profile, rows: Any, today: date) -> list[Shown]:
    """The public bindings of the account, newest first, each with what is open about it."""
    contested: dict[int, list[Dispute]] = {}
    for dispute in Dispute.objects.filter(profile=profile).pending().order_by("pk"):
        contested.setdefault(dispute.binding_id, []).append(dispute)
    return [
        Shown(each, *state_on(each, today), contested.get(each.pk, []))
        for each in rows.filter(status__in=("confirmed", "suspended")).order_by("-pk")
    ]


@for_account
@require_safe
def held(request: HttpRequest, proof: ControlProof) -> HttpResponse:
    """Everything that the register holds about the account."""
    profile = Profile.objects.select_related("platform", "influencer").get(pk=proof.profile_id)
    scheme = profile.platform.schemes.filter(current=True).first()
    floors = scheme.floors if scheme else []
    today = profile.platform.today(timezone.now())
    turns = history(profile, TURNS, times_managed(profile, today), today)
    context = {
        "profile": profile,
        "territory": territory_name(profile.ip_territory) if profile.ip_territory else "",
        "timeline": words.timeline(turns, floors),
        "tiers": tier_rows(tier_changes(profile), floors),
        **everything(profile),
    }
    return render(request, "disclosure/creator_data.html", context)


def state_on(binding: Binding, today: date) -> tuple[str, bool]:
    """Where a public binding stands on a day of its platform, and whether it can still be left."""
    if binding.status == Binding.Status.SUSPENDED:
        return str(binding.get_status_display()), True
    if binding.during.lower > today:
        return _("to come"), True
    if binding.during.upper is not None and binding.during.upper <= today:
        return _("over"), False
    return _("in force"), True
