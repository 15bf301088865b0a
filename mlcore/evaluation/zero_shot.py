"""How well the difficulty of items nobody answered is predicted: each item is left out once and judged by the others.

The truth is what the answers of the learners for training say; the chances are those of the other learners' answers to
the left-out items, with the ability of each learned online (`mlcore.algorithms.eb_irt`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pandas as pd
from scipy.stats import spearmanr

from mlcore.algorithms.eb_irt import EbIrt
from mlcore.answers import Item
from mlcore.calibration import NOTHING, Population, Table
from mlcore.datasets import split_learners
from mlcore.difficulty import fit_difficulty
from mlcore.encoders import Encoder
from mlcore.episodes import episodes_in, questions_of
from mlcore.evaluation.bootstrapping import bootstrap
from mlcore.evaluation.measures import log_losses
from mlcore.interactions import UNKNOWN, Codes, Interactions, Numbers
from mlcore.labels import learn_skills
from mlcore.texts import Described, expectations, told_by_answers
from mlcore.wording import plain

FOLDS = 5
SHARES = (0.75, 0.25)  # of learners, for training and for the test
ENOUGH_ANSWERS = 10  # of an item whose difficulty is taken for known
DRAWS = 1000
NINETY = 1.645  # sds on either side of a mean

Span = tuple[float, float, float]  # a figure, and the ends of the interval that holds 95 % if items were drawn anew


@dataclass(frozen=True)
class Way:
    """A way to expect how hard items are that nobody answered, beyond the mean of their skills."""

    name: str
    expect: Callable[[Described], Table]
    is_rated: bool = True  # knows the author's difficulty


@dataclass(frozen=True)
class LeftOut:
    """Each item's difficulty as answers told it and as each way predicted it, and the chances of test answers."""

    items: pd.DataFrame  # truth, noise, answers; for each way mean_ and sd_
    answers: pd.DataFrame  # item, correct; for each way p_


@dataclass(frozen=True)
class ZeroShotScore:
    """How well one way predicts left-out items."""

    way: str
    items: int
    answers: int
    rank: Span  # correlation with the truth (Spearman)
    log_loss: float
    against: Span  # difference of log-loss to the rival
    coverage: float  # share of 90 % intervals with the truth in them


@dataclass(frozen=True)
class SkillScore:
    """How often the skills of left-out texts are named, and how often the likeliest is right then."""

    way: str
    texts: int
    named: float
    right: float


def leave_items_out(log: Interactions, seed: int, encoder: Encoder | None = None) -> LeftOut:
    """Leave out each item of a course once, in FOLDS parts, and predict it in each way."""
    items, codes = described_items(log)
    fold = np.random.default_rng(seed).permutation(len(items)) % FOLDS
    table, answers = _truths(log, items, seed), _test_answers(log, seed)
    for way in ways_for(log, encoder):
        known = log if way.is_rated else replace(log, item_difficulties={})
        in_words, _ = described_items(known)
        training, test = split_learners(known, SHARES, seed)
        for part in range(FOLDS):
            hidden = np.flatnonzero(fold == part)
            cohort = episodes_in(training.rows(~np.isin(training.item, codes[hidden])))
            expected = way.expect(Described(in_words, fit_difficulty(cohort, Population())))
            calibration = fit_difficulty(cohort, Population(), expected)
            prompts = calibration.weigh(questions_of([in_words[place] for place in hidden]))
            table.loc[hidden, f"mean_{way.name}"] = calibration.level - prompts.base
            table.loc[hidden, f"sd_{way.name}"] = prompts.sd
            asked = np.isin(test.item, codes[hidden])
            answers.loc[asked, f"p_{way.name}"] = EbIrt(calibration=calibration).predict_next(test)[asked]
    return LeftOut(table, answers)


def ways_for(log: Interactions, encoder: Encoder | None = None) -> list[Way]:
    """Return the ways to predict, the one to beat first; the author's rating only where there is one."""
    ways = [way for way in WAYS if way is not BY_AUTHOR or log.item_difficulties]
    if encoder is not None:
        ways.append(Way(_text_way(encoder), partial(expectations, embed=encoder.embed)))
    return ways


def described_items(log: Interactions) -> tuple[list[Item], Codes]:
    """Return the items that were asked, in words, with their codes: their text, or their name where there is none."""
    codes, first = np.unique(log.item, return_index=True)
    skills = [[log.skill_names[code] for code in row if code != UNKNOWN] for row in log.skills[first]]
    items = [
        Item(
            log.item_names[code],
            own,
            log.item_difficulties.get(code),
            text=log.item_texts.get(code) or log.item_names[code],
        )
        for code, own in zip(codes.tolist(), skills, strict=True)
    ]
    return items, codes


