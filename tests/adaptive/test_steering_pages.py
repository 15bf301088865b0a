"""Where trainers steer: who may, what is refused, what they are told; and what learners are told."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from adaptive.directives import Directive
from adaptive.recommending import recommend_next
from adaptive.stepping import open_step
from courses.enrolling import enroll
from courses.models import Cohort, Course, Enrollment, User
from tests.adaptive.conftest import again
from tests.adaptive.steered import BAN, DUE, LOCK, PIN, WAIVER, asked, cohort_with, in_days, module, skill
from tests.factories import make_course


@pytest.fixture
def cohort(enrollment: Enrollment, grace: User) -> Cohort:
    return cohort_with(grace, enrollment)


@pytest.fixture
def trainer(client: Client, grace: User) -> Client:
    client.force_login(grace)
    return client


@pytest.fixture
def of_ada(cohort: Cohort, enrollment: Enrollment) -> str:
    return reverse("adaptive:steer_learner", args=[cohort.pk, enrollment.pk])


@pytest.fixture
def of_all(cohort: Cohort, course: Course) -> str:
    return reverse("adaptive:steer_cohort", args=[cohort.pk, course.slug])


def said(response: HttpResponse) -> str:
    """What the next page will say at its top."""
    return " ".join(str(message) for message in get_messages(response.wsgi_request))


def day(days: int) -> str:
    return (timezone.localdate() + timedelta(days=days)).isoformat()


def sent(kind: str, about: Any, **more: str) -> dict[str, str]:
    return {"kind": kind, "about": f"{about._meta.model_name}-{about.pk}", **more}


def test_a_trainer_adds_and_ends_for_one_learner(trainer: Client, of_ada: str, enrollment: Enrollment) -> None:
    added = trainer.post(of_ada, sent(PIN, module(enrollment.course, 1), note="Start here"))
    made = Directive.objects.get()
    page = trainer.get(of_ada).content.decode()

    assert added.headers["Location"] == of_ada
    assert (made.enrollment, made.cohort, made.made_by.first_name) == (enrollment, None, "Grace")
    assert "Offer first: Module 1" in page
    assert "Start here" in page
    cohort_pk = enrollment.learner.cohorts.get().pk
    ended = trainer.post(reverse("adaptive:end_directive", args=[cohort_pk, made.pk]))
    assert ended.headers["Location"] == of_ada
    assert "Ended: “Offer first: Module 1”" in said(ended)
    assert "Nobody has asked for anything" in trainer.get(of_ada).content.decode()
    assert "Grace" in trainer.get(of_ada).content.decode()


def test_what_is_asked_of_the_cohort_stands_with_each_learner_but_is_ended_for_all(
    trainer: Client, of_all: str, of_ada: str, course: Course, cohort: Cohort
) -> None:
    trainer.post(of_all, sent(BAN, module(course, 3)))
    made = Directive.objects.get()
    end_here = reverse("adaptive:end_directive", args=[cohort.pk, made.pk])

    assert (made.cohort, made.enrollment) == (cohort, None)
    assert end_here in trainer.get(of_all).content.decode()
    assert "Never offer: Module 3" in trainer.get(of_ada).content.decode()
    assert end_here not in trainer.get(of_ada).content.decode()


def test_days_are_whole_days_of_the_trainer(trainer: Client, of_ada: str, course: Course, grace: User) -> None:
    grace.time_zone = "Asia/Tokyo"
    grace.save()
    trainer.post(of_ada, sent(DUE, module(course, 1), holds_until="2999-05-05"))
    trainer.post(of_ada, sent(LOCK, module(course, 2), holds_until="2999-05-05", holds_from="2999-05-01"))

    deadline, lock = Directive.objects.order_by("pk")

    assert deadline.holds_until.isoformat() == "2999-05-05T15:00:00+00:00"
    assert lock.holds_until.isoformat() == "2999-05-04T15:00:00+00:00"
    assert lock.holds_from.isoformat() == "2999-04-30T15:00:00+00:00"
    page = trainer.get(of_ada).content.decode()
    assert "Due by 5 May 2999: Module 1" in page
    assert "Not before 5 May 2999: Module 2" in page


@pytest.mark.parametrize(
    ("kind", "about", "more", "words"),
    [
        (LOCK, "module", {}, "“Not before” needs a day."),
        (DUE, "module", {}, "“Due by” needs a day."),
        (BAN, "skill", {}, "Choose a module for this."),
        (WAIVER, "module", {}, "Only a skill can count as known: choose one."),
        (BAN, "module", {"holds_until": day(-2)}, "Choose a day to come."),
        (LOCK, "module", {"holds_until": day(0)}, "Choose a day to come."),
        (BAN, "module", {"holds_from": day(5), "holds_until": day(3)}, "Choose a later day than the one it begins on."),
        (BAN, "module", {"holds_until": "soon"}, "Enter a valid date."),
        (BAN, "module", {"note": "x" * 301}, "at most 300 characters"),
    ],
)
def test_what_makes_no_sense_is_refused_with_what_to_do(
    trainer: Client, of_ada: str, course: Course, kind: str, about: str, more: dict[str, str], words: str
) -> None:
    thing = module(course, 2) if about == "module" else skill(course, 2)

    response = trainer.post(of_ada, sent(kind, thing, **more))

    assert response.status_code == 422
    assert words in response.content.decode()
    assert not Directive.objects.exists()


def test_modules_of_another_course_and_unpublished_ones_are_refused(
    trainer: Client, of_ada: str, course: Course
) -> None:
    hidden = module(course, 4)
    hidden.live = False
    hidden.save()

    for foreign in (module(make_course(slug="elsewhere"), 1), hidden):
        assert trainer.post(of_ada, sent(PIN, foreign)).status_code == 422
    assert not Directive.objects.exists()


def test_steering_of_somebody_else_does_not_exist(
    client: Client, noor: User, ada: User, of_ada: str, of_all: str, enrollment: Enrollment, grace: User
) -> None:
    ban = asked(grace, BAN, module(enrollment.course, 2), enrollment)
    end_here = reverse("adaptive:end_directive", args=[enrollment.learner.cohorts.get().pk, ban.pk])
    noor.is_trainer = True
    noor.save()

    for outsider in (noor, ada):
        client.force_login(outsider)
        assert {client.get(page).status_code for page in (of_ada, of_all)} == {404}
        answers = {client.post(page, sent(PIN, module(enrollment.course, 1))).status_code for page in (of_ada, of_all)}
        assert answers | {client.post(end_here).status_code} == {404}
    assert Directive.objects.get().ended_at is None


def test_what_is_out_of_reach_of_an_own_cohort_does_not_exist_in_it(
    trainer: Client, cohort: Cohort, noor: User, grace: User, course: Course
) -> None:
    elsewhere = again(enroll(noor, make_course(slug="elsewhere")))
    foreign = cohort_with(User.objects.create_user("tom@example.org", is_trainer=True), elsewhere)
    ban = asked(grace, BAN, module(elsewhere.course, 1), elsewhere)
    for_all = asked(grace, BAN, module(elsewhere.course, 1), foreign)

    learner = reverse("adaptive:steer_learner", args=[cohort.pk, elsewhere.pk])
    other_course = reverse("adaptive:steer_cohort", args=[cohort.pk, "elsewhere"])
    ends = [reverse("adaptive:end_directive", args=[cohort.pk, made.pk]) for made in (ban, for_all)]

    assert {trainer.get(page).status_code for page in (learner, other_course)} == {404}
    assert {trainer.post(page).status_code for page in ends} == {404}


def test_who_is_signed_out_is_asked_to_sign_in(client: Client, of_ada: str) -> None:
    assert client.get(of_ada).status_code == 302


def test_a_pin_against_a_ban_is_told_to_have_no_effect(
    trainer: Client, of_ada: str, of_all: str, course: Course
) -> None:
    trainer.post(of_all, sent(BAN, module(course, 1)))

    response = trainer.post(of_ada, sent(PIN, module(course, 1)))

    assert "It has no effect while “Never offer: Module 1” counts" in said(response)
    assert "No effect while “Never offer” counts for it" in trainer.get(of_ada).content.decode()


def test_a_pin_on_a_closed_module_says_what_it_waits_for_and_offers_the_waiver(
    trainer: Client, of_ada: str, course: Course
) -> None:
    response = trainer.post(of_ada, sent(PIN, module(course, 2)))
    page = trainer.get(of_ada).content.decode()

    assert "Still closed, as it builds on: Skill-1." in said(response)
    assert f'value="skill-{skill(course, 1).pk}">' in page
    waived = trainer.post(of_ada, sent(WAIVER, skill(course, 1)))
    assert "It counts from the next step on." in said(waived)
    assert "Still closed" not in trainer.get(of_ada).content.decode()


def test_a_cohort_is_told_how_many_know_what_a_pinned_module_builds_on(
    trainer: Client, of_all: str, course: Course, noor: User, cohort: Cohort
) -> None:
    cohort.learners.add(noor)
    enroll(noor, course)
    trainer.post(of_all, sent(PIN, module(course, 2)))

    page = trainer.get(of_all).content.decode()

    assert "Still closed for some" in page
    assert "known by 0 of 2" in page


def test_a_trainer_learns_that_nothing_else_was_left_to_offer(
    trainer: Client, of_ada: str, of_all: str, enrollment: Enrollment, course: Course
) -> None:
    trainer.post(of_all, sent(BAN, module(course, 1)))
    assert "Nothing else was left to offer" not in trainer.get(of_ada).content.decode()

    recommend_next(again(enrollment))

    assert "Nothing else was left to offer" in trainer.get(of_ada).content.decode()
    assert "1 learner is on the default path" in trainer.get(of_all).content.decode()


def test_the_pages_of_cohort_and_learner_show_what_counts(
    trainer: Client, cohort: Cohort, course: Course, enrollment: Enrollment, of_ada: str, of_all: str
) -> None:
    trainer.post(of_all, sent(BAN, module(course, 3), note="Not this year"))

    for page, address in (
        (reverse("analytics:cohort", args=[cohort.pk]), of_all),
        (reverse("analytics:learner", args=[cohort.pk, enrollment.pk]), of_ada),
    ):
        shown = trainer.get(page).content.decode()
        assert "Never offer: Module 3" in shown
        assert "Not this year" in shown
        assert f'action="{address}"' in shown


def test_the_page_costs_the_same_however_many_learn(
    trainer: Client, of_all: str, course: Course, cohort: Cohort, django_assert_max_num_queries: Any
) -> None:
    trainer.post(of_all, sent(PIN, module(course, 2)))
    trainer.post(of_all, sent(BAN, module(course, 3)))
    trainer.get(of_all)

    def queries() -> int:
        with django_assert_max_num_queries(14) as captured:
            trainer.get(of_all)
        return len(captured)

    before = queries()
    for number in range(5):
        learner = User.objects.create_user(f"more{number}@example.org")
        cohort.learners.add(learner)
        enroll(learner, course)
    assert queries() == before


@pytest.mark.parametrize(
    ("kind", "more", "words"),
    [
        (BAN, {"note": "We do it together"}, "Your trainer has put “Module 2” aside for now: “We do it together”"),
        (LOCK, {"holds_until": in_days(400)}, "Your trainer opens “Module 2” on "),
    ],
)
def test_a_learner_who_asks_for_what_was_put_aside_is_told_so(
    client: Client, ada: User, grace: User, enrollment: Enrollment, kind: Any, more: dict[str, Any], words: str
) -> None:
    asked(grace, kind, module(enrollment.course, 2), enrollment, **more)
    client.force_login(ada)

    response = client.post(
        reverse("adaptive:override", args=[enrollment.course.slug]),
        {"wish": "this-one", "module": "module-2", "key": str(uuid.uuid4())},
    )

    assert words in said(response)
    assert recommend_next(again(enrollment)).module == module(enrollment.course, 1)


def test_a_learner_reads_the_trainers_note_beside_the_step_and_on_the_page_about_it(
    client: Client, ada: User, grace: User, enrollment: Enrollment
) -> None:
    asked(grace, PIN, module(enrollment.course, 1), enrollment, note="<b>Before</b> Monday")
    asked(grace, BAN, module(enrollment.course, 3), enrollment)
    step = open_step(again(enrollment))
    client.force_login(ada)

    own = client.get(reverse("adaptive:step", args=[enrollment.course.slug])).content.decode()
    why = client.get(reverse("adaptive:why", args=[step.pk])).content.decode()

    words = "Your trainer asked for this first: “&lt;b&gt;Before&lt;/b&gt; Monday”"
    assert words in own
    assert words in why
    assert own.count("Closed for now:") == 1
