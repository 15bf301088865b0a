"""Whether a page may lead to the placement test of a course."""

from django import template
from django.utils import timezone

from adaptive.adapting import standing_of
from adaptive.placement import MOST_QUESTIONS, is_worth_it, is_worth_mentioning
from adaptive.serving import live_tutor
from adaptive.syllabus import syllabus_for
from courses.models import Course, Enrollment

register = template.Library()


@register.filter
def may_be_placed(enrollment: Enrollment) -> bool:
    """Somebody who did little in the course, or comes back after long, may find out where they stand."""
    return is_worth_mentioning(standing_of(enrollment, live_tutor(enrollment.course_id)), timezone.now())


@register.filter
def placement_questions(course: Course) -> int:
    """How many questions its placement test has at most; 0 where it has none."""
    return MOST_QUESTIONS if is_worth_it(syllabus_for(course)) else 0
