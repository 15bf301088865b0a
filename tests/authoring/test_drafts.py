"""A draft is the author's own until it is published."""

import json
import time
from datetime import timedelta

from django.utils import timezone
from wagtail.models import Revision

from courses.authoring.arranging import move
from courses.authoring.drafts import as_written, recent_drafts
from courses.enrolling import enroll
from courses.models import Course, Question, User
from courses.tasks import publish_scheduled
from tests.factories import present


def rewritten(question: Question, title: str) -> Question:
    question.title = title
    question.answer = json.dumps(
        [
            {
                "type": "numeric",
                "value": {"value": 5.0, "tolerance": 0.0, "is_relative": False, "unit": "", "wrong": []},
            }
        ]
    )
    return question


def test_a_draft_of_a_live_question_makes_no_version(question: Question, noor: User) -> None:
    rewritten(question, "What is five?").save_revision(user=noor)

    assert [version.content["title"] for version in question.versions.all()] == ["What is 1?"]
    assert Question.objects.get(pk=question.pk).title == "What is 1?"


def test_a_draft_does_not_announce_a_new_edition(question: Question, course: Course, noor: User) -> None:
    before = course.edition.number

    rewritten(question, "What is five?").save_revision(user=noor)

    course.edition.refresh_from_db()
    assert course.edition.number == before


def test_publishing_a_draft_makes_the_next_version(question: Question, noor: User) -> None:
    rewritten(question, "What is five?").save_revision(user=noor).publish(user=noor)

    assert [version.number for version in question.versions.order_by("number")] == [1, 2]
    assert question.versions.first().content["title"] == "What is five?"


def test_what_was_shown_keeps_its_version(question: Question, ada: User, noor: User) -> None:
    shown = present(enroll(ada, question.module.course), question.versions.get())

    rewritten(question, "What is five?").save_revision(user=noor).publish(user=noor)

    shown.refresh_from_db()
    assert shown.question_version.content["title"] == "What is 1?"


def test_publishing_the_same_again_makes_no_version(question: Question, noor: User) -> None:
    question.save_revision(user=noor).publish(user=noor)
    Question.objects.get(pk=question.pk).save_revision(user=noor).publish(user=noor)

    assert question.versions.count() == 1


def test_an_old_draft_does_not_undo_a_move(course: Course, noor: User) -> None:
    first, second, third = course.modules.all()
    draft = first.save_revision(user=noor)
    move(first, 2)

    Revision.objects.get(pk=draft.pk).publish(user=noor)

    assert [module.slug for module in course.modules.all()] == [second.slug, third.slug, first.slug]


def test_moving_past_an_end_changes_nothing(course: Course) -> None:
    first = course.modules.first()
    before = course.edition.number

    assert move(first, -1) == 1

    course.edition.refresh_from_db()
    assert course.edition.number == before


def test_recent_drafts_come_newest_first(course: Course, question: Question, noor: User) -> None:
    module = course.modules.last()
    module.title = "Later"
    module.save_revision(user=noor)
    rewritten(question, "What is five?").save_revision(user=noor)

    drafts = recent_drafts(8)

    assert [(draft.title, draft.kind, draft.is_new) for draft in drafts] == [
        ("What is five?", "question", False),
        ("Later", "module", False),
    ]
    assert as_written(Question.objects.get(pk=question.pk)).title == "What is five?"


def test_what_is_scheduled_goes_live_when_its_time_has_come(question: Question, noor: User) -> None:
    question.go_live_at = timezone.now() + timedelta(seconds=1)
    rewritten(question, "What is five?").save_revision(user=noor).publish(user=noor)

    publish_scheduled()
    assert question.versions.count() == 1

    time.sleep(1)
    publish_scheduled()
    publish_scheduled()

    assert [version.content["title"] for version in question.versions.all()] == ["What is five?", "What is 1?"]


def test_what_is_deleted_takes_its_drafts_along(course: Course, noor: User) -> None:
    module = course.modules.first()
    for thing in (module.questions.first(), module.variants.first(), module, course.skills.last(), course):
        draft = thing.save_revision(user=noor)

        thing.delete()

        assert not Revision.objects.filter(pk=draft.pk).exists()
