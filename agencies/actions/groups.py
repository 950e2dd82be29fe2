"""Groups, which agencies and groups belong to them, and on which days."""

from datetime import date
from typing import Any

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import F, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.permissions import Verb, may
from agencies.actions import filings
from agencies.actions.agencies import AgencyRefused, addressed, addresses, must_register
from agencies.models import Agency, Filing, Group, Ownership
from agencies.queries.blacklist import groups_above
from journal import actions as journal
from journal.values import Actor, Audience


@transaction.atomic
def make_group(name_zh: str, name_en: str, *, by: Actor) -> Group:
    """A group of agencies; one that is called exactly so is returned. PermissionError."""
    must_register(by)
    same = Group.objects.filter(name_zh=name_zh, name_en=name_en).first()
    if same is not None:
        return same
    words = addresses(name_en, "group", "2")
    group = addressed(Group.objects, words, name_zh=name_zh, name_en=name_en)
    changes = {"name_zh": name_zh, "name_en": name_en}
    journal.record("group.made", group, by=by, audience=Audience.PUBLIC, changes=changes)
    return group


@transaction.atomic
def set_group(agency: Agency, group: Group | None, *, by: Actor, since: date | None = None) -> None:
    """Which group owns the agency from `since` (today, in the portal's zone) on.

    A `since` in the past is a late correction: what was known before stays readable. The checks of
    its admissions begin again. PermissionError for who may not.
    """
    must_register(by, agency.pk)
    since = since or timezone.localdate()
    agency = Agency.objects.select_for_update(no_key=True).get(pk=agency.pk)
    if not _owned({"agency": agency}, group, since):
        return
    refresh_groups(timezone.localdate(), agency)
    filings.changed(agency, Filing.Cause.GROUP, since, by=by)
    journal.record(
        "agency.group_changed",
        agency,
        by=by,
        audience=Audience.PUBLIC,
        agency_ids=[agency.pk],
        changes={"group": group.slug if group else "", "since": since.isoformat()},
    )


@transaction.atomic
def set_owner(part: Group, owner: Group | None, *, by: Actor, since: date) -> None:
    """Which group a group belongs to from `since` on. Raises AgencyRefused where it would belong to
    itself, on the way up; PermissionError for who may not."""
    if not may(by, Verb.CLOSE_AGENCIES):  # it shows on all agencies below it
        raise PermissionError(Verb.CLOSE_AGENCIES)
    list(Group.objects.order_by("pk").select_for_update(no_key=True))  # no two halves of a circle
    if owner is not None:
        # Days on which a line above may be another one: the first, and each one that begins later.
        begins = Ownership.objects.filter(part__isnull=False, during__startswith__gt=since)
        days = {since, *begins.values_list("during__startswith", flat=True)}
        if any(part.pk in groups_above(owner, day) for day in days):
            raise AgencyRefused(_("This group would belong to itself."))
    if _owned({"part": part}, owner, since):
        journal.record(
            "group.owner_changed",
            part,
            by=by,
            audience=Audience.PUBLIC,
            changes={"group": owner.slug if owner else "", "since": since.isoformat()},
        )


def refresh_groups(today: date, agency: Agency | None = None) -> int:
    """Sets the group for lists to that of a day of the portal's zone, for one agency or all;
    returns for how many it is another one."""
    owned = Ownership.objects.filter(agency=OuterRef("pk"), during__contains=today)
    rows = Agency.objects.annotate(now=Subquery(owned.values("group")[:1]))
    rows = rows.filter(pk=agency.pk) if agency else rows
    changed = rows.filter(
        ~Q(group=F("now"))
        | Q(group__isnull=True, now__isnull=False)
        | Q(group__isnull=False, now__isnull=True)
    )
    ids = list(changed.values_list("pk", "now"))
    for pk, group in ids:
        Agency.objects.filter(pk=pk).update(group=group)
    return len(ids)


def _owned(whose: dict[str, Any], group: Group | None, since: date) -> bool:
    """Writes that the part belongs to the group, or to none, from `since` on; whether that is
    news. What was said of later days goes; rows stay, with an empty period, for their past."""
    rows = list(Ownership.objects.filter(**whose).select_for_update(no_key=True).order_by("pk"))
    rows = [row for row in rows if not row.during.isempty]
    after = [row for row in rows if row.during.upper is None or row.during.upper > since]
    if group is None and not after:
        return False
    if len(after) == 1 and after[0].group_id == (group.pk if group else None):
        lower, upper = after[0].during.lower, after[0].during.upper
        if upper is None and (lower is None or lower <= since):
            return False
    for row in after:
        lower = row.during.lower
        begun = lower is None or lower < since
        row.during = DateRange(lower, since) if begun else DateRange(empty=True)
        row.save(update_fields=["during"])
    if group is not None:
        Ownership.objects.create(group=group, during=DateRange(since, None), **whose)
    return True
