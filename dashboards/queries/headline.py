"""The regulator's figure: how many of the biggest accounts an agency manages."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Sum

from dashboards.models import TallyDay
from dashboards.queries.coverage import CoverageRow, tier_floor, within
from influencers.models import TierScheme
from journal.values import Actor

FLOOR = 10_000_000  # the step of the regulator's own statistic
# States of accounts that were asked and have not said, or of which it is contested: an agency may
# manage them.
POSSIBLE = ("managed", "disputed", "unanswered", "undisclosed")


@dataclass(frozen=True, slots=True)
class Headline:
    """Of `accounts` at or above FLOOR `managed` are managed, and at most `possible`."""

    accounts: int
    managed: int
    possible: int

    @property
    def at_least(self) -> Decimal:
        """The share that is known to be managed, in percent, cut after one decimal."""
        return Decimal(self.managed * 1000 // self.accounts).scaleb(-1)

    @property
    def at_most(self) -> Decimal:
        """The share that may be managed, in percent, rounded up after one decimal."""
        return Decimal(-(-self.possible * 1000 // self.accounts)).scaleb(-1)


def headline(rows: Iterable[CoverageRow]) -> Headline | None:
    """The headline of coverage rows; None where no account is that big."""
    big = [row for row in rows if row.tier_floor is not None and row.tier_floor >= FLOOR]
    accounts = sum(row.profiles for row in big)
    if not accounts:
        return None
    possible = sum(getattr(row, state) for row in big for state in POSSIBLE)
    return Headline(accounts, sum(row.managed for row in big), possible)


def headline_before(day: date, actor: Actor) -> Headline | None:
    """The headline of the newest tallies of `day` or earlier, by today's tiers; None without."""
    reached = within(TallyDay.objects.all(), actor)
    newest = reached.filter(day__lte=day).order_by("-day").values("day")[:1]
    floors = dict(TierScheme.objects.filter(current=True).values_list("platform_id", "floors"))
    parts = reached.filter(day__in=newest, tier__gt=0)
    rows = parts.values("platform_id", "tier", "state").annotate(n=Sum("profiles"))
    return _of(
        [row for row in rows if tier_floor(floors[row["platform_id"]], row["tier"]) >= FLOOR]
    )


def _of(parts: list[Mapping[str, Any]]) -> Headline | None:
    accounts = sum(part["n"] for part in parts)
    if not accounts:
        return None
    return Headline(
        accounts,
        sum(part["n"] for part in parts if part["state"] == "managed"),
        sum(part["n"] for part in parts if part["state"] in POSSIBLE),
    )
