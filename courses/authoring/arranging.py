"""Modules and skills change places."""

from typing import TypeVar

from django.db import transaction

from courses.models import Course, Module, Skill

Placed = TypeVar("Placed", Module, Skill)


@transaction.atomic
def move(thing: Placed, steps: int) -> int:
    """Move it by so many places among its course's modules or skills, and return its new place, from 1.

    What is at an end stays there. Positions become 1, 2, 3, ...; drafts keep no place of their own.
    """
    Course.objects.select_for_update().get(pk=thing.course_id)
    siblings = list(type(thing).objects.filter(course=thing.course_id).order_by("position", "pk"))
    before = siblings.index(thing)
    after = max(0, min(len(siblings) - 1, before + steps))
    siblings.insert(after, siblings.pop(before))
    for place, sibling in enumerate(siblings, 1):
        if sibling.position != place:
            type(thing).objects.filter(pk=sibling.pk).update(position=place)
    if before != after:
        thing.course.start_new_edition()
    return after + 1
