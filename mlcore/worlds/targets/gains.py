"""How much is learned: regret, gain and leads, told from lives; and what others measured in the worlds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mlcore.worlds.judging import Cohort, Score
from mlcore.worlds.targets.aim import Aim, Wanted, Who, measured

OURS = ("ours", "ours_later", "rl2", "rl2_alone")  # the default, also after a first cohort; the recurrent one
GATES = ("prerequisite_gate", "true_gate")  # who see answers, and who sees the truth
RIVALS = ("zpdes", "mastery_threshold")  # to be ahead of in every world
WITHOUT = {  # what the product has, and who plays without it
    "gain that the guard adds, below 0 where it costs": "ours_no_guard",
    "gain that the bandit over modalities adds": "ours_no_bandit",
}
MOST_REGRET = {("tms_tree", 10): 0.12, ("tms_tree_own", 10): 0.12}
LEAST_GAIN = {("kss", 20): 0.45}
KNOWN: dict[tuple[str, int], dict[str, float]] = {
    ("tms_tree", 5): {"random": 0.320, "true_gate": 0.664, "true_greedy": 0.697, "oracle": 0.717},
    ("tms_tree", 10): {"random": 0.557, "true_gate": 0.977, "true_greedy": 0.987, "oracle": 0.992},
    ("tms_tree", 20): {"random": 0.818, "true_gate": 1.0, "true_greedy": 1.0, "oracle": 1.0},
    ("tms_binary", 5): {"random": 0.745, "true_gate": 0.977, "true_greedy": 0.977, "oracle": 0.977},
    ("kss", 5): {"random": 0.06, "true_greedy": 0.21},
    ("kss", 10): {"random": 0.07, "true_greedy": 0.44},
    ("kss", 20): {"random": 0.12, "true_greedy": 0.56},
}


@dataclass(frozen=True)
class Check:
    """A gain measured here beside the same one measured with another implementation of the same paper."""

    world: str
    horizon: int
    policy: str
    here: float
    elsewhere: float


def gains(cohorts: Sequence[Cohort]) -> Iterator[Aim]:
    """Check how much was learned under our policies."""
    for cohort in cohorts:
        for policy in OURS:
            if policy in cohort.end:
                yield from _gains_of(policy, cohort)
        yield from _lacking_in(cohort)
        for what, without in WITHOUT.items():
            if {"ours", without} <= cohort.end.keys():
                who = Who("ours", cohort.world, cohort.horizon)
                yield measured(what, who, cohort.lead("ours", without), Wanted("to be told", None))


def target(score: Score) -> str:
    """What this score was to reach, in words; empty if nothing was said of it."""
    where = score.world, score.horizon
    if score.policy in OURS and where in MOST_REGRET:
        return f"regret <= {MOST_REGRET[where]:.2f}"
    if score.policy in OURS and where in LEAST_GAIN:
        return f"gain >= {LEAST_GAIN[where]:.2f}"
    return ""


def checks(scores: Sequence[Score]) -> list[Check]:
    """All gains that were measured elsewhere, too."""
    known = [(score, KNOWN.get((score.world, score.horizon), {}).get(score.policy)) for score in scores]
    return [
        Check(score.world, score.horizon, score.policy, score.gain.mean, elsewhere)
        for score, elsewhere in known
        if elsewhere is not None
    ]


def _gains_of(policy: str, cohort: Cohort) -> Iterator[Aim]:
    where = cohort.world, cohort.horizon
    who = Who(policy, *where)
    own = next(score for score in cohort.scores() if score.policy == policy)
    if where in MOST_REGRET and own.regret is not None:
        most = MOST_REGRET[where]
        yield measured("regret", who, own.regret, Wanted(f"<= {most:.2f}", own.regret.mean <= most))
    if where in LEAST_GAIN:
        least = LEAST_GAIN[where]
        yield measured("normalized gain", who, own.gain, Wanted(f">= {least:.2f}", own.gain.mean >= least))
    for rival in RIVALS:
        if rival in cohort.end:
            lead = cohort.lead(policy, rival)
            yield measured(f"gain above {rival}", who, lead, Wanted("> 0, all of the interval", lead.low > 0))


def _lacking_in(cohort: Cohort) -> Iterator[Aim]:
    """Tell how often a prerequisite was lacking in truth, under our policies and beside gates; if it was for any."""
    ours = [policy for policy in OURS if policy in cohort.end]
    found = {policy: cohort.unready(policy) for policy in (*ours, *GATES) if ours and policy in cohort.end}
    if any(one.mean for one in found.values()):
        for policy, unready in found.items():
            who = Who(policy, cohort.world, cohort.horizon)
            yield measured(
                "lessons with a prerequisite that was truly lacking", who, unready, Wanted("to be told", None, "%")
            )
