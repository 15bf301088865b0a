"""A trainer asks one learner to find out anew where they stand: it is offered, declined, taken, or taken back."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from adaptive.adapting import Standing, progress_seen, standing_of
from adaptive.directing import Reach, end
from adaptive.directives import Directive, DirectiveKind
from adaptive.placement import MOST_QUESTIONS, is_on_offer
from adaptive.placing import begin_placement, finding, stop_placement
from adaptive.placing_anew import objection
from adaptive.progress import Ending
from adaptive.recommending import recommend_next
from adaptive.serving import live_tutor
from courses.models import Cohort, Course, Enrollment, User
from tests.adaptive.acting import learn, respond
from tests.adaptive.conftest import again
from tests.adaptive.steered import asked, cohort_with
from tests.adaptive.test_placing import take_test
from tests.factories import make_course, make_history

ANEW = DirectiveKind.PLACE


@pytest.fixture
def begun(ada: User, chain: Course) -> Enrollment:
    """Somebody who skipped the test, and then learned a little."""
    enrollment = again(Enrollment.objects.create(learner=ada, course=chain))
    stop_placement(enrollment)
    learn(enrollment, lambda number: True, answers=4)
    return again(enrollment)


@pytest.fixture
def cohort(begun: Enrollment, grace: User) -> Cohort:
    return cohort_with(grace, begun)


@pytest.fixture
def trainer(client: Client, grace: User) -> Client:
    client.force_login(grace)
    return client


def standing(enrollment: Enrollment) -> Standing:
    enrollment = again(enrollment)
    return standing_of(enrollment, live_tutor(enrollment.course_id))


def address_of(cohort: Cohort, enrollment: Enrollment) -> str:
    return reverse("analytics:learner", args=[cohort.pk, enrollment.pk])


def ask(trainer: Client, cohort: Cohort, enrollment: Enrollment, note: str = "") -> str:
    """Ask on the learner's page, and return what it says then."""
    deed = reverse("adaptive:ask_for_placement", args=[cohort.pk, enrollment.pk])
    return trainer.post(deed, {"note": note}, follow=True).content.decode()


def test_what_a_trainer_asks_for_waits_for_the_next_visit(
    trainer: Client, cohort: Cohort, begun: Enrollment, client: Client
) -> None:
    page = ask(trainer, cohort, begun, note="Before the exam.")
    client.force_login(begun.learner)
    today = client.get(reverse("adaptive:today")).content.decode()

    assert "finds the test at their next visit" in page
    assert "Asked for anew: it waits for the next visit." in page
    assert "Find out where you stand" in today
    assert "Up to 8 questions" in today
    assert "Before the exam." in today
    assert "Go on without it" in today


def test_today_names_it_also_where_another_course_comes_first(
    cohort: Cohort, begun: Enrollment, grace: User, client: Client
) -> None:
    other = make_course(modules=2, slug="latest")
    learn(again(Enrollment.objects.create(learner=begun.learner, course=other)), lambda number: True, answers=9)
    asked(grace, ANEW, begun.course, begun)
    client.force_login(begun.learner)

    page = client.get(reverse("adaptive:today"))

    today = page.content.decode()
    assert page.context["first"].standing.syllabus.slug == "latest"
    assert "Your trainer asks: find out where you stand" in today
    assert reverse("adaptive:placement", args=["chain"]) in today


def test_taking_it_back_before_it_begins_undoes_it(cohort: Cohort, begun: Enrollment, grace: User) -> None:
    before = progress_seen(begun)
    directive = asked(grace, ANEW, begun.course, begun)
    was_offered = is_on_offer(standing(begun))

    end(directive, grace)

    assert was_offered
    assert not is_on_offer(standing(begun))
    stop_placement(again(begun))
    assert progress_seen(begun) == before


def test_a_second_test_asks_what_was_not_asked_before_and_keeps_what_was_done(
    cohort: Cohort, begun: Enrollment, grace: User
) -> None:
    met = set(standing(begun).progress.questions)
    done = {pk for pk, module in standing(begun).progress.modules.items() if module.done}
    asked(grace, ANEW, begun.course, begun)

    outcomes = take_test(begun, knows=4)

    now = standing(begun).progress
    assert outcomes[-1].finished == Ending.PLACED
    assert len(now.placement.answers) == len(outcomes) <= MOST_QUESTIONS
    assert not met & {question for question, _, _ in now.placement.answers}
    assert now.placement.known
    assert all(now.module(pk).done and now.module(pk).ended != Ending.PLACED for pk in done)
    assert not is_on_offer(standing(begun))
    assert recommend_next(again(begun)) == outcomes[-1].next_step


