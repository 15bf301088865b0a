"""Why a learner does not want something decides what comes in its place, at once, and learners read that it did."""

import uuid

import pytest
from django.test import Client
from django.urls import reverse

from adaptive.adapting import Standing, standing_of
from adaptive.altering import alterations
from adaptive.counterfactuals import what_would_change
from adaptive.explaining import sentence
from adaptive.forms import REASONS
from adaptive.models import Recommendation
from adaptive.progress import Ending, Progress, Wish
from adaptive.reason_words import RULES
from adaptive.recommending import Inputs, decide_step, recommend_next
from adaptive.replaying import Verdict, replay, standing_then
from adaptive.serving import live_tutor
from adaptive.stepping import Request, open_step, override
from analytics.refusals import WHYS
from courses import clock
from courses.models import Enrollment, Modality, Module, User, Variant
from mlcore.refusals import BANNED_FOR, UNINTERESTING_FOR, Reason
from tests.adaptive.acting import learn
from tests.adaptive.conftest import again
from tests.adaptive.steered import BAN, asked
from tests.adaptive.test_refusing import on_offer


def because(enrollment: Enrollment, reason: str) -> Recommendation:
    """Open what is on offer, and put it aside for this reason; return what comes in its place."""
    open_step(again(enrollment))
    return override(again(enrollment), Request(Wish.NOT_THIS_ONE, reason=reason))


def standing(enrollment: Enrollment) -> Standing:
    return standing_of(again(enrollment), live_tutor(enrollment.course_id))


def later(now: Standing, entries: int) -> Standing:
    """The same learner, so many entries of the log later."""
    now.state.seen_up_to += entries
    now.progress.wish = {}
    return now


def may_be_drawn(now: Standing) -> set[int]:
    """The modules to draw from."""
    return {offer["module"] for offer in decide_step(now, Inputs(clock.now(), 1, {})).candidates}


def minutes(of: Module, modality: str, difficulty: int, minutes: int) -> None:
    Variant.objects.filter(module=of, modality=modality, difficulty=difficulty).update(minutes=minutes)
    Module.objects.get(pk=of.pk).save()


def test_who_knows_a_module_whose_questions_they_refused_gets_something_else(wide: Enrollment) -> None:
    first = open_step(again(wide))
    because(wide, Reason.KNOWN)
    because(wide, Reason.INTEREST)
    lesson = first.module.variants.first()
    now = standing(wide)
    now.progress.wish = {
        "wish": Wish.NOT_THIS_ONE,
        "module": first.module_id,
        "variant": lesson.pk,
        "reason": Reason.KNOWN,
    }

    assert first.module_id not in may_be_drawn(now)


def test_who_knows_it_already_is_asked_its_questions_and_has_it_behind_them(wide: Enrollment) -> None:
    refused = open_step(again(wide))

    check = because(wide, Reason.KNOWN)
    outcomes = []
    while not outcomes or not outcomes[-1].finished:
        outcomes += learn(again(wide), lambda n: True, answers=1)

    assert (check.module, check.variant) == (refused.module, None)
    assert sentence(check) == RULES["not-this-one-known"]
    assert outcomes[-1].finished == Ending.KNOWN
    assert {outcome.answer.variant_id for outcome in outcomes} == {None}
    assert refused.module_id not in may_be_drawn(standing(wide))


def test_who_turns_out_not_to_know_it_is_taught_it(wide: Enrollment) -> None:
    refused = open_step(again(wide))
    because(wide, Reason.KNOWN)

    outcomes = learn(again(wide), lambda n: False, answers=4)

    assert outcomes[-1].finished == Ending.AGAIN
    step = recommend_next(again(wide))
    assert step.module == refused.module
    assert step.variant not in (None, refused.variant)


def test_who_says_so_of_questions_alone_gets_something_else(wide: Enrollment) -> None:
    refused = open_step(again(wide))
    because(wide, Reason.KNOWN)

    step = because(wide, Reason.KNOWN)

    assert step.module != refused.module


def test_who_does_not_like_the_way_gets_the_same_in_another_one(wide: Enrollment) -> None:
    refused = on_offer(wide, Modality.TEXT, 2)

    step = because(wide, Reason.WAY)

    assert (step.module, step.variant.modality) == (refused.module, Modality.WORKED_EXAMPLE)
    assert sentence(step) == RULES["not-this-one-way"]


def test_where_there_is_no_other_way_it_is_put_aside(wide: Enrollment) -> None:
    Variant.objects.filter(modality=Modality.WORKED_EXAMPLE).delete()
    refused = on_offer(wide, Modality.TEXT, 2)

    step = because(wide, Reason.WAY)

    assert step.module != refused.module


def test_what_takes_too_long_comes_in_less_time(wide: Enrollment) -> None:
    refused = on_offer(wide, Modality.TEXT, 2)
    minutes(refused.module, Modality.WORKED_EXAMPLE, 2, 4)

    step = because(wide, Reason.LONG)

    assert (step.module, step.variant.minutes, refused.variant.minutes) == (refused.module, 4, 5)
    assert sentence(step) == RULES["not-this-one-long"]


