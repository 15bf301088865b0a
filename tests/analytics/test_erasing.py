"""Whoever is erased leaves no trace, in any table, and the counts are those of a world without them."""

import random
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db.models import Model
from django.test import Client
from rest_framework.authtoken.models import Token
from wagtail.models import ModelLogEntry

from adaptive.models import LearnerState, Outcome, Recommendation
from adaptive.stepping import practice
from analytics.erasing import erase
from analytics.models import EnrollmentTotal
from analytics.summarizing import drain
from courses.enrolling import join
from courses.models import Cohort, Course, Enrollment, Interaction, InteractionKind, OutboxEntry, Presentation, User
from tests.adaptive.acting import learn
from tests.analytics.test_summarizing import counts, random_log
from tests.analytics.world import answer, course_with, enrolled, happens, questions_of
from tests.factories import make_course

OTHER = "ada.at.home@example.net"


@pytest.fixture
def somebody(ada: User, grace: User, root: User, client: Client) -> User:
    """Ada, of whom there is a row in every table that can have one."""
    User.objects.filter(pk=ada.pk).update(first_name="Adalind", last_name="Rememberme")
    ada.refresh_from_db()
    course = make_course(modules=2)
    cohort = Cohort.objects.create(name="Spring")
    cohort.courses.add(course)
    cohort.trainers.add(grace)
    [enrollment] = join(ada, cohort)
    learn(enrollment, lambda number: number % 3 > 0, answers=8)
    drain()
    practice(Enrollment.objects.with_edition().get(pk=enrollment.pk))
    happens(enrollment, InteractionKind.TIMED)
    EmailAddress.objects.create(user=ada, email=OTHER)
    Token.objects.create(user=ada)
    client.force_login(ada)
    _write_notes(ada, root, course, enrollment)
    return ada


def _write_notes(person: User, root: User, course: Course, enrollment: Enrollment) -> None:
    """What Django's admin pages and Wagtail keep about somebody, and about what somebody did."""
    for row in (person, enrollment, EmailAddress.objects.get()):
        LogEntry.objects.log_actions(root.pk, [row], CHANGE)
    LogEntry.objects.log_actions(person.pk, [course], CHANGE)
    ModelLogEntry.objects.log_action(course, "wagtail.edit", user=person)
    ModelLogEntry.objects.log_action(person, "wagtail.edit", user=root)
    course.save_revision(user=person)


def rows_that_name(person: User, *words: str) -> set[str]:
    """The tables in which somebody's id, or one of these words, stands anywhere."""
    wanted = {str(person.pk), person.pk.hex, person.email, "Adalind", "Rememberme", *words}
    return {
        row._meta.label
        for row in every_row()
        if any(word in text for text in map(str, values_of(row)) for word in wanted)
    }


def every_row() -> Iterator[Model]:
    for model in apps.get_models(include_auto_created=True):
        if model._meta.managed and not model._meta.proxy:
            yield from model._default_manager.all()


def values_of(row: Model) -> list[Any]:
    own = [getattr(row, field.attname) for field in row._meta.concrete_fields]
    return [*own, row.get_decoded()] if isinstance(row, Session) else own


def test_no_table_names_who_was_erased(somebody: User) -> None:
    token = Token.objects.get().key
    before = rows_that_name(somebody, OTHER, token)

    erase(somebody)

    known = {"courses.User", "courses.Enrollment", "account.EmailAddress", "authtoken.Token", "sessions.Session"}
    assert before >= known | {"admin.LogEntry", "wagtailcore.ModelLogEntry", "courses.Cohort_learners"}
    assert rows_that_name(somebody, OTHER, token) == set()


def test_nothing_that_was_done_or_believed_is_left(somebody: User) -> None:
    kept = (Interaction, OutboxEntry, Presentation, Recommendation, Outcome, LearnerState, EnrollmentTotal, Enrollment)
    assert all(model._default_manager.exists() for model in kept)

    erase(somebody)

    assert not any(model._default_manager.exists() for model in kept)


def test_what_they_wrote_for_everybody_stays(somebody: User) -> None:
    edits = ModelLogEntry.objects.filter(user=somebody.pk).count()

    erase(somebody)

    assert edits
    assert Course.objects.get().latest_revision.user is None
    assert ModelLogEntry.objects.filter(user=None).count() == edits


def test_counts_are_those_of_a_world_without_them(ada: User) -> None:
    course = course_with(modules=2, questions=3)
    others = [enrolled(User.objects.create(email=f"{n}@example.org"), course) for n in range(3)]
    random_log(others, course, random.Random(7), events=60)
    drain()
    without = counts()
    random_log([enrolled(ada, course)], course, random.Random(8), events=40)
    drain()

    erase(ada)

    assert counts() == without


def test_what_still_waits_to_be_counted_goes_too(ada: User) -> None:
    course = course_with()
    answer(enrolled(ada, course), questions_of(course)[0])

    erase(ada)

    assert drain() == 0
    assert not any(counts().values())


def test_erasing_twice_changes_nothing(somebody: User, grace: User) -> None:
    erase(User.objects.get(pk=somebody.pk))
    erase(somebody)

    assert User.objects.filter(pk=grace.pk).exists()


def test_an_answer_that_arrives_late_brings_nobody_back(somebody: User, client: Client) -> None:
    shown = Presentation.objects.filter(interactions=None).latest("shown_at")
    token = {"Authorization": f"Token {Token.objects.get().key}"}
    sent = {"key": str(uuid.uuid4()), "response": {"text": "1"}}
    late = f"/api/v1/presentations/{shown.pk}/answer/"

    erase(somebody)

    assert client.post(late, sent, "application/json", headers=token).status_code == 401
    assert client.post(late, sent, "application/json").status_code == 401
    assert not Interaction.objects.exists()


def test_others_stay_signed_in(somebody: User, grace: User) -> None:
    graces = Client()
    graces.force_login(grace)

    erase(somebody)

    assert graces.get("/me/").status_code == 200


def test_the_command_asks_first(somebody: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("builtins.input", lambda question: "no")
    with pytest.raises(CommandError, match="Nothing was erased"):
        call_command("erase_learner", somebody.email, verbosity=0)

    call_command("erase_learner", somebody.email.upper(), "--yes", verbosity=0)

    assert not User.objects.filter(pk=somebody.pk).exists()
    with pytest.raises(CommandError, match="Nobody"):
        call_command("erase_learner", somebody.email, "--yes")


def post(client: Client, *people: User, **more: str) -> Any:
    chosen = {"action": "erase_them", "_selected_action": [str(person.pk) for person in people]}
    return client.post("/admin/courses/user/", chosen | more, follow=True)


def test_a_superuser_is_asked_and_then_erases(somebody: User, root: User, client: Client) -> None:
    client.force_login(root)

    asked = post(client, somebody, root).content.decode()
    assert somebody.email in asked
    assert User.objects.filter(pk=somebody.pk).exists()

    done = post(client, somebody, root, sure="yes").content.decode()
    assert "1 person is erased." in done
    assert rows_that_name(somebody) == set()
    assert User.objects.filter(pk=root.pk).exists()


def test_no_other_admin_erases_anybody(somebody: User, grace: User, client: Client) -> None:
    User.objects.filter(pk=grace.pk).update(is_staff=True)
    client.force_login(grace)

    post(client, somebody, sure="yes")

    assert User.objects.filter(pk=somebody.pk).exists()
    assert client.get(f"/admin/courses/user/{somebody.pk}/delete/").status_code == 403
