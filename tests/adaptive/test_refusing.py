"""Whatever a learner refuses, what comes next is open to them, is something else, and says truly why it comes."""

from datetime import timedelta
from itertools import pairwise

from django.utils import timezone

from adaptive.adapting import caught_up, read_standing
from adaptive.explaining import sentence
from adaptive.models import Aim, Recommendation
from adaptive.progress import Wish
from adaptive.reason_words import RULES
from adaptive.recommending import recommend_next
from adaptive.serving import live_tutor
from adaptive.stepping import Request, open_step, override
from adaptive.ways import is_refused
from courses import clock
from courses.enrolling import enroll
from courses.models import Enrollment, InteractionKind, Modality, User, Variant
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


def test_before_what_was_refused_comes_back_what_is_due_is_reviewed(enrollment: Enrollment) -> None:
    finish_a_module(enrollment)
    with clock.set_to(timezone.now() + timedelta(days=60)):
        new = recommend_next(again(enrollment))

        [review] = asked(enrollment, Wish.NOT_THIS_ONE)
        [back] = asked(enrollment, Wish.NOT_THIS_ONE)

    assert (new.module.slug, review.module.slug, review.purpose) == ("module-2", "module-1", Aim.REVIEW)
    assert sentence(review) == RULES["meanwhile"]
    assert (back.module, sentence(back)) == (new.module, RULES["given_back_otherwise"])


def test_the_only_thing_there_is_comes_back_and_says_so(ada: User) -> None:
    course = make_course(modules=1, questions=0)
    Variant.objects.exclude(modality=Modality.WORKED_EXAMPLE).delete()
    enrollment = again(enroll(ada, course))

    [step] = asked(enrollment, Wish.NOT_THIS_ONE)

    assert step.module.slug == "module-1"
    assert sentence(step) == RULES["given_back_alone"]


def test_choosing_a_module_oneself_takes_its_refusal_back(wide: Enrollment) -> None:
    Variant.objects.exclude(modality=Modality.WORKED_EXAMPLE).delete()
    refused = open_step(again(wide)).module
    asked(wide, Wish.NOT_THIS_ONE)

    chosen = override(again(wide), Request(Wish.THIS_ONE, refused))
    later = override(again(wide), Request(Wish.REVIEW, wide.course.modules.exclude(pk=refused.pk).first()))
    now = read_standing(again(wide), live_tutor(wide.course_id))

    assert (chosen.module, sentence(chosen)) == (refused, RULES[Wish.THIS_ONE])
    assert later.module != refused
    assert not is_refused(caught_up(now), now.syllabus.modules[refused.pk])


def test_of_what_was_refused_the_harder_one_comes_back_after_too_easy(enrollment: Enrollment) -> None:
    """Though an easier one was refused longer ago."""
    first = on_offer(enrollment, Modality.TEXT, 2)
    first.module.questions.all().delete()
    first.module.save()
    asked(enrollment, Wish.NOT_THIS_ONE)
    harder = on_offer(enrollment, Modality.TEXT, 4)
    asked(enrollment, Wish.NOT_THIS_ONE)
    on_offer(enrollment, Modality.WORKED_EXAMPLE, 2)

    [step] = asked(enrollment, Wish.TOO_EASY)

    assert (step.module, step.variant) == (first.module, harder.variant)


def test_what_was_chosen_before_its_time_and_failed_waits_for_what_it_builds_on(enrollment: Enrollment) -> None:
    last = module(enrollment.course, 4)
    override(again(enrollment), Request(Wish.THIS_ONE, last))

    outcomes = learn(enrollment, lambda n: False, answers=4)

    assert outcomes[-1].finished == "again"
    assert outcomes[-1].next_step
    assert outcomes[-1].next_step.module.slug == "module-1"
