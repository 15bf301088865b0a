"""What comes with an answer, what a learner can ask for, and what a trainer can; checked."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.db.models import Value
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from adaptive.directing import ABOUT, Ask
from adaptive.directives import BY_HAND, DATED, DirectiveKind
from adaptive.progress import Wish
from courses.models import Course, Module, Skill
from mlcore.refusals import Reason

CONFIDENCE = {"guessing": 1, "fairly_sure": 2, "certain": 3}
REASONS = (
    ("", _("No reason")),
    (Reason.KNOWN, _("I know this already: let me show it")),
    (Reason.WAY, _("I do not like this way of teaching")),
    (Reason.LONG, _("It takes too long now")),
    (Reason.LATER, _("I would rather do it later")),
    (Reason.INTEREST, _("It does not interest me")),
    ("other", _("Something else")),
)


class AnswerForm(forms.Form):
    """What a form sends beside the answer itself."""

    key = forms.UUIDField()
    seconds = forms.FloatField(required=False, min_value=0, max_value=86_400)
    confidence = forms.ChoiceField(required=False, choices=[(name, name) for name in CONFIDENCE])

    def clean_confidence(self) -> int | None:
        return CONFIDENCE.get(self.cleaned_data["confidence"])


class OverrideForm(forms.Form):
    """A wish for something else than what is offered: about the step that the page showed, or for a module by name."""

    wish = forms.ChoiceField(choices=[(wish, wish) for wish in Wish.ALL])
    step = forms.UUIDField(required=False)
    module = forms.SlugField(required=False)
    reason = forms.ChoiceField(required=False, choices=REASONS)
    key = forms.UUIDField()

    def clean(self) -> dict[str, Any]:
        sent = super().clean() or {}
        needed = "step" if sent.get("wish") in Wish.REFUSING else "module"
        if not sent.get(needed) and needed not in self.errors:
            self.add_error(needed, self.fields[needed].error_messages["required"])
        return sent


class PracticeForm(forms.Form):
    """Which step the page showed that leads to practice."""

    step = forms.UUIDField()


THINGS = {"module": _("Modules"), "skill": _("Skills")}
MISFITS = {
    "module": _("Choose a module for this."),
    "skill": _("Only a skill can count as known: choose one."),
    "course": _("“Success to aim for” is about the whole course: leave this at “Choose one”."),
}
AIMS = (
    ("", _("Choose one")),
    (50, _("5 of 10: a challenge")),
    (60, _("6 of 10: harder than usual")),
    (70, _("7 of 10: about as usual")),
    (80, _("8 of 10: easier than usual")),
    (90, _("9 of 10: to regain courage")),
)  # percent of answers right


def published_in(course: Course) -> dict[str, list[tuple[int, str]]]:
    """Return (key, title) of what is published in a course, in its order, by "module" and "skill"; in one query."""
    modules, skills = (
        thing.objects.filter(course=course, live=True)
        .annotate(thing=Value(thing._meta.model_name))
        .order_by()
        .values_list("thing", "position", "pk", "title")
        for thing in (Module, Skill)
    )
    found = list(modules.union(skills, all=True).order_by("thing", "position", "pk"))
    return {name: [(pk, title) for thing, _place, pk, title in found if thing == name] for name in THINGS}


class DayInput(forms.DateInput):
    """A day, chosen from the browser's own calendar."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class PlaceForm(forms.Form):
    """What goes with asking a learner for another placement test."""

    note = forms.CharField(
        label=_("Why you ask"),
        required=False,
        max_length=300,
        help_text=_("This learner reads it where the test is offered."),
    )

    def ask(self, course: Course) -> Ask:
        """Return what is asked for; a note that is too long is cut, as the page lets nobody write one."""
        self.full_clean()
        note = self.cleaned_data.get("note", self.data.get("note", "")[:300])
        return Ask(DirectiveKind.PLACE, course, note=note)


