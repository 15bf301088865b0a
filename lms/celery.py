"""The Celery application: `celery -A lms worker`."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.settings")

app = Celery("lms")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.beat_schedule = {
    "count-what-learners-did": {
        "task": "analytics.tasks.drain_outbox",
        "schedule": 2.0,
        "options": {"expires": 2.0},  # while no worker runs, nothing piles up
    },
    "publish-what-is-due": {
        "task": "courses.tasks.publish_scheduled",
        "schedule": 60.0,
        "options": {"expires": 60.0},
    },
}
