"""A placement test: up to eight questions, each the one that tells most, before the first lesson.

What an answer tells of the skills that nobody asked about is judged by `mlcore.placement`, from the answers of the test
alone. The answers are ordinary ones: they are taken in as any other, and never asked again soon. Nothing is said about
them before the end, because what is right there would teach what the next question asks.
"""

from __future__ import annotations

import math
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from adaptive.adapting import Standing
from adaptive.mastery import KNOWN_CHANCE, KNOWN_SURETY
from adaptive.preparing import prepared_for_each
from adaptive.progress import Ending, Progress
from adaptive.syllabus import QuestionEntry, SkillEntry, Syllabus
from courses.kept_versions import version_of
from courses.models import Interaction, InteractionKind, Presentation, Purpose, QuestionKind
from mlcore import placement
from mlcore.placement import Expected, Pool
from mlcore.policy import PolicySettings, propensities

POLICY = "tells most of what is known, 1"
MOST_QUESTIONS = 8
MINUTES_EACH = 0.75
FEWEST_SKILLS = 5  # asked for in a course, for a test to be worth it
SETTLED = 0.85  # as sure as this that a skill is known, or that it is not, needs no further question
LEAST_BITS = 0.02  # a question that tells less is not worth asking
MOST_WEIGHED = 400  # questions among which the next one is chosen
EXPLORED = 0.05  # of all choices are drawn evenly
SETTINGS = PolicySettings(temperature=0.03)  # of the most telling ones some are about equal
CUT = math.log(KNOWN_CHANCE / (1.0 - KNOWN_CHANCE))
GUESSES = {QuestionKind.TRUE_OR_FALSE: 0.5, QuestionKind.SINGLE_CHOICE: 0.25}  # chance to be right without knowing
OTHER_GUESS = 0.05
DICE = secrets.SystemRandom()


@dataclass(frozen=True)
class Judgment:
    """What a placement test tells so far: imagined learners, and how likely each gave these answers."""

    skills: tuple[int, ...]
    strength: np.ndarray  # [n, s]
    weights: np.ndarray  # [n]
    asked_for: np.ndarray  # [s] some question asks for this skill

    @cached_property
    def chances(self) -> dict[int, float]:
        """How likely each skill is known."""
        known = placement.known(self.strength, self.weights, CUT)
        return dict(zip(self.skills, known.tolist(), strict=True))

    @property
    def is_settled(self) -> bool:
        """Of each skill that can be asked for, we are sure enough whether it is known."""
        chance = np.array(list(self.chances.values()))[self.asked_for]
        return bool(((chance >= SETTLED) | (chance <= 1.0 - SETTLED)).all())

    @property
    def known(self) -> list[int]:
        """The skills that seem known, as surely as it takes anywhere to call a skill known."""
        return [skill for skill, chance in self.chances.items() if _seems(chance) == "known"]


def is_on_offer(standing: Standing) -> bool:
    """Somebody who has not begun may find out where to start, if the course has enough to ask.

    So may, at any time, who was asked to by a trainer.
    """
    progress = standing.progress
    is_open = not progress.placement.ended and (progress.placement.is_anew or not progress.has_begun)
    return (is_open or is_asked_anew(standing)) and is_worth_it(standing.syllabus)


def is_asked_anew(standing: Standing) -> bool:
    """A trainer asks for another test, and it has not begun: with its beginning, what they asked is done."""
    return standing.steering.placement is not None


def is_under_way(standing: Standing) -> bool:
    return answered_in(standing) > 0 and is_on_offer(standing)


def answered_in(standing: Standing) -> int:
    """How many questions of the test on offer are answered."""
    return 0 if is_asked_anew(standing) else len(standing.progress.placement.answers)


def is_worth_it(syllabus: Syllabus) -> bool:
    """Skills that build on each other, with a question for several of them and two for each question of the test."""
    questions = [question for module in syllabus.modules.values() for question in module.questions if question.skills]
    skills = {skill for question in questions for skill in question.skills}
    is_graph = any(syllabus.skills[skill].requires for skill in skills)
    return syllabus.has_placement and is_graph and len(skills) >= FEWEST_SKILLS and len(questions) >= 2 * MOST_QUESTIONS


