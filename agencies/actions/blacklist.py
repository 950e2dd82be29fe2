"""Whom platforms do not admit again: entered, ended, asked at every door, let in for a reason."""

from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.permissions import Verb, may
from agencies.models import Agency, Blacklisted, Group, LetIn
from agencies.queries.blacklist import groups_above, hashes_of, listed
from agencies.values.legal import legal_hash
from journal import actions as journal
from journal.values import Actor, ActorKind, Audience


class BlacklistRefused(ValueError):
    """The entry cannot be made; the text says why, for a person."""


class IsListed(ValueError):
    """The blacklist knows them, and no reason was given to let them in. The text is for staff."""

    def __init__(self, entries: Sequence[Blacklisted]) -> None:
        first = entries[0]
        text = _("The blacklist has %(name)s: %(reason)s Say why it is let in all the same.")
        super().__init__(text % {"name": first.name, "reason": first.reason})
        self.entries = entries


@transaction.atomic
def add(
    name: str,
    *,
    credit_code: str,
    legal_number: str,
    until: date | None,
    reason: str,
    by: Actor,
    since: date | None = None,
) -> Blacklisted:
    """A firm, by its code in compact form, or who represents it, by a number of which only a hash
    is kept, from `since` (today) until the day `until` (the first on which it may come back).

    Raises BlacklistRefused without either or for an end before the beginning; PermissionError.
    """
    _must_keep(by)
    day = since or timezone.localdate()
    if not credit_code and not legal_hash(legal_number):
        raise BlacklistRefused(_("It needs a credit code or a number of the representative."))
    if until is not None and until <= day:
        raise BlacklistRefused(_("The last day lies before the first one."))
    entry = Blacklisted.objects.create(
        name=name,
        credit_code=credit_code,
        legal_hash=legal_hash(legal_number),
        since=day,
        until=until,
        reason=reason,
        added_by=by.name,
    )
    _record("blacklist.added", entry, by)
    return entry


@transaction.atomic
def end(entry: Blacklisted, *, by: Actor) -> Blacklisted:
    """From today on the entry counts no more; said twice it is done once. PermissionError."""
    _must_keep(by)
    entry = Blacklisted.objects.select_for_update(no_key=True).get(pk=entry.pk)
    today = max(timezone.localdate(), entry.since)
    if entry.until is None or entry.until > today:
        entry.until = today
        entry.save(update_fields=["until"])
        _record("blacklist.ended", entry, by)
    return entry


def must_be_clear(
    credit_code: str,
    *,
    despite: str,
    hashes: Sequence[str] = (),
    group: Group | None = None,
) -> list[Blacklisted]:
    """Raises IsListed where the blacklist has the firm, its representative or its group and there
    is no reason to let it in `despite` that. Returns the entries, for `let_in`."""
    today = timezone.localdate()
    found = listed(credit_code, today, hashes=hashes, groups=groups_above(group, today))
    if found and not despite:
        raise IsListed(found)
    return found


def agency_must_be_clear(agency: Agency, *, despite: str, by: Actor) -> None:
    """As `must_be_clear`, for an agency that is known; why it was let in is kept."""
    found = must_be_clear(
        agency.credit_code, despite=despite, hashes=hashes_of(agency), group=agency.group
    )
    let_in(agency, found, despite, by=by)


def let_in(agency: Agency, entries: Sequence[Blacklisted], reason: str, *, by: Actor) -> None:
    """Keeps why somebody was let in despite the blacklist."""
    for entry in entries:
        LetIn.objects.create(entry=entry, agency=agency, reason=reason[:300], by_name=by.name)
        journal.record(
            "blacklist.overridden",
            agency,
            by=by,
            audience=Audience.STAFF,
            agency_ids=[agency.pk],
            changes={"entry": entry.pk},
        )


def _must_keep(by: Actor) -> None:
    allowed = may(by, Verb.KEEP_BLACKLIST) and not by.agency_ids
    if not allowed or by.kind is ActorKind.NOBODY:
        raise PermissionError(Verb.KEEP_BLACKLIST)


def _record(verb: str, entry: Blacklisted, by: Actor) -> None:
    journal.record(
        verb,
        entry,
        by=by,
        audience=Audience.STAFF,
        changes={"until": entry.until.isoformat() if entry.until else ""},
    )
