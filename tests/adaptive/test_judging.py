"""What other settings of the policy would have brought, told from the steps that were drawn by chance."""

import random
import secrets
from io import StringIO

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from adaptive.bringing import ANSWERS
from adaptive.judging import Judgment, Trial, judge, trial_of
from adaptive.leaving_out import LeftOut
from adaptive.models import Recommendation, Rung
from adaptive.progress import Wish
from adaptive.recommending import SETTINGS, recommend_next
from adaptive.serving import live_tutor
from adaptive.shadowing import settings_from
from adaptive.stepping import Request, override, practice
from courses.enrolling import enroll
from courses.models import Course, Enrollment, Question, User
from mlcore.answers import Item
from tests.adaptive.acting import finish_a_module, learn, respond
from tests.adaptive.conftest import again
from tests.factories import make_course

GENTLE, HARD = 2, 4  # difficulties of the lessons in the course
GENTLER = ("band=0.85,0.9",)  # settings that offer gentle lessons nearly always


@pytest.fixture(autouse=True)
def the_same_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    """What so few learners show of a policy is in part luck: here it is the same in every run."""
    monkeypatch.setattr(secrets, "randbits", random.Random(8).getrandbits)


def go_through(course: Course, learners: int, teaches: int) -> None:
    """Let learners answer nine questions each, right where the lesson has the difficulty that teaches."""
    for number in range(learners):
        learner = User.objects.create(email=f"learner-{number}@example.org", first_name="Ada")
        enrollment = enroll(learner, course)
        question = None
        for _ in range(9):
            question = question or practice(again(enrollment))
            assert question
            assert question.variant
            question = respond(question, question.variant.difficulty == teaches).next_question


def stored_steps() -> list[Recommendation]:
    return list(Recommendation.objects.select_related("enrollment__course__edition", "checkpoint").order_by("made_at"))


def judged(*words: str) -> Judgment:
    return judge(stored_steps(), settings_from(words))


def said(**options: object) -> str:
    stream = StringIO()
    call_command("judge_policy", stdout=stream, **options)
    return stream.getvalue()


@pytest.mark.parametrize("options", [{}, {"recurrent": True}])
def test_a_course_that_is_not_there_is_not_judged(course: Course, options: dict[str, object]) -> None:
    with pytest.raises(CommandError, match=rf"There is no course nope\. Courses: {course.slug}\."):
        said(course="nope", **options)


def test_the_settings_in_use_are_judged_by_what_they_brought(course: Course) -> None:
    go_through(course, 24, GENTLE)

    found = judged()

    trials = [one for one in (trial_of(step, SETTINGS) for step in stored_steps()) if isinstance(one, Trial)]
    assert found.in_use
    assert found.steps == len(trials) >= 24
    assert found.in_use.value == pytest.approx(np.mean([one.went.soon for one in trials if one.went]))
    for name in ("ips", "snips"):
        assert found.shadow[name].value == pytest.approx(found.in_use.value, abs=1e-4)
        assert found.shadow[name].interval() == pytest.approx(found.in_use.interval(), abs=1e-3)
    assert found.shadow["dr"].value == pytest.approx(found.in_use.value, abs=0.1)
    assert found.may_serve


def test_a_shadow_that_offers_what_teaches_may_serve(course: Course) -> None:
    go_through(course, 24, GENTLE)

    found = judged(*GENTLER)

    assert found.in_use
    assert all(one.value > found.in_use.value + 0.05 for one in found.shadow.values())
    assert found.may_serve


def test_a_shadow_that_offers_what_does_not_teach_stays_a_shadow(course: Course) -> None:
    go_through(course, 24, HARD)

    found = judged(*GENTLER)

    assert found.in_use
    assert all(one.value < found.in_use.value for one in found.shadow.values())
    assert not found.may_serve
    assert "The policy in use stays: it is not sure enough" in said(shadow=list(GENTLER))


