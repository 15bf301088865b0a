"""What is offered next: admissible, with a known likelihood, for a reason that is true."""

from typing import Any

import numpy as np
import pytest

from adaptive.adapting import Standing, standing_of
from adaptive.explaining import chosen_offer, sentence
from adaptive.guarding import NothingToLearn, is_open
from adaptive.models import Aim, Recommendation
from adaptive.progress import Wish
from adaptive.recommending import offer_step, recommend_next
from adaptive.serving import live_tutor
from adaptive.stepping import Request, open_step, override
from courses.enrolling import enroll
from courses.models import Course, Enrollment, Module, User, Variant
from mlcore.effects.credit import ArmProgress
from tests.adaptive.acting import finish_a_module
from tests.adaptive.conftest import again
from tests.factories import make_course, make_history, make_module, make_skill


def standing(enrollment: Enrollment) -> Standing:
    return standing_of(again(enrollment), live_tutor(enrollment.course_id))


@pytest.fixture
def wide(ada: User) -> Enrollment:
    """A course whose eight modules are all open from the start."""
    course = make_course(modules=0, slug="wide")
    for place in range(8):
        make_module(course, make_skill(course, f"skill-{place}", place), place, questions=4)
    return again(Enrollment.objects.create(learner=ada, course=course))


def test_asking_again_returns_the_same_step(enrollment: Enrollment) -> None:
    first = recommend_next(again(enrollment))
    second = recommend_next(again(enrollment))

    assert first == second
    assert Recommendation.objects.count() == 1


def test_opening_the_step_keeps_it_on_offer(enrollment: Enrollment) -> None:
    opened = open_step(again(enrollment))

    assert recommend_next(again(enrollment)) == opened
    assert open_step(again(enrollment)) == opened
    assert enrollment.interactions.count() == 1


def test_whatever_may_be_drawn_has_a_chance_of_the_floor_and_all_chances_are_kept(wide: Enrollment) -> None:
    step = recommend_next(wide)

    assert len(step.candidates) == 24
    chances = [offer["propensity"] for offer in step.candidates]
    assert sum(chances) == pytest.approx(1.0, abs=1e-6)
    assert sum(chance >= 0.02 for chance in chances) == 12
    assert sum(chance == 0.0 for chance in chances) == 12


def test_the_stored_seed_makes_the_same_choice_again(wide: Enrollment) -> None:
    step = recommend_next(wide)

    chances = np.cumsum([offer["propensity"] for offer in step.candidates])
    drawn = step.candidates[int(np.searchsorted(chances, np.random.default_rng(step.seed).random()))]

    assert (drawn["module"], drawn["variant"]) == (step.module_id, step.variant_id)


def test_only_modules_whose_prerequisites_are_met_are_offered(enrollment: Enrollment) -> None:
    step = recommend_next(again(enrollment))

    assert {offer["module"] for offer in step.candidates} == {enrollment.course.modules.get(slug="module-1").pk}


def test_knowing_a_skill_opens_what_builds_on_it(enrollment: Enrollment) -> None:
    finish_a_module(enrollment)

    second = Module.objects.get(slug="module-2")
    assert recommend_next(again(enrollment)).module == second


def test_the_module_just_done_is_not_offered_again(wide: Enrollment) -> None:
    outcome = finish_a_module(wide)[-1]

    assert outcome.next_step
    assert outcome.next_step.module_id != outcome.answer.module_id


def test_a_course_without_modules_has_nothing_to_learn(ada: User) -> None:
    empty = Enrollment.objects.create(learner=ada, course=make_course(modules=0))

    with pytest.raises(NothingToLearn):
        recommend_next(again(empty))


def test_a_step_that_is_no_longer_published_is_replaced(wide: Enrollment) -> None:
    step = recommend_next(wide)
    module = step.module
    module.live = False
    module.save()

    assert recommend_next(again(wide)).module_id != module.pk


@pytest.mark.parametrize("attempt", range(3))
def test_not_this_one_is_respected_at_once_and_for_a_while(wide: Enrollment, attempt: int) -> None:
    refused = open_step(wide)

    other = override(again(wide), Request(Wish.NOT_THIS_ONE))

    assert other.module_id != refused.module_id
    assert refused.module_id not in {offer["module"] for offer in other.candidates}


