"""Cohorts: all of a trainer's, and one of them."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from adaptive.directing import Reach
from adaptive.placements import placements_in
from adaptive.verdicts import findings_of
from adaptive.views.steering import section_of
from analytics import tables
from analytics.activity import days_of, trends_of
from analytics.attention import in_need, need_of
from analytics.definitions import DEFINITIONS, NEEDS, PROBLEMS
from analytics.exporting import as_csv
from analytics.heat import columns_of, rows_of, skills_of, stuck_in, with_mastery
from analytics.items import items_in, worst
from analytics.overview import summaries_of
from analytics.refusals import refused_in
from analytics.scope import PERIODS, Scope, scope_of
from courses.access import actor, for_trainers, trained_cohort
from courses.models import Cohort

PARTS = (
    ("needs", _("Who needs you")),
    ("stuck", _("Where the group is stuck")),
    ("refusals", _("What learners did not want")),
    ("placements", _("Placement test")),
    ("steering", _("Steering")),
    ("activity", _("Activity")),
    ("problems", _("Question problems")),
    ("ways", _("Ways of learning")),
    ("trends", _("Trends")),
)  # of a cohort's page, from the top down
COHORTS_ON_A_PAGE = 20
LEARNERS_ON_A_PAGE = 50
NEEDS_ON_A_PAGE = 12
MOST_PROBLEMS = 8
MOST_REFUSED = 8
EXPORTS = {
    "needs": tables.needs,
    "mastery": tables.mastery,
    "activity": tables.activity,
    "rules": tables.rules,
    "ways": tables.ways,
    "placement": tables.placement,
    "refusals": tables.refusals,
}


@for_trainers
def cohorts(request: HttpRequest) -> HttpResponseBase:
    """Every cohort this trainer looks after."""
    own = Cohort.objects.taught_by(actor(request)).distinct()
    if request.GET.get("format") == "csv":
        return as_csv("cohorts", *tables.cohorts(summaries_of(list(own))))
    page = Paginator(own, COHORTS_ON_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "analytics/cohorts.html", {"page": page, "summaries": summaries_of(list(page))})


@for_trainers
def cohort(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One cohort: who needs me, where is the group stuck, activity, question problems, trends."""
    scope = scope_of(trained_cohort(actor(request), pk), request.GET)
    if request.GET.get("format") == "csv":
        name = request.GET.get("table", "needs")
        return as_csv(f"{scope.cohort} {name}", *EXPORTS.get(name, tables.needs)(scope))
    context = {"scope": scope, "cohort": scope.cohort, "periods": PERIODS, "definitions": DEFINITIONS}
    if scope.course:
        context |= needs(request, scope) | heat(request, scope) | activity(scope) | problems(scope)
        context |= section_of(Reach(scope.cohort, scope.course))
        some = {"placements": placements_in(scope.course, scope.enrollments), "refusals": refused_in(scope)}
        context |= some | {"parts": [part for part in PARTS if some.get(part[0], True)], "most_refused": MOST_REFUSED}
        context["ways"] = findings_of(scope.cohort, scope.course.subject)
    return render(request, "analytics/cohort.html", context)


@for_trainers
def definitions(request: HttpRequest) -> HttpResponseBase:
    """What every number means."""
    return render(request, "analytics/definitions.html", {"numbers": DEFINITIONS, "needs": NEEDS, "problems": PROBLEMS})


def needs(request: HttpRequest, scope: Scope) -> dict[str, Any]:
    page = Paginator(in_need(scope), NEEDS_ON_A_PAGE).get_page(request.GET.get("needs"))
    return {"needs_page": page, "needs": [need_of(row, scope.now) for row in page], "need_definitions": NEEDS}


def heat(request: HttpRequest, scope: Scope) -> dict[str, Any]:
    skills = skills_of(scope.course)
    page = Paginator(with_mastery(scope.enrollments), LEARNERS_ON_A_PAGE).get_page(request.GET.get("page"))
    rows = rows_of(page, skills)
    columns = columns_of(rows, skills)
    return {"heat_page": page, "rows": rows, "columns": columns, "stuck": stuck_in(columns)}


def activity(scope: Scope) -> dict[str, Any]:
    both = days_of(scope.enrollments.values("pk"), scope.today, 2 * scope.days)
    trends = trends_of(both)
    named = {trend.key: DEFINITIONS[trend.key] for trend in trends}
    return {"days": both[scope.days :], "trends": trends, "trend_definitions": named}


def problems(scope: Scope) -> dict[str, Any]:
    items = items_in(scope.course, scope.cohort.is_simulated)
    found = worst(items)
    judged = sum(item.statistics.is_enough for item in items)
    counts = {"problem_count": len(found), "judged": judged, "item_count": len(items)}
    return {"problems": found[:MOST_PROBLEMS], "problem_definitions": PROBLEMS} | counts
