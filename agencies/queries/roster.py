"""The public roster: which accounts agencies manage, on a day."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from agencies.models import Agency, AgencyName, Binding, Dispute
from influencers.models import Profile

Agencies = Collection[Agency] | QuerySet[Agency, Any]
ORDER = ("-rank", "-pk")  # the register's: biggest tier first


def roster(agencies: Agencies, day: date) -> QuerySet[Profile, Any]:
    """The accounts that one of the agencies manages on a day, as the register knows it now.

    Public accounts only, and none of minors, which are in no list. `rank` is the tier, unknown ones
    last. A contested one is listed; `held` says that it is contested.
    """
    held = Binding.objects.filter(
        agency__in=agencies, profile=OuterRef("pk"), status="confirmed", during__contains=day
    )
    return (
        Profile.objects.public()
        .filter(Exists(held))
        .exclude(influencer__minor=True)
        .exclude(status__in=[Profile.Status.REVOKED, Profile.Status.CLOSED])
        .annotate(rank=Coalesce("tier", -1))
        .select_related("platform")
    )


@dataclass(frozen=True, slots=True)
class Held:
    """How one agency holds one account on a day. `since`: the first day of the unbroken run;
    `last_confirmed_on`: the older one where several contracts hold it."""

    agency: Agency
    bindings: list[Binding]
    since: date
    last_confirmed_on: date | None
    contested: bool


def held(agencies: Agencies, profiles: Iterable[Profile], day: date) -> dict[int, list[Held]]:
    """By the account's number, how the agencies hold it on a day. One query."""
    contested = Dispute.objects.pending().filter(binding=OuterRef("pk"), proven=True)
    rows = Binding.objects.filter(
        agency__in=agencies, profile__in=[each.pk for each in profiles], status="confirmed"
    )
    rows = rows.select_related("agency").annotate(contested=Exists(contested))
    sorted_rows: dict[tuple[int, int], list[Any]] = defaultdict(list)
    for row in rows.order_by("during"):
        sorted_rows[row.profile_id, row.agency_id].append(row)
    found: dict[int, list[Held]] = defaultdict(list)
    for (profile, _agency), all_days in sorted(sorted_rows.items()):
        here = [row for row in all_days if _holds(row, day)]
        if not here:
            continue
        confirmed = [row.last_confirmed_on for row in here if row.last_confirmed_on]
        found[profile].append(
            Held(
                here[0].agency,
                here,
                _first_day(all_days, day),
                min(confirmed, default=None),
                any(row.contested for row in here),
            )
        )
    return dict(found)


def _holds(row: Binding, day: date) -> bool:
    lower, upper = row.during.lower, row.during.upper
    return bool(lower <= day and (upper is None or day < upper))


def _first_day(rows: Iterable[Binding], day: date) -> date:
    """The first day of the unbroken run of periods (sorted by first days) that `day` lies in."""
    since: date | None = None
    until: date | None = None
    for row in rows:
        lower, upper = row.during.lower, row.during.upper
        if lower > day:
            break
        if since is None or (until is not None and lower > until):
            since, until = lower, upper
        elif until is not None:
            until = None if upper is None else max(until, upper)
    assert since is not None
    return since


def with_accounts(agencies: QuerySet[Agency, Any], day: date) -> QuerySet[Any, Any]:
    """Adds `accounts`, how many public accounts each manages on a day."""
    counted = (
        Binding.objects.filter(agency=OuterRef("pk"), status="confirmed", during__contains=day)
        .filter(profile__in=Profile.objects.public())
        .exclude(profile__influencer__minor=True)
        .order_by()
        .values("agency")
        .annotate(n=Count("profile", distinct=True))
    )
    return agencies.annotate(accounts=Coalesce(Subquery(counted.values("n")), 0))


def called(agencies: QuerySet[Agency, Any], text: str) -> QuerySet[Agency, Any]:
    """Those that are called so, in part, now or on another day, or have this credit code."""
    text = " ".join(text.split())
    if not text:
        return agencies
    former = AgencyName.objects.filter(Q(name_zh__icontains=text) | Q(name_en__icontains=text))
    now = Q(name_zh__icontains=text) | Q(name_en__icontains=text)
    code = Q(credit_code=text.upper())
    return agencies.filter(now | code | Q(pk__in=former.values("agency")))
