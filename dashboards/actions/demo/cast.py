"""Who is in the demonstration. All of it is invented: names come from stories about nothing, ids
from no platform, and credit codes are none that a firm can have."""

from dataclasses import dataclass
from datetime import date, timedelta

from stdnum.cn import uscc

from accounts.permissions import Role

MONTHS = 12  # of observations on record


@dataclass(frozen=True, slots=True)
class Account:
    """An account of the story, with its followers today; `before` is what it had a year ago."""

    platform: str
    external_id: str
    name: str
    followers: int
    before: int
    field: str
    territory: str
    handle: str = ""


@dataclass(frozen=True, slots=True)
class House:
    """An agency; `division` is where it is registered, a number of GB/T 2260."""

    slug: str
    name_zh: str
    name_en: str
    division: str
    group: str = ""


def email_of(word: str) -> str:
    return f"{word}@demo.example"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whom a visitor can be: staff with a role, or who works for an agency."""

    word: str
    name: str
    role: Role | None = None
    agency: str = ""

    @property
    def email(self) -> str:
        return email_of(self.word)


ATANG = Account("douyin", "atang", "阿棠不吃辣", 12_400_000, 9_800_000, "美食", "广东")
LUJIU = Account("weibo", "lujiu", "陆九同学", 10_600_000, 9_900_000, "音乐", "北京")
XIAOLU = Account("douyin", "xiaolu", "小鹿的一天", 9_970_000, 6_100_000, "生活", "浙江")
MUXIN = Account("xiaohongshu", "muxin", "木心手作", 2_380_000, 1_700_000, "手工", "江苏")
ZHOUZHOU = Account("bilibili", "zhouzhou", "周周测评", 3_260_000, 2_900_000, "数码", "湖北")
TONGTONG = Account("kuaishou", "zixu-tongtong", "桐桐爱跳舞", 1_340_000, 1_050_000, "舞蹈", "四川")
YUNSHANG = Account("weibo", "yunshang", "云上来客", 4_150_000, 3_800_000, "旅行", "云南")
DENGXIA = Account("bilibili", "dengxia", "灯下读书会", 2_050_000, 1_600_000, "读书", "上海")
# The handle 晚风 changed hands half a year ago.
WANFENG_OLD = Account(
    "weibo", "wanfeng-1", "晚风旧居", 1_870_000, 1_800_000, "情感", "福建", "晚风"
)
WANFENG_NEW = Account("weibo", "wanfeng-2", "晚风", 640_000, 30_000, "汽车", "山东", "晚风")
# With 小鹿 the three that rise over a floor in next month's file.
NANSHAN = Account("xiaohongshu", "nanshan", "南山有雨", 4_960_000, 3_900_000, "旅行", "重庆")
AFU = Account("kuaishou", "zixu-afu", "阿福修车", 982_000, 700_000, "汽车", "河北")

ACCOUNTS = (
    *(ATANG, LUJIU, XIAOLU, MUXIN, ZHOUZHOU, TONGTONG, YUNSHANG, DENGXIA),
    *(WANFENG_OLD, WANFENG_NEW, NANSHAN, AFU),
)
RISERS = {XIAOLU: 10_020_000, NANSHAN: 5_040_000, AFU: 1_013_000}

ZIXU = ("子虚集团", "Zixu Group")
TAOYUAN = House("taoyuan", "桃源互娱", "Taoyuan Interactive", "330106")
WUYOU = House("wuyou", "乌有文化", "Wuyou Culture", "310115", ZIXU[0])
WANGSHI = House("wangshi", "亡是传媒", "Wangshi Media", "110105", ZIXU[0])
# Was called 镜花文化 until it took another name, of which the register heard late.
SHUIYUE = House("shuiyue", "水月文化", "Shuiyue Culture", "440305")
FORMER_NAME = ("镜花文化", "Jinghua Culture")
NANKE = House("nanke", "南柯传媒", "Nanke Media", "510104")
HOUSES = (TAOYUAN, WUYOU, WANGSHI, SHUIYUE, NANKE)

PEOPLE = (
    # The two operators come first: they give the others their roles.
    Person("operator", "何其正", Role.OPERATOR),
    Person("operator2", "叶知秋", Role.OPERATOR),
    Person("compliance", "林知遥", agency="taoyuan"),
    Person("moderator", "白鹭", Role.MODERATOR),
    Person("lead", "苏定", Role.LEAD_MODERATOR),
    Person("lead2", "温故", Role.LEAD_MODERATOR),
    Person("regulator", "沈观", Role.REGULATOR),
    Person("wuyou", "顾长风", agency="wuyou"),
    Person("wangshi", "江照晚", agency="wangshi"),
)

# Is to become a moderator, once a second operator approves it.
NEWCOMER = Person("xie", "谢临川")

# Words of old stories about what never was, and of houses that could bear them.
_TALES = (
    *(("黄粱", "Huangliang"), ("蜃楼", "Shenlou"), ("海市", "Haishi"), ("画饼", "Huabing")),
    *(("缘木", "Yuanmu"), ("刻舟", "Kezhou"), ("守株", "Shouzhu"), ("杞人", "Qiren")),
    *(("南冥", "Nanming"), ("梦蝶", "Mengdie"), ("太虚", "Taixu"), ("幻境", "Huanjing")),
    *(("愚公", "Yugong"), ("夸父", "Kuafu"), ("精卫", "Jingwei"), ("蓬莱", "Penglai")),
    *(("瀛洲", "Yingzhou"), ("方壶", "Fanghu"), ("昆仑墟", "Kunlunxu"), ("不周", "Buzhou")),
    *(("烂柯", "Lanke"), ("槐安", "Huaian")),
)
_TRADES = (
    *(("文化", "Culture"), ("传媒", "Media"), ("互娱", "Interactive"), ("书社", "Press")),
    *(("剧场", "Theatre"), ("山房", "Studio"), ("影业", "Pictures"), ("星途", "Talents")),
    *(("直播", "Live"), ("工坊", "Workshop"), ("唱片", "Records"), ("网络", "Network")),
    *(("茶馆", "Teahouse"), ("画院", "Gallery")),
)
_DIVISIONS = ("110105", "310115", "330106", "440305", "510104", "420106", "320102", "350203")


def houses(count: int) -> list[House]:
    """The agencies of the story and as many others as make `count`, 313 at most."""
    others = [
        House(
            f"{tale_en}-{trade_en}".lower(),
            tale + trade,
            f"{tale_en} {trade_en}",
            _DIVISIONS[(row + column) % len(_DIVISIONS)],
        )
        for column, (trade, trade_en) in enumerate(_TRADES)
        for row, (tale, tale_en) in enumerate(_TALES)
    ]
    return [*HOUSES, *others[: max(count - len(HOUSES), 0)]]


def credit_code(division: str, number: int) -> str:
    """A unified social credit code that passes its own check (GB 32100) and that nobody can have.

    The organisation's part has a check character of its own (GB 11714), which is a wrong one here.
    """
    body = f"{number:08d}"
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    right = 11 - sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True)) % 11
    wrong = (right + 3) % 10
    front = f"91{division}{body}{wrong}"
    return f"{front}{uscc.calc_check_digit(front)}"


@dataclass(frozen=True, slots=True)
class Days:
    """The days of the story, reckoned from the day of the first start."""

    today: date

    def ago(self, days: int) -> date:
        return self.today - timedelta(days=days)

    @property
    def observed(self) -> list[date]:
        """The days of the observations on record, the oldest first; the last is a month old."""
        return [self.ago(31 + 30 * month) for month in range(MONTHS - 1, -1, -1)]

    @property
    def renamed(self) -> date:
        """From this day on 镜花文化 is called 水月文化."""
        return self.ago(270)

    @property
    def corrected(self) -> date:
        """On this day the register heard of it."""
        return self.ago(200)

    @property
    def asked(self) -> date:
        """The day that the tour looks back to: renamed already, and not yet known."""
        return self.ago(240)

    @property
    def moved(self) -> date:
        """阿棠 goes from 水月 to 乌有."""
        return self.ago(150)
