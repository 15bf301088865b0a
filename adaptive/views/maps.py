"""Where a learner stands: the map of their skills, what is due, why a step was chosen, and the end of a course."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext

from adaptive.adapting import Standing, standing_of
from adaptive.aiming import band_for
from adaptive.alternatives import comparison_of
from adaptive.counterfactuals import what_would_change
from adaptive.drawing import skill_map, skill_rows
from adaptive.entrance import entrance_to
from adaptive.explaining import MEANINGS, NAMES, aimed_at, sentence, success_set
from adaptive.guarding import NothingToLearn
from adaptive.mastery import DEFINITIONS, Level
from adaptive.models import Recommendation
from adaptive.placement import is_under_way, is_worth_mentioning, told_beliefs
from adaptive.recommending import SETTINGS, Inputs, recommend_next
from adaptive.replaying import Verdict, standing_then, syllabus_then
from adaptive.reviewing import next_due_at, reviews_in
from adaptive.serving import live_tutor
from adaptive.standings import standings_of
from adaptive.syllabus import Syllabus
from adaptive.verdicts import findings_for
from adaptive.ways import Candidate
from courses.access import actor, coached_enrollment, for_people, for_trainers, own_enrollment, trained_cohort
from courses.models import Enrollment
from courses.views.looking import for_reading

MOST_SHOWN = 12  # candidates on the page about a choice


@dataclass(frozen=True)
class Names:
    """A course as it was when a step was chosen, by which its candidates are called, and as it is."""

    then: Syllabus
    now: Syllabus


@for_reading
@for_people
def skills_map(request: HttpRequest, slug: str) -> HttpResponse:
    """Draw what is believed of every skill, laid out by prerequisites, and the same as a list."""
    enrollment = own_enrollment(actor(request), slug)
    standing = _standing(enrollment)
    try:
        step = standing.syllabus.modules[recommend_next(enrollment).module_id]
    except NothingToLearn:
        step = None
    context = {
        "course": enrollment.course,
        "map": skill_map(standing, step.skills if step else ()),
        "skills": skill_rows(standing),
        "definitions": [(level.label, DEFINITIONS[level]) for level in Level],
        "known": sum(belief.is_known for belief in told_beliefs(standing, list(standing.syllabus.skills)).values()),
        "ways": findings_for(standing.progress, standing.syllabus.subject),
        "is_held_back": is_under_way(standing),
        "may_be_placed": is_worth_mentioning(standing, timezone.now()),
    }
    return render(request, "adaptive/map.html", context)


@for_reading
@for_people
def review(request: HttpRequest) -> HttpResponse:
    """Show what is due again in all courses, and when the next will be."""
    standings = list(standings_of(list(Enrollment.objects.of(actor(request)).with_edition())))
    found = reviews_in(standings, timezone.now())
    context = {
        "due": found.due,
        "minutes": found.minutes,
        "next_at": found.next_at,
        "rested": found.rested,
        "has_courses": bool(standings),
    }
    return render(request, "adaptive/review.html", context)


@for_reading
@for_people
def finished(request: HttpRequest, slug: str) -> HttpResponse:
    """Say what is known now, and what stays open."""
    enrollment = own_enrollment(actor(request), slug)
    standing = _standing(enrollment)
    beliefs = told_beliefs(standing, list(standing.syllabus.skills)).values()
    context = {
        "course": enrollment.course,
        "enrollment": enrollment,
        "is_empty": not standing.syllabus.modules,
        "is_complete": standing.is_complete,
        "known": sum(belief.is_known for belief in beliefs),
        "skills": skill_rows(standing),
        "next_at": next_due_at(standing),
        "entrance": entrance_to(standing, timezone.now()),
    }
    return render(request, "adaptive/finished.html", context)


@for_reading
@for_people
def why(request: HttpRequest, recommendation_id: uuid.UUID) -> HttpResponse:
    """Show everything that went into a choice."""
    chosen = get_object_or_404(_weighed(), pk=recommendation_id, enrollment__learner=actor(request))
    return render(request, "adaptive/why.html", _why_context(chosen))


@for_reading
@for_trainers
def why_for_trainer(request: HttpRequest, pk: int, enrollment_pk: int, recommendation_id: uuid.UUID) -> HttpResponse:
    """Show a trainer what one of their learners reads about a choice, word for word."""
    cohort = trained_cohort(actor(request), pk)
    enrollment = coached_enrollment(actor(request), cohort, enrollment_pk)
    chosen = get_object_or_404(_weighed(), pk=recommendation_id, enrollment=enrollment)
    return render(request, "adaptive/why.html", _why_context(chosen) | {"cohort": cohort, "enrollment": enrollment})


def _weighed() -> QuerySet[Recommendation]:
    """Return the choices with all that a page about one of them names."""
    return Recommendation.objects.select_related(
        "enrollment__course__edition", "enrollment__learner", "checkpoint", "calibration", "module", "variant"
    )


def _why_context(chosen: Recommendation) -> dict[str, Any]:
    standing = _standing(chosen.enrollment)
    module, named = standing.syllabus.modules.get(chosen.module_id), Names(syllabus_then(chosen), standing.syllabus)
    own_skills = {skill: standing.syllabus.skills[skill] for skill in module.skills} if module else {}
    return {
        "course": chosen.enrollment.course,
        "step": chosen,
        "why": sentence(chosen),
        "columns": _columns(chosen),
        "rows": _rows(named, chosen),
        "skills": skill_rows(standing, own_skills),
        "comparison": _comparison(named, chosen),
        "changes": _changes(named, chosen),
        "meanings": [(NAMES[name], MEANINGS[name]) for name in _terms(chosen) if name in MEANINGS],
        "left_out": max(len(chosen.candidates) - MOST_SHOWN, 0),
    }


def _standing(enrollment: Enrollment) -> Standing:
    return standing_of(enrollment, live_tutor(enrollment.course_id))


def _comparison(named: Names, chosen: Recommendation) -> dict[str, Any] | None:
    """Return what was drawn against the best other step, in words and whole percents."""
    found = comparison_of(chosen)
    if found is None:
        return None
    labels = gettext("Another way to learn it") if found.is_other_way else gettext("Best alternative")
    offers = [(gettext("Chosen"), found.chosen)] + ([(labels, found.other)] if found.other else [])
    rows = [
        {
            "label": label,
            "name": _name(named, offer, None),
            "right": round(10 * offer["predicted"]),
            "chance": _percent(offer["propensity"]),
            "better_in": [NAMES[name] for name in found.better_in(chosen=offer is found.chosen) if name in NAMES],
        }
        for label, offer in offers
    ]
    asked = Inputs.of(chosen).steering.success
    set_to = success_set(asked) if asked else ""
    return {"rows": rows, "words": found.words, "set_to": [set_to, _moved_to(chosen)]}


def _moved_to(chosen: Recommendation) -> str:
    """Return how hard the learner's own wishes made a step, in words; "" where they did not, or nobody can tell."""
    then = standing_then(chosen)
    if isinstance(then, Verdict):
        return ""
    standing = Inputs.of(chosen).set_into(then)
    return aimed_at(standing.progress.pace, fmean(band_for(standing, SETTINGS.band)))


