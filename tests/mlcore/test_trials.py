"""Who may be known of a course, by protocol; and what `evaluate` makes of an unseen one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

import numpy as np
import pandas as pd
import pytest

from mlcore.__main__ import main
from mlcore.algorithms.champion import Champion
from mlcore.checkpoint import load_checkpoint, save_checkpoint
from mlcore.evaluation.trials import Chosen, TooFewLearners, in_course, unseen_course
from mlcore.interactions import Interactions, Numbers
from mlcore.registry import has_met, unfitted
from tests.mlcore.conftest import rasch_cohort


@pytest.fixture(scope="module")
def course() -> Interactions:
    return rasch_cohort(learners=120, answers=12, seed=6)


def names(log: Interactions) -> set[str]:
    return {log.learner_names[code] for code in np.unique(log.learner)}


def test_cohorts_contain_each_other_and_nobody_who_is_tested(course: Interactions) -> None:
    trials = list(unseen_course(course, seed=3, chosen=Chosen(), cohorts=(0, 20, 60)))

    known = [names(trial.split.train) for trial in trials]
    tested = names(in_course(course, seed=3, chosen=Chosen()).split.test)
    assert [len(cohort) for cohort in known] == [0, 20, 60]
    assert known[1] < known[2]
    assert not known[2] & tested
    assert all(names(trial.split.test) == tested for trial in trials)
    assert all(len(trial.split.validation) == 0 for trial in trials)


def test_a_cohort_larger_than_the_course_is_left_out(course: Interactions) -> None:
    assert [trial.cohort for trial in unseen_course(course, 0, Chosen(), (60, 90, 91))] == [60, 90]


def test_a_limit_spares_cohorts_but_not_tested_learners(course: Interactions) -> None:
    (trial,) = unseen_course(course, 0, Chosen(most=8), (60,))

    assert len(names(trial.split.test)) == 8
    assert len(names(trial.split.train)) == 60
    with pytest.raises(TooFewLearners, match="have to be tested"):
        next(unseen_course(course, 0, Chosen(most=2), (0,)))


@dataclass
class Recorder:
    """Remembers how many learners it was fitted on and validated with."""

    name: str
    train: int = 0
    validation: int = 0

    def fit(self, train: Interactions, validation: Interactions, seed: int) -> Self:
        return replace(self, train=len(names(train)), validation=len(names(validation)))

    def predict_after(self, log: Interactions, k: int) -> Numbers:
        return np.full(len(log), 0.5)

    def predict_next(self, log: Interactions) -> Numbers:
        return np.full(len(log), 0.5)


def test_only_predictors_that_need_validation_give_up_learners_for_it(course: Interactions) -> None:
    (trial,) = unseen_course(course, 0, Chosen(), (60,))

    alone, split = trial.fitted(Recorder("rasch_eb")), trial.fitted(Recorder("classic2"))

    assert (alone.train, alone.validation) == (60, 0)
    assert (split.train, split.validation) == (48, 12)


def test_without_a_cohort_only_those_are_asked_who_need_none(course: Interactions) -> None:
    nobody, twenty = unseen_course(course, 0, Chosen(), (0, 20))
    asked = unfitted(["global_mean", "item_mean", "beta", "elo", "rasch_eb"])

    assert [predictor.name for predictor in asked if nobody.allows(predictor)] == ["global_mean", "beta", "elo"]
    assert nobody.allows(Champion(load_checkpoint()))
    assert all(twenty.allows(predictor) for predictor in asked)


@pytest.fixture(scope="module")
def log(course: Interactions, tmp_path_factory: pytest.TempPathFactory) -> Path:
    columns = {
        "learner": [course.learner_names[code] for code in course.learner],
        "order": course.position,
        "item": [course.item_names[code] for code in course.item],
        "skill": [course.skill_names[code] for code in course.skills[:, 0]],
        "correct": course.correct.astype(int),
    }
    path = tmp_path_factory.mktemp("logs") / "geometry.csv"
    pd.DataFrame(columns).to_csv(path, index=False)
    return path


def unseen(log: Path, out: Path, *words: str) -> int:
    rivals = ["--rivals", "item_mean,beta,rasch_eb", "--shots", "0,1,3", "--cohorts", "0,20,150"]
    return main(["evaluate", "--protocol", "unseen-course", "--data", str(log), *rivals, "--out", str(out), *words])


def test_an_unseen_course_is_reported_by_cohort_and_again_from_its_dump(
    log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert unseen(log, tmp_path / "one", "--timings") == 0

    assert "geometry: left out the cohort of 150" in capsys.readouterr().err
    found = pd.read_csv(tmp_path / "one" / "scores.csv")
    assert set(found.loc[found["cohort"] == 0, "predictor"]) == {"beta", "adept"}
    assert set(found.loc[found["cohort"] == 20, "predictor"]) == {"item_mean", "beta", "rasch_eb", "adept"}
    report = (tmp_path / "one" / "report.md").read_text()
    assert "## geometry, cohort of 20" in report
    assert "| geometry | refit 10, predict 20 |" in report
    assert main(["evaluate", "--predictions", str(tmp_path / "one/predictions.parquet"), "--out", str(tmp_path)]) == 0
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / path.name).read_bytes()


def test_each_course_is_judged_with_the_checkpoint_named_after_it(
    log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    checkpoint = load_checkpoint()
    facts = {name: value for name, value in checkpoint.facts.items() if name != "sha256"}
    met = replace(checkpoint, facts={**facts, "courses": {"geometry": {}}})
    save_checkpoint(met, tmp_path / "without-geometry.safetensors")

    assert unseen(log, tmp_path, "--checkpoint", str(tmp_path / "without-{course}.safetensors")) == 0
    assert "adept was trained on geometry, so the course is not unseen" in capsys.readouterr().err
    assert has_met(Champion(met), "geometry")

    assert unseen(log, tmp_path) == 0
    assert "Warning" not in capsys.readouterr().err

    assert unseen(log, tmp_path, "--checkpoint", str(tmp_path / "no-{course}.safetensors")) == 2
    assert "no-geometry.safetensors" in capsys.readouterr().err


def test_a_cohort_too_small_to_be_split_is_refused(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        unseen(log, log.parent, "--cohorts", "0,3")

    assert "a cohort has 5 learners or more, or none" in capsys.readouterr().err
