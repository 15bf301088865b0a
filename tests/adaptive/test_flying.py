"""Made-up learners try a course before real ones do: each planted defect is named, and a sound course has none."""

import json
from pathlib import Path

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from adaptive import forgetting
from adaptive.flying.drafts import fingerprint, read_draft
from adaptive.flying.fleet import SQUAD
from adaptive.flying.flights import Plan
from adaptive.flying.reports import DRAFT, PUBLISHED, Order, Row, fly_through
from adaptive.flying.telling import tell
from adaptive.flying.trails import fly
from adaptive.models import Forgetting
from adaptive.serving import live_tutor
from adaptive.syllabus import read_syllabus
from courses.authoring.drafts import edit_url
from courses.models import Course, Module, Question, QuestionVersion, Skill
from mlcore.laws import USUAL, Law
from mlcore.retention import PACES
from tests.adaptive.planted import PLANTED, sound_course

DEMO = Path(__file__).resolve().parents[2] / "courses" / "demo"
LEARNERS = 40
SEEN = {
    "skill_without_questions": "taught in Module 2, but none of 12 questions practices it",
    "circular_prerequisite": "Skill-1 → Skill-2 → Skill-1",
    "unreachable_mastery": "Only 2 questions practice it",
    "one_type_only_path": "All 12 questions are of one type (Numeric)",
    "too_hard_a_jump": "of its first questions without guessing; people learn most where they succeed at 60 % or more",
    "exhausted_pool": "Its 3 questions ran out",
}


@pytest.fixture
def sound(db: None) -> Course:
    return again(sound_course(modules=2))


def again(course: Course) -> Course:
    return Course.objects.select_related("edition", "latest_revision").get(pk=course.pk)


def flown(course: Course, learners: int = LEARNERS, **more: object) -> Row:
    return fly_through(Order(again(course), learners=learners, **{"processes": 1, **more}))


@pytest.mark.parametrize("defect", PLANTED)
def test_a_planted_defect_is_named_and_nothing_else_is(sound: Course, defect: str) -> None:
    PLANTED[defect](sound)

    report = flown(sound)

    assert [finding["name"] for finding in report["findings"]] == [defect]
    told = tell(report["findings"][0])
    assert SEEN[defect] in told.seen
    assert told.url == edit_url((Skill if "skill" in told.url else Module).objects.get(title=told.title))


def test_in_a_sound_course_there_is_nothing_to_mend(sound: Course) -> None:
    report = flown(sound)

    assert report["findings"] == []
    assert report["dead_ends"] == 0
    assert report["competence"]["trying"] == 38
    assert 20 <= report["competence"]["reached"] <= 38


@pytest.mark.parametrize("folder", sorted(DEMO.iterdir()), ids=lambda folder: folder.name)
def test_in_the_demo_courses_there_is_nothing_to_mend(db: None, folder: Path) -> None:
    call_command("load_course", str(folder), verbosity=0)

    report = flown(Course.objects.get(), learners=SQUAD)

    assert report["findings"] == []
    assert report["dead_ends"] == 0


def test_the_same_seed_flies_the_same_way_on_any_number_of_processes(sound: Course) -> None:
    learners = SQUAD + 3
    alone = flown(sound, learners)

    assert flown(sound, learners, processes=2) == alone
    assert flown(sound, learners, seed=2) != alone


def test_learners_fly_by_the_law_and_the_paces_of_their_subject(db: None) -> None:
    sound = sound_course(modules=5)
    usual = flown(sound, 12)
    fast = Law((*USUAL.parameters[:2], 0.3, *USUAL.parameters[3:]))  # forgotten within hours after a right answer
    mostly_short = np.eye(len(PACES))[0] + 0.01
    paces = (mostly_short / mostly_short.sum()).tolist()
    Forgetting.objects.create(subject=sound.subject, parameters=fast.as_json(), paces=paces, learners=200)
    forgetting.forget()

    after = flown(sound, 12)

    assert after["known"] != usual["known"]
    assert after | {"known": ""} != usual | {"known": ""}
    assert flown(sound, 12) == after


def test_a_flight_asks_the_database_for_nothing(sound: Course) -> None:
    plan = Plan(read_draft(sound).syllabus, live_tutor(sound.pk), {}, 1)
    first = list(fly(plan, range(4)))

    def refuse(*query: object) -> None:
        raise AssertionError(f"asked the database: {query}")

    with connection.execute_wrapper(refuse):
        assert list(fly(plan, range(4))) == first


def test_who_flies_beside_whom_changes_nothing(sound: Course) -> None:
    plan = Plan(read_draft(sound).syllabus, live_tutor(sound.pk), {}, 1)

    together = sorted(fly(plan, range(6)), key=lambda trail: trail.number)

    assert together == [trail for number in range(6) for trail in fly(plan, [number])]


def test_a_draft_is_flown_as_it_would_be_published_and_nothing_is_written(sound: Course) -> None:
    before = fingerprint(read_syllabus(sound))
    assert fingerprint(read_draft(sound).syllabus) == before
    question = Question.objects.filter(module__position=1).first()
    assert question
    question.difficulty = 5
    question.save_revision()
    skill = Skill(course=sound, slug="later", title="Later", live=False)
    skill.save()
    skill.save_revision()
    written = (QuestionVersion.objects.count(), again(sound).edition.number)

    report = flown(sound, 4)

    syllabus = read_draft(again(sound)).syllabus
    assert fingerprint(read_syllabus(again(sound))) == before != fingerprint(syllabus) == report["fingerprint"]
    assert {one.id: one for one in syllabus.modules[question.module_id].questions}[question.pk].difficulty == 5
    assert [finding["name"] for finding in report["findings"]] == ["skill_taught_nowhere"]
    assert flown(sound, 4, edition=PUBLISHED)["fingerprint"] == before
    assert (QuestionVersion.objects.count(), again(sound).edition.number) == written


def test_a_draft_is_read_in_seven_queries_however_large_it_is(
    sound: Course, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    course = again(sound)

    with django_assert_num_queries(7):
        read_draft(course)


def test_what_was_taken_back_and_what_is_not_finished_does_not_fly(sound: Course) -> None:
    first, second, *_ = Question.objects.order_by("pk")
    first.save_revision().publish()
    first.refresh_from_db()
    first.unpublish()
    second.answer = "[]"
    second.save_revision()

    draft = read_draft(again(sound))

    flying = {question.id for module in draft.syllabus.modules.values() for question in module.questions}
    assert {question.pk for question in Question.objects.all()} - flying == {first.pk, second.pk}
    assert draft.unfinished == (second.pk,)


def test_the_command_tells_what_to_mend_and_writes_the_report(
    sound: Course, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    PLANTED["skill_without_questions"](sound)
    report = tmp_path / "report.json"

    with pytest.raises(SystemExit) as ended:
        call_command("fly", "counting", "--learners", "4", "--json", str(report))

    said = capsys.readouterr().out
    assert ended.value.code == 1
    assert "mend: Skill without questions: Skill-9: It is taught in Module 2, but none" in said
    assert json.loads(report.read_text())["findings"][0]["title"] == "Skill-9"
    assert json.loads(report.read_text())["edition"] == DRAFT


def test_the_command_says_which_courses_there_are(sound: Course) -> None:
    with pytest.raises(CommandError, match=r"There is no course nowhere\. Courses: counting\."):
        call_command("fly", "nowhere")
