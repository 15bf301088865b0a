"""A decision is never missing: when one rung of the ladder breaks, the next one makes it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

from django.db import InterfaceError, OperationalError, transaction

from adaptive.guarding import NothingToLearn
from adaptive.serving import LiveTutor, ladder
from courses.models import Enrollment
from courses.recording import Refused

NO_TUTOR_MENDS = (NothingToLearn, Refused, OperationalError, InterfaceError)

log = logging.getLogger(__name__)

Decision = TypeVar("Decision")


def on_the_best_rung(
    enrollment: Enrollment, decide: Callable[[LiveTutor], Decision], otherwise: Callable[[], Decision]
) -> Decision:
    """Decide with the best tutor that manages to. What a broken attempt wrote is undone before the next one.

    What no other tutor could mend is raised: nothing to learn, a refused request, a database that is away.
    """
    for live in ladder(enrollment.course_id):
        try:
            with transaction.atomic():
                return decide(live)
        except NO_TUTOR_MENDS:
            raise
        except Exception:  # whatever broke, the learner goes on
            log.exception("The rung %s broke for enrollment %s", live.rung, enrollment.pk)
    return otherwise()
