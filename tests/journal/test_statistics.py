"""A table that has just been filled is analysed before a pass is planned over it."""

import pytest
from django.db import connection

from influencers.models import Platform, Profile
from journal.queries import refresh_statistics

pytestmark = pytest.mark.django_db


def estimated(table: str) -> float:
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE relname = %s", [table])
        return float(cursor.fetchone()[0])


def test_filled_table_is_analysed_once() -> None:
    platform = Platform.objects.get(code="douyin")
    Profile.objects.bulk_create(
        Profile(platform=platform, external_id=f"id-{n}") for n in range(3000)
    )
    refresh_statistics()
    assert estimated("influencers_profile") == 3000
    assert refresh_statistics() == 0
