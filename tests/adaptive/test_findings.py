"""Findings on ways of learning: written down each hour, told on pages, and used where the next step is chosen."""

import random
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from adaptive.adapting import Standing, standing_of
from adaptive.methods import effect_terms, methods_in
from adaptive.modalities import effects_for, refresh_modality_effects
from adaptive.models import Checkpoint, Finding, LearnerState, ModalityEffect, Recommendation
from adaptive.progress import Progress
from adaptive.progress_rows import SkillProgress
from adaptive.recommending import Inputs, decide_step, offer_step
from adaptive.replaying import Verdict, replay
from adaptive.serving import live_tutor, promote
from adaptive.verdicts import findings_of
from adaptive.ways import Candidate
from courses.models import Cohort, Course, Enrollment, User
from mlcore import checkpoint as checkpoints
from mlcore.effects.believing import Effect, tries_of
from mlcore.effects.credit import ArmProgress
from mlcore.records import SkillRecord
from tests.adaptive.conftest import again
from tests.factories import make_course

LEARNERS = 30


@pytest.fixture
def course(db: None) -> Course:
    course = make_course(modules=3, questions=4)
    return Course.objects.select_related("edition").get(pk=course.pk)


@pytest.fixture
def cohort(course: Course, grace: User) -> Cohort:
    cohort = Cohort.objects.create(name="Spring")
    cohort.trainers.add(grace)
    cohort.courses.add(course)
    return cohort


def standing(enrollment: Enrollment) -> Standing:
    return standing_of(again(enrollment), live_tutor(enrollment.course_id))


def earned(answers: int, mean: float) -> ArmProgress:
    return ArmProgress(answers, float(answers), answers * mean, answers * (mean**2 + 0.2))


def enroll_who_earned(cohort: Cohort, course: Course, arms: Mapping[str, float], count: int, answers: int = 20) -> None:
    """Learners who gave so many answers under each arm, and did that much better than expected."""
    for number in range(count):
        learner = User.objects.create(email=f"{cohort.name}{number}@example.org", is_simulated=cohort.is_simulated)
        cohort.learners.add(learner)
        own = standing(Enrollment.objects.create(learner=learner, course=course))
        own.progress.arms = {arm: earned(answers, mean + 0.01 * (number % 3 - 1)) for arm, mean in arms.items()}
        own.keep()


def test_a_way_that_led_to_more_later_success_is_found_and_told(cohort: Cohort, course: Course, client: Client) -> None:
    enroll_who_earned(cohort, course, {"practice-questions": 0.2, "text": 0.0, "video": 0.0}, LEARNERS)

    assert refresh_modality_effects() == 6

    [compared] = findings_of(cohort, course.subject)
    [sentence] = compared.cohort.sentences
    assert sentence.startswith("Practice questions helped more: +")
    assert sentence.endswith(f"{20 * LEARNERS} answers of {LEARNERS} learners.")
    best = ModalityEffect.objects.get(cohort=cohort, arm="practice-questions")
    assert best.low is not None
    assert best.low > 0.0
    client.force_login(User.objects.get(first_name="Grace"))
    address = f"/trainer/cohorts/{cohort.pk}/"
    assert sentence in client.get(address).content.decode()
    exported = b"".join(client.get(address, {"format": "csv", "table": "ways"})).decode()
    assert f"Practice questions,{100 * (best.difference or 0.0):.1f}," in exported


def test_a_new_checkpoint_forgets_nothing_of_what_was_found(cohort: Cohort, course: Course) -> None:
    enroll_who_earned(cohort, course, {"text": 0.15, "video": -0.15}, LEARNERS)
    refresh_modality_effects()
    before = list(ModalityEffect.objects.order_by("pk").values_list("arm", "mean", "answers", "learners", "finding"))

    promote(Checkpoint.objects.create(sha256="0" * 64, path=checkpoints.DEFAULT.name))
    refresh_modality_effects()

    after = list(ModalityEffect.objects.order_by("pk").values_list("arm", "mean", "answers", "learners", "finding"))
    assert after == before
    assert after


def test_who_came_back_under_a_new_checkpoint_counts_once(cohort: Cohort, course: Course) -> None:
    enroll_who_earned(cohort, course, {"text": 0.15, "video": -0.15}, LEARNERS)
    for state in LearnerState.objects.all():
        state.pk, state.checkpoint = None, None
        state.save()

    refresh_modality_effects()

    assert set(ModalityEffect.objects.values_list("answers", flat=True)) == {20 * LEARNERS}


def test_alike_ways_end_in_no_difference_found(cohort: Cohort, course: Course) -> None:
    enroll_who_earned(cohort, course, {"text": 0.002, "video": 0.0}, LEARNERS, answers=100)

    refresh_modality_effects()

    [compared] = findings_of(cohort, course.subject)
    assert compared.cohort.finding == Finding.SAME
    assert compared.cohort.sentences[0].startswith("No difference found")


def test_little_evidence_says_how_much_is_missing_and_none_says_nothing(cohort: Cohort, course: Course) -> None:
    assert findings_of(cohort, course.subject) == []
    enroll_who_earned(cohort, course, {"text": 0.1, "video": 0.0}, 6)

    refresh_modality_effects()

    [compared] = findings_of(cohort, course.subject)
    assert compared.cohort.finding == Finding.OPEN
    assert "Not enough data yet (about " in compared.cohort.sentences[0]


def test_made_up_learners_tell_nothing_of_people(cohort: Cohort, course: Course, settings: Any) -> None:
    settings.DEMO, cohort.is_simulated = False, True
    enroll_who_earned(cohort, course, {"text": 0.4, "video": 0.0}, 6)

    assert refresh_modality_effects() == 0


