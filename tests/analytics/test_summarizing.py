"""Counts are a fold of the log: exactly once, in order, and the same when made again."""

import random
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from analytics import summarizing
from analytics.models import ChoiceTotal, EnrollmentDay, EnrollmentTotal, FirstAnswer, QuestionTotal
from courses.models import Course, Enrollment, Interaction, InteractionKind, OutboxEntry, Question, User
from tests.analytics.world import START, answer, course_with, enrolled, finishes, happens, questions_of, wishes

COUNTS = [EnrollmentTotal, EnrollmentDay, FirstAnswer, QuestionTotal, ChoiceTotal]


class Killed(BaseException):
    """As if the process had been killed here."""


@pytest.fixture
def course(db: None) -> Course:
    return course_with(modules=2, questions=3)


@pytest.fixture
def learning(ada: User, course: Course) -> Enrollment:
    return enrolled(ada, course)


def counts() -> dict[str, Any]:
    """Everything counted, in an order of its own, without the numbers that only name rows."""
    return {
        model.__name__: sorted(
            (
                sorted((key, _rounded(value)) for key, value in row.items() if key != "id")
                for row in model.objects.values()
            ),
            key=repr,
        )
        for model in COUNTS
    }


def _rounded(value: Any) -> Any:
    return round(value, 9) if isinstance(value, float) else value


def random_log(learners: list[Enrollment], course: Course, chance: random.Random, events: int) -> None:
    questions = questions_of(course)
    for step in range(events):
        enrollment, question = chance.choice(learners), chance.choice(questions)
        at = START + timedelta(hours=7 * step)
        match chance.randrange(8):
            case 0:
                finishes(enrollment, question.module, at)
            case 1:
                wishes(enrollment, question.module, chance.choice(["too-hard", "too-easy"]), at)
            case 2:
                happens(
                    enrollment,
                    InteractionKind.TIMED,
                    at,
                    module_id=question.module_id,
                    seconds_spent=chance.random() * 90,
                )
            case _:
                answer(
                    enrollment, question, chance.choice(["c0", "c0", "c1", "c2"]), at, chance.choice([None, 3.0, 80.0])
                )


@pytest.mark.parametrize("seed", range(5))
def test_what_was_folded_equals_what_is_rebuilt(seed: int, course: Course) -> None:
    chance = random.Random(seed)
    people = [User.objects.create(email=f"{n}@example.org", is_simulated=n == 0) for n in range(4)]
    learners = [enrolled(person, course) for person in people]
    for _ in range(5):
        random_log(learners, course, chance, events=chance.randrange(30))
        summarizing.drain()
    folded = counts()

    summarizing.rebuild()

    assert counts() == folded
    assert not OutboxEntry.objects.exists()


def test_draining_twice_changes_nothing(learning: Enrollment, course: Course) -> None:
    answer(learning, questions_of(course)[0])

    counted = [summarizing.drain(), summarizing.drain()]

    assert counted == [1, 0]
    assert learning.total.answers == 1


def test_counts_say_what_the_log_says(learning: Enrollment, course: Course) -> None:
    first, second, *_ = questions_of(course)
    answer(learning, first, "c1")
    answer(learning, first, "c0", START + timedelta(days=1))
    answer(learning, second, "c2", START + timedelta(days=1))
    wishes(learning, first.module, "too-hard", START + timedelta(days=1))

    summarizing.drain()

    total = learning.total
    assert (total.answers, total.score, total.firsts, total.first_score) == (3, 1.0, 2, 0.0)
    assert (total.wrong_in_a_row, total.overrides, total.too_hard, total.active_days) == (1, 1, 1, 2)
    assert list(learning.days.order_by("day").values_list("answers", flat=True)) == [1, 2]
    assert QuestionTotal.objects.get(question=first).firsts == 1
    assert ChoiceTotal.objects.get(question=first).choice == "c1"


def test_finishing_a_module_ends_being_stuck_in_it(learning: Enrollment, course: Course) -> None:
    question = questions_of(course)[0]
    answer(learning, question, "c1")
    wishes(learning, question.module, "too-hard")
    finishes(learning, question.module)
    finishes(learning, question.module)

    summarizing.drain()

    assert (learning.total.answers_in_module, learning.total.too_hard) == (0, 0)
    assert learning.total.finished == [question.module_id]
    assert learning.days.get().modules_finished == 1


