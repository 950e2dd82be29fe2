"""Decisions: what follows from a case, with its statement of reasons."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions import proposals
from accounts.actions.proposals import ProposalRefused
from accounts.models import Proposal
from accounts.permissions import Sensitive
from agencies.actions import bindings, disputes
from agencies.actions.two import must_be_two, voiding
from agencies.models import Binding, Membership
from journal import actions as journal
from journal.values import Actor, Audience
from reports import notifications
from reports.actions import cases
from reports.models import Case, Decision, Report
from reports.queries import gathered, responsible

PUBLIC_BINDING = (Binding.Status.CONFIRMED, Binding.Status.SUSPENDED)


class DecisionRefused(ValueError):
    """The decision cannot stand; `field` names the form field it is about."""

    def __init__(self, text: str, field: str = "") -> None:
        super().__init__(text)
        self.field = field


@transaction.atomic
def propose(
    case: Case,
    *,
    ground: str,
    ground_text: str,
    facts: str,
    explanation: str,
    act_day: date,
    by: Actor,
    binding: Binding | None = None,
) -> Proposal:
    """Proposes to end a case by correcting the label: a second person approves it.

    Until then the case waits and is in nobody's hands. Raises as `decide`.
    """
    case = cases.free_for(case, by)
    outcome = Decision.Outcome.LABEL_CORRECTED
    if outcome not in case.outcomes or case.profile is None:
        raise DecisionRefused(_("A case of this kind cannot end so."), "outcome")
    void = _binding_of(case, outcome, binding)
    assert void is not None  # or it would have been refused
    try:
        if case.dispute is not None:
            disputes.to_decide(case.dispute, by)
        if voiding(void) is not None:
            raise DecisionRefused(_("Somebody has proposed it already."), "binding")
        case.proposal = proposals.propose(
            Sensitive.VOID_LABEL,
            ("case", str(case.public_id)),
            name=str(case.profile),
            reason=explanation,
            by=by,
            params={
                "binding": void.pk,
                "ground": ground,
                "ground_text": ground_text,
                "facts": facts,
                "act_day": act_day.isoformat(),
            },
            platform=case.profile.platform.code,
            territory=case.profile.ip_territory,
            profile_id=case.profile_id,
        )
    except (disputes.DisputeRefused, ProposalRefused) as refusal:
        raise DecisionRefused(str(refusal)) from refusal
    cases.release(case)
    case.save(update_fields=["proposal", "claimed_by", "claimed_by_id", "claimed_until"])
    return case.proposal


def carry_out(proposal: Proposal, *, by: Actor, proposed_by: Actor) -> None:
    """Decides the case as it was proposed. ProposalRefused where that does not fit any more."""
    case, said = Case.objects.get(public_id=proposal.subject_id), proposal.params
    try:
        decide(
            case,
            outcome=Decision.Outcome.LABEL_CORRECTED,
            ground=said["ground"],
            ground_text=said["ground_text"],
            facts=said["facts"],
            explanation=proposal.reason,
            act_day=date.fromisoformat(said["act_day"]),
            binding=Binding.objects.get(pk=said["binding"]),
            by=by,
            proposed_by=proposed_by,
        )
    except (DecisionRefused, cases.CaseRefused, bindings.BindingRefused) as refusal:
        raise ProposalRefused(str(refusal)) from refusal


def facts(proposal: Proposal, actor: Actor) -> dict[str, Any]:
    """The binding that would be void, the statement of reasons, and the case for who sees cases."""
    said = proposal.params
    bound = Binding.objects.visible_to(actor).select_related("agency", "profile__platform")
    case = Case.objects.select_related("category", "dispute").get(public_id=proposal.subject_id)
    return {
        "binding": bound.filter(pk=said["binding"]).first(),
        "case": case,
        "may_read_case": Case.objects.visible_to(actor).filter(pk=case.pk).exists(),
        "ground": Decision.Ground(said["ground"]).label,
        "act_day": date.fromisoformat(said["act_day"]),
    }


@transaction.atomic
def decide(
    case: Case,
    *,
    outcome: str,
    ground: str,
    ground_text: str,
    facts: str,
    explanation: str,
    act_day: date,
    by: Actor,
    binding: Binding | None = None,
    proposed_by: Actor | None = None,
) -> Decision:
    """Ends a case. What the outcome says of the label happens in the same transaction.

    `act_day` decides who answers for it: the agencies that managed the account on that day, though
    it may have left them (domain: responsibility by date of the act; reports.queries.answering).
    `binding` is the one that is void from its start, where the label is corrected: that takes two
    people (NeedsTwo), who works on the case and who approves it. Raises
    cases.CaseTaken while somebody else works on it, cases.CaseRefused when it is over,
    DecisionRefused for what does not fit it.
    """
    case = cases.free_for(case, proposed_by or by, approved=proposed_by is not None)
    if outcome not in case.outcomes:
        raise DecisionRefused(_("A case of this kind cannot end so."), "outcome")
    if outcome == Decision.Outcome.LABEL_CORRECTED:
        assert case.profile is not None  # a label is an account's: see `outcomes`
        must_be_two(Sensitive.VOID_LABEL, case.profile, by=by, proposed_by=proposed_by)
    binding = _binding_of(case, outcome, binding)
    decision = Decision.objects.create(
        case=case,
        outcome=outcome,
        ground=ground,
        ground_text=ground_text,
        facts=facts,
        explanation=explanation,
        act_day=act_day,
        agencies_on_day=responsible(case, act_day),
        binding=binding,
        measures=[outcome] if outcome in notifications.OUTCOMES["en"] else [],
        decided_by=by.name,
        decided_by_id=by.id,
        proposed_by=proposed_by.name if proposed_by else "",
        proposed_by_id=proposed_by.id if proposed_by else "",
    )
    _carry_out(case, decision, by, proposed_by)
    # From now on nobody may open a contact: none is kept.
    closed = Report.objects.filter(case=case).update(
        status=Report.Status.CLOSED, contact_sealed=None
    )
    cases.close(case, Case.Status.DECIDED)
    _tell(case, decision)
    _record(case, decision, closed, by)
    return decision


def _binding_of(case: Case, outcome: str, binding: Binding | None) -> Binding | None:
    if outcome != Decision.Outcome.LABEL_CORRECTED:
        return None
    if case.dispute is not None:
        return case.dispute.binding
    if binding is None or binding.profile_id != case.profile_id:
        raise DecisionRefused(_("Say which binding is void."), "binding")
    if binding.status not in PUBLIC_BINDING:
        raise DecisionRefused(_("This binding is not public any more."), "binding")
    return binding


def _carry_out(case: Case, decision: Decision, by: Actor, proposed_by: Actor | None) -> None:
    """What the decision does to the label: of disputes it decides all that it gathers.

    DecisionRefused where the dispute is not ripe.
    """
    if case.dispute is not None:
        upheld = decision.outcome == Decision.Outcome.LABEL_CORRECTED
        try:
            for dispute in (case.dispute, *gathered(case.dispute, timezone.now())):
                disputes.decide(
                    dispute,
                    upheld=upheld,
                    reason=decision.explanation,
                    by=by,
                    proposed_by=proposed_by,
                )
        except disputes.DisputeRefused as refusal:
            raise DecisionRefused(str(refusal)) from refusal
    elif decision.binding is not None:
        reason = decision.explanation
        bindings.void(decision.binding, by=by, reason=reason, proposed_by=proposed_by)


def _tell(case: Case, decision: Decision) -> None:
    """The account and the owners of the agencies that answer for it learn what follows, and why."""
    if not decision.measures:
        return
    if case.profile is not None:
        notifications.account_notice(case, decision).save()
    owners = Membership.objects.in_force(timezone.localdate()).filter(
        agency_id__in=decision.agencies_on_day, role=Membership.Role.OWNER
    )
    for owner in owners.select_related("user"):
        notifications.member_notice(case, decision, owner).save()
        journal.send("mail", notifications.member_mail(case, decision, owner))


def _record(case: Case, decision: Decision, reports: int, by: Actor) -> None:
    """What was borne out is told to the parties and the public, naming no reporter and no
    moderator. Of a report that was not borne out only staff hears."""
    facts: dict[str, Any] = {
        "category": case.category.code,
        "outcome": decision.outcome,
        "ground": decision.ground,
        "act_day": decision.act_day.isoformat(),
    }
    _write("case.decided", decision, case, by, Audience.STAFF, facts | {"reports": reports})
    if decision.borne_out:
        agencies, unnamed = decision.agencies_on_day, Actor(by.kind)
        _write("decision.made", decision, case, unnamed, Audience.PARTIES, facts, agencies)
        _write("statement.published", decision, case, unnamed, Audience.PUBLIC, facts, agencies)


def _write(
    verb: str,
    decision: Decision,
    case: Case,
    by: Actor,
    audience: Audience,
    changes: dict[str, Any],
    agencies: Sequence[int] = (),
) -> None:
    journal.record(
        verb,
        ("decision", str(decision.public_id)),
        by=by,
        audience=audience,
        platform=case.platform,
        profile_id=case.profile_id,
        agency_ids=agencies,
        changes=changes,
    )
