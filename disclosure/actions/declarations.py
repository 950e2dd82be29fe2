"""An account's word that no agency stands behind it: recorded, and withdrawn."""

from datetime import date

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.permissions import Verb, may
from disclosure.models import Declaration
from influencers.models import Profile
from influencers.queries import holds
from journal import actions as journal
from journal.values import Actor, ActorKind, Audience


class DeclarationRefused(ValueError):
    """The declaration cannot stand; the text says why, for a person."""


@transaction.atomic
def declare(
    profile: Profile, *, since: date, by: Actor, basis: str = Declaration.Basis.PLATFORM_RECORD
) -> Declaration:
    """Records "independent" from a day on, of the account's platform, without an end.

    Raises PermissionError for who may not, DeclarationRefused for a day to come, for days that
    another declaration holds, for an account that is revoked or closed, and on the account's own
    word for days on which a confirmed binding names an agency: that is ended or contested first.
    """
    profile = _locked(profile, by)
    if by.kind is ActorKind.LINK:
        _no_agency(profile, since)
    if since > profile.platform.today(timezone.now()):
        raise DeclarationRefused(_("A declaration cannot begin on a day to come."))
    if profile.status in (Profile.Status.REVOKED, Profile.Status.CLOSED):
        raise DeclarationRefused(_("This account is revoked or closed."))
    try:
        with transaction.atomic():
            declaration = Declaration.objects.create(
                profile=profile, during=DateRange(since, None), basis=basis
            )
    except IntegrityError as error:
        if _constraint(error) == "declaration_one_at_a_time":
            raise DeclarationRefused(
                _("Another declaration holds on some of these days.")
            ) from error
        raise
    _record("declaration.made", declaration, by, {"since": since.isoformat(), "basis": basis})
    return declaration


@transaction.atomic
def withdraw(declaration: Declaration, *, until: date, by: Actor) -> Declaration:
    """Ends a declaration: `until` is the first day on which it does not hold any more.

    On its first day or before, it never held: it was recorded by mistake. Raises PermissionError
    for who may not, DeclarationRefused for one that was withdrawn before and for a day to come.
    """
    profile = _locked(declaration.profile, by)
    declaration = Declaration.objects.select_for_update(no_key=True).get(pk=declaration.pk)
    if declaration.status != Declaration.Status.ACTIVE:
        raise DeclarationRefused(_("This declaration was withdrawn before."))
    if until > profile.platform.today(timezone.now()):
        raise DeclarationRefused(_("A declaration cannot be withdrawn on a day to come."))
    since = declaration.during.lower
    declaration.status = Declaration.Status.WITHDRAWN
    # The table keeps when it began; an empty period would forget that, DeclarationPast does not.
    declaration.during = DateRange(since, until) if until > since else DateRange(empty=True)
    declaration.save(update_fields=["status", "during"])
    declaration.refresh_from_db()
    changes = {"since": since.isoformat(), "until": max(since, until).isoformat()}
    _record("declaration.withdrawn", declaration, by, changes)
    return declaration


def _locked(profile: Profile, by: Actor) -> Profile:
    """The profile under a lock of its own, so that its declarations are written one by one."""
    profile = (
        Profile.objects.select_for_update(no_key=True, of=("self",))
        .select_related("platform")
        .get(pk=profile.pk)
    )
    reaches = by.reaches(profile.platform.code, profile.ip_territory)
    records = may(by, Verb.RECORD_DECLARATION) and reaches and not by.agency_ids
    if not records and not holds(by, profile, timezone.now()):
        raise PermissionError(Verb.RECORD_DECLARATION)
    return profile


def _no_agency(profile: Profile, since: date) -> None:
    named = profile.bindings.filter(
        status__in=("confirmed", "suspended"), during__overlap=DateRange(since, None)
    )
    if named.exists():
        raise DeclarationRefused(
            _("An agency is named for some of these days. End that or contest it first.")
        )


def _constraint(error: IntegrityError) -> str | None:
    return getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)


def _record(verb: str, declaration: Declaration, by: Actor, changes: dict[str, str]) -> None:
    journal.record(
        verb,
        declaration,
        by=by,
        audience=Audience.PUBLIC,
        platform=declaration.profile.platform.code,
        profile_id=declaration.profile_id,
        changes=changes,
    )
