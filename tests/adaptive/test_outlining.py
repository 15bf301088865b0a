"""The page of a course tells of each module what the policy goes by: done, next, due again, or what comes first."""

from datetime import timedelta

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from adaptive.directives import DirectiveKind
from adaptive.models import Recommendation
from adaptive.outlining import Outline, outline_for
from adaptive.placing import begin_placement
from adaptive.recommending import recommend_next
from adaptive.stepping import open_step
from courses.models import Course, Enrollment, Module, User
from tests.adaptive.acting import finish_a_module, respond
from tests.adaptive.conftest import again
from tests.adaptive.steered import asked
from tests.factories import make_course


def outline(enrollment: Enrollment, days: float = 0.0) -> Outline:
    return outline_for(again(enrollment), timezone.now() + timedelta(days=days))


def told(enrollment: Enrollment, days: float = 0.0) -> list[str]:
    """What is said of each module, in the order of the course."""
    places = outline(enrollment, days).places.values()
    return [place.words + " next" * place.is_next + " due" * place.is_due for place in places]


def test_before_the_first_step_one_module_is_next_and_the_others_name_what_comes_first(enrollment: Enrollment) -> None:
    assert told(enrollment) == [
        "Not started next",
        "“Module 1” comes first",
        "“Module 2” comes first",
        "“Module 3” comes first",
    ]


def test_a_module_on_the_way_is_in_progress(enrollment: Enrollment) -> None:
    open_step(enrollment)

    assert told(enrollment)[0] == "In progress next"


def test_what_is_done_opens_what_builds_on_it_and_comes_back_when_it_is_due(enrollment: Enrollment) -> None:
    finish_a_module(enrollment)

    now, later = told(enrollment), told(enrollment, days=40)

    assert now == ["Done", "Not started next", "“Module 2” comes first", "“Module 3” comes first"]
    assert later[0] == "Done due"
    assert outline(enrollment).done == 1


def test_next_is_what_the_policy_offers(wide: Enrollment) -> None:
    step = recommend_next(wide)

    assert [pk for pk, place in outline(wide).places.items() if place.is_next] == [step.module_id]


def test_a_waiver_of_a_trainer_opens_a_module_and_a_lock_puts_one_aside(enrollment: Enrollment, grace: User) -> None:
    second = Module.objects.get(course=enrollment.course, position=1)
    asked(grace, DirectiveKind.WAIVER, enrollment.course.skills.get(position=0), enrollment)
    opened = told(enrollment)[1]
    asked(grace, DirectiveKind.BAN, second, enrollment)

    assert opened.removesuffix(" next") == "Not started"
    assert told(enrollment)[1] == "Left out for now, as was asked for you"


def test_while_a_placement_test_goes_on_nothing_tells_which_answers_were_right(ada: User) -> None:
    chain = Enrollment.objects.create(learner=ada, course=make_course(modules=6, slug="chain"))
    question = begin_placement(again(chain))
    assert question
    respond(question, right=True)

    before = Recommendation.objects.count()

    assert set(told(chain)) == {"Not started"}
    assert Recommendation.objects.count() == before, "nothing is drawn that nobody sees"


def test_the_page_says_it_in_words_and_marks_the_next_step(client: Client, enrollment: Enrollment) -> None:
    finish_a_module(enrollment)
    client.force_login(enrollment.learner)

    rows = page_of(client, enrollment.course).split('<li class="list-row')[1:]

    assert "Done" in rows[0]
    assert "Next for you" in rows[1]
    assert 'aria-current="step"' in rows[1]
    assert "“Module 2” comes first" in rows[2]
    assert not any("Next for you" in row for row in (rows[0], rows[2], rows[3]))


def test_who_does_not_take_the_course_reads_of_no_state(client: Client, course: Course) -> None:
    page = page_of(client, course)

    assert "Module 4" in page
    assert not any(words in page for words in ("Not started", "comes first", "Next for you"))


def test_it_takes_as_many_statements_for_many_modules_as_for_few(client: Client, ada: User) -> None:
    client.force_login(ada)
    counts = []
    for modules in (3, 12):
        course = make_course(modules=modules, slug=f"of-{modules}")
        Enrollment.objects.create(learner=ada, course=course)
        page_of(client, course)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            page_of(client, course)
        counts.append(len(captured))

    assert counts[0] == counts[1] <= 14


def page_of(client: Client, course: Course) -> str:
    return client.get(reverse("courses:course", args=[course.slug])).content.decode()
