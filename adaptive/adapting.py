"""What we believe of a learner is a fold of their log: it goes on from a bookmark, and replaying it gives the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import structlog
from django.db import transaction
from django.db.models import BigIntegerField

from adaptive.counting import CountingTutor, Counts
from adaptive.filing import file_away
from adaptive.forgetting import law_in, paces_in
from adaptive.freezing import sha256_of
from adaptive.history import answers_in, skills_of
from adaptive.mastery import SkillBelief, beliefs_in
from adaptive.models import LearnerState
from adaptive.progress import Progress
from adaptive.sequencing import LiveSequencer, Remembered, begun, remembered, unbroken
from adaptive.serving import LiveTutor
from adaptive.sharing import teaches
from adaptive.steering import UNSTEERED, Steering, steering_of
from adaptive.syllabus import Syllabus, syllabus_of
from courses.models import Enrollment, Interaction
from courses.recording import lock
from courses.statements import Query, Slot, insert, update
from mlcore.answers import Answer
from mlcore.interactions import Numbers
from mlcore.laws import USUAL, Law
from mlcore.retention import usual_paces
from mlcore.tracing import GATE, joined
from mlcore.tutor import Mastery

log = structlog.get_logger(__name__)

MASTERY = ("mean", "sd", "answers", "right")  # what is kept of a skill, for `SkillBelief`
BATCH = 500  # entries of the log folded at a time
MOST_SYLLABI = 16  # snapshots of its course by which a log is folded on: each step names all of them
KEPT = (
    "belief",
    "progress",
    "mastery",
    "sequence",
    "syllabi",
    "seen_up_to",
    "calibration",
    "changed_at",
)  # what changes as answers come
OF = Slot("enrollment", BigIntegerField())
STATE = Query(lambda: LearnerState.objects.filter(enrollment=OF, checkpoint=Slot("checkpoint", BigIntegerField())))
COUNTED_STATE = Query(lambda: LearnerState.objects.filter(enrollment=OF, checkpoint=None))
UNSEEN = Query(
    lambda: (
        Interaction.objects.filter(enrollment=OF, sequence__gt=Slot("seen", BigIntegerField()))
        .order_by("sequence")
        .select_related("question_version", "presentation")[:BATCH]
    )
)

Spans = Sequence[tuple[int, str]]  # by which snapshot of a course a log was folded, from which entry on


@dataclass
class Standing:
    """Where a learner stands in a course: what it teaches, what they did, what we believe of them and trainers ask."""

    enrollment: Enrollment
    syllabus: Syllabus
    live: LiveTutor
    state: LearnerState
    belief: Any
    progress: Progress
    steering: Steering = UNSTEERED
    paces: Numbers = field(default_factory=usual_paces)  # at which learners of the subject forget
    memory: Remembered | None = None  # of the recurrent policy, where it teaches or is asked what it would do
    folded: Spans = ()  # what there is of the log

    def beliefs(self, skills: Sequence[int]) -> dict[int, SkillBelief]:
        return beliefs_in(self.state.mastery, skills)

    def is_held(self, skill: int) -> bool:
        """The gate of a prerequisite: it is known, or traced from lessons and answers as likely held."""
        belief, practiced = self.beliefs([skill])[skill], self.progress.skills.get(skill)
        if belief.is_known or not (practiced and practiced.answers):
            return belief.is_known
        return float(joined(np.array(practiced.record.held), np.array(belief.logit))) >= GATE

    @property
    def is_complete(self) -> bool:
        """Every module of the course is done, but for those that a trainer banned for good."""
        expected = [module for module in self.syllabus.modules if module not in self.steering.never]
        return all(self.progress.module(module).done for module in expected or self.syllabus.modules)

    def take_in(self, events: Sequence[Interaction]) -> None:
        """Fold these entries of the log, which follow those seen before."""
        if answers := self.note(events):
            self.believe(self.live.tutor.fold(self.belief, answers))

    def note(self, events: Sequence[Interaction]) -> list[Answer]:
        """Fold them as far as no tutor is asked. Returns the answers, which it makes a new belief of."""
        for event in events:
            modality = self.syllabus.modality_of.get(event.variant_id or 0)
            self.progress.take_in(event, self._skills_in(event), modality)
        self.folded = self.spans_until(events[0].sequence)
        self.state.seen_up_to = events[-1].sequence
        if self.memory:
            self.memory = unbroken(partial(self.memory.after, events, self.syllabus))
        return answers_in(events, self.syllabus)

    def believe(self, belief: Any, told: Sequence[Mastery] | None = None) -> None:
        """Go by this belief from now on. `told` is what it tells of the skills taught, where somebody asked already."""
        self.belief = belief
        self.state.mastery = _mastery(self, told)

    def spans_until(self, entry: int) -> Spans:
        """Return by what the log was folded, if it is this syllabus from an entry on."""
        sha256 = sha256_of(self.syllabus)
        return self.folded if self.folded and self.folded[-1][1] == sha256 else [*self.folded, (entry, sha256)]

    def _skills_in(self, event: Interaction) -> Sequence[int]:
        """Return the skills of its question, or of the module that was opened."""
        if event.question_version:
            return skills_of(event.question_version, self.syllabus)
        module = self.syllabus.modules.get(event.module_id or 0)
        return module.skills if module else ()

    def keep(self) -> LearnerState:
        """Write the state down, and the course by which it was folded."""
        file_away(self.syllabus)
        self.state.syllabi = self.folded
        self.state.belief = self.belief.to_bytes()
        self.state.progress = self.progress.as_json()
        self.state.sequence = self.memory.to_bytes() if self.memory else b""
        if self.state.pk:
            update(self.state, *KEPT)
        else:
            insert(self.state)
        return self.state


def standing_of(enrollment: Enrollment, live: LiveTutor) -> Standing:
    """Return where the learner stands now, and keep it where there is something new; else that costs one query."""
    standing = read_standing(enrollment, live)
    if standing.state.pk and standing.state.seen_up_to >= enrollment.last_sequence:
        return standing
    with transaction.atomic():
        lock(enrollment)
        return caught_up(read_standing(enrollment, live))


def caught_up(standing: Standing) -> Standing:
    """Fold what is new, in batches. The enrollment must be locked."""
    while events := UNSEEN.all(enrollment=standing.enrollment.pk, seen=standing.state.seen_up_to):
        standing.take_in(events)
    standing.keep()
    return standing


def read_standing(enrollment: Enrollment, live: LiveTutor) -> Standing:
    """Return the stored state, or a blank one where there is none to go on from: for this checkpoint and calibration,
    and folded by few enough snapshots of the course."""
    stored = STATE if live.checkpoint else COUNTED_STATE
    state = stored.first(enrollment=enrollment.pk, checkpoint=live.checkpoint)
    return standing_from(enrollment, live, state, steering_of(enrollment))


def standing_from(enrollment: Enrollment, live: LiveTutor, state: LearnerState | None, steering: Steering) -> Standing:
    """As read_standing, with the state that is stored for the live checkpoint and what trainers ask."""
    standing, sequencer = _standing_from(enrollment, live, state, steering), teaches(live.use, enrollment)
    if sequencer:
        standing.memory = unbroken(partial(_remembered, standing, sequencer))
    return standing


def _standing_from(enrollment: Enrollment, live: LiveTutor, state: LearnerState | None, steering: Steering) -> Standing:
    syllabus = syllabus_of(enrollment)
    law = law_in(syllabus.subject)
    if state and state.calibration_id == live.calibration and not _is_patchwork(state, syllabus):
        try:
            belief, progress = live.read(bytes(state.belief)), Progress.from_json(state.progress, law)
            paces, folded = paces_in(syllabus.subject), _spans_in(state)
            _check_mastery(state)
            return Standing(enrollment, syllabus, live, state, belief, progress, steering, paces, folded=folded)
        except KeyError as missing:
            log.info("state_of_an_earlier_version", state=state.pk, missing=str(missing))
        except (ValueError, TypeError) as problem:
            log.error("state_unreadable", state=state.pk, reason=str(problem))
    blank = nothing_seen(enrollment, live, syllabus, law=law)
    blank.state.pk, blank.steering, blank.paces = state.pk if state else None, steering, paces_in(syllabus.subject)
    return blank


def _is_patchwork(state: LearnerState, syllabus: Syllabus) -> bool:
    """Whether it would be folded on by one snapshot of its course too many: then it is folded anew, by this one."""
    return len(state.syllabi) >= MOST_SYLLABI and state.syllabi[-1][1] != sha256_of(syllabus)


def _spans_in(state: LearnerState) -> Spans:
    """Raises KeyError where an earlier version kept the state, which did not say."""
    if not state.syllabi:
        raise KeyError("syllabi")
    return [(first, sha256) for first, sha256 in state.syllabi]


def _check_mastery(state: LearnerState) -> None:
    """Raises KeyError where an earlier version kept the state, which did not say how many answers were right."""
    if any(len(row) < len(MASTERY) for row in state.mastery.values()):
        raise KeyError(MASTERY[-1])


def _remembered(standing: Standing, sequencer: LiveSequencer) -> Remembered | None:
    """What is kept of the recurrent policy's memory; folded again from the log where that is of something else."""
    blank, seen = begun(standing.syllabus, sequencer), standing.state.seen_up_to
    return (
        remembered(bytes(standing.state.sequence), blank, seen, partial(refolded, standing, blank)) if blank else None
    )


