"""Whoever is erased leaves no trace in the counts."""

import random

from analytics.forgetting import forget
from analytics.models import ChoiceTotal, EnrollmentTotal, QuestionTotal
from analytics.summarizing import drain, rebuild
from courses.models import Interaction, User
from tests.analytics.test_summarizing import counts, random_log
from tests.analytics.world import answer, course_with, enrolled, questions_of


def test_counts_without_a_learner_are_those_of_a_log_without_them(db: None) -> None:
    course = course_with(modules=2, questions=3)
    learners = [enrolled(User.objects.create(email=f"{n}@example.org"), course) for n in range(4)]
    random_log(learners, course, random.Random(7), events=80)
    drain()

    forget(learners[0])
    Interaction.objects.filter(enrollment=learners[0]).delete()
    learners[0].delete()

    reduced = counts()
    rebuild()
    assert counts() == reduced


def test_the_last_one_leaves_nothing_behind(ada: User) -> None:
    course = course_with()
    learning = enrolled(ada, course)
    answer(learning, questions_of(course)[0])
    drain()

    forget(learning)
    forget(learning)

    assert not any(model.objects.exists() for model in (EnrollmentTotal, QuestionTotal, ChoiceTotal))
