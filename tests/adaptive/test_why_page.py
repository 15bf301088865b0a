"""The page about a choice speaks to the learner first, and does not call a try the best."""

from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from adaptive.alternatives import comparison_of
from adaptive.models import Recommendation
from adaptive.recommending import recommend_next
from courses.models import Enrollment, User
from tests.adaptive.steered import cohort_with


def offer(module: int, score: float, propensity: float) -> dict[str, Any]:
    return {"module": module, "variant": None, "score": score, "propensity": propensity, "predicted": 0.8, "terms": {}}


@pytest.mark.parametrize(
    ("score", "said"),
    [(0.2, "this was a try"), (0.95, "about equally good"), (2.0, "Of what could be drawn it looked best to us")],
)
def test_a_choice_is_compared_with_the_best_alternative(score: float, said: str) -> None:
    candidates = [offer(1, score, 0.3), offer(2, 1.0, 0.6), offer(3, 0.1, 0.1)]

    found = comparison_of(Recommendation(module_id=1, candidates=candidates))

    assert found
    assert found.other == candidates[1]
    assert said in found.words


def test_a_choice_that_was_never_weighed_is_not_compared() -> None:
    assert comparison_of(Recommendation(module_id=1, candidates=[])) is None


def test_technical_words_are_folded_away(client: Client, enrollment: Enrollment) -> None:
    step = recommend_next(enrollment)
    client.force_login(enrollment.learner)

    html = client.get(reverse("adaptive:why", args=[step.pk])).content.decode()
    first, _, folded = html.partition("For the curious")

    assert "of 10 answers right" in first
    assert step.policy not in first
    assert step.policy in folded


def test_a_trainer_reads_what_their_learner_reads_and_can_steer_from_there(
    client: Client, enrollment: Enrollment, grace: User
) -> None:
    cohort, step = cohort_with(grace, enrollment), recommend_next(enrollment)
    client.force_login(enrollment.learner)
    own = client.get(reverse("adaptive:why", args=[step.pk]))
    client.force_login(grace)
    address = reverse("adaptive:why_for_trainer", args=[cohort.pk, enrollment.pk, step.pk])

    shown = client.get(address)

    for name in ("why", "columns", "rows", "meanings"):
        assert shown.context[name] == own.context[name]
    html = shown.content.decode()
    assert reverse("adaptive:steer_learner", args=[cohort.pk, enrollment.pk]) in html
    assert reverse("adaptive:step", args=[enrollment.course.slug]) not in html
    assert address in client.get(reverse("analytics:learner", args=[cohort.pk, enrollment.pk])).content.decode()


def test_nobody_elses_trainer_reads_it(client: Client, enrollment: Enrollment, grace: User, noor: User) -> None:
    cohort, step = cohort_with(grace, enrollment), recommend_next(enrollment)
    address = reverse("adaptive:why_for_trainer", args=[cohort.pk, enrollment.pk, step.pk])
    User.objects.filter(pk=noor.pk).update(is_trainer=True)

    for person in (noor, enrollment.learner):
        client.force_login(person)
        assert client.get(address).status_code == 404


def test_another_module_is_the_alternative_where_there_is_one() -> None:
    candidates = [offer(1, 1.0, 0.4), offer(1, 0.9, 0.3) | {"variant": 7}, offer(2, 0.5, 0.3)]

    found = comparison_of(Recommendation(module_id=1, candidates=candidates))
    alone = comparison_of(Recommendation(module_id=1, candidates=candidates[:2]))

    assert found
    assert found.other == candidates[2]
    assert not found.is_other_way
    assert alone
    assert alone.is_other_way


def test_each_step_has_what_speaks_for_it_against_the_other() -> None:
    one = offer(1, 1.0, 0.6) | {"terms": {"learning": 0.9, "time": -0.1, "order": 0.2}}
    other = offer(2, 0.9, 0.4) | {"terms": {"learning": 0.5, "time": 0.0, "order": 0.2}}

    found = comparison_of(Recommendation(module_id=1, candidates=[one, other]))

    assert found
    assert found.better_in(chosen=True) == ["learning"]
    assert found.better_in(chosen=False) == ["time"]


def test_the_first_page_says_more_of_the_step_behind_why_this(client: Client, wide: Enrollment) -> None:
    step = recommend_next(wide)
    client.force_login(wide.learner)

    html = client.get(reverse("adaptive:today")).content.decode()

    found = comparison_of(step)
    assert found
    assert found.words in unescape(html)
    assert "The best alternative is “" in html
    assert reverse("adaptive:why", args=[step.pk]) in html


def test_both_steps_have_their_expected_success(client: Client, wide: Enrollment) -> None:
    step = recommend_next(wide)
    client.force_login(wide.learner)

    html = client.get(reverse("adaptive:why", args=[step.pk])).content.decode()

    assert html.count("of 10 answers right here.") == 2
