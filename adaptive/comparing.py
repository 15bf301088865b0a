"""The recurrent policy beside the standard one, on the steps that either drew: nothing is offered, nothing written.

Each log is gone through once, by the course as it was, and at each stored step both policies are asked. A step tells
something only if the one that drew it would draw by the same chances again, so that all is as it was then.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from adaptive.adapting import Standing
from adaptive.bringing import how_it_went
from adaptive.judging import Judgment, Trial, is_fresh, judged, untold
from adaptive.leaving_out import LeftOut
from adaptive.models import Recommendation
from adaptive.recommending import POLICY, RECURRENT, Inputs, decide_step
from adaptive.replaying import Verdict, syllabi_then, syllabus_then
from adaptive.retracing import Fold, retraced, turn
from adaptive.sequencing import LiveSequencer
from adaptive.serving import tutor_then
from adaptive.shadowing import Chances, Offer, chances_in
from mlcore.laws import Law
from mlcore.off_policy import UNCLIPPED

TOLD_EVERY = 20  # learners
SAME = 1e-4  # chances that differ by less are the same, added up in another order

Told = Callable[[float], None]


@dataclass
class Comparison:
    """What the steps tell, and how many do not."""

    trials: list[Trial] = field(default_factory=list)
    left_out: Counter[LeftOut] = field(default_factory=Counter)

    def judged(self, clip: float = UNCLIPPED) -> Judgment:
        return judged(self.trials, self.left_out, clip)

    @property
    def other_favorite(self) -> float:
        """Share of the steps at which the policies have different favorites; 0 without any."""
        others = sum(_favorite(one.shadow) != _favorite(one.usual or {}) for one in self.trials)
        return others / max(len(self.trials), 1)

    @property
    def moved(self) -> float:
        """Chance that one gives to other candidates than the other does (total variation distance)."""
        distances = [
            sum(abs(chance - (one.usual or {})[key]) for key, chance in one.shadow.items()) for one in self.trials
        ]
        return 0.5 * float(np.mean(distances or [0.0]))


def compared(steps: Iterable[Recommendation], sequencer: LiveSequencer, told: Told = lambda done: None) -> Comparison:
    """Ask both policies at these steps. `told` hears what share of the learners is through."""
    by_learner: dict[int, list[Recommendation]] = defaultdict(list)
    for step in steps:
        by_learner[step.enrollment_id].append(step)
    found = Comparison()
    for number, own in enumerate(by_learner.values(), 1):
        _compare(own, sequencer, found)
        if number % TOLD_EVERY == 0:
            told(number / len(by_learner))
    return found


def _compare(steps: Sequence[Recommendation], sequencer: LiveSequencer, found: Comparison) -> None:
    """Add what the steps of one learner tell."""
    telling = []
    for step in steps:
        why_not = untold(step) or (None if step.policy in (POLICY, RECURRENT) and step.inputs else LeftOut.GONE)
        if why_not:
            found.left_out[why_not] += 1
        else:
            telling.append(step)
    for way in _ways_through(telling):
        for told in _trials_on(way, sequencer):
            if isinstance(told, Trial):
                found.trials.append(told)
            else:
                found.left_out[told] += 1


def _ways_through(steps: Iterable[Recommendation]) -> list[list[Recommendation]]:
    """Sort the steps of one learner into ways through the log: folded by one tutor, and by the same courses."""
    ways: list[list[Recommendation]] = []
    for step in sorted(steps, key=lambda step: step.after_sequence):
        way = next((way for way in ways if _leads_to(way[-1], step)), None)
        if way is None:
            ways.append([step])
        else:
            way.append(step)
    return ways


def _leads_to(one: Recommendation, later: Recommendation) -> bool:
    """Whether what was folded when one step was chosen is the beginning of what was when a later one was."""
    return _folded(one, one.after_sequence) == _folded(later, one.after_sequence)


def _folded(step: Recommendation, sequence: int) -> list[Any]:
    """By what a log was folded, as far as that entry."""
    spans = [(first, sha256) for first, sha256 in Inputs.of(step).syllabi if first <= sequence]
    return [step.checkpoint_id, step.calibration_id, list(Inputs.of(step).law), spans]


def _trials_on(way: Sequence[Recommendation], sequencer: LiveSequencer) -> list[Trial | LeftOut]:
    """Go through the log with the tutor and the courses that these steps were chosen by, and stop at each of them."""
    live, syllabi = tutor_then(way[0]), syllabi_then(way[-1]) if Inputs.of(way[-1]).syllabi else ()
    if live is None or isinstance(syllabi, Verdict):
        return [LeftOut.GONE] * len(way)
    waiting: dict[int, list[Recommendation]] = defaultdict(list)
    for step in way:
        waiting[step.after_sequence].append(step)
    told: list[Trial | LeftOut] = []
    for standing in retraced(way[0].enrollment, live, Fold(syllabi, sequencer, Law.from_json(Inputs.of(way[0]).law))):
        told += [_trial(step, standing, sequencer) for step in waiting.pop(standing.state.seen_up_to, [])]
        if not waiting:
            break
    return told + [LeftOut.GONE] * sum(len(rest) for rest in waiting.values())


def _trial(step: Recommendation, folded: Standing, sequencer: LiveSequencer) -> Trial | LeftOut:
    standing = replace(folded)
    turn(standing, syllabus_then(step), sequencer)
    if step.module_id not in standing.syllabus.modules:
        return LeftOut.GONE
    inputs = Inputs.of(step)
    usual = decide_step(standing, replace(inputs, sequencer=""))
    shadow = decide_step(standing, replace(inputs, sequencer=sequencer.sha256))
    drawn_by = {"": usual, sequencer.sha256: shadow}.get(inputs.sequencer)
    if shadow.policy != RECURRENT or drawn_by is None or not _is_same(chances_in(drawn_by), chances_in(step)):
        return LeftOut.GONE
    went = how_it_went(step, standing)
    if went is None and is_fresh(step):
        return LeftOut.UNANSWERED
    return Trial(step, chances_in(shadow), went, chances_in(usual), _known(usual.candidates, shadow.candidates))


def _is_same(one: Chances, other: Chances) -> bool:
    return one.keys() == other.keys() and all(abs(one[key] - other[key]) <= SAME for key in one)


def _known(usual: Sequence[Offer], shadow: Sequence[Offer]) -> list[Offer]:
    """What both policies weighed of each candidate."""
    return [{**one, "terms": {**other["terms"], **one["terms"]}} for one, other in zip(usual, shadow, strict=True)]


def _favorite(chances: Mapping[object, float]) -> object:
    return max(chances, key=lambda key: chances[key], default=None)
