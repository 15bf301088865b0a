"""Nothing comes back before it has rested, as long as there is something else."""

from itertools import pairwise

from adaptive.progress import Wish
from adaptive.stepping import Request, finish_reading, open_step, override
from courses.models import Course, Enrollment, Question
from tests.adaptive.acting import learn
from tests.adaptive.conftest import again
from tests.adaptive.steered import module


def questions_asked(enrollment: Enrollment, answers: int) -> list[int]:
    outcomes = learn(enrollment, lambda n: False, answers=answers)
    return [outcome.answer.question_version.question_id for outcome in outcomes]


def rests(course: Course, others: int) -> None:
    course.question_rest = others
    course.save()


def test_a_question_comes_back_after_as_many_others_as_the_author_set(enrollment: Enrollment) -> None:
    rests(enrollment.course, 4)

    asked = questions_asked(again(enrollment), 20)

    assert len(set(asked)) < len(asked)
    assert all(len(set(asked[place : place + 5])) == 5 for place in range(len(asked) - 4))


def test_where_a_module_has_too_few_questions_those_of_longest_ago_come_back(enrollment: Enrollment) -> None:
    Question.objects.exclude(slug__in=["question-0", "question-1", "question-2"]).delete()
    rests(enrollment.course, 50)

    asked = questions_asked(again(enrollment), 8)

    assert len(asked) == 8
    assert all(one != other for one, other in pairwise(asked))


def test_what_is_read_again_in_a_review_is_what_was_read_longest_ago(wide: Enrollment) -> None:
    first = module(wide.course, 1)
    first.questions.all().delete()
    first.course.start_new_edition()
    ways = set(first.variants.values_list("pk", flat=True))
    read = []

    for _ in range(2 * len(ways)):
        override(again(wide), Request(Wish.REVIEW, first))
        step = open_step(again(wide))
        read.append(step.variant_id)
        finish_reading(again(wide), step)

    assert set(read[: len(ways)]) == ways
    assert read[len(ways) :] == read[: len(ways)]
