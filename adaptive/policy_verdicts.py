"""Which policy teaches a course, and why: in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from adaptive.leaving_out import LeftOut
from adaptive.models import CoursePolicy, PolicyJudgment
from adaptive.policies import PolicyRuling, PolicyStage, PolicyWish

RULINGS = {
    PolicyRuling.WAITS: gettext_lazy("Too little is new since the latest look to look again."),
    PolicyRuling.STAYS: gettext_lazy("It is not surely better, so it teaches nobody."),
    PolicyRuling.TRIES: gettext_lazy(
        "It is surely better, so it begins to teach one in five learners, drawn by chance."
    ),
    PolicyRuling.EXTENDS: gettext_lazy(
        "With much more to go by it still is surely better, so it teaches nine in ten learners. The others keep the "
        "standard policy, so that both can go on being compared."
    ),
    PolicyRuling.GOES_ON: gettext_lazy("It still is surely better, and goes on as before."),
    PolicyRuling.UNSURE: gettext_lazy(
        "It is not surely better any more, so the standard policy teaches everybody again."
    ),
    PolicyRuling.BEHIND: gettext_lazy(
        "Since it teaches, it did surely worse than the standard policy, so that teaches everybody again."
    ),
    PolicyRuling.TOO_FEW: gettext_lazy("Too few learners have answered enough to tell anything. Nothing changes."),
    PolicyRuling.NO_GRAPH: gettext_lazy(
        "It needs to know which skills build on which, for 150 skills at most. In this course it does not, so the "
        "standard policy teaches."
    ),
    PolicyRuling.UNREADABLE: gettext_lazy("Its file cannot be read, so the standard policy teaches everybody."),
    PolicyRuling.OTHER_FILE: gettext_lazy(
        "There is a new version of it, which has to show first that it is better. Until then the standard policy "
        "teaches."
    ),
}
ONLY_WATCHED = gettext_lazy("It is surely better. It teaches nobody all the same, as somebody wants it only watched.")
WISHES = {
    PolicyWish.BY_ITSELF: gettext_lazy("%(person)s let the course switch by itself."),
    PolicyWish.SHADOW: gettext_lazy("%(person)s wanted the recurrent policy only watched. It teaches nobody."),
    PolicyWish.DEFAULT: gettext_lazy("%(person)s wanted the course to stay with the standard policy."),
}
STAGES = {
    PolicyStage.SHADOW: gettext_lazy("The standard policy teaches everybody."),
    PolicyStage.TRIAL: gettext_lazy(
        "The recurrent policy teaches one in five learners, and the standard policy the others."
    ),
    PolicyStage.MOST: gettext_lazy(
        "The recurrent policy teaches nine in ten learners, and the standard policy the others."
    ),
}
TONES = {
    PolicyRuling.TRIES: "good",
    PolicyRuling.EXTENDS: "good",
    PolicyRuling.GOES_ON: "good",
    PolicyRuling.UNSURE: "careful",
    PolicyRuling.BEHIND: "careful",
    PolicyRuling.UNREADABLE: "wrong",
}


@dataclass(frozen=True)
class Verdict:
    """A judgment as people read it."""

    judgment: PolicyJudgment
    words: str
    figures: str  # what it rests on; "" where nothing could be told

    @property
    def tone(self) -> str:
        return TONES.get(PolicyRuling(self.judgment.ruling), "")


def verdict_on(judgment: PolicyJudgment) -> Verdict:
    return Verdict(judgment, _words(judgment), _figures(judgment))


def now_in_words(policy: CoursePolicy) -> str:
    """Say who teaches."""
    return str(STAGES[PolicyStage(policy.stage)])


def left_out_of(judgment: PolicyJudgment) -> list[tuple[int, str]]:
    """Return how many steps could not be judged, and why."""
    left_out: Mapping[str, int] = judgment.facts.get("left_out", {})
    return [(count, str(LeftOut(why).label)) for why, count in sorted(left_out.items()) if why in LeftOut.values]


def _words(judgment: PolicyJudgment) -> str:
    ruling = PolicyRuling(judgment.ruling)
    if ruling == PolicyRuling.WISHED:
        person = judgment.by.name if judgment.by else _("Somebody")
        return str(WISHES[PolicyWish(judgment.wish)]) % {"person": person}
    is_held_back = ruling == PolicyRuling.TRIES and judgment.stage == PolicyStage.SHADOW
    return str(ONLY_WATCHED if is_held_back else RULINGS[ruling])


def _figures(judgment: PolicyJudgment) -> str:
    """Say what was expected of both, in right answers of a hundred, and how sure that is."""
    steps = ngettext("From %d step", "From %d steps", judgment.steps) % judgment.steps
    learners = ngettext("of %d learner", "of %d learners", judgment.learners) % judgment.learners
    if judgment.estimate is None or judgment.ahead_lower is None:
        return f"{steps} {learners}." if judgment.steps else ""
    said = {
        "basis": f"{steps} {learners}",
        "own": _percent(judgment.estimate),
        "low": _percent(judgment.lower),
        "high": _percent(judgment.upper),
        "standard": _percent(judgment.default),
        "least": f"{100.0 * judgment.ahead_lower:+.1f}",
        "sure": f"{100.0 * judgment.confidence:.4g}",
        "other": _percent(judgment.facts.get("other_favorite", 0.0)),
    }
    return (
        _(
            "%(basis)s: with the recurrent policy %(own)s of the answers that follow would be right (%(low)s to "
            "%(high)s), with the standard one %(standard)s. The difference is at least %(least)s in a hundred with "
            "%(sure)s%% confidence. It would have preferred another step at %(other)s of them."
        )
        % said
    ) + _unseen(judgment)


def _unseen(judgment: PolicyJudgment) -> str:
    """Say how many of the steps nobody answered; "" where there are none."""
    none = judgment.facts.get("seen", {}).get("none", 0)
    words = ngettext(
        "%d step had no answers afterwards, and counts as steps like it went.",
        "%d steps had no answers afterwards, and count as steps like them went.",
        none,
    )
    return f" {words % none}" if none else ""


def _percent(share: float | None) -> str:
    return f"{share or 0.0:.1%}"
