"""A whole course on one page: modules in order, with what is in them and what is wrong with them."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max, Q

from courses.authoring.problems import (
    Problem,
    problems_of_module,
    problems_of_question,
    problems_of_skills,
    problems_of_variant,
)
from courses.models import Course, Module, Question, QuestionVersion, Skill, Variant
from courses.rendering import to_text


@dataclass(frozen=True)
class Row:
    """One thing of a course, with what is wrong with it."""

    thing: Any
    problems: list[Problem]
    version: int = 0
    answers: int = 0


@dataclass(frozen=True)
class Branch:
    """A module with its variants and questions."""

    thing: Module
    problems: list[Problem]
    variants: list[Row]
    questions: list[Row]
    is_first: bool
    is_last: bool


@dataclass(frozen=True)
class ToMend:
    """A problem with the thing it belongs to, and where on the page that stands."""

    title: str
    anchor: str
    problem: Problem


@dataclass(frozen=True)
class Tree:
    course: Course
    modules: list[Branch]
    skills: list[Row]

    @property
    def rows(self) -> list[Row | Branch]:
        """Everything in the course, modules with their variants and questions first."""
        rows: list[Row | Branch] = []
        for branch in self.modules:
            rows += [branch, *branch.variants, *branch.questions]
        return rows + list(self.skills)

    @property
    def problems(self) -> list[ToMend]:
        """Every problem, the urgent ones first."""
        found = [
            ToMend(to_text(str(row.thing)), f"{row.thing._meta.model_name}-{row.thing.pk}", problem)
            for row in self.rows
            for problem in row.problems
        ]
        return sorted(found, key=lambda one: not one.problem.is_urgent)

    @property
    def unpublished(self) -> int:
        """How many things have changes that learners do not see yet."""
        things: list[Any] = [self.course, *(row.thing for row in self.rows)]
        return sum(thing.has_unpublished_changes or not thing.live for thing in things)


def tree_of(course: Course) -> Tree:
    """Read a course with everything in it. The number of queries does not grow with it."""
    modules = list(course.modules.select_related("latest_revision").prefetch_related("skills"))
    variants = _by_module(Variant.objects.filter(module__course=course).select_related("module", "latest_revision"))
    questions = _by_module(
        Question.objects.filter(module__course=course)
        .select_related("module", "latest_revision")
        .prefetch_related("skills")
    )
    counts = counts_of(course)
    last = len(modules) - 1
    branches = [
        _branch(module, variants.get(module.pk, []), questions.get(module.pk, []), counts, (place == 0, place == last))
        for place, module in enumerate(modules)
    ]
    return Tree(course, branches, _skill_rows(course, questions))


def counts_of(course: Course) -> dict[int, tuple[int, int]]:
    """Return each question's latest version number and how many answers it has, by its id."""
    answered = Count("interactions", filter=Q(interactions__kind="answered"))
    versions = QuestionVersion.objects.filter(question__module__course=course).order_by().values("question")
    rows = versions.annotate(latest=Max("number"), answers=answered)
    return {row["question"]: (row["latest"], row["answers"]) for row in rows}


def _branch(
    module: Module,
    variants: list[Any],
    questions: list[Any],
    counts: dict[int, tuple[int, int]],
    ends: tuple[bool, bool],
) -> Branch:
    taught = list(module.skills.all())
    rows = [
        Row(question, problems_of_question(question, taught), *counts.get(question.pk, (0, 0)))
        for question in questions
    ]
    problems = problems_of_module(module, variants, questions)
    return Branch(module, problems, [Row(variant, problems_of_variant(variant)) for variant in variants], rows, *ends)


def _skill_rows(course: Course, questions: dict[int, list[Any]]) -> list[Row]:
    skills: list[Skill] = list(course.skills.prefetch_related("prerequisites"))
    practiced = {skill.pk for some in questions.values() for question in some for skill in question.skills.all()}
    problems = problems_of_skills(skills, practiced)
    return [Row(skill, problems[skill.pk]) for skill in skills]


def _by_module(things: Any) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for thing in things:
        found.setdefault(thing.module_id, []).append(thing)
    return found
