"""A placement test comes before any lesson: what somebody does not know then is neither trouble nor a bad question."""

from adaptive.placing import begin_placement
from analytics.journey import answers_of, in_words
from analytics.models import EnrollmentTotal, QuestionTotal
from analytics.summarizing import drain
from courses.models import Enrollment, User
from tests.adaptive.conftest import again
from tests.adaptive.test_placing import pass_on
from tests.factories import make_course


def test_answers_of_a_placement_test_are_counted_and_blamed_on_nobody(ada: User) -> None:
    course = make_course(modules=6, questions=4, slug="chain")
    enrollment = again(Enrollment.objects.create(learner=ada, course=course))
    question, answers = begin_placement(enrollment), 0
    while question:
        question, answers = pass_on(question).next_question, answers + 1

    drain()

    total = EnrollmentTotal.objects.get()
    assert (total.answers, total.wrong_in_a_row, total.recent_scores) == (answers, 0, [])
    assert sum(row.answers for row in QuestionTotal.objects.all()) == answers
    assert sum(row.firsts for row in QuestionTotal.objects.all()) == 0
    assert in_words(answers_of(enrollment).first()).given == (("I don't know yet", False),)
