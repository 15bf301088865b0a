"""What learners of a cohort did not want, and why: counted by learner, for the trainers of that cohort alone."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from adaptive.progress import Wish
from analytics.refusals import Refused, refused_in
from analytics.scope import scope_of
from courses.models import Cohort, Course, Enrollment, InteractionKind, Module, User
from tests.analytics.test_exporting import rows_in
from tests.analytics.world import cohort_of, course_with, happens


@pytest.fixture
def cohort(grace: User, db: None) -> Cohort:
    return cohort_of(grace, course_with(modules=3), learners=5)


@pytest.fixture
def learners(cohort: Cohort) -> list[Enrollment]:
    return list(Enrollment.objects.in_cohort(cohort).order_by("pk"))


def refuses(enrollment: Enrollment, place: int, wish: str, reason: str = "", days_ago: int = 1) -> None:
    module = Module.objects.get(course=enrollment.course, position=place)
    at, response = timezone.now() - timedelta(days=days_ago), {"wish": wish, "reason": reason}
    happens(enrollment, InteractionKind.OVERRODE, at, module_id=module.pk, response=response)


def refused(cohort: Cohort) -> list[tuple[str, int, list[tuple[str, int]]]]:
    return [told(one) for one in refused_in(scope_of(cohort, {}))]


def told(one: Refused) -> tuple[str, int, list[tuple[str, int]]]:
    return one.title, one.learners, [(str(why), learners) for why, learners in one.whys]


def test_each_learner_counts_once_for_a_module_and_for_each_reason(cohort: Cohort, learners: list[Enrollment]) -> None:
    ada, ben, cleo, dan, _ = learners
    for one in (ada, ada, ben, cleo):
        refuses(one, 1, Wish.TOO_HARD)
    refuses(dan, 1, Wish.NOT_THIS_ONE, "later")
    refuses(ada, 1, Wish.NOT_THIS_ONE, "it was raining")
    refuses(ben, 0, Wish.NOT_THIS_ONE)
    refuses(ben, 2, Wish.THIS_ONE)
    refuses(cleo, 2, Wish.TOO_HARD, days_ago=40)

    assert refused(cohort) == [
        ("Module 1", 4, [("too hard", 3), ("rather later", 1), ("something else", 1)]),
        ("Module 0", 1, [("put aside without a reason", 1)]),
    ]


def test_trainers_read_it_on_the_page_of_their_cohort_and_take_it_along(
    client: Client, grace: User, cohort: Cohort, learners: list[Enrollment]
) -> None:
    client.force_login(grace)
    address = f"/trainer/cohorts/{cohort.pk}/"
    before = client.get(address).content.decode()
    refuses(learners[0], 1, Wish.TOO_EASY)
    stranger = Enrollment.objects.create(
        learner=User.objects.create(email="x@example.org"), course=Course.objects.get()
    )
    refuses(stranger, 0, Wish.TOO_HARD)

    page = " ".join(client.get(address).content.decode().split())

    assert 'id="refusals"' not in before
    assert 'href="#refusals"' in page
    assert "<b>Module 1</b>: refused by 1 of 5 learners: too easy 1<" in page
    header, *rows = rows_in(client.get(address, {"format": "csv", "table": "refusals"}))
    assert header == ["Module", "Refused by", "Learners", "Why", "By"]
    assert rows == [["Module 1", "1", "5", "too easy", "1"]]


def test_counting_costs_two_queries_however_many_refuse(
    cohort: Cohort, learners: list[Enrollment], django_assert_num_queries: Any
) -> None:
    for place, one in enumerate(learners):
        refuses(one, place % 3, Wish.TOO_HARD)
    scope = scope_of(cohort, {})

    with django_assert_num_queries(2):
        found = refused_in(scope)

    assert sum(one.learners for one in found) == 5
