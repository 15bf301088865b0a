"""Inner steps: as many as are asked for, none learns nothing, and what is served takes the usual number."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from scipy.optimize import brentq
from torch import Tensor

from mlcore.__main__ import main
from mlcore.algorithms.champion import Champion, champion_from
from mlcore.algorithms.every_weight import EveryWeightNetwork
from mlcore.algorithms.finetune import TunedNetwork
from mlcore.algorithms.last_layer import LastLayerNetwork
from mlcore.algorithms.maml import adapt_through
from mlcore.algorithms.meta_learned import MetaLearned
from mlcore.algorithms.meta_learner import MetaLearner, Support
from mlcore.algorithms.protonet import PrototypeNetwork
from mlcore.algorithms.rl2 import RecurrentNetwork
from mlcore.belief import ABILITY, S_EFFECT
from mlcore.calibration import Population, uncalibrated
from mlcore.episodes import episodes_in, episodes_of
from mlcore.evaluation.adaptation import step_scores, step_table
from mlcore.evaluation.asking import Split, predict, questions
from mlcore.evaluation.dump import Dump
from mlcore.evaluation.findings import Findings
from mlcore.evaluation.markdown import markdown
from mlcore.evaluation.page import page
from mlcore.features import FEATURES
from mlcore.inference import Knowledge, begin, believe, walk
from mlcore.interactions import Interactions
from mlcore.memory import NEWTON_STEPS, laplace_step, sigmoid
from mlcore.network import AnswerNetwork
from mlcore.predictor import Adapting
from mlcore.weights import silent
from tests.mlcore import histories
from tests.mlcore.conftest import rasch_cohort
from tests.mlcore.dumps import predictions

LOGIT, VARIANCE, CORRECT = np.array([0.4, -2.0, 3.0]), np.array([0.8, 2.5, 1.0]), np.array([1.0, 1.0, 0.0])


@pytest.fixture(scope="module")
def course() -> Interactions:
    return rasch_cohort(learners=60, answers=22, seed=7)


@pytest.fixture(scope="module")
def champion(course: Interactions) -> Champion:
    split = Split.of(course, seed=0)
    return champion_from().fit(split.train, split.validation, seed=0)


def test_many_steps_lead_to_the_mode_and_none_nowhere() -> None:
    far, curvature = laplace_step(LOGIT, VARIANCE, CORRECT, steps=30)

    modes = [
        brentq(lambda x, m=m, v=v, r=r: x / v - r + sigmoid(np.array(m + x)), -20, 20)
        for m, v, r in zip(LOGIT, VARIANCE, CORRECT, strict=True)
    ]
    p = sigmoid(LOGIT + modes)
    assert far == pytest.approx(modes)
    assert curvature == pytest.approx(p * (1 - p))
    assert not np.any(laplace_step(LOGIT, VARIANCE, CORRECT, steps=0))
    one, two = (laplace_step(LOGIT, VARIANCE, CORRECT, steps)[0] for steps in (1, 2))
    assert (np.abs(two - modes) < np.abs(one - modes)).all()


def lively(kind: type[AnswerNetwork]) -> AnswerNetwork:
    generator = torch.Generator().manual_seed(4)
    network = kind(8, generator).double()
    with torch.no_grad():
        for value in network.parameters():
            value.add_(0.2 * torch.randn(value.shape, generator=generator, dtype=torch.float64))
    return network


@pytest.mark.parametrize("steps", [0, 1, 3])
def test_serving_and_training_take_the_same_steps(steps: int) -> None:
    network = lively(AnswerNetwork)
    network.steps = steps
    knowledge = Knowledge(network.to_weights(), uncalibrated(Population()), steps)
    pupils = episodes_of([histories.random_history(np.random.default_rng(1), 12)])

    walked = list(walk(knowledge, pupils))

    features = torch.from_numpy(np.concatenate([step.foresight.features for step in walked])).double()[None]
    shift, direction = network(features)
    logit = torch.tensor([[float(step.foresight.known.logit[0]) for step in walked]]).double() + shift
    contexts = adapt_through(network, (logit, direction, torch.tensor(pupils.outcomes.correct)[None]))
    means = torch.stack([mean[0] for mean, _ in contexts])
    trained = (logit[0] + (direction[0] * means).sum(1)).tolist()
    assert [float(step.foresight.mean[0]) for step in walked] == pytest.approx(trained, abs=1e-4)


def test_without_steps_answers_are_counted_but_nothing_is_believed(course: Interactions, champion: Champion) -> None:
    pupils, still = episodes_in(course).first(6), champion.with_steps(0).knowledge

    belief, before = believe(still, pupils, 60), begin(still, 60, 0)

    assert (belief.answered == 6).all()
    assert not np.any(belief.numbers[:, ABILITY])
    assert not np.any(belief.skill_numbers[..., S_EFFECT])
    np.testing.assert_allclose(belief.context, before.context, atol=1e-6)
    np.testing.assert_allclose(belief.covariance, before.covariance, rtol=1e-5, atol=1e-7)
    assert np.any(believe(champion.knowledge, pupils, 60).numbers[:, ABILITY])


def support() -> Support:
    rng = torch.Generator().manual_seed(0)
    features = torch.randn((3, 7, len(FEATURES)), generator=rng, dtype=torch.float64)
    logit = torch.randn((3, 7), generator=rng, dtype=torch.float64)
    return Support(features, logit, torch.tensor([[1.0, 0, 1, 1, 0, 1, 1]] * 3, dtype=torch.float64))


def beliefs(network: MetaLearner, steps: int, after: int = 7) -> tuple[Tensor, ...]:
    network.steps = steps
    return network.beliefs(support(), [after])


@pytest.mark.parametrize(
    ("kind", "usual"), [(LastLayerNetwork, 4), (TunedNetwork, 5), (PrototypeNetwork, 2), (EveryWeightNetwork, 3)]
)
def test_every_inner_loop_takes_the_steps_it_is_told(kind: type[AnswerNetwork], usual: int) -> None:
    network = lively(kind)
    assert network.steps == usual

    served, told = network.beliefs(support(), [7]), beliefs(network, usual)
    none, unasked, one = beliefs(network, 0), beliefs(network, 0, after=0), beliefs(network, 1)

    assert all(torch.equal(one, other) for one, other in zip(served, told, strict=True))
    assert not torch.allclose(one[1], served[1], rtol=1e-9, atol=1e-9)
    torch.testing.assert_close(none[1:], unasked[1:])


def test_only_what_has_an_inner_loop_is_asked_again(course: Interactions, champion: Champion) -> None:
    recurrent = MetaLearned("rl2", network=RecurrentNetwork(8))
    tuned = MetaLearned("finetune", network=TunedNetwork(8), knowledge=Knowledge(silent(1), uncalibrated(Population())))

    assert isinstance(champion, Adapting)
    assert (champion.steps, recurrent.steps, tuned.steps) == (NEWTON_STEPS, 0, 5)
    assert tuned.with_steps(3).steps == 3
    assert tuned.steps == 5  # untouched


def test_the_usual_number_of_steps_gives_the_chances_that_are_judged(course: Interactions, champion: Champion) -> None:
    test = Split.of(course, seed=0).test

    table = step_table(champion, test)

    asked = questions(test, (5, 10)).assign(p=predict(champion, test, (5, 10)))
    for k in (5, 10):
        own, judged = table[table["k"] == k], asked[(asked["protocol"] == "roll") & (asked["k"] == k)]
        assert own["learner"].tolist() == judged["learner"].tolist()
        np.testing.assert_array_equal(own["p_2"], judged["p"])
        np.testing.assert_array_equal(own["correct"], judged["correct"])
        assert (own["p_0"] != own["p_2"]).all()
    assert len(step_table(champion, test.rows(test.position < 5))) == 0


def steps_table(chances: list[float]) -> pd.DataFrame:
    rows = [("course 0", -1, 0, "adept", 2, k, f"l{n // 5}", float(n % 5 > 0)) for k in (5, 10) for n in range(100)]
    names = ["course", "cohort", "seed", "predictor", "usual", "k", "learner", "correct"]
    columns = {f"p_{steps}": chance for steps, chance in enumerate(chances)}
    return pd.DataFrame(rows, columns=names).assign(**columns)


def test_steps_are_scored_by_hand_and_shown() -> None:
    table = steps_table([0.5, 0.7, 0.8, 0.8, 0.8, 0.8])

    five = [score for score in step_scores(table) if score.k == 5]

    loss = [-0.8 * np.log(p) - 0.2 * np.log(1 - p) for p in (0.5, 0.7, 0.8)]
    assert [score.log_loss for score in five[:3]] == pytest.approx(loss)
    assert [score.difference for score in five[:3]] == pytest.approx([loss[0] - loss[2], loss[1] - loss[2], 0.0])
    assert [(score.low, score.high) for score in five[2:]] == [(0.0, 0.0)] * 4
    assert (five[0].learners, five[0].answers, five[0].usual) == (20, 100, 2)

    table_too = predictions({"rasch_eb": 0.7, "adept": 0.8}, courses=1)
    findings = Findings.of(Dump(table_too, adaptation=table), ["rasch_eb"], ["rasch_eb"])
    assert f"| course 0 | adept | k=10 | 2 (usual) | {loss[2]:.4f} | +0.0000 |" in markdown(findings)
    assert "What adapting is worth" in page(findings)
    assert "adept, k=10" in page(findings)
    both = pd.concat([table.assign(predictor="rasch_eb"), table])
    assert [each.predictor for each in Findings.of(Dump(table_too, adaptation=both), None, []).steps[::12]] == [
        "adept",
        "rasch_eb",
    ]
    silent_too = Findings.of(Dump(table_too), ["rasch_eb"], ["rasch_eb"])
    assert "Adaptation steps" not in markdown(silent_too)
    assert "What adapting is worth" not in page(silent_too)


def test_the_curve_is_asked_for_and_read_again(course: Interactions, tmp_path: Path) -> None:
    columns = {
        "learner": [course.learner_names[code] for code in course.learner],
        "order": course.position,
        "item": [course.item_names[code] for code in course.item],
        "skill": [course.skill_names[code] for code in course.skills[:, 0]],
        "correct": course.correct.astype(int),
    }
    pd.DataFrame(columns).to_csv(tmp_path / "geometry.csv", index=False)
    words = ["--data", str(tmp_path / "geometry.csv"), "--rivals", "item_mean", "--shots", "5"]

    assert main(["evaluate", *words, "--adaptation-steps", "--out", str(tmp_path / "out")]) == 0
    again = ["evaluate", "--predictions", str(tmp_path / "out/predictions.parquet"), "--out", str(tmp_path / "again")]
    assert main(again) == 0

    report = (tmp_path / "out" / "report.md").read_text()
    assert "## Adaptation steps" in report
    assert report == (tmp_path / "again" / "report.md").read_text()
    assert len(pd.read_csv(tmp_path / "out" / "adaptation.csv")) == 12
    assert main(["evaluate", *words, "--out", str(tmp_path / "out")]) == 0
    assert not (tmp_path / "out" / "adaptation.parquet").exists()
