"""The recurrent policy at work: it remembers, chooses, can be made to choose again, and nothing breaks with it."""

import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from adaptive import modalities, sequencing, serving, steering
from adaptive.adapting import read_standing
from adaptive.explaining import sentence
from adaptive.flying.reports import PUBLISHED, Order, fly_through
from adaptive.models import CoursePolicy, Recommendation
from adaptive.placing import begin_placement
from adaptive.policies import PolicyStage
from adaptive.recommending import POLICY, RECURRENT, recommend_next
from adaptive.replaying import Verdict, replay
from adaptive.retracing import Fold, standing_after
from adaptive.sequencing import shipped
from adaptive.serving import live_tutor
from adaptive.sharing import Use
from adaptive.simulating import simulate_cohort
from adaptive.stepping import practice
from courses.enrolling import enroll
from courses.models import Cohort, Course, Enrollment, Module, User
from tests.adaptive.acting import learn, respond
from tests.adaptive.conftest import again
from tests.adaptive.sequenced import HUB, kept_memory, let_teach, make_fan
from tests.adaptive.test_never_stuck import fly, in_memory
from tests.factories import make_course, make_module, make_skill


@pytest.fixture
def fan(ada: User) -> Enrollment:
    return again(enroll(ada, make_fan()))


def latest(enrollment: Enrollment) -> Recommendation:
    return Recommendation.objects.of(enrollment)[0]


def test_what_opens_most_of_the_course_comes_first_and_the_reason_says_so(fan: Enrollment) -> None:
    hub = Module.objects.get(course=fan.course, position=HUB)
    usual = recommend_next(fan)
    let_teach(fan.course)
    hubs = Counter(in_memory_offer(fan, seed).module_id == hub.pk for seed in range(40))

    assert usual.policy == POLICY
    Recommendation.objects.all().delete()
    weighed = recommend_next(fan).candidates
    evenly = min(offer["propensity"] for offer in weighed)  # given to each, to find out whether we are right
    to_hub = sum(offer["propensity"] - evenly for offer in weighed if offer["module"] == hub.pk)
    assert to_hub >= 0.9 * (1.0 - evenly * len(weighed))
    assert hubs[True] >= 0.6 * 40  # of those drawn, evenly ones among them
    Recommendation.objects.all().delete()
    step = recommend_next(fan)
    assert step.policy == RECURRENT
    assert step.inputs["sequencer"] == CoursePolicy.objects.get().sequencer
    assert "learning" not in step.candidates[0]["terms"]
    if step.module_id == hub.pk:
        (reason,) = step.reasons
        assert (reason.get("term") or next(iter(reason["for"]))) == "sequence"
        assert "earning it now brings you furthest in all that is still ahead of you" in sentence(step)
    for offer in step.candidates:
        assert offer["score"] == pytest.approx(sum(offer["terms"].values()), abs=1e-5)
        assert offer["propensity"] >= 0.05 / len(step.candidates) - 1e-9 or offer["propensity"] == 0.0


def in_memory_offer(enrollment: Enrollment, seed: int) -> Recommendation:
    flight = in_memory(enrollment, random.Random(seed))
    flight.begin_step()
    return flight.step


def test_a_placement_test_is_no_lesson_and_leaves_no_trace_in_the_memory(fan: Enrollment) -> None:
    let_teach(fan.course)
    blank = read_standing(again(fan), live_tutor(fan.course_id)).memory
    question = begin_placement(again(fan))
    while question:
        question = respond(question, False).next_question
    practice(again(fan))  # opens a lesson, which ends what was before

    memory = read_standing(again(fan), live_tutor(fan.course_id)).memory

    assert fan.interactions.answers().count() > 1
    assert memory
    assert blank
    assert memory.gains == blank.gains


def test_the_memory_that_is_kept_is_the_log_folded_anew(fan: Enrollment) -> None:
    let_teach(fan.course)
    learn(fan, lambda n: n % 3 != 0, answers=17)

    kept = kept_memory(fan)
    live = live_tutor(fan.course_id)
    folded = standing_after(again(fan), live, 10**6, Fold(sequencer=shipped())).memory

    assert folded
    assert kept == folded.to_bytes()
    assert folded.lesson  # one goes on
    assert len(kept) < 10_000


def test_who_was_taught_otherwise_so_far_is_remembered_from_their_log(fan: Enrollment) -> None:
    learn(fan, lambda n: n % 2 == 0, answers=9)
    assert kept_memory(fan) == b""

    let_teach(fan.course)
    learn(fan, lambda n: True, answers=6)

    folded = standing_after(again(fan), live_tutor(fan.course_id), 10**6, Fold(sequencer=shipped())).memory
    assert folded
    assert kept_memory(fan) == folded.to_bytes()


@pytest.mark.parametrize("spoiled", [b"nonsense", b'{"version": "1"}\n', b"[]\n", b"\xff\xfe\n", b"{}"])
def test_a_memory_that_cannot_be_read_is_folded_again(fan: Enrollment, spoiled: bytes) -> None:
    let_teach(fan.course)
    learn(fan, lambda n: True, answers=8)
    kept, live = kept_memory(fan), live_tutor(fan.course_id)
    fan.states.update(sequence=kept[:-3] if spoiled == b"{}" else spoiled)

    memory = read_standing(again(fan), live).memory

    assert memory
    assert memory.to_bytes() == kept