@dataclass(frozen=True)
class Invitation:
    """The offer of a placement test, or to go on with it."""

    answered: int
    most: int = MOST_QUESTIONS
    is_anew: bool = False  # a trainer asks for it
    note: str = ""  # of the trainer

    @property
    def number(self) -> int:
        """Which question comes next."""
        return self.answered + 1

    @property
    def minutes(self) -> int:
        """About how long it takes from here, if it takes all its questions."""
        return math.ceil(MINUTES_EACH * (self.most - self.answered))


def invitation(standing: Standing) -> Invitation | None:
    """Return what to offer somebody who may find out where to start."""
    if not is_on_offer(standing):
        return None
    asked = standing.steering.placement
    is_anew = asked is not None or standing.progress.placement.is_anew
    return Invitation(answered_in(standing), is_anew=is_anew, note=asked.note if asked else "")


@dataclass(frozen=True)
class SkillVerdict:
    """What the test found of a skill."""

    skill: SkillEntry
    chance: float  # that it is known
    seems: str  # "known", "unknown" or "unsure"

    @property
    def tenths(self) -> int:
        """The chance that it is known, in tenths."""
        return round(10.0 * self.chance)

    @property
    def sure(self) -> int:
        """How sure that is, in tenths."""
        return round(10.0 * max(self.chance, 1.0 - self.chance))


def verdicts(syllabus: Syllabus, found: Interaction) -> dict[str, list[SkillVerdict]]:
    """Return what the entry that ended a test says of skills still taught, in the order of what they build on."""
    skills = sorted(syllabus.skills.values(), key=lambda skill: skill.depth)
    chances = {int(skill): chance for skill, chance in found.response["chances"].items()}
    every = [SkillVerdict(one, chances[one.id], _seems(chances[one.id])) for one in skills if one.id in chances]
    return {seems: [one for one in every if one.seems == seems] for seems in ("known", "unsure", "unknown")}


def _seems(chance: float) -> str:
    if chance >= KNOWN_SURETY:
        return "known"
    return "unknown" if chance <= 1.0 - KNOWN_SURETY else "unsure"


def judge(standing: Standing) -> Judgment:
    """Weigh what the answers of the placement test tell of every skill."""
    syllabus, answers = standing.syllabus, standing.progress.placement.answers
    every = {question.id: question for _, question in _questions(syllabus)}
    known_still = [answer for answer in answers if answer[0] in every]
    expected, pool = _outset(standing, [every[question] for question, _, _ in known_still])
    strength = placement.imagine(expected, _requires(syllabus))
    scores = np.array([score for _, score, _ in known_still], float)
    passed = np.array([has_passed for _, _, has_passed in known_still], bool)
    asked_for = {skill for question in every.values() for skill in question.skills}
    return Judgment(
        tuple(syllabus.skills),
        strength,
        placement.weigh(strength, pool, scores, passed),
        np.array([skill in asked_for for skill in syllabus.skills], bool),
    )


def draw_question(standing: Standing) -> Presentation | None:
    """Choose what to ask next, and note how likely it was. None when the test is over."""
    if len(standing.progress.placement.answers) >= MOST_QUESTIONS:
        return None
    judgment, open_questions = judge(standing), _askable(standing)
    if judgment.is_settled or not open_questions:
        return None
    questions = [question for _, question in open_questions]
    told = placement.information(judgment.strength, judgment.weights, _outset(standing, questions)[1], CUT)
    if told.max() < LEAST_BITS:
        return None
    settings = PolicySettings(temperature=SETTINGS.temperature, floor=EXPLORED / len(questions))
    drawable = propensities((told / told.max())[None], settings)
    pick = min(int(np.searchsorted(np.cumsum(drawable), DICE.random())), len(questions) - 1)
    predicted = standing.live.tutor.predict(standing.belief, prepared_for_each(standing, [([questions[pick]], None)]))
    return Presentation(
        enrollment=standing.enrollment,
        question_version=version_of(questions[pick].version),
        module_id=open_questions[pick][0],
        purpose=Purpose.PLACEMENT,
        policy=POLICY,
        propensity=float(drawable[pick]),
        checkpoint=standing.live.sha256,
        predicted=float(predicted[0][0]),
    )