def zero_shot_scores(left_out: LeftOut) -> list[ZeroShotScore]:
    """Score each way; the rival of all is the last that reads no text but what an author gave (skills and rating)."""
    names = [str(name).removeprefix("p_") for name in left_out.answers if str(name).startswith("p_")]
    rival = BY_AUTHOR.name if BY_AUTHOR.name in names else BY_SKILL.name
    return [_score(left_out, name, rival) for name in names]


def skill_score(items: Sequence[Item], seed: int, encoder: Encoder | None = None) -> SkillScore | None:
    """Name the skills of each text by the others, in FOLDS parts; None if there are too few."""
    labelled = [item for item in items if item.skills]
    if len(labelled) < FOLDS:
        return None
    fold = np.random.default_rng(seed).permutation(len(labelled)) % FOLDS
    named, right = 0, 0
    for part in range(FOLDS):
        known = [item for item, own in zip(labelled, fold, strict=True) if own != part]
        finder = learn_skills(known, encoder.embed if encoder else None)
        asked = [item for item, own in zip(labelled, fold, strict=True) if own == part]
        for item, guesses in zip(asked, finder.guess([item.text or "" for item in asked]), strict=True):
            named += bool(guesses)
            right += bool(guesses) and guesses[0].skill in item.skills
    return SkillScore(_text_way(encoder), len(labelled), named / len(labelled), right / max(named, 1))


def _text_way(encoder: Encoder | None) -> str:
    """Return `text`, which goes by counts of words, or whose vectors it goes by."""
    return f"{BY_TEXT.name} by {encoder.name}" if encoder else BY_TEXT.name


def _score(left_out: LeftOut, way: str, rival: str) -> ZeroShotScore:
    known = left_out.items[left_out.items["answers"] >= ENOUGH_ANSWERS]
    truth, mean = known["truth"].to_numpy(), known[f"mean_{way}"].to_numpy()
    within = np.abs(truth - mean) <= NINETY * np.sqrt(known[f"sd_{way}"].to_numpy() ** 2 + known["noise"].to_numpy())
    correct = left_out.answers["correct"].to_numpy()
    losses, others = (log_losses(left_out.answers[f"p_{name}"].to_numpy(), correct) for name in (way, rival))
    apart = bootstrap(losses - others, left_out.answers["item"].to_numpy())
    return ZeroShotScore(
        way=way,
        items=len(known),
        answers=len(correct),
        rank=_rank(mean, truth),
        log_loss=float(losses.mean()),
        against=(apart.mean, apart.low, apart.high),
        coverage=float(within.mean()),
    )


def _rank(predicted: Numbers, truth: Numbers, seed: int = 0) -> Span:
    """Return Spearman's correlation with a percentile interval over items drawn anew; nan if nothing varies."""
    rng = np.random.default_rng(seed)
    draws = rng.integers(len(truth), size=(DRAWS, len(truth)))
    drawn = [_spearman(predicted[rows], truth[rows]) for rows in draws]
    low, high = np.nanquantile(drawn, [0.025, 0.975])
    return _spearman(predicted, truth), float(low), float(high)


def _spearman(some: Numbers, others: Numbers) -> float:
    if np.ptp(some) == 0 or np.ptp(others) == 0:
        return float("nan")
    return float(spearmanr(some, others).statistic)


def _truths(log: Interactions, items: Sequence[Item], seed: int) -> pd.DataFrame:
    training, _ = split_learners(log, SHARES, seed)
    truth = fit_difficulty(episodes_in(training), Population())
    questions = questions_of(items)
    difficulty, noise = told_by_answers(truth, questions)
    authored = np.nan_to_num((questions.difficulty - 3.0) * truth.author_slope)
    _, _, answers = truth.items.find(questions.item, 0.0)
    return pd.DataFrame({"truth": difficulty + authored, "noise": noise, "answers": answers})


def _test_answers(log: Interactions, seed: int) -> pd.DataFrame:
    _, test = split_learners(log, SHARES, seed)
    return pd.DataFrame({"item": test.item, "correct": test.correct})


def by_length(course: Described) -> Table:
    """Predict deviations by the length of the text: a line through those of items with answers, by least squares."""
    sd = course.calibration.population.item_sd
    length = np.log1p([len(plain(item.text or "")) for item in course.items])
    keys = np.array([item.item_key for item in course.items], np.uint64)
    mean, spread, answers = course.calibration.items.find(keys, sd)
    met = answers > 0
    slope, start = np.polyfit(length[met], mean[met], 1, w=1.0 / spread[met]) if np.ptp(length[met]) else (0.0, 0.0)
    order = np.argsort(keys)
    expected = slope * length + start
    return Table(keys[order], expected[order], np.full(len(keys), sd), np.zeros(len(keys)))


BY_SKILL = Way("skill", lambda course: NOTHING, is_rated=False)
BY_AUTHOR = Way("author", lambda course: NOTHING)
BY_TEXT = Way("text", expectations)
WAYS = (BY_SKILL, BY_AUTHOR, Way("length", by_length), BY_TEXT)
