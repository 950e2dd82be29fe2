"""Who manages which account of the demonstration, since when, and who says that nobody does."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from agencies.models import ALL_LINES, Binding
from agencies.models.fields import Parts
from dashboards.actions.demo import cast
from dashboards.actions.demo.cast import Account, Days, House
from dashboards.actions.demo.crowd import SEED, Row

CONTRACTS_OF_TAOYUAN = 260  # the last one is 小鹿's, which covers no account yet
# Of the crowd above ten million: with 阿棠 and 陆九 19 are managed, and with 小鹿 there are 50.
BIG_MANAGED, BIG_INDEPENDENT = 17, 27
# From so many followers on: the share that is managed, and that of the others that declares.
_SHARES = (
    *((5_000_000, 0.42, 0.5), (1_000_000, 0.33, 0.4), (500_000, 0.2, 0.08)),
    *((100_000, 0.08, 0.01), (0, 0.004, 0.0)),
)


@dataclass(frozen=True, slots=True)
class Hold:
    """A contract, and its account with the days on which it is bound (None: it covers none)."""

    house: House
    reference: str
    party: str
    since: date
    until: date | None
    account: Account | None = None
    kind: str = "full"
    lines: Parts = ALL_LINES
    basis: str = Binding.Basis.CREATOR
    renewal: str = "none"

    @property
    def confirmed(self) -> date:
        return self.since + timedelta(days=6)


@dataclass(slots=True)
class Ties:
    holds: list[Hold] = field(default_factory=list)
    independent: list[tuple[Account, date]] = field(default_factory=list)
    silent: list[Account] = field(default_factory=list)  # asked long ago, and never answered


def tie(rows: list[Row], houses: list[House], days: Days) -> Ties:
    """Of the accounts above ten million 19 managed, 27 independent and 3 silent; of the others
    fewer the smaller they are. 桃源 has 260 contracts."""
    random, ties = Random(SEED), Ties()  # the same ties each time
    ties.holds += _story(days)
    ties.independent += [(cast.MUXIN, days.ago(320)), (cast.NANSHAN, days.ago(75))]
    crowd = [row for row in rows if row.account not in cast.ACCOUNTS]
    big = [row.account for row in crowd if row.now >= 10_000_000]
    random.shuffle(big)
    others = [house for house in houses if house is not cast.TAOYUAN]
    managed = big[:BIG_MANAGED]
    said = big[BIG_MANAGED : BIG_MANAGED + BIG_INDEPENDENT]
    ties.independent += [(each, days.ago(random.randrange(60, 600))) for each in said]
    ties.silent += big[BIG_MANAGED + BIG_INDEPENDENT : -1]  # the last was asked just now
    middle = [row for row in crowd if 100_000 <= row.now < 10_000_000]
    ours = random.sample(middle, min(CONTRACTS_OF_TAOYUAN - 3, len(middle) // 3))
    ours_too = {row.account.external_id for row in ours}
    ties.holds += _of_taoyuan([*managed[:2], *(row.account for row in ours)], days, random)
    for account in managed[2:]:
        ties.holds += _hold(account, others, days, random)
    for row in crowd:
        if row.now >= 10_000_000 or row.account.external_id in ours_too:
            continue
        _, share, declares = next(each for each in _SHARES if row.now >= each[0])
        if random.random() < share:
            ties.holds += _hold(row.account, others, days, random)
        elif random.random() < declares:
            ties.independent.append((row.account, days.ago(random.randrange(30, 600))))
        elif row.now >= 1_000_000 and random.random() < 0.7:
            ties.silent.append(row.account)
    return ties


def _story(days: Days) -> list[Hold]:
    live, goods, video = (100, 200), (200, 300), (300, 400)
    later = days.ago(-500)
    return [
        Hold(cast.SHUIYUE, "SY-0117", "阿棠", days.ago(600), days.moved, cast.ATANG),
        Hold(cast.WUYOU, "WY-0048", "阿棠", days.moved, later, cast.ATANG),
        Hold(cast.WANGSHI, "WS-0021", "陆九", days.ago(500), None, cast.LUJIU),
        Hold(
            *(cast.NANKE, "NK-0301", "周舟", days.ago(90), later, cast.ZHOUZHOU),
            basis=Binding.Basis.DOCUMENTS,
        ),
        Hold(cast.WUYOU, "WY-0062", "桐桐（监护人签约）", days.ago(280), later, cast.TONGTONG),
        # It ended at the last midnight.
        Hold(cast.SHUIYUE, "SY-0140", "云上", days.ago(400), days.today, cast.YUNSHANG),
        Hold(
            *(cast.NANKE, "NK-0188", "灯下", days.ago(260), later, cast.DENGXIA),
            kind="half",
            lines=(live, video),
        ),
        Hold(
            *(cast.WUYOU, "WY-0071", "灯下", days.ago(210), later, cast.DENGXIA),
            kind="half",
            lines=(goods,),
        ),
        Hold(cast.NANKE, "NK-0203", "晚风", days.ago(300), later, cast.WANFENG_OLD),
        Hold(cast.TAOYUAN, "TY-0260", cast.XIAOLU.name, days.ago(20), days.ago(-710)),
    ]


def _of_taoyuan(accounts: list[Account], days: Days, random: Random) -> Iterator[Hold]:
    """All of its contracts but 小鹿's; nine of them end within a month."""
    for number in range(CONTRACTS_OF_TAOYUAN - 1):
        account = accounts[number] if number < len(accounts) else None
        since = days.ago(random.randrange(60, 700))
        until = days.ago(-random.randrange(5, 29)) if number % 29 == 7 else _end(days, random)
        yield Hold(
            *(cast.TAOYUAN, f"TY-{number + 1:04d}", account.name if account else "待定"),
            *(since, until, account),
            renewal="auto" if number % 5 == 0 else "none",
        )


def _hold(account: Account, houses: list[House], days: Days, random: Random) -> Iterator[Hold]:
    """A contract with one of the agencies, the first of which have the most; with some accounts
    another one was before."""
    at = min(int(random.paretovariate(0.55)), len(houses) * 4) - 1
    house = houses[at % len(houses)]
    since = days.ago(random.randrange(40, 700))
    tag = account.external_id.removeprefix("zixu-")
    yield Hold(house, f"C-{tag}", account.name, since, _end(days, random), account)
    if random.random() < 0.12:
        before = houses[(at + 7) % len(houses)]
        left = since - timedelta(days=random.randrange(0, 50))
        began = left - timedelta(days=random.randrange(200, 500))
        yield Hold(before, f"C-{tag}-1", account.name, began, left, account)


def _end(days: Days, random: Random) -> date | None:
    return None if random.random() < 0.2 else days.ago(-random.randrange(90, 900))
