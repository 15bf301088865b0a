"""What is compiled once says the same as what Django would compile each time."""

import uuid
from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import BigIntegerField, CharField, Q, UUIDField
from django.test.utils import CaptureQueriesContext

from courses.enrolling import enroll
from courses.models import Enrollment, Interaction, InteractionKind, User
from courses.statements import Query, Slot, insert, update
from tests.api.world import small_course

BY_ID = Query(
    lambda: Enrollment.objects.select_related("learner", "course__edition").filter(pk=Slot("id", BigIntegerField()))
)
MOMENT = datetime(2026, 3, 1, 12, 30, 15, 250, tzinfo=UTC)


@pytest.fixture
def enrollment(ada: User) -> Enrollment:
    return enroll(ada, small_course())


def test_a_row_comes_with_its_relations_in_one_statement(enrollment: Enrollment) -> None:
    BY_ID.all(id=0)

    with CaptureQueriesContext(connection) as captured:
        [found] = BY_ID.all(id=enrollment.pk)
        seen = (found, found.learner.email, found.course.edition.number)

    assert seen == (enrollment, "ada@example.org", enrollment.course.edition.number)
    assert len(captured) == 1


def test_values_change_and_the_statement_stays(enrollment: Enrollment, grace: User) -> None:
    other = enroll(grace, enrollment.course)

    assert [BY_ID.first(id=one.pk) for one in (enrollment, other)] == [enrollment, other]
    assert BY_ID.first(id=0) is None


def test_fields_left_out_are_read_when_they_are_needed(ada: User) -> None:
    names = Query(lambda: User.objects.filter(pk=Slot("id", UUIDField())).only("email"))

    [found] = names.all(id=ada.pk)

    assert found.get_deferred_fields() >= {"first_name", "password"}
    assert found.first_name == "Ada"


def test_one_value_may_stand_in_several_places(ada: User, grace: User) -> None:
    word = Slot("word", CharField())
    either = Query(lambda: User.objects.filter(Q(first_name=word) | Q(email=word)).order_by("email"))

    assert either.all(word="Grace") == [grace]
    assert either.all(word=ada.email) == [ada]


def test_what_is_inserted_reads_back_the_same(enrollment: Enrollment) -> None:
    event = Interaction(
        enrollment=enrollment,
        sequence=1,
        kind=InteractionKind.NOTED,
        at=MOMENT,
        response={"note": "naïve ☃", "list": [1, 2.5, None]},
        seconds_spent=1.25,
    )

    insert(event)

    found = Interaction.objects.get(pk=event.pk)
    columns = [field.attname for field in Interaction._meta.concrete_fields]
    assert {name: getattr(found, name) for name in columns} == {name: getattr(event, name) for name in columns}


def test_a_key_that_the_caller_made_is_kept(ada: User) -> None:
    person = User(id=uuid.uuid4(), email="lin@example.org", password="!")

    insert(person)

    assert User.objects.get(pk=person.pk).email == "lin@example.org"
    person.first_name = "Lin"
    person.save()
    assert User.objects.get(pk=person.pk).first_name == "Lin"


def test_only_the_fields_named_are_updated(ada: User) -> None:
    ada.first_name, ada.last_name = "Augusta", "King"

    update(ada, "first_name")

    found = User.objects.get(pk=ada.pk)
    assert (found.first_name, found.last_name) == ("Augusta", "Learner")


def test_what_the_database_refuses_is_raised(ada: User) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        insert(User(email=ada.email.upper(), password="!"))
