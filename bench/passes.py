"""The tier and the duty pass against plain statements, when much, nothing and little changed."""

from __future__ import annotations

from typing import Any

from bench import bare_passes, runs
from bench.alike import compare, digest
from bench.figures import figure, middle, note
from bench.ground import Ground, Work, work
from bench.lay import Days, noon

KINDS = ("tiers", "duties")
CHANGED = "bench_changed"  # the state in which much has changed and no pass has seen it yet

# A new count of every account, and answers of one in five that were asked.
NEWS = (
    """
    INSERT INTO influencers_observation (profile_id, day, followers, source)
    SELECT id, %(day)s, new, 'file' FROM bench.seed ORDER BY id
    """,
    """
    UPDATE influencers_profile p SET followers = s.new, observed_on = %(day)s
    FROM bench.seed s WHERE s.id = p.id
    """,
    """
    INSERT INTO disclosure_declaration (profile_id, during, status, basis)
    SELECT p.id, daterange(%(day)s, NULL), 'active', 'platform_record'
    FROM influencers_profile p JOIN bench.seed s USING (id)
    WHERE p.tier >= 3 AND s.fate = 'stays' AND p.id %% 10 IN (3, 4) ORDER BY p.id
    """,
)
# The next day one account in a hundred has a new count, one in fifty of these a new tier.
NEXT_DAY = (
    "SELECT influencers_make_month(%(next_day)s)",
    """
    INSERT INTO influencers_observation (profile_id, day, followers, source)
    SELECT p.id, %(next_day)s, CASE
        WHEN abs(hashint8(p.id)) / 100 %% 50 = 0 AND p.tier < cardinality(s.floors)
        THEN s.floors[p.tier + 1] + 7
        ELSE least(p.followers + 11, s.floors[p.tier + 1] - 1) END, 'file'
    FROM influencers_profile p
    JOIN influencers_tierscheme s ON s.platform_id = p.platform_id AND s.current
    WHERE abs(hashint8(p.id)) %% 100 = 0 ORDER BY p.id
    """,
    """
    UPDATE influencers_profile p SET followers = o.followers, observed_on = o.day
    FROM influencers_observation o WHERE o.profile_id = p.id AND o.day = %(next_day)s
    """,
)

# What both sides must have written alike.
ALIKE = {
    "profiles": "SELECT id, followers, observed_on, tier, tier_since, look_again_on"
    " FROM influencers_profile",
    "tier changes": "SELECT profile_id, scheme_id, effective_on, from_tier, tier, cause_day,"
    " cause_followers FROM influencers_tierchange",
    "duties": "SELECT profile_id, rule_id, status, from_day, to_day, due, noticed_on, shown_from"
    " FROM disclosure_duty",
    "events of duties": "SELECT verb, platform, profile_id, audience, changes FROM journal_event"
    " WHERE subject_type = 'duty'",
    "notices": "SELECT recipient, platform, subject_type, body, channel FROM accounts_notice",
}


class Costs(dict[str, list[tuple[float, float]]]):
    """Seconds on the clock and on a processor, by what was done; one pair per repetition."""

    def add(self, what: str, seconds: float, processor: float) -> None:
        self.setdefault(what, []).append((seconds, processor))

    def seconds(self, what: str) -> float:
        return middle([each for each, _ in self[what]])

    def processor(self, what: str) -> float:
        return middle([each for _, each in self[what]])


def lay_news(ground: Ground, days: Days) -> None:
    """Make the database in which everything was observed anew."""
    ground.copy(CHANGED)
    rules = work(CHANGED, (bare_passes.words, ())).results[0]
    with ground.connect(CHANGED) as connection:
        for statement in NEWS:
            connection.execute(statement.encode(), days.parameters())
        bare_passes.prepare(connection, rules)
    ground.settle(CHANGED)


