from __future__ import annotations

import hashlib
import shlex
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from mlcore import load_tutor
from mlcore.__main__ import main
from mlcore.algorithms.in_course import Maml
from mlcore.checkpoint import DEFAULT, Checkpoint
from mlcore.interactions import Interactions
from mlcore.lessons import LessonPlan
from mlcore.training import EnoughTraining, NothingToLearnFrom, TrainedNetwork, TrainingSettings, train
from tests.mlcore.conftest import rasch_cohort

TINY = TrainingSettings(steps=6, hidden=8, batch=16, stock=2, plan=LessonPlan(pupils=16, lengths=(12,)))


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="module")
def course() -> Interactions:
    return rasch_cohort(learners=60, answers=14, seed=0)


@pytest.fixture(scope="module")
def live(course: Interactions) -> TrainedNetwork:
    return train([course], TINY, seeded(1))


def test_the_same_seed_gives_the_same_network(course: Interactions, live: TrainedNetwork) -> None:
    one, same, other = live, train([course], TINY, seeded(1)), train([course], TINY, seeded(2))

    assert all((array == same.weights.arrays()[name]).all() for name, array in one.weights.arrays().items())
    assert (one.weights.first != other.weights.first).any()
    assert one.metrics == same.metrics


def test_training_goes_on_from_the_weights_that_serve(course: Interactions, live: TrainedNetwork) -> None:
    on = train(
        [course], replace(TINY, steps=1, rate=1e-4), seeded(2), start_from=Checkpoint(live.weights, live.prior, {})
    )

    assert 0 < np.abs(on.weights.first - live.weights.first).max() < 1e-3
    assert (on.weights.scale == live.weights.scale).all()


def test_progress_is_told_and_may_say_that_it_is_enough(course: Interactions) -> None:
    told: list[float] = []

    def stop_early(fraction: float, message: str) -> None:
        told.append(fraction)
        if message.startswith("step 3"):
            raise EnoughTraining

    trained = train([course], TINY, seeded(1), progress=stop_early)

    assert told == sorted(told)
    assert told[0] == 0.0
    assert told[-1] == 1.0
    assert len(told) == 6
    assert np.isfinite(trained.weights.first).all()


def test_what_practice_teaches_is_learned() -> None:
    """In a world where everyone improves with each answer, the network must beat the classic, which cannot know."""
    rng = np.random.default_rng(3)
    course = rasch_cohort(learners=200, answers=20, seed=3)
    chance = 1 / (1 + np.exp(2.0 - 0.15 * course.position))
    course.correct[:] = rng.random(len(course)) < chance

    settings = TrainingSettings(
        steps=45, hidden=16, batch=64, rate=2e-2, averaging=0.9, stock=6, plan=LessonPlan(pupils=64, lengths=(20,))
    )
    trained = train([course], settings, seeded(0))

    assert trained.metrics["log_loss_network"] < trained.metrics["log_loss_classic"] - 0.01
    assert trained.metrics["log_loss"] < trained.metrics["log_loss_classic"] - 0.005


def test_a_course_of_one_learner_teaches_nothing() -> None:
    with pytest.raises(NothingToLearnFrom):
        train([rasch_cohort(learners=1, answers=5, seed=0)], TINY, seeded(0))


def test_a_meta_learner_is_a_predictor(course: Interactions) -> None:
    model = Maml(settings=TINY).fit(course, course, seed=0)

    frozen, following = model.predict_after(course, 5), model.predict_next(course)

    assert np.isnan(frozen[course.position < 5]).all()
    assert ((frozen[course.position >= 5] > 0) & (frozen[course.position >= 5] < 1)).all()
    first = course.position == 5
    np.testing.assert_allclose(frozen[first], following[first], atol=1e-6)


def test_the_command_writes_a_checkpoint_that_serves_and_its_card(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    rows = [f"u{u},{n},q{rng.integers(9)},s{n % 2},{rng.integers(2)}" for u in range(12) for n in range(8)]
    (tmp_path / "log.csv").write_text("\n".join(["learner,order,item,skill,correct", *rows]), encoding="utf-8")
    out = tmp_path / "new.safetensors"

    status = main(["train", "--data", str(tmp_path / "log.csv"), "--out", str(out), "--steps", "2", "--seed", "3"])

    tutor, card = load_tutor(out), out.with_suffix(".md").read_text(encoding="utf-8")
    assert status == 0
    assert tutor.facts["courses"]["log"]["learners"] == 12
    assert "| log | 96 | 12 |" in card
    assert f"registers it: `{hashlib.sha256(out.read_bytes()).hexdigest()}`" in card
    assert f"of every belief: `{tutor.facts['sha256']}`" in card
    assert tutor.facts["sha256"].startswith(f"{tutor.tag:08x}")


def test_the_command_in_the_card_makes_the_same_checkpoint_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(0)
    rows = [f"u{u};{n};q{rng.integers(9)};s{n % 2};{rng.integers(2)}" for u in range(12) for n in range(8)]
    for folder in ("one", "another one"):
        (tmp_path / folder).mkdir()
        text = "\n".join(["who;order;item;skill;correct", *rows])
        (tmp_path / folder / "interactions.csv").write_text(text, encoding="utf-8")
    logs = [str(path) for path in sorted(tmp_path.glob("*/interactions.csv"))]
    out = tmp_path / "out" / "new.safetensors"
    main(["train", "--data", *logs, "--out", str(out), "--steps", "1", "--columns", "learner=who", "--without", "two"])
    card = out.with_suffix(".md").read_text(encoding="utf-8")

    (command,) = [line for line in card.splitlines() if line.startswith("python -m mlcore ")]
    monkeypatch.chdir(tmp_path)
    assert main(shlex.split(command)[3:]) == 0

    assert Path("new.safetensors").read_bytes() == out.read_bytes()


def test_the_card_shipped_names_the_checkpoint_shipped() -> None:
    card = DEFAULT.with_suffix(".md").read_text(encoding="utf-8")

    assert f"registers it: `{hashlib.sha256(DEFAULT.read_bytes()).hexdigest()}`" in card
    assert f"of every belief: `{load_tutor().facts['sha256']}`" in card


def test_the_command_explains_itself(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["train", "--help"])

    assert ended.value.code == 0
    assert "--start-from" in capsys.readouterr().out
