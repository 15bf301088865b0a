"""All courses of a learner read at once tell the same as each of them read alone."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from adaptive import serving, steering
from adaptive.adapting import standing_of
from adaptive.directives import DirectiveKind
from adaptive.models import Checkpoint, CoursePolicy
from adaptive.policies import PolicyStage
from adaptive.recommending import recommend_next, step_on_offer
from adaptive.serving import live_tutor, live_tutors
from adaptive.standings import standings_of, steps_on_offer
from courses.enrolling import enroll
from courses.models import Cohort, Enrollment, User
from tests.adaptive.acting import learn
from tests.adaptive.conftest import again
from tests.adaptive.steered import asked
from tests.factories import make_course


def courses_of(ada: User, grace: User) -> list[Enrollment]:
    """One not begun; one steered by hand; one steered for a cohort; one with answers not folded yet."""
    ben = User.objects.create_user("ben@example.org")
    fresh, by_hand, for_all, behind = (enroll(ada, make_course(slug=slug)) for slug in ("one", "two", "three", "four"))
    asked(grace, DirectiveKind.PIN, by_hand.course.modules.get(position=0), by_hand)
    cohort = Cohort.objects.create(name="Ours")
    cohort.trainers.add(grace)
    cohort.courses.add(for_all.course)
    cohort.learners.add(ada, ben)
    asked(grace, DirectiveKind.PIN, for_all.course.modules.get(position=0), cohort)
    strange = enroll(ben, by_hand.course)
    asked(grace, DirectiveKind.BAN, by_hand.course.modules.get(position=1), strange)
    for enrollment in (by_hand, for_all, behind):
        learn(again(enrollment), lambda number: True, answers=2)
        recommend_next(again(enrollment))
    behind.states.all().delete()
    return [again(one) for one in (fresh, by_hand, for_all, behind)]


def test_standings_and_steps_are_those_of_each_course_alone(ada: User, grace: User) -> None:
    enrollments = courses_of(ada, grace)
    alone = [standing_of(again(one), live_tutor(one.course_id)) for one in enrollments]
    enrollments[3].states.all().delete()
    serving.forget()
    steering.forget()

    together = list(standings_of(enrollments))

    assert [one.enrollment for one in together] == enrollments
    for own, other in zip(together, alone, strict=True):
        assert own.belief.to_bytes() == other.belief.to_bytes()
        assert own.progress.as_json() == other.progress.as_json()
        assert own.steering == other.steering
        assert own.state.mastery == other.state.mastery
    assert [len(one.steering.directives) for one in together] == [0, 1, 1, 0]
    assert list(steps_on_offer(together)) == [step_on_offer(one) for one in alone]
    assert all(step for step in steps_on_offer(together[1:]))


def test_what_serves_courses_is_found_for_all_of_them_with_two_statements(ada: User) -> None:
    courses = [make_course(slug=f"course-{number}") for number in range(5)]
    live_tutor(courses[0].pk)
    live = Checkpoint.objects.get(is_live=True)
    CoursePolicy.objects.create(course=courses[2], sequencer="0" * 64, share=0.2, stage=PolicyStage.TRIAL)
    serving.forget()
    live_tutors([courses[0].pk, courses[1].pk])  # reads the file
    serving._best.clear()

    with CaptureQueriesContext(connection) as captured:
        found = live_tutors([course.pk for course in courses])

    assert len(captured) == 2
    serving._best.clear()
    assert found == {course.pk: live_tutor(course.pk) for course in courses}
    assert {one.checkpoint for one in found.values()} == {live.pk}
    assert [bool(found[course.pk].use) for course in courses] == [False, False, True, False, False]
