"""The recurrent policy's memory of a learner: a fold of their log, kept with their state and folded anew if need be.

A visit to a module is a lesson on each skill that it asked about; a placement test is none, as nothing is taught there.
Whatever breaks here, the standard policy teaches.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import structlog
from django.db import DatabaseError

from adaptive.history import skills_of
from adaptive.syllabus import Syllabus
from courses.models import Interaction, InteractionKind, Purpose
from mlcore.checkpoint import CheckpointRefused
from mlcore.sequencing import checkpoint as checkpoints
from mlcore.sequencing import one_learner
from mlcore.sequencing.one_learner import MOST_SKILLS, Graph, Visit
from mlcore.sequencing.sequencer import Memory, Sequencer

log = structlog.get_logger(__name__)

FORMAT = 2  # of what is kept; another one is folded again
REFUSED_FOR = 30.0  # seconds before a refused file is tried again
MEDIUM = 3.0  # difficulty of a skill that nothing asks about
ENDS_A_LESSON = (InteractionKind.OPENED, InteractionKind.FINISHED, InteractionKind.OVERRODE)
PATH = checkpoints.DEFAULT

Events = Iterable[Sequence[Interaction]]


@dataclass(frozen=True)
class LiveSequencer:
    """The trained policy, and the sha256 of its file."""

    sequencer: Sequencer
    sha256: str


@dataclass(frozen=True)
class SkillGraph:
    """A course as a sequencer met it: the place of each skill, and the memory of who has not begun."""

    places: Mapping[int, int]  # of a skill
    blank: Memory
    version: str  # of what is kept under this sequencer, in this graph


@dataclass(frozen=True)
class Remembered:
    """What the sequencer knows of one learner."""

    live: LiveSequencer
    graph: SkillGraph
    memory: Memory
    lesson: Mapping[int, tuple[float, float]] = field(default_factory=dict)  # skill -> right and wrong, since it began
    seen_up_to: int = 0

    def after(self, events: Sequence[Interaction], syllabus: Syllabus) -> Remembered:
        """Return the memory after these entries of the log. The old one is untouched."""
        found = self
        for event in events:
            if event.kind == InteractionKind.ANSWERED and event.question_version and not _is_of_a_test(event):
                found = found._answered(event.score or 0.0, skills_of(event.question_version, syllabus))
            elif event.kind in ENDS_A_LESSON:
                found = found._ended()
        return replace(found, seen_up_to=events[-1].sequence) if events else found

    @cached_property
    def gains(self) -> Mapping[int, float]:
        """What a lesson on each skill would add. Raises ValueError when that is no number."""
        told = one_learner.gains(self.live.sequencer, self.memory)
        return {skill: float(told[place]) for skill, place in self.graph.places.items()}

    def to_bytes(self) -> bytes:
        lesson = [[skill, *counts] for skill, counts in self.lesson.items()]
        head = {"version": self.graph.version, "seen": self.seen_up_to, "lesson": lesson}
        return json.dumps(head, separators=(",", ":")).encode() + b"\n" + one_learner.to_bytes(self.memory)

    def _answered(self, score: float, skills: Sequence[int]) -> Remembered:
        counts = dict(self.lesson)
        for skill in skills:
            if skill in self.graph.places:
                right, wrong = counts.get(skill, (0.0, 0.0))
                counts[skill] = round(right + score, 4), round(wrong + 1.0 - score, 4)
        return replace(self, lesson=counts)

    def _ended(self) -> Remembered:
        """Take in the lesson that went on; one without an answer shows nothing."""
        memory = self.memory
        for skill in sorted(self.lesson):
            visit = Visit(self.graph.places[skill], *self.lesson[skill])
            memory = one_learner.after(self.live.sequencer, memory, visit)
        return replace(self, memory=memory, lesson={})


def _is_of_a_test(answer: Interaction) -> bool:
    return answer.presentation is not None and answer.presentation.purpose == Purpose.PLACEMENT


_loaded: dict[str, tuple[LiveSequencer | None, float]] = {}  # by path; when it may be tried again, if it was refused


def shipped() -> LiveSequencer | None:
    """Return the policy that mlcore ships; None while its file cannot be read."""
    live, again_at = _loaded.get(str(PATH), (None, 0.0))
    if live is None and time.monotonic() >= again_at:
        live = _load()
        _loaded[str(PATH)] = live, time.monotonic() + REFUSED_FOR
    return live


def sequencer_then(sha256: str) -> LiveSequencer | None:
    """Return the policy with this sha256; None if it is gone."""
    live = shipped()
    return live if live and live.sha256 == sha256 else None


def forget() -> None:
    """Empty this process's memory."""
    _loaded.clear()


