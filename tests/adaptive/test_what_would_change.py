"""What would change a step: whatever is told, done and decided again with the same luck, leads to the step named."""

import time
from dataclasses import replace
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from adaptive.adapting import Standing
from adaptive.altering import alterations
from adaptive.counterfactuals import what_would_change
from adaptive.directives import DirectiveKind
from adaptive.models import Recommendation
from adaptive.progress import Wish
from adaptive.recommending import Inputs, decide_step, recommend_next
from adaptive.replaying import Verdict, standing_then
from adaptive.steering import UNSTEERED
from adaptive.stepping import Request, override
from courses.models import Course, Enrollment, Module, User
from tests.adaptive.acting import learn
from tests.adaptive.conftest import again
from tests.adaptive.sequenced import let_teach
from tests.adaptive.steered import asked, cohort_with, next_for
from tests.adaptive.test_never_stuck import made_up_learner
from tests.factories import make_course


def then(step: Recommendation) -> tuple[Standing, Inputs]:
    standing = standing_then(step)
    assert isinstance(standing, Standing)
    return standing, Inputs.of(step)


def told(step: Recommendation) -> dict[str, int]:
    """What would have changed it, each with the module of the step instead."""
    found = what_would_change(step)
    assert not isinstance(found, Verdict)
    return {change.words: change.instead.module.id for change in found}


@pytest.mark.parametrize("policy", ["standard", "recurrent"])
def test_what_is_told_leads_to_the_step_named_when_it_is_decided_again(demo: Course, policy: str) -> None:
    if policy == "recurrent":
        let_teach(demo)
    enrollment = made_up_learner(demo, 0)
    learn(enrollment, lambda number: number % 4 != 3, 24)
    steps = list(Recommendation.objects.filter(enrollment=enrollment))

    for step in steps:
        changes = told(step)
        standing, inputs = then(step)
        tried = {one.words: one for one in alterations(standing, inputs, standing.syllabus.modules[step.module_id])}
        for words, module in changes.items():
            assert decide_step(tried[words].standing, tried[words].inputs).module_id == module
        assert step.module_id not in changes.values()
        assert len(changes) == len(set(changes.values())) <= 3
    assert len({words for step in steps for words in told(step)}) > 1
    assert any(step.policy.startswith("recurrent") for step in steps) == (policy == "recurrent")


def test_a_learner_reads_where_they_would_be_without_their_trainers_word(wide: Enrollment, grace: User) -> None:
    cohort_with(grace, wide)
    last = Module.objects.get(course=wide.course, slug="module-5")
    asked(grace, DirectiveKind.PIN, last, wide)
    step = next_for(wide)

    module = told(step)[f"If your trainer had not asked for “{last}” first"]

    standing, inputs = then(step)
    lifted = decide_step(standing, replace(inputs, steering=UNSTEERED))
    assert step.module == last
    assert lifted.module_id == module != last.pk


def test_a_learner_reads_where_they_would_be_without_their_own_wish(wide: Enrollment) -> None:
    """Chance may have drawn what they chose; hardly three times on end."""
    recommend_next(wide)
    others = Module.objects.filter(course=wide.course).order_by("-pk")[:3]

    chosen = [override(again(wide), Request(Wish.THIS_ONE, other)) for other in others]

    assert [step.module for step in chosen] == list(others)
    assert any("If you had not chosen it yourself" in told(step) for step in chosen)


def test_who_knew_what_it_teaches_would_be_further(enrollment: Enrollment) -> None:
    step = recommend_next(enrollment)
    module = Module.objects.get(pk=step.module_id)

    instead = told(step)[f"If you knew “{module.skills.get()}” already"]

    assert Module.objects.get(pk=instead).slug == "module-2"


def test_nothing_is_told_where_nothing_would_change_the_step(client: Client, ada: User) -> None:
    only = again(Enrollment.objects.create(learner=ada, course=make_course(modules=1)))
    step = recommend_next(only)
    client.force_login(only.learner)

    html = client.get(reverse("adaptive:why", args=[step.pk])).content.decode()

    assert told(step) == {}
    assert "None of the things we looked at would have changed this step." in html


def test_after_an_edit_it_cannot_be_told_where_the_course_was_not_kept(client: Client, enrollment: Enrollment) -> None:
    step = recommend_next(enrollment)
    step.inputs.pop("syllabi")
    Recommendation.objects.filter(pk=step.pk).update(edition=99, inputs=step.inputs)
    client.force_login(enrollment.learner)

    html = client.get(reverse("adaptive:why", args=[step.pk])).content.decode()
    told_by_api = client.get(reverse("recommendation", args=[step.pk])).json()

    assert "This cannot be told any more: its course has been edited since, and was not kept as it was." in html
    assert told_by_api["would_change"] is None


def test_the_page_and_the_api_tell_the_same_and_write_nothing(client: Client, demo: Course) -> None:
    enrollment = made_up_learner(demo, 0)
    step = recommend_next(enrollment)
    client.force_login(enrollment.learner)
    changes = told(step)

    with CaptureQueriesContext(
        connection,
    ) as queries:
        html = unescape(client.get(reverse("adaptive:why", args=[step.pk])).content.decode())
    by_api = client.get(reverse("recommendation", args=[step.pk])).json()["would_change"]

    titles = dict(Module.objects.values_list("pk", "title"))
    assert changes
    assert [(one["condition"], one["module"]["title"]) for one in by_api] == [
        (words, titles[module]) for words, module in changes.items()
    ]
    assert all(words in html for words in changes)
    assert not [one for one in queries if one["sql"].split()[0] not in ("SELECT", "SAVEPOINT", "RELEASE")]


def test_looking_takes_one_query_and_little_time(
    demo: Course, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    enrollment = made_up_learner(demo, 0)
    learn(enrollment, lambda number: True, 20)
    step = recommend_next(again(enrollment))
    what_would_change(step)

    with django_assert_num_queries(1):
        began = time.process_time()
        what_would_change(step)
        took = time.process_time() - began

    assert took < 0.2
