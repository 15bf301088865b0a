"""The tutor that serves is never missing, and never a broken one."""

from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from adaptive import serving
from adaptive.models import Checkpoint, Recommendation, Rung
from adaptive.recommending import recommend_next
from adaptive.serving import live_tutor, promote, register_shipped
from adaptive.stepping import practice
from courses.models import Course, Enrollment
from mlcore import checkpoint as checkpoints
from tests.adaptive.acting import learn, respond
from tests.adaptive.conftest import again


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.CHECKPOINT_DIR = tmp_path
    return tmp_path


def make_checkpoint(folder: Path, name: str, **facts: Any) -> Checkpoint:
    """Another checkpoint than the shipped one: the same numbers, other facts."""
    shipped = checkpoints.load_checkpoint()
    other = checkpoints.Checkpoint(shipped.weights, shipped.prior, {"name": name} | facts)
    sha256 = checkpoints.save_checkpoint(other, folder / name)
    return Checkpoint.objects.create(sha256=sha256, path=name)


def test_the_shipped_checkpoint_serves_at_first(course: Course) -> None:
    live = live_tutor(course.pk)

    assert live.rung == Rung.LIVE
    assert Checkpoint.objects.get(is_live=True).sha256 == live.sha256


def test_registering_the_shipped_checkpoint_twice_changes_nothing(db: None) -> None:
    first, second = register_shipped(), register_shipped()

    assert first == second
    assert Checkpoint.objects.count() == 1


def test_a_checkpoint_whose_registration_was_taken_back_does_not_serve(course: Course) -> None:
    with transaction.atomic():
        live_tutor(course.pk)
        transaction.set_rollback(True)

    live = live_tutor(course.pk)

    assert Checkpoint.objects.get().pk == live.checkpoint


def test_a_promoted_checkpoint_serves_at_once_in_this_process(course: Course, folder: Path) -> None:
    live_tutor(course.pk)
    other = make_checkpoint(folder, "other.safetensors")

    promote(other)

    assert live_tutor(course.pk).checkpoint == other.pk
    assert Checkpoint.objects.filter(is_live=True).count() == 1


def test_the_database_is_asked_at_most_once_a_second(course: Course, django_assert_num_queries: Any) -> None:
    live_tutor(course.pk)

    with django_assert_num_queries(0):
        live_tutor(course.pk)


@pytest.mark.parametrize("harm", ["missing", "empty", "cut", "flipped", "pickle"])
def test_a_broken_file_is_refused_and_the_last_good_one_serves(course: Course, folder: Path, harm: str) -> None:
    shipped = register_shipped()
    broken = make_checkpoint(folder, "broken.safetensors")
    promote(broken)
    path = folder / broken.path
    whole = path.read_bytes()
    if harm == "missing":
        path.unlink()
    else:
        middle = len(whole) // 2
        flipped = whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :]
        path.write_bytes({"empty": b"", "cut": whole[:-100], "flipped": flipped, "pickle": b"\x80\x04N."}[harm])

    live = live_tutor(course.pk)

    assert live.rung == Rung.LAST_GOOD
    assert live.checkpoint == shipped.pk


def test_the_shipped_checkpoint_serves_however_many_later_ones_are_broken(course: Course, folder: Path) -> None:
    shipped = register_shipped()
    for number in range(serving.MOST_TRIED + 1):
        broken = make_checkpoint(folder, f"{number}.safetensors")
        promote(broken)
        (folder / broken.path).unlink()

    assert live_tutor(course.pk).checkpoint == shipped.pk


def test_of_two_that_served_the_later_one_is_the_last_good_one(course: Course, folder: Path) -> None:
    first, second, broken = [make_checkpoint(folder, f"{number}.safetensors") for number in range(3)]
    for one in (first, second, broken):
        promote(one)
    register_shipped()
    (folder / broken.path).unlink()

    assert live_tutor(course.pk).checkpoint == second.pk


def test_a_loaded_checkpoint_goes_on_serving_when_its_file_is_gone(course: Course, folder: Path) -> None:
    other = make_checkpoint(folder, "other.safetensors")
    promote(other)
    live_tutor(course.pk)
    (folder / other.path).unlink()

    serving._best.clear()

    assert live_tutor(course.pk).checkpoint == other.pk


def test_without_any_checkpoint_success_counts_choose(
    enrollment: Enrollment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoints, "DEFAULT", tmp_path / "default.safetensors")

    step = recommend_next(again(enrollment))

    assert step.rung == Rung.CLOSED_FORM
    assert step.checkpoint is None
    assert sum(offer["propensity"] for offer in step.candidates) == pytest.approx(1.0)


def test_a_learner_goes_through_the_course_on_success_counts(
    enrollment: Enrollment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoints, "DEFAULT", tmp_path / "default.safetensors")

    outcomes = learn(enrollment, lambda n: True, answers=60)

    assert Enrollment.objects.get().finished_at
    assert {outcome.rung for outcome in outcomes} == {Rung.CLOSED_FORM}


def test_when_every_tutor_breaks_the_course_goes_on_in_its_order(
    enrollment: Enrollment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adaptive.degrading.ladder", broken_ladder)

    question = practice(again(enrollment))
    outcome = respond(question, right=True)

    assert outcome.rung == Rung.COURSE_ORDER
    assert outcome.next_question
    assert Recommendation.objects.get().rung == Rung.COURSE_ORDER


def broken_ladder(course_id: int) -> list[Any]:
    """A ladder of tutors that cannot even be asked."""
    return [serving.LiveTutor(None, Rung.LIVE), serving.LiveTutor(None, Rung.CLOSED_FORM)]
