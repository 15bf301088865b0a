"""Prerequisites that can never be met, told from the course alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from adaptive.syllabus import ModuleEntry, Syllabus
from courses.authoring.circles import circles_in


@dataclass(frozen=True)
class Circle:
    """Skills that block each other, and the way around in titles: of skills, or of the modules that teach them."""

    skills: tuple[int, ...]
    way: str


def circles(syllabus: Syllabus) -> Iterator[Circle]:
    """Return circles among skills; and among modules, where two teach what the other builds on."""
    among_skills = circles_in({skill.id: skill.requires for skill in syllabus.skills.values()})
    for way in among_skills:
        yield Circle(tuple(way[:-1]), _titles([syllabus.skills[skill].title for skill in way]))
    told = {skill for way in among_skills for skill in way}
    for way in circles_in(_builds_on(syllabus)):
        modules = [syllabus.modules[module] for module in way]
        skills = tuple(sorted({skill for module in modules for skill in module.skills}))
        if not told & set(skills):
            yield Circle(skills, _titles([module.title for module in modules]))


def openable(syllabus: Syllabus) -> set[int]:
    """Return the modules that can open: each skill that they need is taught in one that can."""
    opened: set[int] = set()
    while more := {module.id for module in syllabus.modules.values() if _opens(module, opened, syllabus)} - opened:
        opened |= more
    return opened


def _opens(module: ModuleEntry, opened: set[int], syllabus: Syllabus) -> bool:
    return all(any(teaching.id in opened for teaching in syllabus.taught_in[skill]) for skill in module.requires)


def _builds_on(syllabus: Syllabus) -> dict[int, list[int]]:
    """For each module that can never open, the others of them that teach what it needs."""
    blocked = syllabus.modules.keys() - openable(syllabus)
    return {
        module: [
            teaching.id
            for skill in syllabus.modules[module].requires
            for teaching in syllabus.taught_in[skill]
            if teaching.id in blocked
        ]
        for module in sorted(blocked)
    }


def _titles(titles: list[str]) -> str:
    return " → ".join(titles)
