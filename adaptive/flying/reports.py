"""What a flight found, as plain data: kept with its job, shown on its page, written as JSON."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import quantiles
from typing import Any

from adaptive.flying.drafts import Draft, fingerprint, published, read_draft
from adaptive.flying.findings import Finding, findings_in
from adaptive.flying.fleet import Report, fly_all
from adaptive.flying.flights import Plan, masterable
from adaptive.flying.tallies import Tally, entry, middle, share
from adaptive.forgetting import law_in, paces_in
from adaptive.modalities import effects_in
from adaptive.progress import Ending
from adaptive.sequencing import LiveSequencer, sequencer_then, shipped
from adaptive.serving import LiveTutor, live_tutor
from adaptive.syllabus import ModuleEntry, SkillEntry, VariantEntry
from courses.models import Course

FORMAT = 2  # of what is kept; another one is flown again
LEARNERS, SEED = 500, 1
DRAFT, PUBLISHED = "draft", "published"
DIGITS = 4

Row = dict[str, Any]


@dataclass(frozen=True)
class Order:
    """A flight that somebody wants."""

    course: Course
    edition: str = DRAFT
    learners: int = LEARNERS
    seed: int = SEED
    processes: int = 0  # 0: as many as are worth it
    is_recurrent: bool = False  # by the recurrent policy, also where that does not teach yet


def fly_through(order: Order, report: Report = lambda over: None) -> Row:
    """Fly learners through a course and return what was found. The same order and course give the same report, as long
    as the same is known of learners: `known` in it is a hash of that.

    Raises FlightBroken.
    """
    draft = read_draft(order.course) if order.edition == DRAFT else published(order.course)
    syllabus = draft.syllabus
    live = live_tutor(order.course.pk)
    subject = syllabus.subject
    forgetting = law_in(subject), paces_in(subject)
    plan = Plan(syllabus, live, effects_in(subject), order.seed, _sequencer(order, live), *forgetting)
    trails = fly_all(plan, order.learners if syllabus.modules else 0, order.processes, report)
    return _told(Tally(syllabus, trails, masterable(plan)), draft, plan) | {"edition": order.edition}


def _sequencer(order: Order, live: LiveTutor) -> LiveSequencer | None:
    """The recurrent policy, if that is wanted or teaches most learners of the course."""
    if order.is_recurrent:
        return shipped()
    return sequencer_then(live.use.sequencer) if live.use and live.use.share > 0.5 else None


def _known_in(plan: Plan) -> str:
    """Return a hash of what learners have told so far, as far as it guides the flight."""
    effects = {arm: asdict(effect) for arm, effect in sorted(plan.effects.items())}
    known = [plan.live.calibration, effects, plan.law.as_json(), plan.paces.tolist()]
    return hashlib.sha256(json.dumps(known).encode()).hexdigest()[:16]


def _told(tally: Tally, draft: Draft, plan: Plan) -> Row:
    syllabus = draft.syllabus
    return {
        "format": FORMAT,
        "course": syllabus.slug,
        "title": syllabus.title,
        "fingerprint": fingerprint(syllabus),
        "checkpoint": plan.live.sha256,
        "known": _known_in(plan),
        "sequencer": plan.sequencer.sha256 if plan.sequencer else "",
        "seed": plan.seed,
        "learners": len(tally.trails),
        "characters": dict(Counter(str(trail.character) for trail in tally.trails)),
        "answers": sum(trail.answers for trail in tally.trails),
        "competence": _competence(tally),
        "dead_ends": sum(not trail.is_complete for trail in tally.trails),
        "findings": [_finding_row(finding) for finding in findings_in(tally, draft.unfinished)],
        "modules": [_module_row(module, tally) for module in syllabus.modules.values()],
        "skills": [_skill_row(skill, tally) for skill in syllabus.skills.values()],
        "variants": [
            _variant_row(module, way, tally) for module in syllabus.modules.values() for way in module.variants
        ],
    }


def _competence(tally: Tally) -> Row:
    """Return how many learners who try got to competence in all that is taught, and after how much work."""
    marks = [mark for trail in tally.trying if (mark := trail.competence(tally.taught))]
    return {
        "trying": len(tally.trying),
        "reached": len(marks),
        "answers": _spread([mark.answers for mark in marks]),
        "minutes": _spread([mark.minutes for mark in marks]),
        "all_minutes": sorted(round(mark.minutes) for mark in marks),
        "days": _spread([trail.days for trail in tally.trying if trail.competence(tally.taught)]),
    }


def _spread(numbers: Sequence[float]) -> Row | None:
    """Return the median and the tenths at either end; None of fewer than two numbers."""
    if len(numbers) < 2:
        return None
    tenths = quantiles(numbers, n=10, method="inclusive")
    return {"low": _rounded(tenths[0]), "median": _rounded(tenths[4]), "high": _rounded(tenths[8])}


def _finding_row(finding: Finding) -> Row:
    figures = {name: _rounded(value) for name, value in finding.figures.items()}
    return {
        "name": str(finding.name),
        "is_note": finding.is_note,
        "about": finding.about,
        "id": finding.id,
        "title": finding.title,
        "figures": figures,
    }


def _module_row(module: ModuleEntry, tally: Tally) -> Row:
    ways, skills = tally.ways[module.id], frozenset(module.skills)
    return {
        "id": module.id,
        "title": module.title,
        "questions": len(module.questions),
        "learners": len(ways),
        "reached": _rounded(share([skills <= trail.reached.keys() for trail in tally.trying])),
        "known": _rounded(share([way.is_known for way in ways])),
        "let_go": _rounded(share([way.visits[-1].ended == Ending.ENOUGH for way in ways])),
        "answers": middle([len(way.asked) for way in ways]),
        "success": _rounded(share([is_right for way in ways for is_right in way.scores])),
        "entry": _rounded(entry([way for way in ways if way.is_ready])),
    }


def _skill_row(skill: SkillEntry, tally: Tally) -> Row:
    return {
        "id": skill.id,
        "title": skill.title,
        "questions": len(tally.practicing[skill.id]),
        "answers": middle(tally.answers[skill.id]),
        "reached": _rounded(share([skill.id in trail.reached for trail in tally.trying])),
        "known": _rounded(share([tally.ever_known(skill.id, trail) for trail in tally.trying])),
    }


def _variant_row(module: ModuleEntry, way: VariantEntry, tally: Tally) -> Row:
    every = sum(tally.shown[other.id] for other in module.variants)
    return {
        "id": way.id,
        "title": way.title,
        "module": module.title,
        "modality": way.modality,
        "difficulty": way.difficulty,
        "shown": tally.shown[way.id],
        "share": _rounded(tally.shown[way.id] / every) if every else None,
    }


def _rounded(value: Any) -> Any:
    return round(value, DIGITS) if isinstance(value, float) else value
