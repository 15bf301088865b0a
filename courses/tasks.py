"""What a worker does for authors."""

from celery import shared_task
from django.core.management import call_command


@shared_task
def publish_scheduled() -> None:
    """Publish and unpublish what authors scheduled for by now. Doing so twice changes nothing."""
    call_command("publish_scheduled")
