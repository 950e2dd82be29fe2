"""What an agency does with many contracts at once, after a look at what it is about."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.permissions import Verb
from agencies.actions import contracts
from agencies.filters.contracts import ContractFilter
from agencies.forms.reviews import PickForm
from agencies.models import Agency, Contract
from agencies.queries.contracts import not_over, with_bindings
from agencies.views.contracts import mine
from agencies.views.desk import at_desk
from agencies.views.words import contract_rows

SHOWN = 10


@at_desk(Verb.EDIT_CONTRACTS)
@require_POST
def contracts_confirm(request: HttpRequest, agency: Agency) -> HttpResponse:
    """Confirms contracts as unchanged, outside of a review."""
    today = timezone.localdate()
    form = PickForm(request.POST, mine(request, agency))
    chosen = _chosen(form, mine(request, agency)).filter(not_over(today), status="kept")
    number = chosen.count()
    if number == 0:
        messages.error(request, _("Tick contracts that are in force or still to begin."))
        return _back(request)
    if form.cleaned_data["expected"] == number:
        ids = list(chosen.values_list("pk", flat=True))
        done = contracts.confirm(agency, ids, by=request.actor)  # type: ignore[attr-defined]
        text = ngettext("%(n)d contract confirmed.", "%(n)d contracts confirmed.", done)
        messages.success(request, text % {"n": done})
        return _back(request)
    rows = contract_rows(with_bindings(chosen.order_by("pk"))[:SHOWN], today)
    more = max(0, number - SHOWN)
    context = {"agency": agency, "form": form, "number": number, "rows": rows, "more": more}
    return render(request, "agencies/contracts_confirm.html", context)


def _chosen(form: PickForm, rows: QuerySet[Contract, Any]) -> QuerySet[Contract, Any]:
    if not form.is_valid():
        return rows.none()
    data = form.cleaned_data
    if data["everything"]:
        found: QuerySet[Contract, Any] = ContractFilter(QueryDict(data["query"]), rows).qs
        return found
    return rows.filter(pk__in=data["pick"])


def _back(request: HttpRequest) -> HttpResponseRedirect:
    query = QueryDict(request.POST.get("query", ""))
    return redirect(f"{reverse('agencies:contracts')}?{query.urlencode()}")
