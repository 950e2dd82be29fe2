"""What is contested: opened, answered by the agency, decided by the platform."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Notice
from accounts.permissions import Sensitive, Verb, may
from agencies.actions import bindings
from agencies.actions.two import must_be_two, voiding
from agencies.models import Binding, Dispute, Membership
from agencies.notifications import dispute_mail, dispute_notice
from influencers.queries import holds
from journal import actions as journal
from journal.actions.context import PASS, seeing
from journal.models.events import ClockTimestamp
from journal.models.fields import CurrentXid
from journal.values import Actor, ActorKind, Audience

ANSWER_WITHIN_DAYS = 10  # of the portal's zone, to the end of the last one
# So long after the confirmation the holder leaves without being asked why; a practice, not a law.
COOLING_OFF_DAYS = 14
# After it was decided that a binding stands, its label is left in peace so long; a practice too.
QUIET_DAYS = 90
LONGEST = 5000


class DisputeRefused(ValueError):
    """It cannot be contested, answered or decided so; the text says why, for a person."""


@transaction.atomic
def open(  # noqa: A001  (called as disputes.open)
    binding: Binding, *, by: Actor, statement: str, proven: bool
) -> Dispute:
    """Contests a binding that is public: it never held.

    `proven`: whoever contests it has proven control of the account; only then does the label say
    so. Without a proof it stays between the parties and those who decide, and the same words said
    again are one dispute. Raises DisputeRefused for a binding that is not public, and for one that
    is contested with proof already; PermissionError for whoever works for an agency, and for a
    proof that somebody cannot have.

    Who was told that the binding stands (or has taken it back twice) cannot keep the label at
    "disputed" by saying it again: with proof it is refused for QUIET_DAYS, unless the account
    changed hands since. What is new is said without one meanwhile, and decided on like any other.
    """
    if by.agency_ids or (proven and by.kind not in (ActorKind.LINK, ActorKind.CLOCK)):
        raise PermissionError("only the holder of the account contests with proof")
    return _open(binding, by, statement, proven=proven, wish=Dispute.Wish.VOID)


@transaction.atomic
def leave(binding: Binding, *, by: Actor, statement: str = "") -> Dispute | None:
    """The holder of the account wants out of a binding that was right.

    Within COOLING_OFF_DAYS of the confirmation it ends with today, of the account's platform, and
    nobody is asked (None is returned); one that has not begun then is void. The agency is told, and
    what the holder says to it is kept as a wish that was granted. Afterwards the wish goes to the
    agency, which agrees or answers, and in the end to the platform. Raises
    DisputeRefused for a binding that is over or wished to end already; PermissionError for
    whoever has not proven control of the account.
    """
    if not holds(by, binding.profile, timezone.now()):
        raise PermissionError("control of the account is not proven")
    binding = _locked(binding)
    today = binding.profile.platform.today(timezone.now())
    if binding.status not in ("confirmed", "suspended") or _over(binding, today):
        raise DisputeRefused(_("This binding is over."))
    if may_leave(binding, timezone.now()):
        with seeing(PASS):  # to end it asks the contract, which the account's holder does not see
            _end(binding, today, by)
        _tell_the_agency(_granted(binding, by, statement))
        return None
    return _open(binding, by, statement, proven=False, wish=Dispute.Wish.END)


def may_leave(binding: Binding, at: datetime) -> bool:
    """Whether the holder of the account may still leave without asking the agency."""
    today = binding.profile.platform.today(at)
    confirmed = binding.confirmed_on
    return confirmed is not None and today <= confirmed + timedelta(days=COOLING_OFF_DAYS)


@transaction.atomic
def answer(dispute: Dispute, text: str, *, by: Actor) -> Dispute:
    """What the agency says to it, once, until it is due.

    Raises PermissionError for who may not answer for the agency; DisputeRefused when it is too late
    or was answered.
    """
    dispute = _waiting(dispute, by)
    dispute.status, dispute.answer = Dispute.Status.ANSWERED, text[:LONGEST]
    _save(dispute, "status", "answer")
    _record("dispute.answered", dispute, by, public=False)
    return dispute


@transaction.atomic
def agree(dispute: Dispute, *, last_day: date, by: Actor) -> Dispute:
    """The agency lets the account go: the binding ends after `last_day`, today or earlier.

    Raises as `answer`, and DisputeRefused for a dispute that is about more than the end.
    """
    dispute = _waiting(dispute, by)
    if dispute.wish != Dispute.Wish.END:
        raise DisputeRefused(_("Somebody says that it never held: that is for the platform."))
    today = dispute.profile.platform.today(timezone.now())
    if last_day > today:
        raise DisputeRefused(_("The account asks to leave now: choose today or an earlier day."))
    try:
        bindings.end(dispute.binding, last_day=last_day, by=by)
    except bindings.BindingRefused as refusal:
        raise DisputeRefused(str(refusal)) from refusal
    return _close(dispute, Dispute.Status.UPHELD, by)


def takes_two(dispute: Dispute) -> bool:
    """Whether a public label would go if the account is right."""
    return dispute.binding.status in ("confirmed", "suspended")


@transaction.atomic
def decide(
    dispute: Dispute, *, upheld: bool, reason: str, by: Actor, proposed_by: Actor | None = None
) -> Dispute:
    """The platform decides, once the agency has answered or its time is over.

    Upheld: the binding is void from its start (or ends today, where that was the wish); where it
    is public that takes two people (NeedsTwo). Rejected: it stands, and one person is enough.
    Raises PermissionError for who may not decide, DisputeRefused when it is too early, was decided
    or waits for a second person.
    """
    dispute = to_decide(dispute, by)
    if upheld and takes_two(dispute):
        must_be_two(Sensitive.VOID_LABEL, dispute.profile, by=by, proposed_by=proposed_by)
    if proposed_by is None:
        must_not_wait(dispute)
    dispute.decision = reason[:LONGEST]
    if upheld:
        _carry_out(dispute, by, proposed_by)
    return _close(dispute, Dispute.Status.UPHELD if upheld else Dispute.Status.REJECTED, by)


def to_decide(dispute: Dispute, by: Actor) -> Dispute:
    """The dispute under its lock, ripe, for somebody who may decide it. Raises as `decide`."""
    if not may(by, Verb.DECIDE_DISPUTES) or by.agency_ids:
        raise PermissionError(Verb.DECIDE_DISPUTES)
    dispute = _fresh(dispute)
    if not by.reaches(dispute.profile.platform.code, dispute.profile.ip_territory):
        raise PermissionError(Verb.DECIDE_DISPUTES)
    if dispute.status not in ("open", "answered"):
        raise DisputeRefused(_("This was decided before."))
    if dispute.status == "open" and timezone.now() < dispute.due_at:
        raise DisputeRefused(_("The agency still has time to answer."))
    return dispute


def must_not_wait(dispute: Dispute) -> None:
    """DisputeRefused while a second person has to decide about the label."""
    if voiding(dispute.binding) is not None:
        raise DisputeRefused(_("It waits for a second person, who decides on the proposal."))


@transaction.atomic
def withdraw(dispute: Dispute, *, by: Actor) -> Dispute:
    """Whoever holds the account takes it back. PermissionError for everybody else.

    DisputeRefused for an objection, which may come from who lost the account to them, and for what
    was decided.
    """
    dispute = _fresh(dispute)
    if not holds(by, dispute.profile, timezone.now()):
        raise PermissionError("control of the account is not proven")
    if dispute.is_objection:
        raise DisputeRefused(_("Somebody said this without a proof: the platform decides on it."))
    if dispute.status not in ("open", "answered"):
        raise DisputeRefused(_("This was decided before."))
    return _close(dispute, Dispute.Status.WITHDRAWN, by)


def _open(binding: Binding, by: Actor, statement: str, *, proven: bool, wish: str) -> Dispute:
    binding = _locked(binding)
    if binding.status not in ("confirmed", "suspended"):
        raise DisputeRefused(_("Only a binding that is public can be contested."))
    if not proven and (said := _said_already(binding, statement, wish)):
        return said
    if proven:
        _must_be_new(binding, binding.profile.platform.today(timezone.now()))
    try:
        with transaction.atomic():
            dispute = _made(binding, by, statement, wish=wish, proven=proven)
    except IntegrityError as problem:
        raise DisputeRefused(_("This binding is contested already.")) from problem
    if proven or wish == Dispute.Wish.END:
        _tell_the_agency(dispute)
    return dispute


def _granted(binding: Binding, by: Actor, statement: str) -> Dispute:
    """The wish to leave of who needs no consent: as it waits already, or as it is said now."""
    waits = binding.disputes.pending().filter(wish=Dispute.Wish.END).first()
    wish = _fresh(waits) if waits else _made(binding, by, statement, wish=Dispute.Wish.END)
    return _close(wish, Dispute.Status.UPHELD, by)


def _made(
    binding: Binding, by: Actor, statement: str, *, wish: str, proven: bool = False
) -> Dispute:
    now = timezone.now()
    dispute = Dispute.objects.create(
        binding=binding,
        profile=binding.profile,
        proven=proven,
        wish=wish,
        statement=statement[:LONGEST],
        from_day=binding.profile.platform.today(now),
        due_at=_due(now),
    )
    dispute.refresh_from_db()
    _record("dispute.opened", dispute, by, public=proven)
    return dispute


def _must_be_new(binding: Binding, today: date) -> None:
    """DisputeRefused where it was heard within QUIET_DAYS and the binding stood."""
    heard = binding.disputes.filter(proven=True, to_day__gt=today - timedelta(days=QUIET_DAYS))
    if binding.profile.principal_changed_on is not None:
        heard = heard.filter(to_day__gte=binding.profile.principal_changed_on)
    days = {
        status: sorted(row.to_day for row in heard.filter(status=status) if row.to_day is not None)
        for status in (Dispute.Status.REJECTED, Dispute.Status.WITHDRAWN)
    }
    ends = days[Dispute.Status.REJECTED][-1:]
    if len(taken_back := days[Dispute.Status.WITHDRAWN]) > 1:
        ends.append(taken_back[-1])
    if ends:
        again = max(ends) + timedelta(days=QUIET_DAYS)
        raise DisputeRefused(
            _(
                "This was contested before, and the binding stood. It can be contested again from"
                " %(again)s on. Whatever is new can be sent as an objection meanwhile."
            )
            % {"again": again}
        )


def _said_already(binding: Binding, statement: str, wish: str) -> Dispute | None:
    """The pending dispute in which somebody says the same without a proof, if there is one.

    A wish to end is one at a time whatever it says: that is refused elsewhere.
    """
    if wish != Dispute.Wish.VOID:
        return None
    same = Dispute.objects.pending().filter(binding=binding, proven=False, wish=wish)
    return same.filter(statement=statement[:LONGEST]).order_by("pk").first()


def _tell_the_agency(dispute: Dispute) -> None:
    """Those who may answer for it. What comes without a proof waits in their list: anybody could
    fill their inbox with it."""
    with seeing(PASS):  # who works for the agency is not for the account's holder to see
        working = Membership.objects.in_force(timezone.localdate()).filter(
            agency_id=dispute.binding.agency_id, role__in=("owner", "editor")
        )
        users = [each.user for each in working.select_related("user").order_by("user_id")]
    Notice.objects.bulk_create([dispute_notice(dispute, user) for user in users])
    for user in users:
        journal.send("mail", dispute_mail(dispute, user))


def _due(now: datetime) -> datetime:
    """The end of the last day to answer, where the portal is."""
    day = timezone.localdate(now) + timedelta(days=ANSWER_WITHIN_DAYS)
    return datetime.combine(day, time.max, timezone.get_default_timezone())


def _over(binding: Binding, today: date) -> bool:
    return binding.during.upper is not None and binding.during.upper <= today


def _end(binding: Binding, last_day: date, by: Actor, proposed_by: Actor | None = None) -> None:
    """Ends it after the day, unless it ends by then anyway; one that had not begun by then never
    holds. One that is not public any more has nothing to end."""
    if binding.status not in ("confirmed", "suspended"):
        return
    upper = binding.during.upper
    if upper is not None and upper <= last_day + timedelta(days=1):
        return
    if binding.during.lower > last_day:
        bindings.void(binding, by=by, reason="ended before it began", proposed_by=proposed_by)
    else:
        bindings.end(binding, last_day=last_day, by=by)


def _carry_out(dispute: Dispute, by: Actor, proposed_by: Actor | None) -> None:
    today = dispute.profile.platform.today(timezone.now())
    if dispute.wish == Dispute.Wish.VOID:
        bindings.void(dispute.binding, by=by, reason="dispute upheld", proposed_by=proposed_by)
    else:
        _end(dispute.binding, today, by, proposed_by)


def _waiting(dispute: Dispute, by: Actor) -> Dispute:
    dispute = _fresh(dispute)
    if not may(by, Verb.ANSWER_DISPUTES, agency=dispute.binding.agency_id):
        raise PermissionError(Verb.ANSWER_DISPUTES)
    if dispute.status != Dispute.Status.OPEN:
        raise DisputeRefused(_("This was answered before."))
    if timezone.now() > dispute.due_at:
        raise DisputeRefused(_("The time to answer is over."))
    return dispute


def _locked(binding: Binding) -> Binding:
    bindings.lock([binding.profile_id])
    return Binding.objects.select_related("agency", "profile__platform").get(pk=binding.pk)


def _fresh(dispute: Dispute) -> Dispute:
    """The dispute under its lock, after its account's: every writer of bindings begins there."""
    bindings.lock([dispute.profile_id])
    return (
        Dispute.objects.select_for_update(no_key=True, of=("self",))
        .select_related("binding__profile__platform", "profile__platform")
        .get(pk=dispute.pk)
    )


