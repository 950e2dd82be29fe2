"""Contracts at the desk of their agency."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from accounts.doors import keyset
from accounts.permissions import Verb, may
from agencies.actions import bindings, contracts
from agencies.filters.contracts import ContractFilter
from agencies.forms.contracts import ContractForm, LastDayForm, contract_now
from agencies.models import Agency, Contract
from agencies.models.bindings import PUBLIC
from agencies.queries.contracts import counts, entries, not_over, revisions, with_bindings
from agencies.values import ContractState, phase
from agencies.views import words
from agencies.views.desk import at_desk

IN_JOURNAL = 50


def mine(request: HttpRequest, agency: Agency) -> Any:
    """The contracts of the agency, as far as the actor sees any."""
    return Contract.objects.visible_to(request.actor).filter(agency=agency)  # type: ignore[attr-defined]


def done(form: forms.Form, act: Callable[..., Any], *args: Any, **options: Any) -> Any:
    """What the act returns; None where it refuses, which becomes an error of the form."""
    try:
        return act(*args, **options)
    except (contracts.ContractRefused, bindings.BindingRefused) as refusal:
        field = refusal.field if refusal.field in form.fields else None
        if refusal.field == "during" and "since" in form.fields:
            field = "since"
        form.add_error(field, str(refusal))
    except PermissionError as refusal:
        raise PermissionDenied from refusal
    return None


@at_desk(Verb.SEE_CONTRACTS)
@require_safe
def contract_list(request: HttpRequest, agency: Agency) -> HttpResponse:
    """The agency's contracts, newest first, by what is to be done about them."""
    today = timezone.localdate()
    chosen = ContractFilter(request.GET, mine(request, agency))
    page = keyset(with_bindings(chosen.qs), request, ("-pk",))
    running = chosen.qs.filter(not_over(today), status=Contract.Status.KEPT)
    context = {
        "agency": agency,
        "filter": chosen,
        "tabs": _tabs(request, counts(mine(request, agency), today)),
        "page": page,
        "rows": words.contract_rows(page.items, today),
        "running": running.count() if page.next or page.previous else 0,
        "batch": [{"name": "do", "value": "confirm", "label": _("Confirm unchanged")}],
        "may_edit": may(request.actor, Verb.EDIT_CONTRACTS, agency=agency.pk),  # type: ignore[attr-defined]
    }
    return render(request, "agencies/contracts.html", context)


def _tabs(request: HttpRequest, found: dict[str, int]) -> list[dict[str, Any]]:
    current = request.GET.get("state", "")
    everything = pgettext("contracts", "all")
    tabs: list[tuple[str, Any, int | None]] = [
        (state.value, state.label, found[state]) for state in ContractState
    ]
    return [
        {"label": label, "url": f"?state={value}", "count": count, "current": value == current}
        for value, label, count in [*tabs, ("", everything, None)]
    ]


@at_desk(Verb.SEE_CONTRACTS)
@require_safe
def contract_detail(request: HttpRequest, agency: Agency, pk: int) -> HttpResponse:
    """One contract: what was agreed, which accounts it holds, how it came to be so."""
    contract = get_object_or_404(with_bindings(mine(request, agency), over=True), pk=pk)
    actor, today = request.actor, timezone.localdate()  # type: ignore[attr-defined]
    during = contract.during
    context = {
        "agency": agency,
        "contract": contract,
        "phase": phase(contract.status, during.lower, during.upper, today),
        "services": words.service_names(contract.services),
        "bindings": words.binding_rows(contract.held),
        "revisions": words.revision_rows(revisions(contract)),
        "timeline": words.timeline(
            entries(contract, actor, IN_JOURNAL),
            {each.profile_id: str(each.profile) for each in contract.held},
            of=agency,
        ),
        "may_edit": contract.status == Contract.Status.KEPT
        and may(actor, Verb.EDIT_CONTRACTS, agency=agency.pk),
        "may_withdraw": not any(each.status in PUBLIC for each in contract.held),
    }
    return render(request, "agencies/contract.html", context)


@at_desk(Verb.EDIT_CONTRACTS)
def contract_add(request: HttpRequest, agency: Agency) -> HttpResponse:
    form = ContractForm(request.POST or None, initial={"kind": "full", "renewal": "none"})
    if request.method == "POST" and form.is_valid():
        by = request.actor  # type: ignore[attr-defined]
        contract = done(form, contracts.add, agency, by=by, **form.facts())
        if contract is not None:
            messages.success(request, _("Added. Bind the accounts that it covers."))
            return redirect("agencies:contract", pk=contract.pk)
    return render(request, "agencies/contract_form.html", {"form": form, "agency": agency})


@at_desk(Verb.EDIT_CONTRACTS)
def contract_amend(request: HttpRequest, agency: Agency, pk: int) -> HttpResponse:
    """The next revision. Who has looked at an older one than there is gets told so."""
    contract = get_object_or_404(mine(request, agency).kept(), pk=pk)
    form = ContractForm(request.POST or None, initial=contract_now(contract))
    if request.method == "POST" and form.is_valid():
        by, seen = request.actor, form.cleaned_data["revision"]  # type: ignore[attr-defined]
        if now := done(form, contracts.amend, contract, by=by, revision=seen, **form.facts()):
            new = now.revision > contract.revision
            saved, same = _("Saved. The revision before is kept."), _("Nothing was changed.")
            (messages.success if new else messages.info)(request, saved if new else same)
            return redirect("agencies:contract", pk=pk)
        form = as_it_stands(form, contract)
    context = {"form": form, "agency": agency, "contract": contract}
    return render(request, "agencies/contract_form.html", context)


def as_it_stands(form: ContractForm, contract: Contract) -> ContractForm:
    """Instead of a refused form that was opened before somebody else's change: one that says so,
    with the contract as it is now. Any other form as it is."""
    contract.refresh_from_db()
    if form.cleaned_data["revision"] in (None, contract.revision):
        return form
    anew = ContractForm(contract_now(contract))
    text = _(
        "Somebody has changed this contract since you opened it. Here it stands as it is now: "
        "make your change again."
    )
    anew.full_clean()
    anew.add_error(None, text)
    return anew


@at_desk(Verb.EDIT_CONTRACTS)
def contract_end(request: HttpRequest, agency: Agency, pk: int) -> HttpResponse:
    contract = get_object_or_404(mine(request, agency).kept(), pk=pk)
    form = LastDayForm(request.POST or None, initial={"last_day": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        by, last = request.actor, form.cleaned_data["last_day"]  # type: ignore[attr-defined]
        if done(form, contracts.end, contract, last_day=last, by=by):
            messages.success(request, _("Ended, with the bindings of its accounts."))
            return redirect("agencies:contract", pk=pk)
    context = {"form": form, "agency": agency, "contract": contract}
    return render(request, "agencies/contract_end.html", context)


@at_desk(Verb.EDIT_CONTRACTS)
def contract_withdraw(request: HttpRequest, agency: Agency, pk: int) -> HttpResponse:
    """Takes back what was entered by mistake, after a page that asks."""
    contract = get_object_or_404(mine(request, agency), pk=pk)
    form = forms.Form(request.POST if request.method == "POST" else None)
    by = request.actor  # type: ignore[attr-defined]
    if form.is_bound and form.is_valid() and done(form, contracts.withdraw, contract, by=by):
        messages.success(request, _("Withdrawn."))
        return redirect("agencies:contract", pk=pk)
    context = {"form": form, "agency": agency, "contract": contract}
    return render(request, "agencies/contract_withdraw.html", context)
