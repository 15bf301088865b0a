"""What the answers of a placement test tell of every skill of a course, asked about or not (`mlcore.placement`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from adaptive.adapting import Standing
from adaptive.newcomers import kinds_in
from adaptive.preparing import prepared_for_each
from adaptive.progress import RIGHT
from adaptive.syllabus import QuestionEntry, Syllabus
from courses.models import QuestionKind
from mlcore import placement
from mlcore.interactions import Mask, Numbers
from mlcore.placement import Expected, Imagined, Pool

GUESSES = {QuestionKind.TRUE_OR_FALSE: 0.5, QuestionKind.SINGLE_CHOICE: 0.25}  # chance to be right without knowing
OTHER_GUESS = 0.05
EARLIER_GUESS = 0.25  # as if what an earlier test found were one right answer to a question with four choices


@dataclass(frozen=True)
class Judgment:
    """What a placement test tells so far: imagined learners, and how likely each gave these answers."""

    skills: tuple[int, ...]
    requires: Mask  # [s, s]
    imagined: Imagined
    weights: Numbers  # [n]
    shown: Mask  # [s] by a right answer, or known already

    @cached_property
    def chances(self) -> dict[int, float]:
        """How likely each skill is known."""
        return dict(zip(self.skills, self._known.tolist(), strict=True))

    @property
    def known(self) -> list[int]:
        """The skills that are better taken as known, as surely as it takes anywhere to call a skill known."""
        taken = placement.conclude(self._known, self.requires, self.shown)
        return [skill for skill, is_known in zip(self.skills, taken, strict=True) if is_known]

    @property
    def kinds(self) -> list[float]:
        """How likely this is somebody of each of `mlcore.placement.KINDS`."""
        return [round(float(chance), 3) for chance in placement.kinds(self.imagined, self.weights)]

    @cached_property
    def _known(self) -> Numbers:
        return placement.known(self.imagined, self.weights)


def judge(standing: Standing) -> Judgment:
    """Weigh what the answers of the placement test tell of every skill; and what was known before it, if anything."""
    syllabus, answers = standing.syllabus, standing.progress.placement.answers
    every = {question.id: question for _, question in questions_in(syllabus)}
    still = [answer for answer in answers if answer[0] in every]
    asked = [every[question] for question, _, _ in still]
    expected, pool = _outset(standing, asked)
    scores = np.array([score for _, score, _ in still], float)
    passed = np.array([has_passed for _, _, has_passed in still], bool)
    imagined = _imagined(syllabus, expected)
    before, known = _before(standing, imagined)
    shown = known | pool.asks[scores >= RIGHT].any(0)
    weights = placement.weigh(imagined, before, pool, scores, passed)
    return Judgment(tuple(syllabus.skills), _requires(syllabus), imagined, weights, shown)


def pool_of(standing: Standing, questions: Sequence[QuestionEntry]) -> Pool:
    """Return questions as `mlcore` reads them."""
    return _outset(standing, questions)[1]


def questions_in(syllabus: Syllabus) -> list[tuple[int, QuestionEntry]]:
    """Return the questions that ask for a skill, each with its module."""
    return [(one.id, question) for one in syllabus.modules.values() for question in one.questions if question.skills]


def _before(standing: Standing, imagined: Imagined) -> tuple[Numbers, Mask]:
    """Return how likely each imagined learner was before the test [n], and what was known by then [s].

    A newcomer is as the earlier ones of the subject. Who takes a test later has shown some skills in lessons, which
    is worth a right answer without guessing, and others in an earlier test, which is worth one with it.
    """
    skills, asked = list(standing.syllabus.skills), _asked_in_test(standing)
    beliefs, earlier = standing.beliefs(skills), standing.progress.placement.known
    known = np.array([beliefs[skill].is_known and skill not in asked for skill in skills], bool)
    counts = known | np.array([skill in earlier for skill in skills], bool)
    nothing = np.zeros(int(counts.sum()))
    guess = np.where(known[counts], 0.0, EARLIER_GUESS)
    pool = Pool(np.eye(len(skills), dtype=bool)[counts], nothing, nothing, guess)
    outset = placement.outset(imagined, kinds_in(standing.syllabus.subject))
    return placement.weigh(imagined, outset, pool, nothing + 1.0, known[counts]), known


def _asked_in_test(standing: Standing) -> set[int]:
    """Return the skills asked for in the test: what it told of them is in its answers."""
    asked = {question for question, _, _ in standing.progress.placement.answers}
    every = questions_in(standing.syllabus)
    return {skill for _, question in every if question.id in asked for skill in question.skills}


def _outset(standing: Standing, questions: Sequence[QuestionEntry]) -> tuple[Expected, Pool]:
    """Return how strong a newcomer may be in each skill of the course, and these questions, as `mlcore` reads them."""
    skills = {skill: place for place, skill in enumerate(standing.syllabus.skills)}
    asks = np.zeros((len(questions), len(skills)), bool)
    for row, question in enumerate(questions):
        asks[row, [skills[skill] for skill in question.skills]] = True
    guess = np.array([GUESSES.get(QuestionKind(question.kind), OTHER_GUESS) for question in questions])
    expected, ease, sd = standing.live.tutor.expect(list(skills), prepared_for_each(standing, [(questions, None)]))
    return expected, Pool(asks, ease, sd, guess)


def _imagined(syllabus: Syllabus, expected: Expected) -> Imagined:
    return placement.imagine(expected, _requires(syllabus))


def _requires(syllabus: Syllabus) -> Mask:
    """Return which skill (row) builds on which (column)."""
    place = {skill: n for n, skill in enumerate(syllabus.skills)}
    requires = np.zeros((len(place), len(place)), bool)
    for skill, entry in syllabus.skills.items():
        requires[place[skill], [place[before] for before in entry.requires]] = True
    return requires
