"""Bells. A bell that does not ring is no loss: the sweeper rings again."""

import logging

from celery import current_app
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

logger = logging.getLogger("mingpai.journal")


def ring(task: str, *args: int | str) -> bool:
    """Sends a task by name. False, and a line in the log, when the broker is away."""
    try:
        current_app.send_task(task, args=args, retry=False)
    except (KombuError, RedisError, OSError) as problem:
        logger.warning("bell %s did not ring: %s", task, type(problem).__name__)
        return False
    return True
