"""Who is given a role, and who loses it."""

from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions import proposals, users
from accounts.actions.proposals import ProposalRefused
from accounts.models import Grant, Proposal, User
from accounts.permissions import Role, Sensitive
from journal import actions as journal
from journal.values import Actor, ActorKind, Audience


class GrantRefused(ValueError):
    """The grant cannot stand; the text says why, for a person."""


@transaction.atomic
def propose(
    email: str,
    name: str,
    role: Role,
    *,
    reason: str,
    by: Actor,
    platform: str = "",
    territory: str = "",
    until: date | None = None,
) -> Proposal:
    """Proposes a role for somebody by e-mail address; a second person decides.

    Who has no account yet is invited once it is approved, as `name`. Raises as `grant`, and
    ProposalRefused where something is proposed for the same person already.
    """
    email = User.objects.normalize_email(email)
    user = User.objects.filter(email=email).first()
    _must_reach(by, platform, territory)
    if user is not None:
        _must_fit(user, role, by, platform, territory, timezone.localdate(), until)
    return proposals.propose(
        Sensitive.GRANT_ROLE,
        ("person", email),
        name=user.name if user else name,
        reason=reason,
        by=by,
        platform=platform,
        territory=territory,
        params={"name": name, "role": role, "until": until.isoformat() if until else None},
    )


def carry_out(proposal: Proposal, *, by: Actor, proposed_by: Actor) -> None:
    """Gives the role that was proposed, and invites who has no account. ProposalRefused."""
    email, said = proposal.subject_id, proposal.params
    until = date.fromisoformat(said["until"]) if said["until"] else None
    user = User.objects.filter(email=email).first()
    try:
        grant(
            user or users.invite(email, said["name"], by=by),
            Role(said["role"]),
            by=by,
            proposed_by=proposed_by,
            platform=proposal.platform,
            territory=proposal.territory,
            until=until,
        )
    except GrantRefused as refusal:
        raise ProposalRefused(str(refusal)) from refusal


def facts(proposal: Proposal, actor: Actor) -> dict[str, Any]:
    """Who it is about, if they have an account, and what they hold now."""
    user = User.objects.visible_to(actor).filter(email=proposal.subject_id).first()
    held = Grant.objects.filter(user=user).not_over(timezone.localdate()) if user else []
    last = proposal.params["until"]
    return {
        "person": user,
        "held": list(held),
        "role": Role(proposal.params["role"]),
        "until": date.fromisoformat(last) if last else None,
    }


@transaction.atomic
def grant(
    user: User,
    role: Role,
    *,
    by: Actor,
    proposed_by: Actor | None = None,
    platform: str = "",
    territory: str = "",
    since: date | None = None,
    until: date | None = None,
) -> Grant:
    """Gives a role from `since` (today, in the portal's zone) to the day before `until`.

    It takes two people, who may both grant roles: NeedsTwo otherwise. An empty platform or
    territory means all. Raises GrantRefused for oneself, beyond one's own reach, for a second role
    on the same day (the database refuses it too), and where grants of the same days would together
    reach more than each says: several platforms or several territories, not a mixture.
    """
    if str(user.pk) in {one.id for one in (by, proposed_by) if one and one.kind is ActorKind.USER}:
        raise GrantRefused(_("Nobody grants a role to themselves."))
    _must_reach(by, platform, territory)
    proposals.must_be_two(
        Sensitive.GRANT_ROLE,
        by=by,
        proposed_by=proposed_by,
        platform=platform,
        territory=territory,
    )
    return _give(user, role, by, platform, territory, since or timezone.localdate(), until)


