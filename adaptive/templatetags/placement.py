"""Whether a page may lead to the placement test of a course."""

from django import template

from adaptive.adapting import standing_of
from adaptive.placement import is_on_offer
from adaptive.serving import live_tutor
from courses.models import Enrollment

register = template.Library()


@register.filter
def may_be_placed(enrollment: Enrollment) -> bool:
    """Somebody who has not begun the course may find out where to start."""
    return is_on_offer(standing_of(enrollment, live_tutor(enrollment.course_id)))
