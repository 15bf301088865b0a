"""A placement test that is left, skipped or taken again: nothing is lost, nothing told too early, all of it once."""

import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from adaptive.adapting import Standing, standing_of
from adaptive.placement import LONG_AGO, MOST_QUESTIONS, invitation, is_on_offer, is_worth_mentioning, may_be_taken
from adaptive.placing import answers_in_test, begin_placement, leave_placement, stop_placement
from adaptive.progress import Ending
from adaptive.recommending import recommend_next
from adaptive.serving import live_tutor
from courses import clock
from courses.models import Course, Enrollment, InteractionKind, Presentation
from tests.adaptive.acting import learn, respond
from tests.adaptive.conftest import again
from tests.adaptive.test_placing import pass_on, take_test

HELD_BACK = "shown once the placement test has ended"


@pytest.fixture
def browser(client: Client, newcomer: Enrollment) -> Client:
    client.force_login(newcomer.learner)
    return client


def standing(enrollment: Enrollment) -> Standing:
    enrollment = again(enrollment)
    return standing_of(enrollment, live_tutor(enrollment.course_id))


def begun(enrollment: Enrollment, answers: int = 2) -> Presentation:
    """Answer so many questions right, and return the one that waits."""
    question = begin_placement(enrollment)
    for _ in range(answers):
        question = respond(question, right=True).next_question
    return question


def endings(enrollment: Enrollment) -> list[str]:
    placed = enrollment.interactions.filter(kind=InteractionKind.PLACED).order_by("sequence")
    return [entry.response["because"] for entry in placed]


def page_of(client: Client, name: str) -> str:
    arguments = [] if name == "adaptive:today" else ["chain"]
    return client.get(reverse(name, args=arguments)).content.decode()


def open_module(client: Client, module: str) -> str:
    """Press "Open" on the course page, and return what is shown then."""
    sent = {"module": module, "wish": "this-one", "key": str(uuid.uuid4())}
    return client.post(reverse("adaptive:override", args=["chain"]), sent, follow=True).content.decode()


def test_opening_a_module_in_another_tab_ends_the_test_with_what_is_known_and_says_so(
    browser: Client, newcomer: Enrollment
) -> None:
    begun(newcomer)
    module = newcomer.course.modules.order_by("position").last()

    page = open_module(browser, module.slug)

    assert "The placement test ended here. What you answered so far counts." in page
    assert reverse("adaptive:placement", args=["chain"]) in page
    assert endings(newcomer) == [Ending.PLACED]
    assert standing(newcomer).progress.placement.known
    assert recommend_next(again(newcomer)).module == module
    assert "This is what 2 answers told us." in page_of(browser, "adaptive:placement")


def test_leaving_twice_or_in_two_tabs_is_written_down_once(newcomer: Enrollment) -> None:
    begun(newcomer)

    first, second = leave_placement(again(newcomer)), leave_placement(again(newcomer))
    stop_placement(again(newcomer))

    assert first
    assert second is None
    assert endings(newcomer) == [Ending.PLACED]


def test_going_on_with_the_course_ends_it_too_and_nobody_who_answered_nothing_has_left_one(
    browser: Client, newcomer: Enrollment
) -> None:
    begin_placement(newcomer)
    assert leave_placement(again(newcomer)) is None
    begun(newcomer)

    page = browser.post(reverse("adaptive:next", args=["chain"]), follow=True).content.decode()

    assert "The placement test ended here." in page
    assert endings(newcomer) == [Ending.PLACED]


def test_what_waits_in_the_other_tab_leads_to_the_conclusion(browser: Client, newcomer: Enrollment) -> None:
    waiting = begun(newcomer)
    open_module(browser, newcomer.course.modules.order_by("position").last().slug)

    shown = browser.get(reverse("adaptive:question", args=[waiting.pk]), follow=True)
    sent = {"key": str(uuid.uuid4()), "seconds": "5", "passed": "yes"}
    answered = browser.post(reverse("adaptive:answer", args=[waiting.pk]), sent, follow=True)

    assert shown.redirect_chain[-1][0] == reverse("adaptive:placement", args=["chain"])
    assert "The placement test of this question has ended." in shown.content.decode()
    assert "It counts like any other." in answered.content.decode()
    assert endings(newcomer) == [Ending.PLACED]


def test_the_api_ends_a_test_that_is_left_and_offers_the_step_that_fits(browser: Client, newcomer: Enrollment) -> None:
    before = recommend_next(newcomer)
    begun(newcomer)

    answer = browser.post(f"/api/v1/recommendations/{before.pk}/opened/", {}, content_type="application/json")

    assert answer.status_code == 409
    assert answer.json()["next"]["recommendation"]["id"] == str(recommend_next(again(newcomer)).pk)
    assert endings(newcomer) == [Ending.PLACED]