class DirectiveForm(forms.Form):
    """What a trainer asks for. `ask` is what was sent, once it is valid."""

    kind = forms.ChoiceField(label=_("What"), choices=[kind for kind in BY_HAND if kind[0] != DirectiveKind.PLACE])
    about = forms.ChoiceField(
        label=_("Module or skill"), error_messages={"required": _("Choose a module; for “Counts as known” a skill.")}
    )
    percent = forms.TypedChoiceField(
        label=_("Answers right"),
        required=False,
        choices=AIMS,
        coerce=int,
        empty_value=None,
        help_text=_(
            "For “Success to aim for” alone, which is about the whole course: fewer right is harder, and teaches those "
            "who like a challenge; more keeps the discouraged going. “Too easy” and “too hard” still move it a little."
        ),
        error_messages={"invalid_choice": _("Choose how many of 10 answers are to be right.")},
    )
    holds_from = forms.DateField(
        label=_("From"), required=False, widget=DayInput, help_text=_("At once, if left empty.")
    )
    holds_until = forms.DateField(
        label=_("Until"),
        required=False,
        widget=DayInput,
        help_text=_(
            "The day of “Not before” and “Due by”; otherwise the last day, or until you end it. What is due comes "
            "first from a week before its day on."
        ),
    )
    note = forms.CharField(
        label=_("Note"), required=False, max_length=300, help_text=_("Your learners read it where the step says why.")
    )

    def __init__(self, *args: Any, course: Course, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.course = course
        self.fields["about"].choices = self._things  # type: ignore[attr-defined]
        self.fields["about"].required = self.data.get("kind") != DirectiveKind.AIM

    def _things(self) -> list[tuple[str, Any]]:
        """The modules and skills to choose from; read only where the form is shown or sent."""
        published = published_in(self.course)
        own = {name: [(f"{name}-{pk}", title) for pk, title in published[name]] for name in THINGS}
        return [("", gettext("Choose one")), *((str(label), own[name]) for name, label in THINGS.items())]

    def clean(self) -> dict[str, Any]:
        sent = super().clean() or {}
        kind, about = sent.get("kind", ""), sent.get("about")
        needed = ABOUT.get(kind, "module")
        if kind and about and about.split("-")[0] != needed:
            self.add_error("about", MISFITS[needed])
        if kind in DATED and not sent.get("holds_until") and "holds_until" not in self.errors:
            self.add_error("holds_until", _("“%s” needs a day.") % DirectiveKind(kind).label)
        self._clean_percent(kind, sent.get("percent"))
        self._clean_days(sent)
        return sent

    def _clean_percent(self, kind: str, percent: int | None) -> None:
        if kind == DirectiveKind.AIM and percent is None and "percent" not in self.errors:
            self.add_error("percent", _("Choose how many of 10 answers are to be right."))
        elif kind and kind != DirectiveKind.AIM and percent is not None:
            self.add_error("percent", _("Leave this empty, or choose “Success to aim for” above."))

    def _clean_days(self, sent: dict[str, Any]) -> None:
        starts, ends = _start_of(sent.get("holds_from")), self._end(sent)
        if ends and ends <= timezone.now():
            self.add_error("holds_until", _("Choose a day to come."))
        elif starts and ends and ends <= starts:
            self.add_error("holds_until", _("Choose a later day than the one it begins on."))

    def _end(self, sent: dict[str, Any]) -> datetime | None:
        """The moment after the last day; a lock opens when its day begins."""
        day = sent.get("holds_until")
        return _start_of(day if not day or sent.get("kind") == DirectiveKind.LOCK else day + timedelta(days=1))

    @property
    def ask(self) -> Ask:
        sent = self.cleaned_data
        starts, note = _start_of(sent["holds_from"]), sent["note"]
        return Ask(DirectiveKind(sent["kind"]), self._about(), starts, self._end(sent), note, sent["percent"])

    def _about(self) -> Module | Skill | Course:
        if not self.cleaned_data["about"]:
            return self.course
        thing, pk = self.cleaned_data["about"].split("-")
        return Skill.objects.get(pk=pk) if thing == "skill" else Module.objects.get(pk=pk)


def _start_of(day: date | None) -> datetime | None:
    """Return when a day begins where the person is who asks."""
    return timezone.make_aware(datetime.combine(day, time.min)) if day else None
