"""Counts between memory and the database, in as many statements for a thousand interactions as for one."""

from collections.abc import Collection, Iterable
from typing import Any, TypeVar

from django.db.models import Model

from analytics.counting import Tally
from analytics.models import ChoiceTotal, EnrollmentDay, EnrollmentTotal, FirstAnswer, QuestionTotal
from courses.models import Enrollment, Interaction

Shared = TypeVar("Shared", QuestionTotal, ChoiceTotal)
Key = tuple[Any, ...]
Totals = dict[int, EnrollmentTotal]


def locked_totals(learners: Collection[int]) -> Totals:
    """Return the totals of these enrollments, made when missing, but not those that somebody else is counting."""
    EnrollmentTotal.objects.bulk_create(
        [EnrollmentTotal(enrollment_id=pk) for pk in sorted(learners)], ignore_conflicts=True
    )
    locked = EnrollmentTotal.objects.select_for_update(skip_locked=True).filter(pk__in=learners).order_by("pk")
    return {total.pk: total for total in locked}


def tally_for(totals: Totals, events: Iterable[Interaction]) -> Tally:
    """Return an empty tally that knows what the events will touch: their days, and what was answered before."""
    questions = {event.question_version.question_id for event in events if event.question_version}
    simulated = Enrollment.objects.filter(pk__in=totals, learner__is_simulated=True).values_list("pk", flat=True)
    answered = FirstAnswer.objects.filter(enrollment__in=totals, question__in=questions)
    days = EnrollmentDay.objects.filter(enrollment__in=totals, day__in={event.at.date() for event in events})
    return Tally(
        simulated=set(simulated),
        answered=set(answered.values_list("enrollment_id", "question_id")),
        days={(row.enrollment_id, row.day): row for row in days},
    )


def save(totals: Totals, tally: Tally) -> None:
    """Write everything. Call it in the transaction that locked the totals."""
    _replace(EnrollmentTotal, list(totals.values()), ("enrollment_id",))
    _replace(EnrollmentDay, list(tally.days.values()), ("enrollment_id", "day"))
    FirstAnswer.objects.bulk_create(tally.firsts)
    _add(QuestionTotal, tally.questions, ("question_id", "is_simulated"))
    _add(ChoiceTotal, tally.choices, ("question_id", "is_simulated", "choice"))


def take_out(tally: Tally) -> None:
    """Subtract sums that were added before. Rows that nobody is left in disappear."""
    _add(QuestionTotal, tally.questions, ("question_id", "is_simulated"), times=-1)
    _add(ChoiceTotal, tally.choices, ("question_id", "is_simulated", "choice"), times=-1)
    QuestionTotal.objects.filter(question__in=[key[0] for key in tally.questions], answers=0).delete()
    ChoiceTotal.objects.filter(question__in=[key[0] for key in tally.choices], times=0).delete()


def forget_all() -> None:
    for counts in (ChoiceTotal, QuestionTotal, FirstAnswer, EnrollmentDay, EnrollmentTotal):
        counts._default_manager.all().delete()


def _replace(model: type[Model], rows: Collection[Model], identity: tuple[str, ...]) -> None:
    """Insert these rows, or make those that are there equal to them. Nobody else may be writing them."""
    if not rows:
        return
    for row in rows:
        if "id" not in identity and hasattr(row, "id"):
            row.id = None
    model._default_manager.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=[model._meta.get_field(name.removesuffix("_id")).name for name in identity],
        update_fields=_counted(model, identity),
    )


def _add(model: type[Shared], sums: dict[Key, Shared], identity: tuple[str, ...], times: int = 1) -> None:
    """Add to rows that many learners share: make those missing, lock all of them in one order, then write."""
    if not sums:
        return
    blank = [model(**dict(zip(identity, key, strict=True))) for key in sorted(sums)]
    model._default_manager.bulk_create(blank, ignore_conflicts=True)
    near = {f"{name}__in": {key[place] for key in sums} for place, name in enumerate(identity)}
    locked = model._default_manager.select_for_update().filter(**near).order_by("pk")
    touched = {key: row for row in locked if (key := tuple(getattr(row, name) for name in identity)) in sums}
    for key, row in touched.items():
        for column in _counted(model, identity):
            setattr(row, column, _sum(getattr(row, column), getattr(sums[key], column), times))
    _replace(model, list(touched.values()), identity)


def _counted(model: type[Model], identity: tuple[str, ...]) -> list[str]:
    """The columns that hold counts."""
    return [column.name for column in model._meta.concrete_fields if column.attname not in (*identity, "id")]


def _sum(one: Any, other: Any, times: int) -> Any:
    if isinstance(one, dict):
        both = {key: one.get(key, 0) + times * other.get(key, 0) for key in one | other}
        return {key: count for key, count in both.items() if count}
    return one + times * other