def _changes(named: Names, chosen: Recommendation) -> dict[str, Any]:
    """Return what would have changed a choice, and the step it would have become; or why that cannot be told."""
    found = what_would_change(chosen)
    if isinstance(found, Verdict):
        return {"untold": found.label}
    return {"rows": [(change.words, _way_of(named, change.instead)) for change in found]}


def _way_of(named: Names, candidate: Candidate) -> str:
    offer = {"module": candidate.module.id, "variant": candidate.variant.id if candidate.variant else None}
    return _name(named, offer, None)


def _terms(chosen: Recommendation) -> list[str]:
    """The terms of the score in which the candidates differ at all."""
    terms = chosen.candidates[0]["terms"] if chosen.candidates else {}
    return [name for name in terms if any(abs(offer["terms"][name]) >= 0.005 for offer in chosen.candidates)]


def _columns(chosen: Recommendation) -> list[dict[str, Any]]:
    numbers = [
        gettext("Expected right"),
        *(NAMES.get(name, name) for name in _terms(chosen)),
        gettext("Score"),
        gettext("Chance"),
    ]
    return [{"label": gettext("Step")}, *({"label": label, "number": True} for label in numbers)]


def _rows(named: Names, chosen: Recommendation) -> list[list[Any]]:
    """Return the candidates for data_table.html, the likeliest first."""
    offers = sorted(chosen.candidates, key=lambda offer: -offer["propensity"])[:MOST_SHOWN]
    return [
        [
            {"header": True, "text": _name(named, offer, chosen)},
            _number(_percent(offer["predicted"])),
            *(_number(_signed(offer["terms"][name])) for name in _terms(chosen)),
            _number(f"{offer['score']:.2f}"),
            _number(_percent(offer["propensity"])),
        ]
        for offer in offers
    ]


def _name(named: Names, offer: Mapping[str, Any], chosen: Recommendation | None) -> str:
    module = named.then.modules.get(offer["module"])
    variant = module.variant(offer["variant"]) if module else None
    name = module.title if module else gettext("A module that is gone")
    if variant:
        name = gettext("%(title)s: %(modality)s, difficulty %(difficulty)s") % {
            "title": name,
            "modality": variant.modality.replace("-", " "),
            "difficulty": variant.difficulty,
        }
    if module and module.id not in named.now.modules:
        name = gettext("%s (not offered any more)") % name
    is_chosen = chosen and (offer["module"], offer["variant"]) == (chosen.module_id, chosen.variant_id)
    return gettext("%s (chosen)") % name if is_chosen else name


def _signed(value: float) -> str:
    return f"{value:+.2f}" if abs(value) >= 0.005 else "0"


def _percent(share: float) -> str:
    return "< 1 %" if 0 < share < 0.005 else f"{100 * share:.0f} %"


def _number(text: str) -> dict[str, Any]:
    return {"number": True, "text": text}
