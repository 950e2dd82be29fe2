"""What the panels and the API read: tallies, never the register itself."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, Max, OuterRef, Q, QuerySet, Sum

from agencies.models import ContractReview
from dashboards.models import Tally, TallyDay
from influencers.models import ImportBatch, Platform, TierScheme
from journal.models import Run
from journal.models.runs import RunQuerySet
from journal.values import Actor

# The states of a coverage row. "unanswered" has an open duty and nothing public about it.
STATES = ("managed", "independent", "unanswered", "undisclosed", "disputed", "none")


@dataclass(slots=True)
class CoverageRow:
    """Accounts of one platform and tier by label state; `profiles` is the sum of the states.

    `tier` is None where no count is known. `duties_overdue` counts open duties past their last day
    and is part of `duties_open`.
    """

    platform: str
    tier: int | None
    tier_floor: int | None
    profiles: int = 0
    managed: int = 0
    independent: int = 0
    unanswered: int = 0
    undisclosed: int = 0
    disputed: int = 0
    none: int = 0
    duties_open: int = 0
    duties_met: int = 0
    duties_overdue: int = 0

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    def add(self, part: Mapping[str, Any]) -> None:
        self.profiles += part["n"]
        setattr(self, part["state"], getattr(self, part["state"]) + part["n"])
        self.duties_open += part["open"]
        self.duties_met += part["met"]
        self.duties_overdue += part["overdue"]


@dataclass(frozen=True, slots=True)
class Coverage:
    rows: list[CoverageRow]
    as_of: datetime | None

    @property
    def total(self) -> CoverageRow:
        return added(self.rows, "", None, None)


def added(
    rows: Iterable[CoverageRow], platform: str, tier: int | None, floor: int | None
) -> CoverageRow:
    """One row that is the sum of others."""
    total = CoverageRow(platform, tier, floor)
    for row in rows:
        for name in CoverageRow.__dataclass_fields__:
            if name not in ("platform", "tier", "tier_floor"):
                setattr(total, name, getattr(total, name) + getattr(row, name))
    return total


def as_of() -> datetime | None:
    """When the tallies last caught up."""
    done = Run.objects.filter(kind="tallies", status=Run.Status.DONE)
    at: datetime | None = done.aggregate(at=Max("finished_at"))["at"]
    return at


def within(rows: QuerySet[Any], actor: Actor) -> QuerySet[Any]:
    """Of tallies or their days, those of the platforms that the actor reaches. Nothing is counted
    by territory: whoever is limited to some sees the figures that the API shows to everybody."""
    if not actor.platforms:
        return rows
    reached = Platform.objects.filter(code__in=actor.platforms)
    return rows.filter(platform_id__in=reached.values("pk"))


def coverage(tallies: QuerySet[Tally] | None = None) -> Coverage:
    """Coverage per platform and tier, highest tier first. Four queries, whatever the size."""
    tallies = Tally.objects.all() if tallies is None else tallies
    platforms = {p.pk: p for p in Platform.objects.all()}
    order = {pk: number for number, pk in enumerate(platforms)}
    floors = dict(TierScheme.objects.filter(current=True).values_list("platform_id", "floors"))
    rows: dict[tuple[int, int], CoverageRow] = {}
    parts = (
        tallies.filter(profiles__gt=0)
        .values("platform_id", "tier", "state")
        .annotate(
            n=Sum("profiles"),
            open=Sum("duties_open"),
            met=Sum("duties_met"),
            overdue=Sum("duties_overdue"),
        )
    )
    for part in parts:
        key = (part["platform_id"], part["tier"])
        if key not in rows:
            tier = None if part["tier"] < 0 else part["tier"]
            floor = None if tier is None else tier_floor(floors[part["platform_id"]], tier)
            rows[key] = CoverageRow(platforms[part["platform_id"]].code, tier, floor)
        rows[key].add(part)
    keys = sorted(rows, key=lambda key: (order[key[0]], -key[1]))
    return Coverage([rows[key] for key in keys], as_of())


def tier_floor(floors: list[int], tier: int) -> int:
    """The lowest count of a tier; 0 for the tier below all floors."""
    return floors[tier - 1] if tier else 0


def by_tier(rows: Iterable[CoverageRow]) -> list[CoverageRow]:
    """Rows of all platforms added up per floor, highest first, unknown last."""
    groups: dict[int | None, list[CoverageRow]] = defaultdict(list)
    for row in rows:
        groups[row.tier_floor].append(row)
    floors = sorted(groups, key=lambda floor: -1 if floor is None else floor, reverse=True)
    return [added(groups[f], "", groups[f][0].tier, f) for f in floors]


@dataclass(frozen=True, slots=True)
class DutyDay:
    day: date
    open: int
    met: int
    overdue: int


def duty_trend(actor: Actor, days: int = 90) -> list[DutyDay]:
    """Open, met and overdue duties on each day on which the tallies moved, oldest first."""
    found = (
        within(TallyDay.objects.all(), actor)
        .values("day")
        .annotate(open=Sum("duties_open"), met=Sum("duties_met"), overdue=Sum("duties_overdue"))
        .order_by("-day")[:days]
    )
    return [DutyDay(f["day"], f["open"], f["met"], f["overdue"]) for f in reversed(found)]


def latest_imports(actor: Actor, count: int = 5) -> list[ImportBatch]:
    """The newest imports that changed the register, of those that the actor sees."""
    applied = ImportBatch.objects.visible_to(actor).filter(status=ImportBatch.Status.APPLIED)
    return list(applied.order_by("-id")[:count])


def runs(actor: Actor) -> RunQuerySet:
    """Runs that the actor may see. A pass is over everything and shows counts; one that carries out
    an import or a contract review is seen by who sees that."""
    if not actor.is_limited:
        return Run.objects.all()
    files = ImportBatch.objects.visible_to(actor).filter(run=OuterRef("pk"))
    asked = ContractReview.objects.visible_to(actor).values_list("pk", flat=True)
    passes = ~Q(kind__in=["import", "reviews"])
    return Run.objects.filter(
        passes | Exists(files) | Q(kind="reviews", params__review__in=list(asked))
    )


def runs_under_way(actor: Actor) -> list[Run]:
    return list(runs(actor).unfinished().with_progress().order_by("id"))


def workers(run: Run) -> list[str]:
    """Who worked on a run's ranges."""
    names = run.ranges.exclude(worker="").order_by("worker").values_list("worker", flat=True)
    return list(names.distinct())
