"""The accounts of an agency: claiming one, changing and ending what was claimed, the own roster."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.doors import keyset
from accounts.permissions import Verb, may
from agencies.actions import bindings, confirmations
from agencies.filters.bindings import BindingFilter
from agencies.forms.contracts import BindForm, LastDayForm, SearchForm, binding_now
from agencies.models import Agency, Binding, Confirmation
from agencies.queries.accounts import found_accounts, with_questions
from agencies.views import words
from agencies.views.contracts import done, mine
from agencies.views.desk import at_desk
from influencers.models import Platform, Profile


@at_desk(Verb.SEE_CONTRACTS)
@require_safe
def roster(request: HttpRequest, agency: Agency) -> HttpResponse:
    """Every account that the agency claims or has claimed, by its state."""
    rows = _mine(request, agency)
    chosen = BindingFilter(request.GET, with_questions(rows).select_related("contract"))
    page = keyset(chosen.qs, request, ("-pk",))
    context = {
        "agency": agency,
        "filter": chosen,
        "page": page,
        "rows": words.binding_rows(page.items),
        "may_edit": may(request.actor, Verb.EDIT_CONTRACTS, agency=agency.pk),  # type: ignore[attr-defined]
    }
    return render(request, "agencies/roster.html", context)


def _mine(request: HttpRequest, agency: Agency) -> Any:
    visible = Binding.objects.visible_to(request.actor)  # type: ignore[attr-defined]
    return visible.filter(agency=agency).select_related("profile__platform")


def _binding(request: HttpRequest, agency: Agency, pk: int) -> Binding:
    found: Binding = get_object_or_404(_mine(request, agency).select_related("contract"), pk=pk)
    return found


@at_desk(Verb.EDIT_CONTRACTS)
@require_safe
def bind_search(request: HttpRequest, agency: Agency, pk: int) -> HttpResponse:
    """Which account? By its name, handle, permanent id or address."""
    contract = get_object_or_404(mine(request, agency).kept(), pk=pk)
    platforms = list(Platform.objects.all())
    form = SearchForm(request.GET, platforms)
    said = form.cleaned_data if form.is_valid() else {"q": "", "platform": ""}
    found = found_accounts(said["q"], said["platform"], platforms) if said["q"] else []
    context = {
        "agency": agency,
        "contract": contract,
        "sought": said["q"],
        "platforms": platforms,
        "platform": said["platform"],
        "accounts": words.accounts(found),
    }
    return render(request, "agencies/bind_search.html", context)


@at_desk(Verb.EDIT_CONTRACTS)
def bind(request: HttpRequest, agency: Agency, pk: int, public_id: Any) -> HttpResponse:
    """Claims the account under the contract."""
    contract = get_object_or_404(mine(request, agency).kept(), pk=pk)
    account = get_object_or_404(Profile.objects.select_related("platform"), public_id=public_id)
    since = max(contract.during.lower, account.platform.today(timezone.now()))
    form = BindForm(contract, request.POST or None, initial={"since": since})
    if request.method == "POST" and form.is_valid():
        by = request.actor  # type: ignore[attr-defined]
        if done(form, bindings.claim, contract, account, by=by, **form.facts()):
            messages.success(request, _("Claimed. Send it to the creator for confirmation."))
            return redirect("agencies:contract", pk=pk)
    context = {"form": form, "agency": agency, "contract": contract, "account": account}
    return render(request, "agencies/bind.html", context)


@at_desk(Verb.EDIT_CONTRACTS)
@require_POST
def binding_ask(request: HttpRequest, agency: Agency, pk: int) -> HttpResponse:
    """Sends the account's holder the question; one that waits already is not sent twice."""
    binding = _binding(request, agency, pk)
    try:
        question, sent = confirmations.ask(agency, binding.profile, by=request.actor)  # type: ignore[attr-defined]
    except confirmations.ConfirmationRefused as refusal:
        messages.error(request, str(refusal))
    except PermissionError as refusal:
        raise PermissionDenied from refusal
    else:
        tell = messages.success if sent else messages.info
        tell(request, _delivered() if sent else _asked_before(question))
    return redirect("agencies:contract", pk=binding.contract_id)


def _delivered() -> str:
    return _("The platform delivers the question to the account, which answers alone.")


def _asked_before(question: Confirmation) -> str:
    again = question.asked_at + confirmations.AGAIN_AFTER
    return _("Nothing was sent: asked on %(asked)s; you can ask again from %(again)s on.") % {
        name: timezone.localtime(at).strftime("%Y-%m-%d %H:%M")
        for name, at in (("asked", question.asked_at), ("again", again))
    }


@at_desk(Verb.EDIT_CONTRACTS)
def binding_amend(request: HttpRequest, agency: Agency, pk: int) -> HttpResponse:
    binding = _binding(request, agency, pk)
    form = BindForm(binding.contract, request.POST or None, initial=binding_now(binding))
    del form.fields["exclusive"]
    act = bindings.amend
    return _change(request, binding, form, act, "agencies/binding_amend.html", _("Saved."))


@at_desk(Verb.EDIT_CONTRACTS)
def binding_end(request: HttpRequest, agency: Agency, pk: int) -> HttpResponse:
    binding = _binding(request, agency, pk)
    today = binding.profile.platform.today(timezone.now())
    form = LastDayForm(request.POST or None, initial={"last_day": today})
    return _change(
        request, binding, form, bindings.end, "agencies/binding_end.html", _("The binding ends.")
    )


@at_desk(Verb.EDIT_CONTRACTS)
def binding_withdraw(request: HttpRequest, agency: Agency, pk: int) -> HttpResponse:
    binding = _binding(request, agency, pk)
    form = forms.Form(request.POST if request.method == "POST" else None)
    act, page = bindings.withdraw, "agencies/binding_withdraw.html"
    return _change(request, binding, form, act, page, _("Withdrawn."))


def _change(
    request: HttpRequest,
    binding: Binding,
    form: Any,
    act: Callable[..., Any],
    page: str,
    success: str,
) -> HttpResponse:
    """Shows the form of one change to a binding, or carries it out."""
    if request.method not in ("GET", "HEAD", "POST"):
        raise Http404
    if request.method == "POST" and form.is_valid():
        facts = form.facts() if hasattr(form, "facts") else form.cleaned_data
        if done(form, act, binding, by=request.actor, **facts):  # type: ignore[attr-defined]
            messages.success(request, success)
            return redirect("agencies:contract", pk=binding.contract_id)
    context = {"form": form, "agency": binding.agency, "binding": binding}
    return render(request, page, context)
