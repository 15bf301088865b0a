"""The cast: ada learns, grace trains, noor writes, and root runs the place."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.db import connection
from pytest_django import DjangoDbBlocker, Settings

from adaptive import filing, forgetting, modalities, newcomers, sequencing, serving, steering, syllabus
from courses.models import User
from tests.databases import drop_template, make_template
from tests.factories import with_password

OWN_CACHE = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "tests"}}


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    request: pytest.FixtureRequest,
    django_db_modify_db_settings_parallel_suffix: None,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[None]:
    """Where several processes test together, one migrates, and each has a copy."""
    run = getattr(request.config, "workerinput", {}).get("testrunuid")
    if not run or connection.vendor != "postgresql":
        yield
        return
    with django_db_blocker.unblock():
        make_template(f"template_{run}")
    connection.settings_dict["TEST"]["TEMPLATE"] = f"template_{run}"
    yield
    drop_template(f"template_{run}")


@pytest.fixture
def ada(db: None) -> User:
    return with_password(User.objects.create_user("ada@example.org", first_name="Ada", last_name="Learner"))


@pytest.fixture
def grace(db: None) -> User:
    return with_password(User.objects.create_user("grace@example.org", first_name="Grace", is_trainer=True))


@pytest.fixture
def noor(db: None) -> User:
    return with_password(User.objects.create_user("noor@example.org", first_name="Noor", is_author=True))


@pytest.fixture
def root(db: None) -> User:
    return with_password(User.objects.create_superuser("root@example.org", first_name="Root"))


@pytest.fixture
def own_cache(settings: Settings) -> None:
    """An empty cache of this process alone, which a busy machine does not slow down.

    Emptying the Redis that all test processes share would let the others forget how often somebody asked.
    """
    settings.CACHES = OWN_CACHE
    cache.clear()


@pytest.fixture
def empty_memory() -> Iterator[None]:
    """Each process keeps courses and tutors in memory; a test's database is gone after it."""
    forget_what_is_kept()
    yield
    forget_what_is_kept()


def forget_what_is_kept() -> None:
    for memory in (filing, forgetting, modalities, newcomers, sequencing, serving, steering, syllabus):
        memory.forget()