def _close(dispute: Dispute, status: str, by: Actor) -> Dispute:
    dispute.status = Dispute.Status(status)
    # The database's clock, as of `opened_at`: of two machines the one may be behind.
    dispute.closed_at = ClockTimestamp()
    dispute.to_day = dispute.profile.platform.today(timezone.now())
    _save(dispute, "status", "decision", "closed_at", "to_day")
    _record(f"dispute.{status}", dispute, by, public=dispute.proven)
    return dispute


def _save(dispute: Dispute, *fields: str) -> None:
    """Writes the fields, and the transaction by which passes find what is new."""
    dispute.xid = CurrentXid()
    dispute.save(update_fields=[*fields, "xid"])
    dispute.refresh_from_db(fields=["xid", "closed_at"])


def _record(verb: str, dispute: Dispute, by: Actor, *, public: bool) -> None:
    """What was said is for the parties; that it is contested is public where control was proven."""
    changes: dict[str, Any] = {"status": dispute.status, "binding": dispute.binding_id}
    journal.record(
        verb,
        dispute,
        by=by,
        audience=Audience.PUBLIC if public else Audience.PARTIES,
        platform=dispute.profile.platform.code,
        profile_id=dispute.profile_id,
        agency_ids=[dispute.binding.agency_id],
        changes=changes,
    )
