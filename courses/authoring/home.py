"""The author's first page: their courses, and what they were writing."""

from typing import Any

from django.db.models import Count, Q, QuerySet
from wagtail.admin.ui.components import Component

from courses.authoring.drafts import recent_drafts
from courses.models import Course

RECENT = 8


class CoursesPanel(Component):
    """Every course, with how much is in it."""

    name = "courses"
    order = 100
    template_name = "courses/authoring/courses_panel.html"

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        return {"courses": courses_with_counts()}


class DraftsPanel(Component):
    """What was written last and is not published."""

    name = "drafts"
    order = 200
    template_name = "courses/authoring/drafts_panel.html"

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        return {"drafts": recent_drafts(RECENT)}


def courses_with_counts() -> QuerySet[Any]:
    unpublished = Q(modules__questions__has_unpublished_changes=True) | Q(modules__questions__live=False)
    return Course.objects.annotate(
        module_count=Count("modules", distinct=True),
        question_count=Count("modules__questions", distinct=True),
        draft_count=Count("modules__questions", filter=unpublished, distinct=True),
    ).order_by("title")
