"""Reports: filing one, and the messages on it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.permissions import Verb
from accounts.values import seal, unseal
from agencies.models import Agency
from influencers.models import Profile
from journal import actions as journal
from journal.actions.context import PASS, seeing
from journal.values import Actor, ActorKind, Audience, request_id
from reports.actions import cases
from reports.models import Category, Message, Report
from reports.queries import by_receipt
from reports.values import hashed

REPORTER = Actor(ActorKind.RECEIPT)  # nobody knows more of them, the journal least of all


class ReportRefused(ValueError):
    """It cannot be done with this report any more; the text says why, for a person."""


@transaction.atomic
def file(
    receipt: str,
    category: Category,
    text: str,
    *,
    profile: Profile | None = None,
    agency: Agency | None = None,
    target_text: str = "",
    platform: str = "",
    addresses: Sequence[str] = (),
    act_day: date | None = None,
    contact: str = "",
    source: str = "",
) -> Report:
    """Keeps a report, in good faith, and puts it into its case.

    `receipt` is new; the same one again (a form sent twice) gives the report that it has made.
    `source` see cases.take_in. Nothing else of the sender comes in here.
    """
    facts: dict[str, Any] = {
        "category": category,
        "platform": profile.platform.code if profile else platform,
        "profile": profile,
        "agency": agency,
        "target_text": target_text,
        "addresses": list(addresses),
        "act_day": act_day,
        "text": text,
        "contact_sealed": seal(contact) if contact else None,
        "bona_fide": True,
    }
    with seeing(PASS):  # whoever reports sees no report, not even this one without its receipt
        return _filed(receipt, facts, source)


def _filed(receipt: str, facts: dict[str, Any], source: str) -> Report:
    report, made = Report.objects.get_or_create(receipt_hmac=hashed(receipt), defaults=facts)
    if made:
        with _unlinked(REPORTER):  # the case that it opens, too
            case = cases.take_in(report, source)
        _record("report.received", report, REPORTER, case=case.number)
    return report


def opened_by(receipt: str) -> Report | None:
    """The report that a receipt stands for, if there is one: only what it opens is seen."""
    with seeing(PASS):
        return by_receipt(receipt)


def shown(public_id: str) -> Report | None:
    """For whom a receipt has opened it: the report with its messages and how its case stands."""
    related = ("category", "case__category", "case__decision", "profile__platform", "agency")
    with seeing(PASS):
        found = Report.objects.filter(public_id=public_id).select_related(*related)
        return found.prefetch_related("messages").first()


@transaction.atomic
def write(report: Report, text: str, *, by: Actor) -> Message:
    """A message on a report, from whoever holds its receipt or from a moderator.

    Raises ReportRefused once it is decided; PermissionError for anybody else.
    """
    if by.kind is ActorKind.RECEIPT:
        with seeing(PASS):  # the receipt was checked by whoever found the report
            return _written(_locked(report), text, by)
    if not Report.objects.visible_to(by).filter(pk=report.pk).exists():
        raise PermissionError(Verb.WORK_CASES)
    return _written(_locked(report), text, by)


def _written(report: Report, text: str, by: Actor) -> Message:
    if not report.is_open:
        raise ReportRefused(_("This report is decided: nobody reads more messages on it."))
    from_reporter = by.kind is ActorKind.RECEIPT
    message = Message.objects.create(report=report, from_reporter=from_reporter, text=text)
    _record("report.message_written", report, by)
    return message


@transaction.atomic
def open_contact(report: Report, *, by: Actor) -> str:
    """What the reporter left to be written to ("" for nothing), with an entry in the journal.

    Only for who has taken the case: CaseRefused for others, and once it is over.
    """
    assert report.case is not None  # every report has one from its first moment
    case = cases.locked(report.case, by)  # and not the report: a decision locks them the other way
    if case.holder(timezone.now()) != by.id:
        raise cases.CaseRefused(_("Take the case first."))
    _record("report.contact_opened", report, by)
    return (unseal(bytes(report.contact_sealed)) or "") if report.contact_sealed else ""


def _locked(report: Report) -> Report:
    return Report.objects.select_for_update(no_key=True).get(pk=report.pk)


def _record(verb: str, report: Report, by: Actor, **changes: str) -> None:
    with _unlinked(by):
        journal.record(
            verb,
            ("report", str(report.public_id)),
            by=by,
            audience=Audience.STAFF,
            platform=report.platform,
            changes=changes,
        )


@contextmanager
def _unlinked(by: Actor) -> Iterator[None]:
    """The entry of a reporter's act names no request: a proxy's log may know whose that was."""
    if by.kind is not ActorKind.RECEIPT:
        yield
        return
    token = request_id.set("")
    try:
        yield
    finally:
        request_id.reset(token)
