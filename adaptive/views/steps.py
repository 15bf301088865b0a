"""A step: a module in the variant that was chosen, and everything else a learner may ask for."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from adaptive.adapting import Standing, standing_of
from adaptive.asking import open_question
from adaptive.drawing import skill_rows
from adaptive.explaining import put_aside, sentence
from adaptive.forms import REASONS, OverrideForm, PracticeForm
from adaptive.guarding import GIVEN_BACK, NothingToLearn
from adaptive.models import Recommendation, Rung
from adaptive.placing import leave_placement
from adaptive.progress import Ending, Reason, Wish
from adaptive.recommending import recommend_next
from adaptive.serving import live_tutor
from adaptive.steering import steering_of
from adaptive.stepping import NoLongerOnOffer, Request, open_step, override
from adaptive.stepping import practice as go_to_practice
from courses.access import actor, for_people, own_enrollment
from courses.lessons import lesson_of
from courses.limiting import STEPPING
from courses.models import Enrollment, InteractionKind
from courses.recording import KeyReused
from courses.views.limiting import at_most
from courses.views.looking import for_reading

TOLD = gettext_lazy("See what it told")
ELSEWHERE = gettext_lazy(
    "Something else is on offer by now, so what you asked for was not applied. This is the step now."
)
OVER = gettext_lazy("The step of that page is over, so nothing was changed. This is the step now.")
UNREADABLE = gettext_lazy("Something was missing, so nothing was changed. Please ask again from here.")
PUT_ASIDE = {  # by the reason, where nothing else of the module comes in its place
    "": gettext_lazy("Put aside for now. Here is something else."),
    Reason.WAY: gettext_lazy("There is no other way to learn this one, so it is put aside. Here is something else."),
    Reason.LONG: gettext_lazy("Nothing shorter is open to you now, so here is something else. It may take as long."),
    Reason.LATER: gettext_lazy("Put off. It comes back by itself in a while. Here is something else."),
    Reason.INTEREST: gettext_lazy("Put aside for a good while. Here is something else."),
}


@require_POST
@for_people
@at_most(STEPPING)
def next_step(request: HttpRequest, slug: str) -> HttpResponse:
    """Begin the step on offer, or go on where it was left."""
    enrollment = own_enrollment(actor(request), slug)
    _leave_test(request, enrollment)
    try:
        chosen = open_step(enrollment)
    except NothingToLearn:
        return _nothing_yet(request, slug)
    question = open_question(enrollment, chosen)
    if question:
        return redirect("adaptive:question", question.pk)
    return redirect("adaptive:step", slug) if chosen.variant_id else _to_practice(request, enrollment)


@for_reading
@for_people
def step(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Read the step on offer."""
    enrollment = own_enrollment(actor(request), slug)
    try:
        chosen = recommend_next(enrollment)
    except NothingToLearn:
        return _nothing_yet(request, slug)
    standing = standing_of(enrollment, live_tutor(enrollment.course_id))
    return render(request, "adaptive/step.html", _as_context(standing, chosen))


