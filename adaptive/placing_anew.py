"""A trainer asks one learner to find out anew where they stand: it waits for their next visit, or is taken back."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from adaptive.adapting import progress_seen
from adaptive.directing import Ask, Reach, direct
from adaptive.directives import Directive
from adaptive.placement import MOST_QUESTIONS, is_worth_it, new_to
from adaptive.progress import Progress
from adaptive.syllabus import syllabus_of
from courses.models import Enrollment, User


class CannotAsk(Exception):
    """The learner could take no other test now. Its words say why."""


def ask_anew(reach: Reach, trainer: User, ask: Ask) -> Directive:
    """Ask for another placement test. Raises CannotAsk."""
    if reach.enrollment is None:
        raise CannotAsk(_("A placement test is asked for of one learner, not of a whole cohort."))
    why_not = objection(reach.enrollment, progress_seen(reach.enrollment))
    if why_not:
        raise CannotAsk(why_not)
    return direct(reach, trainer, ask)


def objection(enrollment: Enrollment, progress: Progress) -> str:
    """Say why this learner cannot be asked for another test now; "" if they can."""
    syllabus = syllabus_of(enrollment)
    if not is_worth_it(syllabus):
        return _("This course has no placement test.")
    test = progress.placement
    if not test.ended and (test.is_anew or test.answers):
        return _("This learner is in the middle of one.")
    if not test.ended and not enrollment.last_sequence:
        return _("The first test is on offer to this learner already.")
    left = new_to(progress, syllabus)
    if left < MOST_QUESTIONS:
        words = ngettext(
            "This learner has met all questions but %(left)d: too few for another test, which takes up to %(most)d.",
            "This learner has met all questions but %(left)d: too few for another test, which takes up to %(most)d.",
            left,
        )
        return words % {"left": left, "most": MOST_QUESTIONS}
    return ""
