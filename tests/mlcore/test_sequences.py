"""Sequence networks know what they say they know, and attention is what its equations say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from sklearn.metrics import roc_auc_score
from torch import Tensor

from mlcore.baselines.dkt import DKT, ConceptLSTM
from mlcore.baselines.dkt_items import dkt_items
from mlcore.baselines.sakt import HEADS, SAKT, Attention
from mlcore.baselines.sequences import Passage, SequenceNetwork, SequenceRival, Training, Vocabulary
from mlcore.datasets import split_learners
from mlcore.interactions import Interactions
from tests.mlcore.conftest import rasch_cohort

SHORT = Training(epochs=12, width=16, batch=16, rate=1e-2)


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="module")
def parts() -> list[Interactions]:
    return split_learners(rasch_cohort(learners=300, answers=16, seed=4), [0.6, 0.15, 0.25], seed=0)


def lively(kind: type[SequenceNetwork], vocabulary: Vocabulary) -> SequenceNetwork:
    """A network in which nothing is zero, without dropout."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        network = kind(vocabulary, 8).double().eval()
        with torch.no_grad():
            for value in network.parameters():
                value.add_(0.3 * torch.randn_like(value))
    return network


def passage_of(code: Tensor, share: Tensor, correct: Tensor) -> Passage:
    return Passage(code, share.double(), correct.double())


@pytest.fixture
def passage() -> Passage:
    """Two learners, seven answers each, about one or two of 3 skills and one of 5 items."""
    rng = np.random.default_rng(0)
    code = np.concatenate([rng.integers(3, size=(2, 7, 2)), 3 + rng.integers(5, size=(2, 7, 1))], -1)
    share = np.tile([0.5, 0.5, 1.0], (2, 7, 1))
    share[:, ::2, :2] = [1.0, 0.0]
    return passage_of(*(torch.from_numpy(part) for part in (code, share, rng.integers(2, size=(2, 7)))))


@pytest.mark.parametrize("make", [dkt_items, SAKT])
def test_networks_that_know_items_beat_the_one_that_does_not(parts: list[Interactions], make) -> None:
    train, validation, test = parts

    aucs = [
        roc_auc_score(test.correct, replace(rival, training=SHORT).fit(train, validation, seed=0).predict_next(test))
        for rival in (make(), DKT())
    ]

    assert aucs[0] > aucs[1] + 0.03


@pytest.mark.parametrize("make", [dkt_items, SAKT])
def test_items_never_met_are_alike_and_those_met_are_not(parts: list[Interactions], make) -> None:
    train, validation, test = (part.rows(~np.isin(part.item, (1, 6))) for part in parts)
    rival: SequenceRival = replace(make(), training=replace(SHORT, epochs=4)).fit(train, validation, seed=0)

    def asked_first(item: int) -> float:
        log = test.rows(test.position == 0)
        skills = np.tile([2, -1], (len(log), 1))
        return float(rival.predict_next(replace(log, item=np.full(len(log), item), skills=skills))[0])

    assert asked_first(1) == asked_first(6)
    assert asked_first(2) != asked_first(7)


@pytest.mark.parametrize("kind", [ConceptLSTM, Attention])
@pytest.mark.parametrize("seen", [None, 3])
def test_only_answers_that_are_known_move_a_prediction(kind: type[SequenceNetwork], seen: int | None, passage) -> None:
    network = lively(kind, Vocabulary(3, 5))

    odds = network.log_odds(passage, seen)

    for answer in range(7):
        correct = passage.correct.clone()
        correct[:, answer] = 1 - correct[:, answer]
        moved = (network.log_odds(replace(passage, correct=correct), seen) != odds).all(0)
        knows = [answer < (step if seen is None else min(step, seen)) for step in range(7)]
        assert moved.tolist() == knows


def test_attention_is_what_its_equations_say(passage: Passage) -> None:
    """One question after the other, one head after the other."""
    network = lively(Attention, Vocabulary(3, 5))
    odds = network.log_odds(passage, None)

    for learner in range(2):
        asked, answered = vectors(network, passage, learner)
        for step in range(7):
            heads = []
            for head in range(HEADS):
                part = slice(2 * head, 2 * head + 2)
                query = network.query(asked[step])[part]
                past = range(step)
                scores = [
                    query @ network.key(answered[j])[part] / 2**0.5 + network.lags[head, step - j - 1] for j in past
                ]
                weights = [torch.exp(score) for score in scores]
                total = 1 + sum(weights)  # 1 for attending to nothing
                values = [w / total * network.value(answered[j])[part] for w, j in zip(weights, past, strict=True)]
                heads.append(sum(values, torch.zeros(2, dtype=torch.float64)))
            x = network.after_attention(asked[step] + torch.cat(heads))
            x = network.after_block(x + network.forward_layer(x))
            torch.testing.assert_close(odds[learner, step], network.head(x)[0])


def vectors(network: Attention, passage: Passage, learner: int) -> tuple[list[Tensor], list[Tensor]]:
    """Of each question, and of each answer."""
    asked, answered = [], []
    for code, share, right in zip(passage.code[learner], passage.share[learner], passage.correct[learner], strict=True):
        asked.append(share @ network.questions.weight[code])
        answered.append(share @ network.answers.weight[2 * code + int(right)])
    return asked, answered


def test_the_lstm_adds_the_item_to_the_mean_of_its_skills(passage: Passage) -> None:
    network = lively(ConceptLSTM, Vocabulary(3, 5))
    known = network.remembered(passage)

    odds = network.log_odds(passage, None)

    each = known @ network.concepts.weight.T + network.biases.weight[:, 0]  # [b, t, concepts]
    for learner in range(2):
        for step in range(7):
            one, other, item = passage.code[learner, step].tolist()
            of = each[learner, step]
            skills = of[one] if step % 2 == 0 else (of[one] + of[other]) / 2
            torch.testing.assert_close(odds[learner, step], skills + of[item])
