"""A question that nobody has answered is as hard as its words say, from the night's calibration to the page."""

import json

import pytest

from adaptive import serving, tasks
from adaptive.calibrating import calibrate_courses
from adaptive.history import items_in_words, words_of
from adaptive.models import Calibration
from adaptive.serving import live_tutor
from adaptive.syllabus import read_syllabus
from courses.models import Course, Enrollment, Module, Question, QuestionVersion, User
from mlcore.answers import Item, key_of
from mlcore.calibration import Calibration as Posteriors
from tests.factories import make_course, make_history, make_question

EASY, HARD = "Count the apples in basket", "Prove the theorem about triangle"


def is_hard(number: int) -> bool:
    return number % 2 == 0


def word(question: Question, number: int) -> Question:
    question.title = f"{HARD if is_hard(number) else EASY} {number}"
    question.difficulty = 3
    question.save()
    return question


def as_its_words_say(number: int, version: QuestionVersion) -> float:
    """Every fifth answer goes otherwise."""
    return float(version.content["title"].startswith(EASY) != (number % 5 == 0))


@pytest.fixture
def crowd(db: None) -> Course:
    """Twenty-five learners who answered everything; two questions came later."""
    course = make_course(modules=3, questions=8)
    for number, question in enumerate(Question.objects.order_by("pk")):
        word(question, number)
    for number in range(25):
        learner = User.objects.create(email=f"learner{number}@example.org")
        make_history(Enrollment.objects.create(learner=learner, course=course), 24, as_its_words_say)
    return Course.objects.select_related("edition").get()


@pytest.fixture
def new(crowd: Course) -> tuple[Question, Question]:
    """A hard and an easy question that nobody has answered."""
    module = Module.objects.filter(course=crowd).first()
    assert module
    skill = module.skills.get()
    hard, easy = (word(make_question(module, skill, number), number) for number in (100, 101))
    return hard, easy


def test_a_new_question_is_predicted_from_its_words(crowd: Course, new: tuple[Question, Question]) -> None:
    live_tutor(crowd.pk)

    tasks.calibrate_courses()
    serving.forget()

    tutor = live_tutor(crowd.pk).tutor
    skills = [skill.pk for skill in new[0].skills.all()]
    asked = [Item(question.pk, skills, 3) for question in new]
    (hard, easy), _ = tutor.predict(tutor.begin(), asked)
    assert easy > hard + 0.2
    stored = Posteriors.from_bytes(bytes(Calibration.objects.get().data))
    rows = {int(key): answers for key, answers in zip(stored.items.key, stored.items.answers, strict=True)}
    assert [rows[key_of(question.pk)] for question in new] == [0, 0]


def test_what_is_not_published_is_not_expected(crowd: Course, new: tuple[Question, Question]) -> None:
    new[0].unpublish()
    live_tutor(crowd.pk)

    (made,) = calibrate_courses()

    keys = Posteriors.from_bytes(bytes(made.data)).items.key
    assert key_of(new[0].pk) not in keys
    assert key_of(new[1].pk) in keys


def test_questions_reach_mlcore_with_their_words(crowd: Course, new: tuple[Question, Question]) -> None:
    items = {item.item: item for item in items_in_words(read_syllabus(Course.objects.select_related("edition").get()))}

    assert len(items) == 26
    assert items[new[0].pk].text == f"{HARD} 100"
    assert list(items[new[0].pk].skills) == [skill.pk for skill in new[0].skills.all()]


def test_the_words_of_a_question_are_what_it_asks_and_offers(crowd: Course) -> None:
    choice = [{"text": "A square", "right": True, "feedback": "Yes"}, {"text": "A circle", "right": False}]
    question = Question.objects.order_by("pk")[0]
    question.prompt = "Look *closely*."
    question.answer = json.dumps([{"type": "single_choice", "value": {"choices": choice}}])
    question.save()

    content = question.versions.order_by("-number")[0].content

    assert words_of(content) == f"{question.title}\nLook *closely*.\nA square\nA circle"
