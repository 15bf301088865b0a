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

import numpy as np

from adaptive.adapting import Standing
from adaptive.locating import judge, pool_of, questions_in
from adaptive.preparing import prepared_for_each
from adaptive.progress import Ending
from adaptive.syllabus import QuestionEntry, SkillEntry, Syllabus
from courses.kept_versions import version_of
from courses.models import Interaction, InteractionKind, Presentation, Purpose
from mlcore import placement
from mlcore.placement import SURETY
from mlcore.policy import PolicySettings, propensities

POLICY = "tells most of what is known, 2"
MOST_QUESTIONS = 8
MINUTES_EACH = 0.75
FEWEST_SKILLS = 5  # asked for in a course, for a test to be worth it
LEAST_CHANGE = 0.25  # skills: once no question is expected to change more of what is taken as known, the test ends
MOST_WEIGHED = 400  # questions among which the next one is chosen
EXPLORED = 0.05  # of all choices are drawn evenly
SETTINGS = PolicySettings(temperature=0.03)  # of the most telling ones some are about equal
DICE = secrets.SystemRandom()


def is_on_offer(standing: Standing) -> bool:
    """Somebody who has not begun may find out where to start, if the course has enough to ask."""
    progress = standing.progress
    return not progress.placement.ended and not progress.has_begun and is_worth_it(standing.syllabus)


def is_under_way(standing: Standing) -> bool:
    return bool(standing.progress.placement.answers) and is_on_offer(standing)


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
    return Invitation(len(standing.progress.placement.answers)) if is_on_offer(standing) else None


@dataclass(frozen=True)
class SkillVerdict:
    """What the test found of a skill."""

    skill: SkillEntry
    chance: float  # that it is known
    seems: str  # "known", "unknown" or "unsure"

    @property
    def sure(self) -> int:
        """How sure that is, in tenths."""
        return round(10.0 * max(self.chance, 1.0 - self.chance))


def verdicts(syllabus: Syllabus, found: Interaction) -> dict[str, list[SkillVerdict]]:
    """Return what the entry that ended a test says of skills still taught, in the order of what they build on."""
    skills = sorted(syllabus.skills.values(), key=lambda skill: skill.depth)
    chances = {int(skill): chance for skill, chance in found.response["chances"].items()}
    every = [SkillVerdict(one, chances[one.id], _seems(found, one.id)) for one in skills if one.id in chances]
    return {seems: [one for one in every if one.seems == seems] for seems in ("known", "unsure", "unknown")}


def _seems(found: Interaction, skill: int) -> str:
    """As it counts since then: what seemed likely need not have been taken as known."""
    if str(skill) in found.response["known"]:
        return "known"
    return "unknown" if found.response["chances"][str(skill)] <= 1.0 - SURETY else "unsure"


def draw_question(standing: Standing) -> Presentation | None:
    """Choose what to ask next, and note how likely it was. None when the test is over."""
    if len(standing.progress.placement.answers) >= MOST_QUESTIONS:
        return None
    open_questions = _askable(standing)
    if not open_questions:
        return None
    judgment, questions = judge(standing), [question for _, question in open_questions]
    pool = pool_of(standing, questions)
    if placement.change(judgment.imagined, judgment.weights, pool).max() < LEAST_CHANGE:
        return None
    told = placement.information(judgment.imagined, judgment.weights, pool)
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


def conclusion(standing: Standing) -> Interaction:
    """Return the entry of the log that ends the test, with what it found; the next one after those seen."""
    answers = standing.progress.placement.answers
    found = judge(standing) if answers else None
    known = placed_modules(standing, found.known) if found else {}
    return Interaction(
        sequence=standing.state.seen_up_to + 1,
        kind=InteractionKind.PLACED,
        response={
            "because": Ending.PLACED if found else Ending.SKIPPED,
            "known": {str(skill): modules for skill, modules in known.items()},
            "chances": {str(skill): round(chance, 3) for skill, chance in found.chances.items()} if found else {},
            "kinds": found.kinds if found else [],
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


def _askable(standing: Standing) -> list[tuple[int, QuestionEntry]]:
    """Return the questions not asked yet, each with its module: of every skill about as many, where there are many."""
    asked, aside = standing.progress.questions, standing.steering.aside
    fresh = [
        (module, question)
        for module, question in questions_in(standing.syllabus)
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