def test_a_step_is_judged_by_the_next_answers_on_its_skills(enrollment: Enrollment) -> None:
    learn(enrollment, lambda n: n != 1, answers=8)
    step = stored_steps()[0]
    answers = list(enrollment.interactions.answers().order_by("sequence"))[:ANSWERS]

    found = trial_of(step, SETTINGS)

    tutor = live_tutor(enrollment.course_id).tutor
    asked = [(one, one.question_version.question) for one in answers if one.question_version]
    expected = [
        tutor.predict(tutor.begin(), [_item(question)], at=one.at.timestamp(), ahead=number)[0][0]
        for number, (one, question) in enumerate(asked)
    ]
    assert isinstance(found, Trial)
    assert found.went
    assert found.went.score == pytest.approx(2 / 3)
    assert found.went.expected == pytest.approx(np.mean(expected))
    assert sum(found.shadow.values()) == pytest.approx(1.0, abs=1e-6)


def _item(question: Question) -> Item:
    return Item(question.pk, [skill.pk for skill in question.skills.all()], question.difficulty)


def test_what_learners_asked_for_themselves_is_left_out(enrollment: Enrollment) -> None:
    learn(enrollment, lambda n: True, answers=1)
    override(again(enrollment), Request(wish=Wish.ANOTHER_WAY))
    learn(enrollment, lambda n: False, answers=6)

    asked_for = next(step for step in stored_steps() if step.reasons[0].get("rule") == Wish.ANOTHER_WAY)

    assert trial_of(asked_for, SETTINGS) == LeftOut.ASKED_FOR


def test_steps_that_tell_nothing_are_left_out(enrollment: Enrollment) -> None:
    finish_a_module(enrollment)
    recommend_next(again(enrollment))
    first, *_, last = stored_steps()

    assert isinstance(trial_of(first, SETTINGS), Trial)
    assert trial_of(last, SETTINGS) == LeftOut.UNANSWERED
    first.rung = Rung.LAST_GOOD
    assert trial_of(first, SETTINGS) == LeftOut.NOT_LIVE
    first.rung, offers = Rung.LIVE, first.candidates
    first.candidates = offers[:1]
    assert trial_of(first, SETTINGS) == LeftOut.NO_CHOICE
    first.candidates = [*offers[:-1], offers[-1] | {"variant": 0}]
    assert trial_of(first, SETTINGS) == LeftOut.GONE
    earlier = stored_steps()[0]
    earlier.edition, earlier.inputs = 0, {"effects": {}}  # an edit ago, and before courses were kept
    assert trial_of(earlier, SETTINGS) == LeftOut.GONE


def test_the_command_reports_figures_and_a_verdict(course: Course) -> None:
    go_through(course, 24, GENTLE)
    found = judged(*GENTLER)

    told = said(shadow=list(GENTLER))

    assert f"{found.steps} steps were drawn by chance and can be judged" in told
    assert f"shadow, DR      {found.shadow['dr'].value:+.4f}" in told
    assert "The shadow may serve" in told
    assert "clipping put the shadow off by up to" in said(shadow=list(GENTLER), clip=1.2)
    make_course(slug="other")
    for other in ({"course": "other"}, {"days": 0.0}, {"made_up": True}):
        assert "Not enough data: there are none" in said(**other)


def test_courses_whose_learners_never_stay_for_three_answers_are_judged_by_what_they_gave(course: Course) -> None:
    for number in range(30):
        enrollment = enroll(User.objects.create(email=f"brief-{number}@example.org", first_name="Ada"), course)
        question = practice(again(enrollment))
        assert question
        respond(question, right=bool(number % 2))

    found = judged()

    assert found.steps == 30
    assert found.plain is None


def test_few_learners_are_not_enough_data(enrollment: Enrollment) -> None:
    learn(enrollment, lambda n: True, answers=8)

    assert "Not enough data: 1 learners" in said()
    assert not judged().may_serve


@pytest.mark.parametrize("options", [{"shadow": ["depth=1"]}, {"clip": 0.0}])
def test_options_that_make_no_sense_are_refused(course: Course, options: dict) -> None:
    go_through(course, 1, GENTLE)

    with pytest.raises(CommandError):
        said(**options)
