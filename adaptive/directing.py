"""What trainers do to steer: they ask for something, of one learner or a whole cohort, and take it back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from adaptive.directives import OF_COURSE, Directive, DirectiveKind, DirectiveQuerySet
from adaptive.steering import AGAINST, forget
from courses import clock
from courses.models import Cohort, Course, Enrollment, Module, Skill, User

ABOUT: Mapping[str, str] = {
    DirectiveKind.WAIVER: "skill",
    **{kind: "course" for kind in OF_COURSE},
}  # all others a module
OPPOSED = {
    DirectiveKind.PIN: (DirectiveKind.BAN, DirectiveKind.LOCK),
    DirectiveKind.DUE: (DirectiveKind.BAN, DirectiveKind.LOCK),
}  # the latter go first, and whatever a trainer asks for against a rule


@dataclass(frozen=True)
class Reach:
    """Whom a trainer steers in a course: one learner of a cohort, or all of it."""

    cohort: Cohort
    course: Course
    enrollment: Enrollment | None = None

    @property
    def enrollments(self) -> QuerySet[Enrollment]:
        """Everybody whom a directive made here is for."""
        everybody = Enrollment.objects.in_cohort(self.cohort).filter(course=self.course)
        return everybody.filter(pk=self.enrollment.pk) if self.enrollment else everybody

    @property
    def directives(self) -> DirectiveQuerySet:
        """Those that count here: for one learner, those of their cohorts, too."""
        found = Directive.objects.with_names().filter(course=self.course)
        return found.for_learner(self.enrollment) if self.enrollment else found.filter(cohort=self.cohort)


@dataclass(frozen=True)
class Ask:
    """What is asked for: about a skill if it is a waiver, the course if it is a success to aim for, else a module."""

    kind: DirectiveKind
    about: Module | Skill | Course
    holds_from: datetime | None = None
    holds_until: datetime | None = None
    note: str = ""
    percent: int | None = None  # of answers right, to aim for


@transaction.atomic
def direct(reach: Reach, trainer: User, ask: Ask) -> Directive:
    """Write down what is asked for, in place of an earlier directive of the same kind about the same thing."""
    own = {"enrollment": reach.enrollment} if reach.enrollment else {"cohort": reach.cohort}
    same = {**own, "course": reach.course, ABOUT.get(ask.kind, "module"): ask.about, "kind": ask.kind}
    Directive.objects.filter(**same, ended_at=None).update(ended_at=clock.now(), ended_by=trainer)
    days = {"holds_from": ask.holds_from, "holds_until": ask.holds_until}
    made = Directive.objects.create(**same, **days, percent=ask.percent, note=ask.note, made_by=trainer)
    forget()
    return made


@transaction.atomic
def end(directive: Directive, trainer: User) -> None:
    """Take a directive back. Doing so twice changes nothing."""
    Directive.objects.filter(pk=directive.pk, ended_at=None).update(ended_at=clock.now(), ended_by=trainer)
    forget()


def nobodys(trainer: User) -> DirectiveQuerySet:
    """Return what this trainer, or for an admin anybody, asked of learners whom no cohort holds in the course."""
    held = Cohort.objects.filter(learners=OuterRef("enrollment__learner"), courses=OuterRef("course"))
    alone = Directive.objects.filter(~Exists(held), enrollment__isnull=False)
    return alone if trainer.is_staff else alone.filter(made_by=trainer)


def opposed_to(directive: Directive, others: list[Directive]) -> Directive | None:
    """Return the directive that keeps this one from having an effect, a ban before a lock."""
    kind, is_by_rule = DirectiveKind(directive.kind), directive.rule_id is not None
    kinds = AGAINST.get(kind, ()) if is_by_rule else OPPOSED.get(kind, ())
    about = [other for other in others if other.kind in kinds and other.module_id == directive.module_id]
    found = [other for other in about if other.rule_id is None or (is_by_rule and kind in OPPOSED)]
    return min(found, key=lambda other: kinds.index(DirectiveKind(other.kind)), default=None)
