"""Who is behind accounts, as far as the register needs to know.

A fact of a person is written into the journal of each of their accounts, as "changed" where it is
personal: the register's readers follow accounts, and the journal names nobody.
"""

import logging
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import values
from accounts.permissions import Verb, may
from influencers.actions.profiles import FactRefused, locked, reaches, record
from influencers.models import Influencer, Profile
from influencers.values.ages import of_age_on
from journal.queries import lock_range_numbers
from journal.values import CLOCK, Actor, Audience

logger = logging.getLogger("mingpai.people")


@transaction.atomic
def introduce(profile: Profile, kind: str, *, by: Actor) -> Influencer:
    """Makes a person or an organisation for an account.

    Raises FactRefused where somebody is linked to it already; PermissionError for who may not.
    """
    profile = locked(profile, by)
    if profile.influencer_id is not None:
        raise FactRefused(_("Somebody is linked to this account already."))
    influencer = Influencer.objects.create(kind=kind)
    _link(profile, influencer, by)
    return influencer


@transaction.atomic
def link_influencer(profile: Profile, influencer: Influencer | None, *, by: Actor) -> Profile:
    """Says who is behind an account: the same as behind others, or (None) that nobody knows.

    Does nothing when it says so already. PermissionError for who may not.
    """
    profile = locked(profile, by)
    if profile.influencer_id != (influencer.pk if influencer else None):
        _link(profile, influencer, by)
    return profile


def _link(profile: Profile, influencer: Influencer | None, by: Actor) -> None:
    profile.influencer = influencer
    profile.save(update_fields=["influencer"])
    changes = {"influencer": "changed"}
    record("profile.influencer_changed", profile, by, Audience.STAFF, changes)


@transaction.atomic
def set_kind(influencer: Influencer, kind: str, *, by: Actor) -> Influencer:
    """Says whether it is a person or an organisation; rules may choose by it.

    Raises FactRefused for an organisation that is a minor; PermissionError for who may not.
    """
    influencer, profiles = _locked(influencer, by)
    if influencer.kind == kind:
        return influencer
    if influencer.minor:
        raise FactRefused(_("A minor is a person."))
    before, influencer.kind = influencer.kind, kind
    influencer.save(update_fields=["kind"])
    _record("profile.kind_changed", profiles, by, Audience.STAFF, {"kind": [before, kind]})
    return influencer


@transaction.atomic
def verify_identity(influencer: Influencer, *, on: date, by: Actor) -> Influencer:
    """Says that the identity was checked on a day (of the portal's zone), and by whom.

    That it was is public, who did it is not. Raises FactRefused for a day to come; PermissionError
    for who may not.
    """
    influencer, profiles = _locked(influencer, by)
    if on > timezone.localdate():
        raise FactRefused(_("An identity cannot have been checked on a day to come."))
    influencer.verified_on, influencer.verified_by = on, by.name or f"{by.kind} {by.id}"
    influencer.save(update_fields=["verified_on", "verified_by"])
    changes = {"verified_on": on.isoformat()}
    _record("profile.identity_verified", profiles, by, Audience.PUBLIC, changes)
    return influencer


@transaction.atomic
def doubt_identity(influencer: Influencer, *, by: Actor) -> Influencer:
    """Takes the check of an identity back. PermissionError for who may not."""
    influencer, profiles = _locked(influencer, by)
    if influencer.verified_on is None:
        return influencer
    influencer.verified_on, influencer.verified_by = None, ""
    influencer.save(update_fields=["verified_on", "verified_by"])
    _record("profile.identity_doubted", profiles, by, Audience.PUBLIC, {"verified_on": None})
    return influencer


@transaction.atomic
def mark_minor(influencer: Influencer, birthday: date | None, *, by: Actor) -> Influencer:
    """Protects a minor: nothing that shames is shown of their accounts.

    With a birthday the protection ends by itself when they come of age; it is kept sealed until
    then and for nothing else. Raises FactRefused for an organisation and for a birthday to come or
    of somebody of age; PermissionError for who may not.
    """
    influencer, profiles = _locked(influencer, by)
    today = timezone.localdate()
    if influencer.kind != Influencer.Kind.PERSON:
        raise FactRefused(_("An organisation cannot be a minor."))
    if birthday is not None and birthday > today:
        raise FactRefused(_("A birthday cannot lie on a day to come."))
    if birthday is not None and of_age_on(birthday) <= today:
        raise FactRefused(_("Somebody born on this day is of age."))
    influencer.minor = True
    influencer.birthday_sealed = seal(birthday) if birthday is not None else None
    _protect(influencer, profiles, by)
    return influencer


@transaction.atomic
def unmark_minor(influencer: Influencer, *, by: Actor) -> Influencer:
    """Ends the protection of a minor and forgets the birthday. PermissionError for who may not."""
    influencer, profiles = _locked(influencer, by)
    if influencer.minor:
        influencer.minor, influencer.birthday_sealed = False, None
        _protect(influencer, profiles, by)
    return influencer


def end_minority(today: date) -> int:
    """Ends the protection of those who have come of age by `today`, a day of the portal's zone.

    Returns how many. A birthday that none of FIELD_KEYS opens stays, and is logged.
    """
    ended = 0
    for influencer in Influencer.objects.filter(birthday_sealed__isnull=False).order_by("pk"):
        birthday = unseal(influencer)
        if birthday is not None and of_age_on(birthday) <= today:
            unmark_minor(influencer, by=CLOCK)
            ended += 1
    return ended


def seal(birthday: date) -> bytes:
    return values.seal(birthday.isoformat())


def unseal(influencer: Influencer) -> date | None:
    """The birthday that is kept of a minor, if there is one and a key that opens it."""
    if influencer.birthday_sealed is None:
        return None
    plain = values.unseal(bytes(influencer.birthday_sealed))
    if plain is None:
        logger.error("no key of FIELD_KEYS opens the birthday of influencer %s", influencer.pk)
        return None
    return date.fromisoformat(plain)


def _protect(influencer: Influencer, profiles: Sequence[Profile], by: Actor) -> None:
    influencer.save(update_fields=["minor", "birthday_sealed"])
    _record("profile.protection_changed", profiles, by, Audience.STAFF, {"minor": "changed"})


def _locked(influencer: Influencer, by: Actor) -> tuple[Influencer, list[Profile]]:
    """The influencer and their profiles, each under its lock, in the order of ids.

    Who may record facts of one of the profiles may record those of the person: what spans several
    platforms is reached where one matches.
    """
    mine = list(Profile.objects.filter(influencer=influencer).values_list("pk", flat=True))
    if len(mine) > 1:  # as passes do, which write many profiles of a range
        lock_range_numbers(pk // settings.RANGE_SIZE for pk in mine)
    profiles = list(
        Profile.objects.select_for_update(no_key=True, of=("self",))
        .select_related("platform")
        .filter(influencer=influencer)
        .order_by("pk")
    )
    influencer = Influencer.objects.select_for_update(no_key=True).get(pk=influencer.pk)
    reached = not profiles or any(reaches(by, profile) for profile in profiles)
    if not may(by, Verb.RECORD_PROFILE_FACTS) or not reached:
        raise PermissionError(Verb.RECORD_PROFILE_FACTS)
    return influencer, profiles


def _record(
    verb: str,
    profiles: Sequence[Profile],
    by: Actor,
    audience: Audience,
    changes: dict[str, Any],
) -> None:
    for profile in profiles:
        record(verb, profile, by, audience, changes)
