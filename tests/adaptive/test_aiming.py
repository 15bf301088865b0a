"""How often learners are meant to succeed is set by their trainers, moved by their own wishes, and told truly."""

from statistics import fmean

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from adaptive.adapting import Standing, standing_of
from adaptive.aiming import band_for
from adaptive.asking import pick_question
from adaptive.directing import end
from adaptive.models import Recommendation
from adaptive.recommending import Inputs, decide_step
from adaptive.replaying import Verdict, replay
from adaptive.serving import live_tutor
from courses.enrolling import enroll
from courses.models import Enrollment, User
from tests.adaptive.conftest import again
from tests.adaptive.steered import AIM, PIN, asked, cohort_with, in_days, module, next_for
from tests.factories import make_history

USUAL = (0.60, 0.85)
DRAWS = 40


def standing(enrollment: Enrollment) -> Standing:
    return standing_of(again(enrollment), live_tutor(enrollment.course_id))


def band_of(enrollment: Enrollment, pace: float = 0.0) -> tuple[float, float]:
    known = standing(enrollment)
    known.progress.pace = pace
    return band_for(known, USUAL)


def success_at_steps(enrollment: Enrollment) -> float:
    """What we expect at the steps that are drawn; by the same random numbers each time."""
    known = standing(enrollment)
    drawn = [decide_step(known, Inputs(timezone.now(), seed, {}, known.steering)) for seed in range(DRAWS)]
    return fmean(sum(offer["propensity"] * offer["predicted"] for offer in step.candidates) for step in drawn)


def success_at_questions(enrollment: Enrollment) -> float:
    """What we expect at the questions that are drawn in a module with four new ones."""
    known = standing(enrollment)
    new = known.syllabus.modules[module(enrollment.course, 5).pk]
    drawn = [pick_question(known, new, None, chance) for chance in np.linspace(0.0, 0.999, DRAWS)]
    return fmean(question.predicted for question in drawn if question)


def test_the_band_moves_to_what_is_set_and_stays_as_wide(wide: Enrollment, grace: User) -> None:
    asked(grace, AIM, wide.course, wide, percent=80)
    assert band_of(wide) == pytest.approx((0.675, 0.925))

    asked(grace, AIM, wide.course, wide, percent=50)
    assert band_of(wide) == pytest.approx((0.375, 0.625))


def test_the_learners_own_wishes_move_it_on_and_it_stays_a_chance(wide: Enrollment, grace: User) -> None:
    asked(grace, AIM, wide.course, wide, percent=95)

    assert band_of(wide, pace=1.0) == pytest.approx((0.775, 1.0))
    assert band_of(wide, pace=-2.0) == pytest.approx((0.925, 1.0))


@pytest.mark.parametrize("pace", [-2.0, -0.5, 0.0, 1.5])
def test_where_nothing_is_set_everything_is_as_usual_to_the_last_bit(
    wide: Enrollment, grace: User, pace: float
) -> None:
    asked(grace, PIN, module(wide.course, 2), wide)
    known = standing(wide)
    known.progress.pace = pace

    assert band_for(known, USUAL) == (0.60 - 0.05 * pace, 0.85 - 0.05 * pace)


def test_steps_and_questions_get_easier_the_higher_the_success_to_aim_for(wide: Enrollment, grace: User) -> None:
    make_history(wide, answers=6)
    found = []
    for percent in (50, 70, 90):
        asked(grace, AIM, wide.course, wide, percent=percent)
        found.append((success_at_steps(wide), success_at_questions(wide)))

    steps, questions = zip(*found, strict=True)
    assert steps[0] < steps[1] < steps[2]
    assert questions[0] < questions[1] < questions[2]


def test_a_learners_own_goes_before_the_cohorts_and_the_latest_before_others(
    wide: Enrollment, grace: User, noor: User
) -> None:
    other = again(enroll(noor, wide.course))
    own = asked(grace, AIM, wide.course, wide, percent=60)
    asked(grace, AIM, wide.course, cohort_with(grace, wide, other), percent=90)
    asked(grace, AIM, wide.course, cohort_with(grace, wide), percent=80)

    def aimed(enrollment: Enrollment) -> float:
        return band_for(standing(enrollment), USUAL)[0] + (USUAL[1] - USUAL[0]) / 2

    assert (aimed(wide), aimed(other)) == pytest.approx((0.60, 0.90))
    end(own, grace)
    assert aimed(wide) == pytest.approx(0.80)


def test_it_holds_only_between_its_days(wide: Enrollment, grace: User) -> None:
    asked(grace, AIM, wide.course, wide, percent=90, holds_until=in_days(-1))
    assert band_of(wide) == USUAL

    asked(grace, AIM, wide.course, wide, percent=90, holds_from=in_days(1))
    assert band_of(wide) == USUAL

    asked(grace, AIM, wide.course, wide, percent=90, holds_from=in_days(-1), holds_until=in_days(1))
    assert band_of(wide) != USUAL


def test_the_choice_is_made_again_with_what_was_set_then(wide: Enrollment, grace: User) -> None:
    make_history(wide, answers=6)
    asked(grace, AIM, wide.course, wide, percent=90)
    before = next_for(wide)
    asked(grace, AIM, wide.course, wide, percent=50)
    after = next_for(wide)

    steps = Recommendation.objects.select_related("enrollment__course__edition", "checkpoint")

    assert after.pk != before.pk
    assert [step.inputs["directives"][0]["percent"] for step in (before, after)] == [90, 50]
    assert {replay(step).verdict for step in steps} == {Verdict.SAME}
    before.inputs["directives"][0]["percent"] = 50
    assert replay(before).verdict == Verdict.OTHER


def test_a_learner_reads_how_hard_steps_were_to_be_when_theirs_was_chosen(
    client: Client, ada: User, grace: User, wide: Enrollment
) -> None:
    usual = next_for(wide)
    asked(grace, AIM, wide.course, wide, percent=75, note="Stretch a little")
    step = next_for(wide)
    client.force_login(ada)

    def why(step: Recommendation) -> str:
        return client.get(reverse("adaptive:why", args=[step.pk])).content.decode()

    assert "Your trainer set how hard steps should be, with about 7.5 of 10 answers right: “Stretch a little”" in why(
        step
    )
    assert "Your trainer set" not in why(usual)
    assert all(reason.get("rule") != "aim" for reason in step.reasons)
