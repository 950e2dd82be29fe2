"""Random lives of accounts: the label equals a definition that walks day by day."""

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from disclosure.queries import labels
from tests.disclosure.labels import World, account, day, moment
from tests.disclosure.lives import MOMENTS, lives

pytestmark = pytest.mark.django_db


@given(life=lives(), asks=st.lists(st.tuples(st.integers(-2, 32), MOMENTS), min_size=8, max_size=8))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_label_equals_the_slow_definition(life: World, asks: list[tuple[int, float]]) -> None:
    with transaction.atomic():
        profile = account("life")
        life.write(profile)
        for on, known in asks:
            found = labels.label_of(profile, on=day(on), known_at=moment(known))
            expected = life.label(on, known)
            assert {name: found.data[name] for name in expected} == expected, (on, known)
        transaction.set_rollback(True)
