"""Targets that are measured apart from lives: each counts what it says, and sees what is broken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

import mlcore
from mlcore.__main__ import main
from mlcore.diversity import Quota
from mlcore.effects.trials import Crowd, Declared
from mlcore.interactions import Codes
from mlcore.refusals import BANNED_FOR, Wish
from mlcore.sequencing.checkpoint import load_sequencer
from mlcore.worlds.policies.policy import Choice, Moment
from mlcore.worlds.policies.product import Believed, Ours
from mlcore.worlds.policies.registry import Models
from mlcore.worlds.registry import WORLDS
from mlcore.worlds.reporting import read_apart
from mlcore.worlds.targets import estimates, overrides, prerequisites, speed, variety
from mlcore.worlds.targets.aim import Wanted, Who, count, share
from mlcore.worlds.targets.registry import APART
from mlcore.worlds.targets.verdicts import of_crowd
from mlcore.worlds.world import Lessons, builds_on

MODELS = Models(mlcore.load_tutor(), load_sequencer())
TWO_WAYS = Lessons(
    skill=np.array([0, 0, 1, 1]),
    prerequisites=builds_on(2, []),
    difficulty=np.array([2.0, 3.0, 3.0, 3.0]),
    modality=np.array([0, 1, 0, 1]),
    kind=np.zeros(4, np.int64),
)
EVERY = np.ones(4, bool)


THREE_LEVELS = replace(
    TWO_WAYS,
    skill=np.array([0, 0, 0, 1]),
    difficulty=np.array([2.0, 3.0, 4.0, 3.0]),
    modality=np.array([0, 1, 2, 0]),
)


def having_said(wish: str, lesson: int, lessons: Lessons = TWO_WAYS) -> overrides.Ledger:
    ledger = overrides.Ledger(lessons)
    ledger.ask(wish, lesson)
    return ledger


def broken(ledger: overrides.Ledger, offered: int, ready: np.ndarray = EVERY) -> bool:
    before = ledger.broken.total()
    ledger.judge(offered, ready)
    return ledger.broken.total() > before


@dataclass(frozen=True)
class Deaf(Ours):
    """Hears nothing of what learners say."""

    def heed(self, memory: Believed, lesson: Codes, said: Mapping[int, str]) -> Believed:
        return memory


def test_not_this_one_keeps_the_whole_skill_away_until_the_log_has_moved_on() -> None:
    ledger = having_said(Wish.NOT_THIS_ONE, 0)

    assert broken(ledger, 0)
    assert broken(ledger, 1)
    assert not broken(ledger, 2)
    ledger.take(answers=1)
    assert not broken(ledger, 1, TWO_WAYS.skill == 0)  # nothing else is ready
    ledger.take(answers=BANNED_FOR)
    assert not broken(ledger, 1)


def test_another_way_is_the_same_skill_in_another_modality_and_at_once() -> None:
    ledger = having_said(Wish.ANOTHER_WAY, 0)

    assert broken(ledger, 0)
    assert broken(ledger, 2)
    assert not broken(ledger, 1)
    ledger.take(answers=2)
    assert broken(ledger, 0)
    assert not broken(ledger, 2)


def test_too_hard_brings_nothing_harder_of_the_skill() -> None:
    ledger = having_said(Wish.TOO_HARD, 0)

    assert broken(ledger, 0)
    assert broken(ledger, 1)
    assert not broken(ledger, 2)


def test_too_easy_brings_something_harder_of_the_skill_where_there_is_any() -> None:
    ledger = having_said(Wish.TOO_EASY, 1, THREE_LEVELS)

    assert [broken(ledger, offered) for offered in range(4)] == [True, True, False, True]

    ledger.ask(Wish.ANOTHER_WAY, 2)
    ledger.ask(Wish.TOO_EASY, 1)  # and what is harder was refused
    assert [broken(ledger, offered) for offered in (0, 1, 3)] == [True, True, False]


def test_what_was_too_easy_may_come_back_when_the_next_one_is_too_hard() -> None:
    ledger = having_said(Wish.TOO_EASY, 1, THREE_LEVELS)
    ledger.ask(Wish.TOO_HARD, 2)
    ledger.take(answers=1)

    assert not broken(ledger, 1)
    assert broken(ledger, 2)


def test_who_chooses_gets_what_they_chose_ready_or_not_and_takes_back_that_they_did_not_want_it() -> None:
    ledger = having_said(Wish.NOT_THIS_ONE, 2)
    ledger.ask(Wish.THIS_ONE, 3)

    assert broken(ledger, 0, TWO_WAYS.skill == 0)
    assert not broken(ledger, 2, TWO_WAYS.skill == 0)
    ledger.take(answers=1)
    assert not broken(ledger, 3)


def test_our_policy_respects_wishes_and_who_does_not_listen_is_found_out() -> None:
    world = overrides.WORLDS_TRIED["modalities of three levels"]()

    ours, deaf = (overrides.asking(world, made(MODELS.tutor), 6, seed=0) for made in (Ours, Deaf))

    assert sum(len(ledger.said) for ledger in ours) > 30
    assert sum(ledger.offers.total() for ledger in ours) > 50
    assert not any(ledger.broken.total() for ledger in ours)
    assert all(sum(ledger.broken[wish] for ledger in deaf) > 0 for wish in overrides.WISHES)


def test_a_wish_that_nobody_said_or_that_no_offer_followed_is_missed_and_not_left_out() -> None:
    heard, unheard = having_said(Wish.THIS_ONE, 0), having_said(Wish.TOO_EASY, 0)
    heard.judge(0, EVERY)

    found = {aim.aim: aim for aim in overrides.told([heard, unheard], Who("ours", "kss", 20))}

    assert found["offers that respect “this one”, said 1 times"].verdict == "hit"
    unfollowed = found["times that “too easy” was said and no offer followed, of 1"]
    assert (unfollowed.shown, unfollowed.verdict) == ("1", "missed")
    assert found["times that “too hard” was said and no offer followed, of 0"].verdict == "missed"


@dataclass(frozen=True)
class Outside(Ours):
    """Draws any lesson, and holds that it was admissible."""

    def choose(self, memory: Believed, moment: Moment, rng: np.random.Generator) -> Choice:
        shape = len(memory.beliefs), len(memory.lessons)
        return Choice.draw(np.ones(shape), rng, np.ones(shape, bool))


@pytest.mark.parametrize("world", ["tms_tree", "kss"])
def test_prerequisites_are_judged_by_the_log_and_not_by_what_the_policy_says(world: str) -> None:
    ours, outside = (
        prerequisites.judged(WORLDS[world].make(), made(MODELS.tutor), MODELS.tutor, 5, seed=0)
        for made in (Ours, Outside)
    )

    assert (ours.every, ours.violations) == (5 * prerequisites.LESSONS, 0)
    assert outside.violations > 20


def test_a_skill_is_held_by_bayes_rule_worked_out_by_hand() -> None:
    lesson = prerequisites.Entry(0, [prerequisites.Given(0, 0, 1.0), prerequisites.Given(5, 1, 0.0)])

    taught = 0.2 + 0.8 * 0.3
    right = taught * 0.85 / (taught * 0.85 + (1 - taught) * 0.2)
    wrong = 0.2 * 0.15 / (0.2 * 0.15 + 0.8 * 0.8)
    assert prerequisites.traced(TWO_WAYS, [lesson], 0) == pytest.approx(right)
    assert prerequisites.traced(TWO_WAYS, [lesson], 1) == pytest.approx(wrong)
    assert prerequisites.joined(0.7, np.log(1.5)) == pytest.approx(1 / (1 + (3 / 7) ** 0.8))


def test_windows_are_those_that_a_plain_loop_finds() -> None:
    labels = np.random.default_rng(0).choice(3, size=(30, 26), p=[0.62, 0.19, 0.19])
    quota = Quota(window=20, share=0.6)

    found = variety.windows(labels, quota)

    every = [row[start : start + 20] for row in labels for start in range(7)]
    entropies = [-sum(share * np.log2(share) for share in np.bincount(window) / 20 if share > 0) for window in every]
    assert found.every == len(every) == 210
    assert found.crowded == sum(np.bincount(window).max() > 12 for window in every) > 0
    assert found.uniform == sum(entropy < quota.least_entropy - 1e-9 for entropy in entropies) > 0


def test_reports_of_intervals_and_counts_say_what_they_are() -> None:
    who = Who("ours", "kss", 20)
    some = share("a", who, (3, 200), Wanted("<= 5 %", True))
    none = count("b", who, 0, Wanted("0", True))

    assert some.shown == "1.5% (0.3% to 4.3%)"
    assert none.shown == "0"
    assert (some.verdict, Wanted("", None).verdict, Wanted("", False).verdict) == ("hit", "told", "missed")


def test_estimates_are_judged_by_what_the_world_expects() -> None:
    """Mean rewards of many learners come to what the world expects of the chances they were drawn by."""
    world = WORLDS["tms_tree_own"].make()

    found = [estimates.situations(world, MODELS, seed) for seed in range(2)]

    drawn = np.concatenate([np.bincount(one.choice, one.logged * one.truth) for one in found])
    reward = np.concatenate([one.reward for one in found])
    assert abs((reward - drawn).mean()) < 3.5 * (reward - drawn).std() / np.sqrt(len(reward))
    assert all(np.allclose(np.bincount(one.choice, one.target), 1.0) for one in found)
    assert all((one.choice[one.taken] == np.arange(len(one.reward))).all() for one in found)
    assert all(one.estimates()["SNIPS"].learners == estimates.LEARNERS for one in found)


def test_times_are_told_with_the_machine_and_judged_by_the_bound() -> None:
    taken = np.random.default_rng(0).uniform(0.8, 0.9, (200, 2)) * [1.0, 1.05]

    median, worst, longer = speed.told(taken, "an abacus")
    slow = [aim.verdict for aim in speed.told(taken * [1.0, 2.0], "an abacus")]

    assert (median.world, median.verdict, worst.verdict, longer.verdict) == ("an abacus", "hit", "hit", "hit")
    assert median.low < np.median(taken[:, 1]) < median.high
    assert longer.measured == pytest.approx(1.05, abs=0.02)
    assert slow == ["missed", "missed", "missed"]


def test_what_is_known_of_a_learner_does_not_grow_with_the_history() -> None:
    sizes = [
        sum(array.nbytes for array in speed.after(MODELS.tutor, answers).arrays().values()) for answers in (50, 400)
    ]

    assert sizes[0] == sizes[1]


def test_false_alarms_and_power_are_shares_of_runs() -> None:
    null, real = Crowd("null"), Crowd("real", best=0.3)
    runs = [Declared("ours", 200, winner, winner, 0, {600: 90, 1200: found}) for winner, found in ((10, 0), (11, 159))]

    quiet, loud = (of_crowd(null, one) for one in runs)
    weak = of_crowd(real, runs[1])

    assert (quiet.verdict, quiet.measured, loud.verdict) == ("hit", 0.05, "missed")
    assert (weak.verdict, weak.measured) == ("missed", 159 / 200)
    assert quiet.low < 0.05 < quiet.high


def test_the_command_adds_targets_to_lives_and_reads_them_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["--worlds", "modalities", "--policies", "random,zpdes", "--learners", "4", "--seeds", "1"]
    main(["simulate", "--report", str(tmp_path / "first"), *asked, "--targets", "overrides"])

    main(["simulate", "--report", str(tmp_path / "again"), "--lives", str(tmp_path / "first/lives.parquet")])

    report = (tmp_path / "first/report.md").read_text()
    assert "offers that respect “not this one”" in report
    assert (tmp_path / "again/report.md").read_text() == report
    assert {aim.policy for aim in read_apart(tmp_path / "again/apart.csv")} == {"ours"}
    assert list(APART) == ["overrides", "prerequisites", "variety", "verdicts", "estimates", "speed"]


def test_a_table_of_targets_that_is_none_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["--worlds", "tms_binary", "--policies", "random", "--learners", "4", "--seeds", "1"]
    main(["simulate", "--report", str(tmp_path), *asked])
    (tmp_path / "apart.csv").write_text("aim,policy\nx,y\n")

    assert main(["simulate", "--report", str(tmp_path), "--lives", str(tmp_path / "lives.parquet")]) == 2
    assert "apart.csv" in capsys.readouterr().err
