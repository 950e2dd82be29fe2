"""Asking to be admitted: anybody at /agencies/apply/, known agencies from their desk."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.doors import allow, visitor
from accounts.permissions import Verb, may
from accounts.values import grouped
from agencies.actions import applications
from agencies.actions.admissions import AdmissionRefused
from agencies.actions.agencies import AgencyRefused
from agencies.forms.admissions import ApplyForm, EvidenceForm, ReferenceForm
from agencies.models import Admission, AdmissionStop, Agency
from agencies.queries.admissions import with_checks
from agencies.views.desk import at_desk

APPLICATIONS, LOOK_UPS = "5 per hour", "20 per 10 minutes"


@login_not_required
@never_cache
def apply(request: HttpRequest) -> HttpResponse:
    """The form for a firm that nobody knows here yet; the answer shows the reference, once."""
    form = ApplyForm(request.POST or None, request.FILES or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        if allow("apply", visitor(request), APPLICATIONS):
            try:
                made, reference = applications.apply(**form.parts())
                context = {"application": made, "reference": grouped(reference)}
                return render(request, "agencies/applied.html", context)
            except (AdmissionRefused, AgencyRefused) as refusal:
                form.add_error(None, str(refusal))
        else:
            form.add_error(None, _("So many applications at once: wait an hour."))
            status = 429
    context = {"form": form, "stops": _stops()}
    return render(request, "agencies/apply.html", context, status=status)


def _stops() -> list[AdmissionStop]:
    rows = AdmissionStop.objects.filter(until__isnull=True).select_related("platform")
    return list(rows.order_by("platform__sort_order"))


@login_not_required
@never_cache
def track(request: HttpRequest) -> HttpResponse:
    """What became of an application, for whoever has its reference."""
    form = ReferenceForm(request.POST or None)
    found, status = None, 200
    if request.method == "POST" and form.is_valid():
        within = allow("reference", visitor(request), LOOK_UPS)
        found = applications.followed(form.cleaned_data["reference"]) if within else None
        if found is None:
            status = 200 if within else 429
            words = _("No application has this reference.")
            form.add_error("reference", words if within else _("Wait ten minutes and try again."))
    context = {"form": form, "application": found}
    return render(request, "agencies/application_track.html", context, status=status)


@at_desk(Verb.SEE_DESK)
@require_safe
def own_admissions(request: HttpRequest, agency: Agency) -> HttpResponse:
    """On which platforms the agency is admitted, asks to be, or was."""
    rows = Admission.objects.visible_to(request.actor).filter(agency=agency)  # type: ignore[attr-defined]
    context = {
        "agency": agency,
        "admissions": with_checks(rows.select_related("platform").order_by("-pk")),
        "may_apply": may(request.actor, Verb.MANAGE_AGENCY, agency=agency.pk),  # type: ignore[attr-defined]
    }
    return render(request, "agencies/own_admissions.html", context)


@at_desk(Verb.MANAGE_AGENCY)
def admission_apply(request: HttpRequest, agency: Agency) -> HttpResponse:
    """A known agency asks for further platforms."""
    form = EvidenceForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            applications.apply_from_desk(agency, **form.parts(), by=request.actor)  # type: ignore[attr-defined]
            messages.success(request, _("Sent. The platform checks it now."))
            return redirect("agencies:own_admissions")
        except AdmissionRefused as refusal:
            form.add_error(None, str(refusal))
        except PermissionError as refusal:
            raise PermissionDenied from refusal
    context = {"agency": agency, "form": form, "stops": _stops()}
    return render(request, "agencies/admission_apply.html", context)