def graph_of(syllabus: Syllabus, live: LiveSequencer) -> SkillGraph | None:
    """Return a course as the sequencer reads it; None if no skill builds on another, or there are too many of them."""
    kept, key = (syllabus.whole or syllabus).prepared, ("sequence", live.sha256)
    if key not in kept:
        kept[key] = _graph(syllabus.whole or syllabus, live)
    found: SkillGraph | None = kept[key]
    return found


def begun(syllabus: Syllabus, live: LiveSequencer) -> Remembered | None:
    """Return the memory of who has not begun; None where the course has no graph."""
    graph = graph_of(syllabus, live)
    return Remembered(live, graph, graph.blank) if graph else None


def read(data: bytes, blank: Remembered) -> Remembered:
    """Return what was kept. Raises ValueError when it is of another sequencer or graph, or cannot be read."""
    head, _, numbers = data.partition(b"\n")
    try:
        kept = json.loads(head)
        version, seen = str(kept["version"]), int(kept["seen"])
        lesson = {int(skill): (float(right), float(wrong)) for skill, right, wrong in kept["lesson"]}
    except (KeyError, TypeError, UnicodeDecodeError, json.JSONDecodeError) as problem:
        raise ValueError(f"memory: {type(problem).__name__}") from problem
    if version != blank.graph.version or not lesson.keys() <= blank.graph.places.keys():
        raise ValueError("memory: of another checkpoint or graph")
    return replace(blank, memory=one_learner.with_bytes(blank.memory, numbers), lesson=lesson, seen_up_to=seen)


def remembered(kept: bytes, blank: Remembered, seen_up_to: int, refold: Callable[[], Remembered]) -> Remembered:
    """Return what is kept, if it has seen as much as the learner's state; else fold the log anew."""
    if kept:
        try:
            found = read(kept, blank)
            if found.seen_up_to == seen_up_to:
                return found
        except ValueError as problem:
            log.info("memory_folded_again", reason=str(problem))
    return refold() if seen_up_to else blank


def unbroken(deed: Callable[[], Remembered | None]) -> Remembered | None:
    """Do this, or have no memory: then the standard policy teaches. A database that is away is raised."""
    try:
        return deed()
    except DatabaseError:
        raise
    except Exception:  # whatever broke, the learner goes on
        log.exception("recurrent_policy_broke")
        return None


def gains_of(memory: Remembered | None) -> Mapping[int, float] | None:
    """Return what lessons would add; None where nothing sound can be told."""
    try:
        return memory.gains if memory else None
    except ValueError as problem:
        log.error("recurrent_policy_unsound", reason=str(problem))
        return None


def _load() -> LiveSequencer | None:
    try:
        sha256 = hashlib.sha256(PATH.read_bytes()).hexdigest()
        return LiveSequencer(checkpoints.load_sequencer(PATH), sha256)
    except (CheckpointRefused, OSError) as problem:
        log.error("recurrent_policy_refused", reason=str(problem))
        return None


def _graph(syllabus: Syllabus, live: LiveSequencer) -> SkillGraph | None:
    places = {skill: place for place, skill in enumerate(sorted(syllabus.skills))}
    builds_on = np.zeros((len(places), len(places)), bool)
    for skill in syllabus.skills.values():
        for before in skill.requires:
            if syllabus.skills[before].depth < skill.depth:  # no circles, whatever was written
                builds_on[places[skill.id], places[before]] = True
    if not builds_on.any() or len(places) > MOST_SKILLS:
        return None
    difficulty = np.array([_difficulty(syllabus, skill) for skill in places])
    told = f"{FORMAT} {live.sha256} {list(places)} {np.argwhere(builds_on).tolist()} {difficulty.tolist()}"
    version = hashlib.sha256(told.encode()).hexdigest()[:16]
    return SkillGraph(places, one_learner.begin(live.sequencer, Graph(builds_on, difficulty)), version)


def _difficulty(syllabus: Syllabus, skill: int) -> float:
    """The mean difficulty of the questions about a skill."""
    asked = [q.difficulty for module in syllabus.taught_in[skill] for q in module.questions if skill in q.skills]
    return round(float(np.mean(asked)), 2) if asked else MEDIUM
