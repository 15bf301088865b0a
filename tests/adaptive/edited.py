"""Edits of a course, one of each kind, and the steps that were stored before them."""

from collections.abc import Callable

from adaptive import filing, syllabus
from adaptive.models import Recommendation
from courses.models import Course, Enrollment, Module, Question, Skill, Variant
from tests.factories import make_module, make_question, make_skill

Edit = Callable[[Course], object]


def rename_a_module(course: Course, title: str = "Called otherwise") -> None:
    module = Module.objects.filter(course=course).latest("position")
    module.title = title
    module.save()


def rename_a_skill(course: Course) -> None:
    skill = Skill.objects.get(course=course, slug="skill-1")
    skill.slug, skill.title = "skill-one", "Called otherwise"
    skill.save()


def change_a_prerequisite(course: Course) -> None:
    first, *_, last = Skill.objects.filter(course=course).order_by("position")
    last.prerequisites.set([first])
    last.save()


def add_a_question(course: Course) -> None:
    module = Module.objects.filter(course=course).earliest("position")
    make_question(module, module.skills.get(), 40)


def change_a_question(course: Course) -> None:
    question = Question.objects.filter(module__course=course).latest("pk")
    question.difficulty = 6 - question.difficulty
    question.save()


def unpublish_what_was_begun(course: Course) -> None:
    begun = Recommendation.objects.filter(enrollment__course=course).latest("made_at").module
    begun.live = False
    begun.save()


def add_a_module(course: Course) -> None:
    make_module(course, make_skill(course, "one-more", 20), 20)


def delete_a_module(course: Course) -> None:
    offered = Recommendation.objects.filter(enrollment__course=course).values("module")
    Module.objects.filter(course=course).exclude(pk__in=offered).latest("position").delete()


def delete_a_lesson(course: Course) -> None:
    offered = Recommendation.objects.filter(enrollment__course=course, variant__isnull=False).values("variant")
    Variant.objects.filter(module__course=course).exclude(pk__in=offered).latest("pk").delete()


def shorten(course: Course) -> None:
    Variant.objects.filter(module__course=course).earliest("pk").save()
    module = Module.objects.filter(course=course).earliest("position")
    module.minutes = 3
    module.save()


EDITS: tuple[Edit, ...] = (
    rename_a_module,
    delete_a_module,
    change_a_prerequisite,
    add_a_question,
    rename_a_skill,
    add_a_module,
    delete_a_lesson,
    change_a_question,
    unpublish_what_was_begun,
    shorten,
)


def stored(enrollment: Enrollment) -> list[Recommendation]:
    """The learner's steps as a process reads them that has just started."""
    syllabus.forget()
    filing.forget()
    rows = Recommendation.objects.filter(enrollment=enrollment)
    return list(rows.select_related("enrollment__course__edition", "enrollment__learner", "checkpoint", "calibration"))
