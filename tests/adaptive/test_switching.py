"""Which policy teaches: judged from the log of a course, switched by the conservative rule, and by people."""

import random
import secrets
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from adaptive import jobs, sequencing, switching
from adaptive.comparing import compared
from adaptive.models import CoursePolicy, Job, JobState, PolicyJudgment, Recommendation
from adaptive.policies import PolicyRuling, PolicyStage, PolicyWish
from adaptive.recommending import POLICY, RECURRENT
from adaptive.sequencing import shipped
from adaptive.switching import judge_course
from adaptive.wishing import policy_of, want
from courses import clock
from courses.models import Course, User
from tests.adaptive.sequenced import PLACE, begin_course, go_through, let_teach, make_fan


@pytest.fixture(autouse=True)
def the_same_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    """What so few learners show of a policy is in part luck: here it is the same in every run."""
    monkeypatch.setattr(secrets, "randbits", random.Random(8).getrandbits)


@pytest.fixture
def fan(db: None) -> Course:
    return make_fan(5, PLACE)


def judged_on(course: Course, days: int = 0) -> PolicyJudgment:
    with clock.set_to(clock.now() + timedelta(days=days)):
        return judge_course(course, clock.now().date())


def test_where_it_is_truly_better_it_teaches_some_then_most_and_goes_back_when_it_gets_worse(fan: Course) -> None:
    begin_course(fan, 60, hub_goes_well=True)
    first = judged_on(fan)

    assert first.ruling == PolicyRuling.TRIES
    assert (first.was, first.stage, first.share) == (PolicyStage.SHADOW, PolicyStage.TRIAL, 0.2)
    assert first.ahead_lower
    assert first.ahead_lower > 0.0
    assert first.confidence == pytest.approx(0.975)
    assert first.lower
    assert first.default
    assert first.lower < first.estimate < first.upper
    assert first.estimate - first.default == pytest.approx(first.ahead)
    assert first.facts["other_favorite"] > 0.3

    with clock.set_to(clock.now() + timedelta(days=0.5)):
        begin_course(fan, 70, hub_goes_well=True)
    taught = set(Recommendation.objects.filter(policy=RECURRENT).values_list("enrollment", flat=True))
    second = judged_on(fan, days=1)

    assert 0 < len(taught) < 46
    assert second.ruling == PolicyRuling.EXTENDS
    assert policy_of(fan).share == 0.9

    with clock.set_to(clock.now() + timedelta(days=1.5)):
        begin_course(fan, 70, hub_goes_well=False)
    last = judged_on(fan, days=2)

    assert last.ruling in (PolicyRuling.BEHIND, PolicyRuling.UNSURE)
    assert policy_of(fan).stage == PolicyStage.SHADOW
    with clock.set_to(clock.now() + timedelta(days=3)):
        begin_course(fan, 1, hub_goes_well=True)
    assert Recommendation.objects.latest("made_at").policy == POLICY


def test_where_both_teach_the_estimate_agrees_with_the_plain_difference_between_their_learners(fan: Course) -> None:
    let_teach(fan, share=0.5)
    begin_course(fan, 70, hub_goes_well=True)
    live = shipped()
    assert live

    found = judged_on(fan)

    trials = compared(switching.latest_steps(fan), live).trials
    gains: dict[bool, list[float]] = {True: [], False: []}
    for trial in trials:
        assert trial.went
        gains[trial.step.policy == RECURRENT].append(trial.went.soon)
    assert min(len(gains[True]), len(gains[False])) >= 20
    assert found.ahead == pytest.approx(np.mean(gains[True]) - np.mean(gains[False]), abs=0.35)
    assert found.ruling == PolicyRuling.EXTENDS


def test_where_it_is_worse_it_teaches_nobody(fan: Course) -> None:
    begin_course(fan, 60, hub_goes_well=False)

    found = judged_on(fan)

    assert found.ruling == PolicyRuling.STAYS
    assert found.ahead
    assert found.ahead < 0.0
    assert policy_of(fan).stage == PolicyStage.SHADOW
    assert judged_on(fan, days=1).ruling == PolicyRuling.WAITS  # nothing is new