def test_nothing_is_told_of_the_skills_before_it_ends(browser: Client, newcomer: Enrollment) -> None:
    begun(newcomer)
    pages = {name: page_of(browser, name) for name in ("adaptive:today", "adaptive:map")}
    beliefs = browser.get("/api/v1/courses/chain/state/").json()["skills"]
    stop_placement(again(newcomer))

    for name, page in pages.items():
        assert HELD_BACK in page
        assert "we have seen" not in page
        assert HELD_BACK not in page_of(browser, name)
        assert "we have seen" in page_of(browser, name)
    assert {one["answers"] for one in beliefs} == {0}


def test_after_skipping_it_the_course_and_the_map_lead_back_as_long_as_little_is_known(
    browser: Client, newcomer: Enrollment
) -> None:
    stop_placement(newcomer)
    early = [page_of(browser, name) for name in ("courses:course", "adaptive:map")]
    offer = page_of(browser, "adaptive:placement")
    learn(again(newcomer), lambda number: number % 2 == 0, answers=12)
    late = [page_of(browser, name) for name in ("courses:course", "adaptive:map")]

    assert all("Take the placement test" in page for page in early)
    assert "Find out where you stand" in offer
    assert "Not now" in offer
    assert not any("Take the placement test" in page for page in late)
    assert "Find out where you stand" in page_of(browser, "adaptive:placement")


def test_who_skipped_it_takes_it_after_all_and_skips_what_they_know(newcomer: Enrollment) -> None:
    stop_placement(newcomer)

    outcomes = take_test(newcomer, knows=5)

    assert endings(newcomer) == [Ending.SKIPPED, Ending.ANEW, Ending.PLACED]
    assert outcomes[-1].next_step.module.position >= 3
    assert not is_on_offer(standing(newcomer))


def test_taking_it_again_asks_what_is_new_and_keeps_what_was_done(newcomer: Enrollment) -> None:
    stop_placement(newcomer)
    learn(again(newcomer), lambda number: True, answers=8)
    before = standing(newcomer)
    done = {pk for pk, module in before.progress.modules.items() if module.done}
    met = set(before.progress.questions)

    outcomes = take_test(newcomer, knows=4)

    now = standing(newcomer).progress
    assert done
    assert all(now.module(pk).done for pk in done)
    assert not met & {question for question, _, _ in now.placement.answers}
    assert answers_in_test(newcomer).count() == len(outcomes) <= MOST_QUESTIONS
    assert {skill for skill, belief in before.beliefs(list(before.syllabus.skills)).items() if belief.is_known} <= set(
        now.placement.known
    )


def test_a_second_test_stopped_at_once_takes_nothing_away(newcomer: Enrollment) -> None:
    take_test(newcomer, knows=4)
    known = standing(newcomer).progress.placement.known
    begin_placement(again(newcomer))

    left = leave_placement(again(newcomer))

    assert left.response["because"] == Ending.SKIPPED
    assert standing(newcomer).progress.placement.known == known
    assert not is_on_offer(standing(newcomer))


def test_what_an_earlier_test_found_counts_in_the_next_one(newcomer: Enrollment) -> None:
    take_test(newcomer, knows=6)
    known = set(standing(newcomer).progress.placement.known)
    question = begin_placement(again(newcomer))

    respond(question, right=True)
    stop_placement(again(newcomer))

    assert known
    assert known <= set(standing(newcomer).progress.placement.known)


def test_it_is_mentioned_again_after_a_long_time(newcomer: Enrollment) -> None:
    take_test(newcomer, knows=3)
    now = standing(newcomer)

    assert may_be_taken(now)
    assert not is_worth_mentioning(now, clock.now() + timedelta(days=2))
    assert is_worth_mentioning(now, clock.now() + LONG_AGO + timedelta(hours=1))
    assert invitation(now) is None
    assert invitation(now, is_wanted=True).answered == 0


def test_a_course_that_is_done_or_has_too_few_new_questions_says_why_there_is_none(
    browser: Client, newcomer: Enrollment, chain: Course
) -> None:
    stop_placement(newcomer)
    chain.has_placement = False
    chain.save()

    page = browser.get(reverse("adaptive:placement", args=["chain"]), follow=True)

    assert page.redirect_chain[-1][0] == reverse("courses:course", args=["chain"])
    assert "This course has no placement test." in page.content.decode()


def test_the_course_page_mentions_the_test_to_everybody(client: Client, chain: Course) -> None:
    assert "A placement test of up to 8 questions finds out what you can skip" in page_of(client, "courses:course")


def test_folding_the_log_of_two_tests_again_gives_the_same(newcomer: Enrollment) -> None:
    take_test(newcomer, knows=2)
    pass_on(begin_placement(again(newcomer)))
    stop_placement(again(newcomer))
    before = standing(newcomer).progress.as_json()

    newcomer.states.all().delete()

    assert standing(newcomer).progress.as_json() == before
