"""Cases: how reports become one, who works on it, and how it ends without a decision."""

from datetime import date, datetime, timedelta

from django.core.cache import cache
from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from redis.exceptions import RedisError

from accounts.permissions import Verb, may
from agencies.actions import bindings
from agencies.models import Dispute
from influencers.models import Profile
from journal import actions as journal
from journal.values import CLOCK, Actor, ActorKind, Audience
from reports.models import Case, Category, Report
from reports.queries import gathered

WINDOW = timedelta(days=30)  # reports on one thing within it are one case, as long as it is open
LEASE = timedelta(minutes=15)
GRAVEST = 4  # severity of a category
# Days to decide, by severity. No law names a number; the receipt page says what is promised.
HANDLING_DAYS = {1: 30, 2: 14, 3: 7, 4: 3}
GATHERING = 7003  # first key of the advisory lock; 7001 and 7002 are the journal's
CONTESTED = "faked-affiliation"  # the category of a dispute


class CaseRefused(ValueError):
    """The case is not in a state for it; the text says why, for a person."""


class CaseTaken(CaseRefused):
    """Somebody else works on the case."""

    def __init__(self, name: str, until: datetime) -> None:
        super().__init__(
            _("%(name)s is working on this case until %(time)s.")
            % {"name": name, "time": f"{timezone.localtime(until):%H:%M}"}
        )


# --- From reports to a case ---------------------------------------------------------------------


def take_in(report: Report, source: str) -> Case:
    """Puts a new report into the open case on the same thing, or opens one. In a transaction.

    `source` is a name of whoever sent it that nobody can read and that is another one tomorrow;
    only the number of distinct ones is kept.
    """
    target = target_of(report)
    with connection.cursor() as cursor:  # of two first reports at once, one waits for the other
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [GATHERING, target])
    now = timezone.now()
    open_ones = Case.objects.open().select_for_update(no_key=True)
    case = open_ones.filter(
        kind=Case.Kind.REPORTS,
        target=target,
        category=report.category,
        # Not "contains": the clock of who opened it may be ahead of this one.
        gathers__endswith__gt=now,
    ).first()
    if case is None:
        case = _open_for(report, target, now)
    case.report_count += 1
    case.source_count += _is_new(case, source)
    case.priority = weight(report.category, report.profile, case.source_count)
    case.save(update_fields=["report_count", "source_count", "priority"])
    report.case, report.status = case, Report.Status.IN_CASE
    report.save(update_fields=["case", "status"])
    return case


def target_of(report: Report) -> str:
    """The key of what a report is about: equal for reports on the same thing."""
    if report.profile_id is not None:
        return f"profile:{report.profile_id}"
    if report.agency_id is not None:
        return f"agency:{report.agency_id}"
    return f"text:{report.platform}:{' '.join(report.target_text.casefold().split())}"


def weight(category: Category, profile: Profile | None, sources: int) -> int:
    """Where a case stands in the queue, the highest first: harm, then reach, then sources.

    Distinct sources count by their logarithm and for less than one step of severity, so that a
    crowd that reports one account does not push the rest of the queue down; the number of reports
    does not count at all (domain: brigading). What is reported of a minor's account weighs as much
    as the gravest harm (domain: minors).
    """
    reach = profile.tier or 0 if profile else 0
    person = profile.influencer if profile else None
    severity = GRAVEST if person is not None and person.minor else category.severity
    return severity * 100 + min(reach, 6) * 10 + 5 * min(max(sources, 1).bit_length(), 7)


def _open_for(report: Report, target: str, now: datetime) -> Case:
    case = Case.objects.create(
        category=report.category,
        target=target,
        platform=report.platform,
        profile=report.profile,
        agency=report.agency,
        target_text=report.target_text,
        act_day=report.act_day or _today(report.profile, now),
        gathers=DateTimeTZRange(now, now + WINDOW),
        opened_at=now,
        due_at=due(report.category, now),
    )
    _record("case.opened", case, CLOCK, category=report.category.code)
    return case


def _is_new(case: Case, source: str) -> bool:
    """Whether the source has not reported the case under the key of today."""
    if not source:
        return case.source_count == 0
    try:
        return bool(cache.add(f"report-source:{case.pk}:{source}", 1, timeout=24 * 3600))
    except (RedisError, OSError):
        return case.source_count == 0  # who cannot be told apart counts as one


def due(category: Category, at: datetime) -> datetime:
    """The end of the day (portal's zone) by which a case is to be decided."""
    day = timezone.localtime(at) + timedelta(days=HANDLING_DAYS[category.severity] + 1)
    return day.replace(hour=0, minute=0, second=0, microsecond=0)


def _today(profile: Profile | None, at: datetime) -> date:
    return profile.platform.today(at) if profile else timezone.localdate(at)


# --- Contested bindings -------------------------------------------------------------------------


