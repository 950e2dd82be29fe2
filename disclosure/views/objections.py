"""For those who cannot show any more that an account is theirs: what is wrong, said anyway."""

from datetime import datetime

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.actions import disputes
from agencies.models import Binding
from disclosure.forms import ObjectionForm
from disclosure.views.holders import for_holders, too_often, within
from influencers.models import Profile
from influencers.queries import called
from journal.actions.context import PUBLIC, seeing

OBJECTIONS = "5 per hour"


@for_holders
def object_without_proof(request: HttpRequest) -> HttpResponse:
    """Agency and platform read it. No public page changes by it, however often it is said."""
    form = ObjectionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if not within(request, "objection", OBJECTIONS):
            return too_often(request)
        if _object(request, form):
            return render(request, "disclosure/objection_sent.html")
    return render(request, "disclosure/objection.html", {"form": form})


def _object(request: HttpRequest, form: ObjectionForm) -> bool:
    """Contests, without proof, each agency that is named for the account today or to come."""
    said, now = form.cleaned_data, timezone.now()
    profile = called(said["platform"], said["account"], now)
    named = list(lasting(profile, now)) if profile else []
    if profile is None or not named:
        form.add_error("account", _("No agency is named for an account of this name there."))
        return False
    with seeing(PUBLIC, profiles=[profile.pk]):
        for binding in named:
            disputes.open(
                binding,
                by=request.actor,  # type: ignore[attr-defined]
                statement=said["statement"],
                proven=False,
            )
    return True


def lasting(profile: Profile, now: datetime) -> QuerySet[Binding]:
    """The public bindings of an account that are not over."""
    shown = profile.bindings.filter(status__in=("confirmed", "suspended")).order_by("pk")
    return shown.exclude(during__fully_lt=(profile.platform.today(now), None))
