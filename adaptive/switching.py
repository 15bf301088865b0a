"""Which policy teaches a course: judged every night from its own log, and switched only by the conservative rule.

The recurrent policy begins in the shadow, where it teaches nobody. Once it is surely better than the standard one, it
teaches a share of the learners; once it still is with much more to go by, most of them; and as soon as it is not any
more, or cannot be read, nobody. A few always keep the standard policy, so that both can be compared. What people want
goes first.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from adaptive import serving
from adaptive.comparing import Comparison, Told, compared
from adaptive.jobs import Report
from adaptive.judging import Judgment, success_in
from adaptive.models import CoursePolicy, Job, PolicyJudgment, Recommendation
from adaptive.policies import PolicyRuling, PolicyStage, PolicyWish
from adaptive.recommending import RECURRENT
from adaptive.sequencing import graph_of, shipped
from adaptive.syllabus import syllabus_for
from adaptive.wishing import move, policy_for_update
from courses import clock
from courses.models import Course
from mlcore.off_policy import CONFIDENCE
from mlcore.stages import Stage
from mlcore.switching import Evidence, apart, confidence_of, is_due, rule_on, sharper, stage_after

KIND = "judge"
WINDOW = timedelta(days=180)  # of steps to judge by
MOST_STEPS = 4000  # the latest ones
KEPT_FOR = timedelta(days=28)  # that a policy goes on without steps to judge it by, as after its course was rewritten

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Finding:
    """What a log tells of a policy; or why there is nothing to ask."""

    sequencer: str = ""
    why_not: PolicyRuling | None = None
    comparison: Comparison = field(default_factory=Comparison)
    judgment: Judgment = field(default_factory=lambda: Judgment(0, {}))


@dataclass(frozen=True)
class Decision:
    """What is to be done, and at which look, if at one."""

    ruling: PolicyRuling
    stage: Stage
    look: int | None = None
    evidence: Evidence | None = None


def judge_courses(job: Job, report: Report) -> tuple[dict[str, Any], str]:
    """Do the job: judge every course that was not judged yet today. Raises RuntimeError for those that broke."""
    day = clock.now().date()
    courses, broke = list(courses_to_judge()), []
    for number, course in enumerate(courses):

        def told(done: float, course: Course = course, number: int = number) -> None:
            report((number + done) / len(courses), f"{course.title}: {done:.0%} of its learners are through.")

        try:
            judge_course(course, day, told)
        except Exception:  # the other courses are to be judged all the same
            log.exception("policy_not_judged", course=course.pk)
            broke.append(course.slug)
    if broke:
        raise RuntimeError(f"could not be judged: {', '.join(broke)}")
    rows = PolicyJudgment.objects.filter(day=day)
    return {
        "courses": {row.course.slug: row.ruling for row in rows.select_related("course")}
    }, f"{len(courses)} courses."


def courses_to_judge() -> QuerySet[Course]:
    """Those in which something was offered lately, and that are not to stay with the standard policy."""
    lately = Recommendation.objects.filter(made_at__gte=clock.now() - WINDOW).values("enrollment__course")
    pinned = CoursePolicy.objects.filter(wish=PolicyWish.DEFAULT).values("course")
    courses = Course.objects.filter(pk__in=lately).exclude(pk__in=pinned)
    return courses.select_related("edition").order_by("pk")


def judge_course(course: Course, day: date, told: Told = lambda done: None) -> PolicyJudgment:
    """Judge the recurrent policy in a course, and act on it. The second time on one day changes nothing."""
    earlier = PolicyJudgment.objects.filter(course=course, day=day).first()
    if earlier:
        return earlier
    found = finding_in(course, told)
    with transaction.atomic():
        policy = policy_for_update(course)
        decision = _decide(policy, found)
        judgment = _write(policy, found, decision, day)
    serving.forget()
    return judgment


def finding_in(course: Course, told: Told = lambda done: None) -> Finding:
    """Ask both policies at the latest steps of a course. Nothing is written."""
    live = shipped()
    if live is None:
        return Finding(why_not=PolicyRuling.UNREADABLE)
    if graph_of(syllabus_for(course), live) is None:
        return Finding(live.sha256, PolicyRuling.NO_GRAPH)
    found = compared(latest_steps(course), live, told)
    return Finding(live.sha256, None, found, found.judged())


def latest_steps(course: Course) -> list[Recommendation]:
    """Return the latest steps of a course, oldest first; of made-up learners only in a demo."""
    steps = Recommendation.objects.select_related(
        "enrollment__course__edition", "enrollment__learner", "checkpoint", "calibration"
    ).filter(enrollment__course=course, made_at__gte=clock.now() - WINDOW)
    if not settings.DEMO:
        steps = steps.filter(enrollment__learner__is_simulated=False)
    return list(steps.order_by("-made_at")[:MOST_STEPS])[::-1]


def _decide(policy: CoursePolicy, found: Finding) -> Decision:
    stage, is_other = Stage(policy.stage), policy.sequencer != found.sequencer
    if found.why_not:
        return Decision(found.why_not, Stage.SHADOW)
    if is_other and stage is not Stage.SHADOW:
        return Decision(PolicyRuling.OTHER_FILE, Stage.SHADOW)
    evidence = _evidence(policy, found)
    if evidence is None:
        is_over = stage is not Stage.SHADOW and not _was_told_lately(policy)
        return Decision(PolicyRuling.UNSURE if is_over else PolicyRuling.TOO_FEW, Stage.SHADOW if is_over else stage)
    look = _look(policy, found, is_other)
    ruling = rule_on(stage, evidence, look)
    after = stage_after(stage, ruling) if policy.wish == PolicyWish.BY_ITSELF else Stage.SHADOW
    return Decision(PolicyRuling(ruling.value), after, look, evidence)


def _look(policy: CoursePolicy, found: Finding, is_other: bool) -> int | None:
    """Return the number of this look; None if there is too little new since the latest one."""
    if is_other or policy.latest_look is None:
        return 1
    new = sum(trial.step.made_at > policy.latest_look for trial in found.comparison.trials)
    return policy.looks + 1 if is_due(new, policy.looked_at) else None


def _evidence(policy: CoursePolicy, found: Finding) -> Evidence | None:
    """Return how far the policy is ahead: by estimate, or by its learners against those left to the standard one.

    Learners are told apart from when it began to teach. None while neither says anything.
    """
    judgment, expected = found.judgment, found.judgment.expected
    estimated = Evidence(judgment.ahead, judgment.beyond) if judgment.ahead and judgment.beyond else None
    if policy.stage == PolicyStage.SHADOW:
        return estimated
    since = [trial for trial in found.comparison.trials if trial.step.made_at >= policy.since]
    own = [trial for trial in since if trial.step.inputs.get("sequencer") == policy.sequencer]
    new = success_in(own, expected)
    old = success_in([trial for trial in since if not trial.step.inputs.get("sequencer")], expected)
    grouped = Evidence(apart(new, old), apart(new, old, tolerance=0.0)) if new and old else None
    evidence = sharper(estimated, grouped) if estimated else grouped
    usual = judgment.usual.plus(expected) if judgment.usual else old
    return replace(evidence, lately=new, usual=usual) if evidence else None


def _was_told_lately(policy: CoursePolicy) -> bool:
    told = PolicyJudgment.objects.filter(
        course=policy.course, sequencer=policy.sequencer, estimate__isnull=False, made_at__gte=clock.now() - KEPT_FOR
    )
    return told.exists()


def _write(policy: CoursePolicy, found: Finding, decision: Decision, day: date) -> PolicyJudgment:
    was = policy.stage
    move(policy, decision.stage)
    if found.sequencer and policy.sequencer != found.sequencer:
        policy.looks, policy.looked_at, policy.latest_look = 0, 0, None
        policy.sequencer = found.sequencer
    if decision.look:
        policy.looks, policy.looked_at, policy.latest_look = decision.look, found.judgment.steps, clock.now()
    policy.save()
    return PolicyJudgment.objects.create(
        course=policy.course,
        day=day,
        policy=RECURRENT,
        sequencer=found.sequencer,
        wish=policy.wish,
        ruling=decision.ruling,
        was=was,
        stage=policy.stage,
        share=policy.share,
        steps=found.judgment.steps,
        learners=len({trial.step.enrollment_id for trial in found.comparison.trials}),
        facts=_facts(found),
        **_figures(found.judgment, decision),
    )


def _figures(judgment: Judgment, decision: Decision) -> dict[str, float]:
    if decision.evidence is None:
        return {}
    ahead, confidence = decision.evidence.ahead, confidence_of(decision.look) if decision.look else CONFIDENCE
    told = {"ahead": ahead.value, "ahead_lower": ahead.lower_bound(confidence), "confidence": confidence}
    own, usual = decision.evidence.lately, decision.evidence.usual
    if judgment.usual:
        own, usual = (one.plus(judgment.expected) for one in (judgment.shadow["dr"], judgment.usual))
    if own is None or usual is None:
        return told
    lower, upper = own.interval()
    return told | {"estimate": own.value, "lower": lower, "upper": upper, "default": usual.value}


def _facts(found: Finding) -> dict[str, Any]:
    told: dict[str, Any] = {"left_out": {why.value: count for why, count in found.judgment.left_out.items()}}
    if not found.comparison.trials:
        return told
    told["seen"] = asdict(found.judgment.seen)
    differs = {"other_favorite": round(found.comparison.other_favorite, 4), "moved": round(found.comparison.moved, 4)}
    return told | differs | ({"because": found.judgment.because} if found.judgment.because else {})
