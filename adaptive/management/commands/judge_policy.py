"""`manage.py judge_policy`: whether other settings of the policy would teach more, told from what was offered."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import QuerySet

from adaptive.bringing import ANSWERS
from adaptive.comparing import compared
from adaptive.judging import Judgment, judge
from adaptive.management.naming import course_called
from adaptive.models import Recommendation
from adaptive.sequencing import shipped
from adaptive.shadowing import settings_from
from courses import clock
from mlcore.off_policy import TOLERANCE, UNCLIPPED, Estimate

NAMES = {"ips": "shadow, IPS", "snips": "shadow, SNIPS", "dr": "shadow, DR"}


class Command(BaseCommand):
    help = (
        "Estimate what other settings of the policy would have brought, from the steps that were drawn by chance: how "
        "much better the next answers on a step's skills go than was expected before it. Says whether they may serve. "
        "With --recurrent, judge the recurrent policy instead, as is done every night; nothing is written or switched."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--course", metavar="SLUG", help="of this course only")
        parser.add_argument("--days", type=float, metavar="N", help="steps not older than this")
        parser.add_argument("--shadow", nargs="+", default=[], metavar="NAME=NUMBER", help="as in band=0.5,0.75")
        parser.add_argument("--recurrent", action="store_true", help="judge the recurrent policy")
        parser.add_argument("--clip", type=float, default=UNCLIPPED, metavar="W", help="largest weight; biased (none)")
        parser.add_argument("--made-up", action="store_true", help="judge by simulated learners, not by real ones")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["recurrent"] and options["shadow"]:
            raise CommandError("Judge the recurrent policy or other settings, not both at once.")
        try:
            found, lines = _recurrent(options) if options["recurrent"] else (_by_settings(options), [])
        except ValueError as problem:
            raise CommandError(str(problem)) from problem
        self.stdout.write("\n".join(_told(found) + lines))


def _by_settings(options: dict[str, Any]) -> Judgment:
    return judge(_chosen(options), settings_from(options["shadow"]), options["clip"])


def _recurrent(options: dict[str, Any]) -> tuple[Judgment, list[str]]:
    live = shipped()
    if live is None:
        raise CommandError("The recurrent policy cannot be read; the log of this process says why.")
    found = compared(_chosen(options), live)
    judgment = found.judged(options["clip"])
    lines = [f"another favorite at {found.other_favorite:.1%} of the steps; chance that would move: {found.moved:.3f}"]
    if judgment.usual and judgment.beyond:
        low, high = judgment.beyond.interval()
        lines.append(f"{'standard, DR':<18}{_figures(judgment.usual)}")
        lines.append(
            f"ahead of the standard policy by {judgment.beyond.value:+.4f} of success (95 % interval {low:+.4f} to "
            f"{high:+.4f}; one-sided, above {judgment.beyond.lower_bound():+.4f})"
        )
    return judgment, lines if found.trials else []


def _chosen(options: dict[str, Any]) -> QuerySet[Recommendation]:
    steps = Recommendation.objects.select_related(
        "enrollment__course__edition", "enrollment__learner", "checkpoint", "calibration"
    ).filter(enrollment__learner__is_simulated=options["made_up"])
    if options["course"]:
        steps = steps.filter(enrollment__course=course_called(options["course"]))
    if options["days"] is not None:
        steps = steps.filter(made_at__gte=clock.now() - timedelta(days=options["days"]))
    return steps.order_by("enrollment", "made_at")


def _told(found: Judgment) -> list[str]:
    lines = [f"{found.steps} steps were drawn by chance and can be judged"]
    lines += [f"  {count} left out, {why.label}" for why, count in sorted(found.left_out.items())]
    if found.in_use is None or found.ahead is None:
        return [*lines, f"Not enough data: {found.because}. The policy in use stays."]
    lines += _completed(found)
    lines.append(f"expected scores before these steps: {found.expected:.4f} on average; gains over that:")
    lines.append(f"  {'as it was':<16}{_figures(found.in_use)}")
    lines += [f"  {NAMES[name]:<16}{_figures(one)}" for name, one in found.shadow.items()]
    lines += _reach(found.shadow["dr"])
    return [*lines, _verdict(found, found.ahead)]


def _completed(found: Judgment) -> list[str]:
    """What was not seen of these steps, and how much hangs on what was made of it."""
    seen = found.seen
    lines = [
        f"  {seen.all} were followed by {ANSWERS} answers on their skills or more, {seen.fewer} by fewer, "
        f"{seen.none} by none; {seen.later} by a test a day or more later"
    ]
    if found.beyond and found.plain and (seen.fewer or seen.none or seen.later):
        lines.append(
            f"  the shadow is ahead by {found.beyond.value:+.4f}; by those with {ANSWERS} answers, and by these alone, "
            f"{found.plain.value:+.4f}"
        )
    if found.worst and found.best:
        lines.append(
            f"  steps with no answers are told by steps like them; whatever the answers would have been, the shadow is "
            f"ahead by {found.worst.value:+.4f} to {found.best.value:+.4f}"
        )
    return lines


def _figures(one: Estimate) -> str:
    low, high = one.interval()
    return f"{one.value:+.4f}  95 % interval {low:+.4f} to {high:+.4f}; one-sided, above {one.lower_bound():+.4f}"


def _reach(one: Estimate) -> list[str]:
    said = (
        f"weights: as good as {one.effective_choices:.0f} steps of {one.effective_learners:.0f} learners "
        f"(there are {one.learners})"
    )
    return [said, f"clipping put the shadow off by up to {one.cut:.4f} of a full point"] if one.cut else [said]


def _verdict(found: Judgment, ahead: Estimate) -> str:
    kept = f"{1.0 - TOLERANCE:.0%} of the success under the policy in use"
    margin = f"ahead of that by {ahead.value:+.4f}, with 95 % confidence by {ahead.lower_bound():+.4f} or more"
    if found.may_serve:
        return f"The shadow may serve: it keeps {kept} ({margin})."
    return f"The policy in use stays: it is not sure enough that the shadow keeps {kept} ({margin})."
