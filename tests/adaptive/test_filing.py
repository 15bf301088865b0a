"""Courses as they were are stored once for each content, small, for nobody, and for as long as they are needed."""

import zlib
from dataclasses import replace
from datetime import timedelta

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from adaptive import filing
from adaptive.adapting import standing_of
from adaptive.freezing import frozen, sha256_of, thawed
from adaptive.models import Snapshot
from adaptive.recommending import Inputs, decide_step, offer_step, recommend_next
from adaptive.serving import live_tutor
from adaptive.syllabus import syllabus_for
from analytics.erasing import erase
from courses import clock
from courses.models import Course, Enrollment, Question, Variant
from tests.adaptive.acting import learn
from tests.adaptive.conftest import again
from tests.adaptive.edited import add_a_question, rename_a_module, stored


def test_a_course_comes_back_as_it_was_stored(demo: Course) -> None:
    whole = syllabus_for(demo)

    back = thawed(frozen(whole))

    assert back == replace(whole, edition=0)
    assert list(back.modules) == list(whole.modules)
    assert list(back.skills) == list(whole.skills)
    assert (
        back.suited_to(frozenset({"captions", "unseen"})).modules
        == whole.suited_to(frozenset({"captions", "unseen"})).modules
    )


def test_the_same_content_is_stored_once_and_a_hundred_edits_stay_small(demo: Course) -> None:
    sizes = []
    for number in range(100):
        question = Question.objects.filter(module__course=demo).order_by("pk")[number % 40]
        question.difficulty = 1 + (question.difficulty + number // 40) % 5
        question.save()
        filing.file_away(syllabus_for(Course.objects.get(pk=demo.pk)))
        sizes.append(len(bytes(Snapshot.objects.latest("named_at").data)))

    assert len(set(Snapshot.objects.values_list("pk", flat=True))) > 90
    assert max(sizes) < 4_000
    assert sum(sizes) < 400_000


def filing_statements(enrollment: Enrollment) -> list[str]:
    with CaptureQueriesContext(connection) as seen:
        offer_step(standing_of(again(enrollment), live_tutor(enrollment.course_id)))
    return [one["sql"] for one in seen if "adaptive_snapshot" in one["sql"]]


def test_a_course_that_has_not_changed_costs_no_statement(wide: Enrollment) -> None:
    first = filing_statements(wide)
    then = filing_statements(wide)
    Variant.objects.filter(module__course=wide.course).earliest("pk").save()  # a new edition that reads the same
    same = filing_statements(wide)

    assert [len(one) for one in (first, then, same)] == [1, 0, 1]
    assert Snapshot.objects.count() == 1


def test_what_was_taken_back_is_stored_the_next_time(wide: Enrollment) -> None:
    current = syllabus_for(wide.course)
    with transaction.atomic():
        filing.file_away(current)
        transaction.set_rollback(True)

    filing.file_away(current)

    assert Snapshot.objects.get().pk == sha256_of(current)


def test_what_is_named_again_is_kept_for_another_day(wide: Enrollment) -> None:
    filing.file_away(syllabus_for(wide.course))
    as_it_was = Snapshot.objects.get().pk
    variant = Variant.objects.filter(module__course=wide.course).earliest("pk")
    variant.minutes, usual = 99, variant.minutes
    variant.save()
    variant.minutes = usual
    variant.save()

    with clock.set_to(timezone.now() + timedelta(days=2)):
        filing.file_away(syllabus_for(Course.objects.get(pk=wide.course_id)))
        rename_a_module(wide.course)
        kept = filing.let_go()
    with clock.set_to(timezone.now() + timedelta(days=4)):
        gone = filing.let_go()

    assert (kept, gone) == (0, 1)
    assert not Snapshot.objects.filter(pk=as_it_was).exists()


def test_a_process_that_goes_on_for_long_says_so_before_a_day_is_over(wide: Enrollment) -> None:
    counts = []
    for hours in (0, 6, 13, 20, 40):
        with clock.set_to(timezone.now() + timedelta(hours=hours)):
            counts.append(len(filing_statements(wide)))

    assert counts == [1, 0, 1, 0, 1]


def test_nobody_is_kept_by_a_snapshot_and_what_nobody_needs_goes(wide: Enrollment, enrollment: Enrollment) -> None:
    learn(wide, lambda n: True, 3)
    add_a_question(wide.course)
    learn(wide, lambda n: True, 3)
    add_a_question(enrollment.course)
    recommend_next(again(enrollment))
    both = {pk for step in stored(wide) for _, pk in step.inputs["syllabi"]}
    rename_a_module(wide.course)

    with clock.set_to(timezone.now() + timedelta(days=2)):
        spoken_of = filing.let_go()
        erase(wide.learner)
        gone = filing.let_go()

    assert len(both) == 2
    assert (spoken_of, gone) == (0, 2)
    assert not Snapshot.objects.filter(pk__in=both).exists()
    assert Snapshot.objects.filter(course=enrollment.course).count() == 1  # as that is what the course is now


def test_what_is_no_content_of_a_person_is_all_that_is_stored(wide: Enrollment) -> None:
    recommend_next(wide)

    kept = zlib.decompress(Snapshot.objects.get().data).decode()

    assert wide.learner.email not in kept
    assert wide.learner.first_name not in kept


def test_inputs_that_name_the_course_lead_to_the_same_step(wide: Enrollment) -> None:
    standing = standing_of(wide, live_tutor(wide.course_id))
    step = offer_step(standing)

    assert decide_step(standing, Inputs.of(step)).candidates == step.candidates
