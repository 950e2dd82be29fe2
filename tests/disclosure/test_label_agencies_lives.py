"""Random histories of accounts and the agencies that hold them: on every day, as known at any
moment, the label and its agencies equal a definition that walks day by day."""

from datetime import datetime

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agencies.models import ALL_LINES, WORLD
from agencies.queries import managers
from disclosure.queries import labels
from influencers.models import Profile
from journal.actions.context import PASS, PUBLIC, seeing
from tests.disclosure.bound import Contest, Held, Hold, Named, Version
from tests.disclosure.days import day, moment
from tests.disclosure.labels import World, account
from tests.disclosure.lives import DAYS, MOMENTS, lives

pytestmark = pytest.mark.django_db

LINES = st.sampled_from([ALL_LINES, ((0, 400),), ((400, 1000),), ((0, 100), (300, 500))])
TERRITORIES = st.sampled_from([WORLD, WORLD, ((0, 500_000),), ((500_000, 1_000_000),)])
# How a binding goes on from each state.
NEXT = {
    "claimed": ["claimed", "confirmed", "confirmed", "confirmed", "refused", "withdrawn"],
    "confirmed": ["confirmed", "confirmed", "suspended", "void"],
    "suspended": ["confirmed", "suspended", "void"],
}


@st.composite
def holds(draw: st.DrawFn, agencies: int) -> Hold:
    """A claim, then confirmed, amended, suspended, ended by and by, each at its moment."""
    first = draw(st.integers(-5, 24))
    out = draw(st.none() | st.integers(first + 1, 30))
    lines, territory = draw(LINES), draw(TERRITORIES)
    status, confirmed_on, last = "claimed", None, None
    basis = draw(st.sampled_from(["creator", "platform_record", "documents"]))
    versions = []
    for known in sorted(draw(st.sets(MOMENTS, min_size=1, max_size=5))):
        if versions:
            status = draw(st.sampled_from(NEXT[status])) if status in NEXT else status
        if status == "confirmed" and confirmed_on is None:
            confirmed_on = last = int(known)
        if versions and draw(st.booleans()):
            first = draw(st.integers(first, 27))
            out = draw(st.none() | st.integers(first + 1, 30))
            lines = draw(LINES)
        if confirmed_on is not None and draw(st.booleans()):
            last = int(known)
        versions.append(
            Version(
                known,
                status,
                first,
                out,
                lines,
                territory,
                confirmed_on,
                last,
                basis if confirmed_on is not None else "",
            )
        )
    return Hold(draw(st.integers(0, agencies - 1)), tuple(versions))


@st.composite
def names(draw: st.DrawFn) -> Named:
    """Registered before everything, then renamed and corrected, each at its moment."""
    renamings = [(-30.0, draw(st.integers(-10, 5)), "Name 0")]
    for number, known in enumerate(sorted(draw(st.sets(MOMENTS, max_size=3))), start=1):
        renamings.append((known, draw(st.integers(renamings[0][1], 28)), f"Name {number}"))
    return Named(tuple(renamings), draw(st.sampled_from([None, "group"])))


@st.composite
def held(draw: st.DrawFn) -> Held:
    agencies = draw(st.lists(names(), min_size=1, max_size=3))
    bound = draw(st.lists(holds(len(agencies)), min_size=1, max_size=4))
    contests: list[Contest] = []
    for hold in draw(st.sets(st.integers(0, len(bound) - 1), max_size=2)):
        opened = draw(MOMENTS)
        from_day = draw(st.integers(-3, int(opened)))
        to_day = closed = None
        if draw(st.booleans()):
            closed = draw(st.floats(opened, 30).map(lambda n: round(n, 3)))
            to_day = max(from_day, int(closed))
        contests.append(Contest(hold, draw(st.booleans()), from_day, opened, to_day, closed))
    return Held(tuple(agencies), tuple(bound), tuple(contests))


def check(life: World, known: float | None, reach: str) -> None:
    """Writes the life, asks for the label of every day and who managed, and takes it all back."""
    at, reckoned = (None, 1000.0) if known is None else (moment(known), known)
    with transaction.atomic():
        profile = account("life")
        life.write(profile)
        with seeing(reach):
            for on in range(-6, 33):
                compare(life, profile, on, at, reckoned)
        transaction.set_rollback(True)


def compare(life: World, profile: Profile, on: int, at: datetime | None, known: float) -> None:
    found = labels.label_of(profile, on=day(on), known_at=at).data
    expected = life.label(on, known)
    assert {name: found[name] for name in expected} == expected, (on, known)
    said = [(m.slug, m.name_en, m.since.isoformat()) for m in managers(profile, day(on), at)]
    managing = life.held.managed_by(on, known)
    assert said == [(m["agency"]["slug"], m["agency"]["name_en"], m["since"]) for m in managing]


LIVES = {"life": lives(), "holds": held(), "known": st.none() | MOMENTS}
LIVES["reach"] = st.sampled_from([PUBLIC, PASS])
HEALTH = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@given(**LIVES)
@settings(max_examples=200, suppress_health_check=HEALTH)
def test_label_with_agencies_equals_the_slow_definition(
    life: World, holds: Held, known: float | None, reach: str
) -> None:
    life.held = holds
    check(life, known, reach)


@pytest.mark.night
@given(**LIVES)
@settings(max_examples=10_000, suppress_health_check=HEALTH)
def test_label_with_agencies_equals_the_slow_definition_ten_thousand_times(
    life: World, holds: Held, known: float | None, reach: str
) -> None:
    life.held = holds
    check(life, known, reach)


@given(life=lives(), holds=held(), on=DAYS, known=MOMENTS)
@settings(max_examples=15, suppress_health_check=HEALTH)
def test_label_is_the_same_whoever_asks(life: World, holds: Held, on: int, known: float) -> None:
    """The database hides claims from the public: nothing that the label says is among them."""
    life.held = holds
    with transaction.atomic():
        profile = account("life")
        life.write(profile)
        said = []
        for reach in (PUBLIC, "parties", "staff", "pass"):
            with seeing(reach):
                now = labels.label_of(profile, on=day(on)).data
                said.append(
                    (now, labels.label_of(profile, on=day(on), known_at=moment(known)).data)
                )
        assert said == [said[0]] * 4
        transaction.set_rollback(True)
