"""What many flights add up to, for each module, skill and variant. Learners who do not try count for dead ends only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import fmean, median

from adaptive.flying.learners import TRYING, Character
from adaptive.flying.trails import Trail, Visit
from adaptive.progress import Ending
from adaptive.syllabus import ModuleEntry, Syllabus

ENTRY = 3  # answers of a first visit that tell how it begins


@dataclass(frozen=True)
class Way:
    """One learner's way through one module: the visits that teach it, in their order."""

    trail: Trail
    visits: tuple[Visit, ...]

    @property
    def asked(self) -> list[int]:
        return [question for visit in self.visits for question, _ in visit.asked]

    @property
    def scores(self) -> list[bool]:
        return [is_right for visit in self.visits for _, is_right in visit.asked]

    @property
    def is_ready(self) -> bool:
        """Every prerequisite was truly held when it began."""
        return self.visits[0].is_ready

    @property
    def is_known(self) -> bool:
        """A visit ended because we believed it known."""
        return any(visit.ended == Ending.KNOWN for visit in self.visits)

    @property
    def most_often(self) -> int:
        """How often the question asked most was asked."""
        return max(Counter(self.asked).values(), default=0)

    @property
    def repeats(self) -> int:
        """Answers to questions that were answered in this module before."""
        return len(self.asked) - len(set(self.asked))


@dataclass(frozen=True)
class Tally:
    """All flights through one course."""

    syllabus: Syllabus
    trails: Sequence[Trail]
    masterable: frozenset[int]  # skills that who gets everything right is believed to have mastered

    @cached_property
    def trying(self) -> list[Trail]:
        return [trail for trail in self.trails if trail.character in TRYING]

    @cached_property
    def taught(self) -> frozenset[int]:
        """The skills that the course teaches: competence is competence in all of them."""
        return frozenset(skill for module in self.syllabus.modules.values() for skill in module.skills)

    @cached_property
    def ways(self) -> dict[int, list[Way]]:
        """Of each module, those of learners who try."""
        found: dict[int, list[Way]] = {module: [] for module in self.syllabus.modules}
        for trail in self.trying:
            visits: dict[int, list[Visit]] = {}
            for visit in trail.visits:
                if not visit.is_review:
                    visits.setdefault(visit.module, []).append(visit)
            for module, some in visits.items():
                found[module].append(Way(trail, tuple(some)))
        return found

    @cached_property
    def shown(self) -> Counter[int]:
        """How often each variant was studied."""
        return Counter(visit.variant for trail in self.trails for visit in trail.visits if visit.variant)

    @cached_property
    def practicing(self) -> dict[int, frozenset[int]]:
        """The questions about each skill."""
        questions = [question for module in self.syllabus.modules.values() for question in module.questions]
        return {
            skill: frozenset(question.id for question in questions if skill in question.skills)
            for skill in self.syllabus.skills
        }

    @cached_property
    def answers(self) -> dict[int, list[int]]:
        """Of each skill, how many questions about it each learner who tries was asked, reviews included."""
        counted = [Counter(question for visit in trail.visits for question, _ in visit.asked) for trail in self.trying]
        return {
            skill: [sum(times for question, times in one.items() if question in about) for one in counted]
            for skill, about in self.practicing.items()
        }

    def ever_known(self, skill: int, trail: Trail) -> bool:
        """We believed it known at the end, or when a visit to a module that teaches it ended."""
        if skill in trail.known or not self.practicing[skill]:
            return skill in trail.known
        modules = {module.id for module in self.syllabus.taught_in[skill]}
        return any(visit.module in modules and visit.ended == Ending.KNOWN for visit in trail.visits)

    def strong(self, skill: int) -> list[Trail]:
        """The strong learners who came to the skill with all it builds on."""
        first = [way for module in self.syllabus.taught_in[skill] for way in self.ways[module.id]]
        return [way.trail for way in first if way.trail.character == Character.STRONG and way.is_ready]

    def one_kind(self, module: ModuleEntry) -> tuple[int, int]:
        """Return how many ways to a module that became known met one kind of question only, and how many there were."""
        kind = {question.id: question.kind for question in module.questions}
        known = [way for way in self.ways[module.id] if way.is_known and len(way.asked) >= ENTRY]
        return sum(len({kind[question] for question in way.asked}) == 1 for way in known), len(known)


def entry(ways: Iterable[Way]) -> float | None:
    """The mean chance to solve the first questions of a first visit by knowing; None where there are none."""
    chances = [chance for way in ways for chance in way.visits[0].solving[:ENTRY]]
    return fmean(chances) if chances else None


def share(truths: Sequence[bool]) -> float | None:
    return sum(truths) / len(truths) if truths else None


def middle(numbers: Sequence[float]) -> float | None:
    return float(median(numbers)) if numbers else None
