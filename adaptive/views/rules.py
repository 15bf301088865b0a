"""Where authors and trainers write rules, try them on past learners, switch them on, and read what they did."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from adaptive.conditions import reasons_of
from adaptive.rehearsing import rehearse
from adaptive.rule_forms import BLANK, RuleForm, Shown, blanks_of, reshaped
from adaptive.rulemaking import Realm, RuleEnded, heir_of, later, remove, rewrite, see, switch_off, switch_on, write
from adaptive.rules import Rule
from courses.access import actor, for_authors, for_trainers, trained_cohort
from courses.models import Course

FIRINGS_ON_A_PAGE = 20
CASES_ON_A_PAGE = 10
GET_AND_POST = ["GET", "HEAD", "POST"]


@require_http_methods(GET_AND_POST)
@for_trainers
def cohort_rules(request: HttpRequest, pk: int, slug: str) -> HttpResponseBase:
    """The rules of a cohort in a course, and what rules did for its learners; a form sent here adds one."""
    return _all(request, _realm_of_cohort(request, pk, slug))


@require_http_methods(GET_AND_POST)
@for_trainers
def cohort_rule(request: HttpRequest, pk: int, slug: str, rule_pk: int) -> HttpResponseBase:
    """One rule of a cohort; what is sent here changes it."""
    return _one(request, _realm_of_cohort(request, pk, slug), rule_pk)


@require_http_methods(GET_AND_POST)
@for_authors
def course_rules(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The rules of a course, for everybody who takes it."""
    return _all(request, Realm(get_object_or_404(Course, slug=slug)))


@require_http_methods(GET_AND_POST)
@for_authors
def course_rule(request: HttpRequest, slug: str, rule_pk: int) -> HttpResponseBase:
    """One rule of a course."""
    return _one(request, Realm(get_object_or_404(Course, slug=slug)), rule_pk)


@require_POST
@for_trainers
def see_notice(request: HttpRequest, pk: int, slug: str, firing_pk: int) -> HttpResponse:
    """Put a notice away, and go back to who needs somebody."""
    realm = _realm_of_cohort(request, pk, slug)
    notice = get_object_or_404(realm.firings, pk=firing_pk)
    see(notice, actor(request))
    words = _("Put away: the notice about %(learner)s. The log of the rules keeps it.")
    messages.success(request, words % {"learner": notice.enrollment.learner.name})
    return redirect(f"{reverse('analytics:cohort', args=[pk])}?course={slug}")


def _realm_of_cohort(request: HttpRequest, pk: int, slug: str) -> Realm:
    cohort = trained_cohort(actor(request), pk)
    return Realm(get_object_or_404(cohort.courses, slug=slug), cohort)


def address_of(realm: Realm, rule: Rule | None = None) -> str:
    kind, own = ("cohort", [realm.cohort.pk, realm.course.slug]) if realm.cohort else ("course", [realm.course.slug])
    return (
        reverse(f"adaptive:{kind}_rule", args=[*own, rule.pk]) if rule else reverse(f"adaptive:{kind}_rules", args=own)
    )


def _all(request: HttpRequest, realm: Realm) -> HttpResponse:
    form = _form(request, realm, BLANK)
    if "row" in request.POST and "HX-Request" in request.headers:
        return _form_alone(request, realm, form, {})
    if form.is_valid():
        rule = write(realm, actor(request), form.draft)
        messages.success(request, _("Written, and still off: see what it would have done, then switch it on."))
        return redirect(address_of(realm, rule))
    context = (
        _around(realm)
        | _log(request, realm.firings)
        | {
            "form": form,
            "rules": [(rule, address_of(realm, rule)) for rule in realm.rules.standing()],
            "rules_of_course": realm.rules_of_course,
            "removed": [(rule, address_of(realm, rule)) for rule in realm.rules.exclude(ended_at=None)],
        }
    )
    return render(request, "adaptive/rules.html", context, status=422 if form.has_mistakes else 200)


def _one(request: HttpRequest, realm: Realm, rule_pk: int) -> HttpResponse:
    rule = get_object_or_404(realm.rules, pk=rule_pk)
    if rule.ended_at:
        return _ended(request, realm, rule)
    try:
        return _standing(request, realm, rule)
    except RuleEnded:
        return _ended(request, realm, realm.rules.get(pk=rule_pk))


