"""A dry run: for whom a rule would have fired so far, when, and what would have changed. Nothing is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from operator import itemgetter

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from adaptive.adapting import Standing
from adaptive.conditions import Absence, Met, met
from adaptive.directives import DirectiveKind
from adaptive.guarding import is_near, missing_for
from adaptive.models import Recommendation
from adaptive.recommending import Inputs, decide_step
from adaptive.replaying import Verdict, standing_then
from adaptive.retracing import retraced
from adaptive.rule_conditions import When
from adaptive.rules import Effect, Rule, Then
from adaptive.ruling import effect_of, entry_of
from adaptive.serving import live_tutor
from adaptive.steering import UNSTEERED
from adaptive.watching import learners_of
from courses import clock
from courses.models import Difficulty, Enrollment, Modality

WOULD = {
    Then.INSERT: _("would offer it next"),
    Then.ASSIGN: _("would assign it"),
    Then.SKIP: _("would leave it out"),
    Then.EASIER: _("would offer easier lessons"),
    Then.HARDER: _("would offer harder lessons"),
    Then.WAY: _("would teach in this way"),
    Then.NOTIFY: _("would notify the trainer"),
}
AGAIN = WOULD | {Then.INSERT: _("would offer it again"), Then.ASSIGN: _("would assign it again")}
MOST_LEARNERS = 100  # those who were active last
MOST_ENTRIES = 20_000  # of all their logs together: folding them takes a few seconds


@dataclass(frozen=True)
class Case:
    """One time that a rule would have fired."""

    rule: Rule
    enrollment: Enrollment
    at: datetime
    occasion: Met
    effect: Effect
    step: Recommendation | None  # what was offered then
    is_again: bool = False  # its module had been completed

    @property
    def outcome(self) -> str:
        """What the rule would have done, in words that follow a number."""
        if self.effect == Effect.FOLLOWED:
            return str((AGAIN if self.is_again else WOULD)[Then(self.rule.then)])
        return str(WOULD[Then.NOTIFY] if self.effect == Effect.NOTICE else self.effect.label)

    @property
    def change(self) -> str:
        """What would have changed in what was offered, in words."""
        if self.effect == Effect.NOTICE:
            return gettext("You would have been told.")
        if self.effect != Effect.FOLLOWED:
            return str(self.effect.label)
        if self.step is None:
            return gettext("Nothing was offered afterwards.")
        return _change(self, self.step)


@dataclass(frozen=True)
class Rehearsal:
    """The cases among the learners that were looked at, the latest first."""

    cases: Sequence[Case]
    looked_at: int
    learners: int

    @property
    def outcomes(self) -> list[tuple[int, str]]:
        """How often it would have done what, the most frequent first."""
        return [(count, words) for words, count in Counter(case.outcome for case in self.cases).most_common()]

    @property
    def fired_for(self) -> int:
        return len({case.enrollment.pk for case in self.cases})


def rehearse(rule: Rule) -> Rehearsal:
    """Go through the logs of past learners once more, and ask the rule after each entry."""
    prefetch_related_objects([rule], "conditions__module", "conditions__skill")
    everybody = learners_of(rule)
    looked_at = _few_enough(everybody.with_edition().select_related("learner").order_by("-last_sequence", "pk"))
    cases = [case for enrollment in looked_at for case in cases_of(rule, enrollment)]
    return Rehearsal(sorted(cases, key=lambda case: case.at, reverse=True), len(looked_at), everybody.count())


def _few_enough(enrollments: Iterable[Enrollment]) -> list[Enrollment]:
    """Return so many learners that all their logs together are not too long; at least one."""
    found: list[Enrollment] = []
    entries = 0
    for enrollment in enrollments:
        entries += enrollment.last_sequence
        if found and (entries > MOST_ENTRIES or len(found) == MOST_LEARNERS):
            break
        found.append(enrollment)
    return found


def cases_of(rule: Rule, enrollment: Enrollment) -> list[Case]:
    """Return every time that the rule would have fired for one learner: once for each occasion.

    It is asked after each entry of the log, and when they first came here, if ever; and about absences between.
    """
    offers = list(enrollment.recommendations.select_related("module", "variant").order_by("made_at"))
    times = [enrollment.enrolled_at, *enrollment.interactions.order_by("sequence").values_list("at", flat=True)]
    times.append(max(enrollment.finished_at or clock.now(), times[-1]))  # by number of entry; then comes the end
    first_here = min([step.made_at for step in offers[:1]] + times[1:-1][:1], default=None)
    cases: list[Case] = []
    fired: set[str] = set()
    for standing in retraced(enrollment, live_tutor(enrollment.course_id)):
        sequence = standing.state.seen_up_to
        came = times[sequence] if sequence else first_here
        moments = ([(came, None)] if came else []) + _absences(rule, sequence, times[sequence : sequence + 2])
        for at, absence in sorted(moments, key=itemgetter(0)):
            occasion = met(rule, list(rule.conditions.all()), standing, fired, absence)
            if occasion:
                fired.update(occasion.occasions)
                cases.append(_case(rule, standing, at, occasion, _offer_at(offers, sequence, at)))
    return cases


def _absences(rule: Rule, sequence: int, times: Sequence[datetime]) -> list[tuple[datetime, Absence | None]]:
    """Return when the learner had been away for as long as the rule says, between an entry of the log and the next,
    which came at these times."""
    began, ended = times
    days = [one.days or 0 for one in rule.conditions.all() if one.when == When.INACTIVE]
    away = [began + timedelta(days=after) for after in days]
    return [(at, Absence(sequence, began, at)) for at in away if at < ended]


def _offer_at(offers: Sequence[Recommendation], sequence: int, at: datetime) -> Recommendation | None:
    """Return the first step that was chosen from then on, or else the one that was on offer."""
    later = [step for step in offers if step.after_sequence >= sequence and step.made_at >= at]
    return next(iter(later), None) or max((step for step in offers if step.made_at < at), key=_made_at, default=None)


def _made_at(step: Recommendation) -> datetime:
    return step.made_at


def _case(rule: Rule, standing: Standing, at: datetime, occasion: Met, step: Recommendation | None) -> Case:
    steering = Inputs.of(step).steering if step else UNSTEERED
    effect = effect_of(replace(standing, steering=steering), rule, occasion, at)
    is_again = effect == Effect.FOLLOWED and standing.progress.module(rule.target_id).done
    return Case(rule, standing.enrollment, at, occasion, effect, step, is_again)


def _change(case: Case, step: Recommendation) -> str:
    """Choose the step again, with what the rule would have asked for; and compare."""
    rule = case.rule
    standing = standing_then(step)
    if isinstance(standing, Verdict):
        return gettext("It cannot be told: the course or its tutor have changed since.")
    inputs = Inputs.of(step)
    asked = entry_of(rule, case.occasion, case.at)
    steering = inputs.steering.joined_by(asked)
    instead = decide_step(standing, replace(inputs, steering=steering))
    words = {"was": _name(standing, step), "instead": _name(standing, instead), "waits": str(rule.target)}
    target = standing.syllabus.modules.get(rule.target_id or 0)
    if target and rule.then in (Then.INSERT, Then.ASSIGN) and missing_for(replace(standing, steering=steering), target):
        words["was"] = gettext("“%(waits)s” would have waited for skills that it builds on: %(was)s") % words
    elif target and asked.kind == DirectiveKind.DUE and asked.ends_at and not is_near(asked.ends_at, inputs.now):
        words["was"] = gettext("“%(waits)s” would have waited until a week before its day: %(was)s") % words
    if instead.module_id == step.module_id and instead.variant_id == step.variant_id:
        return gettext("%(was)s all the same") % words
    return gettext("%(instead)s instead of %(was)s") % words


def _name(standing: Standing, step: Recommendation) -> str:
    """Return what was offered: a module, and in which way."""
    module = standing.syllabus.modules[step.module_id]
    variant = module.variant(step.variant_id)
    if variant is None:
        return gettext("“%s”") % module.title
    words = {
        "title": module.title,
        "way": Modality(variant.modality).label,
        "level": Difficulty(variant.difficulty).label,
    }
    return gettext("“%(title)s” (%(way)s, %(level)s)") % words
