"""Numbers in plain words, for whoever decides and does not want to read tables."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp
from typing import Literal

from mlcore.evaluation.asking import IN_COURSE, NO_K
from mlcore.evaluation.cells import FEWEST_LEARNERS
from mlcore.evaluation.comparing import Difference, Score
from mlcore.evaluation.findings import Findings

Tone = Literal["ahead", "level", "behind"]

TONES: dict[Tone, str] = {
    "ahead": "predicts clearly better than",
    "level": "predicts about as well as",
    "behind": "predicts clearly worse than",
}
PREDICTORS = {
    "adept": "the learner model that Adept serves",
    "global_mean": "the same chance for every answer",
    "item_mean": "how often others got the question right",
    "beta": "how often this learner was right so far, whatever the question",
    "elo": "ratings of learners and questions that move with every answer, as in chess",
    "rasch_eb": "a Rasch model whose spread of abilities and difficulties is learned: the strongest with few answers",
    "pfa": "performance factors: right and wrong answers counted for each skill",
    "best_lr": "a logistic regression on questions, skills and counts: strong over long histories",
    "bkt": "knowledge tracing: a skill is known or not",
    "dkt": "deep knowledge tracing: a recurrent network over skills",
    "classic2": "Rasch and the logistic regression combined: the strongest classic",
    "eb_irt": "the Rasch model inside Adept, alone",
    "maml": "the network inside Adept, trained in this course alone",
}
GLOSSARY = {
    "Log-loss": "How surprised a predictor is by what happens, on average; 0 would be certainty about everything. A "
    "difference of 0.01 is one percent in the chance given to what really happened.",
    "AUC": "How often a right answer was given a higher chance than a wrong one. 0.5 is guessing, 1 is perfect.",
    "k": "How many answers of the learner are known. After k answers the next ten are predicted, without looking.",
    "Few-shot mean": "The mean over 1, 3, 5 and 10 known answers, each counting alike.",
    "Next": "Every answer of a history, predicted from all those before it.",
    "Cohort": "The learners that are all anybody knows of an unseen course.",
    "95 % interval": "Where the number would lie in 95 of 100 repetitions with other learners. If an interval of a "
    "difference holds 0, luck may explain it.",
    "Calibration error": "How far chances and frequencies are apart: of answers given 70 %, 70 % should be right. Some "
    "error is luck; the tables say how much.",
    "Strongest rival": "The other predictor that did best on these very answers, chosen afterwards, which favors it.",
    "Detectable": "The smallest true difference that an experiment of this size finds four times out of five.",
    "Mastery": "The chance that a learner answers a typical question of a skill right, as Adept believes.",
}


STEPS = (
    "Log-loss of the ten answers after the first 5 and after the first 10, by the number of inner steps at test "
    "time: for adept Newton steps by which each answer moves what it believes of a learner, for others those of "
    "their own inner loop. All else stays as it was fitted, weights and calibration too. With 0 steps nothing is "
    "adapted to the learner, but right and wrong answers are still counted: the way from 0 to the usual number is "
    "what adapting is worth beyond counting, and where the curve is flat more steps add nothing. The difference is "
    "to the usual number; positive is worse."
)


@dataclass(frozen=True)
class Verdict:
    """What to think of one course, in a word and in a paragraph."""

    tone: Tone
    text: str


def verdict(findings: Findings, where: tuple[str, int]) -> Verdict:
    """Judge the champion in one course; without a rival its calibration is all there is to say."""
    few, whole = (findings.difference(where, protocol, NO_K) for protocol in ("few_shot", "next"))
    sentences = [
        *(_few(findings, where, few) if few else []),
        *(_whole(findings, where, whole) if whole else []),
        *_calibration(findings, where),
    ]
    return Verdict(tone_of(few or whole), " ".join(sentences))


def tone_of(difference: Difference | None) -> Tone:
    """Better or worse only where luck does not explain it, and not from a handful of learners."""
    if difference is None or difference.learners < FEWEST_LEARNERS:
        return "level"
    if not (difference.is_better or difference.is_worse):
        return "level"
    return "ahead" if difference.is_better else "behind"


def _known_of(cohort: int) -> str:
    """What predictors knew of the course, to open a sentence."""
    if cohort == IN_COURSE:
        return ""
    return f"With {f'{cohort} learners' if cohort else 'nobody'} to know a new course by, "


def _apart(difference: Difference) -> str:
    """By how much, and whether luck may explain it."""
    luck = "; luck may explain it" if tone_of(difference) == "level" else ""
    span = f"between {difference.low:+.3f} and {difference.high:+.3f}"
    return f"(log-loss {difference.log_loss:+.3f}, {span}{luck})"


def _few(findings: Findings, where: tuple[str, int], few: Difference) -> list[str]:
    own, rival = (findings.score(where, "few_shot", NO_K, name) for name in (few.predictor, few.rival))
    first = (
        f"{_known_of(few.cohort)}{few.predictor} {TONES[tone_of(few)]} {few.rival}, the strongest rival, once the "
        f"first few answers of a learner are known {_apart(few)}."
    )
    return [first, *_chances(own, rival), f"It is the better one for {few.improved:.0%} of {few.learners} learners."]


def _chances(own: Score | None, rival: Score | None) -> list[str]:
    """Log-losses as what they stand for."""
    if own is None or rival is None:
        return []
    return [
        f"To what learners then did it gave a chance of {exp(-own.log_loss):.1%} (geometric mean), "
        f"{rival.predictor} {exp(-rival.log_loss):.1%}."
    ]


def _whole(findings: Findings, where: tuple[str, int], whole: Difference) -> list[str]:
    is_first = findings.difference(where, "few_shot", NO_K) is None
    subject = f"{_known_of(whole.cohort)}{whole.predictor}" if is_first else "Over whole histories it"
    return [f"{subject} {TONES[tone_of(whole)]} {whole.rival} {_apart(whole)}."]


def _calibration(findings: Findings, where: tuple[str, int]) -> list[str]:
    score = findings.score(where, "next", NO_K, findings.champion)
    if score is None:
        return []
    return [
        f"Its chances miss the frequencies by {100 * score.ece:.1f} points on average, of which luck alone explains "
        f"{100 * score.ece_noise:.1f}."
    ]
