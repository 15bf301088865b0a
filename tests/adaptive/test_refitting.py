"""A subject's own law of forgetting: fitted at night, served where it foretells better, and kept with every choice."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse
from fsrs import Card, Rating, Scheduler

from adaptive import forgetting
from adaptive.adapting import progress_seen, standing_of
from adaptive.forgetting import law_in, paces_in, refresh_paces
from adaptive.models import Forgetting, LearnerState, Recommendation
from adaptive.placing import begin_placement
from adaptive.recommending import recommend_next
from adaptive.refitting import answers_to, refit_laws
from adaptive.replaying import Verdict, replay
from adaptive.reviewing import next_due_at
from adaptive.serving import live_tutor
from courses import clock
from courses.models import Course, Enrollment, Interaction, User
from mlcore.laws import USUAL, USUAL_PARAMETERS, Law
from mlcore.retention import usual_paces
from tests.adaptive.acting import learn, respond
from tests.adaptive.conftest import again
from tests.factories import make_course, make_history

SKILLS = 6
START = datetime(2026, 1, 5, tzinfo=UTC)
SOON = (0.05, *USUAL_PARAMETERS[1:2], 0.5, *USUAL_PARAMETERS[3:20], 0.5)  # what is learned is gone in days


@pytest.fixture(autouse=True)
def nothing_kept(db: None) -> None:
    forgetting.forget()


def let_forget(course: Course, parameters: tuple[float, ...], learners: int) -> None:
    """Learners who answered a question on each skill again and again, and forgot by these parameters."""
    rng, by = np.random.default_rng(0), Scheduler(parameters, learning_steps=(), relearning_steps=())
    days = np.cumsum([0, 1, 9, 2, 20, 4, 1, 12])
    for number in range(learners):
        learner = User.objects.create(email=f"learner{number}@example.org")
        enrollment = Enrollment.objects.create(learner=learner, course=course)
        cards: dict[int, Card] = {}
        for day in days.tolist():
            at = START + timedelta(days=day)
            recalled = {n: by.get_card_retrievability(card, at) for n, card in cards.items()}
            scores = [float(rng.random() < 0.15 + 0.75 * recalled.get(n, 1.0)) for n in range(SKILLS)]
            with clock.set_to(at):
                make_history(enrollment, SKILLS, lambda n, version, scores=tuple(scores): scores[n - 1])
            for n, score in enumerate(scores):
                rating = Rating.Good if score else Rating.Again
                cards[n], _ = by.review_card(cards.get(n, Card(card_id=1)), rating, at)


@pytest.fixture
def broad(db: None) -> Course:
    """A course of many skills with a question each."""
    return make_course(modules=SKILLS, questions=1)


def serve(course: Course, law: Law) -> Forgetting:
    row, _ = Forgetting.objects.update_or_create(subject=course.subject, defaults={"parameters": law.as_json()})
    forgetting.forget()
    return row


def test_learners_who_forget_sooner_than_usual_get_a_law_of_their_own_and_the_next_night_changes_nothing(
    broad: Course,
) -> None:
    let_forget(broad, SOON, 30)

    [row] = refit_laws()

    law = law_in(broad.subject)
    assert law == Law.from_json(row.parameters) != USUAL
    assert law.new_stability < 0.6 * USUAL.new_stability
    assert row.judged["gain"][1] > 0.0
    assert row.judged["learners"] == 30
    assert row.judged["answers"] == 30 * 8 * SKILLS

    assert refit_laws() == []
    assert refresh_paces() == 0
    after = Forgetting.objects.get()
    assert (after.parameters, after.paces) == (row.parameters, row.paces)


def test_with_too_few_learners_the_usual_law_stays(broad: Course) -> None:
    let_forget(broad, SOON, 3)

    assert refit_laws() == []
    assert law_in(broad.subject) == USUAL


def test_answers_of_a_placement_test_tell_nothing_of_forgetting(ada: User) -> None:
    """What was never taught cannot have been forgotten."""
    chain = Enrollment.objects.create(learner=ada, course=make_course(modules=6, slug="chain"))
    question = begin_placement(again(chain))
    assert question
    respond(question, right=False)

    learner, *_ = answers_to([chain.course])

    assert Interaction.objects.answers().count() == 1
    assert len(learner) == 0


def test_what_is_remembered_is_folded_anew_by_a_new_law_and_due_sooner(enrollment: Enrollment) -> None:
    learn(enrollment, lambda number: True, answers=4)
    live = live_tutor(enrollment.course_id)
    usual = standing_of(again(enrollment), live)

    serve(enrollment.course, Law(SOON))

    soon = standing_of(again(enrollment), live)
    assert LearnerState.objects.get().progress["law"] == list(SOON)
    assert soon.state.mastery == usual.state.mastery
    traces = [[row.record.memory.stability for row in one.progress.skills.values()] for one in (soon, usual)]
    assert traces[0] < traces[1]
    first, later = next_due_at(soon), next_due_at(usual)
    assert first
    assert later
    assert first < later


def test_choices_are_replayed_by_the_law_of_their_day(enrollment: Enrollment) -> None:
    learn(enrollment, lambda number: True, answers=4)
    before = recommend_next(again(enrollment))
    serve(enrollment.course, Law(SOON))
    learn(again(enrollment), lambda number: True, answers=8)
    by_law = Recommendation.objects.filter(inputs__law=list(SOON)).latest("made_at")
    serve(enrollment.course, USUAL)

    assert replay(before).verdict == Verdict.SAME
    assert replay(by_law).verdict == Verdict.SAME
    by_law.inputs = {name: kept for name, kept in by_law.inputs.items() if name != "law"}
    assert replay(by_law).verdict == Verdict.OTHER


def test_paces_folded_by_an_earlier_law_do_not_count(enrollment: Enrollment) -> None:
    learn(enrollment, lambda number: True, answers=4)
    state = LearnerState.objects.get()
    state.progress["memory"] = [-8.0, -7.0, -6.0, -5.0, -3.0, -1.0, 0.0]
    state.save()
    serve(enrollment.course, Law(SOON))

    assert refresh_paces() == 0
    np.testing.assert_allclose(paces_in(enrollment.course.subject), usual_paces())
    assert law_in(enrollment.course.subject) == Law(SOON)


def test_admins_see_what_serves_and_how_much_better_it_foretells(admin_client: Client, course: Course) -> None:
    Forgetting.objects.create(
        subject=course.subject,
        parameters=list(SOON),
        judged={"reviews": 4711, "over_usual": [0.0512, 0.041, 0.0613], "learners": 80},
    )

    said = admin_client.get(reverse("admin:adaptive_forgetting_changelist")).content.decode()

    assert "fitted to the subject" in said
    assert "4711" in said
    assert "+0.0512 (+0.0410 – +0.0613)" in said


def test_people_read_of_a_learner_under_a_law_of_its_subject_what_they_read_under_the_usual_one(
    client: Client, enrollment: Enrollment
) -> None:
    Forgetting.objects.create(subject=enrollment.course.subject, parameters=list(SOON))
    forgetting.forget()
    learn(enrollment, lambda n: n % 2 == 0, answers=3)
    step = recommend_next(again(enrollment))
    client.force_login(enrollment.learner)

    page = client.get(reverse("adaptive:why", args=[step.pk]))

    assert step.inputs["law"] == list(SOON)
    assert (page.status_code, "If you " in page.content.decode()) == (200, True)
    assert sum(module.answered for module in progress_seen(enrollment).modules.values()) == 3
