"""Where no tutor can be used at all, the course goes on in its order, and a learner's wishes count all the same."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from adaptive import steering
from adaptive.explaining import sentence
from adaptive.models import Aim
from adaptive.ordering import step_in_order
from adaptive.progress import Wish
from adaptive.reason_words import RULES
from adaptive.recommending import recommend_next
from adaptive.stepping import Request, open_step, override, practice
from courses.enrolling import enroll
from courses.models import Enrollment, InteractionKind, Modality, User, Variant
from courses.recording import Event, record_event
from mlcore.refusals import BANNED_FOR, UNINTERESTING_FOR, Reason
from tests.adaptive.acting import respond
from tests.adaptive.conftest import again
from tests.adaptive.in_order import said, visit, way
from tests.adaptive.steered import module
from tests.adaptive.test_serving import broken_ladder
from tests.factories import make_course

FINISHED, HINTED, OVERRODE = InteractionKind.FINISHED, InteractionKind.HINTED, InteractionKind.OVERRODE
QUERIES = 6  # for the step that answers a wish; one looks whether anybody steers


@pytest.fixture(autouse=True)
def without_tutor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adaptive.degrading.ladder", broken_ladder)


@pytest.fixture
def short(ada: User) -> Enrollment:
    """A course of two modules."""
    return again(enroll(ada, make_course(modules=2, slug="short")))


def only(enrollment: Enrollment, *ways: tuple[str, int]) -> None:
    """Leave no lessons but those of such a modality and difficulty."""
    for one in Variant.objects.filter(module__course=enrollment.course):
        if (one.modality, one.difficulty) not in ways:
            one.delete()
    for one in enrollment.course.modules.all():
        one.save()


@pytest.mark.parametrize("reason", ["", Reason.KNOWN, Reason.WAY, Reason.LONG, Reason.LATER, Reason.INTEREST])
def test_what_is_not_wanted_does_not_come_next(enrollment: Enrollment, reason: str) -> None:
    step = said(enrollment, Wish.NOT_THIS_ONE, reason=reason)

    assert step.module == module(enrollment.course, 2)
    assert sentence(step) == RULES["order"]


@pytest.mark.parametrize(("reason", "entries"), [("", BANNED_FOR), (Reason.INTEREST, UNINTERESTING_FOR)])
def test_what_is_not_wanted_comes_back_after_its_time(ada: User, reason: str, entries: int) -> None:
    enrollment = again(enroll(ada, make_course(modules=5, questions=2)))
    said(enrollment, Wish.NOT_THIS_ONE, reason=reason)
    refused_at = again(enrollment).last_sequence

    visit(enrollment)  # of module 2, which is opened, answered twice and finished
    visit(enrollment, entries - 4 - 4 - 1)  # of module 3
    a_moment_early = recommend_next(again(enrollment))
    ended_early = again(enrollment).last_sequence
    visit(enrollment)
    back = recommend_next(again(enrollment))

    assert ended_early == refused_at + entries - 1
    assert (a_moment_early.module.slug, back.module.slug) == ("module-4", "module-1")


def test_what_is_begun_goes_on_when_a_refused_module_may_come_back(enrollment: Enrollment) -> None:
    step = said(enrollment, Wish.NOT_THIS_ONE)
    open_step(again(enrollment))

    for _ in range(2 * BANNED_FOR):
        record_event(again(enrollment), Event(kind=HINTED))

    assert recommend_next(again(enrollment)) == step


def test_when_all_was_refused_what_was_refused_longest_ago_comes_back_another_way(short: Enrollment) -> None:
    first = said(short, Wish.NOT_THIS_ONE)
    back = said(short, Wish.NOT_THIS_ONE)
    forth = said(short, Wish.NOT_THIS_ONE)

    assert way(first) == ("module-2", Modality.TEXT, 2)
    assert way(back) == ("module-1", Modality.WORKED_EXAMPLE, 2)
    assert way(forth) == ("module-2", Modality.WORKED_EXAMPLE, 2)
    assert sentence(back) == RULES["given_back_otherwise"]


def test_when_every_way_was_refused_the_one_refused_longest_ago_comes_back(short: Enrollment) -> None:
    only(short, (Modality.TEXT, 2))

    steps = [said(short, Wish.NOT_THIS_ONE) for _ in range(3)]

    assert [step.module.slug for step in steps] == ["module-2", "module-1", "module-2"]
    assert [sentence(step) for step in steps] == [RULES["order"], RULES["given_back"], RULES["given_back"]]


def test_where_nothing_else_is_there_at_all_it_is_said_so(ada: User) -> None:
    alone = again(enroll(ada, make_course(modules=1, slug="alone")))
    only(alone, (Modality.TEXT, 2))
    refused = open_step(again(alone))

    step = said(alone, Wish.NOT_THIS_ONE)

    assert (way(step), sentence(step)) == (way(refused), RULES["given_back_alone"])
    assert step != refused


def test_what_is_done_comes_before_what_is_refused(short: Enrollment) -> None:
    visit(short)

    step = said(short, Wish.NOT_THIS_ONE)

    assert step.module == module(short.course, 1)
    assert sentence(step) == RULES["meanwhile_done"]


def test_a_module_that_was_chosen_comes_next_until_it_is_finished(enrollment: Enrollment) -> None:
    chosen = module(enrollment.course, 3)

    step = said(enrollment, Wish.THIS_ONE, chosen)
    visit(enrollment)

    assert (step.module, step.purpose, sentence(step)) == (chosen, Aim.LEARN, RULES[Wish.THIS_ONE])
    assert recommend_next(again(enrollment)).module == module(enrollment.course, 1)


def test_what_was_refused_can_be_chosen(enrollment: Enrollment) -> None:
    first = module(enrollment.course, 1)
    said(enrollment, Wish.NOT_THIS_ONE)

    step = said(enrollment, Wish.THIS_ONE, first)

    assert (step.module, sentence(step)) == (first, RULES[Wish.THIS_ONE])


def test_a_module_can_be_reviewed(enrollment: Enrollment) -> None:
    visit(enrollment)
    visit(enrollment)
    first = module(enrollment.course, 1)

    step = said(enrollment, Wish.REVIEW, first)
    visit(enrollment)

    assert (step.module, step.variant, step.purpose) == (first, None, Aim.REVIEW)
    assert sentence(step) == RULES[Wish.REVIEW]
    assert recommend_next(again(enrollment)).module == module(enrollment.course, 3)


def test_another_way_is_the_same_module_in_another_modality(enrollment: Enrollment) -> None:
    other = said(enrollment, Wish.ANOTHER_WAY)
    third = said(enrollment, Wish.ANOTHER_WAY)

    assert way(other) == ("module-1", Modality.WORKED_EXAMPLE, 2)
    assert way(third) == ("module-1", Modality.TEXT, 4)
    assert {sentence(other), sentence(third)} == {RULES[Wish.ANOTHER_WAY]}


def test_too_easy_is_followed_by_something_harder_and_too_hard_by_something_easier(enrollment: Enrollment) -> None:
    harder = said(enrollment, Wish.TOO_EASY)
    easier = said(enrollment, Wish.TOO_HARD)

    assert way(harder) == ("module-1", Modality.TEXT, 4)
    assert easier.module == harder.module
    assert easier.variant.difficulty == 2
    assert (sentence(harder), sentence(easier)) == (RULES[Wish.TOO_EASY], RULES[Wish.TOO_HARD])


def test_a_review_that_was_too_hard_leads_to_an_easier_lesson(enrollment: Enrollment) -> None:
    first = module(enrollment.course, 1)
    said(enrollment, Wish.REVIEW, first)

    step = said(enrollment, Wish.TOO_HARD)

    assert way(step) == ("module-1", Modality.TEXT, 2)
    assert sentence(step) == RULES["too-hard-lesson"]


@pytest.mark.parametrize("wish", [Wish.ANOTHER_WAY, Wish.TOO_EASY, Wish.TOO_HARD])
def test_without_another_way_the_course_goes_on(enrollment: Enrollment, wish: str) -> None:
    only(enrollment, (Modality.TEXT, 2))

    step = said(enrollment, wish)
    visit(enrollment)

    assert (step.module, sentence(step)) == (module(enrollment.course, 2), RULES["order"])
    assert recommend_next(again(enrollment)).module == module(enrollment.course, 3)


def test_what_was_too_hard_comes_back_in_a_way_that_is_not(enrollment: Enrollment) -> None:
    said(enrollment, Wish.TOO_HARD)
    visit(enrollment)

    back = recommend_next(again(enrollment))

    assert way(back) == ("module-1", Modality.WORKED_EXAMPLE, 2)


def test_an_answer_to_what_was_refused_leads_to_the_step_on_offer(enrollment: Enrollment) -> None:
    old = practice(again(enrollment))
    step = said(enrollment, Wish.NOT_THIS_ONE)

    outcome = respond(old, right=True)

    assert (outcome.next_question, outcome.finished, outcome.next_step) == (None, "", step)


def test_what_is_given_back_can_be_finished(short: Enrollment) -> None:
    for _ in range(2):
        said(short, Wish.NOT_THIS_ONE)

    visit(short)

    assert short.interactions.get(kind=FINISHED).module == module(short.course, 1)


def test_asking_often_costs_no_more_queries(enrollment: Enrollment) -> None:
    counts = []
    for wishes in (1, 80):
        for _ in range(wishes):
            override(again(enrollment), Request(Wish.NOT_THIS_ONE))
        step = recommend_next(again(enrollment))
        refused = Event(OVERRODE, step.module_id, step.variant_id, response={"wish": Wish.NOT_THIS_ONE})
        record_event(again(enrollment), refused)
        reader = Enrollment.objects.with_edition().select_related("learner").get(pk=enrollment.pk)
        steering.forget()
        with CaptureQueriesContext(connection) as queries:
            offered = step_in_order(reader)
        assert offered.module_id != step.module_id
        counts.append(len(queries))

    assert counts == [QUERIES, QUERIES]
