"""Facts of an account that no file of observations brings: status, fields, who answers for it."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.permissions import Verb, may
from influencers.models import Profile, ProfileStatusChange
from influencers.models.profiles import PROFILE_MOVES
from influencers.values.statuses import StatusReason
from journal import actions as journal
from journal.values import Actor, Audience

MOST_FIELDS = 10


class FactRefused(ValueError):
    """The fact cannot be taken down; the text says why, for a person."""


@transaction.atomic
def set_status(
    profile: Profile, status: str, *, effective_on: date, by: Actor, reason: StatusReason
) -> ProfileStatusChange:
    """Takes down that an account has another status from a day of its platform on.

    A day before an earlier change replaces that change. Raises FactRefused for a day to come, for
    the status it has and for a move that is not in PROFILE_MOVES; PermissionError for who may not.
    """
    profile = locked(profile, by)
    if effective_on > profile.platform.today(timezone.now()):
        raise FactRefused(_("A status cannot begin on a day to come."))
    if status == profile.status:
        raise FactRefused(_("The account has this status already."))
    if not PROFILE_MOVES.allows(profile.status, status):
        words = {"old": profile.get_status_display(), "new": Profile.Status(status).label}
        raise FactRefused(_("An account that is %(old)s cannot become %(new)s.") % words)
    before, profile.status = profile.status, status
    profile.save(update_fields=["status"])
    change = ProfileStatusChange.objects.create(
        profile=profile, status=status, effective_on=effective_on
    )
    changes = {
        "status": [before, status],
        "effective_on": effective_on.isoformat(),
        "reason": StatusReason(reason).value,
    }
    record("profile.status_changed", profile, by, Audience.PUBLIC, changes)
    return change


@transaction.atomic
def set_content_fields(profile: Profile, fields: Sequence[str], *, by: Actor) -> Profile:
    """Says what an account is about, in this order; rules may choose by it.

    Repetitions and empty words are dropped. Does nothing when it says so already. Raises
    FactRefused for more than MOST_FIELDS; PermissionError for who may not.
    """
    profile = locked(profile, by)
    fields = list(dict.fromkeys(word for field in fields if (word := field.strip())))
    if len(fields) > MOST_FIELDS:
        raise FactRefused(_("At most %(most)d content fields.") % {"most": MOST_FIELDS})
    if fields == profile.content_fields:
        return profile
    before, profile.content_fields = profile.content_fields, fields
    profile.save(update_fields=["content_fields"])
    changes = {"content_fields": [before, fields]}
    record("profile.fields_changed", profile, by, Audience.PUBLIC, changes)
    return profile


@transaction.atomic
def change_principal(profile: Profile, *, on: date, by: Actor) -> Profile:
    """Takes down that somebody else answers for the account from a day of its platform on.

    What was known of the person before (identity, protection of minors, control of the account) is
    not true of the next one, so the account is no longer linked to them. Raises FactRefused for a
    day to come and for one before the last such change; PermissionError for who may not.
    """
    profile = locked(profile, by)
    if on > profile.platform.today(timezone.now()):
        raise FactRefused(_("The account cannot have changed hands on a day to come."))
    if profile.principal_changed_on is not None and on < profile.principal_changed_on:
        raise FactRefused(
            _("The account changed hands again on %(day)s.")
            % {"day": profile.principal_changed_on.isoformat()}
        )
    linked = profile.influencer_id is not None
    profile.principal_changed_on, profile.influencer = on, None
    profile.save(update_fields=["principal_changed_on", "influencer"])
    # Who has shown that the account is theirs was the one before.
    profile.proofs.exclude(status="ended").update(status="ended")
    record("profile.principal_changed", profile, by, Audience.PUBLIC, {"on": on.isoformat()})
    if linked:
        changes = {"influencer": "changed"}
        record("profile.influencer_changed", profile, by, Audience.STAFF, changes)
    return profile


def locked(profile: Profile, by: Actor) -> Profile:
    """The profile under its lock. PermissionError where the actor may not record facts of it."""
    profile = (
        Profile.objects.select_for_update(no_key=True, of=("self",))
        .select_related("platform")
        .get(pk=profile.pk)
    )
    if not may(by, Verb.RECORD_PROFILE_FACTS) or not reaches(by, profile):
        raise PermissionError(Verb.RECORD_PROFILE_FACTS)
    return profile


def reaches(by: Actor, profile: Profile) -> bool:
    return by.reaches(profile.platform.code, profile.ip_territory)


def record(
    verb: str, profile: Profile, by: Actor, audience: Audience, changes: dict[str, Any]
) -> None:
    """One event of a profile; passes above hear of it by its profile id."""
    journal.record(
        verb,
        profile,
        by=by,
        audience=audience,
        platform=profile.platform.code,
        profile_id=profile.pk,
        changes=changes,
    )
