"""Whether what is offered builds on what is held, read from the log of lessons and answers by somebody else.

Each offer is held against the prerequisites that the course states, by nothing that the policy computed: neither what
it remembers nor what it held admissible. From the log alone, once more and learner by learner, each skill is traced
(Corbett & Anderson, "Knowledge tracing", UMUAI 4, 1994, with the chances that the product publishes), the tutor reads
the answers one by one, and a prerequisite is held where their logits, joined by the published weights, make
GATE or more. An offer with a prerequisite that is not held is a violation. How often one was lacking in truth, which
nobody can read from answers, lives tell (`mlcore.worlds.targets.gains`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import exp, isnan, log

import numpy as np

from mlcore.answers import Answer
from mlcore.belief import Belief
from mlcore.tracing import BY_TRACE, BY_TUTOR, GATE, GOOD_CHANCE, GUESS, KNOWN_BEFORE, LEARNED, SLIP, SUREST
from mlcore.tutor import Tutor
from mlcore.worlds.living import steps
from mlcore.worlds.policies.policy import Policy
from mlcore.worlds.policies.product import FIRST_LESSON, Ours
from mlcore.worlds.registry import WORLDS
from mlcore.worlds.targets.aim import Aim, Means, Wanted, Who, share
from mlcore.worlds.world import Answers, Lessons, World

LESSONS = 20
WORLDS_TRIED = ("tms_tree", "tms_tree_own", "kss", "modalities")
ONE_IN = 4  # of the learners of other targets are enough
ROUNDING = 1e-6  # chances that are less apart are the same, added up in another order


@dataclass(frozen=True)
class Given:
    """One answer: to a question of a skill, right or wrong."""

    item: int
    skill: int
    correct: float


@dataclass(frozen=True)
class Entry:
    """A lesson of one learner, and what they answered after it."""

    lesson: int
    answers: Sequence[Given]


@dataclass
class Reading:
    """The log of one learner, and what the tutor reads from it. Changed in place."""

    belief: Belief
    log: list[Entry] = field(default_factory=list)


@dataclass(frozen=True)
class Offers:
    """How many offers there were, and for how many of them a prerequisite was not held."""

    every: int
    violations: int


def prerequisites(means: Means) -> Iterator[Aim]:
    """Check our policies, the default and the recurrent one, in worlds where skills build on each other."""
    learners = max(means.learners // ONE_IN, 1)
    for name in WORLDS_TRIED:
        for policy in (Ours(means.models.tutor), Ours(means.models.tutor, means.models.sequencer, "rl2")):
            each = [
                judged(WORLDS[name].make(), policy, means.models.tutor, learners, seed) for seed in range(means.seeds)
            ]
            every, violations = (sum(getattr(one, part) for one in each) for part in ("every", "violations"))
            aim = "offers whose prerequisites are held, as recomputed from the log"
            who = Who(policy.name, name, LESSONS)
            yield share(aim, who, (every - violations, every), Wanted("100 %", violations == 0))


def judged(world: World, policy: Policy, tutor: Tutor, learners: int, seed: int) -> Offers:
    """Teach learners, and hold every offer against what the log tells up to it."""
    readings = [Reading(tutor.begin()) for _ in range(learners)]
    every = violations = 0
    for step in steps(world, policy, learners, LESSONS, seed):
        lesson = step.choice.lesson
        here = np.flatnonzero(~np.isnan(step.answers.correct).all(axis=1))
        every += len(here)
        violations += sum(is_violation(tutor, world.lessons, readings[row], int(lesson[row])) for row in here)
        for row in here:
            read(readings[row], tutor, world.lessons, _taken(int(lesson[row]), step.answers, int(row)))
    return Offers(every, violations)


def read(reading: Reading, tutor: Tutor, lessons: Lessons, taken: Entry) -> None:
    """Add a lesson to the log, and let the tutor read its answers, one after the other."""
    at, modality = FIRST_LESSON + len(reading.log) * lessons.seconds, f"modality {lessons.modality[taken.lesson]}"
    reading.log.append(taken)
    for given in taken.answers:
        asked = f"question {given.item}", [_name(given.skill)]
        reading.belief = tutor.observe(reading.belief, Answer(*asked, given.correct, modality=modality, at=at))


def is_violation(tutor: Tutor, lessons: Lessons, reading: Reading, offered: int) -> bool:
    """Whether a skill that this lesson builds on is not held, by this log."""
    needed = np.flatnonzero(lessons.prerequisites[lessons.skill[offered]]).tolist()
    by_tutor = tutor.held(reading.belief, [_name(skill) for skill in needed]).moderated.tolist() if needed else ()
    by_trace = [traced(lessons, reading.log, skill) for skill in needed]
    return any(joined(*pair) < GATE - ROUNDING for pair in zip(by_trace, by_tutor, strict=True))


def traced(lessons: Lessons, log: Sequence[Entry], skill: int) -> float:
    """Return the chance that a skill is held, by Bayes' rule from the first lesson on."""
    held = KNOWN_BEFORE
    for taken in log:
        if lessons.skill[taken.lesson] == skill:
            held = held + (1.0 - held) * LEARNED
        for answer in taken.answers:
            if answer.skill == skill:
                if_held, if_not = (1.0 - SLIP, GUESS) if answer.correct else (SLIP, 1.0 - GUESS)
                held = min(held * if_held / (held * if_held + (1.0 - held) * if_not), SUREST)
    return held


def joined(held: float, by_tutor: float) -> float:
    """Return the chance that a skill is held, of both, weighed on the scale of logits."""
    held = min(max(held, 1.0 - SUREST), SUREST)
    good = log(GOOD_CHANCE / (1.0 - GOOD_CHANCE))
    return 1.0 / (1.0 + exp(-(BY_TRACE * log(held / (1.0 - held)) + BY_TUTOR * (by_tutor - good))))


def _name(skill: int) -> str:
    return f"skill {skill}"


def _taken(lesson: int, answers: Answers, row: int) -> Entry:
    each = zip(answers.item[row].tolist(), answers.skill[row].tolist(), answers.correct[row].tolist(), strict=True)
    return Entry(lesson, [Given(*one) for one in each if not isnan(one[2])])