def test_what_a_trainer_asked_for_is_done_once_it_begins_and_stays_written_down(
    trainer: Client, cohort: Cohort, begun: Enrollment
) -> None:
    ask(trainer, cohort, begun)
    question = begin_placement(again(begun))
    page = trainer.get(address_of(cohort, begun)).content.decode()

    directive = Directive.objects.get()
    assert question
    assert (directive.made_by.first_name, directive.ended_at is None) == ("Grace", False)
    assert "0 of up to 8 questions are answered" in page
    assert "Ask for it anew" not in page
    earlier = trainer.get(reverse("adaptive:steer_learner", args=[cohort.pk, begun.pk])).content.decode()
    assert "Placement test anew: Chain" in earlier.split('id="earlier"')[1]
    assert begin_placement(again(begun)) == question


def test_a_learner_may_decline_and_loses_nothing(cohort: Cohort, ada: User, chain: Course, grace: User) -> None:
    chained = Enrollment.objects.get(learner=ada)
    asked(grace, ANEW, chain, chained)
    take_test(chained, knows=4)
    known = standing(chained).progress.placement.known
    asked(grace, ANEW, chain, chained)

    stop_placement(again(chained))

    placement = standing(chained).progress.placement
    assert placement.ended == Ending.SKIPPED
    assert placement.known == known
    assert not is_on_offer(standing(chained))


def test_a_worse_second_test_takes_back_what_only_seemed_known(
    cohort: Cohort, begun: Enrollment, chain: Course, grace: User
) -> None:
    asked(grace, ANEW, chain, begun)
    take_test(begun, knows=5)
    first = standing(begun).progress
    seemed = {pk for pk, module in first.modules.items() if module.ended == Ending.PLACED}
    asked(grace, ANEW, chain, begun)

    take_test(begun, knows=0)

    second = standing(begun).progress
    assert seemed
    assert not {pk for pk in seemed if second.module(pk).done} - {
        module for modules in second.placement.known.values() for module in modules
    }


def test_folding_the_log_of_two_tests_again_gives_the_same(
    cohort: Cohort, begun: Enrollment, chain: Course, grace: User
) -> None:
    asked(grace, ANEW, chain, begun)
    take_test(begun, knows=4)
    before = standing(begun).progress.as_json()

    begun.states.all().delete()

    assert standing(begun).progress.as_json() == before
    assert finding(begun).response["because"] == Ending.PLACED


def test_who_has_met_nearly_every_question_cannot_be_asked(
    trainer: Client, cohort: Cohort, begun: Enrollment, chain: Course
) -> None:
    make_history(begun, answers=44)
    standing(begun)

    page = ask(trainer, cohort, begun)

    assert "This learner has met all questions but" in page
    assert not Directive.objects.exists()


def test_a_newcomer_to_whom_the_first_test_is_open_is_not_asked_twice(cohort: Cohort, chain: Course) -> None:
    learner = User.objects.create(email="ben@example.org")
    newcomer = again(Enrollment.objects.create(learner=learner, course=chain))

    assert "on offer to this learner already" in objection(newcomer, progress_seen(newcomer))


def test_only_their_own_trainers_may_ask(client: Client, cohort: Cohort, begun: Enrollment, noor: User) -> None:
    deed = reverse("adaptive:ask_for_placement", args=[cohort.pk, begun.pk])
    for person in (noor, begun.learner):
        client.force_login(person)
        assert client.post(deed).status_code == 404
    client.force_login(cohort.trainers.get())
    assert client.get(deed).status_code == 405


def test_the_api_asks_and_tells_the_learner(trainer: Client, cohort: Cohort, begun: Enrollment, client: Client) -> None:
    address, kind = f"/api/v1/cohorts/{cohort.pk}/directives/", {"content_type": "application/json"}
    sent = {"course": "chain", "kind": "place", "note": "Again, please."}

    for_all = trainer.post(address, sent, **kind)
    made = trainer.post(address, sent | {"learner": str(begun.learner_id)}, **kind)
    client.force_login(begun.learner)
    offer = client.get("/api/v1/courses/chain/placement/").json()

    assert for_all.status_code == 400
    assert "not of a whole cohort" in for_all.content.decode()
    assert made.status_code == 201
    assert (offer["stage"], offer["anew"], offer["note"], offer["answered"]) == ("on_offer", True, "Again, please.", 0)
    assert Reach(cohort, begun.course).directives.standing(timezone.now()).count() == 0


def test_the_answers_of_the_earlier_test_are_told_while_another_is_only_asked_for(
    cohort: Cohort, ada: User, chain: Course, grace: User, client: Client
) -> None:
    enrollment = Enrollment.objects.get(learner=ada)
    asked(grace, ANEW, chain, enrollment)
    shown = begin_placement(again(enrollment))
    respond(shown, right=True)
    stop_placement(again(enrollment))
    asked(grace, ANEW, chain, enrollment)
    client.force_login(ada)

    assert client.get(reverse("adaptive:outcome", args=[shown.pk])).status_code == 200
