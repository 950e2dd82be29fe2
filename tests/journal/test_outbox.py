"""Effects after commit: sent once, kept and retried when the outside does not answer."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from journal import actions
from journal.models import Outbox

pytestmark = pytest.mark.django_db

delivered: list[dict[str, Any]] = []
trouble: list[Exception] = []


def carry_out(payload: dict[str, Any]) -> None:
    if trouble:
        raise trouble.pop()
    delivered.append(payload)


@pytest.fixture(autouse=True)
def outside(settings):
    settings.OUTBOX = {"letter": f"{__name__}.carry_out"}
    delivered.clear()
    trouble.clear()


def test_effect_is_carried_out_once_and_forgotten() -> None:
    row = actions.send("letter", {"to": "somebody"})
    assert actions.deliver() == 1
    assert actions.deliver() == 0
    row.refresh_from_db()
    assert delivered == [{"to": "somebody"}]
    assert row.sent_at is not None
    assert row.payload == {}


def test_effect_that_fails_is_kept_and_sent_later() -> None:
    trouble.append(OSError("no route"))
    row = actions.send("letter", {"to": "somebody"})
    assert actions.deliver() == 0
    row.refresh_from_db()
    assert (row.attempts, row.error, row.payload) == (1, "OSError", {"to": "somebody"})
    assert row.next_at > timezone.now() + timedelta(seconds=60)
    Outbox.objects.update(next_at=timezone.now())
    assert actions.deliver() == 1


def test_effect_that_never_succeeds_is_given_up_and_emptied() -> None:
    row = actions.send("letter", {"to": "somebody"})
    for _ in range(10):
        trouble.append(OSError())
        Outbox.objects.update(next_at=timezone.now())
        actions.deliver()
    row.refresh_from_db()
    assert row.given_up_at is not None
    assert row.payload == {}
    assert not Outbox.objects.due(timezone.now() + timedelta(days=9)).exists()
