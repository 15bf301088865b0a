"""A learner's own page: name, time zone, token; and the notes they keep."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from rest_framework.authtoken.models import Token

from courses.access import actor, for_people, own_enrollment
from courses.forms import NotesForm, PersonForm
from courses.lessons import lesson_of
from courses.limiting import NOTING
from courses.models import Enrollment, InteractionKind, Modality, Variant
from courses.recording import Event, record_event
from courses.views.limiting import at_most


@require_http_methods(["GET", "HEAD", "POST"])
@for_people
def me(request: HttpRequest) -> HttpResponse:
    """Show and change what we know of the person who is signed in."""
    person = actor(request)
    form = PersonForm(request.POST or None, instance=person)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Your changes are saved."))
        return redirect("courses:me")
    context = {
        "form": form,
        "token": Token.objects.filter(user=person).first(),
        "enrollments": Enrollment.objects.of(person).select_related("course").order_by("-enrolled_at"),
    }
    return render(request, "courses/me.html", context, status=422 if form.errors else 200)


@require_POST
@for_people
def change_token(request: HttpRequest) -> HttpResponse:
    """Make a new API token, or none. The old one stops working at once."""
    Token.objects.filter(user=actor(request)).delete()
    if "make" in request.POST:
        Token.objects.create(user=actor(request))
        messages.success(request, _("Here is your new token. The old one no longer works."))
    else:
        messages.success(request, _("The token is gone."))
    return redirect("courses:me")


@require_POST
@for_people
@at_most(NOTING)
def note(request: HttpRequest, slug: str, variant_id: int) -> HttpResponse:
    """Keep what the learner wrote beside a reflection. Only they and their trainer read it."""
    enrollment = own_enrollment(actor(request), slug)
    reflections = Variant.objects.filter(modality=Modality.REFLECTION).select_related("module")
    variant = get_object_or_404(reflections, pk=variant_id, module__course=enrollment.course)
    lesson = lesson_of(variant.modality, variant.body)
    form = NotesForm(lesson, request.POST)
    if not form.is_valid():
        context = {"form": form, "lesson": lesson, "course": enrollment.course, "variant": variant}
        return render(request, "courses/notes.html", context, status=422)
    event = Event(InteractionKind.NOTED, module_id=variant.module_id, variant_id=variant.pk, response=form.cleaned_data)
    record_event(enrollment, event)
    messages.success(request, _("Your notes are kept."))
    return redirect("adaptive:step", slug)
