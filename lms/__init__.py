"""The project: it puts the parts together and owns nothing else."""

from lms.celery import app as celery_app

__all__ = ["celery_app"]
