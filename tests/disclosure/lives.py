"""Random lives of accounts, as strategies."""

from hypothesis import strategies as st

from tests.disclosure.labels import Declared, Owed, Status, World

DAYS = st.integers(0, 25)
MOMENTS = st.floats(0, 28).map(lambda n: round(n, 3))


@st.composite
def declarations(draw: st.DrawFn) -> list[Declared]:
    """Up to three, apart from each other, each amended up to twice within its own days."""
    marks = sorted(draw(st.sets(st.integers(0, 28), min_size=0, max_size=6)))
    made = []
    for lo, hi in zip(marks[::2], marks[1::2], strict=False):
        known = sorted(draw(st.sets(MOMENTS, min_size=1, max_size=3)))
        versions = []
        for at in known:
            first = draw(st.integers(lo, hi))
            versions.append((at, first, draw(st.integers(first, hi))))
        made.append(Declared(tuple(versions)))
    if made and draw(st.booleans()):
        *before, (at, first, _) = made[-1].versions
        made[-1] = Declared((*before, (at, first, None)))
    return made


@st.composite
def duties(draw: st.DrawFn) -> list[Owed]:
    made, begin = [], 0
    for _ in range(draw(st.integers(0, 3))):
        from_day = draw(st.integers(begin, 26))
        due = from_day + draw(st.integers(0, 5))
        opened = draw(st.floats(from_day, 28).map(lambda n: round(n, 3)))
        noticed_on = draw(st.none() | st.integers(from_day, 26))
        noticed = shown = None
        if noticed_on is not None:
            noticed = draw(st.floats(max(noticed_on, opened), 30).map(lambda n: round(n, 3)))
            shown = draw(
                st.none() | st.integers(max(due, noticed_on) + 1, max(due, noticed_on) + 6)
            )
        status = draw(st.sampled_from(["open", "met", "closed", "waived"]))
        to_day = closed = None
        if status != "open":
            to_day = draw(st.integers(from_day, 28))
            closed = draw(st.floats(opened, 30).map(lambda n: round(n, 3)))
        made.append(
            Owed(
                from_day,
                due,
                opened,
                draw(st.sampled_from(["seen", "seen", "unseen"])),
                status,
                to_day,
                closed,
                noticed_on,
                noticed,
                shown,
            )
        )
        if to_day is None:
            break
        begin = to_day + 1
        if begin > 26:
            break
    return made


@st.composite
def lives(draw: st.DrawFn) -> World:
    statuses = [
        Status(draw(st.sampled_from(["active", "suspended", "revoked", "closed"])), on, at)
        for at, on in zip(
            sorted(draw(st.sets(MOMENTS, max_size=4))),
            draw(st.lists(DAYS, min_size=4, max_size=4)),
            strict=False,
        )
    ]
    handles = []
    marks = sorted(draw(st.sets(st.integers(0, 28), max_size=3)))
    for number, first in enumerate(marks):
        out = marks[number + 1] if number + 1 < len(marks) else None
        handles.append((f"name {number} | #/", first, out))
    return World(
        statuses=statuses,
        declared=draw(declarations()),
        duties=draw(duties()),
        handles=handles,
        principal_changed_on=draw(st.none() | DAYS),
        minor=draw(st.integers(0, 9)) == 0,
    )
