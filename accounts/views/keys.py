"""API keys: lists, issuing, revoking. For operators."""

from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.actions import keys
from accounts.doors import allow, forget, keyset, require, sensitive
from accounts.doors.keys import WORD
from accounts.filters import KeyFilter
from accounts.forms import KeyForm
from accounts.models import ApiKey
from accounts.permissions import Sensitive, Verb

# What the pages need that agencies' owners see as well, at their own desk.
HERE = {"shell": "staff.html", "places": "accounts"}
ONCE = ("key form", "1 per day")


@require(Verb.MANAGE_KEYS)
@require_safe
def key_list(request: HttpRequest) -> HttpResponse:
    filtered = KeyFilter(request.GET, queryset=ApiKey.objects.visible_to(request.actor))
    # By prefix, not by primary key: that holds the hash, and a cursor stands in the address.
    page = keyset(filtered.qs, request, order=["-created", "-prefix"])
    context = {"filter": filtered, "page": page, "now": timezone.now()}
    return render(request, "accounts/keys.html", context | HERE)


@require(Verb.MANAGE_KEYS)
@sensitive(Sensitive.ISSUE_KEY)
@never_cache
def key_issue(request: HttpRequest) -> HttpResponse:
    """The answer to the form is the only page that ever shows the key."""
    form = KeyForm(request.POST or None, initial={"asked_as": uuid4()})
    if request.method == "POST" and form.is_valid():
        asked_as = form.cleaned_data.pop("asked_as")
        if sent_before(request, asked_as):
            return redirect("accounts:keys")
        try:
            key, secret = keys.issue(by=request.actor, **form.cleaned_data)
        except PermissionError:
            form.add_error("platform", _("Your own grant does not reach this platform."))
            forget(ONCE[0], str(asked_as), ONCE[1])
        else:
            header = f"Authorization: {WORD} {secret}"
            context = {"key": key, "secret": secret, "header": header}
            return render(request, "accounts/key_issued.html", context | HERE)
    return render(request, "accounts/key_issue.html", {"form": form} | HERE)


def sent_before(request: HttpRequest, asked_as: UUID | None) -> bool:
    """Whether the page that `asked_as` names has issued a key already, and says so: a browser
    sends a form again when its answer is loaded anew. Counts as sent from now on."""
    if asked_as is None or allow(ONCE[0], str(asked_as), ONCE[1]):
        return False
    messages.warning(
        request,
        _(
            "This form was sent before: its key stands in this list and was shown once. Revoke it"
            " if you have not copied it, and issue another one."
        ),
    )
    return True


@require(Verb.MANAGE_KEYS)
def key_revoke(request: HttpRequest, prefix: str) -> HttpResponse:
    key = get_object_or_404(ApiKey.objects.visible_to(request.actor), prefix=prefix)
    if request.method == "POST":
        keys.revoke(key, by=request.actor)
        messages.success(request, _("Revoked; the key no longer opens anything."))
        return redirect("accounts:keys")
    return render(request, "accounts/key_revoke.html", {"key": key} | HERE)
