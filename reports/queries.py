"""Reads of reports and cases across models."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Q, QuerySet

from agencies.models import Agency, Dispute
from agencies.queries import Manager, managers
from influencers.models import Platform, Profile
from influencers.queries.search import exact_ids, matching, understand
from journal.values import NOBODY, Actor
from reports.models import Case, Report
from reports.models.cases import WAITS
from reports.values import hashed

HITS = 8  # of each kind: whoever finds more types another word


@dataclass(frozen=True, slots=True)
class Targets:
    """What a reporter may mean by a text. `platform` is the code of the one whose address it is."""

    profiles: list[Profile]
    agencies: list[Agency]
    platform: str


def targets(text: str) -> Targets:
    """The public accounts and the agencies that are called so, or lie at the pasted address.

    Accounts of minors are found by their exact name or address only, as in the register.
    """
    sought = understand(text, Platform.objects.visible_to(NOBODY))
    public = Profile.objects.public().select_related("platform")
    exact = list(public.filter(pk__in=exact_ids(sought)).order_by("-tier", "pk")[:HITS])
    more = matching(public.exclude(influencer__minor=True), sought)
    more = more.exclude(pk__in=[profile.pk for profile in exact]).order_by("-tier", "pk")
    return Targets(
        [*exact, *more[: HITS - len(exact)]],
        [] if sought.is_address else list(_agencies(text.strip())[:HITS]),
        sought.platform,
    )


def _agencies(text: str) -> QuerySet[Agency]:
    named = Q(name_zh__icontains=text) | Q(name_en__icontains=text)
    visible = Agency.objects.visible_to(NOBODY)
    return visible.filter(named | Q(credit_code=text.upper())).order_by("name_zh", "pk")


def queues(actor: Actor, at: datetime) -> dict[str, int]:
    """How many cases the actor sees in each queue, by its word in reports.filters. One query."""
    held = Q(status=Case.Status.OPEN, claimed_until__gt=at)
    return Case.objects.visible_to(actor).aggregate(
        open=Count("pk", filter=Q(status=Case.Status.OPEN)),
        free=Count("pk", filter=Q(status=Case.Status.OPEN) & ~held & ~WAITS),
        mine=Count("pk", filter=held & Q(claimed_by_id=actor.id)),
        waiting=Count("pk", filter=Q(status=Case.Status.OPEN) & WAITS),
        overdue=Count("pk", filter=Q(status=Case.Status.OPEN, due_at__lt=at)),
        over=Count("pk", filter=~Q(status=Case.Status.OPEN)),
    )


def responsible(case: Case, day: date) -> list[int]:
    """The agencies that answer for an act of a day: the one reported, or the account's own then."""
    if case.agency_id is not None:
        return [case.agency_id]
    return [manager.agency_id for manager in answering(case, day)]


def answering(case: Case, day: date, known_at: datetime | None = None) -> list[Manager]:
    """The agencies that managed the account of a case on a day, as known at an instant (now).

    And those that did as it was known when the case was opened, or when the day ended if that was
    later: an agency may end a binding for days that are past, and no agency gets away from a case
    by doing so. Two queries.
    """
    if case.profile is None:
        return []
    asked = max(case.opened_at, case.profile.platform.end_of(day))
    found = managers(case.profile, day, known_at)
    known = {manager.agency_id for manager in found}
    then = managers(case.profile, day, asked)
    return found + [manager for manager in then if manager.agency_id not in known]


def ripe(at: datetime) -> QuerySet[Dispute]:
    """The disputes that somebody has to decide: the agency has answered, or its time is over."""
    over = Q(status=Dispute.Status.OPEN, due_at__lt=at)
    return Dispute.objects.filter(over | Q(status=Dispute.Status.ANSWERED))


def gathered(dispute: Dispute, at: datetime) -> list[Dispute]:
    """The others that say the same of the same binding and are ripe: decided together with it."""
    same = ripe(at).filter(binding=dispute.binding_id, wish=dispute.wish).exclude(pk=dispute.pk)
    return list(same.select_related("profile__platform").order_by("pk"))


def by_receipt(receipt: str) -> Report | None:
    """The report that a receipt stands for, if there is one."""
    return Report.objects.filter(receipt_hmac=hashed(receipt)).first()


def earlier(case: Case, actor: Actor, most: int = 20) -> list[Case]:
    """Other cases on the same target, newest first."""
    others = Case.objects.visible_to(actor).filter(target=case.target).exclude(pk=case.pk)
    return list(others.select_related("category", "decision").order_by("-pk")[:most])
