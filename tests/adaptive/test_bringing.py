"""What a step brought: soon, and a day or more later; and what is made of what nobody answered."""

import random
import secrets
from datetime import datetime, timedelta
from io import StringIO

import numpy as np
import pytest
from django.core.management import call_command
from django.utils import timezone

from adaptive.bringing import ANSWERS, Seen, Went, gains_of
from adaptive.judging import Trial, judge, trial_of
from adaptive.leaving_out import LeftOut
from adaptive.models import Recommendation
from adaptive.recommending import SETTINGS, recommend_next
from adaptive.serving import live_tutor
from courses import clock
from courses.models import Course, Enrollment, Interaction, Presentation, Question, QuestionVersion
from mlcore.answers import Item
from mlcore.effects.credit import DAY, EARLY
from tests.adaptive.sequenced import begin_course, entries_of, make_fan, shown_in

A_DAY = timedelta(seconds=DAY)


@pytest.fixture(autouse=True)
def the_same_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets, "randbits", random.Random(8).getrandbits)


def answered(step: Recommendation, scores: list[float], at: datetime) -> None:
    """Answer questions of a step at this time, which began with opening it."""
    version = QuestionVersion.objects.filter(question__module=step.module_id)[0]
    shown = [shown_in(step, version) for _ in scores]
    entries = entries_of(step, shown, scores)
    for entry in entries:
        entry.at = at
    Presentation.objects.bulk_create(shown)
    Interaction.objects.bulk_create(entries)


def asked_again(step: Recommendation, score: float, at: datetime, variant: int | None = None) -> None:
    """Answer one question on the skill of a step, in a visit of its own: with no lesson, or after this one."""
    shown = shown_in(step, QuestionVersion.objects.filter(question__module=step.module_id)[0])
    shown.save()
    *_, answer = entries_of(step, [shown], [score])
    answer.sequence = Interaction.objects.filter(enrollment=step.enrollment).count() + 1
    answer.at, answer.variant_id = at, variant
    answer.save()


def went(step: Recommendation) -> Went | None:
    rows = Recommendation.objects.select_related("enrollment__course__edition", "enrollment__learner", "checkpoint")
    found = trial_of(rows.get(pk=step.pk), SETTINGS)
    assert isinstance(found, Trial)
    return found.went


def expected(step: Recommendation, at: datetime, ahead: int) -> float:
    """What was expected of who had not begun, of the question that is asked here."""
    tutor = live_tutor(step.enrollment.course_id).tutor
    question = Question.objects.filter(module=step.module_id).order_by("pk")[0]
    item = Item(question.pk, [skill.pk for skill in question.skills.all()], question.difficulty)
    asked = at.timestamp() - 20.0
    return float(tutor.predict(tutor.begin(), [item], at=asked, ahead=ahead)[0][0])


def test_fewer_answers_count_as_far_as_they_go(wide: Enrollment) -> None:
    step, now = recommend_next(wide), timezone.now()
    answered(step, [1.0, 0.0], now)

    found = went(step)

    assert found
    assert (found.answers, found.score, found.later) == (2, 0.5, None)
    assert found.expected == pytest.approx(np.mean([expected(step, now, ahead) for ahead in (0, 1)]), abs=1e-6)


def test_the_first_answer_a_day_or_more_later_is_the_test_of_what_is_left(wide: Enrollment) -> None:
    step, now = recommend_next(wide), timezone.now()
    answered(step, [1.0, 1.0, 1.0, 0.0], now)
    asked_again(step, 0.0, now + A_DAY)
    asked_again(step, 1.0, now + 2 * A_DAY)

    found = went(step)

    assert found
    assert (found.answers, found.score) == (ANSWERS, 1.0)
    assert found.later == pytest.approx(0.0 - expected(step, now + A_DAY, 4), abs=1e-6)


@pytest.mark.parametrize("when", ["with it", "in between", "a moment too early"])
def test_an_answer_after_another_lesson_or_within_a_day_is_no_such_test(wide: Enrollment, when: str) -> None:
    step, now = recommend_next(wide), timezone.now()
    other = step.module.variants.exclude(pk=step.variant_id or 0).first()
    answered(step, [1.0, 1.0, 1.0], now)
    if when == "in between":
        asked_again(step, 1.0, now + A_DAY / 2, other.pk)
    late = now + A_DAY - timedelta(seconds=when == "a moment too early")
    asked_again(step, 0.0, late, other.pk if when == "with it" else None)

    found = went(step)

    assert found
    assert found.later is None


