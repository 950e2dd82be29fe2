"""Made-up accounts: how many followers they had, have now, and how both were published."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from math import exp, log

# Platforms that publish counts, and how many of a hundred accounts are there.
SHARES = {
    "douyin": 30,
    "weibo": 20,
    "xiaohongshu": 15,
    "bilibili": 10,
    "kuaishou": 10,
    "instagram": 5,
    "tiktok": 5,
    "youtube": 5,
}
FLOORS = (100_000, 500_000, 1_000_000, 5_000_000, 10_000_000)
FEWEST, MOST = 1_000, 15_000_000
# Of a hundred thousand accounts of a tier: rise by a tier with the new count; fall because the old
# one was under the margin for thirty days; begin to fall with the new one.
RISING = {0: 300, 1: 600, 2: 11_000, 3: 600, 4: 5_500, 5: 0}
FALLING = {0: 0, 1: 600, 2: 600, 3: 1_000, 4: 600, 5: 1_000}
BEGINNING = {0: 0, 1: 500, 2: 500, 3: 500, 4: 500, 5: 500}

# The most frequent signs of Chinese names of accounts, the first ones far more often than the last.
SIGNS = (
    "小大的一天美食生活家老爱心阿子海李王妈哥姐张同学日记月星云花明林南北西东青山水风雪梅"
    "春夏秋冬金玉红白黑猫狗鱼鸟虎龙凤马羊牛豆米茶酒面包糖果菜园城市乡村厨房旅行摄影音乐舞蹈"
    "健身读书手工科技数码汽车游戏电影动漫历史文化知识财经法律医生老师教练设计师画家歌手演员"
    "快乐幸福平安如意吉祥可爱温柔勇敢自由梦想希望光阳晨夜雨晴安宁静雅文武军国民中华人和平"
)
SYLLABLES = (
    "an bei chen da en fei gu hao ji ke lan mei nuo ou pan qi ru shan tao wei xin yu zhi".split()
)
WORDS = (
    "daily food travel music tech studio family diary fit life beauty cars games pets film".split()
)
CATEGORIES = (
    "Beauty",
    "Food",
    "Fashion",
    "Games",
    "Music",
    "Sports",
    "Travel",
    "Lifestyle",
    "Technology",
    "Education",
    "Health",
    "Finance",
    "Cars",
    "Pets",
    "Film",
    "Parenting",
)


@dataclass(frozen=True, slots=True)
class Person:
    """One account. `fate` is what its counts do: "stays", "rises", "falls", "begins" (to fall)."""

    number: int
    platform: str
    external_id: str
    handle: str
    name: str
    category: str
    fate: str
    before: int  # what a falling account had before it came under the margin, else `old`
    old: int
    new: int
    text: str  # `new` as it was published


def people(count: int, first: int = 1) -> Iterator[Person]:
    """The same accounts for the same numbers, each time."""
    codes, shares = list(SHARES), list(SHARES.values())
    weights = [1 / (rank + 8) for rank in range(len(SIGNS))]
    for number in range(first, first + count):
        dice = random.Random(number)
        fate, before, old, new, text = _counts(dice)
        handle = "".join(dice.choices(SYLLABLES, k=2))
        yield Person(
            number,
            dice.choices(codes, shares)[0],
            # A bijection on 32 bits: neighbours in the file are no neighbours in the index.
            str(number * 2_654_435_761 % 2**32 + 10**9),
            f"{handle}_{number:x}",
            _name(dice, weights, handle),
            dice.choice(CATEGORIES),
            fate,
            before,
            old,
            new,
            text,
        )


def _name(dice: random.Random, weights: list[float], handle: str) -> str:
    if dice.random() < 0.7:
        return "".join(dice.choices(SIGNS, weights, k=dice.randint(2, 7)))
    return f"{handle.capitalize()} {dice.choice(WORDS)} {dice.choice(WORDS)}"


def tier_of(followers: int) -> int:
    return sum(followers >= floor for floor in FLOORS)


def _counts(dice: random.Random) -> tuple[str, int, int, int, str]:
    old = int(exp(dice.uniform(log(FEWEST), log(MOST))))
    tier = tier_of(old)
    drawn = dice.randrange(100_000)
    if drawn < RISING[tier]:
        new = int(FLOORS[tier] * dice.uniform(1.001, 1.2))
        return "rises", old, old, *_published(dice, new, "exact")
    drawn -= RISING[tier]
    if drawn < FALLING[tier] + BEGINNING[tier]:
        # Under the margin of its own floor, and well above the floor below.
        low = int(FLOORS[tier - 1] * dice.uniform(0.90, 0.94))
        new, text = _published(dice, int(low * 1.002), "exact")
        if drawn < FALLING[tier]:
            return "falls", FLOORS[tier - 1] + dice.randrange(9_999), low, new, text
        return "begins", old, old, low, str(low)
    for step in (1.012, 0.988, 1.006, 0.994, 1.0015, 0.9985):
        new, text = _published(dice, int(old * step) + dice.randrange(3), "any")
        if new != old and tier_of(new) == tier:
            return "stays", old, old, new, text
    new = old + 1 if tier_of(old + 1) == tier else old - 1
    return "stays", old, old, new, str(new)


def _published(dice: random.Random, count: int, form: str) -> tuple[int, str]:
    """A count as it may stand in a file, and the count that this text says."""
    drawn = 0.0 if form == "exact" else dice.random()
    if drawn < 0.35:
        return count, str(count)
    if drawn < 0.45:
        return count, f"{count:,}"
    if drawn < 0.75 and count >= 10_000:
        tenths = count // 1_000
        return tenths * 1_000, f"{tenths // 10}.{tenths % 10}万"
    if count >= 1_000_000:
        tenths = count // 100_000
        return tenths * 100_000, f"{tenths // 10}.{tenths % 10}M"
    tenths = count // 100
    return tenths * 100, f"{tenths // 10}.{tenths % 10}K"
