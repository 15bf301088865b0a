"""Our own policy: the tutor of a checkpoint suggests, from what the log of answers shows and nothing else.

The gate is the product's: a prerequisite counts as held when tracing and the tutor together give it a chance of GATE.
Inside it the policy draws among all lessons by what they would bring (`mlcore.prospects`), as far as the guard against
narrow fare lets it (`mlcore.diversity`). Between equals the order of the course decides (`mlcore.ordering`), and where
there are several modalities its bandit has a say in them (`trying`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from mlcore.answers import Item
from mlcore.belief import Belief
from mlcore.calibration import Prompts
from mlcore.diversity import LATEST, Step, varied
from mlcore.episodes import Outcomes
from mlcore.inference import absorb, begin, foresee, served_logit
from mlcore.interactions import Codes, Mask, Numbers
from mlcore.laws import USUAL, Law
from mlcore.memory import sigmoid, whole_seconds
from mlcore.ordering import order_terms
from mlcore.policy import PolicySettings
from mlcore.prospects import Held, Path, Record, prospects
from mlcore.records import SkillRecord, record_of
from mlcore.retention import PACES, usual_paces
from mlcore.sequencing import sequencer as sequencing
from mlcore.sequencing.courses import of_lessons
from mlcore.sequencing.one_learner import WEIGHT
from mlcore.sequencing.sequencer import Sequencer
from mlcore.tracing import GATE, joined
from mlcore.tutor import Tutor
from mlcore.worlds.policies.policy import Choice, Moment
from mlcore.worlds.policies.recurrent import shown_by
from mlcore.worlds.policies.refusing import Heard, may_offer
from mlcore.worlds.policies.trying import Earned, Tried, after_lesson, untried, worth_trying
from mlcore.worlds.world import Answers, Lessons

FIRST_LESSON = 1.7e9  # POSIX seconds


@dataclass(frozen=True)
class Believed:
    """The beliefs about all learners, and the course as the tutor sees it."""

    lessons: Lessons
    offered: Prompts  # [l]
    beliefs: Belief  # [n]
    skills: tuple[tuple[SkillRecord, ...], ...]  # [n][s]
    told: Numbers  # [n, g] of how long each remembers
    recurrent: sequencing.Memory | None  # of n, where the recurrent policy chooses
    tried: Tried | None  # of n, where there are several ways to learn
    had: Codes  # [n, t] the lessons so far
    heard: tuple[Heard, ...]  # [n] what they refused

    @property
    def at(self) -> float:
        return FIRST_LESSON + float(self.had.shape[1] * self.lessons.seconds)


@dataclass(frozen=True)
class Ours:
    """`mlcore.tutor` in the seat of a policy; with a sequencer, as it is served: in the place of what is learned."""

    tutor: Tutor
    sequencer: Sequencer | None = None
    name: str = "ours"
    knows_truth: bool = False
    settings: PolicySettings = field(default_factory=PolicySettings)
    law: Law = USUAL  # by which learners are taken to forget
    paces: Numbers = field(default_factory=usual_paces)  # at which
    has_guard: bool = True  # against narrow fare
    has_bandit: bool = True  # over modalities, where there are several
    earlier: Sequence[Earned] = ()  # what others earned who took the course before

    def begin(self, lessons: Lessons, learners: int) -> Believed:
        items = [
            Item(f"lesson {lesson}", [_skill(skill)], float(difficulty), f"modality {modality}")
            for lesson, (skill, difficulty, modality) in enumerate(
                zip(lessons.skill, lessons.difficulty, lessons.modality, strict=True)
            )
        ]
        beliefs = begin(self.tutor.knowledge, learners, self.tutor.tag)
        records = ((SkillRecord(),) * lessons.skills,) * learners
        recurrent = self.sequencer.begin(of_lessons(lessons, learners)) if self.sequencer else None
        told = np.zeros((learners, len(PACES)))
        is_open = self.has_bandit and len(np.unique(lessons.modality)) > 1
        tried = untried(lessons, learners, self.earlier) if is_open else None
        had = np.zeros((learners, 0), np.int64)
        return Believed(
            lessons, self.tutor.prepare(items), beliefs, records, told, recurrent, tried, had, (Heard(),) * learners
        )

    def choose(self, memory: Believed, moment: Moment, rng: np.random.Generator) -> Choice:
        learners = len(memory.beliefs)
        lesson, propensities = np.zeros(learners, np.int64), np.zeros((learners, len(memory.lessons)))
        ready: Mask = np.zeros(propensities.shape, bool)
        worth = self._worth(memory)
        for row in range(learners):
            belief, (record, held) = memory.beliefs.rows(slice(row, row + 1)), self._known(memory, row)
            ready[row] = memory.lessons.ready(joined(record.traced, held.moderated)[None] >= GATE)[0]
            own, is_asked = may_offer(memory.heard[row], memory.lessons, ready[row])
            every = prospects(_path(memory.lessons), record, held, rng)
            asked = {"at": memory.at, "prospects": every.rows(own), "module": memory.lessons.skill[own]}
            asked["sequence"] = None if worth is None else worth[row, own]
            worth_more = _order(memory.lessons, own, record)
            if memory.tried:
                worth_more = worth_more + worth_trying(memory.tried, row, memory.at, rng)[own]
            asked["effects"] = worth_more
            asked["allowed"] = _varied(memory, row, own) if self.has_guard and not is_asked else None
            suggestion = self.tutor.suggest(belief, memory.offered.rows(own), rng, self.settings, **asked)
            lesson[row], propensities[row, own] = own[suggestion.pick], suggestion.propensities
        return Choice(lesson, propensities, ready)

    def observe(self, memory: Believed, lesson: Codes, answers: Answers) -> Believed:
        """Take in every question in turn, for all learners at once: exactly what `Tutor.fold` does for one."""
        beliefs, surprise = memory.beliefs.copy(), np.full(answers.correct.shape, np.nan)
        modality = memory.lessons.modality[lesson]
        each = zip(answers.item.T, answers.skill.T, answers.correct.T, surprise.T, strict=True)
        for item, skill, correct, beyond in each:
            who = np.flatnonzero(~np.isnan(correct))
            if not len(who):
                continue
            asked = self.tutor.prepare(_questions(item[who], skill[who], modality[who]))
            some = beliefs.rows(who)
            foresight = foresee(self.tutor.knowledge, some, asked, whole_seconds(np.full(len(who), memory.at)))
            beyond[who] = correct[who] - sigmoid(served_logit(self.tutor.calibration, foresight))
            absorb(self.tutor.knowledge, some, asked, _outcomes(correct[who], memory.at), foresight)
            beliefs.put(who, some)
        skills, told = zip(
            *(
                _recorded(memory, row, (int(memory.lessons.skill[lesson[row]]), self.law), answers)
                for row in range(len(memory.beliefs))
            ),
            strict=True,
        )
        recurrent = memory.recurrent
        if self.sequencer and recurrent:
            shown = shown_by(answers, memory.lessons.skills)
            recurrent = self.sequencer.observe(recurrent, memory.lessons.skill[lesson], shown)
        tried = memory.tried and after_lesson(memory.tried, lesson, answers, (surprise, memory.at))
        given = (~np.isnan(answers.correct)).sum(axis=1).tolist()
        return Believed(
            memory.lessons,
            memory.offered,
            beliefs,
            skills,
            np.array(told),
            recurrent,
            tried,
            had=np.column_stack([memory.had, lesson]),
            heard=tuple(heard.after_lesson(count) for heard, count in zip(memory.heard, given, strict=True)),
        )

    def heed(self, memory: Believed, lesson: Codes, said: Mapping[int, str]) -> Believed:
        """Take in what some learners said to the lesson that they were offered: row -> wish."""
        heard = [
            one.after_wish(said[row], int(lesson[row]), memory.lessons) if row in said else one
            for row, one in enumerate(memory.heard)
        ]
        return replace(memory, heard=tuple(heard))

    def _worth(self, memory: Believed) -> Numbers | None:
        """Return the recurrent policy's term for each lesson.  [n, l]"""
        if not self.sequencer or not memory.recurrent:
            return None
        gains = self.sequencer.gains(memory.recurrent)[:, memory.lessons.skill].astype(np.float64)
        return WEIGHT * np.maximum(gains, 0.0)

    def _known(self, memory: Believed, row: int) -> tuple[Record, Held]:
        names = [_skill(skill) for skill in range(memory.lessons.skills)]
        record = record_of(memory.skills[row], memory.told[row], self.paces, memory.at, self.law)
        return record, self.tutor.held(memory.beliefs.rows(slice(row, row + 1)), names)


