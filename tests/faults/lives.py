"""Files of observations in which a good deal happens, the same for the same seed."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

from tests.factories.influencers import csv_of

PLATFORMS = ("douyin", "weibo", "bilibili", "xiaohongshu", "kuaishou")
FIELDS = ("美食", "Music", "Games")
TERRITORIES = ("广东", "浙江", "美国", "")
LEVELS = (5_000, 60_000, 300_000, 900_000, 1_200_000, 6_000_000, 12_000_000)


def observed(
    number: int, day: date, *, rows: int, seed: int, prefix: str = "", fresh: int = 600
) -> str:
    """File `number` (from 0): `rows` accounts as of a day, `fresh` more of them than in the last.

    Some have moved over or under a floor, some have another handle, one in 300 rows is wrong.
    """
    luck = random.Random(f"{seed} {number}")
    lines: list[dict[str, Any]] = []
    for account in range(number * fresh, number * fresh + rows):
        level = LEVELS[(account * 7 + seed) % len(LEVELS)]
        # An own stream for each account and file: a file does not depend on the ones before it.
        renamed = (account * 31 + number) % 50 == 0
        wrong = luck.random() < 1 / 300
        lines.append(
            {
                "platform": PLATFORMS[account % len(PLATFORMS)],
                "external_id": f"{prefix}{account:07d}",
                "handle": f"{prefix}h{account}{'-' + str(number) if renamed else ''}",
                "display_name": f"阿{account}",
                "followers": "54.2Q" if wrong else int(level * luck.uniform(0.7, 1.5)),
                # Named always or never: after an empty cell of a newer day an older one, which
                # may come later, names nothing any more.
                "category": FIELDS[(account + number // 3) % 3] if account % 4 else "",
                "observed_on": day.isoformat(),
                "ip_territory": TERRITORIES[account % len(TERRITORIES)],
            }
        )
    return csv_of(lines)


def days(last: date, count: int) -> list[date]:
    """One day a week, the last of them `last`."""
    return [last - timedelta(days=7 * (count - 1 - number)) for number in range(count)]