def _standing(request: HttpRequest, realm: Realm, rule: Rule) -> HttpResponse:
    """A rule that can be changed; raise RuleEnded if somebody else ends it at this moment."""
    if request.method == "POST" and request.POST.get("deed") != "rewrite":
        return _switch(request, realm, rule)
    form = _form(request, realm, blanks_of(rule))
    if "row" in request.POST and "HX-Request" in request.headers:
        return _form_alone(request, realm, form, {"rule": rule})
    if form.is_valid():
        made = rewrite(realm, rule, actor(request), form.draft)
        messages.success(request, _("Written anew, and still off: see what it would have done, then switch it on."))
        return redirect(address_of(realm, made))
    context = _about(request, realm, rule) | {"form": form, "is_writing": request.method == "POST"}
    if not rule.is_on or "try" in request.GET:
        context |= _trial(request, rule)
    return render(request, "adaptive/rule.html", context, status=422 if form.has_mistakes else 200)


def _ended(request: HttpRequest, realm: Realm, rule: Rule) -> HttpResponse:
    """A rule that is over, to be read. Who still wants to change it is told, and keeps what they wrote: it may become
    a rule of its own, or take the place of the one that took the place of this."""
    heir = heir_of(rule)
    heir_url = address_of(realm, heir) if heir else ""
    own = {"action": address_of(realm), "rewrite_url": heir_url if heir and not heir.ended_at else ""}
    wrote = "row" in request.POST or request.POST.get("deed") == "rewrite"
    form = _form(request, realm, BLANK) if wrote else None
    if form and "row" in request.POST and "HX-Request" in request.headers:
        return _form_alone(request, realm, form, own)
    is_late = request.method == "POST"
    if form:
        form.is_valid()
    context = (
        _about(request, realm, rule) | own | {"form": form, "heir": heir, "heir_url": heir_url, "is_late": is_late}
    )
    return render(request, "adaptive/rule.html", context, status=409 if is_late else 200)


def _about(request: HttpRequest, realm: Realm, rule: Rule) -> dict[str, Any]:
    return _around(realm) | _log(request, realm.firings.filter(rule=rule)) | {"rule": rule}


def _form(request: HttpRequest, realm: Realm, shown: Shown) -> RuleForm:
    """The form as it was sent; with a condition more or less if one of its buttons says so, and else as it is shown."""
    if request.method != "POST":
        return RuleForm(course=realm.course, shown=shown)
    if "row" in request.POST:
        return RuleForm(course=realm.course, shown=reshaped(request.POST, request.POST["row"]))
    return RuleForm(request.POST, course=realm.course)


def _form_alone(request: HttpRequest, realm: Realm, form: RuleForm, own: dict[str, Any]) -> HttpResponse:
    """The form without the page around it, for who only adds or removes a condition."""
    return render(request, "adaptive/parts/rule_form.html", _around(realm) | {"form": form} | own)


def _switch(request: HttpRequest, realm: Realm, rule: Rule) -> HttpResponse:
    """Do what a button says: on, off, or remove."""
    deed = request.POST.get("deed")
    if deed == "on":
        switch_on(rule)
        messages.success(request, _("It is on. It fires once for each learner who meets it, from their next step on."))
    elif deed == "off":
        messages.success(request, _("It is off.") + _withdrawn(switch_off(rule, actor(request))))
    elif deed == "remove":
        messages.success(request, _("Removed. Its log stays.") + _withdrawn(remove(rule, actor(request))))
        return redirect(address_of(realm))
    return redirect(address_of(realm, rule))


def _withdrawn(count: int) -> str:
    words = ngettext(
        " What it asked for is withdrawn for %d learner.", " What it asked for is withdrawn: %d times.", count
    )
    return words % count if count else ""


def _around(realm: Realm) -> dict[str, Any]:
    who = _("a learner of %s") % realm.cohort if realm.cohort else _("a learner of this course")
    return {"realm": realm, "cohort": realm.cohort, "course": realm.course, "rules_url": address_of(realm), "who": who}


def _log(request: HttpRequest, firings: Any) -> dict[str, Any]:
    page = Paginator(firings.select_related("directive__ended_by"), FIRINGS_ON_A_PAGE).get_page(request.GET.get("log"))
    return {"log_page": page, "log": [(firing, reasons_of(firing), later(firing)) for firing in page]}


def _trial(request: HttpRequest, rule: Rule) -> dict[str, Any]:
    trial = rehearse(rule)
    page = Paginator(trial.cases, CASES_ON_A_PAGE).get_page(request.GET.get("cases"))
    return {"trial": trial, "cases_page": page, "cases": page}
