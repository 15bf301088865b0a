"""A choice made again: from the log and the course as they were, the checkpoint, the seed and the inputs kept with it.

Courses are edited and learners go on: a step names the snapshots of its course by which its learner's log was folded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from adaptive.adapting import Standing
from adaptive.filing import SnapshotAltered, SnapshotGone, syllabus_with
from adaptive.models import Recommendation, Rung
from adaptive.recommending import POLICY, RECURRENT, SETTINGS, Inputs, decide_step
from adaptive.retracing import Fold, standing_after
from adaptive.sequencing import LiveSequencer, sequencer_then
from adaptive.serving import tutor_then
from adaptive.syllabus import Syllabus, syllabus_of
from mlcore.laws import Law
from mlcore.policy import PolicySettings

CLOSE = 2e-6  # numbers are kept rounded, and machines add up in different orders


class Verdict(TextChoices):
    SAME = "same", _("the same choice")
    OTHER = "other", _("another choice")
    IN_ORDER = "in_order", _("made in the order of the course, with nothing weighed")
    OLD = "old", _("made by an earlier policy, or before inputs were kept")
    EDITED = "edited", _("its course has been edited since, and was not kept as it was")
    ALTERED = "altered", _("what was kept of its course is not what was stored")
    GONE = "gone", _("its checkpoint or calibration is gone")


@dataclass(frozen=True)
class Replay:
    """A stored step, and the one that was chosen when it was decided again; None where it cannot be."""

    step: Recommendation
    again: Recommendation | None
    verdict: Verdict


def replay(step: Recommendation, settings: PolicySettings = SETTINGS, sequencer: LiveSequencer | None = None) -> Replay:
    """Decide again on a stored step. Nothing is written.

    With other `settings`, or by a recurrent policy, that is what they would have done.
    """
    standing, inputs = standing_then(step, sequencer), Inputs.of(step)
    if isinstance(standing, Verdict):
        return Replay(step, None, standing)
    again = decide_step(standing, replace(inputs, sequencer=sequencer.sha256) if sequencer else inputs, settings)
    return Replay(step, again, Verdict.SAME if is_same(step, again) else Verdict.OTHER)


def standing_then(step: Recommendation, sequencer: LiveSequencer | None = None) -> Standing | Verdict:
    """Return where the learner stood when the step was chosen, or why that cannot be told.

    With the memory of the recurrent policy that chose it, or of the one given.
    """
    if step.rung == Rung.COURSE_ORDER:
        return Verdict.IN_ORDER
    if step.policy not in (POLICY, RECURRENT) or not step.inputs:
        return Verdict.OLD
    syllabi = syllabi_then(step)
    if isinstance(syllabi, Verdict):
        return syllabi
    live, inputs = tutor_then(step), Inputs.of(step)
    chosen_by = inputs.sequencer
    sequencer = sequencer or (sequencer_then(chosen_by) if chosen_by else None)
    if live is None or (chosen_by and sequencer is None):
        return Verdict.GONE
    fold = Fold(syllabi, sequencer, Law.from_json(inputs.law))
    return standing_after(step.enrollment, live, step.after_sequence, fold)


def syllabi_then(step: Recommendation) -> Sequence[tuple[int, Syllabus]] | Verdict:
    """Return by which course a step's log was folded, from which entry on; the last is the one it was chosen from."""
    spans, course = Inputs.of(step).syllabi, step.enrollment.course
    if not spans:
        current = syllabus_of(step.enrollment)
        return [(0, current)] if step.edition == current.edition else Verdict.EDITED
    try:
        return [(first, syllabus_with(sha256, course)) for first, sha256 in spans]
    except SnapshotGone:
        return Verdict.EDITED
    except SnapshotAltered:
        return Verdict.ALTERED


def syllabus_then(step: Recommendation) -> Syllabus:
    """Return the course that a step was chosen from, or as it is now where that was not kept."""
    syllabi = syllabi_then(step)
    return syllabus_of(step.enrollment) if isinstance(syllabi, Verdict) else syllabi[-1][1]


def is_same(one: Recommendation, other: Recommendation) -> bool:
    """The same step out of the same candidates, with the same numbers for the same reasons.

    What the guard cost counts where it was kept: it was not at first.
    """
    kept = ("module_id", "variant_id", "purpose")
    told = ["candidates", "reasons", "propensity"]
    if one.expected_score is not None:
        told += ["expected_score", "guard_cost"]
    return all(getattr(one, name) == getattr(other, name) for name in kept) and _agree(
        [getattr(one, name) for name in told], [getattr(other, name) for name in told]
    )


def _agree(one: Any, other: Any) -> bool:
    """Whether two pieces of JSON say the same, up to the rounding of their numbers."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_agree(one[key], other[key]) for key in one)
    if isinstance(one, Sequence) and isinstance(other, Sequence) and not isinstance(one, str):
        return len(one) == len(other) and all(map(_agree, one, other))
    if isinstance(one, float) and isinstance(other, int | float):
        return abs(one - other) <= CLOSE
    return bool(one == other)
