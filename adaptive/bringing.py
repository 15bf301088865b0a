"""What a step brought: how the answers after it went, and what was left of it a day or more later.

All are surprises: scores less what was expected. A step's gain is (EARLY x soon + later) / (EARLY + 1). `soon` is the
mean surprise of the first answers on its skills, three at most; `later` that of the test: the first one a day or more
after, with no lesson in between. The weights are those by which ways of teaching are judged. Who stops answering may
be who did badly, so what was not seen is made up for by learners to whom like things happened (`mlcore.censoring`):
first `later` of those of whom `soon` is known, then the gain of all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from adaptive.adapting import Standing
from adaptive.history import answer_of
from adaptive.models import Recommendation
from courses.models import Interaction
from mlcore.answers import Answer, Item
from mlcore.censoring import completed
from mlcore.effects.credit import DAY, EARLY
from mlcore.interactions import Codes, Numbers
from mlcore.off_policy import FEWEST_LEARNERS

ANSWERS = 3  # that a visit has at least, however it goes: with more, how long it lasted would tell how it went
WITHIN = 40  # answers on any skill that are looked through
A_DAY = timedelta(seconds=DAY)


@dataclass(frozen=True)
class Went:
    """How the answers on a step's skills went, and what was expected of the learner before the step."""

    score: float  # mean over the first ones, ANSWERS at most
    expected: float  # likewise
    answers: int = ANSWERS
    later: float | None = None  # score less expectation at the test a day or more later; None where there was none

    @property
    def soon(self) -> float:
        return self.score - self.expected


@dataclass(frozen=True)
class Seen:
    """How many steps are followed by as many answers as count, by fewer, by none; and by a test a day or more later."""

    all: int
    fewer: int
    none: int
    later: int


NOTHING = Seen(0, 0, 0, 0)


def seen_in(known: Sequence[Went | None]) -> Seen:
    answers = [one.answers if one else 0 for one in known]
    full, none = answers.count(ANSWERS), answers.count(0)
    return Seen(full, len(answers) - full - none, none, sum(bool(one and one.later is not None) for one in known))


def how_it_went(step: Recommendation, before: Standing) -> Went | None:
    """Return how the first answers on a step's skills since it was chosen went; None while there is none.

    The expectation is that of the learner's standing before the step, for the same question at the same time, without
    regard to the way of teaching: hard and easy questions count alike, and so do good and poor learners. However many
    more there are, ANSWERS of them count, in the visit or after it.
    """
    skills = set(before.syllabus.modules[step.module_id].skills)
    log = step.enrollment.interactions.answers().after(step.after_sequence).with_question()[:WITHIN]
    told = [(number, event, answer_of(event, before.syllabus)) for number, event in enumerate(log)]
    about_it = [(number, event, answer) for number, event, answer in told if skills & set(answer.skills)]
    if not about_it:
        return None
    first = about_it[:ANSWERS]
    score = float(np.mean([answer.correct for _, _, answer in first]))
    expected = float(np.mean([_expected(before, answer, number) for number, _, answer in first]))
    return Went(score, expected, len(first), _later(step, before, [event for _, event, _ in about_it]))


def _later(step: Recommendation, before: Standing, about_it: Sequence[Interaction]) -> float | None:
    """Return the surprise at the first answer on a step's skills a day or more after the first one.

    None if it follows another lesson on them, in its own visit or in between: it tests that one.
    """
    skills, due = set(before.syllabus.modules[step.module_id].skills), about_it[0].at + A_DAY
    log = step.enrollment.interactions.answers().after(about_it[0].sequence)
    for event in log.filter(at__gte=due).with_question()[:WITHIN]:
        answer = answer_of(event, before.syllabus)
        if skills & set(answer.skills):
            between = [one for one in about_it if one.sequence < event.sequence and one.variant_id != step.variant_id]
            if event.variant_id or any(one.variant_id for one in between):
                return None
            ahead = log.filter(sequence__lt=event.sequence).count() + 1
            return answer.correct - _expected(before, answer, ahead)
    return None


def _expected(before: Standing, answer: Answer, ahead: int) -> float:
    """The chance of a right answer, told before the step and with `ahead` other answers in between."""
    item = Item(answer.item, answer.skills, answer.difficulty)
    predicted, _ = before.live.tutor.predict(before.belief, [item], at=answer.at, ahead=ahead)
    return float(predicted[0])


def gains_of(known: Sequence[Went | None], features: Numbers, learner: Codes) -> Numbers:
    """Return what n steps brought, with stand-ins for what was not seen.  [n]

    `features` [n, f] are of the steps, and known when they were chosen. Where fewer than FEWEST_LEARNERS came to a test
    a day or more later, gains are `soon` alone. Raises ValueError where nobody answered.
    """
    gain, later = _soon(known), np.array([np.nan if one is None or one.later is None else one.later for one in known])
    answered = ~np.isnan(gain)
    if len(np.unique(learner[~np.isnan(later)])) >= FEWEST_LEARNERS:
        count = np.array([one.answers for one in known if one])
        told = completed(
            np.column_stack([features[answered], gain[answered], count]), learner[answered], later[answered]
        )
        gain[answered] = (EARLY * gain[answered] + told) / (EARLY + 1.0)
    return completed(features, learner, gain)


def _soon(known: Sequence[Went | None]) -> Numbers:
    return np.array([np.nan if one is None else one.soon for one in known])
