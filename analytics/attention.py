"""Who needs their trainer today, and why.

Each reason is a condition on a learner's own total, relative to their own start and rhythm, and nothing else: the log
can rebuild the total, so anybody can check a reason.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from operator import add, or_

from django.db.models import (
    Case,
    ExpressionWrapper,
    F,
    FloatField,
    IntegerField,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from adaptive.conditions import reasons_of
from adaptive.rules import Firing, has_notice
from analytics.counting import KNOWN_RHYTHM, RECENT
from analytics.scope import Scope
from courses.models import Enrollment

WRONG_IN_A_ROW = 4
STUCK_AFTER = 12  # answers in a module without finishing it
FALL, FALLEN_BELOW, FALL_FROM = 0.25, 0.6, 2 * RECENT  # of the success; and how many answers it takes to say so
TOO_HARD = 3
NOT_STARTED_AFTER, SLOW_AFTER, SLOW_BELOW = 3, 7, 10  # days, days, answers


@dataclass(frozen=True)
class Reason:
    """Why a learner needs somebody. `when` is the condition, `says` the sentence for a learner who meets it."""

    key: str
    weight: int
    when: Callable[[datetime], Q]
    says: Callable[[Enrollment, datetime], str]
    is_of_finished: bool = False  # it holds for who has finished, too

    def holds(self, now: datetime) -> Q:
        return self.when(now) if self.is_of_finished else self.when(now) & Q(finished_at=None)


def _wrong(enrollment: Enrollment, now: datetime) -> str:
    """No module is named: the answers may be from several, reviews among them."""
    return _("%d wrong answers in a row") % enrollment.total.wrong_in_a_row


def _stuck(enrollment: Enrollment, now: datetime) -> str:
    module = enrollment.total.module
    return _("%(count)d answers%(where)s without finishing it") % {
        "count": enrollment.total.answers_in_module,
        "where": _(" in “%s”") % module.title if module else "",
    }


def _falling(enrollment: Enrollment, now: datetime) -> str:
    total = enrollment.total
    before = (total.score - total.recent_score) / (total.answers - RECENT)
    return _("Success fell from %(before)d %% to %(recent)d %% over the last %(count)d answers") % {
        "before": round(100 * before),
        "recent": round(100 * total.recent_score / RECENT),
        "count": RECENT,
    }


def _too_hard(enrollment: Enrollment, now: datetime) -> str:
    """No module is named: they may have asked in several."""
    return _("Asked for something easier %d times without finishing a module") % enrollment.total.too_hard


def _inactive(enrollment: Enrollment, now: datetime) -> str:
    total = enrollment.total
    first, last = total.first_at or now, total.last_at or now
    ago = (now - last).days
    away = ngettext("Not here for %d day", "Not here for %d days", ago) % ago
    if total.active_days < KNOWN_RHYTHM:
        return away
    gap = max(1, round((last - first).days / (total.active_days - 1)))
    usual = ngettext("usually comes every day", "usually comes every %d days", gap)
    return f"{away}; {usual % gap if gap > 1 else usual}"


def _not_started(enrollment: Enrollment, now: datetime) -> str:
    days = (now - enrollment.enrolled_at).days
    return ngettext("Enrolled %d day ago and has not begun", "Enrolled %d days ago and has not begun", days) % days


def _slow(enrollment: Enrollment, now: datetime) -> str:
    return _("Enrolled %(days)d days ago, %(answers)s so far") % {
        "days": (now - enrollment.enrolled_at).days,
        "answers": ngettext("%d answer", "%d answers", enrollment.total.answers) % enrollment.total.answers,
    }


def _noticed(enrollment: Enrollment, now: datetime) -> str:
    return " ".join(words_of(notice) for notice in enrollment.notices)  # type: ignore[attr-defined]


def words_of(notice: Firing) -> str:
    """Return what a rule noticed, with the facts and what its author wrote beside it."""
    words, note = capfirst(f"{reasons_of(notice)}."), notice.rule.note
    return f"{words} {note}" if note else words


def _ago(now: datetime, days: int) -> datetime:
    return now - timedelta(days=days)


REASONS = (
    Reason("rule", 6, lambda now: Q(has_notice=True), _noticed, is_of_finished=True),
    Reason("wrong", 5, lambda now: Q(total__wrong_in_a_row__gte=WRONG_IN_A_ROW), _wrong),
    Reason("stuck", 5, lambda now: Q(total__answers_in_module__gte=STUCK_AFTER), _stuck),
    Reason(
        "falling",
        4,
        lambda now: Q(
            total__answers__gte=FALL_FROM, total__recent_score__lt=FALLEN_BELOW * RECENT, points_lost__gte=0.0
        ),
        _falling,
    ),
    Reason("too_hard", 3, lambda now: Q(total__too_hard__gte=TOO_HARD), _too_hard),
    Reason("inactive", 3, lambda now: Q(total__expected_by__lt=now, total__answers__gt=0), _inactive),
    Reason(
        "not_started",
        2,
        lambda now: Q(enrolled_at__lt=_ago(now, NOT_STARTED_AFTER)) & (Q(total=None) | Q(total__answers=0)),
        _not_started,
    ),
    Reason(
        "slow",
        1,
        lambda now: Q(enrolled_at__lt=_ago(now, SLOW_AFTER), total__answers__gt=0, total__answers__lt=SLOW_BELOW),
        _slow,
    ),
)


@dataclass(frozen=True)
class Need:
    """A learner who needs somebody, and every reason for it."""

    enrollment: Enrollment
    reasons: tuple[tuple[str, str], ...]  # (key, sentence)
    notices: Sequence[Firing] = ()  # of rules: each can be put away


def in_need(scope: Scope) -> QuerySet[Enrollment]:
    """Return the enrollments that meet at least one reason, the most urgent first. Only while the cohort runs."""
    met = {f"needs_{r.key}": Case(When(r.holds(scope.now), then=Value(r.weight)), default=Value(0)) for r in REASONS}
    names: list[Combinable] = [F(name) for name in met]
    everybody = scope.enrollments if scope.is_running else scope.enrollments.none()
    notices = Firing.objects.open_notices().with_names().seen_by_trainers_of(scope.cohort)
    return (
        needing(everybody, scope.now)
        .annotate(**met)
        .annotate(urgency=ExpressionWrapper(reduce(add, names), IntegerField()))
        .select_related("learner", "total__module")
        .prefetch_related(Prefetch("firings", notices, to_attr="notices"))
        .order_by("-urgency", F("total__last_at").asc(nulls_first=True), "pk")
    )


def needing(enrollments: QuerySet[Enrollment], now: datetime) -> QuerySet[Enrollment]:
    """Keep those that meet at least one reason; who has finished can only be in a notice. They stem from cohorts."""
    active = enrollments.filter(learner__is_active=True)
    annotated = active.annotate(points_lost=_points_lost(), has_notice=has_notice(OuterRef("learner__cohorts")))
    return annotated.filter(reduce(or_, (reason.holds(now) for reason in REASONS)))


def need_of(enrollment: Enrollment, now: datetime) -> Need:
    """Return why, for an enrollment that `in_need` found."""
    met = (reason for reason in REASONS if getattr(enrollment, f"needs_{reason.key}"))
    said = tuple((reason.key, reason.says(enrollment, now)) for reason in met)
    return Need(enrollment, said, tuple(enrollment.notices))  # type: ignore[attr-defined]


def _points_lost() -> ExpressionWrapper:
    """How far the last ten answers stay behind those before them, beyond what counts as a fall; no division by zero."""
    before = F("total__answers") - RECENT
    fall = RECENT * (F("total__score") - F("total__recent_score")) - before * F("total__recent_score")
    return ExpressionWrapper(fall - RECENT * FALL * before, FloatField())
