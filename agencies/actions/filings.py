"""What platforms file with the authority, and by when: after an admission and after each change of
what was filed. The same changes open the checks of an admission again."""

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.permissions import Verb, may
from agencies.models import Admission, Agency, Filing
from agencies.models.admissions import IN
from agencies.values.workdays import FILING_DAYS, workdays_after
from journal import actions as journal
from journal.values import Actor, Audience


class FilingRefused(ValueError):
    """It cannot be noted down so; the text says why, for a person."""


def start_clock(admission: Admission, cause: str, on: date, *, by: Actor) -> Filing:
    """Something happened on a day that has to be filed within FILING_DAYS working days. What is
    entered late is due from the day on which it is entered: before that nobody could file it."""
    counted_from = max(on, admission.platform.today(timezone.now()))
    due, provisional = workdays_after(counted_from, FILING_DAYS)
    filing = Filing.objects.create(
        admission=admission,
        agency_id=admission.agency_id,
        cause=cause,
        happened_on=on,
        counted_from=counted_from,
        due=due,
        provisional=provisional,
    )
    _record("filing.due", filing, by, {"cause": cause, "due": due.isoformat()})
    return filing


def changed(agency: Agency, cause: str, on: date, *, by: Actor) -> None:
    """What was checked and filed of an agency is another now: on every platform that has admitted
    it the checks begin again and the clock of the filing runs. It stays admitted meanwhile."""
    rows = Admission.objects.filter(agency=agency, status__in=IN).select_related("platform")
    for admission in rows.order_by("pk").select_for_update(no_key=True, of=("self",)):
        admission.round += 1
        admission.to_check_since = on
        admission.save(update_fields=["round", "to_check_since"])
        start_clock(admission, cause, on, by=by)


@transaction.atomic
def file(filing: Filing, *, number: str, filed_on: date, by: Actor) -> Filing:
    """The platform has filed it: under which number, on which day.

    Raises FilingRefused for one that was filed, a day to come or one before it happened;
    PermissionError for who may not decide admissions there.
    """
    filing = (
        Filing.objects.select_related("admission__platform")
        .select_for_update(no_key=True, of=("self",))
        .get(pk=filing.pk)
    )
    platform = filing.admission.platform
    if not may(by, Verb.DECIDE_ADMISSIONS) or not _here(by, platform.code):
        raise PermissionError(Verb.DECIDE_ADMISSIONS)
    if filing.filed_on is not None:
        raise FilingRefused(_("This was filed before."))
    if filed_on > platform.today(timezone.now()) or filed_on < filing.happened_on:
        raise FilingRefused(_("Choose a day from when it happened until today."))
    filing.number, filing.filed_on, filing.filed_by = number, filed_on, by.name
    filing.save(update_fields=["number", "filed_on", "filed_by"])
    _record("filing.filed", filing, by, {"filed_on": filed_on.isoformat()})
    return filing


def count_again() -> int:
    """Provisional days, once the make-up workdays of their year are announced. Returns how many
    are another day now, or are provisional no more."""
    moved = 0
    with transaction.atomic():
        rows = Filing.objects.open().filter(provisional=True).order_by("pk")
        for filing in rows.select_for_update(no_key=True, skip_locked=True):
            due = workdays_after(filing.counted_from, FILING_DAYS)
            if due != (filing.due, filing.provisional):
                filing.due, filing.provisional = due
                filing.save(update_fields=["due", "provisional"])
                moved += 1
    return moved


def _here(by: Actor, code: str) -> bool:
    return not by.agency_ids and (not by.platforms or code in by.platforms)


def _record(verb: str, filing: Filing, by: Actor, changes: dict[str, str]) -> None:
    journal.record(
        verb,
        filing,
        by=by,
        audience=Audience.STAFF,
        platform=filing.admission.platform.code,
        agency_ids=[filing.agency_id],
        changes=changes,
    )
