"""The page that tells which policy teaches a course, and why, and on which people decide."""

import pytest
from django.test import Client
from django.urls import reverse

from adaptive.models import PolicyJudgment
from adaptive.policies import PolicyRuling, PolicyStage, PolicyWish
from adaptive.policy_verdicts import RULINGS, verdict_on
from adaptive.sequencing import shipped
from adaptive.wishing import policy_of
from courses.models import Cohort, Course, User
from tests.adaptive.sequenced import let_teach


@pytest.fixture
def trainer(grace: User, course: Course, client: Client) -> Client:
    cohort = Cohort.objects.create(name="Spring")
    cohort.courses.add(course)
    cohort.trainers.add(grace)
    client.force_login(grace)
    return client


def address(course: Course) -> str:
    return reverse("adaptive:course_policy", args=[course.slug])


def judgment(course: Course, ruling: PolicyRuling, **told: object) -> PolicyJudgment:
    found = {"was": PolicyStage.SHADOW, "stage": PolicyStage.SHADOW, "wish": PolicyWish.BY_ITSELF, **told}
    return PolicyJudgment.objects.create(course=course, ruling=ruling, **found)


def test_it_tells_who_teaches_and_why_with_figures(trainer: Client, course: Course) -> None:
    let_teach(course, share=0.2)
    figures = {"estimate": 0.72, "lower": 0.66, "upper": 0.78, "default": 0.61, "ahead": 0.11, "ahead_lower": 0.034}
    judgment(
        course,
        PolicyRuling.TRIES,
        stage=PolicyStage.TRIAL,
        share=0.2,
        day="2026-05-04",
        steps=412,
        learners=63,
        confidence=0.975,
        facts={"other_favorite": 0.31, "left_out": {"no_choice": 17}, "seen": {"none": 40}},
        **figures,
    )

    page = trainer.get(address(course)).content.decode()

    assert "The recurrent policy teaches one in five learners, and the standard policy the others." in page
    assert "It is surely better, so it begins to teach one in five learners, drawn by chance." in page
    assert (
        "From 412 steps of 63 learners: with the recurrent policy 72.0% of the answers that follow would be right "
        "(66.0% to 78.0%), with the standard one 61.0%. The difference is at least +3.4 in a hundred with 97.5% "
        "confidence." in page
    )
    assert "40 steps had no answers afterwards, and count as steps like them went." in page
    assert "17: with nothing to choose between" in page


def test_what_a_person_decided_since_is_the_reason_for_what_is_now(trainer: Client, course: Course) -> None:
    judgment(course, PolicyRuling.STAYS, day="2026-05-04", steps=40, learners=8)
    trainer.post(address(course), {"wish": "shadow"})

    now = trainer.get(address(course)).content.decode().partition("What you want")[0]

    assert "Grace wanted the recurrent policy only watched." in now
    assert "It is not surely better" not in now
    assert "From 40 steps of 8 learners." in now


def test_a_trainer_pins_the_standard_policy_and_that_stands_in_the_history(trainer: Client, course: Course) -> None:
    let_teach(course)

    page = trainer.post(address(course), {"wish": "default"}, follow=True).content.decode()

    assert policy_of(course).stage == PolicyStage.SHADOW
    assert "Grace wanted the course to stay with the standard policy." in page
    assert "The standard policy teaches everybody." in page
    assert trainer.post(address(course), {"wish": "nonsense"}).status_code == 422
    trainer.post(address(course), {"wish": "by_itself"})
    assert policy_of(course).wish == PolicyWish.BY_ITSELF


def test_what_would_have_switched_is_told_apart_where_it_is_only_watched(course: Course) -> None:
    found = verdict_on(judgment(course, PolicyRuling.TRIES, wish=PolicyWish.SHADOW))

    assert found.words == "It is surely better. It teaches nobody all the same, as somebody wants it only watched."
    assert set(RULINGS) == set(PolicyRuling) - {PolicyRuling.WISHED}


def test_it_is_there_for_who_teaches_or_writes_the_course_alone(
    trainer: Client, course: Course, ada: User, noor: User, client: Client
) -> None:
    other = Course.objects.create(title="Other", slug="other", subject="numbers")
    assert shipped()

    assert trainer.get(address(course)).status_code == 200
    assert trainer.get(address(other)).status_code == 404
    client.force_login(ada)
    assert client.get(address(course)).status_code == 404
    assert client.post(address(course), {"wish": "default"}).status_code == 404
    client.force_login(noor)
    assert client.get(address(other)).status_code == 200
    client.logout()
    assert client.get(address(course)).status_code == 302


def test_a_trainer_does_not_decide_for_other_trainers_cohorts(
    trainer: Client, course: Course, noor: User, client: Client
) -> None:
    other = Cohort.objects.create(name="Evening")
    other.courses.add(course)

    page = trainer.get(address(course))
    refused = trainer.post(address(course), {"wish": PolicyWish.DEFAULT})

    assert page.status_code == 200
    assert b'name="wish"' not in page.content
    assert refused.status_code == 403
    assert policy_of(course).wish != PolicyWish.DEFAULT
    client.force_login(noor)
    assert client.post(address(course), {"wish": PolicyWish.DEFAULT}).status_code == 302


def test_a_trainer_finds_the_way_back_to_the_cohort_they_came_from(trainer: Client, course: Course, noor: User) -> None:
    cohort, foreign = Cohort.objects.get(), Cohort.objects.create(name="Somebody else's")
    foreign.courses.add(course)

    page = trainer.get(address(course), {"cohort": cohort.pk}).content.decode()

    assert reverse("analytics:cohort", args=[cohort.pk]) in page
    assert reverse("adaptive:cohort_rules", args=[cohort.pk, course.slug]) in page
    for unknown in (foreign.pk, "x", "9" * 30):
        assert "Somebody else" not in trainer.get(address(course), {"cohort": unknown}).content.decode()
    foreign.delete()
    came_from = f"{address(course)}?cohort={cohort.pk}"
    assert trainer.post(came_from, {"wish": PolicyWish.SHADOW}).url == came_from