def conclusion(standing: Standing, was_stopped: bool = False) -> Interaction:
    """Return the entry of the log that ends the test, with what it found; the next one after those seen.

    The learner stopped it, or it was sure enough by itself.
    """
    answers = standing.progress.placement.answers
    found = judge(standing) if answers else None
    known = placed_modules(standing, found.known) if found else {}
    return Interaction(
        sequence=standing.state.seen_up_to + 1,
        kind=InteractionKind.PLACED,
        response={
            "because": Ending.PLACED if found else Ending.SKIPPED,
            "stopped": was_stopped,
            "known": {str(skill): modules for skill, modules in known.items()},
            "chances": {str(skill): round(chance, 3) for skill, chance in found.chances.items()} if found else {},
        },
    )


def placed_modules(standing: Standing, known: Sequence[int]) -> dict[int, list[int]]:
    """Return the skills that seem known, each with the modules that need no visit because of it.

    What a trainer asks for is never left out. Nor is a whole course: then what nothing builds on remains to be shown.
    """
    steering, modules = standing.steering, standing.syllabus.modules.values()
    wanted = steering.pinned.keys() | steering.wanted.keys()
    placed = [one for one in modules if one.skills and set(one.skills) <= set(known) and one.id not in wanted]
    if len(placed) == len(modules):
        built_on = {skill for one in modules for skill in one.requires}
        placed = [one for one in placed if set(one.skills) & built_on]
    return {skill: [one.id for one in placed if skill in one.skills] for skill in known}


def new_to(progress: Progress, syllabus: Syllabus) -> int:
    """How many questions a test could still ask of somebody."""
    return sum(question.id not in progress.questions for _, question in _questions(syllabus))


def _askable(standing: Standing) -> list[tuple[int, QuestionEntry]]:
    """Return the questions not asked yet, each with its module: of every skill about as many, where there are many."""
    asked, aside = standing.progress.questions, standing.steering.aside
    fresh = [
        (module, question)
        for module, question in _questions(standing.syllabus)
        if question.id not in asked and module not in aside
    ]
    each = max(MOST_WEIGHED // max(len({question.skills for _, question in fresh}), 1), 1)
    taken: dict[tuple[int, ...], int] = {}
    kept = []
    for module, question in fresh:
        taken[question.skills] = taken.get(question.skills, 0) + 1
        if taken[question.skills] <= each:
            kept.append((module, question))
    return kept


def _questions(syllabus: Syllabus) -> list[tuple[int, QuestionEntry]]:
    """Return the questions that ask for a skill, each with its module."""
    return [(one.id, question) for one in syllabus.modules.values() for question in one.questions if question.skills]


def _outset(standing: Standing, questions: Sequence[QuestionEntry]) -> tuple[Expected, Pool]:
    """Return how strong a newcomer may be in each skill of the course, and these questions, as `mlcore` reads them."""
    skills = {skill: place for place, skill in enumerate(standing.syllabus.skills)}
    share = np.zeros((len(questions), len(skills)))
    for row, question in enumerate(questions):
        share[row, [skills[skill] for skill in question.skills]] = 1.0 / len(question.skills)
    guess = np.array([GUESSES.get(QuestionKind(question.kind), OTHER_GUESS) for question in questions])
    expected, ease, sd = standing.live.tutor.expect(list(skills), prepared_for_each(standing, [(questions, None)]))
    return expected, Pool(share, ease, sd, guess)


def _requires(syllabus: Syllabus) -> np.ndarray:
    """Return which skill (row) builds on which (column)."""
    place = {skill: n for n, skill in enumerate(syllabus.skills)}
    requires = np.zeros((len(place), len(place)), bool)
    for skill, entry in syllabus.skills.items():
        requires[place[skill], [place[before] for before in entry.requires]] = True
    return requires
