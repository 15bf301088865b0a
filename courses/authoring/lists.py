"""How lists of content are narrowed, and what stands in their columns."""

from typing import Any

import django_filters
from django import forms
from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.fields import CharField
from django.db.models.functions import Cast, Coalesce
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import BulkActionsCheckboxColumn, Column, LiveStatusTagColumn, NumberColumn
from wagtail.models import Revision
from wagtail.snippets.views.snippets import IndexView

from courses.models import (
    Course,
    Difficulty,
    Interaction,
    Modality,
    Module,
    Question,
    QuestionKind,
    QuestionVersion,
    Skill,
    Variant,
)


class State(LiveStatusTagColumn):
    """Live, draft, scheduled: asks for schedules only where there are some."""

    def get_value(self, instance: Any) -> Any:
        if not instance.is_scheduled:
            instance.__dict__["scheduled_revision"] = None
        return super().get_value(instance)


class Titles(Column):
    """The titles of related things, on one line."""

    def get_value(self, instance: Any) -> str:
        return ", ".join(one.title for one in getattr(instance, self.accessor).all())


class ContentIndexView(IndexView):
    """A list without check boxes: content is published and deleted one thing at a time."""

    @property
    def columns(self) -> list[Any]:
        left_out = (BulkActionsCheckboxColumn, LiveStatusTagColumn)
        title, *others = [column for column in super().columns if not isinstance(column, left_out)]
        return [title, State(label=_("State")), *others]


def with_schedule(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Add whether a revision waits for its time."""
    name = rows.model._meta.model_name
    waiting = Revision.objects.filter(
        content_type__app_label="courses", content_type__model=name, approved_go_live_at__isnull=False
    )
    return rows.annotate(is_scheduled=Exists(waiting.filter(object_id=Cast(OuterRef("pk"), CharField()))))


def with_counts(questions: QuerySet[Any]) -> QuerySet[Any]:
    """Add each question's version number and how many answers it has."""
    versions = QuestionVersion.objects.filter(question=OuterRef("pk")).order_by().values("question")
    answers = Interaction.objects.answers().filter(question_version__question=OuterRef("pk")).order_by()
    return questions.annotate(
        version=Coalesce(Subquery(versions.annotate(latest=Max("number")).values("latest")), 0),
        answers=Coalesce(
            Subquery(answers.values("question_version__question").annotate(count=Count("pk")).values("count")), 0
        ),
    )


def state_filter() -> django_filters.ChoiceFilter:
    choices = [("live", _("Live")), ("draft", _("Not published")), ("changed", _("With unpublished changes"))]
    return django_filters.ChoiceFilter(
        label=_("State"), choices=choices, method="in_state", widget=forms.RadioSelect, empty_label=_("All")
    )


class ContentFilters(WagtailFilterSet):
    """What every kind of content can be narrowed by."""

    state = state_filter()

    class Meta:
        model: type[Any] = Course
        fields: list[str] = []

    def in_state(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        where = {"live": Q(live=True), "draft": Q(live=False), "changed": Q(live=True, has_unpublished_changes=True)}
        return rows.filter(where[value])


def choice_of(kind: type[Any], label: Any, field_name: str) -> django_filters.ModelChoiceFilter:
    return django_filters.ModelChoiceFilter(
        label=label, field_name=field_name, queryset=kind.objects.all(), widget=forms.Select
    )


class ModuleFilters(ContentFilters):
    course = choice_of(Course, _("Course"), "course")

    class Meta(ContentFilters.Meta):
        model = Module


class SkillFilters(ContentFilters):
    course = choice_of(Course, _("Course"), "course")

    class Meta(ContentFilters.Meta):
        model = Skill


class VariantFilters(ContentFilters):
    course = choice_of(Course, _("Course"), "module__course")
    module = choice_of(Module, _("Module"), "module")
    modality = django_filters.MultipleChoiceFilter(
        label=_("Modality"), choices=Modality.choices, widget=forms.CheckboxSelectMultiple
    )
    difficulty = django_filters.MultipleChoiceFilter(
        label=_("Difficulty"), choices=Difficulty.choices, widget=forms.CheckboxSelectMultiple
    )

    class Meta(ContentFilters.Meta):
        model = Variant


class QuestionFilters(ContentFilters):
    course = choice_of(Course, _("Course"), "module__course")
    module = choice_of(Module, _("Module"), "module")
    skills = choice_of(Skill, _("Skill"), "skills")
    kind = django_filters.MultipleChoiceFilter(
        label=_("Kind"), choices=QuestionKind.choices, widget=forms.CheckboxSelectMultiple
    )
    difficulty = django_filters.MultipleChoiceFilter(
        label=_("Difficulty"), choices=Difficulty.choices, widget=forms.CheckboxSelectMultiple
    )

    class Meta(ContentFilters.Meta):
        model = Question


QUESTION_COLUMNS = [
    "__str__",
    "module",
    "kind",
    "difficulty",
    Titles("skills", label=_("Skills")),
    NumberColumn("version", label=_("Version"), sort_key="version"),
    NumberColumn("answers", label=_("Answers"), sort_key="answers"),
]
