"""Rows and beliefs as plain data, in the shapes that `adaptive.serializers` documents."""

from __future__ import annotations

from typing import Any

from adaptive.adapting import Standing
from adaptive.counterfactuals import Change, what_would_change
from adaptive.explaining import sentence
from adaptive.mastery import SkillBelief
from adaptive.models import Outcome, Recommendation
from adaptive.placement import told_beliefs
from adaptive.replaying import Verdict, syllabus_then
from adaptive.syllabus import ModuleEntry, Syllabus
from courses import marking
from courses.models import Interaction, Presentation

Data = dict[str, Any]
MARK = ("score", "is_right", "verdict", "right_answer")
WAY = ("id", "title", "modality", "difficulty", "minutes")
PART = ("label", "given", "is_right", "feedback", "expected")


def step_data(syllabus: Syllabus, step: Recommendation, question: Presentation | None) -> Data:
    return {
        "recommendation": recommendation_data(syllabus, step),
        "question": question and question_data(syllabus, question),
    }


def recommendation_data(syllabus: Syllabus, step: Recommendation) -> Data:
    module = syllabus.modules.get(step.module_id) or step.module
    variant = _way(syllabus, step.module_id, step.variant_id)
    return {
        "id": step.pk,
        "module": {"slug": module.slug, "title": module.title},
        "variant": variant,
        "purpose": step.purpose,
        "minutes": variant["minutes"] if variant else module.minutes,
        "reason": sentence(step),
        "made_at": step.made_at,
    }


def question_data(syllabus: Syllabus, shown: Presentation) -> Data:
    """Return a question as it is shown, without its key."""
    return {
        "id": shown.pk,
        "purpose": shown.purpose,
        "module": _module(syllabus, shown.module_id) or {"slug": shown.module.slug, "title": shown.module.title},
        "shown_at": shown.shown_at,
        "question": marking.as_shown(shown.question_version.content, shown.pk),
    }


def why_data(syllabus: Syllabus, step: Recommendation) -> Data:
    """Return what was weighed, in the course as it was then."""
    weighed = syllabus_then(step)
    return recommendation_data(syllabus, step) | {
        "policy": step.policy,
        "rung": step.rung,
        "checkpoint": step.checkpoint.sha256 if step.checkpoint else "",
        "propensity": step.propensity,
        "reasons": step.reasons,
        "candidates": [_candidate(weighed, offer) for offer in step.candidates],
        "would_change": changes_data(what_would_change(step)),
    }


def changes_data(found: list[Change] | Verdict) -> list[Data] | None:
    """Return what would have led to other steps; None where that cannot be told."""
    return None if isinstance(found, Verdict) else [_change(one) for one in found]


def _change(change: Change) -> Data:
    module, variant = change.instead.module, change.instead.variant
    return {
        "condition": change.words,
        "module": {"slug": module.slug, "title": module.title},
        "variant": variant and {name: getattr(variant, name) for name in WAY},
    }


def state_data(standing: Standing) -> Data:
    skills = standing.syllabus.skills
    beliefs = told_beliefs(standing, list(skills))
    return {
        "course": standing.syllabus.slug,
        "seen_up_to": standing.state.seen_up_to,
        "rung": standing.live.rung,
        "checkpoint": standing.live.sha256,
        "is_complete": standing.is_complete,
        "skills": [_skill(standing.syllabus, skill) | belief_data(beliefs[skill]) for skill in skills],
    }


def result_data(syllabus: Syllabus, shown: Presentation, answer: Interaction, outcome: Outcome | None) -> Data:
    """Return what came of an answer; the same each time it is asked for."""
    content, mark = shown.question_version.content, answer.result
    outcome = outcome or Outcome(answer=answer)
    return {
        "sequence": answer.sequence,
        "answered_at": answer.at,
        "mark": _parts(mark, MARK) | {"feedback": [_parts(part, PART) for part in mark["feedback"]]},
        "explanation": content["feedback"],
        "solution": content["solution"],
        "moves": [_move(syllabus, move) for move in outcome.moves if move["skill"] in syllabus.skills],
        "finished": outcome.finished,
        "next": {
            "question": outcome.next_question and question_data(syllabus, outcome.next_question),
            "recommendation": outcome.next_step and recommendation_data(syllabus, outcome.next_step),
        },
    }


def module_data(syllabus: Syllabus, module: ModuleEntry) -> Data:
    """Return which module this is, and of which course."""
    course = {"slug": syllabus.slug, "title": syllabus.title}
    return {"course": course, "module": {"slug": module.slug, "title": module.title}}


def _parts(whole: Data, names: tuple[str, ...]) -> Data:
    """Return these parts in this order: a database may keep another one."""
    return {name: whole[name] for name in names}


def _move(syllabus: Syllabus, move: Data) -> Data:
    before = move["before"] and belief_data(SkillBelief(move["skill"], *move["before"]))
    return _skill(syllabus, move["skill"]) | {
        "before": before,
        "after": belief_data(SkillBelief(move["skill"], *move["after"])),
    }


def belief_data(belief: SkillBelief) -> Data:
    return {
        "mean": belief.mean,
        "sd": belief.sd,
        "interval": [round(end, 4) for end in belief.interval],
        "level": belief.level,
        "answers": belief.answers,
        "words": belief.words,
    }


def _candidate(syllabus: Syllabus, offer: Data) -> Data:
    return _parts(offer, ("predicted", "propensity", "score", "terms")) | {
        "module": _module(syllabus, offer["module"]),
        "variant": _way(syllabus, offer["module"], offer["variant"]),
        "purpose": offer["aim"],
    }


def _skill(syllabus: Syllabus, skill: int) -> Data:
    entry = syllabus.skills[skill]
    return {"skill": {"slug": entry.slug, "title": entry.title}}


def _module(syllabus: Syllabus, module_id: int) -> Data | None:
    """A module of that edition of the course."""
    module = syllabus.modules.get(module_id)
    return {"slug": module.slug, "title": module.title} if module else None


def _way(syllabus: Syllabus, module_id: int, variant_id: int | None) -> Data | None:
    """A variant of that edition of the course."""
    module = syllabus.modules.get(module_id)
    variant = module and module.variant(variant_id)
    if variant is None:
        return None
    return {name: getattr(variant, name) for name in WAY}
