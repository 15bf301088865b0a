"""What learners have met already, and so cannot be deleted or changed under them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from courses.models import Course, Enrollment, Interaction, Module, Presentation, Question, Skill, Variant


@dataclass(frozen=True)
class Released:
    """A question's published version and the answers to it."""

    version: int
    answers: int
    earlier: int

    @property
    def sentence(self) -> str:
        """What a change does to learners, in words."""
        mine = ngettext(
            "%(count)d answer belongs to version %(version)d and keeps it.",
            "%(count)d answers belong to version %(version)d; they keep it.",
            self.answers,
        ) % {"count": self.answers, "version": self.version}
        earlier = ngettext(
            "%(count)d more belongs to earlier versions.", "%(count)d more belong to earlier versions.", self.earlier
        ) % {"count": self.earlier}
        change = _("Learners get what you publish from the next question on.")
        return " ".join([mine, earlier, change] if self.earlier else [mine, change])


def released(question: Question) -> Released | None:
    """Return what learners answered so far, or None where nobody did."""
    latest = question.versions.order_by("-number").first()
    answers = Interaction.objects.answers().filter(question_version__question=question)
    total = answers.count() if latest else 0
    if not (latest and total):
        return None
    newest = answers.filter(question_version=latest).count()
    return Released(latest.number, newest, total - newest)


@dataclass(frozen=True)
class Held:
    """What cannot be deleted, and what holds it."""

    thing: Any
    sentence: str


@dataclass(frozen=True)
class Why:
    """Why several things cannot be deleted, and what to do instead."""

    title: object
    advice: object


MET = Why(
    gettext_lazy("This stays, because learners have met it"),
    gettext_lazy(
        "Their answers point to it, and what we believe of them comes from their answers. Unpublish it instead: nobody "
        "is offered it any more, and nothing is lost."
    ),
)


def held(things: Iterable[Any]) -> list[Held]:
    """Return those things that learners have met, with how much would be lost with them."""
    found = [(thing, *_traces(thing)) for thing in things]
    return [Held(thing, met(answers)) for thing, answers, others in found if answers or others]


def met(answers: int) -> str:
    """What holds what learners have met."""
    if answers:
        return ngettext("It has %(count)d answer.", "It has %(count)d answers.", answers) % {"count": answers}
    return _("Learners have met it already.")


def _traces(thing: Any) -> tuple[int, int]:
    """Count a thing's answers, and what else in the log and beside it needs it: shown, opened or enrolled in."""
    where = _in_log(thing)
    traces = Interaction.objects.filter(where)
    answers = traces.answers().count()
    enrolled = Enrollment.objects.filter(course=thing).count() if isinstance(thing, Course) else 0
    return answers, traces.count() - answers + Presentation.objects.filter(where).count() + enrolled


def _in_log(thing: Any) -> Q:
    """What tells that a row of the log, or a question that was shown, is about this."""
    match thing:
        case Question():
            return Q(question_version__question=thing)
        case Variant():
            return Q(variant=thing)
        case Module():
            return Q(module=thing) | Q(question_version__question__module=thing)
        case Course():
            return Q(enrollment__course=thing)
        case Skill():
            return Q(question_version__question__skills=thing)
    raise TypeError(f"{type(thing).__name__} is not content")
