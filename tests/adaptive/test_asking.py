"""Questions come as hard as people learn most from, by all that is known of the learner and of the question."""

import numpy as np

from adaptive.adapting import Standing, standing_of
from adaptive.asking import predict_questions, weigh_questions
from adaptive.serving import live_tutor
from courses.models import Enrollment
from tests.adaptive.conftest import again


def standing(enrollment: Enrollment) -> Standing:
    return standing_of(again(enrollment), live_tutor(enrollment.course_id))


def test_of_two_that_seem_as_hard_the_one_known_better_is_likelier(enrollment: Enrollment) -> None:
    now = standing(enrollment)
    [module, *_] = now.syllabus.modules.values()

    chances = weigh_questions(now, module, module.questions[:2], np.array([[0.72, 0.72], [0.08, 0.25]]))

    assert chances[0] > 2 * chances[1]


def test_who_asks_for_harder_is_asked_what_succeeds_less_often(enrollment: Enrollment) -> None:
    now = standing(enrollment)
    [module, *_] = now.syllabus.modules.values()
    predicted = predict_questions(now, module, None, module.questions)

    expected = {}
    for now.progress.pace in (-2.0, 0.0, 2.0):
        expected[now.progress.pace] = weigh_questions(now, module, module.questions, predicted) @ predicted[0]

    assert expected[-2.0] > expected[0.0] > expected[2.0]
