"""What happens behind the pages, on a real worker."""

import subprocess
import time
from collections.abc import Callable
from datetime import timedelta

from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from adaptive.rule_conditions import When
from adaptive.rules import Then
from adaptive.tasks import watch_absences
from courses import marking
from courses.enrolling import join
from courses.models import Cohort, Course, Enrollment, User
from tests.adaptive.ruled import ruled
from tests.journeys.conftest import SignIn
from tests.journeys.walking import answer

SECONDS = 120  # that a busy machine may take; on an idle one it is two


def soon(holds: Callable[[], bool]) -> bool:
    """Look again and again until this holds, for so many SECONDS at most."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.25)
    return False


def test_a_worker_looks_for_absences_and_tells_the_trainer(
    course: Course, ada: User, grace: User, signed_in: SignIn, worker: subprocess.Popen[bytes]
) -> None:
    cohort = Cohort.objects.create(name="Autumn intake")
    cohort.courses.add(course)
    cohort.trainers.add(grace)
    join(ada, cohort)
    Enrollment.objects.update(enrolled_at=timezone.now() - timedelta(days=3))
    rule = ruled(grace, cohort, When.INACTIVE, Then.NOTIFY, days=2, note="Write to them.")

    def is_told() -> bool:
        watch_absences.delay()  # again and again: a worker that starts throws away what it finds
        return rule.firings.exists()

    assert soon(is_told)
    page = signed_in(grace)
    page.goto(reverse("analytics:cohort", args=[cohort.pk]))
    needs = page.locator("section[aria-labelledby=needs]")
    expect(needs).to_contain_text("Has been inactive for 2 days: never here since ")
    expect(needs).to_contain_text("Write to them.")
    assert rule.firings.count() == 1


def test_an_answer_is_counted_on_the_trainers_page(
    course: Course, ada: User, grace: User, signed_in: SignIn, worker: subprocess.Popen[bytes]
) -> None:
    cohort = Cohort.objects.create(name="Autumn intake")
    cohort.courses.add(course)
    cohort.trainers.add(grace)
    [enrollment] = join(ada, cohort)
    answer(signed_in(ada), marking.right_response)
    page = signed_in(grace)

    def is_counted() -> bool:
        page.goto(reverse("analytics:learner", args=[cohort.pk, enrollment.pk]))
        return "Answers 1" in " ".join(page.locator(".figures").all_inner_texts()).replace("\n", " ")

    assert soon(is_counted)
    page.goto(reverse("analytics:cohorts"))
    expect(page.get_by_role("row", name="Autumn intake")).to_contain_text("1")


def test_a_training_that_an_admin_asks_for_ends_with_a_reason(
    course: Course, root: User, signed_in: SignIn, worker: subprocess.Popen[bytes]
) -> None:
    page = signed_in(root)
    page.goto(reverse("admin:adaptive_job_changelist"))

    page.get_by_role("button", name="Retrain now").click()

    expect(page.locator(".messagelist")).to_have_text("Training is asked for; a worker will take it up.")
    expect(page.locator("#result_list tbody tr")).to_have_count(1)
    expect(page.locator("#result_list .field-percent")).to_have_text("0%")

    def is_over() -> bool:
        page.reload()
        return page.locator("#result_list .field-state").inner_text() not in ("Waiting", "Running")

    assert soon(is_over)
    row = page.locator("#result_list tbody tr")
    expect(row.locator(".field-state")).to_have_text("Refused")
    expect(row.locator(".field-percent")).to_have_text("100%")
    expect(row.locator(".field-message")).to_contain_text("Too little to learn from: a course needs 30 learners")
