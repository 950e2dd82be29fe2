"""Letting agencies in: the three checks, the decision, and what may happen to it later."""

from collections.abc import Collection, Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions import proposals
from accounts.actions.proposals import ProposalRefused
from accounts.models import Proposal
from accounts.permissions import Sensitive, Verb, may
from agencies.actions import blacklist, filings
from agencies.actions.two import must_be_two_of_platform
from agencies.models import Admission, AdmissionCheck, AdmissionStop, Agency, Application, Filing
from agencies.models.admissions import OPEN
from influencers.models import Platform
from journal import actions as journal
from journal.values import Actor, Audience


class AdmissionRefused(ValueError):
    """It cannot be done so; the text says why, for a person."""


# --- Applying -------------------------------------------------------------------------------------


def must_take(platforms: Collection[Platform]) -> None:
    """AdmissionRefused where one of the platforms takes no applications today."""
    today = timezone.localdate()
    stops = AdmissionStop.objects.filter(platform__in=platforms, since__lte=today)
    if stop := stops.filter(until__isnull=True).select_related("platform").first():
        words = {"platform": stop.platform.name, "reason": stop.reason}
        raise AdmissionRefused(
            _("%(platform)s takes no applications at the moment: %(reason)s") % words
        )


def ask(
    agency: Agency, platforms: Sequence[Platform], application: Application | None, *, by: Actor
) -> list[Admission]:
    """Admissions of an agency that wait for the checks, on each of the platforms.

    Called within the transaction of an application, which has checked who asks. Raises
    AdmissionRefused where the agency is admitted or asks already, for an agency that is no more,
    and while a platform takes no applications.
    """
    must_take(platforms)
    if agency.ended_on is not None:
        raise AdmissionRefused(_("This agency is no more."))
    found = Admission.objects.filter(agency=agency, platform__in=platforms, status__in=OPEN)
    if there := found.select_related("platform").first():
        raise AdmissionRefused(
            _("The agency is admitted to %(platform)s or asks for it already.")
            % {"platform": there.platform.name}
        )
    return [begin(agency, platform, application, by=by) for platform in platforms]


def begin(
    agency: Agency, platform: Platform, application: Application | None, *, by: Actor
) -> Admission:
    """One admission that waits for the checks."""
    try:
        with transaction.atomic():
            made = Admission.objects.create(
                agency=agency, platform=platform, application=application
            )
    except IntegrityError as problem:
        raise AdmissionRefused(_("Somebody was faster: the agency asks already.")) from problem
    _record("admission.applied", made, by)
    return made


# --- Checking and deciding ------------------------------------------------------------------------


@transaction.atomic
def check(admission: Admission, kind: str, *, outcome: str, note: str, by: Actor) -> AdmissionCheck:
    """What somebody of the platform found at one of the three checks, as said last in its round.

    Once all three are there an application counts as checked; once all three are passed again, an
    admitted agency is no longer to be checked. Raises AdmissionRefused for an admission that is
    over; PermissionError for who may not decide there.
    """
    admission = _locked(admission, by)
    if not admission.is_open:
        raise AdmissionRefused(_("This was decided before."))
    said = {
        "agency_id": admission.agency_id,
        "outcome": outcome,
        "note": note,
        "checked_by": by.name,
        "checked_at": timezone.now(),
    }
    row, _made = AdmissionCheck.objects.update_or_create(
        admission=admission, round=admission.round, kind=kind, defaults=said
    )
    _record("admission.check_noted", admission, by, {"check": kind, "outcome": outcome})
    done = outcomes(admission)
    if admission.status == Admission.Status.APPLIED and len(done) == len(AdmissionCheck.Kind):
        admission.status = Admission.Status.CHECKED
        admission.save(update_fields=["status"])
        _record("admission.checked", admission, by)
    if admission.to_check_since and _all_passed(done):
        admission.to_check_since = None
        admission.save(update_fields=["to_check_since"])
        _record("admission.checked", admission, by)
    return row


def outcomes(admission: Admission) -> dict[str, str]:
    """By kind of check what its present round has found so far."""
    rows = AdmissionCheck.objects.filter(admission=admission, round=admission.round)
    return dict(rows.values_list("kind", "outcome"))


