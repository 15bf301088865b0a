"""What people name on the command line, found or refused in words that help."""

from django.core.management.base import CommandError

from courses.models import Course


def course_called(slug: str) -> Course:
    """Return the course; raises CommandError, which names those that there are."""
    course = Course.objects.select_related("edition", "latest_revision").filter(slug=slug).first()
    if course is None:
        known = ", ".join(Course.objects.order_by("slug").values_list("slug", flat=True)) or "there is none"
        raise CommandError(f"There is no course {slug}. Courses: {known}.")
    return course
