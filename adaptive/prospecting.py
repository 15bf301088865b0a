"""What each candidate would bring this learner, as arrays for `mlcore.prospects`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import numpy as np

from adaptive.adapting import Standing
from adaptive.models import Aim
from adaptive.progress_rows import SkillProgress
from adaptive.syllabus import Syllabus
from adaptive.ways import Candidate, minutes_of
from mlcore.interactions import Mask
from mlcore.prospects import Path, Prospects, prospects
from mlcore.records import record_of


def prospects_of(
    standing: Standing, candidates: Sequence[Candidate], now: datetime, rng: np.random.Generator
) -> Prospects:
    """Return what every candidate would bring, in their order."""
    skills = list(standing.syllabus.skills)
    practiced = [standing.progress.skills.get(skill, SkillProgress()).record for skill in skills]
    told = np.array(standing.progress.memory)
    record = record_of(practiced, told, standing.paces, now.timestamp(), standing.progress.law)
    return prospects(_path(standing, candidates), record, standing.live.tutor.held(standing.belief, skills), rng)


def _path(standing: Standing, candidates: Sequence[Candidate]) -> Path:
    place, teaches, needs = _masks(standing.syllabus)
    modules = [place[one.module.id] for one in candidates]
    waived = [skill in standing.steering.waived for skill in standing.syllabus.skills]
    return Path(
        teaches=teaches[modules],
        needs=needs[modules] & ~np.array(waived, bool),
        is_lesson=np.array([one.aim == Aim.LEARN for one in candidates]),
        minutes=np.array([minutes_of(one) for one in candidates], float),
    )


def _masks(syllabus: Syllabus) -> tuple[dict[int, int], Mask, Mask]:
    """Return the row of each module, and the skills it teaches and needs [modules, skills]; made once."""
    if "path" not in syllabus.prepared:
        skills = np.array(list(syllabus.skills))
        every = list(syllabus.modules.values())
        teaches, needs = (
            np.array([np.isin(skills, of) for of in each]).reshape(len(every), len(skills))
            for each in ([one.skills for one in every], [one.requires for one in every])
        )
        syllabus.prepared["path"] = {one.id: row for row, one in enumerate(every)}, teaches, needs
    made: tuple[dict[int, int], Mask, Mask] = syllabus.prepared["path"]
    return made
