"""A request never fails because the broker is away."""

import time

import pytest
from celery import current_app

from journal import actions


@pytest.fixture
def broker_away():
    address = current_app.conf.broker_url
    current_app.conf.broker_url = "redis+socket:///nowhere/valkey.sock"
    current_app.pool.force_close_all()
    current_app.__dict__.pop("amqp", None)
    yield
    current_app.conf.broker_url = address
    current_app.__dict__.pop("amqp", None)


def test_bell_reaches_the_broker() -> None:
    assert actions.ring("journal.tasks.sequence") is True


def test_bell_without_a_broker_is_no_error(broker_away) -> None:
    assert actions.ring("journal.tasks.sequence") is False


def test_bells_without_a_broker_keep_nobody_waiting(broker_away) -> None:
    began = time.monotonic()
    assert [actions.ring("journal.tasks.sequence") for _ in range(8)] == [False] * 8
    assert time.monotonic() - began < 5