@transaction.atomic
def admit(admission: Admission, *, by: Actor, despite: str = "") -> Admission:
    """The platform lets the agency in, from today on; within ten working days it is to be filed.

    Raises AdmissionRefused before all three checks are passed, and for an agency on the blacklist
    without a reason to let it in `despite` that; PermissionError for who may not decide there.
    """
    admission = _locked(admission, by)
    if admission.status != Admission.Status.CHECKED:
        raise AdmissionRefused(_("All three checks come before the decision."))
    if not _all_passed(outcomes(admission)):
        raise AdmissionRefused(_("A check was failed: refuse it, or check again."))
    _must_be_clear(admission.agency, despite, by)
    admission.since = admission.platform.today(timezone.now())
    _decide(admission, Admission.Status.ADMITTED, "", by)
    _record("admission.admitted", admission, by, audience=Audience.PUBLIC)
    filings.start_clock(admission, Filing.Cause.ADMITTED, admission.since, by=by)
    return admission


@transaction.atomic
def refuse(admission: Admission, *, reason: str, by: Actor) -> Admission:
    """The platform does not let the agency in; the agency reads the reason. Raises as `admit`."""
    admission = _locked(admission, by)
    if admission.status not in ("applied", "checked"):
        raise AdmissionRefused(_("This was decided before."))
    _decide(admission, Admission.Status.REFUSED, reason, by)
    _record("admission.refused", admission, by)
    return admission


@transaction.atomic
def reinstate(admission: Admission, *, by: Actor, despite: str = "") -> Admission:
    """A suspended admission holds again, from its old day on. Raises as `admit`."""
    admission = _locked(admission, by)
    if admission.status != Admission.Status.SUSPENDED:
        raise AdmissionRefused(_("This admission is not suspended."))
    _must_be_clear(admission.agency, despite, by)
    _decide(admission, Admission.Status.ADMITTED, "", by)
    _record("admission.reinstated", admission, by, audience=Audience.PUBLIC)
    return admission


# --- By two people --------------------------------------------------------------------------------


@transaction.atomic
def propose(admission: Admission, step: str, *, reason: str, by: Actor) -> Proposal:
    """Proposes to suspend an admission or to end it (`step`: suspended | ended).

    Raises AdmissionRefused for a step that does not follow and for one that is proposed already;
    PermissionError for who may not decide there.
    """
    admission = _locked(admission, by)
    _must_follow(admission, step)
    try:
        return proposals.propose(
            Sensitive.SUSPEND_AGENCY,
            ("admission", str(admission.pk)),
            name=admission.agency.name_zh,
            reason=reason,
            by=by,
            params={"step": step},
            platform=admission.platform.code,
        )
    except ProposalRefused as refusal:
        raise AdmissionRefused(str(refusal)) from refusal


def carry_out(proposal: Proposal, *, by: Actor, proposed_by: Actor) -> None:
    """Suspends or ends as it was proposed. ProposalRefused where that does not follow any more."""
    admission = Admission.objects.get(pk=proposal.subject_id)
    step = suspend if proposal.params["step"] == Admission.Status.SUSPENDED else end
    try:
        step(admission, reason=proposal.reason, by=by, proposed_by=proposed_by)
    except AdmissionRefused as refusal:
        raise ProposalRefused(str(refusal)) from refusal


def facts(proposal: Proposal, actor: Actor) -> dict[str, Any]:
    """The admission that it is about."""
    found = Admission.objects.visible_to(actor).select_related("agency", "platform")
    return {"admission": found.filter(pk=proposal.subject_id).first()}


@transaction.atomic
def suspend(
    admission: Admission, *, reason: str, by: Actor, proposed_by: Actor | None = None
) -> Admission:
    """The agency is not admitted until it is reinstated. Raises NeedsTwo for one person,
    AdmissionRefused where it is not admitted, PermissionError for who may not decide there."""
    return _close(admission, Admission.Status.SUSPENDED, reason, by, proposed_by)


