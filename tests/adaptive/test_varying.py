"""Nobody is fed the same all the time: quotas bound what is drawn, unless somebody asked for it."""

from dataclasses import replace

import pytest

from adaptive.adapting import Standing, standing_of
from adaptive.alternatives import comparison_of
from adaptive.models import LearnerState, Recommendation
from adaptive.progress import KINDS_KEPT, STEPS_KEPT, Progress, Wish
from adaptive.recommending import offer_step, recommend_next
from adaptive.replaying import Verdict, replay
from adaptive.serving import live_tutor
from adaptive.stepping import Request, open_step, override
from adaptive.varying import of_several_kinds
from courses.models import Enrollment, Module, User, Variant
from tests.adaptive.acting import finish_a_module
from tests.adaptive.conftest import again
from tests.factories import make_course, make_history, make_module, make_skill


@pytest.fixture
def wide(ada: User) -> Enrollment:
    """A course whose eight modules are all open from the start."""
    course = make_course(modules=0, slug="wide")
    for place in range(8):
        make_module(course, make_skill(course, f"skill-{place}", place), place, questions=4)
    return again(Enrollment.objects.create(learner=ada, course=course))


def standing(enrollment: Enrollment) -> Standing:
    return standing_of(again(enrollment), live_tutor(enrollment.course_id))


def after(enrollment: Enrollment, steps: list[tuple[int, str]]) -> Standing:
    """A learner who began these steps lately."""
    now = standing(enrollment)
    now.progress.steps = steps
    return now


def modality_of(step: Recommendation) -> str:
    return str(step.variant.modality) if step.variant else ""


def test_a_modality_that_had_its_share_is_not_drawn(wide: Enrollment) -> None:
    now = standing(wide)
    favorite = modality_of(max((offer_step(now) for _ in range(12)), key=lambda step: step.propensity))
    everywhere = [(module, favorite) for module in now.syllabus.modules]

    sated = [offer_step(after(wide, (everywhere * 2)[:12])) for _ in range(12)]

    variants = {v.id: v.modality for m in now.syllabus.modules.values() for v in m.variants}
    for step in sated:
        assert modality_of(step) != favorite
        for offer in step.candidates:
            assert offer.get("kept_back", False) == (variants[offer["variant"]] == favorite)
            assert not (offer.get("kept_back") and offer["propensity"])
        comparison = comparison_of(step)
        assert comparison is None or comparison.other is None or comparison.other["propensity"] > 0.0


def test_questions_alone_have_a_share_like_any_other_way(wide: Enrollment) -> None:
    """Half of the modules have no lesson, as reviews have none."""
    alone = [1, 2, 3, 4]
    Variant.objects.filter(module__slug__in=[f"module-{number}" for number in alone]).delete()
    for slug in alone:
        Module.objects.get(slug=f"module-{slug}").save()
    modules = list(standing(wide).syllabus.modules.values())
    bare = {one.id for one in modules if not one.variants}

    below, full = (after(wide, [(one.id, "") for one in modules * 2][:count]) for count in (11, 12))
    few, many = ([offer_step(now) for _ in range(6)] for now in (below, full))

    assert len(bare) == len(alone)
    assert any(offer["propensity"] for step in few for offer in step.candidates if offer["module"] in bare)
    for step in many:
        assert step.variant_id
        assert {offer["module"] for offer in step.candidates if offer.get("kept_back")} == bare


def test_what_the_learner_asks_for_goes_before_the_guard(wide: Enrollment) -> None:
    step = open_step(again(wide))
    override(again(wide), Request(Wish.THIS_ONE, step.module))
    chosen = [modality_of(recommend_next(again(wide)))] * STEPS_KEPT
    now = after(wide, [(step.module_id, modality) for modality in chosen])

    offered = offer_step(now)

    assert offered.module_id == step.module_id
    assert all(offer["propensity"] > 0.0 for offer in offered.candidates)


def test_a_skill_that_had_half_of_the_latest_steps_gives_way(wide: Enrollment) -> None:
    now = standing(wide)
    first, second = list(now.syllabus.modules)[:2]

    offered = offer_step(after(wide, [(first, "text")] * 10 + [(second, "video")] * 2))

    assert {offer["module"] for offer in offered.candidates if offer.get("kept_back")} == {first}
    assert all(offer["propensity"] == 0.0 for offer in offered.candidates if offer["module"] == first)


def test_the_latest_steps_and_kinds_are_a_fold_of_the_log(wide: Enrollment) -> None:
    finish_a_module(wide)
    make_history(again(wide), 40)
    now = standing(wide)

    answers = list(again(wide).interactions.answers().order_by("sequence"))
    assert now.progress.kinds == [answer.question_version.kind for answer in answers][-KINDS_KEPT:]
    opened = again(wide).interactions.filter(kind="opened").order_by("sequence")
    assert [module for module, _ in now.progress.steps] == [event.module_id for event in opened][-STEPS_KEPT:]
    assert Progress.from_json(now.progress.as_json()) == now.progress


def test_a_state_that_an_earlier_version_kept_is_folded_again(wide: Enrollment) -> None:
    finish_a_module(wide)
    whole = standing(wide).progress
    state = LearnerState.objects.get(enrollment=wide)
    del state.progress["steps"], state.progress["kinds"]
    state.save()

    assert standing(wide).progress == whole
    assert LearnerState.objects.get(enrollment=wide).progress["kinds"] == whole.kinds


def test_a_guarded_step_is_made_again_from_the_log(wide: Enrollment) -> None:
    for _ in range(3):
        finish_a_module(wide)
    step = recommend_next(again(wide))

    assert replay(step).verdict == Verdict.SAME


def test_types_of_questions_stay_mixed_once_a_module_is_known(wide: Enrollment) -> None:
    now = standing(wide)
    module = next(iter(now.syllabus.modules.values()))
    numeric, choice = (replace(module.questions[n], kind=kind) for n, kind in enumerate(("numeric", "choice")))
    now.progress.kinds = ["numeric"] * KINDS_KEPT

    before = of_several_kinds(now, [numeric, choice])
    now.progress.module(module.id).done = True

    assert before == [numeric, choice]
    assert of_several_kinds(now, [numeric, choice]) == [choice]
    assert of_several_kinds(now, [numeric]) == [numeric]
