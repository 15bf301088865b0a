"""Courses are edited while people learn: every choice before can be made again, from the course as it was."""

import random
import re
import secrets
import zlib
from collections.abc import Callable
from html import unescape
from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from adaptive.adapting import MOST_SYLLABI, standing_of
from adaptive.comparing import compared
from adaptive.counterfactuals import what_would_change
from adaptive.freezing import sha256_of
from adaptive.judging import Trial, trial_of
from adaptive.models import LearnerState, Snapshot
from adaptive.recommending import SETTINGS, offer_step, recommend_next
from adaptive.replaying import Verdict, replay, standing_then
from adaptive.sequencing import shipped
from adaptive.serving import live_tutor
from adaptive.syllabus import syllabus_for
from adaptive.verifying import truth_of
from courses.models import Course, Enrollment, Module, User
from tests.adaptive.acting import learn
from tests.adaptive.conftest import again
from tests.adaptive.edited import EDITS, add_a_question, change_a_prerequisite, rename_a_module, rename_a_skill, stored
from tests.adaptive.sequenced import let_teach, make_fan
from tests.adaptive.steered import cohort_with


@pytest.fixture(autouse=True)
def the_same_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is left to delete depends on what was offered: here it is the same in every run."""
    monkeypatch.setattr(secrets, "randbits", random.Random(8).getrandbits)


@pytest.fixture
def fan(ada: User) -> Enrollment:
    """A learner in a course that the recurrent policy can teach, too."""
    return again(Enrollment.objects.create(learner=ada, course=make_fan(8, 2)))


def learn_between_edits(enrollment: Enrollment) -> None:
    for number, edit in enumerate(EDITS):
        learn(enrollment, lambda n, number=number: (n + number) % 4 != 1, 4)
        edit(enrollment.course)


@pytest.mark.parametrize("policy", ["standard", "recurrent"])
def test_every_choice_comes_out_the_same_after_any_edit(fan: Enrollment, policy: str) -> None:
    if policy == "recurrent":
        let_teach(fan.course)

    learn_between_edits(fan)

    steps = stored(fan)
    assert {replay(step).verdict for step in steps} == {Verdict.SAME}
    assert any(step.policy.startswith("recurrent") for step in steps) == (policy == "recurrent")
    assert len({step.inputs["syllabi"][-1][1] for step in steps}) >= 5
    assert len({step.edition for step in steps}) >= 5
    today = syllabus_for(Course.objects.get(pk=fan.course_id))
    assert any(
        step.candidates and {offer["module"] for offer in step.candidates} - today.modules.keys() for step in steps
    )


def test_the_log_is_folded_by_the_courses_that_it_was_folded_by_then(fan: Enrollment) -> None:
    learn_between_edits(fan)
    live = standing_of(again(fan), live_tutor(fan.course_id))
    step = offer_step(live)

    (last,) = [one for one in stored(fan) if one.pk == step.pk]
    folded = standing_then(last)

    assert not isinstance(folded, Verdict)
    assert folded.progress == live.progress
    assert folded.belief.to_bytes() == live.belief.to_bytes()
    assert folded.state.mastery == live.state.mastery
    last.inputs["syllabi"] = [[0, last.inputs["syllabi"][-1][1]]]
    by_the_last_alone = standing_then(last)
    assert not isinstance(by_the_last_alone, Verdict)
    assert by_the_last_alone.progress != live.progress  # or the test above could not fail


def test_a_course_that_is_edited_for_ever_leaves_every_step_as_small_and_the_same(wide: Enrollment) -> None:
    for number in range(2 * MOST_SYLLABI + 2):
        learn(wide, lambda n, number=number: (n + number) % 3 > 0, 1)
        rename_a_module(wide.course, f"Called otherwise, {number}")
    offer_step(standing_of(again(wide), live_tutor(wide.course_id)))

    steps = stored(wide)
    named = [len(step.inputs["syllabi"]) for step in steps]
    assert max(named) <= MOST_SYLLABI
    assert len(LearnerState.objects.get().syllabi) <= MOST_SYLLABI
    assert {replay(step).verdict for step in steps} == {Verdict.SAME}
    assert Snapshot.objects.count() > MOST_SYLLABI  # or the test could not fail


def test_policies_can_be_judged_by_steps_from_before_an_edit(fan: Enrollment) -> None:
    live = shipped()
    assert live
    learn_between_edits(fan)
    before = [trial_of(step, SETTINGS) for step in stored(fan)]
    both = compared(stored(fan), live)

    change_a_prerequisite(fan.course)
    after = [trial_of(step, SETTINGS) for step in stored(fan)]

    assert sum(isinstance(one, Trial) for one in before) > 3
    assert [_told(one) for one in after] == [_told(one) for one in before]
    assert len(compared(stored(fan), live).trials) == len(both.trials) > 3


def _told(trial: object) -> object:
    return (trial.went, trial.shadow) if isinstance(trial, Trial) else trial


def test_reasons_and_what_would_change_are_told_as_before(fan: Enrollment) -> None:
    learn(fan, lambda n: n % 3 > 0, 12)
    steps = stored(fan)
    told, truth = [what_would_change(step) for step in steps], truth_of(steps)

    for edit in EDITS:
        edit(fan.course)

    assert any(told)
    assert [what_would_change(step) for step in stored(fan)] == told
    assert truth_of(stored(fan)) == truth


def test_what_was_weighed_names_what_is_gone(client: Client, wide: Enrollment, grace: User) -> None:
    step = recommend_next(wide)
    cohort = cohort_with(grace, wide)
    gone = Module.objects.filter(course=wide.course).exclude(pk=step.module_id).latest("position")
    title = gone.title
    gone.delete()
    client.force_login(grace)

    page = client.get(reverse("adaptive:why_for_trainer", args=[cohort.pk, wide.pk, step.pk]))
    client.force_login(wide.learner)
    api = client.get(reverse("recommendation", args=[step.pk])).json()

    assert re.search(rf"{title}: [^<]* \(not offered any more\)", unescape(page.content.decode()))
    assert "This cannot be told any more" not in page.content.decode()
    assert title in {offer["module"]["title"] for offer in api["candidates"]}


@pytest.mark.parametrize("spoil", [lambda data: data.replace(b"Module", b"Modulo", 1), lambda data: b""])
def test_a_snapshot_that_was_tampered_with_is_told_as_such(wide: Enrollment, spoil: Callable[[bytes], bytes]) -> None:
    recommend_next(wide)
    add_a_question(wide.course)
    kept = Snapshot.objects.get()
    spoiled = spoil(zlib.decompress(kept.data))
    Snapshot.objects.update(data=zlib.compress(spoiled) if spoiled else b"nonsense")
    (step,) = stored(wide)

    said = StringIO()
    with pytest.raises(SystemExit):
        call_command("replay", stdout=said)

    assert replay(step).verdict == Verdict.ALTERED
    assert "1 what was kept of its course is not what was stored" in said.getvalue()
    assert what_would_change(step) == Verdict.ALTERED


def test_a_step_without_a_snapshot_can_be_made_again_until_an_edit(wide: Enrollment) -> None:
    made = recommend_next(wide)
    made.inputs.pop("syllabi")
    made.save()
    Snapshot.objects.all().delete()

    before = replay(stored(wide)[0]).verdict
    rename_a_module(wide.course)

    assert (before, replay(stored(wide)[0]).verdict) == (Verdict.SAME, Verdict.EDITED)


def test_a_state_that_does_not_say_how_it_was_folded_is_folded_again(wide: Enrollment) -> None:
    learn(wide, lambda n: True, 4)
    rename_a_skill(wide.course)
    LearnerState.objects.update(syllabi=[])
    standing = standing_of(again(wide), live_tutor(wide.course_id))

    assert standing.state.syllabi == [(0, sha256_of(standing.syllabus))]
    assert LearnerState.objects.get().syllabi == [[0, sha256_of(standing.syllabus)]]
    offer_step(standing)
    assert replay(stored(wide)[0]).verdict == Verdict.SAME