def test_a_step_that_nobody_answers_counts_from_the_second_day_on(wide: Enrollment) -> None:
    step = recommend_next(wide)

    assert trial_of(step, SETTINGS) == LeftOut.UNANSWERED
    with clock.set_to(timezone.now() + 2 * A_DAY):
        assert went(step) is None


def test_a_test_a_day_later_counts_four_times_as_much_as_what_came_soon() -> None:
    known = [Went(0.9, 0.6, later=-0.2), Went(0.5, 0.6, later=0.1)] * 20
    few = [*known[:10], *[Went(0.9, 0.6)] * 30]

    gains = gains_of(known, np.zeros((40, 1)), np.arange(40))
    soon_alone = gains_of(few, np.zeros((40, 1)), np.arange(40))

    assert gains[:2] == pytest.approx([(EARLY * 0.3 - 0.2) / 1.25, (EARLY * -0.1 + 0.1) / 1.25])
    assert soon_alone == pytest.approx([one.soon for one in few])


def test_who_leaves_after_what_goes_badly_is_made_up_for() -> None:
    rng = np.random.default_rng(4)
    n = 20_000
    hard = rng.normal(size=n)
    soon, later = -0.1 * hard + 0.2 * rng.normal(size=n), -0.2 * hard + 0.2 * rng.normal(size=n)
    comes = rng.random(n) < 1 / (1 + np.exp(2 * hard))
    stays = rng.random(n) < 1 / (1 + np.exp(1 - 5 * soon))
    known = [Went(0.6 + soon[i], 0.6, later=later[i] if stays[i] else None) if comes[i] else None for i in range(n)]

    found = gains_of(known, hard[:, None], np.arange(n))

    truth = float(((EARLY * soon + later) / (EARLY + 1)).mean())
    naive = np.mean([(EARLY * one.soon + one.later) / (EARLY + 1) for one in known if one and one.later is not None])
    assert found.mean() == pytest.approx(truth, abs=0.015)
    assert abs(naive - truth) > 0.1


def silence(course: Course) -> None:
    """Let every third learner have left without an answer, and every fourth after the first one."""
    for number, enrollment in enumerate(Enrollment.objects.filter(course=course).order_by("pk")):
        keeps = 0 if number % 3 == 0 else 1 if number % 4 == 0 else ANSWERS
        gone = Interaction.objects.filter(enrollment=enrollment, sequence__gt=2 + keeps - (keeps == 0))
        gone._raw_delete("default")


def test_the_command_tells_what_was_not_seen_and_how_much_hangs_on_it(db: None) -> None:
    course = make_fan(5, 1)
    begin_course(course, 60, hub_goes_well=True)
    silence(course)
    said = StringIO()
    rows = Recommendation.objects.select_related("enrollment__course__edition", "enrollment__learner", "checkpoint")

    with clock.set_to(timezone.now() + 2 * A_DAY):
        found = judge(rows)
        call_command("judge_policy", stdout=said)

    assert found.seen == Seen(all=30, fewer=10, none=20, later=0)
    assert found.steps == 60
    assert f"30 were followed by {ANSWERS} answers on their skills or more, 10 by fewer, 20 by none" in said.getvalue()
    assert found.beyond
    assert found.plain
    assert found.worst
    assert found.best
    assert found.worst.value <= found.beyond.value <= found.best.value
    assert f"ahead by {found.worst.value:+.4f} to {found.best.value:+.4f}" in said.getvalue()


def test_where_everybody_answers_nothing_hangs_on_it(db: None) -> None:
    begin_course(make_fan(5, 1), 40, hub_goes_well=True)

    found = judge(Recommendation.objects.select_related("enrollment__course__edition", "enrollment__learner"))

    assert found.seen == Seen(all=40, fewer=0, none=0, later=0)
    assert found.plain
    assert found.beyond
    assert found.plain.value == pytest.approx(found.beyond.value, abs=1e-9)
    assert found.worst is found.best is None
