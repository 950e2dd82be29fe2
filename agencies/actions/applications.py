"""Firms that ask to be admitted: anybody may send an application, an operator takes it up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from accounts.actions.files import keep
from accounts.models import File
from accounts.permissions import Verb, may
from accounts.values import new_code, read_code
from agencies.actions import admissions, agencies, blacklist
from agencies.actions.admissions import AdmissionRefused
from agencies.models import Admission, Agency, Application, Evidence
from agencies.values.legal import legal_hash
from influencers.models import Platform
from journal import actions as journal
from journal.actions.context import PASS, seeing
from journal.values import NOBODY, Actor, Audience

REFERENCE_LENGTH = 24  # 120 bits: nobody guesses one
MOST_WAITING = 5  # applications with one credit code


@dataclass(frozen=True, slots=True)
class Handed:
    """What is handed in for one of the three checks: words, and a file that was looked at."""

    text: str = ""
    upload: Any = None
    kind: File.Kind | None = None
    name: str = ""
    checked: str = ""


@transaction.atomic
def apply(
    facts: Mapping[str, Any], platforms: Sequence[Platform], evidence: Mapping[str, Handed]
) -> tuple[Application, str]:
    """Keeps an application of whoever sends one, and gives the reference to follow it by.

    `facts`: credit_code, name_zh, name_en, responsible, reviewers, contact_email, legal_number.
    Raises AgencyRefused for a code that is none, AdmissionRefused while a platform takes no
    applications and above MOST_WAITING.
    """
    said = dict(facts)
    code = agencies.checked_code(said.pop("credit_code"))
    number = said.pop("legal_number", "")
    admissions.must_take(platforms)
    reference = new_code(REFERENCE_LENGTH)
    with seeing(PASS):  # whoever sends one sees none
        if Application.objects.waiting().filter(credit_code=code).count() >= MOST_WAITING:
            raise AdmissionRefused(_("Several applications with this code wait already."))
        made = Application.objects.create(
            **said,
            credit_code=code,
            legal_hash=legal_hash(number),
            platforms=[each.code for each in platforms],
            reference_hash=_hashed(reference),
        )
        _hand_in(made, evidence, NOBODY)
        _record("application.received", made, NOBODY)
    return made, reference


@transaction.atomic
def apply_from_desk(
    agency: Agency,
    facts: Mapping[str, Any],
    platforms: Sequence[Platform],
    evidence: Mapping[str, Handed],
    *,
    by: Actor,
) -> list[Admission]:
    """A known agency asks for further platforms; the checks begin at once.

    `facts` as for `apply`, without names and code. Raises AdmissionRefused as `admissions.ask`,
    PermissionError for who does not manage the agency.
    """
    if not may(by, Verb.MANAGE_AGENCY, agency=agency.pk):
        raise PermissionError(Verb.MANAGE_AGENCY)
    said = dict(facts)
    number = said.pop("legal_number", "")
    made = Application.objects.create(
        **said,
        agency=agency,
        credit_code=agency.credit_code,
        name_zh=agency.name_zh,
        name_en=agency.name_en,
        legal_hash=legal_hash(number),
        platforms=[each.code for each in platforms],
        status=Application.Status.TAKEN,
    )
    _hand_in(made, evidence, by)
    _record("application.received", made, by)
    return admissions.ask(agency, platforms, made, by=by)


def followed(reference: str) -> Application | None:
    """The application of a reference as somebody typed it, with its admissions, if there is one."""
    code = read_code(reference)
    if len(code) != REFERENCE_LENGTH:
        return None
    with seeing(PASS):
        found = Application.objects.filter(reference_hash=_hashed(code))
        return found.prefetch_related("admissions__platform").first()


@transaction.atomic
def take(application: Application, *, by: Actor, despite: str = "") -> Agency:
    """An operator takes an application up: the agency with its code, a new one where there is
    none, and an admission on each of the platforms.

    Raises AdmissionRefused for one that was decided, for a firm on the blacklist without a reason
    to let it in `despite` that, and as `admissions.ask`; PermissionError for who may not.
    """
    application = _locked(application, by)
    if not may(by, Verb.REGISTER_AGENCIES):
        raise PermissionError(Verb.REGISTER_AGENCIES)
    known = Agency.objects.filter(credit_code=application.credit_code).first()
    try:
        found = blacklist.must_be_clear(
            application.credit_code,
            despite=despite,
            hashes=[application.legal_hash],
            group=known.group if known else None,
        )
    except blacklist.IsListed as hit:
        raise AdmissionRefused(str(hit)) from hit
    code = application.credit_code
    agency = known
    if agency is None:
        agency = agencies.register(
            code, application.name_zh, application.name_en, by=by, despite=despite
        )
        found = [entry for entry in found if entry.credit_code != code]  # register kept those
    blacklist.let_in(agency, found, despite, by=by)
    application.agency = agency
    application.evidence.update(agency=agency)
    _decide(application, Application.Status.TAKEN, "", by)
    platforms = list(Platform.objects.filter(code__in=application.platforms))
    admissions.ask(agency, platforms, application, by=by)
    _record("application.taken", application, by)
    return agency


@transaction.atomic
def refuse(application: Application, *, reason: str, by: Actor) -> Application:
    """Nobody takes it up; whoever follows it reads the reason. Raises as `take`."""
    application = _locked(application, by)
    _decide(application, Application.Status.REFUSED, reason, by)
    _record("application.refused", application, by)
    return application


def _hand_in(application: Application, evidence: Mapping[str, Handed], by: Actor) -> None:
    for kind, said in evidence.items():
        if not said.text and said.upload is None:
            continue
        file = None
        if said.upload is not None:
            assert said.kind is not None
            file = keep(said.upload, said.kind, name=said.name, checked=said.checked, by=by)
        Evidence.objects.create(
            application=application,
            agency=application.agency,
            kind=kind,
            text=said.text,
            file=file,
        )


def _locked(application: Application, by: Actor) -> Application:
    application = Application.objects.select_for_update(no_key=True).get(pk=application.pk)
    here = not by.platforms or bool(by.platforms & set(application.platforms))
    if not may(by, Verb.DECIDE_ADMISSIONS) or not here or by.agency_ids:
        raise PermissionError(Verb.DECIDE_ADMISSIONS)
    if application.status != Application.Status.WAITING:
        raise AdmissionRefused(_("This was decided before."))
    return application


def _decide(application: Application, status: str, reason: str, by: Actor) -> None:
    application.status, application.reason = Application.Status(status), reason[:300]
    application.decided_by, application.decided_at = by.name, timezone.now()
    application.save()


def _hashed(reference: str) -> str:
    return salted_hmac("agencies.application", reference, algorithm="sha256").hexdigest()


def _record(verb: str, application: Application, by: Actor) -> None:
    journal.record(
        verb,
        application,
        by=by,
        audience=Audience.STAFF,
        agency_ids=[application.agency_id] if application.agency_id else [],
        changes={"platforms": application.platforms, "status": application.status},
    )