def test_or_something_else_that_takes_less_time_or_else_anything(wide: Enrollment) -> None:
    refused = on_offer(wide, Modality.TEXT, 2)
    other = wide.course.modules.exclude(pk=refused.module_id).last()
    minutes(other, Modality.TEXT, 4, 2)

    step = because(wide, Reason.LONG)
    nothing = because(wide, Reason.LONG)

    assert (step.module, step.variant.minutes, sentence(step)) == (other, 2, RULES["shorter"])
    assert {offer["module"] for offer in step.candidates} == {other.pk}
    assert nothing.module not in (other, refused.module)
    assert sentence(nothing) != RULES["shorter"]


def test_what_was_wanted_later_comes_back_first_and_says_so(wide: Enrollment) -> None:
    refused = open_step(again(wide))
    because(wide, Reason.LATER)

    meanwhile = may_be_drawn(later(standing(wide), BANNED_FOR - 1))
    back = decide_step(later(standing(wide), BANNED_FOR), Inputs(clock.now(), 1, {}))

    assert refused.module_id not in meanwhile
    assert len(meanwhile) > 1
    assert (back.module, sentence(back)) == (refused.module, RULES["put_off"])
    assert may_be_drawn(later(standing(wide), BANNED_FOR)) == {refused.module_id}


def test_what_was_wanted_later_comes_after_a_while_of_learning_and_else_something_else_would(wide: Enrollment) -> None:
    title = open_step(again(wide)).module.title
    because(wide, Reason.LATER)
    learn(again(wide), lambda n: True, answers=BANNED_FOR)
    steps = wide.recommendations.select_related("enrollment__course__edition", "checkpoint").order_by("made_at")

    [reminder] = [step for step in steps if step.reasons[0].get("rule") == "put_off"]

    then, inputs = standing_then(reminder), Inputs.of(reminder)
    assert isinstance(then, Standing)
    otherwise = {one.words: one for one in alterations(then, inputs, then.syllabus.modules[reminder.module_id])}
    without = otherwise[f"If you had not wanted “{title}” later"]
    assert reminder.module.title == title
    assert replay(reminder).verdict == Verdict.SAME
    assert may_be_drawn(then) == {reminder.module_id} < may_be_drawn(without.standing)


def test_who_chose_it_after_all_is_not_reminded_of_it(wide: Enrollment) -> None:
    refused = open_step(again(wide))
    because(wide, Reason.LATER)
    override(again(wide), Request(Wish.THIS_ONE, refused.module))
    open_step(again(wide))
    override(again(wide), Request(Wish.THIS_ONE, wide.course.modules.exclude(pk=refused.module_id).first()))

    assert len(may_be_drawn(later(standing(wide), BANNED_FOR))) > 1


def test_what_is_of_no_interest_stays_away_four_times_as_long(wide: Enrollment) -> None:
    refused = open_step(again(wide))
    because(wide, Reason.INTEREST)

    assert UNINTERESTING_FOR == 4 * BANNED_FOR
    assert refused.module_id not in may_be_drawn(later(standing(wide), UNINTERESTING_FOR - 1))
    assert refused.module_id in may_be_drawn(later(standing(wide), UNINTERESTING_FOR))


def test_a_trainer_who_put_it_aside_goes_before_any_reason(wide: Enrollment, grace: User) -> None:
    refused = open_step(again(wide))
    because(wide, Reason.KNOWN)
    asked(grace, BAN, refused.module, wide)

    assert recommend_next(again(wide)).module != refused.module


def test_whatever_is_said_the_step_is_made_again_and_the_state_is_the_fold_of_the_log(wide: Enrollment) -> None:
    for reason, _label in REASONS:
        because(wide, reason)
        learn(again(wide), lambda n: n % 2 == 0, answers=2)

    now = standing(wide)
    steps = Recommendation.objects.select_related("enrollment__course__edition", "checkpoint")
    assert Progress.from_json(now.progress.as_json()) == now.progress
    assert {replay(step).verdict for step in steps} == {Verdict.SAME}


def test_who_takes_a_reason_back_would_be_elsewhere(wide: Enrollment) -> None:
    step = because(wide, Reason.KNOWN)
    found = what_would_change(step)

    assert not isinstance(found, Verdict)
    assert all(change.instead.module != step.module for change in found)


def test_every_reason_to_choose_from_is_known_to_trainers(wide: Enrollment) -> None:
    reasons = {name for name, _label in REASONS}

    assert {Reason.KNOWN, Reason.WAY, Reason.LONG, Reason.LATER, Reason.INTEREST} < reasons <= set(WHYS)


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("", "Put aside for now."),
        (Reason.KNOWN, RULES["not-this-one-known"]),
        (Reason.LATER, "Put off. It comes back by itself in a while."),
        (Reason.INTEREST, "Put aside for a good while."),
    ],
)
def test_the_page_says_at_once_what_came_of_it(
    client: Client, ada: User, wide: Enrollment, reason: str, words: str
) -> None:
    step = open_step(again(wide))
    client.force_login(ada)

    page = client.post(
        reverse("adaptive:override", args=[wide.course.slug]),
        {"wish": Wish.NOT_THIS_ONE, "reason": reason, "step": str(step.pk), "key": str(uuid.uuid4())},
        follow=True,
    )

    assert str(words) in page.content.decode()
