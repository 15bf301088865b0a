"""Training again, at night: on learners as they were, judged on learners that no checkpoint has met."""

from pathlib import Path
from typing import Any

import pytest

from adaptive import retraining
from adaptive.adapting import standing_of
from adaptive.calibrating import calibrate_courses
from adaptive.history import histories_in, log_of
from adaptive.jobs import ask_for, run
from adaptive.modalities import refresh_modality_effects
from adaptive.models import Calibration, Checkpoint, JobState, ModalityEffect
from adaptive.retraining import Judged, snapshot_of
from adaptive.serving import live_tutor, promote
from adaptive.syllabus import read_syllabus
from courses.models import Course, Enrollment, Interaction, Question, User
from mlcore.interactions import Interactions
from tests.adaptive.conftest import again
from tests.factories import make_course, make_history


@pytest.fixture
def crowd(db: None) -> Course:
    """Sixty learners who gave twelve answers each."""
    course = make_course(modules=3, questions=4)
    for number in range(60):
        learner = User.objects.create(email=f"learner{number}@example.org")
        make_history(Enrollment.objects.create(learner=learner, course=course), 12)
    return Course.objects.select_related("edition").get()


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.CHECKPOINT_DIR = tmp_path
    return tmp_path


def test_the_log_reaches_mlcore_unchanged(crowd: Course) -> None:
    histories = histories_in(crowd, read_syllabus(crowd))

    log = log_of(crowd.slug, histories)

    assert len(log) == 60 * 12
    assert log.correct.sum() == Interaction.objects.filter(score=1).count()
    assert set(log.item_names) == {str(pk) for pk in Question.objects.values_list("pk", flat=True)}
    assert log.position.max() == 11


def test_only_first_answers_are_learned_from(crowd: Course) -> None:
    make_history(again(Enrollment.objects.first()), 12)

    assert {len(history) for history in histories_in(crowd, read_syllabus(crowd)).values()} == {12}


def test_made_up_learners_are_not_learned_from(crowd: Course) -> None:
    User.objects.filter(email="learner0@example.org").update(is_simulated=True)

    assert len(histories_in(crowd, read_syllabus(crowd))) == 59


def test_who_is_held_out_is_held_out_for_ever(crowd: Course) -> None:
    split = snapshot_of(crowd)
    assert split
    tested, learned = people_in(split.test), people_in(split.train) | people_in(split.validation)
    make_history(again(Enrollment.objects.first()), 5)

    later = snapshot_of(crowd)

    assert later
    assert people_in(later.test) == tested
    assert not tested & learned


def test_a_good_candidate_is_promoted(crowd: Course, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = live_tutor(crowd.pk).checkpoint
    monkeypatch.setattr(retraining, "judge", lambda *args: Judged(candidate=0.50, live=0.51, rasch_eb=0.52))

    job = run(ask_for("retrain", options={"steps": 2}).pk)

    made = Checkpoint.objects.get(is_live=True)
    assert job.state == JobState.DONE, job.message
    assert made.parent_id == before
    assert (folder / made.path).is_file()
    assert live_tutor(crowd.pk).checkpoint == made.pk
    assert Calibration.objects.get(checkpoint=made).learners == 60


@pytest.mark.parametrize(
    ("judged", "reason"),
    [
        (Judged(candidate=0.53, live=0.51, rasch_eb=0.54), "worse than the live checkpoint"),
        (Judged(candidate=0.53, live=0.54, rasch_eb=0.52), "worse than Rasch-EB"),
        (Judged(candidate=float("nan"), live=0.54, rasch_eb=0.52), "anything sensible"),
    ],
)
def test_a_candidate_that_is_no_better_is_refused(
    crowd: Course, monkeypatch: pytest.MonkeyPatch, judged: Judged, reason: str
) -> None:
    before = live_tutor(crowd.pk).checkpoint
    monkeypatch.setattr(retraining, "judge", lambda *args: judged)
    monkeypatch.setattr(retraining, "_trained", lambda splits, live, job, report: live_numbers(live))

    job = run(ask_for("retrain").pk)

    assert job.state == JobState.REFUSED
    assert reason in job.message
    assert live_tutor(crowd.pk).checkpoint == before


def test_a_live_checkpoint_that_cannot_be_read_is_replaced_from_the_shipped_one(
    crowd: Course, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after an upgrade that changed what a network is fed."""
    (folder / "old.safetensors").write_bytes(b"of another version")
    promote(Checkpoint.objects.create(sha256="0" * 64, path="old.safetensors"))
    monkeypatch.setattr(retraining, "_trained", lambda splits, live, job, report: live_numbers(live))

    job = run(ask_for("retrain").pk)

    assert job.state == JobState.DONE, job.message
    parent = retraining.checkpoints.load_checkpoint(folder / Checkpoint.objects.get(is_live=True).path).facts["parent"]
    assert Checkpoint.objects.get(sha256=parent).path == retraining.checkpoints.DEFAULT.name


def test_the_judge_finds_a_checkpoint_as_good_as_itself(crowd: Course) -> None:
    live_tutor(crowd.pk)
    split, serving = snapshot_of(crowd), retraining.checkpoints.load_checkpoint()
    assert split

    judged = retraining.judge(serving, serving, [split])

    assert judged.candidate == pytest.approx(judged.live)
    assert 0 < judged.rasch_eb < 1


def test_a_young_site_has_too_little_to_learn_from(enrollment: Enrollment) -> None:
    job = run(ask_for("retrain").pk)

    assert job.state == JobState.REFUSED
    assert "Too little" in job.message


def test_a_course_is_calibrated_once_and_again_when_it_has_grown(crowd: Course) -> None:
    live_tutor(crowd.pk)

    first, second = calibrate_courses(), calibrate_courses()
    make_history(again(Enrollment.objects.first()), 300)
    third = calibrate_courses()

    assert [len(first), len(second), len(third)] == [1, 0, 1]
    assert third[0].number == 2


def test_after_an_upgrade_it_is_the_newly_shipped_checkpoint_that_is_calibrated(crowd: Course) -> None:
    promote(Checkpoint.objects.create(sha256="0" * 64, path=retraining.checkpoints.DEFAULT.name))

    (made,) = calibrate_courses()

    assert made.checkpoint == Checkpoint.objects.get(is_live=True)
    assert made.checkpoint.sha256 != "0" * 64


def test_modality_effects_come_from_later_success(crowd: Course) -> None:
    live = live_tutor(crowd.pk)
    for enrollment in Enrollment.objects.with_edition():
        standing_of(enrollment, live)

    count = refresh_modality_effects()

    effects = ModalityEffect.objects.all()
    assert count == len(effects) == 1
    assert effects[0].mean == pytest.approx(0.0, abs=1e-9)  # one modality alone is no better than itself


def people_in(log: Interactions) -> set[str]:
    return {log.learner_names[code] for code in log.learner}


def live_numbers(live: Any) -> Any:
    return retraining.TrainedNetwork(live.weights, live.prior, {})
