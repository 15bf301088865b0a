"""What could have been otherwise when a step was chosen, one thing at a time, each as a place to decide from.

All else stays as it was, the random numbers included. Nothing is read or written.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass, replace
from datetime import timedelta

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from adaptive.adapting import Standing
from adaptive.directives import DirectiveKind
from adaptive.guarding import missing_for
from adaptive.imagining import version_of
from adaptive.progress import Ending, Progress, Wish
from adaptive.recommending import Inputs
from adaptive.steering import DirectiveEntry
from adaptive.syllabus import ModuleEntry
from courses.models import Interaction, InteractionKind, Presentation, Purpose

EACH = 2  # of a kind at most: modules refused; twice as many directives
SHOWN = 4  # answers that would show that a skill is known, or is not
LATER = timedelta(days=7)

BY_TRAINER = {
    DirectiveKind.PIN: _("If your trainer had not asked for “%(title)s” first"),
    DirectiveKind.BAN: _("If your trainer had not put “%(title)s” aside"),
    DirectiveKind.LOCK: _("If your trainer had not put “%(title)s” aside for now"),
    DirectiveKind.DUE: _("If your trainer did not want “%(title)s” done by %(day)s"),
    DirectiveKind.WAIVER: _("If your trainer did not count “%(title)s” as known"),
    DirectiveKind.AIM: _("If your trainer had not set how hard steps should be"),
}
BY_RULE = {
    DirectiveKind.PIN: _("If no rule of the course asked for “%(title)s” first"),
    DirectiveKind.BAN: _("If no rule of the course left “%(title)s” out"),
    DirectiveKind.DUE: _("If no rule of the course wanted “%(title)s” done by %(day)s"),
    DirectiveKind.EASIER: _("If no rule of the course asked for easier lessons"),
    DirectiveKind.HARDER: _("If no rule of the course asked for harder lessons"),
    DirectiveKind.WAY: _("If no rule of the course asked for this way of teaching"),
}
WISHED = {
    Wish.THIS_ONE: _("If you had not chosen it yourself"),
    Wish.REVIEW: _("If you had not asked to review it"),
    Wish.ANOTHER_WAY: _("If you had not asked for another way"),
    Wish.TOO_EASY: _("If you had not found the last one too easy"),
    Wish.TOO_HARD: _("If you had not found the last one too hard"),
}
MORE_TOO_EASY = _("If you had not found more things too easy than too hard")
MORE_TOO_HARD = _("If you had not found more things too hard than too easy")
NOT_THIS_ONE = _("If you had not said “not this one” to “%s”")
PUT_OFF = _("If you had not wanted “%s” later")
TERMS = {  # of the score that were not weighed
    "time": _("If it did not matter how long it takes"),
    "modality": _("If all ways of teaching worked equally well for you"),
    "method": _("If it did not matter when and in which order you practice"),
    "wish": _("If you had not asked for other ways of teaching lately"),
    "trying": _("If we did not try out ways of learning that we know little of"),
    "order": _("If the order of the course did not matter"),
    "variety": _("If it did not matter what you just did"),
    "retention": _("If nothing were due to be kept fresh"),
}


@dataclass(frozen=True)
class Altered:
    """Where to decide from, and what is otherwise there, as a clause: "If you knew “Loops” already"."""

    words: str
    standing: Standing
    inputs: Inputs


def alterations(standing: Standing, inputs: Inputs, module: ModuleEntry) -> Iterator[Altered]:
    """Yield what could have been otherwise when this module was chosen: what people asked for, then our reckoning.

    `standing` is the learner's at that time.
    """
    placed = inputs.set_into(standing)
    yield from _asked_by_others(standing, inputs)
    yield from _asked_by_learner(standing, inputs)
    for known in (True, False):
        for skill in _skills_to_alter(placed, module, known):
            yield _with_skill(standing, inputs, skill, known)
    if placed.progress.steps:
        words = gettext("If you had not had so much of the same lately")
        yield Altered(words, replace(standing, progress=replace(standing.progress, steps=[])), inputs)
    yield Altered(gettext("If you had come back a week later"), standing, replace(inputs, now=inputs.now + LATER))
    for name, clause in TERMS.items():
        yield Altered(str(clause), standing, replace(inputs, turned={name: 0.0}))


def _asked_by_others(standing: Standing, inputs: Inputs) -> Iterator[Altered]:
    """Each word of a trainer or a rule taken back."""
    for one in list(inputs.steering.counting)[-EACH * 2 :]:
        words = _words_of(standing, one)
        if words:
            yield Altered(words, standing, replace(inputs, steering=inputs.steering.without(one)))


def _words_of(standing: Standing, one: DirectiveEntry) -> str:
    """Return what would be otherwise without a directive; "" for one about what is gone."""
    about = standing.syllabus.skills if one.kind == DirectiveKind.WAIVER else standing.syllabus.modules
    words: Promise | str = (BY_RULE if one.rule else BY_TRAINER).get(DirectiveKind(one.kind), "")
    entry = about.get(one.about)
    if "%(title)s" in str(words) and entry is None:
        return ""
    day = date_format(localtime(one.last_day)) if one.last_day else ""
    return str(words) % {"title": entry.title if entry else "", "day": day}


def _asked_by_learner(standing: Standing, inputs: Inputs) -> Iterator[Altered]:
    """What the learner asked for, not asked for; and their needs, not there."""
    progress = standing.progress
    words = WISHED.get(progress.wish.get("wish", ""))
    if words:
        yield Altered(str(words), replace(standing, progress=replace(progress, wish={})), inputs)
    if progress.pace:
        words = MORE_TOO_EASY if progress.pace > 0 else MORE_TOO_HARD
        yield Altered(str(words), replace(standing, progress=replace(progress, pace=0.0)), inputs)
    yield from _taken_back(standing, inputs)
    if inputs.needs:
        yield Altered(
            gettext("Without what you asked for in your settings"), standing, replace(inputs, needs=frozenset())
        )


def _taken_back(standing: Standing, inputs: Inputs) -> Iterator[Altered]:
    """Each module that the learner put aside or off, as if they had not."""
    progress, modules = standing.progress, standing.syllabus.modules
    banned = [pk for pk, one in progress.modules.items() if one.banned_until > standing.state.seen_up_to]
    waiting = [pk for pk, one in progress.modules.items() if one.put_off and pk not in banned]
    for words, every in ((NOT_THIS_ONE, banned), (PUT_OFF, waiting)):
        for pk in [pk for pk in every if pk in modules][-EACH:]:
            asked = progress.modules | {pk: replace(progress.modules[pk], banned_until=0, put_off=0)}
            wish = {} if progress.wish.get("module") == pk else progress.wish
            taken_back = replace(progress, modules=asked, wish=wish)
            yield Altered(str(words) % modules[pk].title, replace(standing, progress=taken_back), inputs)


def _skills_to_alter(standing: Standing, module: ModuleEntry, known: bool) -> Sequence[int]:
    """Return skills of which it would matter most to know them, or not to."""
    if not known:
        return [skill for skill in module.requires if standing.is_held(skill)][:1]
    own = [skill for skill in module.skills if not standing.is_held(skill)][:1]
    ahead = [one for one in standing.syllabus.modules.values() if not standing.progress.module(one.id).done]
    missing = [missing_for(standing, one) for one in ahead if one is not module]
    return list(dict.fromkeys([*own, *(skills[0] for skills in missing if len(skills) == 1)]))[: len(own) + 1]


def _with_skill(standing: Standing, inputs: Inputs, skill: int, known: bool) -> Altered:
    """As if a test had just shown that a skill is known, or that it is not: its answers go the way of all others."""
    progress = Progress.from_json(standing.progress.as_json(), standing.progress.law)
    altered = replace(standing, progress=progress, state=copy(standing.state))
    answers = _answers_on(altered, skill, inputs, known)
    if answers:
        altered.take_in(answers)
        if altered.memory:
            altered.memory = altered.memory.after([Interaction(kind=InteractionKind.FINISHED)], altered.syllabus)
    altered.state.seen_up_to = standing.state.seen_up_to
    progress.kinds, progress.questions = standing.progress.kinds, standing.progress.questions
    progress.placement.answers = standing.progress.placement.answers
    _place(altered, skill, known)
    title = standing.syllabus.skills[skill].title
    words = gettext("If you knew “%s” already") if known else gettext("If you did not know “%s” yet")
    return Altered(words % title, altered, inputs)


def _answers_on(standing: Standing, skill: int, inputs: Inputs, known: bool) -> list[Interaction]:
    """Return answers to questions of a skill, all right or all wrong, as a placement test asks them."""
    asked = [(module, one) for module in standing.syllabus.taught_in[skill] for one in module.questions]
    return [
        Interaction(
            sequence=standing.state.seen_up_to + number,
            kind=InteractionKind.ANSWERED,
            at=inputs.now,
            module_id=module.id,
            presentation=Presentation(purpose=Purpose.PLACEMENT),
            question_version=version_of(question, standing.syllabus),
            score=float(known),
        )
        for number, (module, question) in enumerate(
            [pair for pair in asked if pair[1].skills == (skill,)][:SHOWN], start=1
        )
    ]


def _place(standing: Standing, skill: int, known: bool) -> None:
    """Count a skill as a placement test counts it, and the modules that teach nothing else as done with it."""
    progress, placed = standing.progress, standing.progress.placement.known
    if not known:
        for module in placed.pop(skill, ()):
            progress.module(module).done = False
        return
    taught = [one.id for one in standing.syllabus.taught_in[skill] if set(one.skills) <= {skill, *placed}]
    placed[skill] = taught
    for pk in taught:
        progress.module(pk).done, progress.module(pk).ended = True, Ending.PLACED
