"""The page of a course: everything in order, and what is wrong beside the thing that is."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from courses.authoring.tree import tree_of
from courses.models import Course, Module, Question, Skill
from tests.factories import make_course, make_module


def sentences(course: Course) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in tree_of(course).problems:
        found.setdefault(one.anchor, []).append(one.problem.text)
    return found


@pytest.fixture
def sound(course: Course) -> Course:
    """A course in which nothing is to mend."""
    for variant in [variant for module in course.modules.all() for variant in module.variants.all()]:
        if variant.modality == "worked-example":
            variant.body = "Read.\n\n## Step: One\n\nDo it."
            variant.save()
    return course


def test_a_sound_course_has_nothing_to_mend(sound: Course, desk: Client) -> None:
    assert sentences(sound) == {}
    assert "Nothing to mend" in desk.get(f"/authoring/course/{sound.pk}/").content.decode()


def test_each_planted_defect_stands_beside_its_thing(sound: Course) -> None:
    bare = Module.objects.create(course=sound, slug="bare", title="Bare", position=9)
    lonely = Skill.objects.create(course=sound, slug="lonely", title="Lonely")
    one_way = sound.modules.get(slug="module-2")
    one_way.variants.filter(modality="worked-example").delete()
    broken = sound.modules.get(slug="module-3").questions.first()
    Question.objects.filter(pk=broken.pk).update(answer="[]")

    found = sentences(sound)

    assert len(found[f"module-{bare.pk}"]) == 3
    assert "No question practices it" in found[f"skill-{lonely.pk}"][0]
    assert "Every variant is of one kind (Text)" in found[f"module-{one_way.pk}"][0]
    assert "There is no answer yet" in found[f"question-{broken.pk}"][0]


def test_a_circle_of_prerequisites_is_named(sound: Course) -> None:
    first, last = sound.skills.get(slug="skill-1"), sound.skills.get(slug="skill-3")
    first.prerequisites.set([last])
    first.save()

    found = sentences(sound)

    assert set(found) == {f"skill-{skill.pk}" for skill in sound.skills.all()}
    assert "Skill-1 → Skill-3 → Skill-2 → Skill-1" in str(found)


def test_the_form_refuses_to_close_a_circle(desk: Client, course: Course) -> None:
    first, last = course.skills.get(slug="skill-1"), course.skills.get(slug="skill-3")
    fields = {"course": course.pk, "title": "First", "slug": "", "prerequisites": [last.pk]}

    response = desk.post(f"/authoring/skills/edit/{first.pk}/", fields)

    assert "This closes a circle" in str(response.context["form"].errors["prerequisites"])


def test_a_draft_with_a_defect_is_found_though_learners_do_not_see_it(sound: Course, question: Question) -> None:
    question.answer = "[]"
    question.save_revision(clean=False)

    assert list(sentences(sound)) == [f"question-{question.pk}"]


def test_modules_move_with_a_button(desk: Client, course: Course) -> None:
    first, second, third = course.modules.all()

    response = desk.post(f"/authoring/move/module/{first.pk}/down/")

    assert response.url == f"/authoring/course/{course.pk}/#module-{first.pk}"
    assert list(course.modules.all()) == [second, first, third]


@pytest.mark.parametrize("address", ["move/course/1/up/", "move/module/1/sideways/", "move/module/999999/up/"])
def test_only_what_has_a_place_moves(desk: Client, course: Course, address: str) -> None:
    assert desk.post(f"/authoring/{address}").status_code == 404


def test_reading_never_moves(desk: Client, course: Course) -> None:
    assert desk.get(f"/authoring/move/module/{course.modules.first().pk}/down/").status_code == 405


def test_a_new_module_goes_to_the_end(desk: Client, course: Course) -> None:
    desk.post("/authoring/modules/add/", {"course": course.pk, "title": "The last one", "slug": "", "minutes": 5})

    assert course.modules.last().slug == "the-last-one"


def test_the_number_of_queries_does_not_grow_with_the_course(db: None) -> None:
    small, large = make_course(2, 2, "small"), make_course(6, 5, "large")
    make_module(large, large.skills.first(), 9, 1)

    assert queries(small) == queries(large)


def queries(course: Course) -> int:
    with CaptureQueriesContext(
        connection,
    ) as seen:
        list_of: Any = tree_of(course).problems
        assert list_of is not None
    return len(seen)


@pytest.mark.parametrize("address", ["questions/", "variants/", "modules/", "skills/", "courses/"])
def test_lists_ask_as_much_for_many_as_for_few(desk: Client, course: Course, address: str) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert desk.get(f"/authoring/{address}").status_code == 200
        return len(seen)

    asked()
    few = asked()
    make_course(4, 3, "another")

    assert asked() == few


@pytest.mark.parametrize(
    ("search", "count"),
    [("", 6), ("q=is+1", 3), ("kind=numeric&difficulty=1", 3), ("kind=cloze", 0), ("state=draft", 1)],
)
def test_questions_are_searched_and_narrowed(desk: Client, course: Course, search: str, count: int) -> None:
    Question.objects.filter(pk=Question.objects.last().pk).update(live=False)

    response = desk.get(f"/authoring/questions/?{search}")

    assert len(response.context["object_list"]) == count