def test_what_builds_on_unsure_skills_is_offered_as_gently_as_it_can_be(ada: User) -> None:
    """The skills of this course need each other, which authoring refuses: nothing is open."""
    course = make_course(modules=2)
    first, last = course.skills.order_by("position")
    first.prerequisites.set([last])
    first.save()

    step = recommend_next(again(enroll(ada, course)))

    assert step.reasons == [{"rule": "locked"}]
    assert {offer["variant"] for offer in step.candidates} <= set(
        Variant.objects.filter(difficulty=2).values_list("pk", flat=True)
    )


def test_another_way_is_the_same_module_in_another_modality(wide: Enrollment) -> None:
    refused = open_step(wide)
    assert refused.variant

    other = override(again(wide), Request(Wish.ANOTHER_WAY))

    assert other.variant
    assert other.module_id == refused.module_id
    assert other.variant.modality != refused.variant.modality
    assert "another way" in sentence(other)


def test_asking_for_harder_or_easier_also_counts_for_what_comes_later(wide: Enrollment) -> None:
    open_step(wide)

    override(again(wide), Request(Wish.TOO_EASY))
    faster = standing(wide).progress.pace
    override(again(wide), Request(Wish.TOO_HARD))

    assert faster > standing(wide).progress.pace


def test_too_easy_offers_the_harder_variant(wide: Enrollment) -> None:
    step = _open_at(wide, difficulty=2)

    harder = override(again(wide), Request(Wish.TOO_EASY))

    assert harder.variant
    assert (harder.module_id, harder.variant.difficulty) == (step.module_id, 4)


def test_too_hard_offers_an_easier_variant(wide: Enrollment) -> None:
    step = _open_at(wide, difficulty=4)

    easier = override(again(wide), Request(Wish.TOO_HARD))

    assert easier.variant
    assert (easier.module_id, easier.variant.difficulty) == (step.module_id, 2)


def test_a_learner_may_open_any_module(enrollment: Enrollment) -> None:
    last = Module.objects.get(slug="module-4")

    assert override(again(enrollment), Request(Wish.THIS_ONE, last)).module == last


def test_asking_for_a_review_offers_questions_without_a_text(enrollment: Enrollment) -> None:
    finish_a_module(enrollment)
    done = Module.objects.get(slug="module-1")

    review = override(again(enrollment), Request(Wish.REVIEW, done))

    assert (review.module, review.variant, review.purpose) == (done, None, Aim.REVIEW)


def test_a_step_says_what_decided_or_else_what_speaks_for_it(wide: Enrollment) -> None:
    make_history(wide, 10)
    steps = [offer_step(standing(wide)) for _ in range(40)]

    because = [step for step in steps if "term" in step.reasons[0]]
    by_chance = [step for step in steps if step.reasons[0].get("for")]

    assert because
    assert by_chance
    assert all(sentence(step).startswith("Because ") for step in because)
    assert all("What speaks for it: " in sentence(step) for step in by_chance)
    for step in by_chance:
        gains = step.reasons[0]["for"]
        rivals = [offer for offer in step.candidates if offer["module"] != step.module_id]
        chance = sum(rival["propensity"] for rival in rivals)
        for name, gain in gains.items():
            usual = sum(rival["terms"][name] * rival["propensity"] for rival in rivals) / chance
            assert chosen_offer(step)["terms"][name] - usual == pytest.approx(gain, abs=2e-4)


def test_a_made_up_modality_effect_moves_the_choice(wide: Enrollment) -> None:
    base = standing(wide)
    for modality in ("text", "worked-example"):
        base.progress.arms[modality] = _surprises(modality, better="worked-example")

    chosen = [offer_step(base) for _ in range(60)]

    worked = sum(step.variant.modality == "worked-example" for step in chosen if step.variant)
    assert worked > 60 / 3


def test_skills_without_published_modules_do_not_lock_anything(ada: User, course: Course) -> None:
    first = Module.objects.get(slug="module-1")
    first.live = False
    first.save()
    begun = standing(Enrollment.objects.create(learner=ada, course=course))

    assert is_open(begun, begun.syllabus.modules[Module.objects.get(slug="module-2").pk])


def _surprises(modality: str, better: str) -> Any:
    return ArmProgress(answers=60, weight=60.0, total=9.0 if modality == better else -9.0, squares=12.0)


def _open_at(enrollment: Enrollment, difficulty: int) -> Recommendation:
    """Open a step of this difficulty, as if it had been drawn."""
    step = recommend_next(again(enrollment))
    variant = step.module.variants.filter(difficulty=difficulty).first()
    Recommendation.objects.filter(pk=step.pk).update(variant=variant)
    return open_step(again(enrollment))
