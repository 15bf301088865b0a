"""The way into a course and through it, for pages that have never heard of adaptation."""

from django import template
from django.utils import timezone

from adaptive.outlining import Outline, Place, outline_for
from adaptive.placement import MOST_QUESTIONS, is_worth_it
from adaptive.syllabus import syllabus_for
from courses.models import Course, Enrollment, Module

register = template.Library()


@register.filter
def outline(enrollment: Enrollment | None) -> Outline | None:
    """How the course stands for this learner; nothing for who does not take it."""
    return outline_for(enrollment, timezone.now()) if enrollment else None


@register.filter
def place(of: Outline | None, module: Module) -> Place | None:
    """How a module stands in an outline."""
    return of.place_of(module.pk) if of else None


@register.filter
def placement_questions(course: Course) -> int:
    """How many questions its placement test has at most; 0 where it has none."""
    return MOST_QUESTIONS if is_worth_it(syllabus_for(course)) else 0
