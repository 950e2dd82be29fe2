"""Who is given a role, and who loses it."""

from datetime import date

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Grant, User
from accounts.permissions import Role
from journal import actions as journal
from journal.values import Actor, ActorKind, Audience


class GrantRefused(ValueError):
    """The grant cannot stand; the text says why, for a person."""


@transaction.atomic
def grant(
    user: User,
    role: Role,
    *,
    by: Actor,
    platform: str = "",
    territory: str = "",
    since: date | None = None,
    until: date | None = None,
) -> Grant:
    """Gives a role from `since` (today, in the portal's zone) to the day before `until`.

    An empty platform or territory means all. Raises GrantRefused for oneself, beyond one's own
    reach, for a second role on the same day (the database refuses it too), and where grants of the
    same days would together reach more than each says: several platforms or several territories,
    not a mixture.
    """
    if by.kind is ActorKind.USER and by.id == str(user.pk):
        raise GrantRefused(_("Nobody grants a role to themselves."))
    _must_reach(by, platform, territory)
    since = since or timezone.localdate()
    # Its lock makes grants to one person wait for each other.
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    beside = Grant.objects.filter(user=user).not_over(since).exclude(until=F("since"))
    if until is not None:
        beside = beside.filter(since__lt=until)
    if beside.exclude(role=role).exists():
        raise GrantRefused(_two_roles())
    pairs = {(platform, territory), *beside.values_list("platform", "territory")}
    if len({p for p, _t in pairs}) > 1 and len({t for _p, t in pairs}) > 1:
        raise GrantRefused(_("Grants of the same days must share the platform or the territory."))
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
    if (by.platforms and platform not in by.platforms) or (
        by.territories and territory not in by.territories
    ):
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
