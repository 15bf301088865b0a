"""What was completed comes back when a trainer or a remedial rule asks for it: for one visit, in true words."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from adaptive.explaining import sentence
from adaptive.models import Recommendation
from adaptive.ordering import step_in_order
from adaptive.progress import Ending
from adaptive.rehearsing import rehearse
from adaptive.replaying import Verdict, replay
from adaptive.rule_conditions import When
from adaptive.rules import Effect, Then
from adaptive.stepping import practice
from courses.models import Cohort, Enrollment, Module, User
from tests.adaptive.acting import finish_a_module, learn, respond
from tests.adaptive.conftest import again
from tests.adaptive.ruled import fired, ruled, written
from tests.adaptive.steered import DUE, PIN, asked, cohort_with, in_days, next_for, offered
from tests.adaptive.test_steering_pages import said


@pytest.fixture
def done(wide: Enrollment) -> Module:
    """The module that the learner has completed."""
    return finish_a_module(wide)[-1].answer.module


def read_last(enrollment: Enrollment, module: Module) -> int | None:
    """The variant of the module that was opened last."""
    opened = enrollment.interactions.filter(kind="opened", module=module).order_by("sequence")
    return opened.values_list("variant", flat=True).last()


def visit(enrollment: Enrollment) -> str:
    """Answer right until the visit ends, and another one where it settled nothing yet; return how."""
    question = practice(again(enrollment))
    while not (outcome := respond(question, right=True)).finished:
        question = outcome.next_question
    return visit(enrollment) if outcome.finished == Ending.AGAIN else outcome.finished


@pytest.mark.parametrize(("kind", "more"), [(PIN, {}), (DUE, {"holds_until": in_days(3)})])
def test_what_was_completed_is_pinned_or_due_once_more(
    wide: Enrollment, done: Module, grace: User, kind: Any, more: dict[str, Any]
) -> None:
    before = read_last(wide, done)
    asked(grace, kind, done, wide, **more)

    step = next_for(wide)
    replayed = replay(Recommendation.objects.get(pk=step.pk)).verdict
    ended = visit(wide)

    assert (offered(step), step.purpose, replayed) == ({done.slug}, "learn", Verdict.SAME)
    assert step.variant_id != before
    assert sentence(step).startswith("You have done this before, and your trainer ")
    assert ended in Ending.DONE
    assert done.slug not in offered(next_for(wide))


def test_after_the_whole_course_a_pin_still_brings_a_module_back(enrollment: Enrollment, grace: User) -> None:
    learn(enrollment, lambda n: True, answers=60)
    first = enrollment.course.modules.get(slug="module-1")
    assert again(enrollment).finished_at

    asked(grace, PIN, first, enrollment)

    assert (next_for(enrollment).module, next_for(enrollment).purpose) == (first, "learn")
    visit(enrollment)
    assert next_for(enrollment).purpose == "review"


def test_what_a_whole_cohort_is_asked_for_is_for_those_who_have_not_done_it(
    wide: Enrollment, done: Module, grace: User
) -> None:
    asked(grace, PIN, done, cohort_with(grace, wide))

    assert done.slug not in offered(next_for(wide))


def test_without_a_tutor_a_pin_brings_it_back_once_too(wide: Enrollment, done: Module, grace: User) -> None:
    asked(grace, PIN, done, wide)
    pinned = step_in_order(again(wide))
    visit(wide)

    assert (pinned.module, step_in_order(again(wide)).module == done) == (done, False)


def test_a_rule_that_mends_brings_back_what_was_completed(wide: Enrollment, done: Module, noor: User) -> None:
    others = wide.course.modules.exclude(pk=done.pk)
    for one in others:
        ruled(noor, wide.course, When.BELOW, Then.INSERT, module=one, percent=70, target=done, note="Once more")

    outcomes = learn(wide, lambda n: False, answers=1)
    while not outcomes[-1].finished:
        outcomes += learn(wide, lambda n: False, answers=1)
    step = next_for(wide)
    replayed = replay(Recommendation.objects.get(pk=step.pk)).verdict
    failed = outcomes[-1].answer.module

    assert (step.module, fired(wide)) == (done, [(Then.INSERT, Effect.FOLLOWED)])
    assert sentence(step) == (
        "You have done this before, and a rule of the course asks for it once more, because "
        f"you scored below 70 % in “{failed}”: “Once more”"
    )
    assert replayed == Verdict.SAME
    assert visit(wide) in Ending.DONE
    assert next_for(wide).module != done
    assert not wide.directives.filter(ended_at=None).exists()


def test_a_rule_about_what_went_well_does_not_repeat_what_was_completed(
    wide: Enrollment, done: Module, noor: User
) -> None:
    ruled(noor, wide.course, When.BEGUN, Then.INSERT, target=done)

    learn(wide, lambda n: True, answers=1)

    assert done.slug not in offered(next_for(wide))
    assert fired(wide) == [(Then.INSERT, Effect.DONE)]


def test_a_dry_run_counts_what_a_rule_would_have_done(
    wide: Enrollment, done: Module, grace: User, client: Client
) -> None:
    cohort = cohort_with(grace, wide)
    failing = next_for(wide).module
    while not learn(wide, lambda n: False, answers=1)[-1].finished:
        pass
    mends = written(grace, cohort, When.BELOW, Then.INSERT, module=failing, percent=70, target=done)
    client.force_login(grace)

    trial = rehearse(mends)
    page = client.get(reverse("adaptive:cohort_rule", args=[cohort.pk, wide.course.slug, mends.pk])).content.decode()

    assert trial.outcomes == [(1, "would offer it again")]
    assert f"“{done}” (" in trial.cases[0].change
    assert '<b class="tabular">1</b> would offer it again' in page
    assert fired(wide) == []


def test_a_trainer_reads_what_becomes_of_a_completed_module(
    wide: Enrollment, done: Module, grace: User, client: Client
) -> None:
    cohort: Cohort = cohort_with(grace, wide)
    client.force_login(grace)
    of_ada = reverse("adaptive:steer_learner", args=[cohort.pk, wide.pk])
    of_all = reverse("adaptive:steer_cohort", args=[cohort.pk, wide.course.slug])
    form = {"kind": PIN, "about": f"module-{done.pk}"}

    to_one, to_all = (said(client.post(address, form)) for address in (of_ada, of_all))

    assert f"{wide.learner.name} has completed it already, so it comes back for one more visit." in to_one
    assert "It counts from the next step on, but not for 1 learner who has completed it already." in to_all
