"""The tables of the pages as rows to export: a header, and an iterator that holds one page of rows at most."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext as _

from adaptive.conditions import reasons_of
from adaptive.placements import STAGES, placement_in, with_placement
from adaptive.rules import Firing
from adaptive.verdicts import Figure, Told, findings_of
from analytics.activity import Day, days_of
from analytics.attention import in_need, need_of
from analytics.heat import row_of, skills_of, with_mastery
from analytics.items import Item
from analytics.journey import answers_of, in_words, offers_to, steps_of
from analytics.overview import Summary
from analytics.refusals import refused_in
from analytics.scope import Scope
from analytics.shares import Share
from analytics.statistics import Estimate
from courses.models import Enrollment
from courses.rendering import to_text

Table = tuple[Sequence[Any], Iterable[Sequence[Any]]]
CHUNK = 200  # rows read at once


def needs(scope: Scope) -> Table:
    header = (_("Learner"), _("Email"), _("Simulated"), _("Why"), _("Last activity"), _("Answers"), _("Enrolled"))
    return header, (_need(enrollment, scope) for enrollment in in_need(scope).iterator(CHUNK))


def mastery(scope: Scope) -> Table:
    skills = skills_of(scope.course)
    columns = [(skill.title, _("%s, half width") % skill.title, _("%s, answers") % skill.title) for skill in skills]
    header = (_("Learner"), _("Email"), _("Simulated"), *(name for column in columns for name in column))
    enrollments = with_mastery(scope.enrollments).iterator(CHUNK)
    return header, (_mastery(enrollment, row_of(enrollment, skills).cells) for enrollment in enrollments)


def rules(scope: Scope) -> Table:
    """The log of every rule that fired for a learner of the cohort."""
    header = (_("When"), _("Learner"), _("Email"), _("Simulated"), _("Rule"), _("Facts"), _("What it did"), _("Seen"))
    fired = Firing.objects.seen_in(scope.cohort, scope.course).with_names() if scope.course else Firing.objects.none()
    return header, (_firing(firing) for firing in fired.iterator(CHUNK))


def _firing(firing: Firing) -> Sequence[Any]:
    seen_at = firing.seen_at.isoformat() if firing.seen_at else ""
    did = (firing.get_effect_display(), firing.get_given_up_because_display() and _("withdrawn later"))
    reasons, did_words = reasons_of(firing), "; ".join(filter(None, did))
    return firing.at.isoformat(), *_person(firing.enrollment), firing.rule.sentence, reasons, did_words, seen_at


def ways(scope: Scope) -> Table:
    """What each way of learning is worth, in the cohort and in all learners of the subject."""
    figures = (_("Points"), _("from"), _("to"), _("Answers"), _("Learners"))
    header = (_("Learners of"), _("Choice"), _("Finding"), _("Way"), *figures)
    found = findings_of(scope.cohort, scope.course.subject) if scope.course else []
    return header, (
        (whose, told.title, told.finding.label, figure.name, *_points(figure), figure.answers, figure.learners)
        for one in found
        for whose, told in ((_("the cohort"), one.cohort), (_("the subject"), one.subject))
        if told
        for figure in told.figures
    )


def ways_of(told: Iterable[Told]) -> Table:
    """What each way of learning is worth, from one learner's own answers."""
    header = (_("Choice"), _("Finding"), _("Way"), _("Points"), _("from"), _("to"), _("Answers"))
    return header, (
        (one.title, one.finding.label, figure.name, *_points(figure), figure.answers)
        for one in told
        for figure in one.figures
    )


def _points(figure: Figure) -> Sequence[Any]:
    return [None if end is None else round(100 * end, 1) for end in (figure.difference, figure.low, figure.high)]


def placement(scope: Scope) -> Table:
    """What became of each learner's placement test."""
    header = (_("Learner"), _("Email"), _("Simulated"), _("Placement test"), _("Ended"), _("Questions"), _("Known"))
    enrollments = with_placement(scope.enrollments.select_related("learner")).order_by("pk").iterator(CHUNK)
    return header, map(_placement, enrollments)


def _placement(enrollment: Any) -> Sequence[Any]:
    test, stage = placement_in(enrollment)
    ended = datetime.fromtimestamp(test.at, UTC).isoformat() if test.at else ""
    return *_person(enrollment), STAGES[stage], ended, len(test.answers), len(test.known)


def refusals(scope: Scope) -> Table:
    """What was asked to be otherwise, by how many and why."""
    header = (_("Module"), _("Refused by"), _("Learners"), _("Why"), _("By"))
    found = refused_in(scope) if scope.course else []
    return header, (
        (one.title, one.learners, scope.size, str(why), learners) for one in found for why, learners in one.whys
    )


def activity(scope: Scope) -> Table:
    return days(days_of(scope.enrollments.values("pk"), scope.today, scope.days))


def days(entries: Iterable[Day]) -> Table:
    header = (_("Day"), _("Active learners"), _("Answers"), _("Success"), _("Hours"), _("Modules finished"))
    return header, map(_day, entries)


def _day(day: Day) -> Sequence[Any]:
    success = round(day.score / day.answers, 3) if day.answers else None
    return day.day.isoformat(), day.learners, day.answers, success, round(day.seconds / 3600, 2), day.modules


