"""Disputes in which the account is right: proposed by one person, decided with a second one."""

from typing import Any

from django.db import transaction

from accounts.actions import proposals
from accounts.actions.proposals import ProposalRefused
from accounts.models import Proposal
from accounts.permissions import Sensitive
from agencies.actions import bindings, disputes
from agencies.models import Dispute
from journal.values import Actor


@transaction.atomic
def propose(dispute: Dispute, *, reason: str, by: Actor) -> Proposal:
    """Proposes to decide that the account is right; its public label goes once it is approved.

    Raises as `disputes.decide`, and DisputeRefused where it is proposed already.
    """
    dispute = disputes.to_decide(dispute, by)
    disputes.must_not_wait(dispute)
    try:
        return proposals.propose(
            Sensitive.VOID_LABEL,
            ("dispute", str(dispute.pk)),
            name=str(dispute.profile),
            reason=reason,
            by=by,
            params={"binding": dispute.binding_id},
            platform=dispute.profile.platform.code,
            territory=dispute.profile.ip_territory,
            profile_id=dispute.profile_id,
        )
    except ProposalRefused as refusal:
        raise disputes.DisputeRefused(str(refusal)) from refusal


def carry_out(proposal: Proposal, *, by: Actor, proposed_by: Actor) -> None:
    """Decides as it was proposed. ProposalRefused where it is over by now."""
    dispute = Dispute.objects.get(pk=proposal.subject_id)
    try:
        disputes.decide(
            dispute, upheld=True, reason=proposal.reason, by=by, proposed_by=proposed_by
        )
    except (disputes.DisputeRefused, bindings.BindingRefused) as refusal:
        raise ProposalRefused(str(refusal)) from refusal


def facts(proposal: Proposal, actor: Actor) -> dict[str, Any]:
    """The dispute that it is about."""
    found = Dispute.objects.visible_to(actor).select_related("binding__agency", "profile__platform")
    return {"dispute": found.filter(pk=proposal.subject_id).first()}