def test_with_few_learners_nobody_can_tell(fan: Course) -> None:
    go_through(fan, 2)

    found = judged_on(fan)

    assert found.ruling == PolicyRuling.TOO_FEW
    assert found.estimate is None
    assert "learners" in found.facts["because"]


def test_judging_twice_a_day_changes_nothing(fan: Course) -> None:
    go_through(fan, 2)

    assert judged_on(fan) == judged_on(fan)
    assert PolicyJudgment.objects.count() == 1


def test_people_decide_and_that_goes_first(fan: Course, grace: User) -> None:
    let_teach(fan)

    want(fan, PolicyWish.SHADOW, grace)
    want(fan, PolicyWish.SHADOW, grace)

    policy = policy_of(fan)
    assert (policy.stage, policy.share, policy.wish) == (PolicyStage.SHADOW, 0.0, PolicyWish.SHADOW)
    told = PolicyJudgment.objects.get()
    assert (told.by, told.ruling, told.was) == (grace, PolicyRuling.WISHED, PolicyStage.MOST)
    begin_course(fan, 60, hub_goes_well=True)
    found = judged_on(fan)
    assert found.ruling == PolicyRuling.TRIES  # it would have
    assert found.stage == policy_of(fan).stage == PolicyStage.SHADOW
    want(fan, PolicyWish.DEFAULT, grace)
    assert fan not in switching.courses_to_judge()


def test_a_file_that_cannot_be_read_or_is_another_ends_it(
    fan: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_through(fan, 1)
    let_teach(fan)
    CoursePolicy.objects.update(sequencer="0" * 64)

    assert judged_on(fan).ruling == PolicyRuling.OTHER_FILE
    assert policy_of(fan).stage == PolicyStage.SHADOW
    let_teach(fan)
    monkeypatch.setattr(sequencing, "PATH", tmp_path / "nowhere")
    sequencing.forget()
    assert judged_on(fan, days=1).ruling == PolicyRuling.UNREADABLE
    assert policy_of(fan).stage == PolicyStage.SHADOW


def test_a_policy_goes_on_for_a_while_when_its_steps_tell_nothing_any_more(fan: Course) -> None:
    let_teach(fan)
    go_through(fan, 1)
    live = shipped()
    assert live
    PolicyJudgment.objects.create(
        course=fan, sequencer=live.sha256, ruling="goes_on", was="most", stage="most", estimate=0.7
    )

    assert judged_on(fan).ruling == PolicyRuling.TOO_FEW
    assert policy_of(fan).stage == PolicyStage.MOST
    assert judged_on(fan, days=29).ruling == PolicyRuling.UNSURE
    assert policy_of(fan).stage == PolicyStage.SHADOW


def test_the_job_judges_every_course_once_and_goes_on_where_it_broke_off(
    fan: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = make_fan(5, PLACE, "other")
    for course in (fan, other):
        go_through(course, 1)
    finding = switching.finding_in

    def breaks(course: Course, told: Any = None) -> Any:
        if course == other:
            raise RuntimeError("the worker is tired")
        return finding(course)

    monkeypatch.setattr(switching, "finding_in", breaks)
    job = jobs.run(jobs.ask_for("judge").pk)
    assert (job.state, job.message) == (JobState.FAILED, "RuntimeError: could not be judged: other")
    assert PolicyJudgment.objects.get().course == fan

    monkeypatch.setattr(switching, "finding_in", finding)
    job = jobs.run(jobs.ask_for("judge").pk)
    assert job.state == JobState.DONE
    assert job.result["courses"] == {"fan": "too_few", "other": "too_few"}
    assert PolicyJudgment.objects.count() == 2
    assert Job.objects.count() == 2
