"""How far behind the work is."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from accounts import queries
from journal import actions as journal
from journal.models import Outbox, Pending, Run
from journal.values import CLOCK, Audience

pytestmark = pytest.mark.django_db


def test_backlog_is_as_old_as_the_oldest_that_waits() -> None:
    journal.record("thing.made", ("thing", 1), by=CLOCK, audience=Audience.STAFF)
    run = journal.ask("import", by=CLOCK)
    journal.send("mail", {"to": []})
    now = timezone.now()
    Run.objects.filter(pk=run.pk).update(asked_at=now - timedelta(seconds=90))
    Outbox.objects.update(next_at=now - timedelta(seconds=30))
    later = Pending.objects.get().at + timedelta(seconds=7)
    said = queries.backlog(max(now, later))
    assert said["runs"]["oldest_unfinished_seconds"] >= 90
    assert said["outbox"]["oldest_due_seconds"] >= 30
    assert said["journal"]["oldest_pending_seconds"] == 7
    assert said["batches_under_way"] == 1


def test_mail_that_is_not_due_is_no_backlog() -> None:
    journal.send("mail", {"to": []})
    now = timezone.now()
    Outbox.objects.update(next_at=now + timedelta(hours=1))
    assert queries.backlog(now)["outbox"] == {"oldest_due_seconds": None}


def test_heartbeat_is_the_age_of_the_last_one() -> None:
    assert queries.last_heartbeat() == {"last_heartbeat_seconds": None}
    cache.set("heartbeat", timezone.now().timestamp() - 42)
    assert queries.last_heartbeat() == {"last_heartbeat_seconds": 42}


def test_broker_that_is_there_answers() -> None:
    assert queries.broker_answers()
