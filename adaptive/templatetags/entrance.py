"""The way into a course, for pages that have never heard of adaptation."""

from django import template
from django.utils import timezone

from adaptive.adapting import standing_of
from adaptive.entrance import Entrance, entrance_to
from adaptive.serving import live_tutor
from courses.models import Enrollment

register = template.Library()


@register.filter
def entrance(enrollment: Enrollment) -> Entrance:
    """What the button into the course says to this learner, and whether they may find out first where to start."""
    return entrance_to(standing_of(enrollment, live_tutor(enrollment.course_id)), timezone.now())
