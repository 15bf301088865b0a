"""What people want of the policy of a course, and how it stands. Loads no estimators: web pages read it."""

from __future__ import annotations

from django.db import transaction

from adaptive import serving
from adaptive.models import CoursePolicy, PolicyJudgment
from adaptive.policies import PolicyRuling, PolicyStage, PolicyWish
from adaptive.recommending import RECURRENT
from courses import clock
from courses.models import Course, User
from mlcore.stages import SHARES, Stage


@transaction.atomic
def want(course: Course, wish: PolicyWish, person: User) -> CoursePolicy:
    """Do what a person wants about the policy of a course. What they wanted already changes nothing."""
    policy = policy_for_update(course)
    if policy.wish == wish:
        return policy
    was, policy.wish = policy.stage, wish
    if wish != PolicyWish.BY_ITSELF:
        move(policy, Stage.SHADOW)
    policy.save()
    PolicyJudgment.objects.create(
        course=course,
        by=person,
        policy=RECURRENT,
        sequencer=policy.sequencer,
        wish=wish,
        ruling=PolicyRuling.WISHED,
        was=was,
        stage=policy.stage,
        share=policy.share,
    )
    transaction.on_commit(serving.forget)
    return policy


def policy_of(course: Course) -> CoursePolicy:
    """Return how it stands with the policy of a course. Nothing is written."""
    return CoursePolicy.objects.filter(course=course).first() or CoursePolicy(course=course)


def policy_for_update(course: Course) -> CoursePolicy:
    CoursePolicy.objects.get_or_create(course=course)
    return CoursePolicy.objects.select_for_update().get(course=course)


def move(policy: CoursePolicy, stage: Stage) -> None:
    """Put the policy at a stage; whoever is taught by it is drawn anew whenever it begins."""
    if policy.stage == stage:
        return
    if stage is Stage.TRIAL:
        policy.round += 1
    policy.stage, policy.share, policy.since = PolicyStage(stage.value), SHARES[stage], clock.now()
