"""How the questions of a cohort's course behave."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, render

from analytics import tables
from analytics.definitions import DEFINITIONS, ENOUGH_FIRSTS, PROBLEMS
from analytics.exporting import as_csv
from analytics.items import items_in, items_of, sorted_items, with_content
from analytics.keys import key_of
from analytics.scope import scope_of
from analytics.shares import shares_of
from courses.access import actor, for_trainers, trained_cohort
from courses.models import Question

QUESTIONS_ON_A_PAGE = 50
ITEM_DEFINITIONS = {
    key: DEFINITIONS[key]
    for key in ("facility", "discrimination", "answers", "hints", "median_seconds", "mean_seconds", "choices")
}


@for_trainers
def questions(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Every question of the course, with its statistics over all learners."""
    scope = scope_of(trained_cohort(actor(request), pk), request.GET)
    items = items_in(scope.course, scope.cohort.is_simulated)
    items = sorted_items(items, request.GET.get("sort", ""))
    if request.GET.get("format") == "csv":
        return as_csv(f"{scope.cohort} questions", *tables.questions(items))
    page = Paginator(items, QUESTIONS_ON_A_PAGE).get_page(request.GET.get("page"))
    context = {"scope": scope, "cohort": scope.cohort, "page": page, "sort": request.GET.get("sort", "")}
    scatter = [item for item in sorted_items(items, "facility") if item.statistics.discrimination]
    context |= {
        "scatter": scatter,
        "definitions": ITEM_DEFINITIONS,
        "enough": ENOUGH_FIRSTS,
        "problem_definitions": PROBLEMS,
    }
    return render(request, "analytics/questions.html", context)


@for_trainers
def question(request: HttpRequest, pk: int, question_pk: int) -> HttpResponseBase:
    """One question: what was chosen, by how many, and how good they are otherwise."""
    cohort = trained_cohort(actor(request), pk)
    own = with_content(Question.objects.filter(module__course__cohorts=cohort))
    item = items_of([get_object_or_404(own, pk=question_pk)], cohort.is_simulated)[0]
    versions = list(item.question.versions.all())
    shares = shares_of(item, versions)
    if request.GET.get("format") == "csv":
        return as_csv(f"{cohort} {item.question.slug}", *tables.shares(shares))
    scope = scope_of(cohort, {"course": item.question.module.course.slug})
    context = {"scope": scope, "cohort": cohort, "item": item, "shares": shares}
    context |= {"versions": [(version, key_of(version.content)) for version in versions]}
    context |= {
        "definitions": ITEM_DEFINITIONS,
        "problems": PROBLEMS,
        "enough": ENOUGH_FIRSTS,
        "problem_definitions": PROBLEMS,
    }
    return render(request, "analytics/question.html", context)
