"""What a worker does for analytics."""

from celery import shared_task

from analytics.summarizing import drain


@shared_task
def drain_outbox() -> None:
    """Count what learners did since the last time."""
    drain()
