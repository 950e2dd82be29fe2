"""Contracts as their agencies keep them: added, amended (a new revision), ended, withdrawn."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.permissions import Verb, may
from agencies.actions import answers, terms
from agencies.actions.terms import ContractRefused as ContractRefused
from agencies.models import Agency, Binding, Contract
from agencies.queries.contracts import not_over
from journal import actions as journal
from journal.values import Actor, Audience

AMENDABLE = frozenset({"reference", "party", "kind", "services", "signed_on", "during", "renewal"})


@transaction.atomic
def add(
    agency: Agency,
    *,
    reference: str,
    party: str,
    kind: str,
    services: Sequence[str],
    during: DateRange,
    by: Actor,
    signed_on: date | None = None,
    renewal: str = Contract.Renewal.NONE,
) -> Contract:
    """A contract of the agency; said twice it is one contract.

    Raises ContractRefused when the agency has another one of this reference, and for a period
    beyond the end of an agency that is no more; PermissionError for who may not edit its contracts.
    """
    _must_edit(by, agency.pk)
    the_end = agency.ended_on
    if the_end is not None and (during.upper is None or during.upper > the_end):
        raise ContractRefused(_("This agency is no more."), "last_day")
    said = {
        "party": party,
        "kind": kind,
        "services": list(services),
        "during": during,
        "signed_on": signed_on,
        "renewal": renewal,
    }
    try:
        with transaction.atomic():
            contract = Contract.objects.create(agency=agency, reference=reference, **said)
    except IntegrityError as problem:
        same = Contract.objects.kept().filter(agency=agency, reference=reference, **said).first()
        if same is not None:
            return same
        raise ContractRefused(_taken(), "reference") from problem
    _record("contract.added", contract, by, {"reference": reference})
    return contract


@transaction.atomic
def amend(contract: Contract, *, by: Actor, revision: int | None = None, **fields: Any) -> Contract:
    """The next revision of a contract; the database keeps the one before.

    `revision` is the one that the actor has looked at. A period that ends earlier ends the bindings
    with it. Raises ContractRefused for a withdrawn contract, one that somebody else has changed
    since, a first day after that of one of its bindings, a last day before a public one begins, a
    reference that another one has;
    TypeError for a field that is none; PermissionError for who may not edit.
    """
    if unknown := set(fields) - AMENDABLE:
        raise TypeError(f"not amendable: {sorted(unknown)}")
    contract = _locked(contract, by)
    changed = [name for name, value in fields.items() if getattr(contract, name) != value]
    if not changed:
        return contract
    if revision not in (None, contract.revision):
        raise ContractRefused(
            _("Somebody has changed this contract since you opened it. Look at it again.")
        )
    if "during" in changed:
        terms.may_last(fields["during"], contract.bindings.all())
    for name in changed:
        setattr(contract, name, fields[name])
    contract.revision += 1
    try:
        with transaction.atomic():
            contract.save()
    except IntegrityError as problem:
        raise ContractRefused(_taken(), "reference") from problem
    if "during" in changed:
        answers.cap([contract.pk], by=by)
    # Whose contract it is, is nobody's business in the journal: the field is named, not shown.
    _record("contract.amended", contract, by, dict.fromkeys(sorted(changed), "changed"))
    return contract


@transaction.atomic
def end(contract: Contract, *, last_day: date, by: Actor) -> Contract:
    """The contract ends after `last_day`, and its bindings with it.

    Raises ContractRefused for a day before the contract began, after it ends anyway, or before a
    public binding begins.
    """
    contract = _locked(contract, by)
    lower, upper = contract.during.lower, contract.during.upper
    if last_day < lower:
        raise ContractRefused(_("The contract begins after this day."), "last_day")
    if upper is not None and last_day >= upper:
        raise ContractRefused(_("The contract ends before this day."), "last_day")
    after = last_day + timedelta(days=1)
    if upper == after:
        return contract
    terms.may_end(last_day, contract.bindings.all(), "last_day")
    contract.during = DateRange(lower, after)
    contract.revision += 1
    contract.save()
    answers.cap([contract.pk], by=by)
    _record("contract.ended", contract, by, {"last_day": last_day.isoformat()})
    return contract


@transaction.atomic
def confirm(agency: Agency, contract_ids: Collection[int], *, by: Actor) -> int:
    """These contracts of the agency hold as they stand, and so do their confirmed bindings: said
    of the agency's own accord, outside of a review.

    Those that are over or withdrawn are left out. Returns how many there were. Raises
    PermissionError for who may not edit.
    """
    _must_edit(by, agency.pk)
    now = timezone.now()
    running = Contract.objects.kept().filter(not_over(timezone.localdate(now)), agency=agency)
    ids = list(running.filter(pk__in=contract_ids).values_list("pk", flat=True))
    answers.lock(ids)
    # Once more: somebody may have ended or withdrawn one of them while this waited.
    still = running.filter(pk__in=ids).values_list("pk", flat=True)
    return answers.confirm(list(still), by=by, at=now)


@transaction.atomic
def withdraw(contract: Contract, *, by: Actor) -> Contract:
    """Takes back a contract that was entered by mistake; one that is public must be ended.

    Said twice it is done once.
    """
    if Contract.objects.filter(pk=contract.pk, status=Contract.Status.WITHDRAWN).exists():
        return contract
    contract = _locked(contract, by)
    if contract.bindings.filter(status__in=["confirmed", "suspended"]).exists():
        raise ContractRefused(_("Accounts are confirmed under this contract: end it instead."))
    for binding in contract.bindings.filter(status=Binding.Status.CLAIMED):
        binding.status = Binding.Status.WITHDRAWN
        binding.save(update_fields=["status"])
    contract.status = Contract.Status.WITHDRAWN
    contract.save(update_fields=["status"])
    _record("contract.withdrawn", contract, by, {})
    return contract


def _must_edit(by: Actor, agency_id: int) -> None:
    if not may(by, Verb.EDIT_CONTRACTS, agency=agency_id):
        raise PermissionError(Verb.EDIT_CONTRACTS)


def _taken() -> str:
    return _("The agency already has a contract with this reference.")


def _locked(contract: Contract, by: Actor) -> Contract:
    _must_edit(by, contract.agency_id)
    answers.lock([contract.pk])
    contract = Contract.objects.get(pk=contract.pk)
    if contract.status != Contract.Status.KEPT:
        raise ContractRefused(_("This contract was withdrawn."))
    return contract


def _record(verb: str, contract: Contract, by: Actor, changes: dict[str, Any]) -> None:
    journal.record(
        verb,
        contract,
        by=by,
        audience=Audience.PARTIES,
        agency_ids=[contract.agency_id],
        changes={**changes, "revision": contract.revision},
    )
