"""Tests of reports look at rows as passes do; requests of theirs have their own sight."""

from collections.abc import Iterator

import pytest

from journal.actions.context import PASS, seeing


@pytest.fixture(autouse=True)
def _sight(request: pytest.FixtureRequest) -> Iterator[None]:
    marker = request.node.get_closest_marker("django_db")
    if marker is None:
        yield
        return
    request.getfixturevalue("transactional_db" if marker.kwargs.get("transaction") else "db")
    with seeing(PASS):
        yield
