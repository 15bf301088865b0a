"""Every night the tutor is trained again on what learners did, and serves only if it is at least as good as before.

Only workers load this: it is the one module of the site that imports torch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import structlog
import torch
from django.conf import settings
from django.utils import timezone

from adaptive.calibrating import calibrate_course
from adaptive.history import histories_in, log_of
from adaptive.jobs import Refused, Report
from adaptive.models import Checkpoint, Job
from adaptive.serving import path_of, promote, read_tutor, register_shipped
from adaptive.syllabus import read_syllabus
from courses.models import Course
from mlcore import checkpoint as checkpoints
from mlcore.algorithms.champion import Champion
from mlcore.answers import key_of
from mlcore.baselines.rasch import RaschEB
from mlcore.evaluation.asking import CHANCE, Split
from mlcore.evaluation.kshot import k_shot
from mlcore.evaluation.measures import log_losses
from mlcore.predictor import Predictor
from mlcore.training import TrainedNetwork, TrainingSettings, train

log = structlog.get_logger(__name__)

FEWEST_LEARNERS, FEWEST_ANSWERS = 30, 5  # that a course needs to be learned from
STEPS = 300
SHOTS = (1, 3, 5, 10)
HELD_OUT, VALIDATING = 4, 5  # every fourth learner is never trained on; every fifth of the others validates
EQUAL = 1e-4  # a log-loss this much higher is as good


@dataclass(frozen=True)
class Judged:
    """Mean log-losses over courses and numbers of shots, on learners that no checkpoint has met."""

    candidate: float
    live: float
    rasch_eb: float

    @property
    def objection(self) -> str:
        """Why the candidate must not serve; "" if it may."""
        if not np.isfinite(self.candidate):
            return "It does not predict anything sensible."
        if self.candidate > self.live + EQUAL:
            return f"It predicts worse than the live checkpoint: log-loss {self.candidate:.4f} against {self.live:.4f}."
        if self.candidate > self.rasch_eb + EQUAL:
            return f"It predicts worse than Rasch-EB: log-loss {self.candidate:.4f} against {self.rasch_eb:.4f}."
        return ""

    def as_json(self) -> dict[str, float]:
        return {name: round(float(value), 5) for name, value in vars(self).items() if np.isfinite(value)}


def retrain(job: Job, report: Report) -> tuple[dict[str, Any], str]:
    """Train from the live checkpoint, judge on held-out learners, and promote. Raises Refused with the reason."""
    device = "cuda" if torch.cuda.is_available() else "cpu"
    report(0.0, f"Reading the log; training will run on {device}.")
    courses = list(Course.objects.select_related("edition"))
    splits = [split for split in map(snapshot_of, courses) if split]
    if not splits:
        raise Refused(
            f"Too little to learn from: a course needs {FEWEST_LEARNERS} learners of {FEWEST_ANSWERS} answers."
        )
    live, serving = _live()
    trained = _trained(splits, serving, job, lambda done, said: report(0.05 + 0.75 * done, f"{said} ({device})"))
    report(0.8, "Comparing with the live checkpoint on learners that neither has met.")
    facts = {"parent": live.sha256, "device": device, "answers": sum(len(split.train) for split in splits)}
    candidate = checkpoints.Checkpoint(trained.weights, trained.prior, facts)
    judged = judge(candidate, serving, splits)
    if judged.objection:
        raise Refused(judged.objection, judged.as_json())
    made = _keep(candidate, live, judged)
    report(0.95, "Calibrating to each course.")
    tutor = read_tutor(path_of(made.path), made.sha256)
    for course in courses:
        calibrate_course(course, made, tutor)
    promote(made)
    return judged.as_json() | {"checkpoint": made.sha256}, f"Trained on {device} and promoted."


def _live() -> tuple[Checkpoint, checkpoints.Checkpoint]:
    """Return the checkpoint that serves; if it cannot be read (after an upgrade, say), the shipped one."""
    live = Checkpoint.objects.filter(is_live=True).first() or register_shipped()
    try:
        return live, checkpoints.load_checkpoint(path_of(live.path))
    except checkpoints.CheckpointRefused as problem:
        log.warning("live_checkpoint_refused", checkpoint=live.sha256, reason=str(problem))
        return register_shipped(), checkpoints.load_checkpoint()


def snapshot_of(course: Course) -> Split | None:
    """Return a course's log in three parts; None if too few people took it. Who is held out is so for ever."""
    histories = histories_in(course, read_syllabus(course))
    long_enough = {pk: answers for pk, answers in histories.items() if len(answers) >= FEWEST_ANSWERS}
    if len(long_enough) < FEWEST_LEARNERS:
        return None
    log = log_of(course.slug, long_enough)
    draw = np.array([key_of(f"held out {name}") % (HELD_OUT * VALIDATING) for name in log.learner_names])
    is_test, is_validation = draw % HELD_OUT == 0, (draw % HELD_OUT > 0) & (draw // HELD_OUT == 0)
    parts = [np.flatnonzero(chosen) for chosen in (~is_test & ~is_validation, is_validation, is_test)]
    if min(len(part) for part in parts) < 2:
        return None
    return Split(*(log.of_learners(part) for part in parts))


def judge(candidate: checkpoints.Checkpoint, live: checkpoints.Checkpoint, splits: Sequence[Split]) -> Judged:
    """Compare k-shot predictions of the candidate, the live checkpoint and Rasch-EB on the held-out learners."""
    names = ("candidate", "live", "rasch_eb")
    losses = []
    for split in splits:
        rivals: list[Predictor] = [
            Champion(candidate, name="candidate"),
            Champion(live, name="live"),
            RaschEB(name="rasch_eb"),
        ]
        asked = k_shot(rivals, split, SHOTS).predictions
        rolled = asked[asked["protocol"] == "roll"]
        correct = rolled["correct"].to_numpy(float)
        losses.append([log_losses(rolled[CHANCE + name].to_numpy(float), correct).mean() for name in names])
    return Judged(*np.mean(losses, axis=0).tolist())


def _trained(splits: Sequence[Split], live: checkpoints.Checkpoint, job: Job, report: Report) -> TrainedNetwork:
    device = "cuda" if torch.cuda.is_available() else "cpu"
    plan = TrainingSettings(steps=int(job.options.get("steps", STEPS)), device=device)
    generator = torch.Generator().manual_seed(int(job.options.get("seed", 0)))
    return train([split.train for split in splits], plan, generator, live, report)


def _keep(candidate: checkpoints.Checkpoint, live: Checkpoint, judged: Judged) -> Checkpoint:
    """Write the file, then its row."""
    name = f"{timezone.now():%Y%m%d-%H%M%S}.safetensors"
    sha256 = checkpoints.save_checkpoint(candidate, settings.CHECKPOINT_DIR / name)
    return Checkpoint.objects.create(sha256=sha256, path=name, parent=live, metrics=judged.as_json())
