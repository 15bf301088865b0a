"""Where people see which policy teaches a course, and why, and decide about it."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from adaptive.guard_costs import cost_of_guard, recent_steps
from adaptive.models import PolicyJudgment
from adaptive.policies import PolicyWish
from adaptive.policy_verdicts import left_out_of, now_in_words, verdict_on
from adaptive.wishing import policy_of, want
from courses.access import actor, decides_for_all, for_people, steerable_course
from courses.models import Cohort, Course

JUDGMENTS_ON_A_PAGE = 20
DIGITS = 10  # more has no id


class WishForm(forms.Form):
    """What a person wants."""

    wish = forms.ChoiceField(
        label=gettext_lazy("What should happen"), choices=PolicyWish.choices, widget=forms.RadioSelect
    )


@require_http_methods(["GET", "HEAD", "POST"])
@for_people
def course_policy(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Who teaches a course, every judgment on it, and what people want; a form sent here changes that."""
    course = steerable_course(actor(request), slug)
    cohort = _came_from(request, course)
    policy = policy_of(course)
    form = WishForm(request.POST if request.method == "POST" else None, initial={"wish": policy.wish})
    decides = decides_for_all(actor(request), course)
    if request.method == "POST" and not decides:
        raise PermissionDenied(
            _("Other trainers' cohorts take this course, too. Its authors and administrators decide.")
        )
    if form.is_valid():
        policy = want(course, PolicyWish(form.cleaned_data["wish"]), actor(request))
        messages.success(request, _("Noted: “%s”. It counts from now on.") % policy.get_wish_display())
        return redirect(request.get_full_path())
    judgments = PolicyJudgment.objects.of(course)
    newest, latest = judgments.first(), judgments.exclude(day=None).first()
    page = Paginator(judgments, JUDGMENTS_ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "course": course,
        "cohort": cohort,
        "policy": policy,
        "now": now_in_words(policy),
        "why": verdict_on(newest) if newest else None,
        "latest": verdict_on(latest) if latest else None,
        "left_out": left_out_of(latest) if latest else [],
        "guard": cost_of_guard(recent_steps(course)),
        "form": form,
        "decides": decides,
        "page": page,
        "verdicts": [verdict_on(judgment) for judgment in page],
    }
    response: HttpResponse = render(request, "adaptive/policy.html", context, status=422 if form.errors else 200)
    return response


def _came_from(request: HttpRequest, course: Course) -> Cohort | None:
    """Return the cohort from whose pages this trainer came: there they find their way back."""
    pk = request.GET.get("cohort", "")
    own = Cohort.objects.taught_by(actor(request)).filter(courses=course).distinct()
    return own.filter(pk=pk).first() if pk.isdecimal() and len(pk) < DIGITS else None
