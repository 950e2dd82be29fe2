"""The page on which the holder of an account answers the claims of an agency."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.values import grouped, hashed
from agencies.actions import confirmations
from agencies.models import WORLD, Binding, BusinessLine, Confirmation, ContractTerritory
from disclosure.forms import CheckCodeForm, ClaimForm
from disclosure.views.holders import (
    for_holders,
    in_force,
    keep,
    link_actor,
    proofs_of,
    too_often,
    within,
)
from journal.actions.context import PASS, PUBLIC, seeing

UNKNOWN_TRIES, CODES = "30 per 10 minutes", "10 per 10 minutes"


@for_holders
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Opening it changes nothing, whoever does; only the posted answer does."""
    question = _asked(token_hash=hashed(token))
    if question is None:
        if not within(request, "confirm", UNKNOWN_TRIES):
            return too_often(request)
        return render(request, "disclosure/confirm_over.html", {"why": "unknown"}, status=404)
    with seeing(PUBLIC, profiles=[question.profile_id]):
        over = confirmations.why_over(question, timezone.now())
        if over:
            context = {"why": over, "question": question, **_answered(request, question)}
            status = 200 if over == "answered" else 410
            return render(request, "disclosure/confirm_over.html", context, status=status)
        forms = claim_forms(
            confirmations.waiting_claims(question),
            request.POST if request.method == "POST" else None,
        )
        if request.method == "POST" and all(form.is_valid() for form in forms):
            response = _take(request, question, forms)
            if response is not None:
                return response
        context = {"question": question, "forms": forms, "form": first_wrong(forms)}
        context["code"] = grouped(question.check_code)
        return render(request, "disclosure/confirm.html", context)


def _take(
    request: HttpRequest, question: Confirmation, forms: Sequence[ClaimForm]
) -> HttpResponse | None:
    """Back to the page, which then says what was answered; None where a form says what is wrong."""
    answers = {form.claim.pk: form.answer for form in forms}
    actor = link_actor(request, question.public_id)
    try:
        secret = confirmations.answer(question, answers, by=actor)
    except confirmations.AnswerRefused as refusal:
        next(form for form in forms if form.claim.pk == refusal.binding_id).refuse(refusal)
        return None
    except confirmations.ConfirmationOver:
        secret = None
    response = redirect(request.path)
    return keep(request, response, secret) if secret else response


@for_holders
def check(request: HttpRequest) -> HttpResponse:
    """Somebody types the code of a page to see whether the page is one of the register's."""
    form = CheckCodeForm(request.POST or None)
    question, asked = None, False
    if request.method == "POST" and form.is_valid():
        if not within(request, "check code", CODES):
            return too_often(request)
        asked, question = True, _asked(check_code=form.cleaned_data["code"])
    context = {"form": form, "question": question, "asked": asked}
    context["live"] = question is not None and not confirmations.why_over(question, timezone.now())
    return render(request, "disclosure/confirm_check.html", context)


def claim_forms(claims: Sequence[Binding], data: Any) -> list[ClaimForm]:
    """A form for each claim, all on one page."""
    lines = list(BusinessLine.objects.all()) if claims else []
    somewhere = any(claim.territory != WORLD for claim in claims)
    places = list(ContractTerritory.objects.all()) if somewhere else []
    return [ClaimForm(claim, data, lines=lines, places=places) for claim in claims]


def first_wrong(forms: Sequence[ClaimForm]) -> ClaimForm | None:
    """The form of which the page's error summary speaks."""
    return next((form for form in forms if form.is_bound and form.errors), None)


def _asked(**by: str) -> Confirmation | None:
    """The question of an address or a code. What is secret about it is the address."""
    with seeing(PASS):
        questions = Confirmation.objects.select_related("agency", "profile__platform")
        return questions.filter(**by).first()


def _answered(request: HttpRequest, question: Confirmation) -> dict[str, Any]:
    """What became of the claims, and whether this browser has shown that the account is its own:
    whoever said that it is another one's has not."""
    if question.status != Confirmation.Status.ANSWERED:
        return {}
    now, account = timezone.now(), question.profile_id
    proven = any(each.profile_id == account and in_force(each, now) for each in proofs_of(request))
    rows = Binding.objects.filter(pk__in=question.binding_ids).order_by("pk")
    return {"bindings": rows, "proven": proven}
