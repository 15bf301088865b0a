"""What time it is for the learning loop. Simulated learners live through weeks in a minute."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

from django.utils import timezone

_moment: ContextVar[datetime | None] = ContextVar("moment", default=None)


def now() -> datetime:
    """Return the moment that answers, offers and reviews are dated by."""
    return _moment.get() or timezone.now()


@contextmanager
def set_to(moment: datetime) -> Iterator[None]:
    """Let this thread's learning loop happen at another moment."""
    token = _moment.set(moment)
    try:
        yield
    finally:
        _moment.reset(token)
