"""The accounts beside those of the story: about 20,000, with the usual long tail and a year of
followers, as files of observations. The same ones each time."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import StringIO
from itertools import pairwise
from random import Random

from dashboards.actions.demo import cast
from dashboards.actions.demo.cast import Account, Days

ABOVE_TEN_MILLION = 49  # 小鹿 becomes the fiftieth
SEED = 20220318
# Where on the way from the biggest to the smallest account of the crowd how many followers are.
_TAIL = (
    *((0.0, 9_300_000), (0.0075, 5_100_000), (0.08, 1_000_000)),
    *((0.15, 500_000), (0.45, 100_000), (0.8, 15_000), (1.0, 1_200)),
)
_FLOORS = (100_000, 500_000, 1_000_000, 5_000_000, 10_000_000)
_PLATFORMS = (
    *(("douyin", 30), ("weibo", 22), ("kuaishou", 14), ("xiaohongshu", 14), ("bilibili", 10)),
    *(("wechat", 5), ("tiktok", 2), ("youtube", 2), ("instagram", 1)),
)
_FIELDS = (
    "美食 音乐 舞蹈 旅行 汽车 数码 美妆 读书 情感 萌宠 运动 游戏 手工 育儿 三农 财经 历史 影视"
).split()
_PLACES = "北京 上海 广东 浙江 江苏 四川 湖北 湖南 山东 河南 福建 陕西 重庆 辽宁 云南 安徽".split()
_HOW = (
    "爱吃面的 不加班的 睡不醒的 会修车的 种番茄的 数星星的 没带伞的 走夜路的 晒太阳的 写错字的 "
    "养金鱼的 学吉他的 坐慢车的 煮茶的 画地图的 捡贝壳的 追晚霞的 算错账的 讲冷笑话的 等快递的 "
    "扫落叶的 找钥匙的 骑单车的 听雨的 放风筝的 喝豆浆的 抄菜谱的 搬家的 赶早市的 织毛衣的"
).split()
_WHO = (
    "云朵 纸船 青瓜 蒲公英 小满 刺猬 石榴 木鱼 灯塔 麦子 河马 豆包 阿狸 松果 橘子 汽水 邮差 船长 "
    "土豆 鹅卵石 萤火虫 向日葵 秋千 海螺 风铃 蜗牛 雪人 团子 山楂 芦苇 稻草人 月饼 竹蜻蜓 花卷 "
    "喇叭花 铅笔"
).split()
_TOPICS = "|日记|小屋|同学|说|厨房|随手拍|实验室|的一天|课堂|旅行记|电台|修理铺|观察".split("|")
_LATIN = (
    "Paper Boat|Late Bus|Tin Whistle|Blue Kettle|Odd Socks|Slow Snail|Tall Ladder|Warm Pebble|"
    "Loud Cricket|Soft Pencil|Green Umbrella|Lost Key|Second Spoon|Quiet Drum"
).split("|")


@dataclass(slots=True)
class Row:
    """An account, its followers on each observed day (None: not known), and a month later."""

    account: Account
    counts: list[int | None]
    next: int = 0
    handles: dict[int, str] = field(default_factory=dict)  # where it was another one, by month

    @property
    def now(self) -> int:
        return self.counts[-1] or 0


def accounts(count: int) -> list[Row]:
    """The story's accounts and as many others as make `count`; the biggest come first."""
    random = Random(SEED)  # the same crowd each time
    names = _names(random)
    above = sum(account.followers >= 10_000_000 for account in cast.ACCOUNTS)
    big = [
        round(10_150_000 * 1.032**rank, -4) + random.randrange(40) * 1000
        for rank in range(ABOVE_TEN_MILLION - above)
    ]
    rest = max(count - len(cast.ACCOUNTS) - len(big), 0)
    tail = [_followers(place / max(rest, 1)) for place in range(rest)]
    rows = [_of_the_story(account) for account in cast.ACCOUNTS]
    for number, followers in enumerate([*reversed(big), *tail]):
        rows.append(_of_the_crowd(number, int(followers), next(names), random))
    return rows


def _followers(place: float) -> float:
    for (left, more), (right, fewer) in pairwise(_TAIL):
        if place <= right:
            return float(more * (fewer / more) ** ((place - left) / (right - left)))
    return float(_TAIL[-1][1])