def bench(ground: Ground, days: Days, repetitions: int) -> None:
    lay_news(ground, days)
    costs, peaks = Costs(), [0.0]
    written: dict[str, Any] = {}
    for number in range(repetitions):
        sides = [("ours", _ours), ("bare", _bare), ("two", _two)]
        for side, measure in sides if number % 2 == 0 else reversed(sides):
            note(f"passes, repetition {number + 1}: {side}")
            name = ground.copy(f"bench_{side}", CHANGED)
            ground.quiet()
            peaks.append(measure(ground, name, days, costs))
            with ground.connect(name) as connection:
                written[side] = digest(connection, ALIKE)
            if side != "ours" or number < repetitions - 1:
                ground.drop(name)
        compare(written["ours"], written["bare"])
        compare(written["two"], written["bare"])
    _tell(costs)
    figure("passes_worker_peak_mb", max(peaks), "MB")
    incremental(ground, days, repetitions, costs.seconds("ours"))


def _ours(ground: Ground, name: str, days: Days, costs: Costs) -> float:
    peak = 0.0
    for what in ("ours", "ours idle"):
        ground.quiet()
        before = ground.processor()
        done = work(name, (runs.passes, (KINDS, noon(days.day), True)))
        costs.add(what, done.seconds, ground.processor() - before)
        peak = max(peak, done.peak_mb)
        note(_say(done))
    return peak


def _two(ground: Ground, name: str, days: Days, costs: Costs) -> float:
    with ground.connect(name) as connection:
        after = connection.execute("SELECT max(id) FROM journal_run").fetchone()
    assert after is not None
    first = (runs.passes, (KINDS, noon(days.day), True))
    before = ground.processor()
    done = work(name, first, (runs.help_out, (KINDS, after[0])))
    costs.add("two", done.seconds, ground.processor() - before)
    return done.peak_mb


def _bare(ground: Ground, name: str, days: Days, costs: Costs) -> float:
    for what in ("bare", "bare idle"):
        ground.quiet()
        before = ground.processor()
        with ground.connect(name) as connection:
            seconds = bare_passes.run(connection, days)
        costs.add(what, sum(seconds.values()), ground.processor() - before)
        note(", ".join(f"{step} {each:.2f} s" for step, each in seconds.items()))
    return 0.0


def _say(done: Work) -> str:
    found = done.results[0].items()
    return ", ".join(f"{kind} {each['seconds']:.2f} s {each['counts']}" for kind, each in found)


def _tell(costs: Costs) -> None:
    for name, ours, bare in (
        ("passes_full", "ours", "bare"),
        ("passes_full_two_workers", "two", "bare"),
        ("passes_idle", "ours idle", "bare idle"),
    ):
        figure(f"{name}_s", costs.seconds(ours), "s")
        if ours != "two":
            figure(f"{name}_bare_s", costs.seconds(bare), "s")
        figure(f"{name}_to_bare", costs.seconds(ours) / costs.seconds(bare), "ratio")
        work_done = costs.processor(ours) / costs.processor(bare)
        figure(f"{name}_processor_to_bare", work_done, "ratio")


def incremental(ground: Ground, days: Days, repetitions: int, full_before: float) -> None:
    """After one in a hundred changed: what changed only, against everything again, equal copies."""
    state, scratch = "bench_little", "bench_scratch"
    next_day = days.next_day
    ground.copy(state, "bench_ours")
    with ground.connect(state) as connection:
        for statement in NEXT_DAY:
            connection.execute(statement.encode(), {"next_day": next_day})
    ground.settle(state)
    costs = Costs()
    written: dict[bool, Any] = {}
    for number in range(repetitions):
        for full in (False, True) if number % 2 == 0 else (True, False):
            ground.copy(scratch, state)
            ground.quiet()
            before = ground.processor()
            done = work(scratch, (runs.passes, (KINDS, noon(next_day), full)))
            note(f"{'full' if full else 'incremental'}: {_say(done)}")
            costs.add("full" if full else "little", done.seconds, ground.processor() - before)
            with ground.connect(scratch) as connection:
                written[full] = digest(connection, ALIKE)
        compare(written[False], written[True])
    ground.drop(state, scratch)
    little, whole = costs.seconds("little"), costs.seconds("full")
    figure("passes_incremental_s", little, "s")
    figure("passes_incremental_full_s", whole, "s")
    figure("passes_incremental_to_full", little / whole, "ratio")
    # The aim: 3 % of the pass in which much changed, plus 0.1 s.
    figure("passes_incremental_to_aim", little / (0.03 * full_before + 0.1), "ratio")
    figure("passes_incremental_processor_s", costs.processor("little"), "s")
    figure("passes_incremental_to_much", little / full_before, "ratio")
