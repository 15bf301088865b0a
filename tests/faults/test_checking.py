"""The checker itself: it finds nothing in what is whole, and every kind of damage by name."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.db.models import F

from adaptive.models import LearnerState, Outcome
from adaptive.progress import Progress
from analytics import summarizing
from analytics.models import EnrollmentTotal, QuestionTotal
from courses.models import Enrollment, Interaction, OutboxEntry, User
from tests.adaptive.acting import learn
from tests.factories import make_course
from tests.faults.checking import what_is_wrong
from tests.faults.learners import Book, Promise


@pytest.fixture
def whole(ada: User) -> Book:
    """A learner's honest log, half of it counted, and the promises that were made for it."""
    enrollment = Enrollment.objects.create(learner=ada, course=make_course(modules=2, questions=4))
    learn(enrollment, lambda n: n % 2 > 0, answers=4)
    summarizing.drain()
    learn(enrollment, lambda n: n % 2 > 0, answers=4)
    book = Book()
    for row in Interaction.objects.answers():
        result = {"sequence": row.sequence, "mark": {"score": row.score}}
        book.sent.add(row.key)
        book.promises.append(Promise(row.key, row.presentation_id, row.response, result))
    return book


def test_what_is_whole_is_left_alone(whole: Book) -> None:
    assert what_is_wrong(whole) == []


def run(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def lose_the_last_answer() -> None:
    Interaction.objects.filter(pk=Interaction.objects.answers().latest("sequence").pk).delete()


def answer_twice() -> None:
    """As a site could without its constraints and its lock."""
    run("DROP INDEX one_answer_per_presentation")
    row = Interaction.objects.answers().latest("sequence")
    fresh = {field.name: getattr(row, field.name) for field in row._meta.fields if field.name not in ("id", "key")}
    number = row.enrollment.last_sequence + 1
    copy = Interaction.objects.create(**fresh | {"sequence": number})
    OutboxEntry.objects.create(interaction=copy)
    Enrollment.objects.update(last_sequence=number)


def mark_otherwise() -> None:
    run("UPDATE courses_interaction SET score = 1 - score WHERE kind = 'answered'")


DAMAGES: dict[str, Callable[[], object]] = {
    "is there 0 times": lose_the_last_answer,
    "is not what was promised": mark_otherwise,
    "nobody sent": answer_twice,
    "was answered 2 times": answer_twice,
    "has gaps": lambda: Enrollment.objects.update(last_sequence=F("last_sequence") + 1),
    "has no outcome": lambda: Outcome.objects.all()[0].delete(),
    "is not counted": lambda: OutboxEntry.objects.all()[0].delete(),
    "has no state": lambda: LearnerState.objects.all().delete(),
    "is not what its log says": lambda: LearnerState.objects.update(progress=Progress().as_json()),
    "ahead of its log": lambda: LearnerState.objects.update(seen_up_to=1_000),
    "totals of learners": lambda: EnrollmentTotal.objects.update(answers=F("answers") + 1),
    "totals of questions": lambda: QuestionTotal.objects.update(answers=F("answers") + 1),
    "counting anew": lambda: EnrollmentTotal.objects.update(hints=5),
}


@pytest.mark.parametrize("complaint", DAMAGES)
def test_every_damage_is_seen(complaint: str, whole: Book) -> None:
    DAMAGES[complaint]()

    assert complaint in " ".join(what_is_wrong(whole))
