"""Nothing of a reporter is kept: canaries are planted in everything that a browser sends."""

import logging
from typing import Any

import pytest
import redis
from django.conf import settings
from django.db import connection
from django.test import Client

from reports.models import Report
from tests.factories.agencies import make_profile
from tests.reports.test_wizard import answer, sent

pytestmark = pytest.mark.django_db

CANARIES = {
    "REMOTE_ADDR": "192.0.2.213",
    "HTTP_X_FORWARDED_FOR": "198.51.100.77",
    "HTTP_USER_AGENT": "Canary-Browser/213",
    "HTTP_ACCEPT_LANGUAGE": "gd;q=0.213",
    "HTTP_REFERER": "http://testserver/canary-referer",
    "HTTP_X_REQUEST_ID": "canary-request-213",
}


def everything() -> str:
    """All rows of all tables, as text."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname::text FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition"
            " AND relnamespace = 'public'::regnamespace ORDER BY 1"
        )
        tables = [name for (name,) in cursor.fetchall()]
        rows = []
        for table in tables:
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            rows += [row for (row,) in cursor.fetchall()]
    return "\n".join(rows)


def test_canaries_of_a_reporter_are_in_no_table_store_or_log(caplog: Any) -> None:
    caplog.set_level(logging.DEBUG)
    client = Client(**CANARIES)
    answer(client, make_profile(tier=5))
    receipt = sent(client)
    client.post("/report/track/", {"receipt": receipt})
    client.post("/report/track/message/", {"text": "One more thing."})
    assert Report.objects.get().messages.count() == 1
    with redis.Redis.from_url(settings.REDIS_URL) as store:
        kept = repr([store.dump(key) for key in store.scan_iter()])
    for address in (settings.CACHES["default"]["LOCATION"], settings.LIMITS_URL):
        with redis.Redis.from_url(address) as store:
            kept += repr([(key, store.dump(key)) for key in store.scan_iter()])
    found = everything() + kept + caplog.text
    assert "One more thing." in found
    words = [*CANARIES.values(), receipt, receipt.replace("-", "")]
    assert [word for word in words if word in found] == []


def test_report_of_somebody_signed_in_is_not_theirs(as_newcomer: Client, newcomer: Any) -> None:
    answer(as_newcomer, make_profile(tier=5))
    sent(as_newcomer)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t::text FROM reports_report t UNION ALL SELECT t::text FROM"
            " reports_case t UNION ALL SELECT t::text FROM journal_event t"
            " WHERE verb IN ('report.received', 'case.opened')"
        )
        rows = "\n".join(row for (row,) in cursor.fetchall())
    assert [word for word in (newcomer.email, newcomer.name) if word in rows] == []
