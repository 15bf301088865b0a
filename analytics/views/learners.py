"""One learner of a cohort."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from adaptive.adapting import progress_seen
from adaptive.directing import Reach
from adaptive.forms import PlaceForm
from adaptive.mastery import MASTERED_CHANCE
from adaptive.placements import placement_of
from adaptive.placing_anew import objection
from adaptive.verdicts import findings_for, nothing_told
from adaptive.views.steering import section_of
from analytics import tables
from analytics.activity import days_of
from analytics.attention import in_need, need_of
from analytics.definitions import DEFINITIONS, NEEDS
from analytics.exporting import as_csv
from analytics.heat import Cell, row_of, skills_of, with_mastery
from analytics.journey import answers_of, in_words, offers_to, steps_between
from analytics.models import EnrollmentTotal
from analytics.scope import PERIODS, Scope, scope_of
from courses.access import actor, coached_enrollment, for_trainers, trained_cohort
from courses.models import Enrollment

PARTS = (
    ("steering", _("Steering")),
    ("skills", _("Skills")),
    ("placement", _("Placement test")),
    ("ways", _("What has helped")),
    ("activity", _("Activity")),
    ("offers", _("What was offered")),
    ("answers", _("Answers")),
)  # of the page, from the top down
OFFERS_ON_A_PAGE = 10
ANSWERS_ON_A_PAGE = 20


@for_trainers
def learner(request: HttpRequest, pk: int, enrollment_pk: int) -> HttpResponseBase:
    """Mastery, activity, every offer with its reason and what came of it, every answer."""
    cohort = trained_cohort(actor(request), pk)
    enrollment = coached_enrollment(actor(request), cohort, enrollment_pk)
    scope = scope_of(cohort, {"course": enrollment.course.slug, "days": request.GET.get("days", "")})
    if request.GET.get("format") == "csv":
        name = request.GET.get("table", "answers")
        return as_csv(f"{enrollment.learner.name} {name}", *table(name, enrollment, scope))
    context = {
        "scope": scope,
        "cohort": cohort,
        "enrollment": enrollment,
        "learner": enrollment.learner,
        "parts": PARTS,
    }
    context |= {
        "skills": mastery_of(enrollment, scope),
        "goal": 100 * MASTERED_CHANCE,
        "definitions": DEFINITIONS,
        "periods": PERIODS,
    }
    context |= understood(enrollment)
    context |= section_of(Reach(cohort, enrollment.course, enrollment))
    return render(request, "analytics/learner.html", context | history(request, enrollment, scope))


def mastery_of(enrollment: Enrollment, scope: Scope) -> list[tuple[str, Cell]]:
    """Return each skill with what we believe of it."""
    skills = skills_of(enrollment.course)
    own = with_mastery(scope.enrollments).get(pk=enrollment.pk)
    return [(skill.title, cell) for skill, cell in zip(skills, row_of(own, skills).cells, strict=True)]


def understood(enrollment: Enrollment) -> dict[str, Any]:
    """What the placement test found, and what the learner reads of ways of learning on their skill map."""
    progress = progress_seen(enrollment)
    ways = findings_for(progress, enrollment.course.subject)
    return {
        "placement": placement_of(enrollment, progress),
        "placement_objection": objection(enrollment, progress),
        "placement_form": PlaceForm(auto_id="placement_%s"),
        "ways": ways,
        "nothing_told": nothing_told(),
    }


def table(name: str, enrollment: Enrollment, scope: Scope) -> tables.Table:
    if name == "mastery":
        return tables.skills(mastery_of(enrollment, scope))
    if name == "activity":
        return tables.days(days_of([enrollment.pk], scope.today, scope.days))
    if name == "ways":
        return tables.ways_of(understood(enrollment)["ways"])
    return tables.offers(enrollment) if name == "offers" else tables.answers(enrollment)


def history(request: HttpRequest, enrollment: Enrollment, scope: Scope) -> dict[str, Any]:
    found = in_need(scope).filter(pk=enrollment.pk).first()
    offers = Paginator(offers_to(enrollment), OFFERS_ON_A_PAGE).get_page(request.GET.get("offers"))
    answers = Paginator(answers_of(enrollment), ANSWERS_ON_A_PAGE).get_page(request.GET.get("answers"))
    start = (offers.number - 1) * OFFERS_ON_A_PAGE
    return {
        "total": EnrollmentTotal.objects.filter(pk=enrollment.pk).first(),
        "need": need_of(found, scope.now) if found else None,
        "need_definitions": NEEDS,
        "days": days_of([enrollment.pk], scope.today, scope.days),
        "offers_page": offers,
        "steps": steps_between(enrollment, start, start + OFFERS_ON_A_PAGE),
        "answers_page": answers,
        "answers": [in_words(answer) for answer in answers],
    }
