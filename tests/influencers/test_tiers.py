"""What a tier is: the definition, by examples."""

from datetime import date
from decimal import Decimal

import pytest

from influencers.values.tiers import Change, Life, Scheme, Seen, live
from tests.influencers.histories import day

SCHEME = Scheme(floors=(100, 500, 1000), fall_after_days=30)


def history(*rows: tuple[int, int], today: int = 0, scheme: Scheme = SCHEME) -> Life:
    return live([Seen(day(n), followers) for n, followers in rows], scheme, day(today))


def told(life: Life) -> list[tuple[int, int | None, int]]:
    """Changes as (day number, from, to)."""
    return [((c.effective_on - day(0)).days, c.from_tier, c.tier) for c in life.changes]


def test_life_without_observations_has_no_tier():
    life = live([], SCHEME, day(9))
    assert (life, life.tier, life.tier_since) == (Life((), None), None, None)


@pytest.mark.parametrize(
    ("followers", "tier"), [(0, 0), (99, 0), (100, 1), (499, 1), (500, 2), (1000, 3), (10**12, 3)]
)
def test_first_observation_sets_the_tier(followers, tier):
    assert history((0, followers)).changes == (Change(day(0), None, tier, day(0), followers),)


def test_tier_rises_at_once_and_names_its_cause():
    life = history((0, 90), (3, 700), today=5)
    assert life.changes[-1] == Change(day(3), 0, 2, day(3), 700)
    assert (life.tier, life.tier_since, life.look_again_on) == (2, day(3), None)


def test_count_just_under_a_floor_loses_nothing():
    assert told(history((0, 100), (5, 95), today=300)) == [(0, None, 1)]


def test_count_under_the_margin_is_looked_at_again_on_the_day_it_would_fall():
    life = history((0, 100), (5, 94), today=34)
    assert (told(life), life.look_again_on) == ([(0, None, 1)], day(35))


def test_tier_falls_after_the_days_also_when_nothing_new_arrives():
    life = history((0, 100), (5, 94), today=35)
    assert life.changes[-1] == Change(day(35), 1, 0, day(5), 94)
    assert life.look_again_on is None


def test_fall_counts_from_the_first_day_of_the_run():
    assert told(history((0, 100), (5, 94), (20, 10), (34, 50), today=35)) == [
        (0, None, 1),
        (35, 1, 0),
    ]


def test_run_under_the_margin_is_broken_up_to_and_including_the_day_of_the_fall():
    assert told(history((0, 100), (5, 94), (35, 95), today=99)) == [(0, None, 1)]
    assert told(history((0, 100), (5, 94), (36, 100), today=99)) == [
        (0, None, 1),
        (35, 1, 0),
        (36, 0, 1),
    ]


def test_floors_fall_together_or_one_by_one():
    assert told(history((0, 1000), (1, 10), today=31)) == [(0, None, 3), (31, 3, 0)]
    assert told(history((0, 1000), (1, 600), (4, 10), today=34)) == [
        (0, None, 3),
        (31, 3, 2),
        (34, 2, 0),
    ]


def test_rise_waits_for_consecutive_observations():
    slow = Scheme(floors=(100,), rise_after=3)
    assert told(history((0, 5), (1, 100), (2, 100), (3, 99), (4, 100), scheme=slow)) == [
        (0, None, 0)
    ]
    assert told(history((0, 5), (1, 100), (2, 100), (5, 100), scheme=slow)) == [
        (0, None, 0),
        (5, 0, 1),
    ]


def test_order_of_the_observations_does_not_matter():
    rows = [Seen(day(0), 1000), Seen(day(1), 10), Seen(day(40), 600)]
    assert live(reversed(rows), SCHEME, day(50)) == live(rows, SCHEME, day(50))


def test_observation_newer_than_today_counts():
    assert told(history((0, 100), (5, 10), (50, 10), today=6)) == [(0, None, 1), (35, 1, 0)]


def test_lower_bound_counts_as_its_number_where_it_reaches_a_floor():
    life = live([Seen(day(0), 10), Seen(day(1), 500, at_least=True)], SCHEME, day(1))
    assert life.changes[-1] == Change(day(1), 0, 2, day(1), 500)
    assert live([Seen(day(0), 500, at_least=True)], SCHEME, day(0)).tier == 2


def test_lower_bound_never_begins_a_fall():
    life = live([Seen(day(0), 100), Seen(day(1), 50, at_least=True)], SCHEME, day(99))
    assert (life.tier, life.look_again_on) == (1, None)


def test_lower_bound_under_the_margin_does_not_break_a_run():
    rows = [Seen(day(0), 100), Seen(day(5), 90), Seen(day(9), 50, at_least=True)]
    assert told(live(rows, SCHEME, day(35))) == [(0, None, 1), (35, 1, 0)]


def test_lower_bound_at_the_margin_breaks_a_run():
    rows = [Seen(day(0), 100), Seen(day(5), 90), Seen(day(9), 95, at_least=True)]
    life = live(rows, SCHEME, day(35))
    assert (told(life), life.look_again_on) == ([(0, None, 1)], None)


def test_lower_bound_does_not_interrupt_a_row_above_a_floor():
    slow = Scheme(floors=(100,), rise_after=2)
    rows = [Seen(day(0), 5), Seen(day(1), 100), Seen(day(2), 50, at_least=True), Seen(day(3), 100)]
    assert told(live(rows, slow, day(3))) == [(0, None, 0), (3, 0, 1)]


def test_margin_is_exact():
    exact = Scheme(floors=(1001,), fall_margin=Decimal("0.050"), fall_after_days=0)
    rows = [Seen(date(2026, 1, 1), 1001), Seen(date(2026, 1, 2), 951)]
    assert live(rows, exact, date(2026, 1, 2)).tier == 1  # 1001 × 0.95 = 950.95
    rows[1] = Seen(date(2026, 1, 2), 950)
    assert live(rows, exact, date(2026, 1, 2)).tier == 0
