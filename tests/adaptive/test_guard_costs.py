"""What the guard against narrow fare costs stands with every step, and people read it."""

from dataclasses import replace
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils.formats import number_format
from pytest_django import DjangoAssertNumQueries

from adaptive.adapting import Standing, standing_of
from adaptive.guard_costs import RECENT, cost_of_guard, recent_steps
from adaptive.models import Recommendation
from adaptive.ordering import step_in_order
from adaptive.recommending import Inputs, decide_step, offer_step
from adaptive.replaying import Verdict, replay
from adaptive.serving import live_tutor
from courses import clock
from courses.models import Cohort, Enrollment, User
from tests.adaptive.acting import finish_a_module

FREE, BOUND = 4, 6  # steps with nothing kept back, and with something


@pytest.fixture
def fed(wide: Enrollment) -> Standing:
    """Somebody who had much of the modality that looks best, as far as the quotas go."""
    now = standing_of(wide, live_tutor(wide.course_id))
    best = max(decide_step(now, Inputs(clock.now(), 1, {})).candidates, key=lambda offer: offer["score"])
    modality = {v.id: v.modality for m in now.syllabus.modules.values() for v in m.variants}[best["variant"]]
    return with_steps(now, [(module, modality) for module in now.syllabus.modules] * 12)


@pytest.fixture
def steps(fed: Standing) -> list[Recommendation]:
    """Some steps before, and some after."""
    return [offer_step(with_steps(fed, [])) for _ in range(FREE)] + [offer_step(fed) for _ in range(BOUND)]


def with_steps(standing: Standing, steps: list[tuple[int, str]]) -> Standing:
    return replace(standing, progress=replace(standing.progress, steps=steps[:12]))


def expected_in(step: Recommendation) -> float:
    """The expected score of a draw, from the offers as they are stored."""
    return float(sum(offer["propensity"] * offer["score"] for offer in step.candidates))


def test_a_step_keeps_what_the_guard_cost(fed: Standing, steps: list[Recommendation]) -> None:
    for step in steps:
        step.refresh_from_db()
        free = decide_step(with_steps(fed, []), Inputs.of(step))

        assert step.expected_score == pytest.approx(expected_in(step), abs=1e-5)
        if any(offer.get("kept_back") for offer in step.candidates):
            assert step.guard_cost == pytest.approx(expected_in(free) - expected_in(step), abs=1e-5)
            assert abs(step.guard_cost) > 0.0001
        else:
            assert step.guard_cost is None

    assert sum(step.guard_cost is None for step in steps) == FREE


def test_it_is_summed_up_in_one_query_however_many_steps_there_are(
    steps: list[Recommendation], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    Recommendation.objects.filter(pk__in=[step.pk for step in steps[FREE : FREE + 2]]).update(
        reasons=[{"rule": "varied"}]
    )
    Recommendation.objects.filter(pk__in=[step.pk for step in steps[FREE + 2 :]]).update(reasons=[{"rule": "drawn"}])
    before_it_was_kept = step_in_order(steps[0].enrollment)

    with django_assert_num_queries(1):
        found = cost_of_guard(recent_steps(steps[0].enrollment.course))

    bound = steps[FREE:]
    assert before_it_was_kept.expected_score is None
    assert (found.steps, found.bound, found.decided) == (FREE + BOUND, BOUND, 2)
    assert found.score == pytest.approx(sum(map(expected_in, bound)) / BOUND, abs=1e-5)
    assert found.free - found.score == pytest.approx(sum(step.guard_cost or 0 for step in bound) / BOUND)


def test_only_the_last_thirty_days_of_learners_who_are_not_made_up_count(steps: list[Recommendation]) -> None:
    course = steps[0].enrollment.course
    Recommendation.objects.filter(pk=steps[0].pk).update(made_at=clock.now() - RECENT - timedelta(hours=1))

    assert cost_of_guard(recent_steps(course)).steps == FREE + BOUND - 1
    User.objects.update(is_simulated=True)
    assert cost_of_guard(recent_steps(course)).words == "No step was weighed."


def test_trainers_read_it_on_the_page_about_policies(steps: list[Recommendation], grace: User, client: Client) -> None:
    course = steps[0].enrollment.course
    cohort = Cohort.objects.create(name="Spring")
    cohort.courses.add(course)
    cohort.trainers.add(grace)
    client.force_login(grace)
    found = cost_of_guard(recent_steps(course))

    page = client.get(reverse("adaptive:course_policy", args=[course.slug])).content.decode()

    assert f"10 steps were weighed. The guard against narrow fare kept something back at {BOUND} of them" in page
    assert f"the expected score was {number_format(found.score, 3)} on average" in page
    assert f"it would have been {number_format(found.free, 3)} without the guard." in page


def test_where_nothing_was_kept_back_that_is_what_they_read(fed: Standing) -> None:
    step = offer_step(with_steps(fed, []))

    words = cost_of_guard(recent_steps(step.enrollment.course)).words

    assert words == "1 step was weighed. The guard against narrow fare kept nothing back."


def test_a_replay_tells_it_and_finds_a_cost_that_was_tampered_with(wide: Enrollment) -> None:
    said = StringIO()
    finish_a_module(wide)
    step = Recommendation.objects.filter(enrollment=wide).order_by("made_at").first()
    assert step
    assert replay(step).verdict == Verdict.SAME

    Recommendation.objects.filter(pk=step.pk).update(guard_cost=0.25)
    step.refresh_from_db()
    with pytest.raises(SystemExit):
        call_command("replay", stdout=said)

    assert "kept something back at 1 of them" in said.getvalue()
    assert replay(step).verdict == Verdict.OTHER
    step.expected_score = step.guard_cost = None  # as an earlier version left it
    assert replay(step).verdict == Verdict.SAME