def refolded(standing: Standing, memory: Remembered) -> Remembered:
    """Return the memory of who has not begun, after all that this standing has seen."""
    seen = standing.state.seen_up_to
    while memory.seen_up_to < seen:
        events = UNSEEN.all(enrollment=standing.enrollment.pk, seen=memory.seen_up_to)
        memory = memory.after([event for event in events if event.sequence <= seen], standing.syllabus)
    return memory


def progress_seen(enrollment: Enrollment) -> Progress:
    """Return what the learner did, as the state tells that has seen most of it: for people who look on. One query.

    Nothing is folded or written. What an earlier version kept tells nothing until the learner is back.
    """
    states = LearnerState.objects.filter(enrollment=enrollment).order_by("-seen_up_to", "-changed_at")
    kept = states.values_list("progress", flat=True).first() or {}
    try:
        return Progress.from_json(kept, Law.from_json(kept.get("law", [])))
    except KeyError:
        return Progress()


def nothing_seen(
    enrollment: Enrollment,
    live: LiveTutor,
    syllabus: Syllabus,
    sequencer: LiveSequencer | None = None,
    law: Law = USUAL,
) -> Standing:
    """Return where somebody stands who has not begun; with a memory of this sequencer. Nothing is read or written.

    What they remember will be folded by this law.
    """
    blank = LearnerState(enrollment=enrollment, checkpoint_id=live.checkpoint, calibration_id=live.calibration)
    standing = Standing(enrollment, syllabus, live, blank, live.tutor.begin(), Progress(law=law))
    blank.mastery, standing.folded = _mastery(standing), standing.spans_until(0)
    standing.memory = unbroken(partial(begun, syllabus, sequencer)) if sequencer else None
    return standing


def _mastery(standing: Standing, told: Sequence[Mastery] | None = None) -> dict[str, list[float]]:
    """Return what is believed of every skill taught. Skills that the belief has no room for go by their counts."""
    practiced, skills = standing.progress.skills, list(standing.syllabus.skills)
    known = standing.live.tutor.mastery(standing.belief, skills) if told is None else told
    forgotten = [row.skill for row in known if not row.answers and row.skill in practiced]
    counts = Counts({str(key): (row.right, row.answers - row.right) for key, row in practiced.items()})
    counted = {row.skill: row for row in CountingTutor().mastery(counts, forgotten)}
    rows = [counted.get(row.skill, row) for row in known]
    right = {str(skill): row.right for skill, row in practiced.items()}
    return {
        str(row.skill): [round(row.mean, 4), round(row.sd, 4), int(row.answers), right.get(str(row.skill), 0.0)]
        for row in rows
    }