@pytest.mark.parametrize("table", ["analytics_questiontotal", "courses_outboxentry", "analytics_firstanswer"])
def test_being_killed_in_between_loses_and_doubles_nothing(table: str, learning: Enrollment, course: Course) -> None:
    for question in questions_of(course):
        answer(learning, question)

    def die(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        result = execute(sql, params, many, context)
        if table in sql and sql.startswith(("INSERT", "DELETE")):
            raise Killed
        return result

    with pytest.raises(Killed), connection.execute_wrapper(die):
        summarizing.drain()
    lost_nothing = OutboxEntry.objects.count() == 6 and not EnrollmentTotal.objects.exists()
    summarizing.drain()

    assert lost_nothing
    assert learning.total.answers == 6
    assert QuestionTotal.objects.filter(answers=1).count() == 6


def unreadable(enrollment: Enrollment, question: Question) -> Interaction:
    """An answer as no marking would record it."""
    answer(enrollment, question)
    good = enrollment.interactions.last()
    enrollment.refresh_from_db()
    enrollment.last_sequence += 1
    enrollment.save()
    row = Interaction.objects.create(
        enrollment=enrollment,
        sequence=enrollment.last_sequence,
        key=uuid.uuid4(),
        kind="hinted",
        at=good.at,
        response=[7],
    )
    OutboxEntry.objects.create(interaction=row)
    return row


def test_a_poison_entry_is_parked_with_its_reason_and_stops_nobody(
    learning: Enrollment, noor: User, course: Course
) -> None:
    first, second, *_ = questions_of(course)
    poison = unreadable(learning, first)
    answer(learning, second)
    other = enrolled(noor, course)
    answer(other, first)

    counted = [summarizing.drain() for _ in range(summarizing.TRIES + 1)]

    parked = OutboxEntry.objects.get()
    assert counted == [2, 0, 0, 0, 0, 1]
    assert (parked.pk, parked.attempts) == (poison.pk, 5)
    assert "no object" in parked.parked_because
    assert (other.total.answers, learning.total.answers) == (1, 2)


def test_rebuilding_parks_a_poison_entry_at_once(learning: Enrollment, course: Course) -> None:
    first, second, *_ = questions_of(course)
    poison = unreadable(learning, first)
    answer(learning, second)

    counted = summarizing.rebuild()

    assert counted == 2
    assert OutboxEntry.objects.get().pk == poison.pk


def test_what_the_database_refuses_is_parked_and_stops_nobody(learning: Enrollment, noor: User, course: Course) -> None:
    first, second, *_ = questions_of(course)
    other = enrolled(noor, course)
    answer(learning, first, "c1")
    answer(other, second)

    def refuse(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        flat = [value for entry in params or [] for value in (entry if isinstance(entry, list) else [entry])]
        if sql.startswith("INSERT") and "analytics_firstanswer" in sql and 0.0 in flat:
            raise ValueError("no room for this")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(refuse):
        counted = [summarizing.drain() for _ in range(summarizing.TRIES)]

    assert counted == [1, 0, 0, 0, 0]
    assert OutboxEntry.objects.get().parked_because == "ValueError: no room for this"
    assert other.total.answers == 1


def test_answers_that_came_without_a_message_are_counted_with_the_next_one(
    learning: Enrollment, course: Course
) -> None:
    first, second, *_ = questions_of(course)
    answer(learning, first)
    OutboxEntry.objects.all().delete()
    answer(learning, second)

    summarizing.drain()

    assert learning.total.answers == 2


def test_made_up_learners_stay_out_of_the_counts_of_real_ones(course: Course, learning: Enrollment) -> None:
    made_up = enrolled(User.objects.create(email="sim@example.org", is_simulated=True), course)
    question = questions_of(course)[0]
    answer(made_up, question, "c1")
    answer(learning, question, "c0")

    summarizing.drain()

    assert QuestionTotal.objects.get(question=question, is_simulated=False).score == 1.0
    assert QuestionTotal.objects.get(question=question, is_simulated=True).score == 0.0


def test_a_batch_costs_the_same_queries_whatever_its_size(
    learning: Enrollment, course: Course, django_assert_max_num_queries: Any
) -> None:
    for _ in range(40):
        answer(learning, questions_of(course)[0])

    with django_assert_max_num_queries(30):
        summarizing.drain()


def test_the_command_drains_and_rebuilds(learning: Enrollment, course: Course, capsys: Any) -> None:
    answer(learning, questions_of(course)[0])

    call_command("summarize")
    call_command("summarize", "--rebuild")

    assert capsys.readouterr().out.splitlines() == ["Counted 1 interactions.", "Counted 1 interactions."]
