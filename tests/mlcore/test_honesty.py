"""What no predictor may do, whoever it is: know the future, know the learner before the first answer, or care who else
is asked about. Each check is shown to catch a predictor that cheats.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache, partial
from typing import Self

import numpy as np
import pytest

from mlcore.algorithms.champion import champion_from
from mlcore.algorithms.in_course import Maml
from mlcore.algorithms.meta_learned import MODEST, MetaLearned
from mlcore.algorithms.schooling import UPBRINGINGS
from mlcore.baselines.dkt import DKT
from mlcore.baselines.dkt_items import dkt_items
from mlcore.baselines.elo import Elo
from mlcore.baselines.sakt import SAKT
from mlcore.baselines.sequences import Training
from mlcore.calibration import distance_of
from mlcore.datasets import split_learners
from mlcore.evaluation import auc
from mlcore.evaluation.asking import predict, questions
from mlcore.interactions import Codes, Interactions, Numbers
from mlcore.predictor import Predictor
from mlcore.registry import CHAMPION, PARTS, RIVALS
from mlcore.training import TrainingSettings
from tests.mlcore.conftest import rasch_cohort

K = 4
QUICK: dict[str, Callable[[], Predictor]] = {
    "dkt": lambda: DKT(training=Training(epochs=3, width=8)),
    "dkt_items": lambda: replace(dkt_items(), training=Training(epochs=3, width=8)),
    "sakt": lambda: SAKT(training=Training(epochs=3, width=8)),
    "maml": lambda: Maml(settings=TrainingSettings(steps=2)),
} | {name: partial(MetaLearned, name, replace(MODEST, steps=20)) for name in UPBRINGINGS}
MAKERS = {**RIVALS, **PARTS, **QUICK, CHAMPION: champion_from}
NETWORKS, ROUNDED = (
    {"dkt", "dkt_items", "sakt", *UPBRINGINGS},
    1e-6,
)  # of float32, whose sums depend on the place in a batch
EVERYONE = pytest.mark.parametrize("name", list(MAKERS))


@cache
def parts(is_shuffled: bool = False) -> tuple[Interactions, ...]:
    """Learners with clocks, times, hints and histories of 8 to 16 answers: to train on, to validate with, to test."""
    rng = np.random.default_rng(8)
    log = rasch_cohort(learners=200, answers=16, seed=8)
    log = log.rows(log.position < 8 + log.learner % 9)
    log = replace(
        log,
        at=1.7e9 + 3600.0 * log.learner + 60.0 * log.position,
        seconds=rng.exponential(30.0, len(log)),
        hints=rng.integers(3, size=len(log)).astype(float),
    )
    if is_shuffled:
        log = replace(log, correct=rng.permutation(log.correct))
    return split_learners(log, (0.5, 0.1, 0.4), seed=0)


@cache
def fitted(name: str, is_shuffled: bool = False) -> Predictor:
    train, validation, _ = parts(is_shuffled)
    return MAKERS[name]().fit(train, validation, seed=0)


def knows_the_future(predictor: Predictor, test: Interactions) -> bool:
    """Whether a chance moves when answers at position K or later, or what is known only after them, are changed."""
    later = test.position >= K
    changed = replace(
        test,
        correct=np.where(later, 1.0 - test.correct, test.correct),
        seconds=np.where(later, 3.0, test.seconds),
        hints=np.where(later, 2.0, test.hints),
    )
    up_to = test.position <= K
    frozen = np.array_equal(predictor.predict_after(test, K), predictor.predict_after(changed, K), equal_nan=True)
    return not (frozen and np.array_equal(predictor.predict_next(test)[up_to], predictor.predict_next(changed)[up_to]))


def knows_the_learner(predictor: Predictor, test: Interactions) -> bool:
    """Whether, with no answer known, the same item gets other chances from learner to learner.

    The very next question may be judged otherwise than those soon after it or long after it: each is the same for
    everybody, at any time of the clock, as nobody has a last answer that time could have passed since.
    """
    chances = predictor.predict_after(test, 0)
    asked = test.item + len(test.item_names) * distance_of(test.position)
    return any(np.unique(chances[asked == one]).size > 1 for one in np.unique(asked))


def foretells_noise(predictor: Predictor, test: Interactions) -> bool:
    """Whether the AUC is further from 1/2 than luck makes it in 997 of 1,000 cases (Mann & Whitney 1947)."""
    answers = [(predictor.predict_next(test), test.correct)]
    after = test.position >= K
    answers.append((predictor.predict_after(test, K)[after], test.correct[after]))
    return any(abs(auc(chance, correct) - 0.5) > 3.0 * _luck(correct) for chance, correct in answers)


def _luck(correct: Numbers) -> float:
    right, wrong = correct.sum(), (1.0 - correct).sum()
    return float(np.sqrt((right + wrong + 1.0) / (12.0 * right * wrong)))


def cares_who_else_is_asked_about(predictor: Predictor, test: Interactions) -> bool:
    """Whether a chance moves when the learners come in another order: by a single bit, or in a float32 network by more
    than it rounds.
    """
    shuffled, order = _in_another_order(test)
    most = ROUNDED if predictor.name in NETWORKS else 0.0
    pairs = [
        (predictor.predict_after(shuffled, K), predictor.predict_after(test, K)[order]),
        (predictor.predict_next(shuffled), predictor.predict_next(test)[order]),
    ]
    return not all(np.allclose(one, other, rtol=0.0, atol=most, equal_nan=True) for one, other in pairs)


def _in_another_order(test: Interactions) -> tuple[Interactions, Codes]:
    codes = np.unique(test.learner)
    renamed = np.arange(len(test.learner_names))
    renamed[codes] = np.random.default_rng(1).permutation(codes)
    order = np.argsort(renamed[test.learner], kind="stable")
    names = np.empty(len(renamed), dtype=object)
    names[renamed] = test.learner_names
    return replace(test.rows(order), learner=renamed[test.learner][order], learner_names=names.tolist()), order


@EVERYONE
def test_a_changed_future_answer_changes_no_chance(name: str) -> None:
    assert not knows_the_future(fitted(name), parts()[2])


def test_time_and_hints_of_an_answer_tell_of_later_ones_and_never_of_their_own() -> None:
    test = parts()[2]
    here = test.position == K
    changed = replace(test, seconds=np.where(here, 3.0, test.seconds), hints=np.where(here, 2.0, test.hints))

    one, other = (fitted(CHAMPION).predict_next(log) for log in (test, changed))

    up_to = test.position <= K
    np.testing.assert_array_equal(one[up_to], other[up_to])
    assert (one[~up_to] != other[~up_to]).mean() > 0.5


@EVERYONE
def test_before_the_first_answer_all_learners_are_alike(name: str) -> None:
    assert not knows_the_learner(fitted(name), parts()[2])


@EVERYONE
def test_shuffled_answers_cannot_be_predicted(name: str) -> None:
    assert not foretells_noise(fitted(name, is_shuffled=True), parts(is_shuffled=True)[2])


@EVERYONE
def test_nobody_cares_who_else_is_asked_about(name: str) -> None:
    assert not cares_who_else_is_asked_about(fitted(name), parts()[2])


@EVERYONE
def test_an_evaluation_of_learners_in_another_order_is_the_same_bit_for_bit(name: str) -> None:
    test = parts()[2]
    shuffled, _ = _in_another_order(test)
    shots = (0, K)
    cell = ["protocol", "k", "learner", "position"]

    one, other = (
        questions(log, shots).assign(p=predict(fitted(name), log, shots)).sort_values(cell) for log in (test, shuffled)
    )

    assert one["learner"].tolist() == other["learner"].tolist()
    np.testing.assert_array_equal(one["p"], other["p"])


@dataclass
class Peeking:
    """Elo, moved a little by the very answer it predicts and by the number of the learner."""

    name: str = "peeking"
    elo: Elo = field(default_factory=Elo)

    def fit(self, train: Interactions, validation: Interactions, seed: int) -> Self:
        return replace(self, elo=self.elo.fit(train, validation, seed))

    def predict_after(self, log: Interactions, k: int) -> Numbers:
        return self._moved(self.elo.predict_after(log, k), log)

    def predict_next(self, log: Interactions) -> Numbers:
        return self._moved(self.elo.predict_next(log), log)

    def _moved(self, chances: Numbers, log: Interactions) -> Numbers:
        return 0.9 * chances + 0.05 * log.correct + 0.01 * (log.learner % 2)


@pytest.mark.parametrize("check", [knows_the_future, knows_the_learner, cares_who_else_is_asked_about])
def test_a_cheat_is_caught(check: Callable[[Predictor, Interactions], bool]) -> None:
    train, validation, test = parts()

    assert check(Peeking().fit(train, validation, seed=0), test)


@dataclass
class PeekingAside(Peeking):
    """Elo, moved a little by what else is known only after the very answer it predicts."""

    column: str = "hints"

    def _moved(self, chances: Numbers, log: Interactions) -> Numbers:
        return 0.9 * chances + 0.1 * (getattr(log, self.column) > 1.0)


@pytest.mark.parametrize("column", ["seconds", "hints"])
def test_a_peek_at_the_time_or_the_hints_is_caught_too(column: str) -> None:
    train, validation, test = parts()

    assert knows_the_future(PeekingAside(column=column).fit(train, validation, seed=0), test)


def test_a_cheat_foretells_even_noise() -> None:
    train, validation, test = parts(is_shuffled=True)

    assert foretells_noise(Peeking().fit(train, validation, seed=0), test)
