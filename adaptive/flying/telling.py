"""Findings in words: what was seen, with figures, and what to do about it. Said in the language of who reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from adaptive.flying.findings import Name
from courses.models import Difficulty, Modality, Question, QuestionKind

Row = Mapping[str, Any]

NAMES = {
    Name.NOTHING: gettext_lazy("Nothing to learn"),
    Name.CIRCLE: gettext_lazy("Circular prerequisite"),
    Name.NO_QUESTIONS: gettext_lazy("Skill without questions"),
    Name.JUMP: gettext_lazy("Too hard a jump"),
    Name.UNREACHABLE: gettext_lazy("Unreachable mastery"),
    Name.EXHAUSTED: gettext_lazy("Exhausted pool of questions"),
    Name.ONE_TYPE: gettext_lazy("Path with one type of question"),
    Name.DEAD_END: gettext_lazy("Dead end"),
    Name.STARVED: gettext_lazy("Starved skill"),
    Name.NEVER_SHOWN: gettext_lazy("Variant that is never shown"),
    Name.UNTAUGHT: gettext_lazy("Skill that nothing teaches"),
    Name.UNFINISHED: gettext_lazy("Unfinished question"),
}


@dataclass(frozen=True)
class Told:
    """A finding as an author reads it."""

    name: str
    title: str  # of what it is about
    url: str  # where that is edited
    seen: str
    todo: str
    is_note: bool


def tell(finding: Row) -> Told:
    """Return a finding of a report in words."""
    name = Name(finding["name"])
    seen, todo = WORDS[name](finding["figures"])
    title = finding["title"] or _title_of_question(finding["id"])
    url = reverse(f"wagtailsnippets_courses_{finding['about']}:edit", args=[finding["id"]])
    return Told(str(NAMES[name]), title, url, seen, todo, finding["is_note"])


def _title_of_question(pk: int) -> str:
    question = Question.objects.filter(pk=pk).first()
    return str(question) if question else _("a question that is gone")


def percent(part: float) -> str:
    return f"{100 * part:.0f} %"


def _nothing(figures: Row) -> tuple[str, str]:
    return _("The course has no module yet."), _("Add a module with a skill, something to learn from and questions.")


def _circle(figures: Row) -> tuple[str, str]:
    seen = _("Each of these waits for the next, so none of them ever opens: %(way)s.") % figures
    return seen, _("Decide which of them comes first, and take its prerequisite out.")


def _no_questions(figures: Row) -> tuple[str, str]:
    modules = ", ".join(figures["modules"])
    seen = _("It is taught in %(modules)s, but none of %(questions)d questions practices it, so nobody can show it.")
    return seen % {**figures, "modules": modules}, _(
        "Add three questions or more that practice it, or take it out of the module."
    )


def _jump(figures: Row) -> tuple[str, str]:
    seen = _(
        "Typical learners who had mastered all that it builds on solved %(solved)s of its first questions without "
        "guessing; people learn most where they succeed at %(least)s or more (%(learners)d learners)."
    ) % {"solved": percent(figures["solved"]), "least": percent(figures["least"]), "learners": figures["learners"]}
    if figures["beyond"]:
        todo = _("Its questions ask for what comes from elsewhere (%(skills)s): teach that before, or ask without it.")
        return seen, todo % {"skills": ", ".join(figures["beyond"])}
    return seen, _("Begin with gentler questions and an easier variant, or put a module in between.")


def _unreachable(figures: Row) -> tuple[str, str]:
    if not figures["enough"]:
        count = ngettext("%d question practices it", "%d questions practice it", figures["questions"])
        seen = _("Only %(count)s: not even a learner who gets all of them right can be called Mastered.")
        seen = seen % {"count": count % figures["questions"]}
        return seen, _("Add questions on it, of several difficulties, until there are five or more.")
    seen = _("Of %(strong)d strong learners who came well prepared, only %(known)d were ever believed to know it.")
    todo = _("Ask for it alone more often: %(alone)d of its %(questions)d questions do; and look at how hard they are.")
    return seen % figures, todo % figures


def _exhausted(figures: Row) -> tuple[str, str]:
    questions = ngettext("Its only question ran out", "Its %d questions ran out", figures["questions"])
    seen = _(
        "%(questions)s: %(share)s of the answers of well prepared learners went to a question that they had answered "
        "before (%(learners)d of %(ready)d learners)."
    )
    if "%d" in questions:
        questions = questions % figures["questions"]
    told = {**figures, "questions": questions, "share": percent(figures["share"])}
    return seen % told, _("Add questions: eight or more of different difficulties carry a learner through a visit.")


def _one_type(figures: Row) -> tuple[str, str]:
    kinds = ", ".join(str(QuestionKind(kind).label) for kind in figures["kinds"])
    todo = _("Add questions of two other types, so that knowing it is more than knowing how such questions go.")
    if len(figures["kinds"]) > 1:
        seen = _("%(one)d of %(known)d learners got to know it by one type of question alone, though it has several.")
        return seen % figures, todo
    seen = _("All %(questions)d questions are of one type (%(kinds)s): nobody met another on the way to knowing it.")
    return seen % {**figures, "kinds": kinds}, todo


def _dead_end(figures: Row) -> tuple[str, str]:
    if figures["stranded"]:
        seen = ngettext(
            "%d learner did not come to the end of the course, and was here last.",
            "%d learners did not come to the end of the course; the last of them was here.",
            figures["stranded"],
        )
        return seen % figures["stranded"], _("Look at what it builds on, and at whether it can be finished.")
    seen = _(
        "%(stuck)d of %(learners)d learners answered the same question four times or more, and were let go without "
        "knowing it."
    )
    return seen % figures, _("Add questions and another variant, so that a second try brings something new.")


def _starved(figures: Row) -> tuple[str, str]:
    seen = _(
        "Half of the learners who could do it got at most %(answers)g of their questions on it; of %(share)s of them "
        "we were ever sure (%(learners)d learners)."
    )
    told = {**figures, "share": percent(figures["share"])}
    return seen % told, _("Ask for it more often, or teach it in a module of its own.")


def _never_shown(figures: Row) -> tuple[str, str]:
    seen = _("In %(visits)d visits to “%(module)s” nobody got it (%(modality)s, %(difficulty)s).") % {
        **figures,
        "modality": Modality(figures["modality"]).label,
        "difficulty": Difficulty(figures["difficulty"]).label,
    }
    return seen, _("Another difficulty would bring it to those it is for; or leave it to who asks for another way.")


def _untaught(figures: Row) -> tuple[str, str]:
    return _("No module teaches it, so nobody is led to it."), _("Add it to a module, or delete it.")


def _unfinished(figures: Row) -> tuple[str, str]:
    return _("Nobody could answer it as it is, so it was left out."), _("Its editor says what is missing.")


WORDS: dict[Name, Callable[[Row], tuple[str, str]]] = {
    Name.NOTHING: _nothing,
    Name.CIRCLE: _circle,
    Name.NO_QUESTIONS: _no_questions,
    Name.JUMP: _jump,
    Name.UNREACHABLE: _unreachable,
    Name.EXHAUSTED: _exhausted,
    Name.ONE_TYPE: _one_type,
    Name.DEAD_END: _dead_end,
    Name.STARVED: _starved,
    Name.NEVER_SHOWN: _never_shown,
    Name.UNTAUGHT: _untaught,
    Name.UNFINISHED: _unfinished,
}
