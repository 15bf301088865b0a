"""How long a learner remembers decides when a skill comes back: their own answers, shrunk to those of the subject."""

from datetime import timedelta

import numpy as np
import pytest
from django.utils import timezone

from adaptive import forgetting
from adaptive.adapting import Standing, standing_of
from adaptive.forgetting import paces_in, refresh_paces
from adaptive.models import Checkpoint, Forgetting, LearnerState
from adaptive.recommending import recommend_next
from adaptive.replaying import Verdict, replay
from adaptive.reviewing import due, next_due_at, pace_of
from adaptive.serving import live_tutor, promote
from courses.models import Enrollment
from mlcore import checkpoint as checkpoints
from mlcore.retention import PACES, usual_paces
from tests.adaptive.acting import learn
from tests.adaptive.conftest import again

TOLD_LONG = [-8.0, -7.0, -6.0, -5.0, -3.0, -1.0, 0.0]  # what answers told of somebody who remembers for long


@pytest.fixture(autouse=True)
def nothing_kept(db: None) -> None:
    forgetting.forget()


def standing(enrollment: Enrollment) -> Standing:
    enrollment = again(enrollment)
    return standing_of(enrollment, live_tutor(enrollment.course_id))


def test_nobody_is_taken_to_be_unusual_before_they_were_seen(enrollment: Enrollment) -> None:
    np.testing.assert_allclose(paces_in(enrollment.course.subject), usual_paces())
    assert pace_of(standing(enrollment)) == pytest.approx(1.0)


def test_what_was_learned_is_due_when_recall_has_fallen_and_later_for_who_remembers_longer(
    enrollment: Enrollment,
) -> None:
    learn(enrollment, lambda number: True, answers=4)
    usual = standing(enrollment)
    first = next_due_at(usual)
    assert first
    assert not due(usual, first - timedelta(minutes=1))
    assert [one.module.id for one in due(usual, first + timedelta(minutes=1))] == [usual.progress.left]

    usual.progress.memory = TOLD_LONG

    assert pace_of(usual) > 1.5
    later = next_due_at(usual)
    assert later
    assert later > first + timedelta(days=1)


def test_learners_of_a_subject_lend_each_other_their_pace(enrollment: Enrollment) -> None:
    learn(enrollment, lambda number: True, answers=4)
    state = LearnerState.objects.get()
    state.progress["memory"] = TOLD_LONG
    state.save()

    assert refresh_paces() == 1

    row = Forgetting.objects.get()
    assert (row.subject, row.learners) == (enrollment.course.subject, 1)
    assert sum(row.paces) == pytest.approx(1.0, abs=1e-4)
    assert paces_in(row.subject) @ np.log(PACES) > 0.05


def test_a_new_checkpoint_forgets_no_pace(enrollment: Enrollment) -> None:
    learn(enrollment, lambda number: True, answers=4)
    state = LearnerState.objects.get()
    state.progress["memory"] = TOLD_LONG
    state.save()
    refresh_paces()
    before = Forgetting.objects.get().paces

    promote(Checkpoint.objects.create(sha256="0" * 64, path=checkpoints.DEFAULT.name))

    assert refresh_paces() == 1
    assert (Forgetting.objects.get().paces, Forgetting.objects.get().learners) == (before, 1)


def test_a_choice_is_replayed_with_the_paces_of_its_day(enrollment: Enrollment) -> None:
    learn(enrollment, lambda number: True, answers=4)
    step = recommend_next(again(enrollment))
    Forgetting.objects.create(subject=enrollment.course.subject, paces=np.eye(len(PACES))[0].tolist(), learners=9)
    forgetting.forget()

    assert replay(step).verdict == Verdict.SAME
    assert paces_in(enrollment.course.subject)[0] == 1.0


def test_one_right_answer_does_not_open_what_builds_on_a_skill_and_some_do(enrollment: Enrollment) -> None:
    """Traced from lessons and answers: the gate opens before a skill counts as known for sure."""
    learn(enrollment, lambda number: True, answers=1)
    once = standing(enrollment)
    [skill] = once.progress.skills
    record = once.progress.skills[skill].record
    once.progress.skills[skill].record = record.after_answer(0.0, timezone.now().timestamp())
    assert not once.is_held(skill)

    for _ in range(3):
        record = once.progress.skills[skill].record
        once.progress.skills[skill].record = record.after_answer(1.0, timezone.now().timestamp())
    assert once.is_held(skill)
