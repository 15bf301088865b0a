"""Facility, discrimination, times and choices, checked against numpy and plain loops."""

import random
from collections import defaultdict

import numpy as np
import pytest

from analytics.counting import ENOUGH_OTHERS
from analytics.items import Item, items_in, sorted_items, worst
from analytics.models import QuestionTotal
from analytics.shares import shares_of
from analytics.statistics import share, statistics_of
from analytics.summarizing import drain
from analytics.timing import bin_of, median_of
from courses.models import Course, Interaction, Question, User
from tests.analytics.world import answer, course_with, enrolled, questions_of


@pytest.fixture
def course(db: None) -> Course:
    return course_with(modules=2, questions=3)


def everybody_answers(course: Course, learners: int, seed: int) -> None:
    """Learners of different strength answer all questions in an order of their own, some of them twice."""
    chance = random.Random(seed)
    for number in range(learners):
        strength = chance.random()
        enrollment = enrolled(User.objects.create(email=f"{number}@example.org"), course)
        questions = questions_of(course)
        chance.shuffle(questions)
        for question in [*questions, questions[0]]:
            is_right = chance.random() < strength
            answer(
                enrollment, question, "c0" if is_right else chance.choice(["c1", "c2"]), seconds=chance.uniform(2, 90)
            )
    drain()


def pairs_by_loop(question: Question) -> list[tuple[float, float]]:
    """(first score, mean of earlier first scores) of everybody, straight from the log."""
    history: dict[int, dict[int, float]] = defaultdict(dict)
    pairs = []
    for row in Interaction.objects.answers().with_question().order_by("enrollment", "sequence"):
        firsts, asked = history[row.enrollment_id], row.question_version.question_id
        if asked in firsts:
            continue
        if asked == question.pk and len(firsts) >= ENOUGH_OTHERS:
            pairs.append((row.score, float(np.mean(list(firsts.values())))))
        firsts[asked] = row.score
    return pairs


@pytest.mark.parametrize("seed", range(3))
def test_discrimination_is_the_item_rest_correlation(seed: int, course: Course) -> None:
    everybody_answers(course, learners=30, seed=seed)

    for question in questions_of(course):
        scores, rests = zip(*pairs_by_loop(question), strict=True)
        found = statistics_of(QuestionTotal.objects.get(question=question)).discrimination
        if found is None:
            assert len(scores) < 10 or np.std(scores) == 0
        else:
            assert found.value == pytest.approx(np.corrcoef(scores, rests)[0, 1])
            assert found.low < found.value < found.high


def test_facility_is_the_mean_of_first_scores_only(course: Course) -> None:
    everybody_answers(course, learners=12, seed=4)
    question = questions_of(course)[0]

    found = statistics_of(QuestionTotal.objects.get(question=question))

    answers = Interaction.objects.answers().filter(question_version__question=question).order_by("sequence")
    firsts = {row.enrollment_id: row.score for row in reversed(answers)}
    assert found.facility is not None
    assert found.facility.value == pytest.approx(np.mean(list(firsts.values())))
    assert found.firsts == 12


def test_fewer_than_ten_first_answers_say_nothing(course: Course) -> None:
    everybody_answers(course, learners=9, seed=1)

    items = items_in(course, is_simulated=False)

    assert all(item.statistics.firsts == 9 and not item.statistics.is_enough for item in items)
    assert not worst(items)
    assert not any(shares_of(item, []) for item in items)


def test_wilsons_interval_holds_the_share_and_shrinks() -> None:
    few, many = share(5, 10), share(500, 1000)

    assert few.low < 0.5 < few.high
    assert many.high - many.low < few.high - few.low
    assert share(10, 10).low < 1.0


def test_the_median_from_bins_is_off_by_less_than_a_fifth() -> None:
    seconds = [random.Random(2).lognormvariate(3, 1) for _ in range(999)]
    times: dict[str, int] = {}
    for number in seconds:
        times[bin_of(number)] = times.get(bin_of(number), 0) + 1

    assert median_of(times) == pytest.approx(np.median(seconds), rel=0.2)
    assert median_of({}) is None


def given_first(course: Course, choices: list[str]) -> Item:
    """The item of the first question after somebody gave each of these choices."""
    question = questions_of(course)[0]
    for number, choice in enumerate(choices):
        answer(enrolled(User.objects.create(email=f"{number}@example.org"), course), question, choice)
    drain()
    return next(item for item in items_in(course, is_simulated=False) if item.question == question)


def problems(item: Item) -> list[str]:
    return [problem.key for problem in item.problems]


def test_a_wrong_choice_given_more_often_than_the_key_is_a_problem(course: Course) -> None:
    item = given_first(course, ["c0"] * 4 + ["c1"] * 6)

    assert problems(item) == ["distractor"]
    assert item.problems[0].shows == "6 > 4"


def test_a_question_that_half_of_them_get_right_is_none(course: Course) -> None:
    assert problems(given_first(course, ["c0"] * 6 + ["c1"] * 3 + ["c2"] * 3)) == []


def test_too_hard_and_too_easy_are_problems(course: Course) -> None:
    assert "too_hard" in problems(given_first(course, ["c0"] * 2 + ["c1"] * 8))


def test_a_question_everybody_gets_right_is_too_easy(course: Course) -> None:
    assert problems(given_first(course, ["c0"] * 12)) == ["too_easy"]


def test_a_choice_that_nobody_gives_is_named_only_with_many_answers(course: Course) -> None:
    assert problems(given_first(course, ["c0"] * 30 + ["c1"] * 20)) == ["unused"]


def test_choices_come_with_their_shares_and_the_key_marked(course: Course) -> None:
    item = given_first(course, ["c0"] * 6 + ["c1"] * 3 + ["c2"] * 3)

    shares = shares_of(item, list(item.question.versions.all()))

    assert [(s.label, s.is_key, s.times, s.percent) for s in shares] == [
        ("Choice 0", True, 6, 50.0),
        ("Choice 1", False, 3, 25.0),
        ("Choice 2", False, 3, 25.0),
    ]


def test_a_question_that_misleads_the_good_ones_is_found(course: Course) -> None:
    first, *others = questions_of(course)
    for number in range(20):
        enrollment = enrolled(User.objects.create(email=f"{number}@example.org"), course)
        for question in others:
            answer(enrollment, question, "c0" if number % 2 else "c1")
        answer(enrollment, first, "c1" if number % 2 else "c0")
    drain()

    item = next(item for item in items_in(course, is_simulated=False) if item.question == first)

    assert item.statistics.discrimination is not None
    assert item.statistics.discrimination.value == pytest.approx(-1.0)
    assert "misleads" in problems(item)


def test_questions_sort_by_their_numbers_unknown_ones_last(course: Course) -> None:
    given_first(course, ["c0"] * 10)
    items = items_in(course, is_simulated=False)

    assert sorted_items(items, "-facility")[0].question.slug == "q0-0"
    assert sorted_items(items, "nonsense") == items
