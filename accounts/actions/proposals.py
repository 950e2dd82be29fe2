"""Acts that take two people: proposed by one, approved or rejected by another, carried out at once.

What needs a second person stands in permissions.SENSITIVE. No timer and no command ever carries a
proposal out: time only lets it lapse.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import notifications
from accounts.models import Proposal, User, acting
from accounts.permissions import SENSITIVE, Care, Sensitive, may_propose, may_second
from accounts.queries import actor_now, seconds_for
from journal import actions as journal
from journal.values import CLOCK, Actor, ActorKind, Audience

LONGEST = 5000


class ProposalRefused(ValueError):
    """It cannot be proposed or decided so; the text says why, for a person."""


class NeedsTwo(PermissionError):
    """The act takes two people who may do it, and they were not there."""


# --- What a carrying function asks ----------------------------------------------------------------


def must_be_two(
    act: Sensitive,
    *,
    by: Actor,
    proposed_by: Actor | None,
    platform: str = "",
    territory: str = "",
) -> None:
    """Asked by whatever carries out an act that takes two: raises NeedsTwo unless both are
    different people who may do their part of it now, there.

    Both are looked up anew: what an actor could do a minute ago counts for nothing.
    """
    if proposed_by is None or acting(by) == acting(proposed_by):
        raise NeedsTwo(_("This takes two people."))
    if by.agency_ids or proposed_by.agency_ids:
        raise NeedsTwo(_("Nobody who works for an agency decides on this."))
    first, second = actor_now(acting(proposed_by)), actor_now(acting(by))
    if first is None or not may_propose(first, act) or not first.reaches(platform, territory):
        raise NeedsTwo(_("Whoever proposed it may not do so any more."))
    if second is None or not may_second(second, act) or not second.reaches(platform, territory):
        raise NeedsTwo(_("You may not be the second person."))


# --- Proposing ------------------------------------------------------------------------------------


@transaction.atomic
def propose(
    act: Sensitive,
    subject: tuple[str, str],
    *,
    name: str,
    reason: str,
    by: Actor,
    params: dict[str, Any] | None = None,
    platform: str = "",
    territory: str = "",
    profile_id: int | None = None,
) -> Proposal:
    """Puts an act down for a second person, and tells those who may be that.

    Called by the app whose act it is, which has checked that it could be carried out. `subject` is
    kind and id, `name` what people call it and whoever approves will type. Raises PermissionError
    for who may not propose it, ProposalRefused where the same is proposed already.
    """
    if by.kind is not ActorKind.USER or by.agency_ids or not may_propose(by, act):
        raise PermissionError(act)
    if not by.reaches(platform, territory):
        raise PermissionError(act)
    care = _care(act)
    now = timezone.now()
    try:
        with transaction.atomic():
            proposal = Proposal.objects.create(
                action=act,
                subject_type=subject[0],
                subject_id=subject[1],
                subject_name=name[:300],
                platform=platform,
                territory=territory,
                params=(params or {}) | ({"profile": profile_id} if profile_id else {}),
                reason=reason[:LONGEST],
                proposed_by=acting(by),
                proposed_name=by.name,
                proposed_at=now,
                lapses_at=now + timedelta(days=care.days),
            )
    except IntegrityError as problem:
        if "proposal_one_open" not in str(problem):
            raise
        raise ProposalRefused(_("Somebody has proposed it already.")) from problem
    _record("proposal.made", proposal, by)
    for user in seconds_for(proposal):
        journal.send("mail", notifications.proposal_waits(proposal, user))
    return proposal


# --- Deciding -------------------------------------------------------------------------------------


@transaction.atomic
def approve(proposal: Proposal, *, by: Actor, note: str = "") -> Proposal:
    """The second person agrees: what was proposed happens in this transaction, or nothing does.

    Raises PermissionError for who may not, ProposalRefused for one's own proposal, for one that is
    over, when the proposer may not propose it any more, and where the act itself is refused.
    """
    proposal = _for_second(proposal, by)
    first = actor_now(proposal.proposed_by)
    if (
        first is None
        or not may_propose(first, Sensitive(proposal.action))
        or not first.reaches(proposal.platform, proposal.territory)
    ):
        raise ProposalRefused(
            _("%(name)s may not propose this any more: reject it.")
            % {"name": proposal.proposed_name}
        )
    carry_out = _carrier(proposal, "carry_out")
    assert carry_out is not None  # every module that the table names has it: a test looks
    try:
        carry_out(proposal, by=by, proposed_by=first)
    except NeedsTwo as refusal:
        raise ProposalRefused(str(refusal)) from refusal
    return _close(proposal, Proposal.Status.APPROVED, note, by)


@transaction.atomic
def reject(proposal: Proposal, *, note: str, by: Actor) -> Proposal:
    """The second person does not agree; nothing happens. Raises as `approve`."""
    proposal = _close(_for_second(proposal, by), Proposal.Status.REJECTED, note, by)
    _let_go(proposal, by)
    return proposal


@transaction.atomic
def withdraw(proposal: Proposal, *, by: Actor) -> Proposal:
    """Whoever proposed it takes it back. PermissionError for others, ProposalRefused when over."""
    proposal = _locked(proposal)
    if proposal.proposed_by != acting(by):
        raise PermissionError(proposal.action)
    proposal = _close(proposal, Proposal.Status.WITHDRAWN, "", by)
    _let_go(proposal, by)
    return proposal


def lapse_due(at: datetime) -> int:
    """Ends proposals that waited too long, each in a transaction of its own. Returns how many."""
    count = 0
    for row in Proposal.objects.due(at).order_by("pk"):
        with transaction.atomic():
            waiting = Proposal.objects.due(at).select_for_update(no_key=True, skip_locked=True)
            proposal = waiting.filter(pk=row.pk).first()
            if proposal is None:
                continue
            _close(proposal, Proposal.Status.LAPSED, "", CLOCK)
            _let_go(proposal, CLOCK)
            count += 1
    return count


def facts_of(proposal: Proposal, actor: Actor) -> dict[str, Any]:
    """What the page of a proposal shows of its subject, as far as the actor may see it."""
    facts = _carrier(proposal, "facts")
    found: dict[str, Any] = facts(proposal, actor) if facts else {}
    return found


def _care(act: Sensitive) -> Care:
    care = SENSITIVE[act]
    if care.second is None:
        raise ValueError(f"{act} takes one person")
    return care


def _for_second(proposal: Proposal, by: Actor) -> Proposal:
    """The open proposal under its lock, for somebody who may decide on it."""
    proposal = _locked(proposal)
    if proposal.lapses_at <= timezone.now():
        raise ProposalRefused(_("Its time is over: it has to be proposed again."))
    if proposal.proposed_by == acting(by):
        raise ProposalRefused(_("You proposed it yourself: another person decides."))
    if by.kind is not ActorKind.USER or by.agency_ids:
        raise PermissionError(proposal.action)
    within = by.reaches(proposal.platform, proposal.territory)
    if not within or not may_second(by, Sensitive(proposal.action)):
        raise PermissionError(proposal.action)
    return proposal


def _locked(proposal: Proposal) -> Proposal:
    proposal = Proposal.objects.select_for_update(no_key=True).get(pk=proposal.pk)
    if not proposal.is_open:
        raise ProposalRefused(_("This was decided before."))
    return proposal


def _carrier(proposal: Proposal, function: str) -> Callable[..., Any] | None:
    module = SENSITIVE[Sensitive(proposal.action)].carried_by[proposal.subject_type]
    return getattr(import_module(module), function, None)


def _let_go(proposal: Proposal, by: Actor) -> None:
    """What waited for the decision goes on without it."""
    if let_go := _carrier(proposal, "let_go"):
        let_go(proposal, by=by)


def _close(proposal: Proposal, status: str, note: str, by: Actor) -> Proposal:
    proposal.status, proposal.note = Proposal.Status(status), note[:LONGEST]
    proposal.decided_by, proposal.decided_name = acting(by), by.name
    proposal.decided_at = timezone.now()
    proposal.save(update_fields=["status", "note", "decided_by", "decided_name", "decided_at"])
    _record(f"proposal.{status}", proposal, by)
    number = proposal.proposed_by.partition(":")[2]
    if proposal.decided_by != proposal.proposed_by and number.isdigit():
        for user in User.objects.get_queryset().filter(pk=number, is_active=True):
            journal.send("mail", notifications.proposal_over(proposal, user))
    return proposal


def _record(verb: str, proposal: Proposal, by: Actor) -> None:
    """Of proposals only staff hears; what is carried out says more, in entries of its own."""
    journal.record(
        verb,
        proposal,
        by=by,
        audience=Audience.STAFF,
        platform=proposal.platform,
        profile_id=proposal.params.get("profile"),
        changes={
            "action": proposal.action,
            "about": proposal.subject_type,
            "status": proposal.status,
        },
    )
