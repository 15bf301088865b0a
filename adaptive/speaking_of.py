"""What rules, trainers or choices speak of, and so cannot be deleted: the log of them would not be read any more."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from adaptive.directives import Directive
from adaptive.models import Recommendation
from adaptive.rules import Rule
from courses.authoring.releasing import Held, Why, met
from courses.models import Module, Skill, Variant

SPOKEN_OF = Why(
    gettext_lazy("This stays, because rules or trainers speak of it"),
    gettext_lazy(
        "The log of what they did names it, for those that were removed, too. Unpublish it instead: nobody is offered "
        "it any more, and nothing is lost."
    ),
)


def spoken_of(things: Iterable[Any]) -> list[Held]:
    """Return those things that a rule or a trainer's directive is about, removed or not."""
    found = [(thing, *_counts(thing)) for thing in things if isinstance(thing, Module | Skill)]
    return [Held(thing, _words(rules, directives)) for thing, rules, directives in found if rules or directives]


def offered(things: Iterable[Any]) -> list[Held]:
    """Return those things that somebody was offered, begun or not: the choice would not be made again without them."""
    return [Held(thing, met(0)) for thing in things if isinstance(thing, Module | Variant) and _was_offered(thing)]


def _was_offered(thing: Module | Variant) -> bool:
    where = Q(module=thing) if isinstance(thing, Module) else Q(variant=thing)
    return Recommendation.objects.filter(where).exists()


def _counts(thing: Module | Skill) -> tuple[int, int]:
    """Return how many rules speak of it, and how often trainers did."""
    if isinstance(thing, Skill):
        rules, directives = Q(conditions__skill=thing), Q(skill=thing)
    else:
        rules, directives = Q(conditions__module=thing) | Q(target=thing), Q(module=thing)
    by_hand = Directive.objects.filter(directives, rule=None)
    return Rule.objects.filter(rules).distinct().count(), by_hand.count()


def _words(rules: int, directives: int) -> str:
    of_rules = ngettext("%d rule speaks of it.", "%d rules speak of it.", rules) % rules
    of_trainers = ngettext("Trainers spoke of it once.", "Trainers spoke of it %(count)d times.", directives)
    said = ((rules, of_rules), (directives, of_trainers % {"count": directives}))
    return _(" ").join(words for count, words in said if count)
