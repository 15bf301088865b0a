"""A rule as a sentence with blanks to fill in: one row of them for each condition, and one for the action."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from adaptive.forms import published_in
from adaptive.rule_conditions import CONDITION_NEEDS, LONGEST, MOST_CONDITIONS, Condition, When
from adaptive.rulemaking import Draft, objections_to
from adaptive.rules import ACTION_NEEDS, ANYWHERE, Joined, Rule, Then
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


@dataclass(frozen=True)
class Shown:
    """What stands in the blanks before anybody sends them. `focus` is the number of the row to go on with, or 0."""

    action: Mapping[str, Any]
    conditions: Sequence[Mapping[str, Any]]
    focus: int = 0


USUAL: Mapping[str, Any] = {"percent": 60, "answers": 10, "days": 7}
BLANK = Shown({"lasting": 7}, [USUAL])


Choices = Callable[[str], list[tuple[Any, str]]]


class Blanks(forms.Form):
    """Some blanks of the sentence. What its words do not need is not looked at."""

    word: ClassVar[str]  # the blank that decides which of the others are needed
    needs: ClassVar[Mapping[str, tuple[str, ...]]]  # by what stands there

    def needed(self, sent: Mapping[str, Any]) -> tuple[str, ...]:
        return self.needs.get(sent.get(self.word, ""), ())

    def clean(self) -> dict[str, Any]:
        sent = super().clean() or {}
        for name in self.needed(sent):
            if not sent.get(name) and name not in self.errors:
                self.add_error(name, MISSING[name])
        return sent

    def add_error(self, field: str | None, error: Any) -> None:
        """Pass over what is wrong in a blank that the sentence does not need."""
        is_blank = field in MISSING or field == "where"
        if not is_blank or field in self.needed(self.cleaned_data):
            super().add_error(field, error)

    def offer(self, choices: Choices, *names: str) -> None:
        """Fill these lists when they are shown or looked at."""
        for name in names:
            self.fields[name].choices = partial(choices, name)  # type: ignore[attr-defined]

    @property
    def mistakes(self) -> Iterator[forms.BoundField]:
        """The blanks with something wrong."""
        return (field for field in self if field.errors)


class ConditionForm(Blanks):
    """What must be so of the learner."""

    word, needs = "when", CONDITION_NEEDS
    when = forms.ChoiceField(label=_("Condition"), choices=When.choices)
    percent = forms.IntegerField(label=_("Percent"), required=False, min_value=1, max_value=100)
    module = forms.ChoiceField(label=_("Module of the condition"), required=False)
    skill = forms.ChoiceField(label=_("Skill"), required=False)
    answers = forms.IntegerField(label=_("Answers"), required=False, min_value=1, max_value=200)
    days = forms.IntegerField(label=_("Days away"), required=False, min_value=1, max_value=LONGEST)

    def be_named(self, number: int) -> None:
        """Tell its blanks from those of the conditions before it."""
        for field in self.fields.values() if number > 1 else ():
            field.label = gettext("%(label)s (%(number)d)") % {"label": field.label, "number": number}

    @property
    def condition(self) -> Condition:
        """What was written, not yet in the database. The form must be valid."""
        sent = self.cleaned_data
        said = {name: sent[name] for name in self.needed(sent)}
        for name, kind in (("module", Module), ("skill", Skill)):
            if name in said:
                said[name] = kind._default_manager.get(pk=said[name])
        return Condition(when=sent["when"], **said)


class RuleForm(Blanks):
    """What is to happen; `conditions` are the forms of what must be so. `draft` is what was written."""

    word, needs = "then", ACTION_NEEDS
    joined = forms.ChoiceField(label=_("How many of these must be so"), choices=Joined.choices, required=False)
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

    def __init__(self, sent: Any = None, *, course: Course, shown: Shown = BLANK) -> None:
        super().__init__(sent, initial=dict(shown.action))
        self.course = course
        if sent is None:
            rows = [(number, ConditionForm(prefix=str(number), initial=dict(one))) for number, one in _counted(shown)]
        else:
            rows = [(number, ConditionForm(sent, prefix=str(number))) for number in _rows_in(sent)]
        for number, row in rows:
            row.offer(self._choices, "module", "skill")
            row.be_named(number)
            row.fields["when"].widget.attrs |= {"autofocus": True} if number == shown.focus else {}
        self.conditions = [row for _, row in rows]
        self.offer(self._choices, "target", "where")

    def _choices(self, name: str) -> list[tuple[Any, str]]:
        kind = "skill" if name == "skill" else "module"
        first = {"skill": gettext("a skill"), "where": gettext("the whole course")}.get(name, gettext("a module"))
        return [("", first), *self._published[kind]]

    @cached_property
    def _published(self) -> dict[str, list[tuple[int, str]]]:
        """What there is to choose from; read where the form is shown or sent."""
        return published_in(self.course)

    def is_valid(self) -> bool:
        """Each part is complete, and all of them together make sense."""
        if not all([super().is_valid(), *(row.is_valid() for row in self.conditions)]):
            return False
        for objection in objections_to(self.draft):
            form = self.conditions[objection.place - 1] if objection.place else self
            form.add_error(objection.name, objection.words)
        return not self.has_mistakes

    @property
    def parts(self) -> list[Blanks]:
        """Every form of the sentence, in its order."""
        return [*self.conditions, self]

    @property
    def has_mistakes(self) -> bool:
        return any(part.errors for part in self.parts)

    @property
    def may_grow(self) -> bool:
        return len(self.conditions) < MOST_CONDITIONS

    @property
    def draft(self) -> Draft:
        """What was written. The form must be valid."""
        sent = self.cleaned_data
        needed: dict[str, Any] = {name: sent[name] for name in self.needed(sent)}
        if sent["then"] in ANYWHERE and sent.get("where"):
            needed["target"] = sent["where"]
        if "target" in needed:
            needed["target"] = Module._default_manager.get(pk=needed["target"])
        conditions = [row.condition for row in self.conditions]
        joined = Joined(sent["joined"] or Joined.ALL)
        return Draft(conditions, Then(sent["then"]), joined, note=sent["note"], **needed)


def blanks_of(rule: Rule) -> Shown:
    """Return what a rule says, to be written anew."""
    said = {name: getattr(rule, name) for name in ("joined", "then", "lasting", "note", "modality")}
    action = said | {"where" if rule.then in ANYWHERE else "target": rule.target_id}
    return Shown(action, [_blanks_of(condition) for condition in rule.conditions.all()])


def _blanks_of(condition: Condition) -> dict[str, Any]:
    ids = {"module": condition.module_id, "skill": condition.skill_id}
    return ids | {name: getattr(condition, name) for name in ("when", "percent", "answers", "days")}


def reshaped(sent: Mapping[str, Any], ask: str) -> Shown:
    """Return the blanks with what was typed and one condition more ("add"), or without one of them ("drop-2").

    Nothing that was typed is looked at yet.
    """
    rows = _rows_in(sent)
    typed = [{name: sent.get(f"{row}-{name}") for name in ConditionForm.base_fields} for row in rows]
    action = {name: sent.get(name) for name in RuleForm.base_fields}
    if ask == "add" and len(rows) < MOST_CONDITIONS:
        return Shown(action, [*typed, USUAL], focus=len(rows) + 1)
    left = [one for row, one in zip(rows, typed, strict=True) if ask != f"drop-{row}"] or typed
    dropped = next((place for place, row in enumerate(rows, start=1) if ask == f"drop-{row}"), 0)
    return Shown(action, left, focus=min(dropped, len(left)))


def _rows_in(sent: Mapping[str, Any]) -> list[int]:
    """Return the numbers of the conditions that were sent; the first one always is."""
    return [number for number in range(1, MOST_CONDITIONS + 1) if f"{number}-when" in sent] or [1]


def _counted(shown: Shown) -> Iterator[tuple[int, Mapping[str, Any]]]:
    return enumerate(shown.conditions, start=1)
