"""The cast: ada learns, grace trains, noor writes, and root runs the place."""

import pytest

from courses.models import User


@pytest.fixture
def ada(db: None) -> User:
    return User.objects.create_user("ada@example.org", "correct horse battery", first_name="Ada", last_name="Learner")


@pytest.fixture
def grace(db: None) -> User:
    return User.objects.create_user("grace@example.org", "correct horse battery", first_name="Grace", is_trainer=True)


@pytest.fixture
def noor(db: None) -> User:
    return User.objects.create_user("noor@example.org", "correct horse battery", first_name="Noor", is_author=True)


@pytest.fixture
def root(db: None) -> User:
    return User.objects.create_superuser("root@example.org", "correct horse battery", first_name="Root")
