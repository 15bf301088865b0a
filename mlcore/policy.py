"""Which question next: a score whose terms can be told to the learner, and the chances it gives each candidate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from functools import reduce

import numpy as np

from mlcore.interactions import Codes, Mask, Numbers
from mlcore.prospects import Prospects

LISTED = 12  # candidates at most that one is drawn from: a floor of .02 for each gives a quarter away, and no more


@dataclass(frozen=True)
class PolicySettings:
    """What makes a good next question, and how strictly the best is taken."""

    band: tuple[float, float] = (0.60, 0.85)  # chances of success in which people learn most
    outside: float = 0.12  # a chance this much further outside the band than that of another way fits exp(-1/2) as well
    unfit: float = 0.2  # share of what a module brings that is left in a way far outside
    learning: float = 3.0  # weights of the terms
    retention: float = 2.0
    information: float = 0.3
    variety: float = 0.1
    time: float = 0.01  # a minute's
    effects: float = 1.0
    annealing: float = 20.0  # answers after which information counts half
    spaced_answers: float = 10.0  # as many answers are as long as a day, where times are unknown
    temperature: float = 0.05
    floor: float = 0.02  # lowest chance of any candidate that is drawn from


@dataclass(frozen=True)
class Outlook:
    """What the policy knows of n candidates."""

    probability: Numbers  # [n] of a right answer
    variance: Numbers  # [n] of its logit, without what only the item's difficulty leaves open
    prospects: Prospects  # of n
    lately: Numbers  # [n] how lately its skill was asked: 1 just now, exp(-1/2) an answer ago, 0 never
    answered: float  # by the learner, so far
    modality_share: Numbers  # [n] share of the recent answers in the candidate's modality
    effects: Numbers  # [n] the caller's own, e.g. of a modality on this learner
    sequence: Numbers | None = None  # [n] what another policy would have in the place of learning
    module: Codes | None = None  # [n] what candidates are ways of: the best difficulty is one of its ways; None for one

    def rows(self, chosen: Codes) -> Outlook:
        """Return that on some candidates."""
        return Outlook(
            self.probability[chosen],
            self.variance[chosen],
            self.prospects.rows(chosen),
            self.lately[chosen],
            self.answered,
            self.modality_share[chosen],
            self.effects[chosen],
            None if self.sequence is None else self.sequence[chosen],
            None if self.module is None else self.module[chosen],
        )


@dataclass(frozen=True)
class Suggestion:
    """A drawn candidate, with the chances it was drawn by and why: scores are the sums of the terms."""

    pick: int
    probability: Numbers  # [n] of a right answer, as the outlook has it
    propensities: Numbers  # [n] sum to 1
    scores: Numbers  # [n]
    terms: Mapping[str, Numbers]  # name -> [n]
    cost: float = 0.0  # of what was not allowed: how much lower the expected score is
    luck: float = 0.0  # the random number from 0 to 1 that decided
    all_allowed: int | None = None  # what the same luck picks where all is allowed; None where all was
    own_list: int | None = None  # what it picks from this policy's own list; None where the list was its own
    spread: Numbers = field(default_factory=lambda: np.empty((0, 0)))  # [d, n] of scores, in draws of what is believed

    @property
    def expected_score(self) -> float:
        return float(self.propensities @ self.scores)

    def within(self, rows: Codes, outlook: Outlook, terms: dict[str, Numbers], scores: Numbers) -> Suggestion:
        """Return the same as one among more candidates, of which it judged these rows. The others have no chance.

        It takes over the terms and scores of all, and writes its own into them: copies would cost as much as the draw.
        """
        chance, chances = outlook.probability, np.zeros(len(scores))
        chance[rows], chances[rows], scores[rows] = self.probability, self.propensities, self.scores
        for name, term in terms.items():
            term[rows] = self.terms[name]
        spread = np.zeros((len(self.spread), len(scores)))
        spread[:, rows] = self.spread
        return replace(
            self,
            pick=int(rows[self.pick]),
            probability=chance,
            propensities=chances,
            scores=scores,
            terms=terms,
            spread=spread,
            all_allowed=_place(rows, self.all_allowed),
            own_list=_place(rows, self.own_list),
        )


def _place(rows: Codes, one: int | None) -> int | None:
    return None if one is None else int(rows[one])


def choose(
    outlook: Outlook,
    rng: np.random.Generator,
    settings: PolicySettings | None = None,
    allowed: Mask | None = None,
    listing: PolicySettings | None = None,
) -> Suggestion:
    """Draw one of the LISTED best candidates that are `allowed` [n], each with at least the floor propensity.

    The floor keeps off-policy estimates possible (Bottou et al. 2013). So does the list: it is the one that the
    standard policy makes by the settings `listing`, by default these, whatever else the outlook or the settings say, so
    that each policy can be judged by what another one drew. What the same random number picks where all is allowed, or
    from this policy's own list, is told with it. Raises ValueError without candidates.
    """
    if not len(outlook.probability):
        raise ValueError("candidates: there are none to choose from")
    if allowed is not None and (allowed.shape != outlook.probability.shape or not allowed.any()):
        raise ValueError(f"allowed: expected {len(outlook.probability)} truths, one of them true at least")
    settings = settings or PolicySettings()
    terms = weigh(outlook, settings)
    scores = total(terms)
    is_own = outlook.sequence is None and listing in (None, settings)
    standard = scores if is_own else _standard(outlook, listing or settings)
    drawn, luck = _drawn(outlook, settings, scores), rng.random()
    chances = _chances(drawn, short_list(standard, allowed), settings)
    suggestion = Suggestion(_picked(chances, luck), outlook.probability, chances, scores, terms, luck=luck)
    if not is_own:
        listed = _chances(drawn, short_list(scores, allowed), settings)
        suggestion = replace(suggestion, own_list=_picked(listed, luck))
    if allowed is not None and not allowed.all():
        free = _chances(drawn, short_list(standard), settings)
        suggestion = replace(suggestion, cost=float((free - chances) @ scores), all_allowed=_picked(free, luck))
    return replace(suggestion, spread=drawn - scores)


def _picked(chances: Numbers, luck: float) -> int:
    """Return which of n candidates a random number from 0 to 1 picks by their chances [n]."""
    drawable = np.flatnonzero(chances)
    return int(drawable[min(int(np.searchsorted(np.cumsum(chances[drawable]), luck)), len(drawable) - 1)])


def _standard(outlook: Outlook, settings: PolicySettings) -> Numbers:
    """Return the scores of the standard policy.  [n]"""
    return total(weigh(replace(outlook, sequence=None), settings))


def _chances(drawn: Numbers, listed: Codes, settings: PolicySettings) -> Numbers:
    """Return the chance of each candidate, given scores [d, n] in draws of what is believed: 0 off the list.  [n]"""
    chances = np.zeros(drawn.shape[1])
    chances[listed] = propensities(drawn[:, listed], settings)
    return chances


def short_list(scores: Numbers, allowed: Mask | None = None, most: int = LISTED) -> Codes:
    """Return so many of the highest scores [n] among those allowed, in their own order; of equals the first."""
    open_to = np.arange(len(scores)) if allowed is None else np.flatnonzero(allowed)
    if len(open_to) <= most:
        return open_to
    of = scores if allowed is None else scores[open_to]
    last = _last_of_the_best(of, most)
    above, level = np.flatnonzero(of > last), np.flatnonzero(of == last)
    listed: Codes = open_to[np.sort(np.concatenate([above, level[: most - len(above)]]))]
    return listed


def _last_of_the_best(values: Numbers, most: int) -> float:
    """Return the value of the last of so many best, fewer than all. Of many, only those can be among them that reach
    the lowest of as many best ones of blocks."""
    width = len(values) // (4 * most)
    if width > 1:
        blocks = values[: 4 * most * width].reshape(-1, width).max(1)
        values = values[values >= np.partition(blocks, -most)[-most]]
    return float(np.partition(values, -most)[-most])


def total(terms: Mapping[str, Numbers]) -> Numbers:
    """Return the scores that terms [n] add up to.  [n]"""
    return reduce(np.add, terms.values())


def weigh(outlook: Outlook, settings: PolicySettings) -> dict[str, Numbers]:
    """Return the terms of each candidate's score, weighted.  name -> [n]

    learning: chance that it is learned and lasts, as far as its difficulty fits; sequence likewise, which stands in its
    place, where there is one. retention: how much likelier it is recalled later for coming back now. information:
    expected share of the logit's variance that an answer takes away; it counts less, the more is known. variety: less
    for what was just done, once that is held. time: a minute's cost.
    """
    p, prospects = outlook.probability, outlook.prospects
    told = outlook.variance * p * (1.0 - p)
    again = prospects.held * outlook.lately
    fitting = fit(outlook, settings)
    learned = {"learning": settings.learning * fitting * prospects.learning}
    if outlook.sequence is not None:
        learned = {"sequence": fitting * outlook.sequence}
    return learned | {
        "retention": settings.retention * prospects.retention,
        "information": settings.information * 0.5 ** (outlook.answered / settings.annealing) * (told / (1.0 + told)),
        "variety": -settings.variety * (outlook.modality_share + again),
        "time": -settings.time * (prospects.minutes - prospects.minutes.min()),
        "effects": settings.effects * outlook.effects,
    }


def fit(outlook: Outlook, settings: PolicySettings) -> Numbers:
    """Return how much of what a module brings is left at the difficulty of each way to take it.  [n]

    All of it at the way whose chance of success is nearest to the band, or inside; less, the further another one is
    away. So difficulty decides between ways, and not between modules: what is not known yet is hard in all of them.
    """
    p = outlook.probability
    away = np.abs(p - np.clip(p, *settings.band))
    further = away - _least(away, outlook.module)
    near = np.exp(-0.5 / settings.outside**2 * (further * further))
    fitting: Numbers = settings.unfit + (1.0 - settings.unfit) * near
    return fitting


def _least(values: Numbers, group: Codes | None) -> Numbers:
    """Return the least value of each one's group.  [n]"""
    if group is None:
        return np.full(len(values), values.min())
    names, place = np.unique(group, return_inverse=True)
    least = np.full(len(names), np.inf)
    np.minimum.at(least, place, values)
    return least[place]


