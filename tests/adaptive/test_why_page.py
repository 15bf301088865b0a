"""The page about a choice speaks to the learner first, and does not call a try the best."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from adaptive.explaining import comparison_of
from adaptive.models import Recommendation
from adaptive.recommending import recommend_next
from courses.models import Enrollment, User
from tests.adaptive.steered import cohort_with


def offer(module: int, score: float, propensity: float) -> dict[str, Any]:
    return {"module": module, "variant": None, "score": score, "propensity": propensity, "predicted": 0.8, "terms": {}}


@pytest.mark.parametrize(
    ("score", "said"), [(0.2, "this was a try"), (0.95, "about equally good"), (2.0, "It looked best to us")]
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
