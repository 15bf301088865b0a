"""How hard an item is, judged from its words before anyone answers; and how surely.

The deviation of an item's difficulty from what its skills and its author say is a Gaussian process over texts: of its
variance item_sd^2, the share `share` is common to texts that are alike, with the covariance cosine^power; the rest is
the item's own. Each difficulty that answers told counts by its own uncertainty, and skills are effects beside the text.
Shares and powers are averaged by their evidence (MacKay 1992). Beforehand words are thought to tell nothing, and unless
answers make it likelier that they tell something, they are not listened to: the mean is 0 and the sd item_sd. So they
are for a text unlike all known ones too.

An item's own answers never speak for its expectation, which is to be their prior: items that were learned from are
judged by all others (Rasmussen & Williams 2006, section 5.4.2).

Needs scikit-learn: for workers, not for serving.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.linalg import block_diag, cho_factor, cho_solve

from mlcore.answers import Answer, Item
from mlcore.calibration import NOTHING, Calibration, Population, Table
from mlcore.difficulty import fit_difficulty
from mlcore.encoders import Embed
from mlcore.episodes import NOBODY, Keys, Questions, episodes_of, questions_of
from mlcore.interactions import Codes, Numbers
from mlcore.wording import Vectors, cosines, learn_wording

SHARES = (0.1, 0.2, 0.4, 0.6, 0.8, 0.9)
POWERS = (1, 2)
FEWEST_ANSWERS = 5  # of an item that is learned from: its posterior is no normal before
MOST_ITEMS = 1500  # learned from; time grows with the third power
AT_ONCE = 2000
LEAST_TOLD = 1e-3  # precision of a difficulty; below it, answers say nothing
SILENT = 0.95  # chance beforehand that words tell nothing
NEGLIGIBLE = 1e-3  # chance of a hypothesis that is left out


@dataclass(frozen=True)
class Described:
    """The items of a course in words, and what its answers alone (without any expectations) told of it."""

    items: Sequence[Item]
    calibration: Calibration


@dataclass(frozen=True)
class _Known:
    """Items to learn from: their difficulty as answers told it, apart from the prior that it was judged with."""

    texts: Sequence[str]
    rows: Codes  # [n] their places among the items of their course
    counts: Sequence[int]  # of items of each course
    difficulty: Numbers  # [n] beyond the author's, from the course's level
    noise: Numbers  # [n] variance of that
    item_sd: Numbers  # [n] of the course
    of_skills: Numbers  # [n, n] covariance


@dataclass(frozen=True)
class _Hypothesis:
    """One guess at what words tell, and what the known items say if it is true."""

    share: float
    power: int
    chance: float
    precision: Numbers  # [n, n] of the known difficulties
    pull: Numbers  # [n] precision times difficulty


@dataclass(frozen=True)
class DifficultyFromText:
    """What the words of items tell of their difficulty, learned from items with answers."""

    vectors: Vectors
    known: _Known
    hypotheses: Sequence[_Hypothesis]

    def predict(self, texts: Sequence[str], item_sd: float) -> tuple[Numbers, Numbers]:
        """Return mean and sd of the deviations of new items, in a course where items vary by `item_sd`.  [m], [m]"""
        known = self.vectors(self.known.texts)
        parts = [texts[start : start + AT_ONCE] for start in range(0, len(texts), AT_ONCE)]
        found = [self._predict(cosines(self.vectors(part), known), item_sd) for part in parts]
        mean, variance = np.concatenate([np.zeros((2, 0)), *found], axis=1)
        return mean, np.sqrt(variance)

    def predict_known(self) -> tuple[Numbers, Numbers]:
        """Return mean and sd of each known item's deviation, judged by all the others.  [n], [n]"""
        known = self.vectors(self.known.texts)
        alike = cosines(known, known)
        means, reductions = [], []
        for one in self.hypotheses:
            common = _common(alike, one.share, one.power, self.known.item_sd)
            pulled = common @ one.precision
            own, tightness = np.diag(pulled), np.diag(one.precision)
            means.append(common @ one.pull - one.pull / tightness * own)
            reductions.append(np.einsum("ij,ij->i", pulled, common) - own**2 / tightness)
        mean, variance = self._averaged(means, reductions, self.known.item_sd)
        return mean, np.sqrt(variance)

    def _predict(self, alike: Numbers, item_sd: float) -> tuple[Numbers, Numbers]:
        means, reductions = [], []
        for one in self.hypotheses:
            common = one.share * item_sd * alike**one.power * self.known.item_sd
            means.append(common @ one.pull)
            reductions.append(np.einsum("ij,ij->i", common @ one.precision, common))
        return self._averaged(means, reductions, np.full(len(alike), item_sd))

    def _averaged(self, means: list[Numbers], reductions: list[Numbers], sd: Numbers) -> tuple[Numbers, Numbers]:
        """Return mean and variance of a mixture of normals."""
        chance = np.array([one.chance for one in self.hypotheses])
        each = np.array(means)
        mean = chance @ each
        inner = np.maximum(sd**2 - np.array(reductions), 0.0)
        return mean, chance @ (inner + (each - mean) ** 2)


def described(items: Sequence[Item], histories: Sequence[Sequence[Answer]], population: Population) -> Described:
    """Judge a course's items by these learners' answers alone."""
    return Described(items, fit_difficulty(episodes_of(histories), population))


