"""Claims that the account never answered, established on documents by two people."""

from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.permissions import Verb, may
from agencies.actions import bindings
from agencies.models import Binding, Establishment
from agencies.queries.silence import silent
from journal import actions as journal
from journal.values import Actor, Audience

SILENT_FOR = timedelta(days=7)  # since the last delivered message


class EstablishingRefused(ValueError):
    """It cannot be established so; the text says why, for a person."""


@transaction.atomic
def propose(binding: Binding, *, documents: str, by: Actor) -> Establishment:
    """An operator has seen documents that show a claim to be right; a second one decides.

    Raises EstablishingRefused unless the account was told twice of the claim as it is now, the last
    time SILENT_FOR ago, and for a claim that is proposed already; PermissionError for who may not.
    """
    _an_operator(by, binding)
    bindings.lock([binding.profile_id])
    claim = silent(timezone.now() - SILENT_FOR).filter(pk=binding.pk).first()
    if claim is None:
        raise EstablishingRefused(
            _("The account must have been told twice and have had a week to answer.")
        )
    try:
        with transaction.atomic():
            proposal = Establishment.objects.create(
                binding=claim,
                agency_id=claim.agency_id,
                seen=claim.known_from,
                documents=documents,
                proposed_by=f"{by.kind}:{by.id}",
                proposed_name=by.name,
            )
    except IntegrityError as problem:
        raise EstablishingRefused(_("Somebody has proposed it already.")) from problem
    _record("establishment.proposed", proposal, by)
    return proposal


@transaction.atomic
def approve(proposal: Establishment, *, by: Actor) -> Establishment:
    """The second person agrees: the binding becomes public, and its basis says "documents".

    Raises PermissionError for who may not, EstablishingRefused for one's own proposal, for one
    that was decided, and when the account has answered or the agency has changed its claim in the
    meantime; BindingBlocked where another binding holds the account.
    """
    proposal = _locked(proposal, by)
    if proposal.binding.status != Binding.Status.CLAIMED:
        raise EstablishingRefused(_("This claim does not wait for an answer any more."))
    if proposal.binding.known_from != proposal.seen:
        # Else an agency could put another claim under the documents that somebody has read.
        raise EstablishingRefused(
            _("The agency has changed the claim since it was proposed. Reject the proposal.")
        )
    bindings.confirm(
        proposal.binding,
        by=by,
        basis=Binding.Basis.DOCUMENTS,
        proof=f"establishment:{proposal.pk}",
    )
    return _decide(proposal, Establishment.Status.APPROVED, "", by)


@transaction.atomic
def reject(proposal: Establishment, *, reason: str, by: Actor) -> Establishment:
    """The second person does not agree; the claim goes on waiting. Raises as `approve`."""
    return _decide(_locked(proposal, by), Establishment.Status.REJECTED, reason, by)


def _locked(proposal: Establishment, by: Actor) -> Establishment:
    bindings.lock([proposal.binding.profile_id])
    proposal = (
        Establishment.objects.select_for_update(no_key=True, of=("self",))
        .select_related("binding__profile__platform")
        .get(pk=proposal.pk)
    )
    _an_operator(by, proposal.binding)
    if proposal.status != Establishment.Status.PROPOSED:
        raise EstablishingRefused(_("This was decided before."))
    if proposal.proposed_by == f"{by.kind}:{by.id}":
        raise EstablishingRefused(_("You proposed it yourself: another person decides."))
    return proposal


def _decide(proposal: Establishment, status: str, reason: str, by: Actor) -> Establishment:
    proposal.status, proposal.reason = Establishment.Status(status), reason
    proposal.decided_by, proposal.decided_name = f"{by.kind}:{by.id}", by.name
    proposal.decided_at = timezone.now()
    proposal.save()
    _record(f"establishment.{status}", proposal, by)
    return proposal


def _an_operator(by: Actor, binding: Binding) -> None:
    reached = by.reaches(binding.profile.platform.code, binding.profile.ip_territory)
    if not may(by, Verb.ESTABLISH_BINDINGS) or not reached or by.agency_ids:
        raise PermissionError(Verb.ESTABLISH_BINDINGS)


def _record(verb: str, proposal: Establishment, by: Actor) -> None:
    changes: dict[str, Any] = {"status": proposal.status, "binding": proposal.binding_id}
    journal.record(
        verb,
        proposal,
        by=by,
        audience=Audience.STAFF,
        platform=proposal.binding.profile.platform.code,
        profile_id=proposal.binding.profile_id,
        agency_ids=[proposal.agency_id],
        changes=changes,
    )
