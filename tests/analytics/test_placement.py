"""A placement test comes before any lesson: what somebody does not know then is neither trouble nor a bad question.

Trainers see what became of it: for one learner what was found, for a cohort how many took it.
"""

from typing import Any

import pytest
from django.test import Client

from adaptive.placing import begin_placement, stop_placement
from adaptive.stepping import open_step
from analytics.journey import answers_of, in_words
from analytics.models import EnrollmentTotal, QuestionTotal
from analytics.summarizing import drain
from analytics.views.cohorts import placements_in
from courses.models import Cohort, Course, Enrollment, User
from tests.adaptive.acting import respond
from tests.adaptive.conftest import again
from tests.adaptive.steered import cohort_with
from tests.adaptive.test_placing import pass_on, take_test
from tests.analytics.test_exporting import rows_in
from tests.factories import make_course


@pytest.fixture
def chain(db: None) -> Course:
    """Six skills in a row."""
    return make_course(modules=6, questions=4, slug="chain")


@pytest.fixture
def newcomer(ada: User, chain: Course) -> Enrollment:
    return again(Enrollment.objects.create(learner=ada, course=chain))


@pytest.fixture
def cohort(newcomer: Enrollment, grace: User) -> Cohort:
    return cohort_with(grace, newcomer)


@pytest.fixture
def trainer(client: Client, grace: User) -> Client:
    client.force_login(grace)
    return client


def section_of(trainer: Client, cohort: Cohort, enrollment: Enrollment) -> str:
    """What the learner's page says of the placement test."""
    page = trainer.get(f"/trainer/cohorts/{cohort.pk}/learners/{enrollment.pk}/").content.decode()
    return " ".join(page.split('id="placement"')[1].split("</section>")[0].split())


def join(cohort: Cohort, course: Course, name: str) -> Enrollment:
    learner = User.objects.create(email=f"{name}@example.org", first_name=name)
    cohort.learners.add(learner)
    return again(Enrollment.objects.create(learner=learner, course=course))


def test_answers_of_a_placement_test_are_counted_and_blamed_on_nobody(newcomer: Enrollment) -> None:
    question, answers = begin_placement(newcomer), 0
    while question:
        question, answers = pass_on(question).next_question, answers + 1

    drain()

    total = EnrollmentTotal.objects.get()
    assert (total.answers, total.wrong_in_a_row, total.recent_scores) == (answers, 0, [])
    assert sum(row.answers for row in QuestionTotal.objects.all()) == answers
    assert sum(row.firsts for row in QuestionTotal.objects.all()) == 0
    assert in_words(answers_of(newcomer).first()).given == (("I don't know yet", False),)


def test_a_learners_page_says_what_the_test_found_and_how_sure_that_is(
    trainer: Client, cohort: Cohort, newcomer: Enrollment
) -> None:
    answers = len(take_test(newcomer, knows=4))
    known = len(newcomer.interactions.get(kind="placed").response["known"])

    section = section_of(trainer, cohort, newcomer)

    assert f"{answers} questions" in section
    assert "It ended by itself" in section or "as many questions as it may" in section
    assert "counts as done because of it" in section or "count as done because of it" in section
    taken = section.split("Taken as known")[1].split("</div>")[0]
    assert taken.count("<li") == known
    assert taken.count(" sure</span>") == known


def test_a_test_that_was_stopped_says_so(trainer: Client, cohort: Cohort, newcomer: Enrollment) -> None:
    respond(begin_placement(newcomer), right=True)
    begun = section_of(trainer, cohort, newcomer)
    stop_placement(again(newcomer))

    assert "Begun: 1 of up to 8 questions is answered." in begun
    section = section_of(trainer, cohort, newcomer)
    assert ": 1 question, 1 right." in section
    assert "The learner stopped it before it was sure of every skill." in section


def test_a_test_that_nobody_took_says_why(trainer: Client, cohort: Cohort, newcomer: Enrollment, chain: Course) -> None:
    assert "Not begun yet. It is offered on the first visit" in section_of(trainer, cohort, newcomer)
    stop_placement(newcomer)
    assert "this learner started at the beginning" in section_of(trainer, cohort, newcomer)
    other = join(cohort, chain, "ben")
    open_step(other)
    assert "began the course without it" in section_of(trainer, cohort, other)


def test_a_course_without_a_test_says_so_to_trainers(trainer: Client, cohort: Cohort, newcomer: Enrollment) -> None:
    newcomer.course.has_placement = False
    newcomer.course.save()

    assert "This course has none" in section_of(trainer, cohort, newcomer)
    assert 'id="placements"' not in trainer.get(f"/trainer/cohorts/{cohort.pk}/").content.decode()


def test_a_cohorts_page_counts_who_took_it_skipped_it_or_has_not_begun(
    trainer: Client, cohort: Cohort, newcomer: Enrollment, chain: Course
) -> None:
    take_test(newcomer, knows=4)
    stop_placement(join(cohort, chain, "ben"))
    begin = respond(begin_placement(join(cohort, chain, "cleo")), right=True)
    open_step(join(cohort, chain, "dan"))
    join(cohort, chain, "eve")
    join(cohort, chain, "finn")

    counted = placements_in(chain, Enrollment.objects.in_cohort(cohort).filter(course=chain))

    assert begin.next_question
    assert counted
    assert [number for number, _ in counted.figures] == [1, 1, 2]
    assert (counted.under_way, counted.without) == (1, 1)
    address = f"/trainer/cohorts/{cohort.pk}/"
    page = " ".join(trainer.get(address).content.decode().split())
    assert "<dt>have not begun</dt><dd>2</dd>" in page
    assert "1 learner is in the middle of it. 1 learner began the course without it." in page
    header, *rows = rows_in(trainer.get(address, {"format": "csv", "table": "placement"}))
    assert header[3:] == ["Placement test", "Ended", "Questions", "Known"]
    assert sorted(row[3] for row in rows) == sorted(
        ["taken", "skipped", "begun", "began the course without it", "not begun yet", "not begun yet"]
    )


def test_counting_a_cohort_costs_one_query_however_many_learn(
    cohort: Cohort, newcomer: Enrollment, chain: Course, django_assert_num_queries: Any
) -> None:
    everybody = Enrollment.objects.in_cohort(cohort).filter(course=chain)
    placements_in(chain, everybody)  # the course is kept in memory from here on
    for number in range(5):
        stop_placement(join(cohort, chain, f"learner{number}"))

    with django_assert_num_queries(1):
        counted = placements_in(chain, everybody)

    assert counted
    assert [number for number, _ in counted.figures] == [0, 5, 1]
