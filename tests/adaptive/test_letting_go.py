"""What is cleared away at night is needed by nobody, not even by a step that is just being written."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event
from time import sleep

import pytest
from django.db import connection, transaction
from django.utils import timezone

from adaptive import filing, syllabus
from adaptive.adapting import standing_of
from adaptive.models import LearnerState, Recommendation, Snapshot
from adaptive.recommending import offer_step
from adaptive.serving import live_tutor
from courses.models import Enrollment
from tests.adaptive.conftest import again
from tests.adaptive.edited import rename_a_module


@pytest.mark.django_db(transaction=True)
def test_what_a_step_has_just_named_is_not_let_go_before_the_step_is_there(wide: Enrollment) -> None:
    offer_step(standing_of(again(wide), live_tutor(wide.course_id)))
    Recommendation.objects.all().delete()
    LearnerState.objects.all().delete()
    Snapshot.objects.update(named_at=timezone.now() - timedelta(days=2))
    syllabus.forget()
    is_named = Event()

    def edit_and_let_go() -> int:
        is_named.wait(60)
        try:
            rename_a_module(wide.course)
            return filing.let_go()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as another:
        gone = another.submit(edit_and_let_go)
        with transaction.atomic():
            step = offer_step(standing_of(again(wide), live_tutor(wide.course_id)))
            is_named.set()
            sleep(1.0)  # until the other waits for this transaction, or has deleted what it names

    assert gone.result() == 0
    assert Snapshot.objects.get().pk == step.inputs["syllabi"][-1][1]
