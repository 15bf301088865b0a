"""Prerequisites that lead back to where they began."""

from collections.abc import Iterable, Mapping

from courses.models import Skill

Builds = Mapping[int, Iterable[int]]


def circle_through(skill: Skill, prerequisites: Iterable[Skill]) -> list[Skill]:
    """Return the circle that these prerequisites of a skill would close, from the skill back to itself."""
    skills = {one.pk: one for one in Skill.objects.filter(course=skill.course_id).prefetch_related("prerequisites")}
    builds_on = {pk: [before.pk for before in one.prerequisites.all()] for pk, one in skills.items()}
    builds_on[skill.pk] = [before.pk for before in prerequisites]
    way = shortest_way(builds_on, skill.pk)
    return [skills[pk] for pk in way if pk in skills]


def shortest_way(builds_on: Builds, start: int) -> list[int]:
    """Return the shortest way from a skill over prerequisites back to it; empty where there is none."""
    ways, seen = [[start]], set()
    while ways:
        way = ways.pop(0)
        for before in builds_on.get(way[-1], ()):
            if before == start:
                return [*way, start]
            if before not in seen:
                seen.add(before)
                ways.append([*way, before])
    return []


def circles_in(builds_on: Builds) -> list[list[int]]:
    """Return one circle for each group of skills that block each other."""
    found: list[list[int]] = []
    for start in builds_on:
        way = shortest_way(builds_on, start)
        if way and not any(set(way) & set(circle) for circle in found):
            found.append(way)
    return found
