"""Claims that the account never answered, established on documents by two people."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions import proposals
from accounts.actions.proposals import ProposalRefused
from accounts.models import Proposal
from accounts.permissions import Sensitive, Verb, may
from agencies.actions import bindings
from agencies.models import Binding
from agencies.queries.silence import silent
from journal.values import Actor

SILENT_FOR = timedelta(days=7)  # since the last delivered message


class EstablishingRefused(ValueError):
    """It cannot be established so; the text says why, for a person."""


@transaction.atomic
def propose(binding: Binding, *, documents: str, by: Actor) -> Proposal:
    """An operator has seen documents that show a claim to be right; a second one decides.

    Raises EstablishingRefused unless the account was told twice of the claim as it is now, the last
    time SILENT_FOR ago, and for a claim that is proposed already; PermissionError for who may not.
    """
    if (
        not may(by, Verb.ESTABLISH_BINDINGS)
        or not by.reaches(binding.profile.platform.code, binding.profile.ip_territory)
        or by.agency_ids
    ):
        raise PermissionError(Verb.ESTABLISH_BINDINGS)
    bindings.lock([binding.profile_id])
    claim = silent(timezone.now() - SILENT_FOR).filter(pk=binding.pk).first()
    if claim is None:
        raise EstablishingRefused(
            _("The account must have been told twice and have had a week to answer.")
        )
    try:
        return proposals.propose(
            Sensitive.ESTABLISH_BINDING,
            ("binding", str(claim.pk)),
            name=str(binding.profile),
            reason=documents,
            by=by,
            # Since when the claim has been what was proposed.
            params={"binding": claim.pk, "seen": claim.known_from.isoformat()},
            platform=binding.profile.platform.code,
            territory=binding.profile.ip_territory,
            profile_id=binding.profile_id,
        )
    except ProposalRefused as refusal:
        raise EstablishingRefused(str(refusal)) from refusal


def carry_out(proposal: Proposal, *, by: Actor, proposed_by: Actor) -> None:
    """The binding becomes public, and its basis says "documents".

    ProposalRefused when the account has answered or the agency has changed its claim in the
    meantime, and where another binding holds the account.
    """
    binding = Binding.objects.select_related("profile").get(pk=proposal.subject_id)
    bindings.lock([binding.profile_id])
    binding.refresh_from_db()
    if binding.status != Binding.Status.CLAIMED:
        raise ProposalRefused(_("This claim does not wait for an answer any more."))
    if binding.known_from != datetime.fromisoformat(proposal.params["seen"]):
        # Else an agency could put another claim under the documents that somebody has read.
        raise ProposalRefused(
            _("The agency has changed the claim since it was proposed. Reject the proposal.")
        )
    try:
        bindings.confirm(
            binding,
            by=by,
            basis=Binding.Basis.DOCUMENTS,
            proof=f"proposal:{proposal.pk}",
            proposed_by=proposed_by,
        )
    except (bindings.BindingRefused, bindings.BindingBlocked) as refusal:
        raise ProposalRefused(str(refusal)) from refusal


def facts(proposal: Proposal, actor: Actor) -> dict[str, Any]:
    """The claim that it is about."""
    found = Binding.objects.visible_to(actor).select_related("agency", "profile__platform")
    return {"binding": found.filter(pk=proposal.subject_id).first()}
