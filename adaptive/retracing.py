"""A learner's log gone through once more, as it was folded then: by the course as it was, entry by entry."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby

from adaptive.adapting import UNSEEN, Standing, nothing_seen, refolded
from adaptive.sequencing import LiveSequencer, Remembered, begun, unbroken
from adaptive.serving import LiveTutor
from adaptive.syllabus import Syllabus, syllabus_of
from courses.models import Enrollment, Interaction
from mlcore.laws import USUAL, Law


@dataclass(frozen=True)
class Fold:
    """By what a log is gone through once more: the course as it was from each entry on, or as it is now if empty.

    With a memory of this recurrent policy; what is remembered is folded by this law.
    """

    syllabi: Sequence[tuple[int, Syllabus]] = ()
    sequencer: LiveSequencer | None = None
    law: Law = USUAL

    def span_of(self, event: Interaction) -> int:
        """Return which of the syllabi this entry is to be folded by."""
        return sum(first <= event.sequence for first, _ in self.syllabi) - 1


AS_NOW = Fold()


def standing_after(enrollment: Enrollment, live: LiveTutor, sequence: int, fold: Fold = AS_NOW) -> Standing:
    """Return where the learner stood when their log had so many entries. Nothing is written."""
    standing = _at_the_start(enrollment, live, fold)
    while events := UNSEEN.all(enrollment=enrollment.pk, seen=standing.state.seen_up_to):
        known = [event for event in events if event.sequence <= sequence]
        for _, under_one in groupby(known, fold.span_of):
            _go_on(standing, list(under_one), fold)
        if len(known) < len(events):
            break
    if fold.syllabi:
        turn(standing, fold.syllabi[-1][1], fold.sequencer)
    return standing


def retraced(enrollment: Enrollment, live: LiveTutor, fold: Fold = AS_NOW) -> Iterator[Standing]:
    """Go through a learner's log once more: yield where they stood before it, and after each entry. Nothing is written.

    It is the same standing each time, moved on.
    """
    standing = _at_the_start(enrollment, live, fold)
    yield standing
    while events := UNSEEN.all(enrollment=enrollment.pk, seen=standing.state.seen_up_to):
        for event in events:
            _go_on(standing, [event], fold)
            yield standing


def _at_the_start(enrollment: Enrollment, live: LiveTutor, fold: Fold) -> Standing:
    syllabus = fold.syllabi[0][1] if fold.syllabi else syllabus_of(enrollment)
    return nothing_seen(enrollment, live, syllabus, fold.sequencer, fold.law)


def _go_on(standing: Standing, events: Sequence[Interaction], fold: Fold) -> None:
    """Fold entries that were all folded by one edition of the course."""
    if fold.syllabi:
        turn(standing, fold.syllabi[fold.span_of(events[0])][1], fold.sequencer)
    standing.take_in(events)


def turn(standing: Standing, syllabus: Syllabus, sequencer: LiveSequencer | None) -> None:
    """Go on by another edition of the course. A memory in which it looks otherwise is folded again, as it was then."""
    if syllabus is not standing.syllabus:
        standing.syllabus = syllabus
        standing.memory = unbroken(partial(_turned, standing, sequencer)) if sequencer else None


def _turned(standing: Standing, sequencer: LiveSequencer) -> Remembered | None:
    """What is remembered of another edition, as long as its skills build on each other alike."""
    blank, memory = begun(standing.syllabus, sequencer), standing.memory
    if blank and memory and memory.graph.version == blank.graph.version:
        return replace(memory, graph=blank.graph)
    return refolded(standing, blank) if blank else None