def cohorts(summaries: Iterable[Summary]) -> Table:
    header = (_("Cohort"), _("Simulated"), _("Courses"), _("Learners"), _("Need you"), _("Active"), _("Answers"))
    return header, (
        (
            row.cohort.name,
            _("simulated") if row.cohort.is_simulated else "",
            "; ".join(row.courses),
            row.learners,
            row.in_need,
            row.active,
            row.total_answers,
        )
        for row in summaries
    )


def shares(shares: Iterable[Share]) -> Table:
    header = (_("Choice"), _("Right"), _("First answers"), _("Percent"), _("Success elsewhere, percent"))
    return header, (
        (
            to_text(row.label),
            "" if row.is_key is None else row.is_key,
            row.times,
            _rounded(row.percent),
            _rounded(row.elsewhere),
        )
        for row in shares
    )


def questions(items: Iterable[Item]) -> Table:
    estimates = (_("Facility"), _("from"), _("to"), _("Discrimination"), _("from"), _("to"))
    times = (_("Hints"), _("Median seconds"), _("Mean seconds"), _("Problems"))
    header = (_("Module"), _("Question"), _("Kind"), _("Answers"), _("First answers"), *estimates, *times)
    return header, map(_question, items)


def answers(enrollment: Enrollment) -> Table:
    what = (_("Time"), _("Module"), _("Question"), _("Version"), _("Answer"))
    header = (*what, _("Score"), _("Expected"), _("Hints"), _("Seconds"))
    rows = answers_of(enrollment).iterator(CHUNK)
    return header, (_answer(in_words(row)) for row in rows)


def offers(enrollment: Enrollment) -> Table:
    what = (_("Time"), _("Module"), _("Modality"), _("Difficulty"), _("Why"))
    header = (*what, _("Propensity"), _("Decided by"), _("Answers"), _("Score"))
    return header, _offers(enrollment)


def skills(cells: Iterable[tuple[str, Any]]) -> Table:
    header = (_("Skill"), _("State"), _("Mean"), _("from"), _("to"), _("Answers"))
    return header, (
        (
            title,
            cell.belief.level.label,
            round(cell.belief.mean, 3),
            *_bounds(cell.belief.interval),
            cell.belief.answers,
        )
        for title, cell in cells
    )


def _need(enrollment: Enrollment, scope: Scope) -> Sequence[Any]:
    total = getattr(enrollment, "total", None)
    return (
        *_person(enrollment),
        "; ".join(sentence for _key, sentence in need_of(enrollment, scope.now).reasons),
        total.last_at.isoformat() if total and total.last_at else "",
        total.answers if total else 0,
        enrollment.enrolled_at.isoformat(),
    )


def _mastery(enrollment: Enrollment, cells: Sequence[Any]) -> Sequence[Any]:
    return (*_person(enrollment), *(value for cell in cells for value in _belief(cell.belief)))


def _belief(belief: Any) -> Sequence[Any]:
    if not belief.answers:
        return None, None, 0
    low, high = belief.interval
    return round(belief.mean, 3), round((high - low) / 2, 3), belief.answers


def _person(enrollment: Enrollment) -> Sequence[Any]:
    learner = enrollment.learner
    return learner.name, learner.email, _("simulated") if learner.is_simulated else ""


def _question(item: Item) -> Sequence[Any]:
    found, question = item.statistics, item.question
    return (
        question.module.title,
        to_text(question.title),
        question.get_kind_display(),
        found.answers,
        found.firsts,
        *_estimate(found.facility),
        *_estimate(found.discrimination),
        *map(_rounded, (found.hints, found.median_seconds, found.mean_seconds)),
        "; ".join(f"{problem.name} ({problem.shows})" for problem in item.problems),
    )


def _rounded(number: float | None) -> float | None:
    return None if number is None else round(number, 2)


def _estimate(found: Estimate | None) -> Sequence[Any]:
    return (round(found.value, 3), *_bounds((found.low, found.high))) if found else (None, None, None)


def _bounds(interval: tuple[float, float]) -> Sequence[float]:
    return round(interval[0], 3), round(interval[1], 3)


def _answer(row: Any) -> Sequence[Any]:
    answer, version = row.answer, row.answer.question_version
    return (
        answer.at.isoformat(),
        answer.module.title if answer.module else "",
        to_text(version.content["title"]),
        version.number,
        "; ".join(to_text(text) for text, _is_right in row.given),
        answer.score,
        answer.presentation.predicted if answer.presentation else None,
        answer.hints,
        answer.seconds_spent,
    )


def _offers(enrollment: Enrollment) -> Iterator[Sequence[Any]]:
    next_after: int | None = None
    found = list(offers_to(enrollment)[:CHUNK])
    while found:
        for step in steps_of(enrollment, found, next_after):
            yield _offer(step)
        next_after = found[-1].after_sequence
        found = list(offers_to(enrollment).filter(after_sequence__lt=next_after)[:CHUNK])


def _offer(step: Any) -> Sequence[Any]:
    offer, variant = step.offer, step.offer.variant
    return (
        offer.made_at.isoformat(),
        offer.module.title,
        variant.get_modality_display() if variant else "",
        variant.difficulty if variant else None,
        step.why,
        round(offer.propensity, 4),
        offer.get_rung_display(),
        step.answers,
        round(step.score, 2),
    )
