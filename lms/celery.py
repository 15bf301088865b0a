"""The Celery application: `celery -A lms worker`."""

import os

from celery import Celery
from celery.schedules import crontab
from kombu.transport import TRANSPORT_ALIASES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.settings")

TRANSPORT_ALIASES["filesystem"] = "lms.queue:Transport"
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
    "hand-out-jobs": {"task": "adaptive.tasks.sweep_jobs", "schedule": 30.0, "options": {"expires": 30.0}},
    "watch-absences": {"task": "adaptive.tasks.watch_absences", "schedule": crontab(minute=25)},
    "mail-notices": {"task": "adaptive.tasks.mail_notices", "schedule": 60.0, "options": {"expires": 60.0}},
    "learn-from-each-course": {"task": "adaptive.tasks.calibrate_courses", "schedule": crontab(minute=10)},
    "tell-which-way-works": {"task": "adaptive.tasks.refresh_modality_effects", "schedule": crontab(minute=40)},
    "find-how-it-is-forgotten": {"task": "adaptive.tasks.refit_laws", "schedule": crontab(hour=2, minute=20)},
    "tell-how-long-it-lasts": {"task": "adaptive.tasks.refresh_paces", "schedule": crontab(hour=2, minute=50)},
    "let-go-of-snapshots": {"task": "adaptive.tasks.let_go_of_snapshots", "schedule": crontab(hour=5, minute=10)},
    "judge-policies-every-night": {"task": "adaptive.tasks.ask_for_judging", "schedule": crontab(hour=4, minute=20)},
    "train-every-night": {"task": "adaptive.tasks.ask_for_training", "schedule": crontab(hour=3, minute=0)},
}