def test_another_graph_means_another_memory(fan: Enrollment) -> None:
    let_teach(fan.course)
    learn(fan, lambda n: True, answers=8)
    kept = kept_memory(fan)

    hub, alone = (Module.objects.get(position=place).skills.get() for place in (HUB, 0))
    alone.prerequisites.set([hub])
    alone.save()
    memory = read_standing(again(fan), live_tutor(fan.course_id)).memory

    assert memory
    assert memory.to_bytes() != kept
    assert memory.seen_up_to == fan.states.get().seen_up_to


def test_every_choice_comes_out_the_same_again(db: None) -> None:
    cohort = Cohort.objects.create(name="Made up", is_simulated=True)
    cohort.courses.add(make_course(modules=4))
    let_teach(Course.objects.get())
    simulate_cohort(cohort, learners=3, seed=1, days=5)
    steps = list(Recommendation.objects.select_related("enrollment__course__edition", "checkpoint"))

    assert len(steps) > 10
    assert {step.policy for step in steps} == {RECURRENT}
    assert {replay(step).verdict for step in steps} == {Verdict.SAME}
    steps[0].inputs["sequencer"] = "0" * 64
    assert replay(steps[0]).verdict == Verdict.GONE


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """A file that is not what it should be."""
    path = tmp_path / "policy.safetensors"
    path.write_bytes(b"not a policy")
    return path


def test_a_broken_checkpoint_lets_the_standard_policy_teach(
    fan: Enrollment, broken: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_teach(fan.course)
    learn(fan, lambda n: True, answers=3)
    monkeypatch.setattr(sequencing, "PATH", broken)
    sequencing.forget()

    outcomes = learn(again(fan), lambda n: True, answers=6)

    assert len(outcomes) == 6
    assert latest(fan).policy == POLICY
    assert {outcome.rung for outcome in outcomes} == {"live"}


def test_a_memory_that_makes_no_sense_lets_the_standard_policy_teach(
    fan: Enrollment, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unsound(*_: Any) -> Any:
        raise ValueError("gains: not finite numbers")

    let_teach(fan.course)
    monkeypatch.setattr(sequencing.one_learner, "gains", unsound)

    assert recommend_next(fan).policy == POLICY


def test_a_course_in_which_nothing_builds_on_anything_keeps_the_standard_policy(ada: User) -> None:
    course = make_course(modules=0, slug="flat")
    for place in range(3):
        make_module(course, make_skill(course, f"skill-{place}", place), place, questions=4)
    let_teach(course)

    assert recommend_next(again(enroll(ada, course))).policy == POLICY


def test_a_share_of_the_learners_is_taught_and_always_the_same_ones(fan: Enrollment) -> None:
    use, other = Use("0" * 64, 0.2, 1), Use("0" * 64, 0.2, 2)
    people = [Enrollment(course=fan.course, learner=User()) for _ in range(2000)]

    taught = [use.is_for(person) for person in people]

    assert 0.15 < sum(taught) / 2000 < 0.25
    assert taught == [use.is_for(person) for person in people]
    assert taught != [other.is_for(person) for person in people]
    assert not any(Use("", 0.0).is_for(person) for person in people)
    assert all(Use("", 1.0).is_for(person) for person in people)


def statements_of(enrollment: Enrollment) -> dict[bool, int]:
    """Return the most that an answer took, of those that ended a visit and of the others.

    Without those that read a question: each process does so once, whoever asks it first.
    """
    counted = {True: 0, False: 0}
    question = practice(enrollment)
    for _ in range(8):
        question = question or practice(again(enrollment))
        assert question
        with CaptureQueriesContext(connection) as captured:
            outcome = respond(question, right=True)
        taken = sum('FROM "courses_questionversion"' not in one["sql"] for one in captured.captured_queries)
        counted[bool(outcome.finished)] = max(taken, counted[bool(outcome.finished)])
        question = outcome.next_question
    return counted


def test_an_answer_takes_no_more_statements(fan: Enrollment, grace: User, monkeypatch: pytest.MonkeyPatch) -> None:
    for kept in (modalities, serving, steering):
        monkeypatch.setattr(kept, "FRESH_FOR", 3600.0)  # seconds: however slow the machine is now
    usual = statements_of(fan)
    let_teach(fan.course)
    other = again(enroll(grace, fan.course))

    assert statements_of(other) == usual
    assert kept_memory(other)


def test_twenty_learners_get_through_the_course(fan: Enrollment) -> None:
    let_teach(fan.course)
    rng = random.Random(7)

    for number in range(20):
        skill, wishes = rng.uniform(0.0, 1.0), 0.3 if number % 5 == 0 else 0.0
        flight = fly(in_memory(fan, rng), lambda _, rng, skill=skill: rng.random() < skill, rng, wishes)

        assert flight.standing.is_complete
        assert flight.standing.memory


def test_a_policy_in_the_shadow_teaches_nobody(fan: Enrollment) -> None:
    policy = let_teach(fan.course)
    CoursePolicy.objects.filter(pk=policy.pk).update(stage=PolicyStage.SHADOW, share=0.0)
    serving.forget()

    assert recommend_next(fan).policy == POLICY


def test_made_up_learners_fly_by_it_where_it_teaches_most_or_an_author_asks(fan: Enrollment) -> None:
    usual = fly_through(Order(fan.course, PUBLISHED, learners=4, processes=1))
    asked = fly_through(Order(fan.course, PUBLISHED, learners=4, processes=1, is_recurrent=True))
    let_teach(fan.course)
    taught = fly_through(Order(fan.course, PUBLISHED, learners=4, processes=1))

    live = shipped()
    assert live
    assert (usual["sequencer"], asked["sequencer"]) == ("", live.sha256)
    assert taught == asked
    assert taught["modules"] != usual["modules"]
    assert taught["dead_ends"] == 0