def test_effects_of_a_cohort_are_its_own_as_far_as_they_go(cohort: Cohort, course: Course, grace: User) -> None:
    other = Cohort.objects.create(name="Autumn")
    other.courses.add(course)
    enroll_who_earned(cohort, course, {"text": 0.15, "video": -0.15}, LEARNERS)
    enroll_who_earned(other, course, {"text": -0.05, "video": 0.05}, LEARNERS)

    refresh_modality_effects()

    text = {row.cohort_id: row.mean for row in ModalityEffect.objects.filter(arm="text")}
    assert text[other.pk] < text[None] < text[cohort.pk]


def test_a_learner_reads_what_helped_them(enrollment: Enrollment, client: Client) -> None:
    own = standing(enrollment)
    own.progress.arms = {"worked-example": earned(150, 0.2), "text": earned(150, -0.1), "spaced": earned(12, 0.1)}
    own.keep()
    client.force_login(enrollment.learner)

    page = client.get(f"/learn/{enrollment.course.slug}/map/").content.decode()

    assert "Worked examples helped more so far: +" in page
    assert "There is nothing to compare yet: all was learned in one way" in page
    assert "There is nothing to compare yet: no skill was practiced again" in page


def test_a_trainer_reads_of_a_learner_what_they_read_themselves(
    cohort: Cohort, enrollment: Enrollment, client: Client
) -> None:
    cohort.learners.add(enrollment.learner)
    own = standing(enrollment)
    own.progress.arms = {"worked-example": earned(150, 0.2), "text": earned(150, -0.1), "spaced": earned(12, 0.1)}
    own.keep()
    client.force_login(enrollment.learner)
    read_by_them = own_findings_on(client, f"/learn/{enrollment.course.slug}/map/")
    client.force_login(cohort.trainers.get())
    address = f"/trainer/cohorts/{cohort.pk}/learners/{enrollment.pk}/"

    assert own_findings_on(client, address) == read_by_them
    exported = b"".join(client.get(address, {"format": "csv", "table": "ways"})).decode()
    assert "Ways of teaching,Some work better,Worked examples,23.7,16.1,31.2,150" in exported


def test_a_trainer_is_told_what_it_takes_while_nothing_is_known(
    cohort: Cohort, enrollment: Enrollment, client: Client
) -> None:
    cohort.learners.add(enrollment.learner)
    client.force_login(cohort.trainers.get())

    page = client.get(f"/trainer/cohorts/{cohort.pk}/learners/{enrollment.pk}/").content.decode()

    assert "about 10 in each that come a day or more later, or 40 that come right after" in page


def own_findings_on(client: Client, address: str) -> list[str]:
    """Every sentence and every cell of the figures, on a learner's page or their trainer's."""
    section = client.get(address).content.decode().split('id="ways"')[1].split("</section>")[0]
    told = section[section.index("<h3>") :].split('<div class="chart-frame-foot">')[0]
    return [words.strip() for words in re.findall(r"<(?:h3|p|b|th|td)[^>]*>([^<]+)", told) if words.strip()]


def test_what_is_known_least_is_tried_most_and_never_much(enrollment: Enrollment) -> None:
    known, unknown = Effect(0.1, 0.005), Effect(0.0, 0.2)
    drawn = [tries_of({"text": known, "video": unknown}, random.Random(seed)) for seed in range(200)]

    spread = {arm: max(abs(one[arm]) for one in drawn) for arm in ("text", "video")}
    assert spread["text"] < 0.02
    assert spread["video"] == 0.04
    assert sum(abs(one["video"]) for one in drawn) > 5 * sum(abs(one["text"]) for one in drawn)


def test_a_method_that_helps_moves_the_score_of_steps_that_use_it(enrollment: Enrollment) -> None:
    own, now = standing(enrollment), timezone.now()
    first, second = list(own.syllabus.modules.values())[:2]
    own.progress.skills = {
        module.skills[0]: SkillProgress(1, 1.0, SkillRecord().after_answer(1.0, (now - ago).timestamp()))
        for module, ago in ((first, timedelta(days=2)), (second, timedelta(hours=1)))
    }
    own.progress.now_on = list(second.skills)
    assert methods_in(own.progress, first.skills, now) == ["spaced", "interleaved"]
    assert methods_in(own.progress, second.skills, now) == ["massed", "blocked"]

    step = offer_step(own)
    candidates = [Candidate(module, None) for module in (first, second)]
    terms = effect_terms(own, candidates, now, ({"spaced": 0.1, "massed": -0.1}, {}))

    assert terms["method"].tolist() == [0.2, -0.2]
    assert {"method", "trying"} <= step.candidates[0]["terms"].keys()


def test_choices_from_before_methods_were_known_replay_as_they_were(enrollment: Enrollment) -> None:
    step = decide_step(standing(enrollment), Inputs(timezone.now(), 7, {"text": 0.05}))
    step.save()

    again_read = Recommendation.objects.select_related("enrollment__course__edition").get()
    assert "method" not in again_read.candidates[0]["terms"]
    assert replay(again_read).verdict == Verdict.SAME


def test_a_choice_replays_with_what_was_tried(enrollment: Enrollment) -> None:
    offer_step(standing(enrollment))

    step = Recommendation.objects.select_related("enrollment__course__edition").get()
    assert step.inputs["tries"].keys() == effects_for(standing(enrollment)).keys()
    assert replay(step).verdict == Verdict.SAME


def test_what_was_earned_is_kept_as_it_was(enrollment: Enrollment) -> None:
    own = standing(enrollment)
    own.progress.arms = {"text": earned(3, 0.1)}

    assert Progress.from_json(own.progress.as_json()) == own.progress
