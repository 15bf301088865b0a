"""Small courses for tests, and people with a password, made of real rows."""

import json
from collections.abc import Callable
from functools import cache

from django.contrib.auth.hashers import make_password

from courses.models import (
    Course,
    Enrollment,
    Interaction,
    InteractionKind,
    Modality,
    Module,
    Presentation,
    Purpose,
    Question,
    QuestionVersion,
    Skill,
    User,
    Variant,
)

Score = Callable[[int, QuestionVersion], float]  # of the answer with this number, to this question

PASSWORD = "correct horse battery"
WAYS = ((Modality.TEXT, 2), (Modality.WORKED_EXAMPLE, 2), (Modality.TEXT, 4))


def with_password(person: User) -> User:
    person.password = _hashed(PASSWORD)
    person.save(update_fields=["password"])
    return person


@cache
def _hashed(password: str) -> str:
    """Hashing takes a quarter of a second, as it must; those who share a password need it once."""
    return make_password(password)


def make_course(modules: int = 4, questions: int = 6, slug: str = "counting") -> Course:
    """A published course of modules in a row: each teaches one skill, which needs the one before it."""
    course = Course.objects.create(title=slug.capitalize(), slug=slug, subject="numbers", description="Count on.")
    before = None
    for place in range(modules):
        skill = make_skill(course, f"skill-{place + 1}", place, before)
        make_module(course, skill, place, questions)
        before = skill
    return course


def make_skill(course: Course, slug: str, place: int = 0, before: Skill | None = None) -> Skill:
    skill = Skill(course=course, slug=slug, title=slug.capitalize(), position=place)
    skill.save()
    if before:
        skill.prerequisites.set([before])
        skill.save()
    return skill


def make_module(course: Course, skill: Skill, place: int = 0, questions: int = 6) -> Module:
    module = Module(course=course, slug=f"module-{place + 1}", title=f"Module {place + 1}", position=place, minutes=10)
    module.skills.set([skill])
    module.save()
    for modality, difficulty in WAYS:
        Variant.objects.create(module=module, modality=modality, difficulty=difficulty, body="Read **this**.")
    for number in range(questions):
        make_question(module, skill, number)
    return module


def make_question(module: Module, skill: Skill, number: int = 0) -> Question:
    """A numeric question whose right answer is its number."""
    value = {"value": float(number), "tolerance": 0.0, "is_relative": False, "unit": "", "wrong": []}
    question = Question(
        module=module,
        slug=f"question-{number}",
        title=f"What is {number}?",
        difficulty=1 + number % 5,
        hints=json.dumps([{"type": "hint", "value": "Look at the number."}]),
        solution=f"It is {number}.",
        answer=json.dumps([{"type": "numeric", "value": value}]),
    )
    question.skills.set([skill])
    question.save()
    return question


def present(
    enrollment: Enrollment,
    version: QuestionVersion,
    variant: Variant | None = None,
    purpose: Purpose = Purpose.PRACTICE,
) -> Presentation:
    """Show a question that nobody weighed."""
    return Presentation.objects.create(
        enrollment=enrollment,
        question_version=version,
        module_id=version.question.module_id,
        variant=variant,
        purpose=purpose,
    )


def one_in_three_wrong(number: int, version: QuestionVersion) -> float:
    return float(number % 3 > 0)


def make_history(enrollment: Enrollment, answers: int, score: Score = one_in_three_wrong) -> None:
    """Write so many answers into the log at once, as if they had come one by one."""
    modules = list(Module.objects.filter(course=enrollment.course).prefetch_related("questions__versions", "variants"))
    asked = [(module, question.versions.all()[0]) for module in modules for question in module.questions.all()]
    chosen = [(asked[n % len(asked)]) for n in range(answers)]
    shown = Presentation.objects.bulk_create(
        Presentation(
            enrollment=enrollment,
            question_version=version,
            module=module,
            variant=module.variants.all()[0],
            predicted=0.6,
            policy="made up",
        )
        for module, version in chosen
    )
    Interaction.objects.bulk_create(
        Interaction(
            enrollment=enrollment,
            sequence=enrollment.last_sequence + n,
            kind=InteractionKind.ANSWERED,
            module=one.module,
            variant=one.variant,
            presentation=one,
            question_version=one.question_version,
            score=score(n, one.question_version),
            seconds_spent=10.0 + n % 7,
        )
        for n, one in enumerate(shown, start=1)
    )
    enrollment.last_sequence += answers
    enrollment.save(update_fields=["last_sequence"])
