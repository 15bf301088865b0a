"""Wagtail's editing views, told what our content needs: its course around it, and its answers kept."""

from typing import Any

from django.db.models import ProtectedError, RestrictedError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from wagtail.admin import messages
from wagtail.admin.ui.components import MediaContainer
from wagtail.admin.ui.side_panels import ChecksSidePanel
from wagtail.snippets.views.snippets import CreateView, DeleteView, EditView

from courses.access import for_authors
from courses.authoring.answers import blank_answer
from courses.authoring.arranging import move
from courses.authoring.drafts import edit_url
from courses.authoring.forms import next_position
from courses.authoring.releasing import MET, Held, Why, held, met
from courses.authoring.tree import tree_of
from courses.models import Course, Module, Question, QuestionKind, Skill

PLACED: dict[str, type[Any]] = {"module": Module, "skill": Skill}
WAYS = {"up": -1, "down": 1}


@for_authors
def course_tree(request: HttpRequest, pk: int) -> HttpResponse:
    """The whole of a course: what is in it, and what is wrong with it."""
    course = get_object_or_404(Course.objects.select_related("latest_revision"), pk=pk)
    context = {
        "tree": tree_of(course),
        "kinds": QuestionKind.choices,
        "breadcrumbs_items": crumbs_to(course),
        "header_title": course.title,
        "header_icon": "list-ul",
    }
    return TemplateResponse(request, "courses/authoring/tree.html", context)


@for_authors
@require_POST
def move_in_course(request: HttpRequest, kind: str, pk: int, way: str) -> HttpResponse:
    """Move a module or skill one place up or down, and come back to it."""
    if kind not in PLACED or way not in WAYS:
        raise Http404
    thing: Any = get_object_or_404(PLACED[kind], pk=pk)
    place = move(thing, WAYS[way])
    messages.success(request, _("“%(title)s” is number %(place)d now.") % {"title": thing.title, "place": place})
    return redirect(f"{tree_url(thing.course)}#{kind}-{pk}")


def tree_url(course: Course) -> str:
    return reverse("authoring_tree", args=[course.pk])


def crumbs_to(course: Course | None) -> list[dict[str, Any]]:
    """The way to a course, or to all of them."""
    home = {"url": reverse("wagtailadmin_home"), "label": _("Courses")}
    return [home, {"url": tree_url(course), "label": course.title}] if course else [home]


def anchor_of(thing: Any) -> str:
    """Where a thing stands on its course's page."""
    return f"{tree_url(thing.own_course)}#{thing._meta.model_name}-{thing.pk}"


class InCourse:
    """The way back leads to the course, and so does publishing. Checks for prose editors are left out."""

    request: HttpRequest
    object: Any
    model: Any
    action: str

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        course = self.course_around()
        thing = self.object if self.object and self.object.pk else None
        name = capfirst(self.model._meta.verbose_name)
        is_course = thing and thing == course
        label = _("Edit course") if is_course else str(thing) if thing else _("New: %(name)s") % {"name": name}
        return [*crumbs_to(course), {"url": "", "label": label}]

    def course_around(self) -> Course | None:
        """The course this belongs to; none while an author has not chosen."""
        thing = self.object
        if isinstance(thing, Course):
            return thing if thing.pk else None
        return thing.own_course if getattr(thing, "module_id", None) or getattr(thing, "course_id", None) else None

    def get_success_url(self) -> str:
        return anchor_of(self.object) if self.action == "publish" else super().get_success_url()  # type: ignore[misc]

    def get_side_panels(self) -> MediaContainer:
        panels = super().get_side_panels()  # type: ignore[misc]
        return MediaContainer([panel for panel in panels if not isinstance(panel, ChecksSidePanel)])


class ContentCreateView(InCourse, CreateView):
    """Begins in the course or module that the author came from, and goes to the end of it."""

    def get_initial_form_instance(self) -> Any:
        if self.request.method == "POST":
            return None
        given = {name: self.request.GET.get(name, "") for name in ("course", "module")}
        fields = {field.name for field in self.model._meta.fields}
        known = {f"{name}_id": int(pk) for name, pk in given.items() if name in fields and pk.isdecimal()}
        known = {name: pk for name, pk in known.items() if _exists(self.model, name, pk)}
        thing = self.model(**known)
        if isinstance(thing, Question):
            thing.answer = blank_answer(self.request.GET.get("kind", ""))
            thing.skills = list(thing.module.skills.all()) if thing.module_id else []
        return thing

    def save_instance(self) -> Any:
        if hasattr(self.model, "position"):
            self.form.instance.position = next_position(self.form.instance)
        return super().save_instance()


def _exists(model: Any, column: str, pk: int) -> bool:
    return bool(model._meta.get_field(column.removesuffix("_id")).related_model.objects.filter(pk=pk).exists())


class ContentEditView(InCourse, EditView):
    """The editor of one thing. What an import wrote becomes the first entry of its history, so it can come back."""

    def save_instance(self) -> Any:
        if self.object.latest_revision_id is None:
            first = self.model.objects.get(pk=self.object.pk)
            first.save_revision(clean=False, log_action="wagtail.create")
        return super().save_instance()


class ContentDeleteView(DeleteView):
    """Deletes what no learner has met; explains what to do about the rest."""

    def get_success_url(self) -> str:
        return reverse("wagtailadmin_home") if isinstance(self.object, Course) else tree_url(self.object.own_course)

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            return super().form_valid(form)
        except (ProtectedError, RestrictedError):  # since it was asked what holds it
            return self.run_before_hook() or kept(self.request, [Held(self.object, met(0))], MET)


def keep_what_learners_met(request: HttpRequest, things: list[Any]) -> HttpResponse | None:
    """Instead of deleting, explain. Called before anything is deleted; None lets it go on."""
    found = held(things)
    return kept(request, found, MET) if found else None


def kept(request: HttpRequest, found: list[Held], why: Why) -> HttpResponse:
    """A page that says why things stay, and offers to unpublish them."""
    rows = [
        {
            "held": one,
            "unpublish_url": reverse(one.thing.snippet_viewset.get_url_name("unpublish"), args=[one.thing.pk]),
            "edit_url": edit_url(one.thing),
        }
        for one in found
    ]
    course = found[0].thing.own_course
    context = {
        "rows": rows,
        "breadcrumbs_items": [*crumbs_to(course), {"url": "", "label": _("This stays")}],
        "header_title": why.title,
        "advice": why.advice,
        "header_icon": "lock",
        "tree_url": tree_url(course),
    }
    status = 409 if request.method == "POST" else 200
    return TemplateResponse(request, "courses/authoring/kept.html", context, status=status)
