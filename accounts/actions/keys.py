"""Keys of platforms: shown once, kept as a hash."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from accounts.models import ApiKey
from accounts.permissions import Right
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
) -> tuple[ApiKey, str]:
    """A new key and its text, `<prefix>.<secret>`, which nobody can read again.

    `platform` is a code. Raises PermissionError where the actor's own grant reaches other
    platforms only, IntegrityError for an unknown right or none.
    """
    if by.platforms and platform not in by.platforms:
        raise PermissionError(platform)
    key, secret = ApiKey.objects.create_key(
        name=name,
        platform=platform,
        rights=sorted(Right(right).value for right in rights),
        expiry_date=expires,
        issued_by=by.name,
    )
    journal.record(
        "key.issued",
        ("apikey", key.prefix),
        by=by,
        audience=Audience.STAFF,
        platform=platform,
        changes={
            "name": name,
            "rights": key.rights,
            "expires": expires.isoformat() if expires else None,
        },
    )
    return key, secret


@transaction.atomic
def revoke(key: ApiKey, *, by: Actor) -> None:
    """Ends a key for good, from its next request on."""
    key = ApiKey.objects.select_for_update(no_key=True).get(pk=key.pk)
    if key.revoked:
        return
    key.revoked = True
    key.save(update_fields=["revoked"])
    journal.record(
        "key.revoked",
        ("apikey", key.prefix),
        by=by,
        audience=Audience.STAFF,
        platform=key.platform,
    )
