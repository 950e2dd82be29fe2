"""Agencies, what they are called, whom they belong to and who works there."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, TypeVar

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import F, Manager
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from stdnum.cn import uscc
from stdnum.exceptions import ValidationError

from accounts.models import Grant, User
from accounts.permissions import Verb, may
from accounts.values import new_code
from agencies.actions import blacklist, filings
from agencies.models import (
    Agency,
    AgencyName,
    Binding,
    Filing,
    Group,
    Membership,
    Ownership,
)
from agencies.values.legal import legal_hash
from journal import actions as journal
from journal.values import Actor, Audience

M = TypeVar("M", Agency, Group)
# Words of addresses below /agencies/.
RESERVED = {"new", "manage", "groups", "apply", "admissions", "applications", "filings"}
RESERVED |= {"blacklist", "evidence"}


class AgencyRefused(ValueError):
    """The change cannot stand; the text says why, for a person."""


def checked_code(text: str, override: str = "") -> str:
    """A unified social credit code in its compact form. AgencyRefused when it is none.

    The last character checks the rest (GB 32100-2015). `override` is the reason why a code that
    fails this check is accepted; its form must be right all the same.
    """
    code = uscc.compact(text).upper()
    try:
        return str(uscc.validate(code))
    except ValidationError as problem:
        if override and len(code) == 18:
            return code
        raise AgencyRefused(_("This is no unified social credit code.")) from problem


@transaction.atomic
def register(
    credit_code: str,
    name_zh: str,
    name_en: str,
    *,
    by: Actor,
    group: Group | None = None,
    since: date | None = None,
    override: str = "",
    slug: str = "",
    legal_number: str = "",
    despite: str = "",
) -> Agency:
    """A new agency with its first name, from `since` (today, in the portal's zone) on.

    `legal_number` is that of its legal representative's document: looked up, and not kept. Raises
    AgencyRefused for a code that is none or that an agency already has: a new name on the door is
    a rename and keeps the code; for a firm that the blacklist knows, unless there is a reason to
    let it in `despite` that; PermissionError for who may not register agencies.
    """
    must_register(by)
    code = checked_code(credit_code, override)
    hashes = [legal_hash(legal_number)]
    try:
        known = blacklist.must_be_clear(code, despite=despite, hashes=hashes, group=group)
    except blacklist.IsListed as hit:
        raise AgencyRefused(str(hit)) from hit
    day = since or timezone.localdate()
    try:
        with transaction.atomic():
            agency = addressed(
                Agency.objects,
                [slug] if slug else addresses(name_en, code.lower(), code[-4:].lower()),
                credit_code=code,
                code_override=override if override else "",
                group=group,
                name_en=name_en,
                name_zh=name_zh,
            )
    except IntegrityError as problem:
        raise AgencyRefused(_("An agency with this credit code exists.")) from problem
    AgencyName.objects.create(
        agency=agency, name_en=name_en, name_zh=name_zh, during=DateRange(day, None)
    )
    if group is not None:
        Ownership.objects.create(agency=agency, group=group, during=DateRange(day, None))
    blacklist.let_in(agency, known, despite, by=by)
    journal.record(
        "agency.registered",
        agency,
        by=by,
        audience=Audience.PUBLIC,
        agency_ids=[agency.pk],
        changes={"name_zh": name_zh, "name_en": name_en},
    )
    return agency


def addresses(name: str, nameless: str, more: str) -> Iterator[str]:
    """Words for an address, the plainest first, without an end."""
    plain = slugify(name)[:60] or nameless
    if plain not in RESERVED:
        yield plain
    yield f"{plain}-{more}"
    while True:
        yield f"{plain}-{new_code(6).lower()}"


def addressed(rows: Manager[M], addresses: Iterable[str], **facts: Any) -> M:
    """A new row under the first of the addresses that is free. Raises IntegrityError where it is
    not the address that another row has, AgencyRefused where none is free."""
    for slug in addresses:
        taken = rows.filter(slug=slug)
        if taken.exists():
            continue
        try:
            with transaction.atomic():
                return rows.create(slug=slug, **facts)
        except IntegrityError:
            if not taken.all().exists():  # nobody was faster
                raise
    raise AgencyRefused(_("This address is taken."))


@transaction.atomic
def rename(agency: Agency, name_zh: str, name_en: str, *, since: date, by: Actor) -> AgencyName:
    """From `since` on the agency is called otherwise; its credit code, and so itself, stays.

    A `since` in the past is a late correction: what was known before stays readable. Raises
    AgencyRefused for a day before the agency's first name, PermissionError for who may not.
    """
    must_register(by, agency.pk)
    agency = Agency.objects.select_for_update(no_key=True).get(pk=agency.pk)
    names = list(agency.names.order_by("during"))
    if since < names[0].during.lower:
        raise AgencyRefused(_("The agency had no name on that day."))
    fresh = None
    after = [row for row in names if row.during.upper is None or row.during.upper > since]
    if after and {(row.name_zh, row.name_en) for row in after} == {(name_zh, name_en)}:
        return after[0]
    for row in names:
        lower, upper = row.during.lower, row.during.upper
        if lower >= since:
            # A name that began later is replaced by this one, and the first of them begins now.
            row.name_zh, row.name_en = name_zh, name_en
            if fresh is None:
                row.during, fresh = DateRange(since, upper), row
            row.save(update_fields=["name_zh", "name_en", "during"])
        elif upper is None or upper > since:
            row.during = DateRange(lower, since)
            row.save(update_fields=["during"])
    if fresh is None:
        fresh = AgencyName.objects.create(
            agency=agency, name_zh=name_zh, name_en=name_en, during=DateRange(since, None)
        )
    refresh_names(agency)
    filings.changed(agency, Filing.Cause.RENAMED, since, by=by)
    journal.record(
        "agency.renamed",
        agency,
        by=by,
        audience=Audience.PUBLIC,
        agency_ids=[agency.pk],
        changes={"name_zh": name_zh, "name_en": name_en, "since": since.isoformat()},
    )
    return fresh


@transaction.atomic
def correct_name(row: AgencyName, name_zh: str, name_en: str, *, by: Actor) -> AgencyName:
    """What the agency was called on the days of one of its names was taken down wrongly; the days
    stay. What was known before stays readable. PermissionError for who may not."""
    must_register(by, row.agency_id)
    agency = Agency.objects.select_for_update(no_key=True).get(pk=row.agency_id)
    row = AgencyName.objects.get(pk=row.pk)
    if (row.name_zh, row.name_en) == (name_zh, name_en):
        return row
    row.name_zh, row.name_en = name_zh, name_en
    row.save(update_fields=["name_zh", "name_en"])
    refresh_names(agency)
    today, upper = timezone.localdate(), row.during.upper
    if row.during.lower <= today and (upper is None or today < upper):  # what was filed last
        filings.changed(agency, Filing.Cause.RENAMED, today, by=by)
    journal.record(
        "agency.name_corrected",
        agency,
        by=by,
        audience=Audience.PUBLIC,
        agency_ids=[agency.pk],
        changes={
            "name_zh": name_zh,
            "name_en": name_en,
            "since": row.during.lower.isoformat(),
        },
    )
    return row


def refresh_names(agency: Agency, today: date | None = None) -> None:
    """Sets the names for lists to those of a day, today in the portal's zone."""
    current = agency.names.filter(during__contains=today or timezone.localdate()).first()
    if current and (agency.name_zh, agency.name_en) != (current.name_zh, current.name_en):
        agency.name_zh, agency.name_en = current.name_zh, current.name_en
        agency.save(update_fields=["name_zh", "name_en"])


def refresh_all_names(today: date) -> int:
    """Renames that take effect on a day of the portal's zone; returns how many agencies."""
    due = AgencyName.objects.filter(during__contains=today).exclude(
        name_zh=F("agency__name_zh"), name_en=F("agency__name_en")
    )
    ids = sorted(due.values_list("agency_id", flat=True))
    for agency in Agency.objects.filter(pk__in=ids).order_by("pk"):
        refresh_names(agency, today)
    return len(ids)


@transaction.atomic
def add_member(
    agency: Agency, user: User, role: str, *, by: Actor, since: date | None = None
) -> Membership:
    """Somebody works for the agency from `since` (today) on.

    Raises AgencyRefused when already so, and for staff of the portal, who judge what agencies say;
    PermissionError for who neither manages the agency nor registers agencies.
    """
    _must_manage(by, agency.pk)
    if Grant.objects.filter(user=user).not_over(since or timezone.localdate()).exists():
        raise AgencyRefused(_("This person works for the portal, which no agency's people do."))
    try:
        with transaction.atomic():
            row = Membership.objects.create(
                agency=agency, user=user, role=role, since=since or timezone.localdate()
            )
    except IntegrityError as problem:
        raise AgencyRefused(_("This person already works for the agency.")) from problem
    journal.record(
        "member.added",
        row,
        by=by,
        audience=Audience.PARTIES,
        agency_ids=[agency.pk],
        changes={"user": str(user.pk), "role": role},
    )
    return row


@transaction.atomic
def end_membership(row: Membership, *, by: Actor) -> None:
    """From now on the person does not work for the agency. The last owner stays.

    Raises AgencyRefused; PermissionError for who neither manages the agency nor registers agencies.
    """
    _must_manage(by, row.agency_id)
    row = Membership.objects.select_for_update().get(pk=row.pk)
    if row.until is not None:
        return
    # The agency's row makes two owners who remove each other wait for one another.
    Agency.objects.select_for_update(no_key=True).get(pk=row.agency_id)
    owners = Membership.objects.filter(
        agency_id=row.agency_id, role=Membership.Role.OWNER, until__isnull=True
    )
    if row.role == Membership.Role.OWNER and owners.count() == 1:
        raise AgencyRefused(_("An agency keeps at least one owner."))
    row.until = max(timezone.localdate(), row.since)
    row.save(update_fields=["until"])
    journal.record(
        "member.ended", row, by=by, audience=Audience.PARTIES, agency_ids=[row.agency_id]
    )


@transaction.atomic
def set_role(row: Membership, role: str, *, by: Actor) -> Membership:
    """Another role of somebody in the agency, from now on; what it was before is kept.

    Raises AgencyRefused for the last owner, and for who does not work there any more: somebody may
    have ended it meanwhile; PermissionError as `end_membership`.
    """
    _must_manage(by, row.agency_id)
    row = Membership.objects.select_for_update().get(pk=row.pk)
    if row.until is not None:
        raise AgencyRefused(_("Somebody has changed this meanwhile. Look at it again."))
    if row.role == role:
        return row
    end_membership(row, by=by)
    return add_member(row.agency, row.user, role, by=by)


def must_register(by: Actor, agency_id: int | None = None) -> None:
    """For a change of an agency: it shows on every account that it claims, so that who makes it
    has to reach all of these."""
    if not may(by, Verb.REGISTER_AGENCIES):
        raise PermissionError(Verb.REGISTER_AGENCIES)
    if agency_id and Binding.objects.beyond(by).filter(agency_id=agency_id).exists():
        raise PermissionError(Verb.REGISTER_AGENCIES)


def _must_manage(by: Actor, agency_id: int) -> None:
    if not may(by, Verb.MANAGE_AGENCY, agency=agency_id):
        must_register(by, agency_id)