def expectations(course: Described, others: Sequence[Described] = (), embed: Embed | None = None) -> Table:
    """Return the priors of a course's items, for `fit_difficulty` and `Tutor.calibrated`, from its texts.

    `others` are further courses to learn from. NOTHING where no item has enough answers, or words tell nothing.
    """
    model = learn_difficulty([course, *others], embed)
    if model is None or not course.items or not any(one.share for one in model.hypotheses):
        return NOTHING
    mean, sd = model.predict(_texts(course.items), course.calibration.population.item_sd)
    own = model.known.counts[0]
    rows = model.known.rows[:own]
    mean[rows], sd[rows] = (column[:own] for column in model.predict_known())
    keys, first = np.unique(questions_of(course.items).item, return_index=True)
    return Table(keys, mean[first], sd[first], np.zeros(len(keys)))


def learn_difficulty(courses: Sequence[Described], embed: Embed | None = None) -> DifficultyFromText | None:
    """Learn what words tell of difficulty; None where no item has enough answers."""
    known = _together([_known_of(course, MOST_ITEMS // len(courses)) for course in courses])
    if not known.texts:
        return None
    vectors = learn_wording([text for course in courses for text in _texts(course.items)], embed)
    own = vectors(known.texts)
    return DifficultyFromText(vectors, known, _weighed(known, cosines(own, own)))


def told_by_answers(calibration: Calibration, questions: Questions) -> tuple[Numbers, Numbers]:
    """Return each item's difficulty beyond the author's rating, from the course's level, and the variance of that.

    The items' prior is taken out of their posterior: what is left is what their answers alone say.  [n], [n]
    """
    mean, sd, _ = calibration.items.find(questions.item, calibration.population.item_sd)
    told = np.maximum(sd**-2.0 - calibration.population.item_sd**-2, LEAST_TOLD)
    prompts = calibration.weigh(questions)
    return prompts.level - prompts.skill_base + mean * sd**-2.0 / told, 1.0 / told


def _known_of(course: Described, most: int) -> _Known:
    """Take the items with the most answers."""
    questions = questions_of(course.items)
    population = course.calibration.population
    _, _, answers = course.calibration.items.find(questions.item, population.item_sd)
    first = np.argsort(-answers, kind="stable")[:most]
    rows = np.sort(first[answers[first] >= FEWEST_ANSWERS])
    difficulty, noise = told_by_answers(course.calibration, questions.rows(rows))
    return _Known(
        texts=[course.items[row].text or "" for row in rows],
        rows=rows,
        counts=[len(rows)],
        difficulty=difficulty,
        noise=noise,
        item_sd=np.full(len(rows), population.item_sd),
        of_skills=population.skill_sd**2 * _shared_skills(questions.skills[rows]),
    )


def _shared_skills(skills: Keys) -> Numbers:
    """Return the covariance of the mean of each item's skills, each of variance 1.  [n, n]"""
    names, code = np.unique(skills, return_inverse=True)
    present = skills != NOBODY
    weight = present / np.maximum(present.sum(1), 1)[:, None]
    table = np.zeros((len(skills), len(names)))
    np.add.at(table, (np.arange(len(skills))[:, None], code.reshape(skills.shape)), weight)
    shared: Numbers = table @ table.T
    return shared


def _together(parts: Sequence[_Known]) -> _Known:
    return _Known(
        texts=[text for part in parts for text in part.texts],
        rows=np.concatenate([part.rows for part in parts]),
        counts=[len(part.rows) for part in parts],
        difficulty=np.concatenate([part.difficulty for part in parts]),
        noise=np.concatenate([part.noise for part in parts]),
        item_sd=np.concatenate([part.item_sd for part in parts]),
        of_skills=block_diag(*(part.of_skills for part in parts)),
    )


def _weighed(known: _Known, alike: Numbers) -> list[_Hypothesis]:
    """Return the hypotheses that have a chance, given the known difficulties."""
    guesses = [(0.0, 1), *((share, power) for share in SHARES for power in POWERS)]
    prior = np.array([SILENT] + [(1.0 - SILENT) / (len(guesses) - 1)] * (len(guesses) - 1))
    logs = np.array([_log_evidence(known, alike, *guess) for guess in guesses]) + np.log(prior)
    chances = np.exp(logs - logs.max())
    if chances[0] > chances[1:].sum():
        chances[1:] = 0.0
    chances = np.where(chances < NEGLIGIBLE * chances.sum(), 0.0, chances)
    chances /= chances.sum()
    hypotheses = []
    for (share, power), chance in zip(guesses, chances, strict=True):
        if chance:
            factor = cho_factor(_covariance(known, alike, share, power))
            precision = cho_solve(factor, np.eye(len(known.texts)))
            hypotheses.append(_Hypothesis(share, power, float(chance), precision, precision @ known.difficulty))
    return hypotheses


def _log_evidence(known: _Known, alike: Numbers, share: float, power: int) -> float:
    factor = cho_factor(_covariance(known, alike, share, power))
    fit = known.difficulty @ cho_solve(factor, known.difficulty)
    return float(-0.5 * fit - np.log(np.diag(factor[0])).sum())


def _covariance(known: _Known, alike: Numbers, share: float, power: int) -> Numbers:
    """Return the covariance of the known difficulties as answers told them.  [n, n]"""
    common = _common(alike, share, power, known.item_sd)
    own = known.item_sd**2 - np.diag(common) + known.noise
    return common + known.of_skills + np.diag(own)


def _common(alike: Numbers, share: float, power: int, item_sd: Numbers) -> Numbers:
    """Return the part of the covariance that comes from texts being alike.  [n, n]"""
    return share * np.outer(item_sd, item_sd) * alike**power


def _texts(items: Sequence[Item]) -> list[str]:
    return [item.text or "" for item in items]
