"""Whatever a learner refuses, what comes next is open to them, is something else, and says truly why it comes."""

import random
from itertools import pairwise

import pytest

from adaptive.adapting import Standing, read_standing
from adaptive.explaining import sentence
from adaptive.flying.flights import Flight
from adaptive.models import Aim, Recommendation
from adaptive.progress import BANNED_FOR, Wish
from adaptive.reason_words import RULES
from adaptive.recommending import recommend_next
from adaptive.serving import live_tutor
from adaptive.stepping import Request, open_step, override
from adaptive.syllabus import ModuleEntry
from courses.enrolling import enroll
from courses.models import Enrollment, Interaction, InteractionKind, Modality, Module, User, Variant
from tests.adaptive.acting import finish_a_module, learn
from tests.adaptive.conftest import again
from tests.adaptive.steered import module
from tests.factories import make_course, make_module, make_skill

Way = tuple[int, int | None]  # a module, and a variant if any


def asked(enrollment: Enrollment, *wishes: str) -> list[Recommendation]:
    """Open the step on offer and ask for these, one after another; return what came of each."""
    steps = []
    for wish in wishes:
        open_step(again(enrollment))
        steps.append(override(again(enrollment), Request(wish)))
    return steps


def on_offer(enrollment: Enrollment, modality: str, difficulty: int) -> Recommendation:
    """Put this variant of the module on offer, as if it had been drawn."""
    step = recommend_next(again(enrollment))
    variant = step.module.variants.get(modality=modality, difficulty=difficulty)
    Recommendation.objects.filter(pk=step.pk).update(variant=variant)
    return open_step(again(enrollment))


def way(step: Recommendation) -> Way:
    return step.module_id, step.variant_id


def level(step: Recommendation) -> int | None:
    return step.variant.difficulty if step.variant else None


def test_too_hard_without_an_easier_lesson_brings_one_that_is_no_harder_and_then_easier_questions(
    enrollment: Enrollment,
) -> None:
    first = on_offer(enrollment, Modality.TEXT, 2)

    [other, questions] = asked(enrollment, Wish.TOO_HARD, Wish.TOO_HARD)

    assert {other.module, questions.module} == {first.module}
    assert other.variant
    assert (other.variant.modality, other.variant.difficulty) == (Modality.WORKED_EXAMPLE, 2)
    assert sentence(other) == RULES["too-hard-way"]
    assert (questions.variant, sentence(questions)) == (None, RULES["too-hard-questions"])


def test_the_questions_of_what_was_too_hard_are_its_easiest(ada: User) -> None:
    course = make_course(modules=1, questions=12)
    module(course, 1).questions.filter(difficulty=1).delete()
    enrollment = again(enroll(ada, course))
    on_offer(enrollment, Modality.TEXT, 2)
    asked(enrollment, Wish.TOO_HARD, Wish.TOO_HARD)

    outcomes = learn(enrollment, lambda n: True, answers=3)

    assert [one.answer.question_version.content["difficulty"] for one in outcomes] == [2, 2, 2]


def test_too_hard_leads_back_to_what_a_module_builds_on(enrollment: Enrollment) -> None:
    finish_a_module(enrollment)
    second = on_offer(enrollment, Modality.TEXT, 2)

    *_, before = asked(enrollment, Wish.TOO_HARD, Wish.TOO_HARD, Wish.TOO_HARD)

    assert (second.module.slug, before.module.slug, before.purpose) == ("module-2", "module-1", Aim.REVIEW)
    assert sentence(before) == RULES["too-hard-before"]


def test_too_easy_without_a_harder_lesson_asks_the_harder_questions(enrollment: Enrollment) -> None:
    on_offer(enrollment, Modality.TEXT, 4)

    [step] = asked(enrollment, Wish.TOO_EASY)
    outcomes = learn(again(enrollment), lambda n: True, answers=1)

    assert (step.module.slug, step.variant, sentence(step)) == ("module-1", None, RULES["too-easy-questions"])
    assert outcomes[0].answer.question_version.content["difficulty"] == 5


def test_what_was_too_easy_may_be_right_after_what_was_too_hard(enrollment: Enrollment) -> None:
    Variant.objects.filter(modality=Modality.WORKED_EXAMPLE).delete()
    easy = on_offer(enrollment, Modality.TEXT, 2)

    [harder, back] = asked(enrollment, Wish.TOO_EASY, Wish.TOO_HARD)

    assert level(harder) == 4
    assert way(back) == way(easy)
    assert sentence(back) == RULES[Wish.TOO_HARD]


