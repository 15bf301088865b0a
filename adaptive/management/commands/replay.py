"""`manage.py replay`: make stored choices again, and see that they come out the same; or ask what others would do."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import QuerySet

from adaptive.guard_costs import cost_of_guard
from adaptive.management.naming import course_called
from adaptive.models import Recommendation
from adaptive.replaying import Replay, Verdict, replay
from adaptive.sequencing import LiveSequencer, shipped
from adaptive.shadowing import Disagreement, disagreement, settings_from
from adaptive.verifying import Truth, truth_of
from courses import clock


class Command(BaseCommand):
    help = (
        "Make stored recommendations again from the log, and say whether they come out the same; ends with 1 if not. "
        "With --shadow, report how other settings of the policy would have chosen instead; with --recurrent, how the "
        "recurrent policy would have. With --reasons, decide each again without the causes that it states, and without "
        "the others, and count how often the choice changes."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("recommendation", nargs="*", help="ids; else the latest ones")
        parser.add_argument("--last", type=int, default=100, metavar="N", help="how many of the latest (100)")
        parser.add_argument("--days", type=float, metavar="N", help="not older than this")
        parser.add_argument("--course", metavar="SLUG", help="of this course only")
        parser.add_argument("--shadow", nargs="+", metavar="NAME=NUMBER", help="as in band=0.5,0.75 information=1")
        parser.add_argument("--recurrent", action="store_true", help="ask the recurrent policy")
        parser.add_argument("--reasons", action="store_true", help="see whether the stated reasons are causes")

    def handle(self, *args: Any, **options: Any) -> None:
        steps = self._chosen(options)
        if options["reasons"]:
            self.stdout.write("\n".join(told_of_reasons(truth_of(steps))))
        elif options["shadow"] or options["recurrent"]:
            self._shadow(steps, options["shadow"] or (), shipped_one() if options["recurrent"] else None)
        else:
            self._replay(steps, tell_all=bool(options["recommendation"]))

    def _replay(self, steps: QuerySet[Recommendation], *, tell_all: bool) -> None:
        counts: Counter[Verdict] = Counter()
        for each in map(replay, steps):
            counts[each.verdict] += 1
            if tell_all or each.verdict in (Verdict.OTHER, Verdict.ALTERED):
                self.stdout.write("\n".join(_told(each)))
        self._tell_of_variety(steps)
        for verdict, count in counts.items():
            self.stdout.write(f"{count} {verdict.label}")
        if counts[Verdict.OTHER] or counts[Verdict.ALTERED]:
            raise SystemExit(1)

    def _tell_of_variety(self, steps: QuerySet[Recommendation]) -> None:
        """What the guard against narrow fare cost, where it kept something back."""
        found = cost_of_guard(steps)
        if found.bound:
            self.stdout.write(found.words)

    def _shadow(self, steps: QuerySet[Recommendation], words: Sequence[str], sequencer: LiveSequencer | None) -> None:
        try:
            settings = settings_from(words)
        except ValueError as problem:
            raise CommandError(str(problem)) from problem
        self._report(disagreement(replay(step, settings, sequencer) for step in steps))

    def _chosen(self, options: dict[str, Any]) -> QuerySet[Recommendation]:
        steps = Recommendation.objects.select_related(
            "enrollment__course__edition", "enrollment__learner", "checkpoint", "calibration", "module", "variant"
        )
        if options["recommendation"]:
            return _named(steps, options["recommendation"])
        if options["course"]:
            steps = steps.filter(enrollment__course=course_called(options["course"]))
        if options["days"] is not None:
            steps = steps.filter(made_at__gte=clock.now() - timedelta(days=options["days"]))
        return steps.order_by("-made_at")[: max(options["last"], 0)]

    def _report(self, found: Disagreement | None) -> None:
        if found is None:
            self.stdout.write("There is no recommendation that can be made again.")
            return
        self.stdout.write(f"{found.steps} recommendations; another favorite at {found.other_favorite:.1%} of them")
        self.stdout.write(f"chance that would go elsewhere: {found.moved:.3f}")
        self.stdout.write(f"expected success: {found.success[0]:.3f} as it was, {found.success[1]:.3f} in the shadow")
        for name, (was, would) in found.modalities.items():
            self.stdout.write(f"  {name:<16}{was:7.1%} ->{would:7.1%}")
        for step, distance in found.furthest:
            self.stdout.write(f"  {distance:.2f} moved at {step.pk} ({step.module}, {step.made_at:%Y-%m-%d %H:%M})")


def _named(steps: QuerySet[Recommendation], ids: Sequence[str]) -> QuerySet[Recommendation]:
    """Return the steps with these ids, each of which must be there."""
    try:
        wanted = {UUID(one) for one in ids}
    except ValueError as problem:
        raise CommandError("An id looks like 6fa459ea-ee8a-3ca4-894e-db77e160355e.") from problem
    found = steps.filter(pk__in=wanted)
    missing = sorted(map(str, wanted - set(found.values_list("pk", flat=True))))
    if missing:
        raise CommandError(
            f"There is no recommendation {', '.join(missing)}. The address of the page “What was weighed” has the id."
        )
    return found


def shipped_one() -> LiveSequencer:
    live = shipped()
    if live is None:
        raise CommandError("The recurrent policy cannot be read; the log of this process says why.")
    return live


def told_of_reasons(found: Truth) -> Iterator[str]:
    """Yield the lines of the report."""
    if not found.steps:
        yield "There is no recommendation that can be made again."
        return
    by_rule = found.steps - found.causes - found.chance
    yield f"{found.steps} recommendations; {found.causes} state causes, {found.chance} chance, {by_rule} a rule"
    if found.causes:
        yield f"without the stated causes another module: {found.without / found.causes:.1%}"
        yield f"with the stated causes turned round another module: {found.turned / found.causes:.1%}"
    if found.left_out:
        yield f"without one that is not stated the same module: {found.kept / found.left_out:.1%} of {found.left_out}"


def _told(each: Replay) -> Iterator[str]:
    yield f"{each.step.pk}: {each.step.module}, {each.step.variant or 'questions alone'}: {each.verdict.label}"
    if each.again is None:
        return
    kept = {(one["module"], one["variant"]): one for one in each.step.candidates}
    for one in each.again.candidates:
        before = kept.get((one["module"], one["variant"]))
        was = f"{before['score']:.4f}, chance {before['propensity']:.4f}" if before else "not there"
        yield (
            f"  module {one['module']}, variant {one['variant']}: "
            f"was {was}; is {one['score']:.4f}, chance {one['propensity']:.4f}"
        )
