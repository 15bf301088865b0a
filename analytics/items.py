"""The questions of a course: how each behaves, and what is wrong with it, the worst first."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.functional import Promise

from analytics.choices import CHOSEN, ONE_OF_SEVERAL, Option, options_of
from analytics.definitions import (
    PROBLEMS,
    TOO_EASY_ABOVE,
    TOO_HARD_BELOW,
    UNUSED_AFTER,
    WEAK_BELOW,
    WEAK_FOR_SURE_BELOW,
)
from analytics.misleading import misleading
from analytics.models import ChoiceTotal, QuestionTotal
from analytics.statistics import Estimate, Statistics, statistics_of
from courses.models import Course, Question, QuestionVersion
from courses.versions import Content


@dataclass(frozen=True)
class Problem:
    """What is wrong with a question: a key of definitions.PROBLEMS, and the number that shows it."""

    key: str
    shows: str

    @property
    def name(self) -> Promise:
        return PROBLEMS[self.key].name


@dataclass(frozen=True)
class Item:
    """A question with its statistics and, for each part of an answer, how often it was given first."""

    question: Question
    content: Content
    statistics: Statistics
    given: dict[str, ChoiceTotal]
    is_simulated: bool
    misleads: bool = False

    @property
    def options(self) -> list[Option]:
        return options_of(self.content) if self.content else []

    def times(self, key: str) -> int:
        return self.given[key].times if key in self.given else 0

    @cached_property
    def problems(self) -> list[Problem]:
        """Everything that is wrong, the worst first. Nothing is said while there is not enough data."""
        if not self.statistics.is_enough:
            return []
        return [Problem(key, shows) for key, (_weight, look) in LOOKS.items() if (shows := look(self))]

    @property
    def severity(self) -> tuple[int, float]:
        """How bad it is: the worst problems first, then the lowest facility."""
        facility = self.statistics.facility
        return -sum(LOOKS[p.key][0] for p in self.problems), facility.value if facility else 1.0


def _distractor(item: Item) -> str:
    """The right choice, and a wrong one that was given more often."""
    if item.question.kind not in ONE_OF_SEVERAL:
        return ""
    key = max((item.times(option.key) for option in item.options if option.is_key), default=0)
    wrong = max((item.times(option.key) for option in item.options if not option.is_key), default=0)
    return f"{wrong} > {key}" if wrong > key else ""


def _misleads(item: Item) -> str:
    found = item.statistics.discrimination
    return _correlated(found) if found and item.misleads else ""


def _too_hard(item: Item) -> str:
    found = item.statistics.facility
    return f"{found.value:.0%}" if found and found.value < TOO_HARD_BELOW else ""


def _weak(item: Item) -> str:
    found = item.statistics.discrimination
    is_weak = found and found.value < WEAK_BELOW and found.high < WEAK_FOR_SURE_BELOW and not item.misleads
    return _correlated(found) if found and is_weak else ""


def _correlated(found: Estimate) -> str:
    return f"r = {found.value:.2f}".replace("-", "−")


def _too_easy(item: Item) -> str:
    found = item.statistics.facility
    return f"{found.value:.0%}" if found and found.value > TOO_EASY_ABOVE else ""


def _unused(item: Item) -> str:
    unused = [option for option in item.options if not item.times(option.key)]
    return str(len(unused)) if unused and item.statistics.firsts >= UNUSED_AFTER else ""


Look = Callable[[Item], str]
LOOKS: dict[str, tuple[int, Look]] = {
    "distractor": (5, _distractor),
    "misleads": (4, _misleads),
    "too_hard": (3, _too_hard),
    "weak": (2, _weak),
    "too_easy": (1, _too_easy),
    "unused": (1, _unused),
}


def with_content(questions: QuerySet[Question]) -> QuerySet[Question]:
    """Questions in the order of their course, each with its latest version's content."""
    latest = QuestionVersion.objects.filter(question=OuterRef("pk")).order_by("-number")
    in_order = questions.select_related("module__course").order_by("module__position", "module_id", "pk")
    return in_order.annotate(content=Subquery(latest.values("content")[:1])).only(
        "title", "kind", "slug", "difficulty", "live", "module__title", "module__course__title", "module__course__slug"
    )


def items_in(course: Course | None, is_simulated: bool) -> list[Item]:
    """Return every question of the course."""
    return items_of(with_content(Question.objects.filter(module__course=course)), is_simulated)


def items_of(questions: Iterable[Question], is_simulated: bool) -> list[Item]:
    """Return what is known of these questions (`with_content`), in three statements however many they are.

    Whether one misleads is judged among all questions of its course, so that it is told the same on every page.
    """
    rows = list(questions)
    courses = {row.module.course_id for row in rows}
    in_courses = QuestionTotal.objects.filter(question__module__course__in=courses, is_simulated=is_simulated)
    totals = {total.question_id: total for total in in_courses}
    named = misleading(totals.values())
    given: dict[int, dict[str, ChoiceTotal]] = defaultdict(dict)
    chosen = [row for row in rows if row.kind in CHOSEN]  # typed answers would be without bounds
    for choice in ChoiceTotal.objects.filter(question__in=chosen, is_simulated=is_simulated):
        given[choice.question_id][choice.choice] = choice
    return [
        Item(
            question=row,
            content=getattr(row, "content", None) or {},
            statistics=statistics_of(totals.get(row.pk)),
            given=given.get(row.pk, {}),
            is_simulated=is_simulated,
            misleads=row.pk in named,
        )
        for row in rows
    ]


def worst(items: Iterable[Item]) -> list[Item]:
    """Return the questions with problems, the worst first."""
    return sorted((item for item in items if item.problems), key=lambda item: item.severity)


def sorted_items(items: list[Item], by: str) -> list[Item]:
    """Return the questions by one of their numbers, a minus for the greatest first; in the order of the course else."""
    name, is_falling = by.removeprefix("-"), by.startswith("-")
    if name == "problems":
        return sorted(items, key=lambda item: item.severity, reverse=is_falling)
    if name not in SORTS:
        return items
    known = [item for item in items if SORTS[name](item) is not None]
    unknown = [item for item in items if SORTS[name](item) is None]
    return sorted(known, key=SORTS[name], reverse=is_falling) + unknown


SORTS: dict[str, Callable[[Item], Any]] = {
    "facility": lambda item: item.statistics.facility and item.statistics.facility.value,
    "discrimination": lambda item: item.statistics.discrimination and item.statistics.discrimination.value,
    "firsts": lambda item: item.statistics.firsts,
    "answers": lambda item: item.statistics.answers,
    "hints": lambda item: item.statistics.hints,
    "seconds": lambda item: item.statistics.median_seconds,
}
