"""What an author typed, checked: a draft may be unfinished, what is published may not."""

from typing import Any

from django import forms
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.models import WagtailAdminModelForm

from courses import marking
from courses.authoring.circles import circle_through
from courses.lessons import defects_of_lesson
from courses.models import Course, Module, Question, Skill
from courses.models.content import Content
from courses.rendering import raw_html_lines
from courses.versions import content_of

SLUG_TAKEN = _("“%(slug)s” is taken here by “%(title)s”. Choose another.")
SLUG_IS_FIXED = _("Fixed since it was published: addresses and learners' progress are kept under this name.")


class ContentForm(WagtailAdminModelForm):
    """Fills in the slug from the title and keeps it once learners may have met it."""

    parent = ""  # the field that says within what a slug must be unique; empty where it is the whole site

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "module" in self.fields:
            modules = Module.objects.select_related("course").order_by("course__title", "position", "pk")
            self.fields["module"].queryset = modules
            self.fields["module"].label_from_instance = lambda module: f"{module.course} › {module}"
        if "slug" in self.fields:
            self.fields["slug"].required = False
            if self.instance.pk and (self.instance.live or self.instance.first_published_at):
                self.fields["slug"].disabled = True
                self.fields["slug"].help_text = SLUG_IS_FIXED

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if "slug" in self.fields and "slug" not in self.errors:
            self._clean_slug(cleaned)
        return cleaned

    def _clean_slug(self, cleaned: dict[str, Any]) -> None:
        siblings = self._siblings(cleaned)
        if not cleaned.get("slug"):
            cleaned["slug"] = free_slug(str(cleaned.get("title", "")), set(siblings.values_list("slug", flat=True)))
        elif other := siblings.filter(slug=cleaned["slug"]).first():
            self.add_error(
                "slug", forms.ValidationError(SLUG_TAKEN, params={"slug": cleaned["slug"], "title": str(other)})
            )

    def _siblings(self, cleaned: dict[str, Any]) -> Any:
        others = type(self.instance)._default_manager.exclude(pk=self.instance.pk)
        return others.filter(**{self.parent: cleaned.get(self.parent)}) if self.parent else others


class CourseForm(ContentForm):
    """A course without a subject is its own."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["subject"].required = False

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        cleaned["subject"] = cleaned.get("subject") or str(cleaned.get("slug", ""))[:60]
        return cleaned


class SkillForm(ContentForm):
    """Offers the course's other skills as prerequisites, and refuses a circle."""

    parent = "course"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = Skill.objects.exclude(pk=self.instance.pk)
        offer_skills(self, "prerequisites", others, parent_of(self, "course"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        prerequisites = list(cleaned.get("prerequisites") or [])
        refuse_strangers(self, "prerequisites", prerequisites, cleaned.get("course"))
        circle = circle_through(self.instance, prerequisites) if self.instance.pk else []
        if circle:
            way = " → ".join(skill.title for skill in circle)
            self.add_error("prerequisites", _("This closes a circle, so nobody could begin: %(way)s") % {"way": way})
        return cleaned


class ModuleForm(ContentForm):
    """Offers the skills of the module's course."""

    parent = "course"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_skills(self, "skills", Skill.objects.all(), parent_of(self, "course"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        refuse_strangers(self, "skills", list(cleaned.get("skills") or []), cleaned.get("course"))
        return cleaned


class VariantForm(ContentForm):
    """Says in words when a module already has this variant, and when a video has no video."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        same = {name: cleaned.get(name) for name in ("module", "modality", "difficulty")}
        other = type(self.instance).objects.filter(**same).exclude(pk=self.instance.pk).first()
        if other:
            self.add_error("difficulty", _("This module has this one already: %(other)s") % {"other": other})
        if not self.is_deferred_validation:
            self._clean_for_learners(cleaned)
        return cleaned

    def _clean_for_learners(self, cleaned: dict[str, Any]) -> None:
        body = cleaned.get("body") or ""
        for line, text in defects_of_lesson(str(cleaned.get("modality")), body):
            self.add_error("body", _("Line %(line)d: %(text)s") % {"line": line, "text": text})
        for line in raw_html_lines(body):
            self.add_error("body", _("Line %(line)d holds HTML; write Markdown instead.") % {"line": line})
        if cleaned.get("modality") == "video" and not (cleaned.get("media") or cleaned.get("media_url")):
            self.add_error("media_url", _("A video needs a file or an address."))


class QuestionForm(ContentForm):
    """Offers the skills of the module's course, and publishes only what learners can answer."""

    parent = "module"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        module = parent_of(self, "module")
        offer_skills(self, "skills", Skill.objects.all(), module.course if module else None)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        module, skills = cleaned.get("module"), list(cleaned.get("skills") or [])
        refuse_strangers(self, "skills", skills, module and module.course)
        return cleaned

    def _post_clean(self) -> None:
        super()._post_clean()
        if not self.is_deferred_validation and not self.errors:
            for defect in defects_of(self.instance):
                self.add_error("prompt" if self.instance.kind == "cloze" else "answer", defect)


def defects_of(question: Question) -> list[str]:
    """What must be mended before learners can answer this question as it is in memory, published or not."""
    if not question.answer:
        return [str(_("There is no answer yet: choose a kind of answer and fill it in."))]
    try:
        question.answer.stream_block.clean(question.answer)
    except forms.ValidationError:
        return [str(_("The answer is not complete: fill in its fields marked with *, and take empty entries out."))]
    question.kind = question.answer[0].block_type
    return marking.defects(content_of(question))


def parent_of(form: forms.ModelForm[Any], name: str) -> Any:
    """The course or module a form is about: what was typed, what is stored, or nothing yet."""
    field = form.fields[name]
    if form.is_bound:
        typed = form.data.get(form.add_prefix(name))
        return field.queryset.filter(pk=typed).first() if str(typed).isdecimal() else None  # type: ignore[attr-defined]
    return getattr(form.instance, name) if getattr(form.instance, f"{name}_id") else None


def offer_skills(form: forms.ModelForm[Any], name: str, skills: Any, course: Course | None) -> None:
    """Offer the skills of this course, or all of them, by course, while there is none."""
    field = form.fields[name]
    skills = skills.select_related("course").order_by("course__title", "position", "pk")
    if course and not form.is_bound:
        skills = skills.filter(course=course)
    field.queryset = skills  # type: ignore[attr-defined]
    if not course:
        field.label_from_instance = lambda skill: f"{skill.course}: {skill}"  # type: ignore[attr-defined]


def refuse_strangers(form: forms.ModelForm[Any], name: str, skills: list[Skill], course: Course | None) -> None:
    """Add an error for skills of another course."""
    strangers = [skill.title for skill in skills if course and skill.course_id != course.pk]
    if strangers:
        form.add_error(name, _("Of another course: %(titles)s") % {"titles": ", ".join(strangers)})


def free_slug(title: str, taken: set[str]) -> str:
    """Return a slug for the title that is not taken."""
    base = slugify(title)[:70].strip("-") or "untitled"
    candidates = (base, *(f"{base}-{number}" for number in range(2, len(taken) + 3)))
    return next(slug for slug in candidates if slug not in taken)


def next_position(thing: Content) -> int:
    """Where a new skill or module of a course goes: to the end."""
    if not isinstance(thing, Skill | Module):
        raise TypeError(f"{type(thing).__name__} has no place of its own in a course")
    last = type(thing).objects.filter(course=thing.course).order_by("-position").values_list("position", flat=True)
    return (last.first() or 0) + 1
