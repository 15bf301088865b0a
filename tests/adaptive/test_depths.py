"""How long the longest chain of prerequisites before each skill is."""

from __future__ import annotations

import time

from adaptive.syllabus import read_syllabus
from courses.models import Course, Skill

SKILLS = 40


def depths_of(course: Course) -> list[int]:
    entries = read_syllabus(course).skills
    return [entries[skill.pk].depth for skill in Skill.objects.filter(course=course).order_by("position", "pk")]


def chain(course: Course, *needs: list[int]) -> list[Skill]:
    """Make skills, each of which builds on those at these places."""
    skills = [Skill.objects.create(course=course, slug=f"s{n}", title=f"S{n}", position=n) for n, _ in enumerate(needs)]
    for skill, places in zip(skills, needs, strict=True):
        skill.prerequisites.set([skills[place] for place in places])
        skill.save()
    return skills


def test_it_is_the_longest_of_all_ways_that_counts(course: Course) -> None:
    Skill.objects.filter(course=course).delete()
    chain(course, [], [0], [0, 1], [1], [2, 3], [])

    assert depths_of(course) == [0, 1, 2, 2, 3, 0]


def test_where_everything_builds_on_all_before_it_that_is_found_at_once(course: Course) -> None:
    Skill.objects.filter(course=course).delete()
    chain(course, *(list(range(n)) for n in range(SKILLS)))

    began = time.perf_counter()
    depths = depths_of(course)

    assert depths == list(range(SKILLS))
    assert time.perf_counter() - began < 5.0  # counting every way would take years


def test_a_circle_that_was_written_all_the_same_ends(course: Course) -> None:
    Skill.objects.filter(course=course).delete()
    chain(course, [], [0, 3], [1], [2], [3])

    depths = depths_of(course)

    assert depths[0] == 0
    assert depths[4] == depths[3] + 1
    assert max(depths) < len(depths)