def _names(random: Random) -> Iterator[str]:
    made = [how + who + topic for topic in _TOPICS for how in _HOW for who in _WHO]
    random.shuffle(made)
    yield from made
    for number, name in enumerate(made):
        yield f"{name}{number + 2}"


def _of_the_story(account: Account) -> Row:
    months = cast.MONTHS
    step = (account.followers - account.before) / (months - 1)
    counts: list[int | None] = [_rounded(account.before + step * month) for month in range(months)]
    counts[-1] = account.followers
    row = Row(account, counts, cast.RISERS.get(account, _grown(account.followers, 0.006)))
    if account is cast.WANFENG_OLD:
        # It lost its handle half a year ago, and has a new one since.
        row.handles = dict.fromkeys(range(months // 2, months), "晚风旧居")
    if account is cast.WANFENG_NEW:
        row.counts[: months // 2] = [None] * (months // 2)
    return row


def _of_the_crowd(number: int, followers: int, name: str, random: Random) -> Row:
    platform = random.choices(*zip(*_PLATFORMS, strict=True))[0]
    id_ = f"zixu-{number:06d}"
    if platform in ("tiktok", "youtube", "instagram"):
        name = f"{random.choice(_LATIN)} {number}"
    # Most grow; of the small ones some shrink. What is above a floor today was never above the
    # next one, so that nothing of the crowd changes its tier by itself later.
    yearly = random.uniform(0.02, 0.45)
    if followers < 900_000 and random.random() < 0.15:
        yearly = -random.uniform(0.01, 0.12)
    months = cast.MONTHS
    counts: list[int | None] = [
        _rounded(followers * (1 - yearly * (months - 1 - month) / (months - 1)))
        for month in range(months)
    ]
    if random.random() < 0.1:  # new on the platform
        unknown = random.randrange(1, months - 2)
        counts[:unknown] = [None] * unknown
    account = Account(
        platform, id_, name, followers, 0, random.choice(_FIELDS), random.choice(_PLACES)
    )
    return Row(account, counts, _grown(_rounded(followers), random.uniform(0.001, 0.012)))


def _rounded(count: float) -> int:
    """Three digits that count, as platforms publish them."""
    digits = max(len(str(int(count))) - 4, 0)
    return int(round(count, -digits))


def _grown(followers: int, share: float) -> int:
    """A month later, and below the next floor."""
    ceiling = next((floor for floor in _FLOORS if floor > followers), None)
    grown = _rounded(followers * (1 + share))
    return grown if ceiling is None or grown < ceiling else followers


HEADER = (
    *("platform", "external_id", "handle", "display_name", "followers", "category"),
    *("observed_on", "ip_territory"),
)


def month_files(rows: list[Row], days: Days) -> Iterator[tuple[str, str]]:
    """A year of observations, a file for each month with its name: the big accounts are in each,
    the others in every third one, the smallest in two."""
    for month, day in enumerate(days.observed):
        out = StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(HEADER)
        for row in rows:
            count = row.counts[month]
            if count is not None and (month + 1) % _every(row.now) == 0:
                writer.writerow(_line(row, month, count, day.isoformat()))
        yield f"followers-{day.isoformat()}.csv", out.getvalue()


def _every(followers: int) -> int:
    """In months, how often an account of this size is observed."""
    return 1 if followers >= 500_000 else 3 if followers >= 100_000 else 6


def next_month_file(rows: list[Row], days: Days) -> str:
    """What comes today: those at a million or more, three of which rise over a floor, and one
    handle that the file gives to two accounts."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADER)
    today = days.today.isoformat()
    for row in rows:
        if row.next >= 1_000_000:
            writer.writerow(_line(row, cast.MONTHS - 1, row.next, today))
    for number in (1, 2):
        twice = ("douyin", f"zixu-twice-{number}", "双生花", f"双生花 {number}", 230_000 + number)
        writer.writerow([*twice, "情感", today, "湖南"])
    return out.getvalue()


def _line(row: Row, month: int, count: int, day: str) -> list[str | int]:
    who = row.account
    handle = row.handles.get(month) or who.handle or who.name
    return [who.platform, who.external_id, handle, who.name, count, who.field, day, who.territory]