@transaction.atomic
def first_operator(user: User, *, by: Actor) -> Grant:
    """Makes somebody an operator of everything from the machine's shell, where the portal has not
    got two of them: there is nobody yet whom two people could be.

    Raises GrantRefused where there are two, and PermissionError for anybody but a command.
    """
    if by.kind is not ActorKind.CLOCK:
        raise PermissionError(by.id)
    today = timezone.localdate()
    whole = Grant.objects.in_force(today).filter(role=Role.OPERATOR, platform="", territory="")
    if whole.filter(user__is_active=True).exclude(user=user).values("user").distinct().count() > 1:
        raise GrantRefused(
            _("There are two operators already: they give roles, one proposes and one approves.")
        )
    return _give(user, Role.OPERATOR, by, "", "", today, None)


def _give(
    user: User,
    role: Role,
    by: Actor,
    platform: str,
    territory: str,
    since: date,
    until: date | None,
) -> Grant:
    # Its lock makes grants to one person wait for each other.
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    _must_fit(user, role, by, platform, territory, since, until)
    fresh = Grant(
        user=user, role=role, platform=platform, territory=territory, since=since, until=until
    )
    try:
        with transaction.atomic():
            fresh.save(force_insert=True)
    except IntegrityError as error:
        raise GrantRefused(_reason(error)) from error
    journal.record(
        "grant.given",
        fresh,
        by=by,
        audience=Audience.STAFF,
        platform=platform,
        changes={"user": str(user.pk), **_words(fresh)},
    )
    return fresh


def _must_fit(
    user: User,
    role: Role,
    by: Actor,
    platform: str,
    territory: str,
    since: date,
    until: date | None,
) -> None:
    """GrantRefused where it is the actor's own, or does not go with what the person holds."""
    if by.kind is ActorKind.USER and by.id == str(user.pk):
        raise GrantRefused(_("Nobody grants a role to themselves."))
    beside = Grant.objects.filter(user=user).not_over(since).exclude(until=F("since"))
    if until is not None:
        beside = beside.filter(since__lt=until)
    if beside.exclude(role=role).exists():
        raise GrantRefused(_two_roles())
    pairs = {(platform, territory), *beside.values_list("platform", "territory")}
    if len({p for p, _t in pairs}) > 1 and len({t for _p, t in pairs}) > 1:
        raise GrantRefused(_("Grants of the same days must share the platform or the territory."))


@transaction.atomic
def revoke(row: Grant, *, by: Actor) -> Grant:
    """Ends a grant at once: today, in the portal's zone, is the first day without it.

    Does nothing to a grant that is already over. Raises GrantRefused for the actor's own.
    """
    if by.kind is ActorKind.USER and by.id == str(row.user_id):
        raise GrantRefused(_("Nobody takes a role from themselves."))
    _must_reach(by, row.platform, row.territory)
    row = Grant.objects.select_for_update(no_key=True).get(pk=row.pk)
    first_day_without = max(row.since, timezone.localdate())
    if row.until is not None and row.until <= first_day_without:
        return row
    row.until = first_day_without
    row.save(update_fields=["until"])
    journal.record(
        "grant.revoked",
        row,
        by=by,
        audience=Audience.STAFF,
        platform=row.platform,
        changes={"user": str(row.user_id), **_words(row)},
    )
    return row


def _must_reach(by: Actor, platform: str, territory: str) -> None:
    """Nobody gives or takes what lies beyond their own grant."""
    if not by.reaches(platform, territory):
        raise GrantRefused(_("Your own grant does not reach that far."))


def _words(row: Grant) -> dict[str, str | None]:
    return {
        "role": row.role,
        "platform": row.platform,
        "territory": row.territory,
        "since": row.since.isoformat(),
        "until": row.until.isoformat() if row.until else None,
    }


def _two_roles() -> str:
    return _("Nobody holds two roles on the same day; revoke the other one first.")


def _reason(error: IntegrityError) -> str:
    constraint = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
    match constraint:
        case "grant_once":
            return _("This grant overlaps an equal one.")
        case "grant_one_role_at_a_time":
            return _two_roles()
        case "grant_forward":
            return _("The last day lies before the first one.")
    raise error
