"""A small course, and noor signed in to write in it."""

import pytest
from django.test import Client

from courses.models import Course, Module, Question, Skill, User
from tests.factories import make_course


@pytest.fixture
def course(db: None) -> Course:
    return make_course(modules=3, questions=2)


@pytest.fixture
def module(course: Course) -> Module:
    return course.modules.get(slug="module-1")


@pytest.fixture
def skill(course: Course) -> Skill:
    return course.skills.get(slug="skill-1")


@pytest.fixture
def other_skill(db: None) -> Skill:
    return make_course(modules=1, questions=1, slug="elsewhere").skills.get()


@pytest.fixture
def question(module: Module) -> Question:
    return module.questions.get(slug="question-1")


@pytest.fixture
def desk(client: Client, noor: User) -> Client:
    """A browser in which noor is signed in."""
    client.force_login(noor)
    return client