@require_POST
@for_people
@at_most(STEPPING)
def practice(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the next question of the step that the page showed; finish one that has none."""
    enrollment = own_enrollment(actor(request), slug)
    form = PracticeForm(request.POST)
    if not form.is_valid():
        messages.warning(request, UNREADABLE)
        return redirect("adaptive:step", slug)
    _leave_test(request, enrollment)
    try:
        return _to_practice(request, enrollment, form.cleaned_data["step"])
    except NoLongerOnOffer:
        messages.warning(request, OVER)
        return redirect("adaptive:step", slug)


@require_POST
@for_people
@at_most(STEPPING)
def ask_for_another(request: HttpRequest, slug: str) -> HttpResponse:
    """Respect what the learner asks for, at once."""
    enrollment = own_enrollment(actor(request), slug)
    form = OverrideForm(request.POST)
    if not form.is_valid():
        messages.warning(request, UNREADABLE)
        return redirect("adaptive:step", slug)
    wish = _wish_in(form.cleaned_data, enrollment)
    _leave_test(request, enrollment)
    try:
        chosen = override(enrollment, wish)
    except (NoLongerOnOffer, KeyReused):
        messages.warning(request, ELSEWHERE)
        return redirect("adaptive:step", slug)
    except NothingToLearn:
        return _nothing_yet(request, slug)
    objection = _objection(enrollment, wish)
    if objection:
        messages.warning(request, objection)
    elif wish.wish != Wish.REVIEW:
        messages.info(request, _what_we_did(wish, chosen))
    return _to_practice(request, enrollment) if chosen.variant_id is None else redirect("adaptive:step", slug)


def _wish_in(sent: dict[str, Any], enrollment: Enrollment) -> Request:
    """Return what a form asks for: about a step, or for a published module by name."""
    if sent["wish"] in Wish.REFUSING:
        return Request(sent["wish"], reason=sent["reason"], key=sent["key"], step=sent["step"])
    module = get_object_or_404(enrollment.course.modules.filter(live=True), slug=sent["module"])
    return Request(sent["wish"], module, key=sent["key"])


def _leave_test(request: HttpRequest, enrollment: Enrollment) -> None:
    """Whoever goes to a lesson in the middle of a placement test ends it, and is told what becomes of their answers."""
    left = leave_placement(enrollment)
    if left and left.response["because"] == Ending.PLACED:
        words = _("The placement test ended here. What you answered so far counts. {link}")
        link = format_html('<a href="{}">{}</a>', reverse("adaptive:placement", args=[enrollment.course.slug]), TOLD)
        messages.info(request, format_html(words, link=link))


def _to_practice(request: HttpRequest, enrollment: Enrollment, meant: UUID | None = None) -> HttpResponse:
    try:
        question = go_to_practice(enrollment, meant)
    except NothingToLearn:
        return _nothing_yet(request, enrollment.course.slug)
    if question:
        return redirect("adaptive:question", question.pk)
    messages.success(request, _("Done. There was nothing to answer in this step."))
    return redirect("adaptive:today")


def _nothing_yet(request: HttpRequest, slug: str) -> HttpResponse:
    messages.info(request, _("This course has nothing published yet. Come back a little later."))
    return redirect("courses:course", slug)


def _objection(enrollment: Enrollment, wish: Request) -> str:
    """Return what a trainer has against the module that a learner asked for; "" if nothing."""
    aside = steering_of(enrollment).aside
    if not aside or wish.wish == Wish.NOT_THIS_ONE:
        return ""
    wished = enrollment.interactions.select_related("module").get(key=wish.key).module
    return put_aside(aside[wished.pk], wished.title) if wished and wished.pk in aside else ""


def _what_we_did(wish: Request, chosen: Recommendation) -> str:
    rule, asked = str(chosen.reasons[0].get("rule", "")) if chosen.reasons else "", wish.wish
    if rule == "shorter" or rule.startswith((GIVEN_BACK, f"{asked}-")):
        return sentence(chosen)
    if asked == Wish.NOT_THIS_ONE:
        is_looked_for = chosen.rung != Rung.COURSE_ORDER  # there, nobody looks for a shorter one or another way
        left_out = wish.reason if is_looked_for or wish.reason not in Reason.OTHERWISE else ""
        return str(PUT_ASIDE.get(left_out, PUT_ASIDE[""]))
    if asked == Wish.ANOTHER_WAY and rule != asked:
        return _("There is no other way to learn this one yet.")
    if asked in (Wish.TOO_EASY, Wish.TOO_HARD) and rule != asked:
        return _("There is nothing at that difficulty here, so we go on with something else.")
    if asked == Wish.THIS_ONE:
        return _("Here it is, as you chose.") if _is_about(wish, chosen) else sentence(chosen)
    return _("Changed. What you asked for also counts for what comes later.")


def _is_about(wish: Request, chosen: Recommendation) -> bool:
    return wish.module is None or wish.module.pk == chosen.module_id


def _as_context(standing: Standing, chosen: Recommendation) -> dict[str, Any]:
    entry, variant = standing.syllabus.modules[chosen.module_id], chosen.variant
    own_skills = {skill: standing.syllabus.skills[skill] for skill in entry.skills}
    return {
        "course": standing.enrollment.course,
        "module": chosen.module,
        "variant": variant,
        "lesson": lesson_of(variant.modality, variant.body) if variant else None,
        "lesson_template": f"courses/lesson/{variant.modality}.html" if variant else "",
        "notes": _notes(standing.enrollment, chosen),
        "step": chosen,
        "why": sentence(chosen),
        "skills": skill_rows(standing, own_skills),
        "questions": len(entry.questions),
        "outline": _outline(standing, chosen),
        "reasons": REASONS,
        "other_ways": len({one.modality for one in entry.variants}) > 1,
    }


def _outline(standing: Standing, chosen: Recommendation) -> list[dict[str, Any]]:
    return [
        {
            "title": module.title,
            "url": "",
            "current": module.id == chosen.module_id,
            "done": standing.progress.module(module.id).done,
            "locked": module.id in standing.steering.aside,
            "state": 1 if standing.progress.module(module.id).opened else 0,
        }
        for module in standing.syllabus.modules.values()
    ]


def _notes(enrollment: Enrollment, chosen: Recommendation) -> dict[str, str]:
    """What the learner wrote before, beside this variant."""
    written = enrollment.interactions.filter(kind=InteractionKind.NOTED, variant=chosen.variant_id)
    latest = written.order_by("-sequence").first() if chosen.variant_id else None
    return latest.response if latest else {}
