"""A small course, its people, and short words for what they do. Everything goes through the real deeds."""

import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from courses.answering import Submission, record_answer
from courses.enrolling import enroll
from courses.models import (
    Cohort,
    Course,
    Enrollment,
    Interaction,
    InteractionKind,
    Module,
    Purpose,
    Question,
    Skill,
    User,
)
from courses.recording import Event, record_event
from tests.factories import present

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def course_with(modules: int = 2, questions: int = 3, slug: str = "arithmetic") -> Course:
    """A published course: one skill a module, and so many single choice questions in each. Choice c0 is right."""
    course = Course.objects.create(title=slug.capitalize(), slug=slug, subject="math")
    for place in range(modules):
        skill = Skill.objects.create(course=course, slug=f"skill-{place}", title=f"Skill {place}", position=place)
        module = Module(course=course, slug=f"module-{place}", title=f"Module {place}", position=place)
        module.skills = [skill]
        module.save()
        for number in range(questions):
            question_in(module, f"q{place}-{number}", skill)
    return course


def question_in(module: Module, slug: str, skill: Skill) -> Question:
    question = Question(module=module, slug=slug, title=f"What is {slug}?", answer=single_choice(3), difficulty=2)
    question.skills = [skill]
    question.save()
    return question


def single_choice(count: int) -> str:
    choices = [
        {"type": "item", "id": f"c{place}", "value": {"text": f"Choice {place}", "right": place == 0, "feedback": ""}}
        for place in range(count)
    ]
    return json.dumps([{"type": "single_choice", "id": "answer", "value": {"choices": choices}}])


def questions_of(course: Course) -> list[Question]:
    return list(Question.objects.filter(module__course=course).order_by("module__position", "slug"))


def cohort_of(trainer: User, course: Course, learners: int = 0, **fields: Any) -> Cohort:
    """A cohort that this trainer coaches, with so many learners enrolled long ago."""
    cohort = Cohort.objects.create(name=fields.pop("name", "Spring"), **fields)
    cohort.trainers.add(trainer)
    cohort.courses.add(course)
    for number in range(learners):
        learner_in(cohort, course, f"learner{number}@example.org", is_simulated=cohort.is_simulated)
    return cohort


def learner_in(cohort: Cohort, course: Course, email: str, at: datetime = START, **fields: Any) -> Enrollment:
    learner = User.objects.filter(email=email).first()
    learner = learner or User.objects.create(email=email, first_name=email.split("@")[0].capitalize(), **fields)
    cohort.learners.add(learner)
    return enrolled(learner, course, at)


def enrolled(learner: User, course: Course, at: datetime = START) -> Enrollment:
    enrollment = enroll(learner, course)
    Enrollment.objects.filter(pk=enrollment.pk).update(enrolled_at=at)
    enrollment.refresh_from_db()
    return enrollment


def answer(
    enrollment: Enrollment,
    question: Question,
    choice: str = "c0",
    at: datetime = START,
    seconds: float | None = 20.0,
    purpose: Purpose = Purpose.PRACTICE,
) -> Interaction:
    """Show the question and answer it. Choice c0 is right."""
    presentation = present(enrollment, question.versions.first(), None, purpose=purpose)
    submission = Submission(presentation, {"choice": choice}, uuid.uuid4(), seconds_spent=seconds, at=at)
    return record_answer(submission).answer


def answer_often(enrollment: Enrollment, questions: list[Question], scores: str, at: datetime = START) -> None:
    """Answer one question after the other, an hour apart: "+" right, "-" wrong."""
    for place, score in enumerate(scores):
        question = questions[place % len(questions)]
        answer(enrollment, question, "c0" if score == "+" else "c1", at + timedelta(hours=place))


def happens(enrollment: Enrollment, kind: InteractionKind, at: datetime = START, **fields: Any) -> Interaction:
    return record_event(enrollment, Event(kind=kind, at=at, **fields))


def wishes(enrollment: Enrollment, module: Module, wish: str, at: datetime = START) -> Interaction:
    return happens(enrollment, InteractionKind.OVERRODE, at, module_id=module.pk, response={"wish": wish})


def finishes(enrollment: Enrollment, module: Module, at: datetime = START) -> Interaction:
    return happens(enrollment, InteractionKind.FINISHED, at, module_id=module.pk, response={"because": "known"})
