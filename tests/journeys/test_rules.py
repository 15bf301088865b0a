"""A trainer writes a rule by keyboard, tries it and switches it on; a learner sets it off, and reads that it did."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from adaptive.adapting import standing_of
from adaptive.guarding import missing_for
from adaptive.models import Recommendation
from adaptive.rules import Firing, Rule
from adaptive.serving import live_tutor
from adaptive.watching import watch_absences
from courses import clock
from courses.models import Cohort, Course, Enrollment, Module
from tests.adaptive.acting import finish_a_module
from tests.journeys.cohort import ada_enrolled, build_cohort, person
from tests.journeys.conftest import SignIn, load_demo_course
from tests.journeys.snapshots import Snapshots
from tests.journeys.test_steering import has_no_problems


@pytest.fixture(autouse=True)
def world(transactional_db: None, snapshots: Snapshots) -> None:
    """The demo course with a cohort at work in it."""
    snapshots.bring("a cohort at work", lambda: (load_demo_course(), build_cohort()))


def rules_page() -> str:
    return reverse("adaptive:cohort_rules", args=[Cohort.objects.get().pk, Course.objects.get().slug])


def choose(page: Page, label: str, words: str) -> None:
    """Choose from a list by keyboard: go there, and type how the words begin."""
    field = page.get_by_label(label, exact=True)
    field.focus()
    page.keyboard.type(words)
    assert field.evaluate("(list) => list.selectedOptions[0].text") == words


def open_after(enrollment: Enrollment, doing: Module) -> int:
    """A module that is not done yet, and lacks nothing once this one is."""
    standing = standing_of(enrollment, live_tutor(enrollment.course_id))
    learned = set(standing.syllabus.modules[doing.pk].skills)
    return next(
        module.id
        for module in standing.syllabus.modules.values()
        if module.id != doing.pk
        and not standing.progress.module(module.id).done
        and set(missing_for(standing, module)) <= learned
    )


def test_a_rule_from_its_sentence_to_the_learners_page(signed_in: SignIn) -> None:
    enrolled = Enrollment.objects.with_edition().get(pk=ada_enrolled().pk)
    doing = Recommendation.objects.filter(enrollment=enrolled).latest("made_at").module
    target = doing.course.modules.get(pk=open_after(enrolled, doing))
    page = signed_in(person("grace"), reduced_motion="reduce")
    page.goto(reverse("analytics:cohort", args=[Cohort.objects.get().pk]))
    page.get_by_role("link", name="Rules, and what they did").press("Enter")

    choose(page, "When a learner of Spring intake", "has completed")
    choose(page, "Module of the condition", doing.title)
    choose(page, "then", "offer next")
    choose(page, "Module of the action", target.title)
    expect(page.get_by_label("Percent")).to_be_hidden()
    expect(page.get_by_label("Way of teaching")).to_be_hidden()
    expect(page.get_by_text("What is assigned comes first from a week before")).to_be_hidden()
    page.get_by_label("Note").focus()
    page.keyboard.type("It builds on it.")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text(
        f"When a learner of Spring intake has completed “{doing.title}”, offer “{target.title}” next."
    )
    expect(page.get_by_role("heading", name="What it would have done")).to_be_visible()
    has_no_problems(page, 1280)
    page.get_by_role("button", name="Switch on").press("Enter")
    expect(page.locator("#messages")).to_contain_text("It is on.")

    finish_a_module(enrolled)
    page.reload()
    expect(page.locator("section[aria-labelledby=log]")).to_contain_text("Ada")
    expect(page.locator("section[aria-labelledby=log]")).to_contain_text(f"has completed “{doing.title}”: ")
    learner = signed_in(person("ada"))
    learner.goto(reverse("adaptive:why", args=[Recommendation.objects.latest("made_at").pk]))
    expect(learner.locator("main")).to_contain_text(
        f"A rule of the course asks for this first, because you have completed “{doing.title}”: “It builds on it.”"
    )


def test_an_absence_comes_before_the_trainers_eyes(signed_in: SignIn) -> None:
    page = signed_in(person("grace"), viewport={"width": 390, "height": 900}, reduced_motion="reduce")
    page.goto(rules_page())
    page.get_by_label("When a learner of Spring intake").select_option(label="has been inactive")
    page.get_by_label("then", exact=True).select_option(label="notify the trainer")
    page.get_by_label("Note").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("has been inactive for 7 days, notify the trainer.")
    page.get_by_role("button", name="Switch on").press("Enter")
    expect(page.locator("#messages")).to_contain_text("It is on.")

    with clock.set_to(timezone.now() + timedelta(days=8)):
        watch_absences()

    page.goto(reverse("analytics:cohort", args=[Cohort.objects.get().pk]))
    notice = page.get_by_role("button", name="Seen Has been inactive for 7 days").first
    expect(notice).to_be_visible()
    has_no_problems(page, 390)
    before = Firing.objects.open_notices().count()
    notice.press("Enter")
    expect(page.locator("#messages")).to_contain_text("Put away: the notice about")
    assert Firing.objects.open_notices().count() == before - 1


def test_a_rule_is_written_without_javascript_and_a_blank_left_empty_is_named(signed_in: SignIn) -> None:
    page = signed_in(person("noor"), java_script_enabled=False)
    page.goto(reverse("adaptive:course_rules", args=[Course.objects.get().slug]))
    page.get_by_label("then", exact=True).select_option(label="skip")
    page.get_by_role("button", name="Write it down and try it").click()
    page.get_by_role("alert").get_by_text("Choose the module that is to be offered").wait_for()

    page.get_by_label("Module of the action").select_option(index=2)
    page.get_by_role("button", name="Write it down and try it").click()
    page.get_by_role("heading", name="When a learner has begun the course, skip").wait_for()

    assert Rule.objects.latest("pk").made_by == person("noor")


@pytest.mark.parametrize("scripted", [True, False])
def test_a_condition_is_added_and_taken_away_again_with_and_without_javascript(
    signed_in: SignIn, scripted: bool
) -> None:
    page = signed_in(
        person("noor"), java_script_enabled=scripted, viewport={"width": 390, "height": 900}, reduced_motion="reduce"
    )
    page.goto(reverse("adaptive:course_rules", args=[Course.objects.get().slug]))
    page.get_by_label("Note").fill("Well done")
    page.get_by_role("button", name="Add a condition").press("Enter")
    second = page.get_by_label("Condition (2)", exact=True)
    expect(second).to_be_focused()
    second.select_option(label="has been inactive")
    page.get_by_role("button", name="Add a condition").press("Enter")
    page.get_by_label("Condition (3)", exact=True).select_option(label="has mastered")
    page.get_by_role("button", name="Remove condition 3").press("Enter")
    expect(page.get_by_label("Condition (3)", exact=True)).to_have_count(0)
    if scripted:
        has_no_problems(page, 390)

    page.get_by_label("When (How many of these must be so)").select_option("any")
    page.get_by_label("then", exact=True).select_option(label="notify the trainer")
    page.get_by_label("Note").press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text(
        "When a learner has begun the course or has been inactive for 7 days, notify the trainer."
    )
    assert Rule.objects.latest("pk").note == "Well done"