def _varied(memory: Believed, row: int, lessons: Codes) -> Mask:
    """Return which of these lessons the guard allows."""
    skill, modality = memory.lessons.skill, memory.lessons.modality

    def steps(taken: Codes) -> list[Step]:
        return [Step((int(modality[one]),), (int(skill[one]),)) for one in taken]

    return varied(steps(memory.had[row, -LATEST:]), steps(lessons))


def _order(lessons: Lessons, chosen: Codes, record: Record) -> Numbers:
    """Return what the order of the course adds to the scores of these lessons."""
    skill = lessons.skill[chosen]
    return order_terms(skill, record.lessons[skill] == 0, bool(lessons.needs.any()))


def _path(lessons: Lessons) -> Path:
    teaches = np.arange(lessons.skills) == lessons.skill[:, None]
    return Path(teaches, lessons.needs, np.ones(len(lessons), bool), np.zeros(len(lessons)))


def _recorded(
    memory: Believed, row: int, taught_by: tuple[int, Law], answers: Answers
) -> tuple[tuple[SkillRecord, ...], Numbers]:
    """Return what the log tells of one learner after a lesson, by this law; who answered nothing was not there."""
    taught, law = taught_by
    skills, told = list(memory.skills[row]), memory.told[row].copy()
    given = [
        (int(skill), float(correct))
        for skill, correct in zip(answers.skill[row], answers.correct[row], strict=True)
        if not np.isnan(correct)
    ]
    if given:
        skills[taught] = skills[taught].after_lesson()
    for skill, correct in given:
        told += skills[skill].tells_of_pace(correct, memory.at, law)
        skills[skill] = skills[skill].after_answer(correct, memory.at, law)
    return tuple(skills), told


def _skill(skill: int) -> str:
    return f"skill {skill}"


def _questions(item: Codes, skill: Codes, modality: Codes) -> Sequence[Item]:
    made: dict[tuple[int, int, int], Item] = {}
    for key in zip(item.tolist(), skill.tolist(), modality.tolist(), strict=True):
        if key not in made:
            made[key] = Item(f"question {key[0]}", [_skill(key[1])], modality=f"modality {key[2]}")
    return [made[key] for key in zip(item.tolist(), skill.tolist(), modality.tolist(), strict=True)]


def _outcomes(correct: Numbers, at: float) -> Outcomes:
    unknown = np.full(len(correct), np.nan)
    return Outcomes(correct, np.full(len(correct), at), unknown, np.zeros(len(correct)))
