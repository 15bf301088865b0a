"""Drafts as learners would see them, through the same templates."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from courses import marking
from courses.authoring.answers import wrong_response
from courses.authoring.forms import defects_of
from courses.lessons import lesson_of
from courses.models import Course, Module, Question, Skill, Variant
from courses.versions import content_of

SEED = "preview"  # the same order of choices each time, so that only what the author changes moves


def question(request: HttpRequest, draft: Question, mode: str) -> HttpResponse:
    """Before answering, or after a right or a wrong answer."""
    defects = defects_of(draft)
    if defects:
        return render(request, "courses/authoring/preview/unfinished.html", {"title": draft.title, "defects": defects})
    content = content_of(draft)
    context: dict[str, Any] = {"question": content, "shown": marking.as_shown(content, SEED)}
    if mode:
        response = marking.right_response(content) if mode == "right" else wrong_response(content)
        context["mark"] = marking.mark(content, response)
    return render(request, "courses/authoring/preview/question.html", context)


def variant(request: HttpRequest, draft: Variant, mode: str) -> HttpResponse:
    """The lesson, without its questions."""
    heading = draft.heading if draft.module_id else draft.title
    context = {
        "variant": draft,
        "heading": heading,
        "lesson": lesson_of(draft.modality, draft.body),
        "lesson_template": f"courses/lesson/{draft.modality}.html",
    }
    return render(request, "courses/authoring/preview/variant.html", context)


def module(request: HttpRequest, draft: Module, mode: str) -> HttpResponse:
    """What a learner can do after it, and the ways to learn it."""
    variants = list(draft.variants.filter(live=True)) if draft.pk else []
    count = draft.questions.filter(live=True).count() if draft.pk else 0
    context = {"module": draft, "skills": list(draft.skills.all()), "variants": variants, "question_count": count}
    return render(request, "courses/authoring/preview/module.html", context)


def course(request: HttpRequest, draft: Course, mode: str) -> HttpResponse:
    """The outline that a learner sees before enrolling."""
    modules = list(draft.modules.filter(live=True).prefetch_related("skills")) if draft.pk else []
    context = {"course": draft, "modules": modules, "minutes": sum(one.minutes for one in modules)}
    return render(request, "courses/authoring/preview/course.html", context)


def skill(request: HttpRequest, draft: Skill, mode: str) -> HttpResponse:
    """A skill with what comes before and after it."""
    context = {
        "skill": draft,
        "prerequisites": list(draft.prerequisites.all()),
        "unlocks": list(draft.unlocks.all()) if draft.pk else [],
    }
    return render(request, "courses/authoring/preview/skill.html", context)


PREVIEWS: dict[type[Any], Callable[[HttpRequest, Any, str], HttpResponse]] = {
    Course: course,
    Module: module,
    Variant: variant,
    Question: question,
    Skill: skill,
}
