"""Who belongs to whom on a day, up and down. As the register knows it now."""

from collections.abc import Collection
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from agencies.models import Agency, Group, Ownership

# A group that belonged to itself by a correction made meanwhile ends the walk: UNION keeps none
# twice.
DOWN = """
    WITH RECURSIVE below (id) AS (
        SELECT o.part_id FROM agencies_ownership o WHERE o.group_id = %s AND o.during @> %s::date
            AND o.part_id IS NOT NULL
        UNION
        SELECT o.part_id FROM agencies_ownership o JOIN below b ON b.id = o.group_id
        WHERE o.during @> %s::date AND o.part_id IS NOT NULL)
    SELECT id FROM below"""
UP = """
    WITH RECURSIVE above (id, height) AS (
        SELECT %s::bigint, 0
        UNION ALL
        SELECT o.group_id, a.height + 1 FROM agencies_ownership o JOIN above a ON a.id = o.part_id
        WHERE o.during @> %s::date AND a.height < 20)
    SELECT id FROM above ORDER BY height"""


def _ids(statement: str, parameters: list[Any]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(dict.fromkeys(row[0] for row in cursor.fetchall()))


def _groups(ids: list[int]) -> list[Group]:
    found = Group.objects.in_bulk(ids)
    return [found[each] for each in ids]


def groups_up(group: Group, day: date) -> list[Group]:
    """The group itself, then the one that it belongs to on a day, and so on upwards. Two
    queries."""
    return _groups(_ids(UP, [group.pk, day]))


def groups_below(group: Group, day: date) -> list[Group]:
    """All groups that belong to it on a day, through others too. Two queries at most."""
    ids = _ids(DOWN, [group.pk, day, day])
    return sorted(_groups(ids), key=lambda each: each.name_en) if ids else []


def owners_of(agency: Agency, day: date) -> list[Group]:
    """The group that an agency belongs to on a day, then those above. Three queries at most."""
    rows = Ownership.objects.filter(agency=agency, during__contains=day)
    owned = rows.select_related("group").first()
    return groups_up(owned.group, day) if owned else []


def parts_of_group(groups: Collection[int], day: date) -> QuerySet[Agency, Any]:
    """Agencies that belong to one of these groups on a day."""
    owned = Ownership.objects.filter(group__in=groups, agency__isnull=False)
    owned = owned.filter(during__contains=day)
    return Agency.objects.filter(pk__in=owned.values("agency"))
