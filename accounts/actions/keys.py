"""Keys of platforms and agencies: shown once, kept as a hash."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from accounts.models import ApiKey
from accounts.permissions import Right, Verb, may
from journal import actions as journal
from journal.values import Actor, Audience


@transaction.atomic
def issue(
    name: str,
    platform: str,
    rights: Collection[Right],
    *,
    by: Actor,
    expires: datetime | None = None,
    agency_id: int | None = None,
) -> tuple[ApiKey, str]:
    """A new key and its text, `<prefix>.<secret>`, which nobody can read again.

    `platform` is a code, empty for a key of an agency. Raises PermissionError where the actor's
    own grant reaches other platforms only or the actor does not manage the agency, IntegrityError
    for an unknown right, none, or one that the other kind of key has.
    """
    _must_reach(by, platform)
    if agency_id is not None and not may(by, Verb.MANAGE_AGENCY, agency=agency_id):
        raise PermissionError(Verb.MANAGE_AGENCY)
    key, secret = ApiKey.objects.create_key(
        name=name,
        platform=platform,
        agency_id=agency_id,
        rights=sorted(Right(right).value for right in rights),
        expiry_date=expires,
        issued_by=by.name,
    )
    journal.record(
        "key.issued",
        ("apikey", key.prefix),
        by=by,
        audience=Audience.STAFF if agency_id is None else Audience.PARTIES,
        platform=platform,
        agency_ids=[] if agency_id is None else [agency_id],
        changes={
            "name": name,
            "rights": key.rights,
            "expires": expires.isoformat() if expires else None,
        },
    )
    return key, secret


@transaction.atomic
def revoke(key: ApiKey, *, by: Actor) -> None:
    """Ends a key for good, from its next request on. PermissionError beyond one's own reach."""
    _must_reach(by, key.platform)
    key = ApiKey.objects.select_for_update(no_key=True).get(pk=key.pk)
    if key.revoked:
        return
    key.revoked = True
    key.save(update_fields=["revoked"])
    journal.record(
        "key.revoked",
        ("apikey", key.prefix),
        by=by,
        audience=Audience.STAFF if key.agency_id is None else Audience.PARTIES,
        platform=key.platform,
        agency_ids=[] if key.agency_id is None else [key.agency_id],
    )


def _must_reach(by: Actor, platform: str) -> None:
    """A key reaches all of its platform: so must who gives or takes it."""
    if not by.reaches(platform):
        raise PermissionError(platform)