def test_what_was_too_hard_stays_out_while_there_is_another_way(wide: Enrollment) -> None:
    refused = on_offer(wide, Modality.TEXT, 4)
    asked(wide, Wish.TOO_HARD)

    while refused.module_id not in Enrollment.objects.get(pk=wide.pk).interactions.filter(
        kind=InteractionKind.FINISHED
    ).values_list("module", flat=True):
        learn(wide, lambda n: True, answers=1)

    later = wide.recommendations.filter(made_at__gt=refused.made_at)
    assert (refused.module_id, refused.variant_id) not in [
        (offer["module"], offer["variant"]) for step in later for offer in step.candidates
    ]


def test_in_a_chain_refusing_brings_the_same_module_another_way_and_never_what_is_closed(
    enrollment: Enrollment,
) -> None:
    steps = [recommend_next(again(enrollment)), *asked(enrollment, *[Wish.NOT_THIS_ONE] * 6)]

    assert {step.module.slug for step in steps} == {"module-1"}
    assert all(way(one) != way(other) for one, other in pairwise(steps))
    assert len({way(step) for step in steps[:4]}) == 4
    assert [way(step) for step in steps[4:]] == [way(step) for step in steps[:3]]
    assert sentence(steps[1]) == RULES["given_back_otherwise"]
    assert sentence(steps[4]) == RULES["given_back"]


def test_of_several_open_modules_the_one_refused_longest_ago_comes_back(ada: User) -> None:
    course = make_course(modules=0)
    for place in range(2):
        make_module(course, make_skill(course, f"skill-{place}", place), place)
    enrollment = again(enroll(ada, course))
    first = recommend_next(enrollment)

    [second, third, fourth] = asked(enrollment, *[Wish.NOT_THIS_ONE] * 3)

    assert second.module != first.module
    assert (third.module, fourth.module) == (first.module, second.module)
    assert way(third) != way(first)
    assert "not sure yet" not in sentence(third) + sentence(fourth)


def test_the_only_thing_there_is_comes_back_and_says_so(ada: User) -> None:
    course = make_course(modules=1, questions=0)
    Variant.objects.exclude(modality=Modality.WORKED_EXAMPLE).delete()
    enrollment = again(enroll(ada, course))

    [step] = asked(enrollment, Wish.NOT_THIS_ONE)

    assert step.module.slug == "module-1"
    assert sentence(step) == RULES["given_back_alone"]


def test_choosing_a_module_oneself_takes_its_refusal_back(wide: Enrollment) -> None:
    refused = open_step(wide).module
    asked(wide, Wish.NOT_THIS_ONE)

    chosen = override(again(wide), Request(Wish.THIS_ONE, refused))

    assert (chosen.module, sentence(chosen)) == (refused, RULES[Wish.THIS_ONE])


def test_what_was_chosen_before_its_time_and_failed_waits_for_what_it_builds_on(enrollment: Enrollment) -> None:
    last = module(enrollment.course, 4)
    override(again(enrollment), Request(Wish.THIS_ONE, last))

    outcomes = learn(enrollment, lambda n: False, answers=4)

    assert outcomes[-1].finished == "again"
    assert outcomes[-1].next_step
    assert outcomes[-1].next_step.module.slug == "module-1"


@pytest.fixture
def chain(db: None) -> Enrollment:
    """Five modules in a row and one beside them, with one to four variants."""
    course = make_course(modules=5, questions=5)
    aside = make_module(course, make_skill(course, "aside", 9), 9, questions=3)
    Variant.objects.filter(module=module(course, 2)).exclude(modality=Modality.WORKED_EXAMPLE).delete()
    Variant.objects.create(module=module(course, 3), modality=Modality.PROJECT, difficulty=1, body="Build **this**.")
    Variant.objects.filter(module=aside, modality=Modality.TEXT, difficulty=4).update(difficulty=3)
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
    if wish["wish"] == Wish.NOT_THIS_ONE:
        unrefused = [one for one in ready if not was_banned(standing, one)]
        assert offered[0] != refused[0] or not unrefused
    if wish["wish"] == Wish.TOO_HARD and offered[0] == refused[0]:
        then, now = (modules[offered[0]].variant(pk) for pk in (refused[1], offered[1]))
        assert not (then and now) or now.difficulty <= then.difficulty


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
        flight.wish(wish)
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
