"""Learners who ask for anything at any time get what they asked for, or else what they are ready for."""

import random

import pytest

from adaptive.adapting import Standing, read_standing
from adaptive.flying.flights import Flight
from adaptive.progress import Wish
from adaptive.serving import live_tutor
from adaptive.syllabus import ModuleEntry
from courses.enrolling import enroll
from courses.models import Enrollment, Interaction, InteractionKind, Modality, Module, User, Variant
from mlcore.refusals import BANNED_FOR, Reason
from tests.adaptive.conftest import again
from tests.adaptive.steered import module
from tests.adaptive.test_refusing import Way, way
from tests.factories import make_course, make_module, make_skill

SAID = (*Reason.OTHERWISE, Reason.LATER, Reason.INTEREST)


@pytest.fixture
def chain(db: None) -> Enrollment:
    """Five modules in a row and one beside them, with one to four variants."""
    course = make_course(modules=5, questions=5)
    aside = make_module(course, make_skill(course, "aside", 9), 9, questions=3)
    Variant.objects.filter(module=module(course, 2)).exclude(modality=Modality.WORKED_EXAMPLE).delete()
    Variant.objects.create(module=module(course, 3), modality=Modality.PROJECT, difficulty=1, body="Build **this**.")
    Variant.objects.filter(module=aside, modality=Modality.TEXT, difficulty=4).update(difficulty=3)
    Variant.objects.filter(modality=Modality.WORKED_EXAMPLE).update(minutes=4)
    Module.objects.get(pk=aside.pk).save()
    return again(enroll(User.objects.create(email="random@example.org"), course))


def test_no_wish_leads_past_what_is_not_known_or_back_to_what_was_refused(chain: Enrollment) -> None:
    """Random learners ask for anything at any time. What is open is worked out here, from what is believed and done."""
    rng, wishes, given_back = random.Random(3), 0, 0

    for _ in range(30):
        blank = read_standing(chain, live_tutor(chain.course_id))
        flight, chosen = Flight(blank, random.Random(rng.random())), set[int]()
        for _ in range(40):
            if flight.standing.is_complete:
                break
            ready, offers = ready_in(flight.standing), len(flight.offers)
            flight.begin_step()
            if len(flight.offers) > offers:
                assert_sound(flight, ready, chosen)
            given_back += "given_back" in flight.step.reasons[0]["rule"]
            if rng.random() < 0.6:
                ask_for_something(flight, rng, chosen)
                wishes += 1
            else:
                answer_some(flight, rng)

    assert wishes > 500
    assert given_back > 25


def ready_in(standing: Standing) -> list[ModuleEntry]:
    """The modules to be done whose prerequisites are met."""
    to_do = [one for one in standing.syllabus.modules.values() if not standing.progress.module(one.id).done]
    return [one for one in to_do if is_ready(standing, one)]


def assert_sound(flight: Flight, ready: list[ModuleEntry], chosen: set[int]) -> None:
    standing, wish, offered = flight.standing, flight.standing.progress.wish, way(flight.step)
    modules = standing.syllabus.modules
    is_own_choice = offered[0] in chosen and wish.get("module") == offered[0]
    is_review = standing.progress.module(offered[0]).done
    assert modules[offered[0]] in ready or is_review or is_own_choice or not ready
    if wish.get("wish") not in Wish.REFUSING:
        return
    refused = wish["module"], wish["variant"]
    others = [other for one in ready for other in ways_of(one) if other != refused]
    assert offered != refused or not others
    if offered[0] == refused[0] and wish["reason"]:
        assert_otherwise(flight, ready)
    elif wish["wish"] == Wish.NOT_THIS_ONE:
        unrefused = [one for one in ready if not was_banned(standing, one)]
        assert offered[0] != refused[0] or not unrefused
    if wish["wish"] == Wish.TOO_HARD and offered[0] == refused[0]:
        then, now = (modules[offered[0]].variant(pk) for pk in (refused[1], offered[1]))
        assert not (then and now) or now.difficulty <= then.difficulty


def assert_otherwise(flight: Flight, ready: list[ModuleEntry]) -> None:
    """The same module is offered as the reason for refusing it lets it, unless everything that is ready was refused."""
    standing, wish = flight.standing, flight.standing.progress.wish
    then, now = (flight.module.variant(pk) for pk in (wish["variant"], flight.step.variant_id))
    is_so = {
        Reason.KNOWN: now is None,
        Reason.WAY: bool(then and now and then.modality != now.modality),
        Reason.LONG: bool(then and now and then.minutes > now.minutes),
    }
    assert is_so.get(wish["reason"]) or all(was_banned(standing, one) for one in ready)


def is_ready(standing: Standing, entry: ModuleEntry) -> bool:
    """What it builds on is held, or was tried: every module that teaches it is done."""
    every = standing.syllabus.modules.values()
    taught_in = {skill: [module for module in every if skill in module.skills] for skill in entry.requires}
    return all(
        standing.is_held(skill) or all(standing.progress.module(one.id).done for one in modules)
        for skill, modules in taught_in.items()
    )


def was_banned(standing: Standing, entry: ModuleEntry) -> bool:
    """Any way of it was refused lately."""
    at = [one.at for one in standing.progress.refused if one.module == entry.id]
    return bool(at) and max(at) + BANNED_FOR > standing.state.seen_up_to - 1


def ways_of(entry: ModuleEntry) -> list[Way]:
    alone: list[Way] = [(entry.id, None)] if entry.questions else []
    return [(entry.id, variant.id) for variant in entry.variants] + alone


def ask_for_something(flight: Flight, rng: random.Random, chosen: set[int]) -> None:
    wish = rng.choice((*Wish.REFUSING, Wish.NOT_THIS_ONE, Wish.THIS_ONE))
    if wish != Wish.THIS_ONE:
        flight.wish(wish, rng.choice(("", *SAID)) if wish == Wish.NOT_THIS_ONE else "")
        return
    entry = rng.choice(list(flight.standing.syllabus.modules.values()))
    chosen.add(entry.id)
    flight.standing.take_in(
        [
            Interaction(
                sequence=flight.standing.state.seen_up_to + 1,
                kind=InteractionKind.OVERRODE,
                at=flight.at,
                module_id=entry.id,
                response={"wish": wish, "difficulty": None},
            )
        ]
    )


def answer_some(flight: Flight, rng: random.Random) -> None:
    """Answer a few of its questions; sometimes until the visit ends."""
    flight.ask()
    for _ in range(rng.randint(1, 8)):
        flight.wait(30.0)
        if flight.shown is None or flight.answer(float(rng.random() < 0.6)):
            break
    flight.shown = None
