"""The course and the learners that the benchmark needs, on an empty database."""

import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.utils import timezone
from rest_framework.authtoken.models import Token

from courses.enrolling import enroll
from courses.marking import as_shown, right_response
from courses.models import Course, Enrollment, Interaction, InteractionKind, Presentation, QuestionVersion, User

COURSE = "python-foundations"
BATCH = 5_000
RIGHT_SHARE = 0.7
MARK: dict[str, Any] = {"feedback": [], "right_answer": []}


@dataclass(frozen=True)
class World:
    course: Course
    tokens: list[str]
    right: dict[str, dict[str, Any]]  # responses by kind, title and prompt of the question


def prepare(learners: int) -> World:
    """Make tables, load the demo course, and enroll learners who have a token and no password."""
    call_command("migrate", verbosity=0)
    call_command("load_course", str(settings.BASE_DIR / "courses" / "demo" / COURSE), verbosity=0)
    course = Course.objects.select_related("edition").get(slug=COURSE)
    people = [User(email=f"bench{n}-{uuid.uuid4().hex[:8]}@example.org", password="!") for n in range(learners)]
    User.objects.bulk_create(people)
    Enrollment.objects.bulk_create([Enrollment(learner=person, course=course) for person in people])
    return World(course, [token_of(person) for person in people], _right_responses(course))


def token_of(person: User) -> str:
    return Token.objects.create(user=person).key


def learner_with(answers: int, course: Course, seed: int) -> Enrollment:
    """A learner with a long log, written without going through the site."""
    person = User.objects.create(email=f"history{answers}-{uuid.uuid4().hex[:8]}@example.org", password="!")
    enrollment = enroll(person, course)
    log = _log(enrollment, answers, random.Random(seed))
    while batch := [pair for _, pair in zip(range(BATCH), log, strict=False)]:
        Presentation.objects.bulk_create([shown for shown, _ in batch])
        Interaction.objects.bulk_create([answer for _, answer in batch])
    Enrollment.objects.filter(pk=enrollment.pk).update(last_sequence=answers)
    return Enrollment.objects.with_edition().get(pk=enrollment.pk)


def _log(enrollment: Enrollment, answers: int, rng: random.Random) -> Iterator[tuple[Presentation, Interaction]]:
    versions = list(_versions(enrollment.course).select_related("question"))
    begun = timezone.now() - timedelta(minutes=answers)
    for sequence in range(1, answers + 1):
        version, at = rng.choice(versions), begun + timedelta(minutes=sequence - 1)
        module, is_right = version.question.module_id, rng.random() < RIGHT_SHARE
        shown = Presentation(enrollment=enrollment, question_version=version, module_id=module, shown_at=at)
        yield (
            shown,
            Interaction(
                enrollment=enrollment,
                sequence=sequence,
                kind=InteractionKind.ANSWERED,
                at=at,
                module_id=module,
                presentation=shown,
                question_version=version,
                result=MARK
                | {"score": float(is_right), "is_right": is_right, "verdict": "right" if is_right else "not yet"},
                score=float(is_right),
                seconds_spent=20.0,
            ),
        )


def _versions(course: Course) -> Any:
    return QuestionVersion.objects.filter(question__module__course=course, question__live=True)


def _right_responses(course: Course) -> dict[str, dict[str, Any]]:
    shown = [(as_shown(version.content, ""), version.content) for version in _versions(course)]
    return {f"{seen['kind']} {seen['title']} {seen['prompt']}": right_response(content) for seen, content in shown}
