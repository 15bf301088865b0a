"""What an author should mend, with figures: seen in the course as it is written, or on made-up learners' ways.

Definitions. Learners *who try* are strong, typical or weak; the others only guess, or get everything wrong.
- skill without questions: taught, but no question practices it, so nobody can show it.
- circular prerequisite: skills, or the modules that teach them, build on each other; none of them ever opens.
- unreachable mastery: who answers every question of the course once, and all of them right, is not believed to have
  mastered the skill; or of the strong learners who came with all prerequisites, fewer than half ever knew it for us.
- too hard a jump: typical learners who truly hold the prerequisites of a module solve the first questions in it,
  without guessing, far less often than the success band asks for.
- one-type-only path: at least half of the ways to knowing a module met one type of question; or all questions on a
  skill are of one type.
- exhausted pool: more than a fifth of the answers in a module, of learners who were ready for it, went to questions
  that they had answered in it before.
- dead end: a flight that did not come to the end of the course; or learners who answered the same question four times
  and more, and were let go without knowing the module.
- starved skill: of the learners who could do it, fewer than half were ever believed to, as they got too few answers.
- variant never shown: in many visits to its module, nobody got it.

What a more basic finding explains is not told apart: who mends the first mends the second.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from adaptive.flying import graph
from adaptive.flying.learners import Character
from adaptive.flying.tallies import Tally, Way, entry, middle, share
from adaptive.mastery import ENOUGH_ANSWERS
from adaptive.recommending import SETTINGS
from adaptive.syllabus import ModuleEntry, QuestionEntry, Syllabus

FEWEST, FEWEST_STRONG = 15, 4  # learners, before anything is said about them
HALF = 0.5
FAR_UNDER = 0.2  # this far under the success band begins a jump that is too hard
MOST_REPEATS = 0.2
AGAIN_AND_AGAIN = 4  # times that one question was asked
STUCK_SHARE = 0.1
ENOUGH_VISITS = 200  # to a module, before a variant that nobody got is worth a word
FEWEST_OF_A_TYPE = 3  # questions, before their being of one type is


class Name(StrEnum):
    NOTHING = "nothing_to_learn"
    CIRCLE = "circular_prerequisite"
    NO_QUESTIONS = "skill_without_questions"
    JUMP = "too_hard_a_jump"
    UNREACHABLE = "unreachable_mastery"
    EXHAUSTED = "exhausted_pool"
    ONE_TYPE = "one_type_only_path"
    DEAD_END = "dead_end"
    STARVED = "starved_skill"
    NEVER_SHOWN = "variant_never_shown"
    UNTAUGHT = "skill_taught_nowhere"
    UNFINISHED = "unfinished_question"


NOTES = frozenset({Name.NEVER_SHOWN, Name.UNTAUGHT, Name.UNFINISHED})  # worth knowing; nothing need be mended
_SYMPTOMS = {Name.UNREACHABLE, Name.EXHAUSTED, Name.DEAD_END, Name.STARVED}
EXPLAINS = {
    Name.CIRCLE: _SYMPTOMS | {Name.JUMP},
    Name.NO_QUESTIONS: _SYMPTOMS | {Name.ONE_TYPE},
    Name.JUMP: _SYMPTOMS,
    Name.UNREACHABLE: {Name.EXHAUSTED, Name.DEAD_END, Name.STARVED},
    Name.EXHAUSTED: {Name.DEAD_END},
}


@dataclass(frozen=True)
class Finding:
    """Something seen about a course, a module, a skill, a variant or a question, with the figures that show it."""

    name: Name
    about: str  # the kind of content
    id: int
    title: str
    figures: dict[str, Any] = field(default_factory=dict)

    @property
    def is_note(self) -> bool:
        return self.name in NOTES


def findings_in(tally: Tally, unfinished: tuple[int, ...] = ()) -> list[Finding]:
    """Return everything to tell the author, the most basic first, without what something more basic explains."""
    found = [finding for check in CHECKS for finding in check(tally)]
    found += [Finding(Name.UNFINISHED, "question", pk, "") for pk in unfinished]
    modules = {id(one): _modules_of(one, tally.syllabus) for one in found}
    explained = {
        id(one)
        for one in found
        for other in found
        if one.name in EXPLAINS.get(other.name, ()) and modules[id(one)] & modules[id(other)]
    }
    return sorted((one for one in found if id(one) not in explained), key=lambda one: list(Name).index(one.name))


def _modules_of(finding: Finding, syllabus: Syllabus) -> set[int]:
    """The modules that a finding is about; for a skill, those that teach it."""
    if finding.about == "module":
        return {finding.id}
    skills = set(finding.figures.get("skills", [finding.id] if finding.about == "skill" else []))
    return {module.id for module in syllabus.modules.values() if skills & set(module.skills)}


def _nothing(tally: Tally) -> Iterator[Finding]:
    if not tally.syllabus.modules:
        yield Finding(Name.NOTHING, "course", tally.syllabus.course_id, tally.syllabus.title)


def _circles(tally: Tally) -> Iterator[Finding]:
    for circle in graph.circles(tally.syllabus):
        first = tally.syllabus.skills[circle.skills[0]]
        yield Finding(Name.CIRCLE, "skill", first.id, first.title, {"way": circle.way, "skills": list(circle.skills)})


def _without_questions(tally: Tally) -> Iterator[Finding]:
    for skill in sorted(tally.taught):
        if not tally.practicing[skill]:
            modules = tally.syllabus.taught_in[skill]
            figures = {"questions": sum(len(module.questions) for module in modules)}
            yield _about_skill(Name.NO_QUESTIONS, tally, skill, modules=[one.title for one in modules], **figures)


def _untaught(tally: Tally) -> Iterator[Finding]:
    for skill in sorted(tally.syllabus.skills.keys() - tally.taught):
        yield _about_skill(Name.UNTAUGHT, tally, skill)


def _jumps(tally: Tally) -> Iterator[Finding]:
    least = SETTINGS.band[0]
    for module in tally.syllabus.modules.values():
        ready = [way for way in tally.ways[module.id] if way.is_ready and way.trail.character == Character.TYPICAL]
        solved = entry(ready)
        if len(ready) >= FEWEST and solved is not None and solved < least - FAR_UNDER:
            figures = {"solved": solved, "least": least, "learners": len(ready)}
            yield _about_module(Name.JUMP, module, **figures, beyond=_beyond(module, tally.syllabus))


def _beyond(module: ModuleEntry, syllabus: Syllabus) -> list[str]:
    """The skills that a module asks for, but neither teaches nor builds on."""
    before, waiting = set(module.skills), list(module.skills)
    while waiting:
        more = set(syllabus.skills[waiting.pop()].requires) - before
        before |= more
        waiting += more
    asked = {skill for question in module.questions for skill in question.skills}
    return [syllabus.skills[skill].title for skill in sorted(asked - before)]


def _unreachable(tally: Tally) -> Iterator[Finding]:
    for skill in sorted(tally.taught):
        strong = tally.strong(skill)
        known = sum(tally.ever_known(skill, trail) for trail in strong)
        is_rare = len(strong) >= FEWEST_STRONG and known < HALF * len(strong)
        if tally.practicing[skill] and (is_rare or skill not in tally.masterable):
            questions = _questions_on(tally.syllabus, skill)
            figures = {"questions": len(questions), "alone": sum(one.skills == (skill,) for one in questions)}
            is_flawless_enough = skill in tally.masterable
            yield _about_skill(
                Name.UNREACHABLE, tally, skill, **figures, enough=is_flawless_enough, known=known, strong=len(strong)
            )


def _exhausted(tally: Tally) -> Iterator[Finding]:
    for module in tally.syllabus.modules.values():
        ready = [way for way in tally.ways[module.id] if way.is_ready]
        answers, repeats = sum(len(way.asked) for way in ready), sum(way.repeats for way in ready)
        if len(ready) >= FEWEST and repeats > MOST_REPEATS * answers:
            learners = sum(way.repeats > 0 for way in ready)
            figures = {"questions": len(module.questions), "share": repeats / answers, "learners": learners}
            yield _about_module(Name.EXHAUSTED, module, **figures, ready=len(ready))


def _one_type(tally: Tally) -> Iterator[Finding]:
    for module in tally.syllabus.modules.values():
        kinds = {question.kind for question in module.questions}
        one, known = tally.one_kind(module)
        is_common = known >= FEWEST and one >= HALF * known
        if len(module.questions) >= FEWEST_OF_A_TYPE and (len(kinds) == 1 or is_common):
            figures = {"questions": len(module.questions), "one": one, "known": known}
            yield _about_module(Name.ONE_TYPE, module, kinds=sorted(kinds), **figures)
        elif len(kinds) > 1 and len(module.skills) > 1:
            yield from _skills_of_one_type(tally, module)


def _skills_of_one_type(tally: Tally, module: ModuleEntry) -> Iterator[Finding]:
    for skill in module.skills:
        questions = _questions_on(tally.syllabus, skill)
        kinds = {question.kind for question in questions}
        if len(questions) >= FEWEST_OF_A_TYPE and len(kinds) == 1 and tally.syllabus.taught_in[skill][0] is module:
            yield _about_skill(Name.ONE_TYPE, tally, skill, kinds=sorted(kinds), questions=len(questions))


def _dead_ends(tally: Tally) -> Iterator[Finding]:
    stranded = [trail for trail in tally.trails if not trail.is_complete]
    if stranded:
        last = max((trail.visits[-1].module for trail in stranded if trail.visits), default=0)
        if last:
            yield _about_module(Name.DEAD_END, tally.syllabus.modules[last], stranded=len(stranded), stuck=0)
    for module in tally.syllabus.modules.values():
        ways = tally.ways[module.id]
        stuck = sum(is_stuck(way) for way in ways)
        if len(ways) >= FEWEST and stuck >= STUCK_SHARE * len(ways):
            yield _about_module(Name.DEAD_END, module, stranded=0, stuck=stuck, learners=len(ways))


def is_stuck(way: Way) -> bool:
    """Asked the same again and again, and let go without knowing."""
    return not way.is_known and way.most_often >= AGAIN_AND_AGAIN


def _starved(tally: Tally) -> Iterator[Finding]:
    for skill in sorted(tally.taught):
        able = [place for place, trail in enumerate(tally.trying) if skill in trail.reached]
        known = [tally.ever_known(skill, tally.trying[place]) for place in able]
        answers = middle([tally.answers[skill][place] for place in able])
        if tally.practicing[skill] and len(able) >= FEWEST and answers is not None and answers < ENOUGH_ANSWERS:
            told = share(known) or 0.0
            if told < HALF:
                yield _about_skill(Name.STARVED, tally, skill, answers=answers, share=told, learners=len(able))


def _never_shown(tally: Tally) -> Iterator[Finding]:
    visits = {module: 0 for module in tally.syllabus.modules}
    for trail in tally.trails:
        for visit in trail.visits:
            visits[visit.module] += visit.variant is not None
    for module in tally.syllabus.modules.values():
        for variant in module.variants:
            if visits[module.id] >= ENOUGH_VISITS and not tally.shown[variant.id]:
                figures = {"module": module.title, "modality": variant.modality, "difficulty": variant.difficulty}
                yield Finding(
                    Name.NEVER_SHOWN, "variant", variant.id, variant.title, figures | {"visits": visits[module.id]}
                )


def _about_module(name: Name, module: ModuleEntry, **figures: Any) -> Finding:
    return Finding(name, "module", module.id, module.title, figures)


def _about_skill(name: Name, tally: Tally, skill: int, **figures: Any) -> Finding:
    return Finding(name, "skill", skill, tally.syllabus.skills[skill].title, figures)


def _questions_on(syllabus: Syllabus, skill: int) -> list[QuestionEntry]:
    modules = syllabus.modules.values()
    return [question for module in modules for question in module.questions if skill in question.skills]


CHECKS: tuple[Callable[[Tally], Iterator[Finding]], ...] = (
    _nothing,
    _circles,
    _without_questions,
    _jumps,
    _unreachable,
    _exhausted,
    _one_type,
    _dead_ends,
    _starved,
    _never_shown,
    _untaught,
)
