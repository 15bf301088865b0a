"""The way into a course, for pages that have never heard of adaptation."""

from django import template
from django.utils import timezone

from adaptive.adapting import standing_of
from adaptive.entrance import Entrance, entrance_to
from adaptive.placement import MOST_QUESTIONS, is_worth_it
from adaptive.serving import live_tutor
from adaptive.syllabus import syllabus_for
from courses.models import Course, Enrollment

register = template.Library()


@register.filter
def entrance(enrollment: Enrollment) -> Entrance:
    """What the button into the course says to this learner, and whether they may find out first where to start."""
    return entrance_to(standing_of(enrollment, live_tutor(enrollment.course_id)), timezone.now())


@register.filter
def placement_questions(course: Course) -> int:
    """How many questions its placement test has at most; 0 where it has none."""
    return MOST_QUESTIONS if is_worth_it(syllabus_for(course)) else 0
