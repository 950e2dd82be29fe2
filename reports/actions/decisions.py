"""Decisions: what follows from a case, with its statement of reasons."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.actions import bindings, disputes
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
) -> Decision:
    """Ends a case. What the outcome says of the label happens in the same transaction.

    `act_day` decides who answers for it: the agencies that managed the account on that day, though
    it may have left them (domain: responsibility by date of the act; reports.queries.answering).
    `binding` is the one that is void from its start, where the label is corrected. Raises
    cases.CaseTaken while somebody else works on it, cases.CaseRefused when it is over,
    DecisionRefused for what does not fit it.
    """
    case = cases.free_for(case, by)
    if outcome not in case.outcomes:
        raise DecisionRefused(_("A case of this kind cannot end so."), "outcome")
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
    )
    _carry_out(case, decision, by)
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


def _carry_out(case: Case, decision: Decision, by: Actor) -> None:
    """What the decision does to the label: of disputes it decides all that it gathers.

    DecisionRefused where the dispute is not ripe.
    """
    if case.dispute is not None:
        upheld = decision.outcome == Decision.Outcome.LABEL_CORRECTED
        try:
            for dispute in (case.dispute, *gathered(case.dispute, timezone.now())):
                disputes.decide(dispute, upheld=upheld, reason=decision.explanation, by=by)
        except disputes.DisputeRefused as refusal:
            raise DecisionRefused(str(refusal)) from refusal
    elif decision.binding is not None:
        bindings.void(decision.binding, by=by, reason=decision.explanation)


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
