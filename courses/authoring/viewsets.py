"""The kinds of content, each with its list, editor, preview and history. Found under /authoring/."""

from typing import Any, ClassVar

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import NumberColumn, UpdatedAtColumn
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from courses.authoring import lists, panels, previews
from courses.authoring.views import ContentCreateView, ContentDeleteView, ContentEditView
from courses.models import Course, Module, Question, Skill, Variant


class ContentViewSet(SnippetViewSet):
    """What the five kinds share."""

    index_view_class = lists.ContentIndexView
    add_view_class = ContentCreateView
    edit_view_class = ContentEditView
    delete_view_class = ContentDeleteView
    filterset_class: Any = lists.ContentFilters
    add_to_reference_index = False  # keeps its bookkeeping out of every save
    copy_view_enabled = False
    list_per_page = 50
    search_backend_name = None
    related: ClassVar[tuple[str, ...]] = ()
    modes: ClassVar[tuple[tuple[str, Any], ...]] = (("", _("As learners see it")),)

    @property
    def preview_modes(self) -> list[tuple[str, Any]]:
        return list(self.modes)

    def preview(self, request: HttpRequest, thing: Any, mode: str) -> HttpResponse:
        page = previews.PREVIEWS[self.model](request, thing, mode)
        page._csp_replace = settings.PREVIEW_CSP  # type: ignore[attr-defined]
        return page

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return lists.with_schedule(self.model.objects.select_related("latest_revision", *self.related))

    def get_common_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_common_view_kwargs(**{"usage_url_name": None, **kwargs})


class CourseViewSet(ContentViewSet):
    model = Course
    icon = "list-ul"
    base_url_path = "courses"
    edit_handler = panels.COURSE
    list_display = ["__str__", "subject", "language", UpdatedAtColumn()]
    search_fields = ["title", "description", "subject"]
    modes = (("", _("Outline")),)


class ModuleViewSet(ContentViewSet):
    model = Module
    icon = "folder-open-inverse"
    base_url_path = "modules"
    edit_handler = panels.MODULE
    list_display = [
        "__str__",
        "course",
        lists.Titles("skills", label=_("Skills")),
        NumberColumn("minutes", label=_("Minutes")),
    ]
    filterset_class = lists.ModuleFilters
    search_fields = ["title", "summary"]
    related = ("course",)
    modes = (("", _("Outline")),)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).prefetch_related("skills")


class VariantViewSet(ContentViewSet):
    model = Variant
    icon = "doc-full"
    base_url_path = "variants"
    edit_handler = panels.VARIANT
    list_display = ["__str__", "module", "modality", "difficulty", NumberColumn("minutes", label=_("Minutes"))]
    filterset_class = lists.VariantFilters
    search_fields = ["title", "body", "module__title"]
    related = ("module__course",)


class QuestionViewSet(ContentViewSet):
    model = Question
    icon = "help"
    base_url_path = "questions"
    edit_handler = panels.QUESTION
    list_display = lists.QUESTION_COLUMNS
    filterset_class = lists.QuestionFilters
    search_fields = ["title", "prompt", "slug"]
    related = ("module__course",)
    modes = (
        ("", _("Before answering")),
        ("right", _("After a right answer")),
        ("wrong", _("After a wrong answer")),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return lists.with_counts(super().get_queryset(request)).prefetch_related("skills")


class SkillViewSet(ContentViewSet):
    model = Skill
    icon = "tag"
    base_url_path = "skills"
    edit_handler = panels.SKILL
    list_display = ["__str__", "course", lists.Titles("prerequisites", label=_("Prerequisites")), "slug"]
    filterset_class = lists.SkillFilters
    search_fields = ["title", "description", "slug"]
    related = ("course",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).prefetch_related("prerequisites")


class ContentGroup(SnippetViewSetGroup):
    """The menu item that holds them all."""

    items = (CourseViewSet, ModuleViewSet, VariantViewSet, QuestionViewSet, SkillViewSet)
    menu_label = _("Content")
    menu_name = "content"
    menu_icon = "folder-open-inverse"
    menu_order = 200