@transaction.atomic
def end(
    admission: Admission, *, reason: str, by: Actor, proposed_by: Actor | None = None
) -> Admission:
    """The agency is removed from the platform from today on; to come back it applies again. Raises
    as `suspend`."""
    admission = _close(admission, Admission.Status.ENDED, reason, by, proposed_by)
    assert admission.until is not None
    filings.start_clock(admission, Filing.Cause.ENDED, admission.until, by=by)
    return admission


def _close(
    admission: Admission, step: str, reason: str, by: Actor, proposed_by: Actor | None
) -> Admission:
    admission = _locked(admission, by)
    code = admission.platform.code
    must_be_two_of_platform(Sensitive.SUSPEND_AGENCY, code, by=by, proposed_by=proposed_by)
    _must_follow(admission, step)
    if step == Admission.Status.ENDED:
        assert admission.since is not None
        admission.until = max(admission.platform.today(timezone.now()), admission.since)
        admission.to_check_since = None
    _decide(admission, step, reason, by)
    _record(f"admission.{step}", admission, by, audience=Audience.PUBLIC)
    return admission


def _must_follow(admission: Admission, step: str) -> None:
    follows = {"suspended": ("admitted",), "ended": ("admitted", "suspended")}
    if admission.status not in follows[step]:
        raise AdmissionRefused(_("This does not follow on how the admission stands now."))


# --- Taking no applications -----------------------------------------------------------------------


@transaction.atomic
def stop(platform: Platform, *, reason: str, by: Actor) -> AdmissionStop:
    """The platform takes no applications from today on; said twice it is one stop. Raises
    PermissionError for who may not decide there."""
    _must_decide(by, platform.code)
    said = {"since": timezone.localdate(), "reason": reason, "stopped_by": by.name}
    row, made = AdmissionStop.objects.get_or_create(platform=platform, until=None, defaults=said)
    if made:
        _record_stop("intake.stopped", row, by)
    return row


@transaction.atomic
def resume(platform: Platform, *, by: Actor) -> None:
    """The platform takes applications again, from today on. Raises as `stop`."""
    _must_decide(by, platform.code)
    rows = AdmissionStop.objects.filter(platform=platform, until__isnull=True)
    for row in rows.select_for_update(no_key=True):
        row.until = max(timezone.localdate(), row.since)
        row.save(update_fields=["until"])
        _record_stop("intake.resumed", row, by)


# --- What all of them need ------------------------------------------------------------------------


def _all_passed(done: dict[str, str]) -> bool:
    passed = [kind for kind, outcome in done.items() if outcome == AdmissionCheck.Outcome.PASSED]
    return len(passed) == len(AdmissionCheck.Kind)


def _must_be_clear(agency: Agency, despite: str, by: Actor) -> None:
    try:
        blacklist.agency_must_be_clear(agency, despite=despite, by=by)
    except blacklist.IsListed as hit:
        raise AdmissionRefused(str(hit)) from hit


def _must_decide(by: Actor, code: str) -> None:
    """Of an agency nobody decides, and of staff who reaches the platform as a whole."""
    here = not by.platforms or code in by.platforms
    if not may(by, Verb.DECIDE_ADMISSIONS) or not here or by.agency_ids:
        raise PermissionError(Verb.DECIDE_ADMISSIONS)


def _locked(admission: Admission, by: Actor) -> Admission:
    row = (
        Admission.objects.select_related("platform", "agency__group")
        .select_for_update(no_key=True, of=("self",))
        .get(pk=admission.pk)
    )
    _must_decide(by, row.platform.code)
    return row


def _decide(admission: Admission, status: str, reason: str, by: Actor) -> None:
    admission.status, admission.reason = Admission.Status(status), reason[:300]
    admission.decided_by, admission.decided_at = by.name, timezone.now()
    admission.save()


def _record(
    verb: str,
    admission: Admission,
    by: Actor,
    changes: dict[str, str] | None = None,
    audience: Audience = Audience.PARTIES,
) -> None:
    journal.record(
        verb,
        admission,
        by=by,
        audience=audience,
        platform=admission.platform.code,
        agency_ids=[admission.agency_id],
        changes={"status": admission.status, **(changes or {})},
    )


def _record_stop(verb: str, row: AdmissionStop, by: Actor) -> None:
    journal.record(verb, row, by=by, audience=Audience.PUBLIC, platform=row.platform.code)
