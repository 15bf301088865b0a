"""What trainers see of their steering: what counts, what has no effect yet and why, and what was earlier."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import OuterRef, Subquery
from django.db.models.fields.json import KT
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from adaptive.adapting import read_standing
from adaptive.directing import Reach, opposed_to
from adaptive.directives import DATED, Directive, DirectiveKind
from adaptive.guarding import DEFAULTS, missing_for
from adaptive.mastery import beliefs_in
from adaptive.models import LearnerState, Recommendation
from adaptive.progress import Ending
from adaptive.serving import live_tutor
from adaptive.steering import steering_from
from adaptive.syllabus import ModuleEntry, SkillEntry, syllabus_for
from courses.models import Enrollment, Interaction, InteractionKind, Need

WAITING = (DirectiveKind.PIN, DirectiveKind.DUE)  # these respect prerequisites
ASIDE = (DirectiveKind.BAN, DirectiveKind.LOCK)
ICONS = {
    DirectiveKind.PIN: "up",
    DirectiveKind.BAN: "close",
    DirectiveKind.LOCK: "lock",
    DirectiveKind.DUE: "calendar",
    DirectiveKind.WAIVER: "check",
    DirectiveKind.AIM: "flag",
    DirectiveKind.PLACE: "review",
    DirectiveKind.EASIER: "level",
    DirectiveKind.HARDER: "level",
    DirectiveKind.WAY: "modality-text",
}
MOST_EARLIER = 50


@dataclass(frozen=True)
class Missing:
    """A skill that keeps a module closed, and how many of the learners know it."""

    skill: SkillEntry
    known: int
    learners: int


Waits = Mapping[int, Sequence[Missing]]  # by module


@dataclass(frozen=True)
class Row:
    """A directive as a line of a page."""

    directive: Directive
    now: datetime
    is_own: bool = True  # it can be ended here
    opposed: Directive | None = None
    missing: Sequence[Missing] = ()
    done_by: int = 0  # learners who had completed its module, as far as anybody looked

    @property
    def title(self) -> str:
        """Such as "Due by 5 May 2026: Loops"."""
        words, day = str(self.directive.get_kind_display()), self.directive.last_day
        if self.directive.modality:
            words = f"{words} ({self.directive.get_modality_display()})"
        is_dated = day and self.directive.kind in (DirectiveKind.LOCK, DirectiveKind.DUE)
        return f"{words} {_day(day)}: {self.directive.what}" if day and is_dated else f"{words}: {self.directive.what}"

    @property
    def icon(self) -> str:
        return ICONS[DirectiveKind(self.directive.kind)]

    @property
    def days(self) -> str:
        """When it holds, as far as the title does not say so; "" if at once and until it is ended."""
        starts, last = self.directive.holds_from, self.directive.last_day
        words = [_("from %s") % _day(starts)] if starts and starts > self.now else []
        if last and self.directive.kind not in DATED:
            words.append(_("until %s") % _day(last))
        return " ".join(words)

    @property
    def is_overdue(self) -> bool:
        until = self.directive.holds_until
        return self.directive.kind == DirectiveKind.DUE and until is not None and until <= self.now


def rows_in(reach: Reach, now: datetime) -> list[Row]:
    """Return what counts here now or will later, the latest first."""
    directives = list(reach.directives.standing(now))
    missing = _missing_in(reach, directives, now)
    return [_row(reach, directive, directives, missing, now) for directive in directives]


def with_done(reach: Reach, row: Row) -> Row:
    """Count the learners who have completed what a trainer wants done."""
    if row.directive.kind not in WAITING:
        return row
    endings = {"module": row.directive.module_id, "kind": InteractionKind.FINISHED}
    done = Interaction.objects.filter(**endings, response__because__in=Ending.DONE)
    return replace(row, done_by=done.filter(enrollment__in=reach.enrollments).values("enrollment").distinct().count())


def earlier_in(reach: Reach, now: datetime) -> list[Row]:
    """Return what was ended or has run out, the latest first."""
    return [Row(directive, now) for directive in reach.directives.over(now)[:MOST_EARLIER]]


def without_choice(reach: Reach, rows: Sequence[Row]) -> int:
    """Count the learners whose latest step came from the default path, because everything else was put aside."""
    if not any(row.directive.kind in ASIDE for row in rows):
        return 0
    offers = Recommendation.objects.filter(enrollment=OuterRef("pk")).order_by("-made_at")
    rule = offers.annotate(rule=KT("reasons__0__rule")).values("rule")[:1]
    return reach.enrollments.annotate(rule=Subquery(rule)).filter(rule__in=DEFAULTS).count()


@dataclass(frozen=True)
class Unsuited:
    """Modules of which no lesson meets what learners need: they get the questions alone, after everything else."""

    modules: Sequence[ModuleEntry]
    needs: Sequence[str]  # in words
    learners: int


def unsuited_in(reach: Reach) -> Unsuited | None:
    """Return what does not suit the learners reached; None if nothing does not."""
    needs = [frozenset(own) for own in reach.enrollments.values_list("learner__needs", flat=True) if own]
    if not needs:
        return None
    syllabus = syllabus_for(reach.course)
    lacking = {own: [one for one in syllabus.suited_to(own).modules.values() if one.is_unsuited] for own in set(needs)}
    found = {module.id: module for modules in lacking.values() for module in modules}
    if not found:
        return None
    unmet = {need for own, modules in lacking.items() if modules for need in own}
    words = [str(need.label) for need in Need if need in unmet]
    modules = [module for module in syllabus.modules.values() if module.id in found]
    return Unsuited(modules, words, sum(bool(lacking[own]) for own in needs))


def _row(reach: Reach, one: Directive, others: list[Directive], missing: Waits, now: datetime) -> Row:
    opposed = opposed_to(one, others) or _outdone(one, others, now)
    is_own = reach.enrollment is None or one.enrollment_id == reach.enrollment.pk
    waits_for = missing.get(one.module_id or 0, []) if one.kind in WAITING and not opposed else []
    return Row(one, now, is_own, opposed, waits_for)


def _outdone(one: Directive, others: list[Directive], now: datetime) -> Directive | None:
    """Return the success to aim for that counts now instead of this one."""
    counting = steering_from(others, now).success if one.kind == DirectiveKind.AIM else None
    found = next((other for other in others if counting and other.pk == counting.id), one)
    is_before = (found.cohort_id is None, found.pk) > (one.cohort_id is None, one.pk)
    return found if is_before else None


def _missing_in(reach: Reach, directives: Sequence[Directive], now: datetime) -> Waits:
    """Return the skills for want of which each pinned or wanted module is closed."""
    modules = {directive.module_id for directive in directives if directive.kind in WAITING}
    if not modules:
        return {}
    return _missing_for(reach.enrollment, modules) if reach.enrollment else _missing_for_all(reach, directives, now)


def _missing_for(enrollment: Enrollment, modules: set[int | None]) -> dict[int, list[Missing]]:
    standing = read_standing(enrollment, live_tutor(enrollment.course_id))
    skills = standing.syllabus.skills
    return {
        pk: [Missing(skills[skill], 0, 1) for skill in missing_for(standing, module)]
        for pk, module in standing.syllabus.modules.items()
        if pk in modules and not standing.progress.module(pk).done
    }


def _missing_for_all(reach: Reach, directives: Sequence[Directive], now: datetime) -> dict[int, list[Missing]]:
    """As _missing_for, for a cohort: a skill that some do not know keeps the module closed for them."""
    syllabus, waived = syllabus_for(reach.course), steering_from(directives, now).waived
    latest = LearnerState.objects.filter(enrollment=OuterRef("pk")).order_by("-seen_up_to", "-changed_at")
    beliefs = [
        beliefs_in(mastery or {}, list(syllabus.skills))
        for mastery in reach.enrollments.annotate(own=Subquery(latest.values("mastery")[:1])).values_list(
            "own", flat=True
        )
    ]
    missing = defaultdict(list)
    for module in syllabus.modules.values():
        for skill in set(module.requires) - waived:
            known = sum(believed[skill].is_known for believed in beliefs)
            if known < len(beliefs):
                missing[module.id].append(Missing(syllabus.skills[skill], known, len(beliefs)))
    return missing


def _day(moment: datetime | None) -> str:
    return date_format(localtime(moment)) if moment else ""
