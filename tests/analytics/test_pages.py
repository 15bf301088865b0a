"""The trainer's pages: who may see them, what they cost, and that they show what there is."""

from datetime import timedelta
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.utils import timezone

from adaptive.mastery import SkillBelief
from adaptive.models import LearnerState, Recommendation
from analytics.heat import cell_of
from analytics.summarizing import drain
from analytics.templatetags.analytics import heat_cells
from courses.models import Cohort, Course, Enrollment, Question, Skill, User
from tests.analytics.test_exporting import rows_in
from tests.analytics.world import answer, answer_often, cohort_of, course_with, learner_in, questions_of

TABLES = ["", "needs", "mastery", "activity", "offers", "answers", "ways", "placement", "nonsense"]


@pytest.fixture
def course(db: None) -> Course:
    return course_with(modules=2, questions=3)


@pytest.fixture
def cohort(grace: User, course: Course) -> Cohort:
    return cohort_of(grace, course)


@pytest.fixture
def trainer(client: Client, grace: User) -> Client:
    client.force_login(grace)
    return client


def a_learner(cohort: Cohort, course: Course, number: int = 0, **fields: Any) -> Enrollment:
    """Somebody who answered a few questions lately, was offered a step and of whom something is believed."""
    now = timezone.now()
    enrollment = learner_in(cohort, course, f"learner{number}@example.org", now - timedelta(days=5), **fields)
    answer_often(enrollment, questions_of(course), "+-++", now - timedelta(days=1))
    first, *_ = Skill.objects.filter(course=course)
    mastery = {str(first.pk): [0.7, 0.05, 4]}
    LearnerState.objects.create(enrollment=enrollment, belief=b"", mastery=mastery, seen_up_to=4)
    Recommendation.objects.create(
        enrollment=enrollment, module=first.modules.get(), rung="live", policy="test", propensity=0.5, after_sequence=0
    )
    return enrollment


def addresses(cohort: Cohort, enrollment: Enrollment, question: Question) -> list[str]:
    own = f"/trainer/cohorts/{cohort.pk}/"
    return [own, f"{own}questions/", f"{own}questions/{question.pk}/", f"{own}learners/{enrollment.pk}/"]


def test_a_trainer_sees_their_own_cohorts_only(trainer: Client, cohort: Cohort, noor: User, course: Course) -> None:
    cohort_of(noor, course, name="Somebody else's")

    page = trainer.get("/trainer/").content.decode()

    assert cohort.name in page
    assert "Somebody else" not in page


def test_other_cohorts_their_learners_and_questions_do_not_exist(trainer: Client, noor: User, course: Course) -> None:
    foreign = cohort_of(noor, course, name="Somebody else's")
    enrollment = a_learner(foreign, course)

    for address in addresses(foreign, enrollment, questions_of(course)[0]):
        assert trainer.get(address).status_code == 404
        assert trainer.get(address, {"format": "csv"}).status_code == 404


def test_learners_and_questions_of_elsewhere_do_not_exist_in_an_own_cohort(
    trainer: Client, cohort: Cohort, noor: User
) -> None:
    elsewhere = course_with(slug="algebra")
    enrollment = a_learner(cohort_of(noor, elsewhere), elsewhere)

    for address in addresses(cohort, enrollment, questions_of(elsewhere)[0])[2:]:
        assert trainer.get(address).status_code == 404


def test_a_revoked_trainer_is_out_on_the_next_request(
    trainer: Client, grace: User, cohort: Cohort, course: Course
) -> None:
    pages = ["/trainer/", *addresses(cohort, a_learner(cohort, course), questions_of(course)[0])]
    before = {trainer.get(page).status_code for page in pages}

    grace.is_trainer = False
    grace.save()

    assert before == {200}
    assert {trainer.get(page).status_code for page in pages} == {404}


def test_a_trainer_taken_off_a_cohort_no_longer_sees_it(
    trainer: Client, grace: User, cohort: Cohort, course: Course
) -> None:
    cohort.trainers.remove(grace)

    assert {
        trainer.get(page).status_code for page in addresses(cohort, a_learner(cohort, course), questions_of(course)[0])
    } == {404}


def test_a_learner_finds_no_trainers_pages(client: Client, ada: User, cohort: Cohort, course: Course) -> None:
    client.force_login(ada)

    pages = [
        "/trainer/",
        "/trainer/definitions/",
        *addresses(cohort, a_learner(cohort, course), questions_of(course)[0]),
    ]
    assert {client.get(page).status_code for page in pages} == {404}


def test_who_is_not_signed_in_is_asked_to(client: Client, cohort: Cohort) -> None:
    assert client.get(f"/trainer/cohorts/{cohort.pk}/").status_code == 302


def test_a_trainer_without_cohorts_is_told_what_comes_first(trainer: Client) -> None:
    assert "No cohort yet" in trainer.get("/trainer/").content.decode()


def test_a_cohort_without_courses_or_learners_says_so(trainer: Client, grace: User, cohort: Cohort) -> None:
    bare = Cohort.objects.create(name="Bare")
    bare.trainers.add(grace)

    assert "no course yet" in trainer.get(f"/trainer/cohorts/{bare.pk}/").content.decode()
    assert "Nobody is enrolled yet" in trainer.get(f"/trainer/cohorts/{cohort.pk}/").content.decode()


