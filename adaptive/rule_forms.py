"""A rule as a sentence with blanks to fill in."""

from typing import Any

from django import forms
from django.db.models import Value
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from adaptive.rulemaking import Draft
from adaptive.rules import ACTION_NEEDS, ANYWHERE, CONDITION_NEEDS, LONGEST, Rule, Then, When
from courses.models import Course, Modality, Module, Skill

MISSING = {
    "module": _("Choose the module that this is about."),
    "skill": _("Choose the skill that this is about."),
    "percent": _("Say how many percent: from 1 to 100."),
    "answers": _("Say after how many answers: from 1 to 200."),
    "days": _("Say how many days: from 1 to 365."),
    "target": _("Choose the module that is to be offered, assigned or skipped."),
    "modality": _("Choose the way of teaching."),
    "lasting": _("Say for how many days: from 1 to 365."),
}


USUAL = {"percent": 60, "answers": 10, "days": 7, "lasting": 7}


class RuleForm(forms.Form):
    """What stands in the blanks. Those that the sentence does not need are left out; `draft` is the rest."""

    when = forms.ChoiceField(label=_("Condition"), choices=When.choices)
    percent = forms.IntegerField(label=_("Percent"), required=False, min_value=1, max_value=100)
    module = forms.ChoiceField(label=_("Module of the condition"), required=False)
    skill = forms.ChoiceField(label=_("Skill"), required=False)
    answers = forms.IntegerField(label=_("Answers"), required=False, min_value=1, max_value=200)
    days = forms.IntegerField(label=_("Days away"), required=False, min_value=1, max_value=LONGEST)
    then = forms.ChoiceField(label=_("Action"), choices=Then.choices)
    target = forms.ChoiceField(label=_("Module of the action"), required=False)
    where = forms.ChoiceField(label=_("Where"), required=False)
    modality = forms.ChoiceField(label=_("Way of teaching"), required=False, choices=Modality.choices)
    lasting = forms.IntegerField(label=_("Days"), required=False, min_value=1, max_value=LONGEST)
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=300,
        help_text=_("Learners read it beside the step; with a notice, only trainers do."),
    )

    def __init__(self, sent: Any = None, *, course: Course, rule: Rule | None = None) -> None:
        super().__init__(sent, initial=_blanks_of(rule) if rule else USUAL)
        self.course = course
        for name in ("module", "target", "where"):
            self.fields[name].choices = lambda name=name: self._choices(name)  # type: ignore[attr-defined]
        self.fields["skill"].choices = lambda: self._choices("skill")  # type: ignore[attr-defined]
        self._things: dict[str, list[tuple[int, str]]] = {}

    def _choices(self, name: str) -> list[tuple[Any, str]]:
        kind = "skill" if name == "skill" else "module"
        first = {"skill": gettext("a skill"), "where": gettext("the whole course")}.get(name, gettext("a module"))
        return [("", first), *self._published()[kind]]

    def _published(self) -> dict[str, list[tuple[int, str]]]:
        """What there is to choose from; read where the form is shown or sent, in one query."""
        if not self._things:
            modules, skills = (
                thing.objects.filter(course=self.course, live=True)
                .annotate(thing=Value(thing._meta.model_name))
                .order_by()
                .values_list("thing", "position", "pk", "title")
                for thing in (Module, Skill)
            )
            found = list(modules.union(skills, all=True).order_by("thing", "position", "pk"))
            self._things = {
                kind: [(pk, title) for thing, _place, pk, title in found if thing == kind]
                for kind in ("module", "skill")
            }
        return self._things

    def clean(self) -> dict[str, Any]:
        sent = super().clean() or {}
        for name in self._needed(sent):
            if not sent.get(name) and name not in self.errors:
                self.add_error(name, MISSING[name])
        about = sent.get("target")
        if sent.get("then") == Then.INSERT and sent.get("when") == When.COMPLETED and about == sent.get("module"):
            self.add_error("target", gettext("Choose another module: this one is completed already by then."))
        return sent

    def add_error(self, field: str | None, error: Any) -> None:
        """Pass over what is wrong in a blank that the sentence does not need."""
        sent = self.cleaned_data
        is_blank = field in MISSING or field == "where"
        if not is_blank or field in self._needed(sent):
            super().add_error(field, error)

    def _needed(self, sent: dict[str, Any]) -> tuple[str, ...]:
        return CONDITION_NEEDS.get(sent.get("when", ""), ()) + ACTION_NEEDS.get(sent.get("then", ""), ())

    @property
    def draft(self) -> Draft:
        """What was written. The form must be valid."""
        sent = self.cleaned_data
        needed: dict[str, Any] = {name: sent[name] for name in self._needed(sent)}
        if sent["then"] in ANYWHERE and sent.get("where"):
            needed["target"] = sent["where"]
        for name, kind in (("module", Module), ("target", Module), ("skill", Skill)):
            if name in needed:
                needed[name] = kind._default_manager.get(pk=needed[name])
        return Draft(When(sent["when"]), Then(sent["then"]), note=sent["note"], **needed)


def _blanks_of(rule: Rule) -> dict[str, Any]:
    said = {name: getattr(rule, name) for name in ("when", "then", "percent", "answers", "days", "lasting", "note")}
    is_where = rule.then in ANYWHERE
    return said | {
        "module": rule.module_id,
        "skill": rule.skill_id,
        "modality": rule.modality,
        "where" if is_where else "target": rule.target_id,
    }
