"""The queue. Celery only rings bells: work, its state and its leases live in PostgreSQL rows."""

import os

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("mingpai", task_cls="journal.tasks:PassTask")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# The schedule is code: one in the database can be stopped without a trace.
app.conf.beat_schedule = {
    "sequence the journal": {"task": "journal.tasks.sequence", "schedule": 1.0},
    "sweep unfinished work": {"task": "journal.tasks.sweep", "schedule": 15.0},
    "heartbeat": {"task": "journal.tasks.heartbeat", "schedule": 10.0},
    "journal partitions": {
        "task": "journal.tasks.make_partitions",
        "schedule": crontab(minute=7),
    },
    "old sessions": {"task": "accounts.tasks.forget_sessions", "schedule": crontab(minute=37)},
    "old proposals": {"task": "accounts.tasks.lapse_proposals", "schedule": crontab(minute="*/5")},
    "names of agencies": {"task": "agencies.tasks.turn_names", "schedule": crontab(minute=1)},
    "provisional filings": {
        "task": "agencies.tasks.count_filings_again",
        "schedule": crontab(minute=41),
    },
    "contract reviews": {
        "task": "agencies.tasks.close_reviews",
        "schedule": crontab(minute="*/5"),
    },
    "unanswered disputes": {
        "task": "reports.tasks.take_unanswered",
        "schedule": crontab(minute=12),
    },
    # Every hour, because each platform's day turns in its own time zone.
    "daily passes": {
        "task": "influencers.tasks.turn_of_day",
        "schedule": crontab(minute=2),
    },
}
