"""The page on which authors let made-up learners try their course."""

from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from adaptive import jobs, serving, syllabus
from adaptive.flying.flight_jobs import KEPT, latest_report
from adaptive.models import Job, JobState
from courses.models import Course, Question
from tests.adaptive.planted import PLANTED, sound_course


@pytest.fixture(autouse=True)
def sent(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What went to the broker."""
    messages: list[str] = []
    monkeypatch.setattr(jobs.current_app, "send_task", lambda name, args, **more: messages.append(name))
    yield messages
    serving.forget()
    syllabus.forget()


@pytest.fixture
def course(db: None) -> Course:
    return sound_course(modules=1)


def ask(desk: Client, course: Course, edition: str = "draft") -> Job:
    """Ask for a flight of few learners, and return it."""
    desk.post(reverse("authoring_fly", args=[course.pk]), {"edition": edition})
    job = Job.objects.filter(course=course).first()
    assert job
    job.options["learners"] = 20
    job.save()
    return job


def page(desk: Client, course: Course) -> str:
    response = desk.get(reverse("authoring_flight", args=[course.pk]))
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_before_the_first_flight_the_page_says_what_it_would_bring(desk: Client, course: Course) -> None:
    assert "No flight yet. It takes about half a minute" in page(desk, course)
    assert "Let 500 learners fly" in page(desk, course)
    assert desk.get(reverse("authoring_flight_report", args=[course.pk])).status_code == 404


def test_an_author_asks_for_a_flight_waits_for_it_and_reads_its_report(
    desk: Client, course: Course, sent: list[str]
) -> None:
    progress = reverse("authoring_flight_progress", args=[course.pk])
    job = ask(desk, course)
    assert sent == ["adaptive.tasks.run_flight"]
    assert "A flight is under way" in page(desk, course)
    assert desk.get(progress).json() == {"is_over": False, "progress": 0.0, "words": "Waiting for a worker."}

    jobs.run(job.pk)

    assert desk.get(progress).json() == {"is_over": True}
    assert "Ready to publish: nothing to mend" in page(desk, course)
    assert "Fly again" in page(desk, course)
    assert desk.get(reverse("authoring_flight_report", args=[course.pk])).json()["learners"] == 20


def test_what_is_to_be_mended_comes_first_and_leads_to_its_editor(desk: Client, course: Course) -> None:
    PLANTED["skill_without_questions"](course)
    skill = course.skills.get(slug="skill-9")

    jobs.run(ask(desk, course).pk)

    shown = page(desk, course)
    assert "1 thing to mend" in shown
    finding = shown[shown.index("flight-findings") : shown.index("Time to competence")]
    assert "Skill without questions" in finding
    assert reverse("wagtailsnippets_courses_skill:edit", args=[skill.pk]) in finding


def test_asking_twice_flies_once_and_another_course_does_not_wait(desk: Client, course: Course) -> None:
    other = sound_course("elsewhere", modules=1)

    ask(desk, course)
    ask(desk, course)
    ask(desk, other)

    assert [Job.objects.filter(course=one).count() for one in (course, other)] == [1, 1]
    assert "under way already" in page(desk, course)


def test_a_course_that_changed_since_says_so(desk: Client, course: Course) -> None:
    jobs.run(ask(desk, course).pk)
    question = Question.objects.first()
    assert question
    question.title = "The same question in other words"
    question.save_revision()
    assert "The course has changed since" not in page(desk, course)

    question.difficulty = 5
    question.save_revision()

    assert "The course has changed since" in page(desk, course)


def test_a_flight_that_broke_off_is_told_and_the_report_before_it_stays(desk: Client, course: Course) -> None:
    jobs.run(ask(desk, course).pk)
    broken = ask(desk, course)
    Job.objects.filter(pk=broken.pk).update(options={"learners": "many"})

    assert jobs.run(broken.pk).state == JobState.FAILED

    assert "broke off. Your course is untouched." in page(desk, course)
    assert "Ready to publish" in page(desk, course)


def test_only_the_latest_flights_are_kept(desk: Client, course: Course) -> None:
    old = [Job.objects.create(kind="fly", course=course, state=JobState.DONE) for _ in range(KEPT + 3)]

    jobs.run(ask(desk, course).pk)

    assert Job.objects.filter(course=course).count() == KEPT + 1
    assert not Job.objects.filter(pk__in=[job.pk for job in old[:3]]).exists()
    assert latest_report(course)


def test_a_course_without_modules_is_told_to_have_nothing_to_learn(desk: Client, db: None) -> None:
    empty = Course.objects.create(title="Empty", slug="empty", subject="none")

    jobs.run(ask(desk, empty).pk)

    assert "The course has no module yet." in page(desk, empty)
    with pytest.raises(SystemExit):
        call_command("fly", "empty")


def test_an_edition_that_there_is_not_is_refused(desk: Client, course: Course) -> None:
    assert desk.post(reverse("authoring_fly", args=[course.pk]), {"edition": "secret"}).status_code == 404
    assert desk.get(reverse("authoring_fly", args=[course.pk])).status_code == 405
    assert desk.get(reverse("authoring_flight", args=[0])).status_code == 404
    assert not Job.objects.exists()