def _drawn(outlook: Outlook, settings: PolicySettings, scores: Numbers) -> Numbers:
    """Return the scores in each draw of what is believed; once, where nothing was drawn.  [d, n]"""
    prospects = outlook.prospects
    if outlook.sequence is not None or not len(prospects.drawn):
        return scores[None]
    return scores + settings.learning * fit(outlook, settings) * (prospects.drawn - prospects.learning)


def propensities(drawn: Numbers, settings: PolicySettings) -> Numbers:
    """Return the chance of each candidate: the mean softmax of scores [d, n], above an even floor.  [n]

    With scores drawn from what is believed, that is Thompson sampling.
    """
    floor = min(settings.floor, 1.0 / drawn.shape[1])
    odds = np.exp((drawn - drawn.max(1, keepdims=True)) / settings.temperature)
    shares = (odds / odds.sum(1, keepdims=True)).mean(0)
    chances: Numbers = floor + (1.0 - floor * drawn.shape[1]) * shares
    return chances


def check(settings: PolicySettings) -> PolicySettings:
    """Return the settings. Raises ValueError naming one that makes no sense."""
    low, high = settings.band
    if not 0.0 <= low <= high <= 1.0:
        raise ValueError(f"band: expected 0 <= low <= high <= 1, got {settings.band}")
    for column in fields(settings)[1:]:
        value = getattr(settings, column.name)
        if not np.isfinite(value) or value < 0.0:
            raise ValueError(f"{column.name}: expected a number from 0, got {value}")
    for name in ("outside", "annealing", "spaced_answers", "temperature"):
        if getattr(settings, name) == 0.0:
            raise ValueError(f"{name}: must be more than 0")
    return settings
