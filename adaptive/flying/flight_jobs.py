"""A flight as work for a worker: an author asks for it, sees how far it is, and reads its report afterwards."""

from __future__ import annotations

from typing import Any

from adaptive import jobs
from adaptive.flying.drafts import fingerprint, published, read_draft
from adaptive.flying.reports import DRAFT, FORMAT, LEARNERS, SEED, Order, Row, fly_through
from adaptive.jobs import Refused
from adaptive.models import Job, JobState
from courses.models import Course, User

KIND = "fly"
GOING_ON = (JobState.WAITING, JobState.RUNNING)
TOLD_EVERY = 10  # learners
KEPT = 10  # flights of a course; older ones go


def ask_for_flight(course: Course, asked_by: User, edition: str = DRAFT) -> Job:
    """Want a course flown, and tell a worker; the flight that is under way if there is one."""
    options = {"edition": edition, "learners": LEARNERS, "seed": SEED}
    job = jobs.ask_for(KIND, asked_by, options, course)
    jobs.hand_out(job)
    return job


def fly(job: Job, report: jobs.Report) -> tuple[Row, str]:
    """Do the job. Raises Refused when its course is gone, and FlightBroken."""
    course = Course.objects.select_related("edition", "latest_revision").filter(pk=job.course_id).first()
    if course is None:
        raise Refused("The course is gone.")
    learners, seed = int(job.options.get("learners", LEARNERS)), int(job.options.get("seed", SEED))

    def tell(over: int) -> None:
        if over % TOLD_EVERY == 0:
            report(over / learners, f"{over} of {learners} learners are through.")

    told = fly_through(Order(course, str(job.options.get("edition", DRAFT)), learners, seed), tell)
    _forget_old(course)
    return told, f"{sum(not finding['is_note'] for finding in told['findings'])} to mend."


def flight_under_way(course: Course) -> Job | None:
    """The flight that waits for a worker, or is in the hands of one."""
    return Job.objects.filter(course=course, kind=KIND, state__in=GOING_ON).first()


def latest_flight(course: Course) -> Job | None:
    """The flight that ended last, however it did."""
    ended = Job.objects.filter(course=course, kind=KIND).exclude(state__in=GOING_ON)
    return ended.select_related("asked_by").order_by("-ended_at").first()


def latest_report(course: Course) -> Job | None:
    """The latest flight whose report this version can read."""
    done = Job.objects.filter(course=course, kind=KIND, state=JobState.DONE, result__format=FORMAT)
    return done.select_related("asked_by").order_by("-ended_at").first()


def is_still_so(report: Row, course: Course) -> bool:
    """Whether the course is as it was when it was flown, as far as a flight depends on it."""
    draft = read_draft(course) if report["edition"] == DRAFT else published(course)
    return bool(fingerprint(draft.syllabus) == report["fingerprint"])


def _forget_old(course: Course) -> None:
    ended: Any = Job.objects.filter(course=course, kind=KIND).exclude(state__in=GOING_ON)
    ended.filter(pk__in=list(ended.order_by("-made_at").values_list("pk", flat=True)[KEPT:])).delete()
