"""Which modules the learners of a cohort asked to have otherwise or not at all, and why, as far as they said."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Case, Count, F, Q, QuerySet, TextField, Value, When
from django.db.models.fields.json import KT
from django.db.models.functions import Cast
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from adaptive.forms import REASONS
from adaptive.progress import Reason, Wish
from analytics.scope import Scope
from courses.models import Interaction, InteractionKind

UNSAID, OTHER = "", "other"
WHYS: dict[str, Promise | str] = {
    Wish.TOO_HARD: _("too hard"),
    Wish.TOO_EASY: _("too easy"),
    Wish.ANOTHER_WAY: _("wanted another way"),
    Reason.KNOWN: _("known already"),
    Reason.WAY: _("did not like the way of teaching"),
    Reason.LONG: _("too long"),
    Reason.LATER: _("rather later"),
    Reason.INTEREST: _("of no interest"),
    OTHER: _("something else"),
    UNSAID: _("put aside without a reason"),
}
SAID = [name for name, _label in REASONS]


@dataclass(frozen=True)
class Refused:
    """A module, how many learners refused it, and for what how many of them did; one may have several reasons."""

    title: str
    learners: int
    whys: Sequence[tuple[Promise | str, int]]  # the most frequent first


def refused_in(scope: Scope) -> list[Refused]:
    """Return the modules refused in the period, those that most learners refused first. Two queries."""
    refusals = _refusals(scope)
    whys: dict[int, list[tuple[Promise | str, int]]] = defaultdict(list)
    counted = refusals.values("module", "why").annotate(learners=Count("enrollment", distinct=True))
    for row in counted.order_by("-learners", "why"):
        whys[row["module"]].append((WHYS[row["why"]], row["learners"]))
    modules = refusals.values("module", "module__title").annotate(learners=Count("enrollment", distinct=True))
    return [
        Refused(row["module__title"], row["learners"], whys[row["module"]])
        for row in modules.order_by("-learners", "module__position", "module")
    ]


def _refusals(scope: Scope) -> QuerySet[Any]:
    """Return what was asked for instead of a module, each with why: of WHYS."""
    said = Interaction.objects.filter(
        enrollment__in=scope.enrollments,
        kind=InteractionKind.OVERRODE,
        at__gte=scope.now - timedelta(days=scope.days),
    ).annotate(wish=_text("response__wish"), reason=_text("response__reason"))
    is_aside = Q(wish=Wish.NOT_THIS_ONE)
    why = Case(
        When(~is_aside, then=F("wish")),
        When(reason__isnull=True, then=Value(UNSAID)),
        When(reason__in=SAID, then=F("reason")),
        default=Value(OTHER),
        output_field=TextField(),
    )
    return said.filter(wish__in=Wish.REFUSING, module__live=True).annotate(why=why)


def _text(path: str) -> Cast:
    """What stands there, as text: SQLite would take what it is compared with for JSON."""
    return Cast(KT(path), TextField())
