"""Who is who: accounts that get their permanent id, and handles that change hands."""

from collections.abc import Collection, Mapping

from django.conf import settings
from django.db import connection, transaction

from journal import actions as journal
from journal.queries import lock_range_numbers
from journal.values import Actor, Audience, request_id

ADOPT = """
UPDATE influencers_profile p SET external_id = a.external_id, provisional = false
FROM unnest(%s::bigint[], %s::text[]) a (id, external_id) WHERE p.id = a.id
"""
RENAME = """
UPDATE influencers_profile p SET handle = r.handle
FROM unnest(%s::bigint[], %s::text[]) r (id, handle) WHERE p.id = r.id
"""
EVENTS = """
INSERT INTO journal_event (verb, actor_kind, actor_id, actor_name, subject_type, subject_id,
    platform, profile_id, audience, changes, request_id)
SELECT %(verb)s, %(kind)s, %(id)s, %(name)s, 'profile', p.id::text, l.code, p.id, %(audience)s,
    c.changes, %(request_id)s
FROM unnest(%(profiles)s::bigint[], %(changes)s::jsonb[]) c (profile_id, changes)
JOIN influencers_profile p ON p.id = c.profile_id
JOIN influencers_platform l ON l.id = p.platform_id
ORDER BY p.id
"""


@transaction.atomic
def change(
    *,
    adopted: Mapping[int, str],
    handles: Mapping[int, str],
    twins: Collection[tuple[int, int]],
    by: Actor,
) -> None:
    """Writes what the statements of a batch made of existing profiles.

    `adopted`: profiles known by their handle alone whose permanent id has arrived. `handles`: what
    a profile is called from now on, "" for one that lost its handle to another account. `twins`:
    a profile with a permanent id and one known by the same handle alone, which nobody may join
    without looking; staff is told.
    """
    profiles = {*adopted, *handles, *(profile for twin in twins for profile in twin)}
    if not profiles:
        return
    # A new profile has no range yet that anybody could work on; its number is harmless.
    lock_range_numbers(profile // settings.RANGE_SIZE for profile in profiles)
    with connection.cursor() as cursor:
        cursor.execute(ADOPT, [list(adopted), list(adopted.values())])
        cursor.execute(RENAME, [list(handles), list(handles.values())])
    # The ids and handles themselves are personal facts of a person's account.
    told = dict.fromkeys(adopted, '{"external_id": "changed"}')
    _tell("profile.identified", told, Audience.PUBLIC, by)
    told = dict.fromkeys(handles, '{"handle": "changed"}')
    _tell("profile.renamed", told, Audience.PUBLIC, by)
    told = {profile: f'{{"twin": {twin}}}' for profile, twin in twins}
    _tell("profile.twin_seen", told, Audience.STAFF, by)
    journal.ring_after_commit()


def _tell(verb: str, changes: Mapping[int, str], audience: Audience, by: Actor) -> None:
    if not changes:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            EVENTS,
            {
                "verb": verb,
                "kind": by.kind,
                "id": by.id,
                "name": by.name,
                "audience": audience,
                "request_id": request_id.get(),
                "profiles": list(changes),
                "changes": list(changes.values()),
            },
        )
