"""Agencies that are no more: merged into another one, or taken off the register of firms.

Both change the public labels of all their accounts on a day, and take two people. Contracts and
bindings end on that day; with a merger by law they go on with the successor without a question to
each account, which is told instead and may contest it (docs/adr says why). A day in the past is a
late entry: what was known before stays readable, because the rows keep their past.

A fixed number of statements per thousand rows, whatever the agency holds.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, TypeVar

from django.db import connection, models, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions import proposals
from accounts.actions.proposals import ProposalRefused
from accounts.models import Proposal
from accounts.permissions import Sensitive, Verb, may
from agencies import notifications
from agencies.actions import admissions, farewells, filings
from agencies.actions.two import must_be_two_of_platform
from agencies.models import Admission, Agency, Binding, Contract, Dispute, Filing, Ownership
from agencies.models.admissions import IN, OPEN
from agencies.models.bindings import PUBLIC
from agencies.queries.endings import Held, held_on
from influencers.models import Profile
from journal import actions as journal
from journal.values import Actor, Audience

M = TypeVar("M", bound=models.Model)
BATCH = 1000

# What begins on the day or later never was: its place is taken, or there is nobody any more.
CAP_BINDINGS = """
    UPDATE agencies_binding
    SET during = CASE WHEN lower(during) < %(day)s THEN daterange(lower(during), %(day)s)
                      ELSE during END,
        status = CASE WHEN lower(during) < %(day)s THEN status
                      WHEN status = 'claimed' THEN 'withdrawn' ELSE 'void' END,
        reason = CASE WHEN lower(during) < %(day)s THEN reason ELSE %(reason)s END
    WHERE id = ANY(%(ids)s)"""
CAP_CONTRACTS = """
    UPDATE agencies_contract
    SET during = CASE WHEN lower(during) < %(day)s THEN daterange(lower(during), %(day)s)
                      ELSE during END,
        status = CASE WHEN lower(during) < %(day)s THEN status ELSE 'withdrawn' END,
        renewal = 'none', revision = revision + 1
    WHERE id = ANY(%(ids)s)"""


class EndingRefused(ValueError):
    """It cannot end so; the text says why, for a person."""


class Terms(models.TextChoices):
    """How a merger passes contracts on."""

    LAW = "law"  # merger of companies: the successor takes over all rights and debts
    AGREEMENT = "agreement"  # contracts are handed over: whom they bind has to agree


@transaction.atomic
def propose(
    agency: Agency,
    *,
    day: date,
    reason: str,
    by: Actor,
    successor: Agency | None = None,
    terms: str = Terms.LAW,
) -> Proposal:
    """An operator has seen that an agency was merged into `successor`, or deregistered, on `day`.

    Raises EndingRefused for a day to come or before the agency began, for an agency or a successor
    that is no more, and for what is proposed already; PermissionError for who may not.
    """
    agency = _locked(agency, by)
    _must_be_possible(agency, successor, day)
    try:
        return proposals.propose(
            Sensitive.CLOSE_AGENCY,
            ("agency", str(agency.pk)),
            name=agency.name_zh,
            reason=reason,
            by=by,
            params={
                "day": day.isoformat(),
                "successor": successor.pk if successor else None,
                "terms": str(terms),
            },
        )
    except ProposalRefused as refusal:
        raise EndingRefused(str(refusal)) from refusal


def carry_out(proposal: Proposal, *, by: Actor, proposed_by: Actor) -> None:
    """Ends the agency as it was proposed. ProposalRefused where that is not possible any more."""
    agency = Agency.objects.get(pk=proposal.subject_id)
    said = proposal.params
    day = date.fromisoformat(said["day"])
    try:
        if said["successor"] is None:
            deregister(agency, day=day, by=by, proposed_by=proposed_by)
        else:
            other = Agency.objects.get(pk=said["successor"])
            merge(agency, other, day=day, terms=said["terms"], by=by, proposed_by=proposed_by)
    except EndingRefused as refusal:
        raise ProposalRefused(str(refusal)) from refusal


def facts(proposal: Proposal, actor: Actor) -> dict[str, Any]:
    """The agencies that it is about, and what it would change."""
    visible = Agency.objects.visible_to(actor)
    agency = visible.filter(pk=proposal.subject_id).first()
    day = date.fromisoformat(proposal.params["day"])
    held = held_on(agency, day) if agency else Held([], [])
    return {
        "agency": agency,
        "successor": visible.filter(pk=proposal.params["successor"]).first(),
        "day": day,
        "by_law": proposal.params["terms"] == Terms.LAW,
        "accounts": len({each.profile_id for each in held.bindings if each.status in PUBLIC}),
        "contracts": len(held.contracts),
    }


@transaction.atomic
def deregister(agency: Agency, *, day: date, by: Actor, proposed_by: Actor | None = None) -> Agency:
    """From `day` on the firm is no more; its contracts, bindings and labels end. Raises NeedsTwo
    for one person, EndingRefused as `propose`."""
    must_be_two_of_platform(Sensitive.CLOSE_AGENCY, "", by=by, proposed_by=proposed_by)
    agency = _locked(agency, by)
    _must_be_possible(agency, None, day)
    held = _held(agency, day)
    _cap(held, day, "the agency was deregistered")
    _close(agency, day, by, Agency.Ending.DEREGISTERED, None)
    farewells.tell(held, {}, notifications.DEREGISTERED, agency, None, day)
    farewells.write_events(held, {}, by)
    _record("agency.deregistered", [agency], by, {"on": day.isoformat()})
    return agency


@transaction.atomic
def merge(
    agency: Agency,
    successor: Agency,
    *,
    day: date,
    by: Actor,
    terms: str = Terms.LAW,
    proposed_by: Actor | None = None,
) -> Agency:
    """From `day` on the successor stands in the agency's place: each contract goes on with it as
    a new revision, each binding as a new one, pending disputes included.

    With Terms.LAW they are as public as they were; with Terms.AGREEMENT they are claims that the
    accounts answer. Raises NeedsTwo for one person, EndingRefused as `propose`.
    """
    must_be_two_of_platform(Sensitive.CLOSE_AGENCY, "", by=by, proposed_by=proposed_by)
    agency = _locked(agency, by)
    _must_be_possible(agency, successor, day)
    held = _held(agency, day)
    pending = list(Dispute.objects.pending().filter(binding__in=[row.pk for row in held.bindings]))
    contracts = _contracts_of(successor, held, day)
    _cap(held, day, "the agency was merged into another one")
    by_law = terms == Terms.LAW
    made = _bindings_of(successor, held, contracts, day, public=by_law)
    if by_law:
        _carry_on(pending, made, day)
    _follow_on(agency, successor, day, by)
    _close(agency, day, by, Agency.Ending.MERGED, successor)
    words = notifications.MERGED if by_law else notifications.HANDED_OVER
    farewells.tell(held, made, words, agency, successor, day)
    farewells.write_events(held, made, by)
    changes = {"on": day.isoformat(), "successor": successor.slug, "terms": str(terms)}
    _record("agency.merged", [agency, successor], by, changes)
    return successor


# --- What it takes --------------------------------------------------------------------------------


def _locked(agency: Agency, by: Actor) -> Agency:
    if not may(by, Verb.CLOSE_AGENCIES) or by.agency_ids:
        raise PermissionError(Verb.CLOSE_AGENCIES)
    return Agency.objects.select_for_update(no_key=True).get(pk=agency.pk)


def _must_be_possible(agency: Agency, successor: Agency | None, day: date) -> None:
    if agency.ended_on is not None:
        raise EndingRefused(_("This agency is no more."))
    if day > timezone.localdate():
        raise EndingRefused(_("Enter it once the day has come."))
    first = agency.names.order_by("during").first()
    if first is not None and day <= first.during.lower:
        raise EndingRefused(_("The agency began on that day or later."))
    if successor is None:
        return
    if successor.pk == agency.pk:
        raise EndingRefused(_("An agency is not its own successor."))
    if Agency.objects.get(pk=successor.pk).ended_on is not None:
        raise EndingRefused(_("The successor is no more."))


def _held(agency: Agency, day: date) -> Held:
    """What the agency holds from the day on, under locks: accounts first, in id order."""
    before = held_on(agency, day)
    ids = sorted({row.profile_id for row in before.bindings})
    list(Profile.objects.filter(pk__in=ids).order_by("pk").select_for_update(no_key=True))
    return held_on(agency, day, lock=True)


def _cap(held: Held, day: date, reason: str) -> None:
    said: dict[str, Any] = {"day": day, "reason": reason}
    with connection.cursor() as cursor:
        cursor.execute(CAP_BINDINGS, {**said, "ids": [row.pk for row in held.bindings]})
        cursor.execute(CAP_CONTRACTS, {**said, "ids": [row.pk for row in held.contracts]})


def _again(row: M, **other: Any) -> M:
    """An unsaved copy of a row, but for what the database sets by itself."""
    own = {"id", "known_from", "xid", "claimed_at"}
    fields = [each.attname for each in row._meta.concrete_fields if each.attname not in own]
    return type(row)(**{**{name: getattr(row, name) for name in fields}, **other})


def _rest(during: DateRange, day: date) -> DateRange:
    return DateRange(max(during.lower, day), during.upper)


def _contracts_of(successor: Agency, held: Held, day: date) -> dict[int, Contract]:
    """By the contract that ends, the one that goes on."""
    kept = Contract.objects.kept().filter(agency=successor).values_list("reference", flat=True)
    taken = {reference.lower() for reference in kept}
    rows = []
    for row in held.contracts:
        reference, number = row.reference, 2
        while reference.lower() in taken:
            reference = f"{row.reference[:70]} ({number})"
            number += 1
        taken.add(reference.lower())
        rows.append(
            _again(
                row,
                agency_id=successor.pk,
                reference=reference,
                during=_rest(row.during, day),
                revision=row.revision + 1,
                succeeds_id=row.pk,
            )
        )
    made = Contract.objects.bulk_create(rows, batch_size=BATCH)
    return {row.succeeds_id: row for row in made if row.succeeds_id}


def _bindings_of(
    successor: Agency, held: Held, contracts: Mapping[int, Contract], day: date, *, public: bool
) -> dict[int, Binding]:
    """By the binding that ends, the one that goes on: born as claims, as all are."""
    unproven = {"basis": "", "proof": "", "confirmed_on": None, "last_confirmed_on": None}
    rows = [
        _again(
            row,
            agency_id=successor.pk,
            contract_id=contracts[row.contract_id].pk,
            during=_rest(row.during, day),
            status=Binding.Status.CLAIMED,
            succeeds_id=row.pk,
            **({} if public else unproven),
        )
        for row in held.bindings
        if row.contract_id in contracts
    ]
    made = {
        row.succeeds_id: row
        for row in Binding.objects.bulk_create(rows, batch_size=BATCH)
        if row.succeeds_id
    }
    if public:
        was = {row.pk: row.status for row in held.bindings}
        for steps, status in ((PUBLIC, "confirmed"), (("suspended",), "suspended")):
            ids = [row.pk for old, row in made.items() if was[old] in steps]
            Binding.objects.filter(pk__in=ids).update(status=status)
    return made


def _carry_on(pending: list[Dispute], made: Mapping[int, Binding], day: date) -> None:
    """Who contests a binding contests the one that goes on with it: the label keeps saying so."""
    rows = [
        _again(
            row,
            binding_id=made[row.binding_id].pk,
            from_day=max(row.from_day, day),
            opened_at=timezone.now(),
            status=Dispute.Status.OPEN,
        )
        for row in pending
        if row.binding_id in made
    ]
    copies = Dispute.objects.bulk_create(rows, batch_size=BATCH)
    answered = [row.pk for row in copies if row.answer]
    Dispute.objects.filter(pk__in=answered).update(status=Dispute.Status.ANSWERED)


def _follow_on(agency: Agency, successor: Agency, day: date, by: Actor) -> None:
    """The successor is checked and filed anew, and asks to be admitted where it is not yet."""
    filings.changed(successor, Filing.Cause.MERGED, day, by=by)
    there = Admission.objects.filter(agency=successor, status__in=OPEN).values("platform")
    missing = Admission.objects.filter(agency=agency, status__in=IN).exclude(platform__in=there)
    for admission in missing.select_related("platform").order_by("pk"):
        admissions.begin(successor, admission.platform, admission.application, by=by)


def _close(agency: Agency, day: date, by: Actor, ending: str, successor: Agency | None) -> None:
    now = timezone.now()
    reason = str(Agency.Ending(ending).label)
    rows = Admission.objects.filter(agency=agency, status__in=OPEN).select_related("platform")
    for row in rows.order_by("pk").select_for_update(no_key=True, of=("self",)):
        was_in = row.status in IN
        row.status = Admission.Status.ENDED if was_in else Admission.Status.REFUSED
        row.until = max(day, row.since) if row.since else None
        row.to_check_since = None
        row.reason, row.decided_by, row.decided_at = reason, by.name, now
        row.save()
        if was_in:
            filings.start_clock(row, ending, day, by=by)
    for owned in Ownership.objects.filter(agency=agency, during__contains=day):
        lower = owned.during.lower
        begun = lower is None or lower < day
        owned.during = DateRange(lower, day) if begun else DateRange(empty=True)
        owned.save(update_fields=["during"])
    agency.ending, agency.ended_on, agency.successor = ending, day, successor
    agency.group = None
    agency.save(update_fields=["ending", "ended_on", "successor", "group"])


def _record(verb: str, agencies: list[Agency], by: Actor, changes: dict[str, Any]) -> None:
    journal.record(
        verb,
        agencies[0],
        by=by,
        audience=Audience.PUBLIC,
        agency_ids=[each.pk for each in agencies],
        changes=changes,
    )
