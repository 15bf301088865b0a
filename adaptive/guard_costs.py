"""What the guard against narrow fare costs: how much score was given away so that the fare stays varied."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db.models import Avg, Count, F, Q, QuerySet
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from adaptive.models import Recommendation
from courses import clock
from courses.models import Course

RECENT = timedelta(days=30)
DIGITS = 3


@dataclass(frozen=True)
class GuardCost:
    """What was given away over some steps."""

    steps: int  # that were weighed
    bound: int  # of them had something kept back
    decided: int  # of these would have been another module with all allowed, by the same draw
    score: float  # expected where something was kept back, on average
    free: float  # likewise, had all been allowed

    @property
    def words(self) -> str:
        if not self.steps:
            return _("No step was weighed.")
        weighed = ngettext("%d step was weighed.", "%d steps were weighed.", self.steps) % self.steps
        if not self.bound:
            return _("%(weighed)s The guard against narrow fare kept nothing back.") % {"weighed": weighed}
        told = _(
            "%(weighed)s The guard against narrow fare kept something back at %(bound)d of them, and led to another "
            "module at %(decided)d. Where it kept something back, the expected score was %(score)s on average; it "
            "would have been %(free)s without the guard."
        )
        return told % {
            "weighed": weighed,
            "bound": self.bound,
            "decided": self.decided,
            "score": number_format(self.score, DIGITS),
            "free": number_format(self.free, DIGITS),
        }


def recent_steps(course: Course) -> QuerySet[Recommendation]:
    """Return the steps of the last 30 days; of made-up learners only in a demo."""
    steps = Recommendation.objects.filter(enrollment__course=course, made_at__gte=clock.now() - RECENT)
    return steps if settings.DEMO else steps.filter(enrollment__learner__is_simulated=False)


def cost_of_guard(steps: QuerySet[Recommendation]) -> GuardCost:
    """Return what the guard cost over these steps, as they tell; one query. Those of earlier versions tell nothing."""
    is_bound = Q(guard_cost__isnull=False)
    found = steps.aggregate(
        steps=Count("expected_score"),
        bound=Count("guard_cost"),
        decided=Count("pk", filter=is_bound & Q(reasons__0__rule="varied")),
        score=Avg("expected_score", filter=is_bound),
        free=Avg(F("expected_score") + F("guard_cost"), filter=is_bound),
    )
    return GuardCost(**{name: value or 0 for name, value in found.items()})
