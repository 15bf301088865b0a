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
from datetime import datetime, timedelta

import numpy as np

from adaptive.adapting import Standing
from adaptive.locating import judge, pool_of, questions_in
from adaptive.mastery import SkillBelief, beliefs_in
from adaptive.preparing import prepared_for_each
from adaptive.progress import Ending, Progress
from adaptive.syllabus import QuestionEntry, SkillEntry, Syllabus
from courses.kept_versions import version_of
from courses.models import Interaction, InteractionKind, Presentation, Purpose
from mlcore import placement
from mlcore.placement import SURETY
from mlcore.policy import PolicySettings, propensities

POLICY = "tells most of what is known, 2"
FEWEST_QUESTIONS, MOST_QUESTIONS = 3, 8
MINUTES_EACH = 0.75
FEWEST_SKILLS = 5  # asked for in a course, for a test to be worth it
LEAST_CHANGE = 0.25  # skills: once no question is expected to change more of what is taken as known, the test ends
LITTLE = 10  # answers in lessons, fewer than these tell less than a test would
LONG_AGO = timedelta(days=30)  # since anything was answered: much may be forgotten, or learned elsewhere
MOST_WEIGHED = 400  # questions among which the next one is chosen
EXPLORED = 0.05  # of all choices are drawn evenly
SETTINGS = PolicySettings(temperature=0.03)  # of the most telling ones some are about equal
DICE = secrets.SystemRandom()


def is_on_offer(standing: Standing) -> bool:
    """Somebody who has not begun may find out where to start, if the course has enough to ask.

    So may who began another test, until it ends; and, at any time, who was asked to by a trainer.
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


def told_beliefs(standing: Standing, skills: Sequence[int]) -> dict[int, SkillBelief]:
    """Return what is believed of each skill, as far as the learner may see it: nothing while a test goes on."""
    return beliefs_in({}, skills) if is_under_way(standing) else standing.beliefs(skills)


def may_be_taken(standing: Standing) -> bool:
    """Whoever wants a test may take one, first or anew, while there is something to find out and enough to ask."""
    if is_on_offer(standing):
        return True
    has_enough = new_to(standing.progress, standing.syllabus) >= MOST_QUESTIONS
    return has_enough and is_worth_it(standing.syllabus) and not standing.is_complete


def is_worth_mentioning(standing: Standing, now: datetime) -> bool:
    """A test tells much of who did little so far, or who comes back after a long time."""
    if is_on_offer(standing) or not may_be_taken(standing):
        return is_on_offer(standing)
    progress = standing.progress
    practiced = max((skill.at for skill in progress.skills.values()), default=0)
    latest = max(practiced, progress.placement.at)
    is_long_ago = bool(latest) and now.timestamp() - latest >= LONG_AGO.total_seconds()
    answered = sum(module.answered for module in progress.modules.values())
    return is_long_ago or (progress.placement.ended != Ending.PLACED and answered < LITTLE)


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
    is_anew: bool = False  # something was done before
    is_asked: bool = False  # by a trainer
    note: str = ""  # of theirs
    is_begun: bool = True  # or never ended; else it is open to whoever wants it

    @property
    def number(self) -> int:
        """Which question comes next."""
        return self.answered + 1

    @property
    def minutes(self) -> int:
        """About how long it takes from here, if it takes all its questions."""
        return math.ceil(MINUTES_EACH * (self.most - self.answered))


def invitation(standing: Standing, is_wanted: bool = False) -> Invitation | None:
    """Return what to offer somebody who may find out where to start; or anew, if that is wanted."""
    if is_on_offer(standing):
        asked = standing.steering.placement
        is_anew = asked is not None or standing.progress.placement.is_anew
        note = asked.note if asked else ""
        return Invitation(answered_in(standing), is_anew=is_anew, is_asked=asked is not None, note=note)
    return Invitation(0, is_anew=True, is_begun=False) if is_wanted and may_be_taken(standing) else None


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
        return round(10.0 * (self.chance if self.seems == "known" else 1.0 - self.chance))


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
    changes = placement.change(judgment.imagined, judgment.weights, pool)
    if len(standing.progress.placement.answers) >= FEWEST_QUESTIONS and changes.max() < LEAST_CHANGE:
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
            "kinds": found.kinds if found and not standing.progress.placement.is_anew else [],
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
    return sum(question.id not in progress.questions for _, question in questions_in(syllabus))


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
