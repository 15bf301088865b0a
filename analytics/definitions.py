"""What every number means, once: its name, its definition, its formula. Pages and documents take them from here."""

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from adaptive.mastery import ENOUGH_ANSWERS
from adaptive.placement import FEWEST_QUESTIONS, MOST_QUESTIONS
from adaptive.verdicts import FALSE_ALARM, MARGIN, SURE
from analytics import attention, counting

ENOUGH_FIRSTS = 10  # first answers, before we say anything about a question
TOO_HARD_BELOW, TOO_EASY_ABOVE = 0.30, 0.95
WEAK_BELOW, WEAK_FOR_SURE_BELOW = 0.10, 0.20  # discrimination, and the upper end of its 80 % interval
INNOCENT = 0.05  # of the questions said to mislead, the most that we expect to be there by chance
UNUSED_AFTER = 50  # first answers

NUMBERS = {
    "wrong": attention.WRONG_IN_A_ROW,
    "stuck": attention.STUCK_AFTER,
    "recent": counting.RECENT,
    "fall": round(100 * attention.FALL),
    "below": round(100 * attention.FALLEN_BELOW),
    "fall_from": attention.FALL_FROM,
    "too_hard": attention.TOO_HARD,
    "rhythm": counting.KNOWN_RHYTHM,
    "missed": round(counting.GAPS_MISSED),
    "shortest": round(counting.SHORTEST_WAIT),
    "usual": round(counting.USUAL_WAIT),
    "longest": round(counting.LONGEST_WAIT),
    "not_started": attention.NOT_STARTED_AFTER,
    "slow": attention.SLOW_AFTER,
    "slow_below": attention.SLOW_BELOW,
    "others": counting.ENOUGH_OTHERS,
    "visit": round(counting.LONGEST_VISIT / 60),
    "firsts": ENOUGH_FIRSTS,
    "hard": round(100 * TOO_HARD_BELOW),
    "easy": round(100 * TOO_EASY_ABOVE),
    "weak": WEAK_BELOW,
    "weak_for_sure": WEAK_FOR_SURE_BELOW,
    "innocent": round(100 * INNOCENT),
    "unused": UNUSED_AFTER,
    "enough": ENOUGH_ANSWERS,
    "false_alarm": round(100 * FALSE_ALARM),
    "margin": round(100 * MARGIN),
    "sure": round(100 * SURE),
    "placement": MOST_QUESTIONS,
    "placement_least": FEWEST_QUESTIONS,
}


@dataclass(frozen=True)
class Definition:
    """What a number is called, what it says, and how it is computed."""

    name: Promise
    says: Promise
    formula: str = ""

    @property
    def text(self) -> str:
        return str(self.says) % NUMBERS

    def as_context(self) -> dict[str, Any]:
        return {"name": self.name, "text": self.text, "formula": self.formula % NUMBERS if self.formula else ""}


DEFINITIONS = {
    "answers": Definition(
        _("Answers"), _("How many answers were given, repeated ones included. A day is one of UTC."), "count(answers)"
    ),
    "active": Definition(
        _("Active learners"),
        _("Learners who did at least one thing that day: read, answered, asked for a hint or finished a module."),
        "count(distinct learners)",
    ),
    "success": Definition(
        _("Success"),
        _("The mean score of all answers. A partly right answer counts with its share of credit."),
        "Σ score / answers",
    ),
    "hours": Definition(
        _("Hours"),
        _("Time with questions and lessons, as the browser measured it; one visit counts %(visit)d minutes at most."),
        "Σ seconds / 3600",
    ),
    "modules": Definition(
        _("Modules finished"),
        _("Modules that came to an end for the first time: known, tried honestly, or read."),
        "count(distinct learner × module)",
    ),
    "mastery": Definition(
        _("Mastery"),
        _(
            "How likely the learner is to answer a typical question of the skill right, as we believe now, with "
            "half the width of the 80 %% interval. Hatched: fewer than %(enough)d answers, not enough data."
        ),
        "P(right) ± half of the 80 %% interval",
    ),
    "facility": Definition(
        _("Facility"),
        _(
            "The mean score of first answers: how easy the question is. A learner's later answers to the same "
            "question do not count, nor do those of a placement test. Shown from %(firsts)d first answers on."
        ),
        "Σ first score / n",
    ),
    "discrimination": Definition(
        _("Discrimination"),
        _(
            "Whether those who do well elsewhere do well here (item-rest correlation): the correlation of the first "
            "score with the learner's mean first score on all other questions answered before, of which there must "
            "be %(others)d or more. Shown from %(firsts)d such pairs on, with its 80 %% interval. Near 0, the "
            "question tells nothing; below 0, something is wrong with it."
        ),
        "corr(first score, mean of earlier first scores)",
    ),
    "hints": Definition(_("Hints"), _("Hints asked for before a first answer, on average."), "Σ hints / n"),
    "median_seconds": Definition(
        _("Median time"),
        _("Half of the first answers took less. Taken from bins, so it may be off by up to a fifth."),
        "median(seconds)",
    ),
    "mean_seconds": Definition(
        _("Mean time"), _("The mean time of first answers, each cut at %(visit)d minutes."), "Σ seconds / n"
    ),
    "choices": Definition(
        _("Choices"),
        _("How many first answers gave each choice. The success of those who did is their mean score elsewhere."),
        "count(first answers with the choice)",
    ),
    "ways": Definition(
        _("Points of later success"),
        _(
            "How much better answers went after learning in this way than after the others, beyond what was expected "
            "of these learners at these questions. An answer a day or more after a lesson counts fully, one in the "
            "same visit a quarter. We say that a way helped more only where chance is an unlikely cause: with a chance "
            "of %(false_alarm)d %% at most if there is no difference, however often one looks. No difference is found "
            "where all lie within %(margin)d points, with %(sure)d %% intervals."
        ),
        "mean(score − expected | way) − mean over the other ways",
    ),
    "placement": Definition(
        _("Placement test"),
        _(
            "%(placement_least)d to %(placement)d questions before the first lesson, each the one that tells most. It "
            "ends once no question is expected to change what it finds, or when the learner stops it. Whoever stops it "
            "before the first answer has skipped it."
        ),
    ),
    "refusals": Definition(
        _("What learners did not want"),
        _(
            "Learners who found the module too easy or too hard, asked for another way, or put it aside, in the days "
            "that this page looks at. Each learner counts once for a module, and once for each reason they gave."
        ),
        "count(distinct learner | module, reason)",
    ),
    "propensity": Definition(
        _("Chance of an offer"),
        _("How likely this offer was among all that were possible then (its propensity). Unlikely ones were a try."),
        "P(offer | candidates)",
    ),
}