@transaction.atomic
def open_for_dispute(dispute: Dispute, *, by: Actor) -> Case | None:
    """The agency contests a dispute: somebody has to decide. Doing it twice does nothing.

    What several people say against one binding is one case: its decision is for all of them. None
    for a dispute that is over by now.
    """
    bindings.lock([dispute.profile_id])  # of two disputes of one binding one waits for the other
    waiting = Dispute.objects.pending().select_for_update(no_key=True, of=("self",))
    held = waiting.select_related("profile__platform").filter(pk=dispute.pk).first()
    if held is None:
        return None
    dispute, now = held, timezone.now()
    about = {"dispute__binding": dispute.binding_id, "dispute__wish": dispute.wish}
    if gathering := Case.objects.open().filter(**about).first():
        return gathering
    category = Category.objects.get(code=CONTESTED)
    profile = dispute.profile
    case, opened = Case.objects.get_or_create(
        dispute=dispute,
        defaults={
            "kind": Case.Kind.DISPUTE,
            "category": category,
            "target": f"profile:{profile.pk}",
            "platform": profile.platform.code,
            "profile": profile,
            "act_day": dispute.from_day,
            "gathers": DateTimeTZRange(now, now + WINDOW),
            "opened_at": now,
            "due_at": due(category, now),
            "source_count": 1,
            "priority": weight(category, profile, 1),
        },
    )
    if opened:
        _record("case.opened", case, by, category=category.code)
    return case


@transaction.atomic
def drop_for_dispute(dispute_id: int, *, by: Actor) -> None:
    """The dispute was withdrawn or decided elsewhere: nothing is left to decide."""
    case = Case.objects.open().select_for_update(no_key=True).filter(dispute=dispute_id).first()
    if case is None:
        return
    close(case, Case.Status.DROPPED)
    _record("case.dropped", case, by)
    assert case.dispute is not None  # it was found by it
    if others := gathered(case.dispute, timezone.now()):
        open_for_dispute(others[0], by=by)


# --- Who works on it ----------------------------------------------------------------------------


@transaction.atomic
def claim(case: Case, *, by: Actor) -> Case:
    """Takes an open case for LEASE, or renews the lease. Of two at once one wins.

    Raises CaseTaken while somebody else holds it, CaseRefused when it is over.
    """
    case, now = free_for(case, by), timezone.now()
    renewed = case.holder(now) == by.id
    _hold(case, by, now)
    if not renewed:
        _record("case.claimed", case, by)
    return case


@transaction.atomic
def claim_next(*, by: Actor) -> Case | None:
    """Takes the first free case of the queue that the actor sees; None when none is free."""
    if not may(by, Verb.WORK_CASES) or by.kind is not ActorKind.USER:
        raise PermissionError(Verb.WORK_CASES)
    now = timezone.now()
    free = Case.objects.workable_by(by).free(now).order_by(F("priority").desc(), "pk")
    case = free.select_for_update(no_key=True, skip_locked=True, of=("self",)).first()
    if case is not None:
        _hold(case, by, now)
        _record("case.claimed", case, by)
    return case


@transaction.atomic
def give_back(case: Case, *, by: Actor) -> None:
    """Ends the actor's own claim. Does nothing when it has none."""
    case = locked(case, by)
    if case.holder(timezone.now()) != by.id:
        return
    release(case)
    case.save(update_fields=["claimed_by", "claimed_by_id", "claimed_until"])
    _record("case.given_back", case, by)


def locked(case: Case, by: Actor) -> Case:
    """The case under its lock, open, for somebody who may work on it."""
    if not may(by, Verb.WORK_CASES) or by.kind is not ActorKind.USER:
        raise PermissionError(Verb.WORK_CASES)
    within = Case.objects.visible_to(by).filter(pk=case.pk)
    held = within.select_for_update(no_key=True, of=("self",)).first()
    if held is None:
        raise PermissionError("the case lies beyond the grant")
    case = held
    if case.status != Case.Status.OPEN:
        raise CaseRefused(_("This case is over."))
    if not case.is_for(by):
        raise CaseRefused(_("A dispute is decided by a lead moderator."))
    return case


def free_for(case: Case, by: Actor, *, approved: bool = False) -> Case:
    """The case under its lock, for who holds it, or anybody where nobody does. CaseTaken else.

    A claim that ran out while somebody wrote, and that nobody else took, loses them nothing. While
    it waits for a second person nobody works on it (CaseRefused), but for what that one `approved`.
    """
    case, now = locked(case, by), timezone.now()
    if case.waits and not approved:
        raise CaseRefused(_("This case waits for a second person."))
    if case.holder(now) not in ("", by.id):
        assert case.claimed_until is not None  # somebody holds it
        raise CaseTaken(case.claimed_by, case.claimed_until)
    return case


def close(case: Case, status: str) -> None:
    """Writes the end of a case that the caller has locked."""
    case.status, case.closed_at = status, timezone.now()
    release(case)
    case.save()


def release(case: Case) -> None:
    case.claimed_by, case.claimed_by_id, case.claimed_until = "", "", None


def _hold(case: Case, by: Actor, now: datetime) -> None:
    case.claimed_by, case.claimed_by_id = by.name, by.id
    case.claimed_until = now + LEASE
    case.save(update_fields=["claimed_by", "claimed_by_id", "claimed_until"])


def _record(verb: str, case: Case, by: Actor, **changes: str) -> None:
    """Of the case itself only staff hears: that there is one says that somebody reported."""
    journal.record(
        verb,
        ("case", str(case.public_id)),
        by=by,
        audience=Audience.STAFF,
        platform=case.platform,
        profile_id=case.profile_id,
        changes={"number": case.number, **changes},
    )