@pytest.mark.parametrize("learners", [0, 1, 60])
def test_every_page_and_export_stands_however_many_learn(
    learners: int, trainer: Client, cohort: Cohort, course: Course
) -> None:
    enrollments = [a_learner(cohort, course, number) for number in range(learners)]
    drain()
    pages = (
        addresses(cohort, enrollments[0], questions_of(course)[0])
        if enrollments
        else [f"/trainer/cohorts/{cohort.pk}/"]
    )

    for page in ["/trainer/", "/trainer/definitions/", *pages]:
        assert trainer.get(page).status_code == 200
        for table in TABLES:
            assert trainer.get(page, {"format": "csv", "table": table, "days": "junk", "page": "x"}).status_code == 200


def test_a_cohort_page_says_who_needs_somebody_and_what_they_know(
    trainer: Client, cohort: Cohort, course: Course
) -> None:
    enrollment = a_learner(cohort, course)
    answer_often(enrollment, questions_of(course), "----", timezone.now() - timedelta(hours=5))
    drain()

    page = trainer.get(f"/trainer/cohorts/{cohort.pk}/").content.decode()

    assert "4 wrong answers in a row" in page
    assert "mailto:learner0@example.org" in page
    assert "70\u2009±\u20096" in page


def test_a_learners_page_tells_the_reason_and_what_came_of_it(trainer: Client, cohort: Cohort, course: Course) -> None:
    enrollment = a_learner(cohort, course)
    drain()

    page = trainer.get(f"/trainer/cohorts/{cohort.pk}/learners/{enrollment.pk}/").content.decode()

    assert "It is next in the course." in page
    assert "2 of 3 answers right" in page
    assert "offered with a chance of 50" in page
    assert "Choice 1" in page


def test_made_up_learners_are_labelled(trainer: Client, cohort: Cohort, course: Course) -> None:
    enrollment = a_learner(cohort, course, is_simulated=True)
    answer_often(enrollment, questions_of(course), "----", timezone.now() - timedelta(hours=5))
    drain()

    for address in addresses(cohort, enrollment, questions_of(course)[0])[::3]:
        assert "simulated" in trainer.get(address).content.decode()


def test_filters_live_in_the_address(trainer: Client, cohort: Cohort, course: Course) -> None:
    second = course_with(slug="algebra")
    cohort.courses.add(second)
    a_learner(cohort, second)
    drain()

    page = trainer.get(f"/trainer/cohorts/{cohort.pk}/", {"course": "algebra", "days": "7"})

    assert page.context["scope"].course == second
    assert len(page.context["days"]) == 7


def queries_of(trainer: Client, address: str, counting: Any) -> int:
    with counting() as captured:
        trainer.get(address)
    return len(captured)


def test_pages_cost_the_same_however_long_the_history_and_however_many_learn(
    trainer: Client, cohort: Cohort, course: Course, django_assert_max_num_queries: Any
) -> None:
    enrollment, *_ = [a_learner(cohort, course, number) for number in range(12)]
    answer_often(enrollment, questions_of(course), "----", timezone.now() - timedelta(hours=5))
    pages = ["/trainer/", *addresses(cohort, enrollment, questions_of(course)[0])]
    drain()

    def counting() -> Any:
        return django_assert_max_num_queries(23)

    for page in pages:
        trainer.get(page)  # what each process keeps in memory is read once
    before = [queries_of(trainer, page, counting) for page in pages]
    for number in range(12, 30):
        a_learner(cohort, course, number)
    for hour in range(40):
        answer(enrollment, questions_of(course)[0], "c1", at=timezone.now() - timedelta(hours=hour))
    drain()

    assert [queries_of(trainer, page, counting) for page in pages] == before


def test_no_more_learners_than_fit_on_a_page_are_read(trainer: Client, cohort: Cohort, course: Course) -> None:
    for number in range(55):
        a_learner(cohort, course, number)
    drain()

    first = trainer.get(f"/trainer/cohorts/{cohort.pk}/")
    second = trainer.get(f"/trainer/cohorts/{cohort.pk}/", {"page": 2})

    assert [len(first.context["rows"]), len(second.context["rows"])] == [50, 5]


def test_names_cannot_smuggle_formulas_into_an_export(trainer: Client, cohort: Cohort, course: Course) -> None:
    enrollment = learner_in(cohort, course, "mallory@example.org")
    User.objects.filter(pk=enrollment.learner_id).update(first_name="=cmd|' /C calc'!A0")

    rows = rows_in(trainer.get(f"/trainer/cohorts/{cohort.pk}/", {"format": "csv"}))

    assert rows[1][0].startswith("'=cmd")


def test_counts_cannot_be_changed_by_admins(client: Client, root: User, cohort: Cohort, course: Course) -> None:
    a_learner(cohort, course)
    drain()
    client.force_login(root)

    for name in ("enrollmenttotal", "enrollmentday", "questiontotal", "choicetotal"):
        assert client.get(f"/admin/analytics/{name}/").status_code == 200
        assert client.get(f"/admin/analytics/{name}/add/").status_code == 403


def test_heat_cells_are_drawn_as_the_component_draws_them(cohort: Cohort, course: Course) -> None:
    belief = SkillBelief(1, 0.7, 0.05, 2)
    cells = [cell_of(belief, "Ada <3", "Loops"), cell_of(SkillBelief(1, 0.5, 0.29, 0), "Bo", "Loops")]
    names = ("step", "text", "label", "unsure")
    drawn = [
        render_to_string("components/heat_cell.html", {name: getattr(cell, name) for name in names}) for cell in cells
    ]

    assert heat_cells(cells) == "".join(text.strip() for text in drawn)