NEEDS = {
    "rule": Definition(
        _("A rule"),
        _("A rule of the course or of the cohort notifies the trainer, until somebody has seen it."),
        "notices not seen > 0",
    ),
    "wrong": Definition(
        _("Wrong in a row"),
        _("%(wrong)d or more answers in a row with less than half of the credit."),
        "wrong_in_a_row ≥ %(wrong)d",
    ),
    "stuck": Definition(
        _("Stuck"),
        _("%(stuck)d or more practice answers in the same module since a module was last finished."),
        "answers_in_module ≥ %(stuck)d",
    ),
    "falling": Definition(
        _("Falling success"),
        _(
            "The last %(recent)d answers are at least %(fall)d percentage points below those before them, and below "
            "%(below)d %%. Said from %(fall_from)d answers on."
        ),
        "mean(last %(recent)d) ≤ mean(before) − %(fall)d %%",
    ),
    "too_hard": Definition(
        _("Too hard"),
        _("Asked for something easier %(too_hard)d times or more since a module was last finished."),
        "overrides “too hard” ≥ %(too_hard)d",
    ),
    "inactive": Definition(
        _("Away"),
        _(
            "Not here for longer than %(missed)d times their own usual gap between active days (at least "
            "%(shortest)d, at most %(longest)d days), or for %(usual)d days when we have seen fewer than %(rhythm)d "
            "active days."
        ),
        "today > last day + clamp(%(missed)d × mean gap, %(shortest)d, %(longest)d) days",
    ),
    "not_started": Definition(
        _("Not begun"),
        _("Enrolled more than %(not_started)d days ago and has not answered a question."),
        "answers = 0 and days since own start > %(not_started)d",
    ),
    "slow": Definition(
        _("Slow start"),
        _("More than %(slow)d days after their own start, fewer than %(slow_below)d answers."),
        "0 < answers < %(slow_below)d and days since own start > %(slow)d",
    ),
}

PROBLEMS = {
    "distractor": Definition(
        _("A wrong choice wins"),
        _("A wrong choice was given more often than the right one. Is the key right, is the question clear?"),
        "n(wrong choice) > n(key)",
    ),
    "misleads": Definition(
        _("Misleads"),
        _(
            "Those who do better elsewhere do worse here. Among many questions some look so by chance, so we say it "
            "only where chance is an unlikely cause: all judged questions of the course are looked at together, and "
            "of those that we name we expect at most %(innocent)d %% to be innocent (false discovery rate)."
        ),
        "p(discrimination) ≤ %(innocent)d %% × rank of p / judged questions",
    ),
    "too_hard": Definition(
        _("Too hard"), _("Fewer than %(hard)d %% of the credit in first answers."), "facility < %(hard)d %%"
    ),
    "weak": Definition(
        _("Does not discriminate"),
        _(
            "Those who do well elsewhere hardly do better here: the discrimination is below %(weak)s, and its 80 %% "
            "interval ends below %(weak_for_sure)s."
        ),
        "discrimination < %(weak)s",
    ),
    "too_easy": Definition(
        _("Too easy"), _("More than %(easy)d %% of the credit in first answers."), "facility > %(easy)d %%"
    ),
    "unused": Definition(
        _("Nobody chooses it"),
        _("A choice that nobody gave in %(unused)d or more first answers: it does not tempt anybody."),
        "n(choice) = 0",
    ),
}
