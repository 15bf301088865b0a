"""A learner's state is a fold of their log."""

import pytest

from adaptive import adapting
from adaptive.adapting import standing_of
from adaptive.models import Calibration, LearnerState
from adaptive.serving import COUNTING, forget, live_tutor
from courses.models import Enrollment
from mlcore.calibration import Calibration as CourseCalibration
from tests.adaptive.acting import learn
from tests.adaptive.conftest import again
from tests.factories import make_history


def stored(enrollment: Enrollment) -> tuple:
    state = LearnerState.objects.get(enrollment=enrollment, checkpoint__isnull=False)
    return bytes(state.belief), state.progress, state.mastery, state.seen_up_to


def test_replaying_the_log_gives_exactly_the_stored_state(enrollment: Enrollment) -> None:
    learn(enrollment, lambda n: n % 3 > 0, answers=25)
    lived = stored(enrollment)

    LearnerState.objects.all().delete()
    standing_of(again(enrollment), live_tutor(enrollment.course_id))

    assert stored(enrollment) == lived


def test_the_size_of_a_batch_does_not_matter(enrollment: Enrollment, monkeypatch: pytest.MonkeyPatch) -> None:
    make_history(enrollment, 40)
    standing_of(again(enrollment), live_tutor(enrollment.course_id))
    at_once = stored(enrollment)

    LearnerState.objects.all().delete()
    monkeypatch.setattr(adapting, "BATCH", 3)
    standing_of(again(enrollment), live_tutor(enrollment.course_id))

    assert stored(enrollment) == at_once


def test_catching_up_twice_changes_nothing(enrollment: Enrollment) -> None:
    make_history(enrollment, 12)
    standing_of(again(enrollment), live_tutor(enrollment.course_id))
    once = stored(enrollment)

    standing_of(again(enrollment), live_tutor(enrollment.course_id))

    assert stored(enrollment) == once
    assert once[3] == 12


def test_right_answers_raise_and_wrong_answers_lower_what_we_believe(enrollment: Enrollment) -> None:
    skill = enrollment.course.skills.first().pk
    tutor = live_tutor(enrollment.course_id)
    before = standing_of(again(enrollment), tutor).beliefs([skill])[skill]

    learn(enrollment, lambda n: True, answers=2)
    after = standing_of(again(enrollment), tutor).beliefs([skill])[skill]

    assert after.mean > before.mean
    assert after.sd < before.sd
    assert after.answers == 2


def test_a_new_calibration_folds_the_whole_log_anew(enrollment: Enrollment) -> None:
    make_history(enrollment, 12)
    live = live_tutor(enrollment.course_id)
    first = standing_of(again(enrollment), live).state
    harder = CourseCalibration(live.tutor.calibration.population, level=-1.0, level_sd=0.5, author_slope=0.5)
    row = Calibration.objects.create(
        course=enrollment.course, checkpoint_id=live.checkpoint, data=harder.to_bytes(), number=1
    )
    forget()

    state = standing_of(again(enrollment), live_tutor(enrollment.course_id)).state

    assert state.calibration == row
    assert state.pk == first.pk
    assert state.seen_up_to == 12
    assert bytes(state.belief) != bytes(first.belief)


def test_a_state_that_cannot_be_read_is_folded_anew(enrollment: Enrollment) -> None:
    make_history(enrollment, 12)
    live = live_tutor(enrollment.course_id)
    standing_of(again(enrollment), live)
    whole = stored(enrollment)
    LearnerState.objects.update(belief=b"AdB1 but cut short", seen_up_to=5)

    standing_of(again(enrollment), live)

    assert stored(enrollment) == whole


def test_success_counts_are_a_state_of_their_own(enrollment: Enrollment) -> None:
    make_history(enrollment, 12)

    counted = standing_of(again(enrollment), COUNTING).state
    believed = standing_of(again(enrollment), live_tutor(enrollment.course_id)).state

    assert counted.checkpoint is None
    assert counted.progress == believed.progress
    assert LearnerState.objects.count() == 2


def test_what_is_kept_does_not_grow_with_the_log(enrollment: Enrollment) -> None:
    make_history(enrollment, 300)
    small = standing_of(again(enrollment), live_tutor(enrollment.course_id)).state
    sizes = len(bytes(small.belief)), len(str(small.progress))

    make_history(again(enrollment), 300)
    large = standing_of(again(enrollment), live_tutor(enrollment.course_id)).state

    assert len(bytes(large.belief)) == sizes[0]
    assert len(str(large.progress)) < 1.1 * sizes[1]
