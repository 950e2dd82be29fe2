"""Contract reviews as staff sees them: which are open, how far each agency is; opening one."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.doors import keyset, require
from accounts.permissions import Verb, may
from agencies.actions import reviews
from agencies.filters.reviews import AskedAgencyFilter
from agencies.forms.reviews import ReviewForm
from agencies.models import ContractReview
from agencies.queries.reviews import agencies_in, asks_about, extent, is_being_filled


@require(Verb.SEE_REVIEWS)
@require_safe
def asked_review_list(request: HttpRequest) -> HttpResponse:
    """Reviews, newest first."""
    actor = request.actor  # type: ignore[attr-defined]
    visible = ContractReview.objects.visible_to(actor).with_progress(seen_by=actor)
    context = {
        "page": keyset(visible, request, ("-pk",)),
        "today": timezone.localdate(),
        "may_open": may(actor, Verb.OPEN_REVIEWS),
    }
    return render(request, "agencies/asked_reviews.html", context)


@require(Verb.SEE_REVIEWS)
@require_safe
def asked_review(request: HttpRequest, pk: int) -> HttpResponse:
    """One review: how far each agency is."""
    actor = request.actor  # type: ignore[attr-defined]
    visible = ContractReview.objects.visible_to(actor).with_progress(seen_by=actor)
    review: Any = get_object_or_404(visible, pk=pk)
    chosen = AskedAgencyFilter(request.GET, agencies_in(review, actor), review=review)
    context = {
        "review": review,
        "filter": chosen,
        "page": keyset(chosen.qs, request),
        "today": timezone.localdate(),
        "unanswered": review.asked - review.answered,
        "filling": is_being_filled(review),
    }
    return render(request, "agencies/asked_review.html", context)


@require(Verb.OPEN_REVIEWS)
def review_open(request: HttpRequest) -> HttpResponse:
    """Asks agencies to answer for their contracts; first it says how many that are. A worker puts
    them in and tells the people."""
    actor = request.actor  # type: ignore[attr-defined]
    if actor.territories:  # it asks about contracts, which have no place
        raise PermissionDenied
    form, preview = ReviewForm(request.POST or None, platforms=actor.platforms), None
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        preview = extent(asks_about(timezone.localdate(), **form.asked()))
        if said["shown"] == preview["contracts"]:
            titles = said["title_en"], said["title_zh"]
            once = {"by": actor, "asked_as": said["asked_as"]}
            review = reviews.open_review(*titles, said["due"], **form.asked(), **once)
            messages.success(request, _("Opened. The agencies are told as their contracts go in."))
            return redirect("agencies:asked_review", pk=review.pk)
        again = request.POST.copy()
        again["shown"], again["asked_as"] = str(preview["contracts"]), str(uuid4())
        form = ReviewForm(again, platforms=actor.platforms)
    context = {"form": form, "preview": preview}
    return render(request, "agencies/review_open.html", context)
