"""What is said of policies follows from the lives under them, and from nothing else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mlcore.__main__ import main
from mlcore.worlds.collecting import COLUMNS
from mlcore.worlds.judging import Cohort, cohorts
from mlcore.worlds.policies.registry import POLICIES
from mlcore.worlds.registry import WORLDS
from mlcore.worlds.reporting import LIVES, write_report
from mlcore.worlds.targets.aim import Aim
from mlcore.worlds.targets.gains import checks
from mlcore.worlds.targets.registry import told_from_lives

ASKED = ["--worlds", "tms_binary,kss", "--policies", "random,zpdes,ours,true_greedy,oracle"]


def lives(ends: dict[str, np.ndarray], start: float = 0.2, world: str = "tms_tree", horizon: int = 10) -> pd.DataFrame:
    """One seed of learners who all began alike."""
    tables = []
    for policy, end in ends.items():
        whole = {"world": world, "horizon": horizon, "policy": policy, "seed": 0, "learner": np.arange(len(end))}
        rest = {"start": start, "end": end, "lessons": horizon, "unready": 1, "violations": -1}
        tables.append(pd.DataFrame({**whole, **rest}))
    return pd.concat(tables, ignore_index=True)[list(COLUMNS)]


def cohort(ends: dict[str, np.ndarray], **rest: float) -> Cohort:
    (found,) = cohorts(lives(ends, **rest))
    return found


def drawn(mean: float, learners: int = 2000, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(mean, 0.1, learners)


def verdicts(found: list[Aim]) -> dict[str, str]:
    return {aim.aim: aim.verdict for aim in found}


def test_gain_and_regret_are_what_they_are_defined_to_be() -> None:
    ends = {"random": drawn(0.4), "zpdes": drawn(0.5, seed=1), "oracle": drawn(0.9, seed=2)}

    scores = {score.policy: score for score in cohort(ends).scores()}

    gain = {policy: (end.mean() - 0.2) / 0.8 for policy, end in ends.items()}
    regret = (gain["oracle"] - gain["zpdes"]) / (gain["oracle"] - gain["random"])
    assert {policy: score.gain.mean for policy, score in scores.items()} == pytest.approx(gain)
    assert scores["zpdes"].regret is not None
    assert scores["zpdes"].regret.mean == pytest.approx(regret)
    assert (scores["oracle"].regret.high, scores["random"].regret.low) == pytest.approx((0.0, 1.0))
    assert scores["zpdes"].unready == pytest.approx(0.1)


def test_intervals_are_as_wide_as_theory_says() -> None:
    (score,) = cohort({"random": drawn(0.5)}, start=0.0).scores()

    error = drawn(0.5).std() / np.sqrt(2000)
    assert score.gain.standard_error == pytest.approx(error, rel=0.1)
    assert (score.gain.low, score.gain.high) == pytest.approx(
        (score.gain.mean - 1.96 * error, score.gain.mean + 1.96 * error), abs=0.3 * error
    )
    assert score.regret is None


def test_without_an_oracle_regret_is_measured_from_the_greedy_policy() -> None:
    scores = cohort({"random": drawn(0.4), "zpdes": drawn(0.95), "true_greedy": drawn(0.9)}).scores()

    assert scores[1].regret is not None
    assert scores[1].regret.mean == pytest.approx(-0.1, abs=0.01)


def test_where_the_best_is_no_better_than_chance_there_is_no_regret() -> None:
    ends = {"random": np.ones(4), "oracle": np.ones(4), "ours": np.full(4, 0.5)}

    assert all(score.regret is None for score in cohort(ends).scores())
    assert "regret" not in verdicts(told_from_lives([cohort(ends)]))


def test_targets_are_hit_and_missed() -> None:
    ends = {"random": drawn(0.4), "zpdes": drawn(0.8, seed=1), "oracle": drawn(0.9, seed=3)}

    good = verdicts(told_from_lives([cohort(ends | {"ours": drawn(0.88, seed=2)})]))
    bad = verdicts(told_from_lives([cohort(ends | {"ours": drawn(0.8, seed=2)})]))
    nothing = told_from_lives([cohort(ends)])
    recurrent = told_from_lives([cohort(ends | {"ours": drawn(0.8, seed=2), "rl2": drawn(0.88, seed=2)})])

    lead = "gain above zpdes"
    assert (good["regret"], good[lead]) == ("hit", "hit")
    assert (bad["regret"], bad[lead]) == ("missed", "missed")
    assert nothing == []
    assert {aim.policy: aim.verdict for aim in recurrent if aim.aim == "regret"} == {"ours": "missed", "rl2": "hit"}


def test_how_often_a_prerequisite_was_truly_lacking_is_told_beside_gates_and_with_an_interval() -> None:
    rng = np.random.default_rng(1)
    unready = {"ours": rng.binomial(10, 0.2, 2000), "true_gate": np.zeros(2000), "zpdes": rng.binomial(10, 0.5, 2000)}
    taught = lives({policy: drawn(0.8) for policy in unready})
    taught["unready"] = np.concatenate(list(unready.values())).astype(int)

    found = {aim.policy: aim for aim in told_from_lives(cohorts(taught)) if "truly lacking" in aim.aim}

    error = 1.96 * np.sqrt(0.2 * 0.8 / 20_000)
    assert list(found) == ["ours", "true_gate"]
    assert found["ours"].measured == pytest.approx(unready["ours"].mean() / 10)
    assert found["ours"].high - found["ours"].low == pytest.approx(2 * error, rel=0.1)
    assert (found["true_gate"].shown, found["ours"].verdict) == ("0.0% (0.0% to 0.0%)", "told")


def test_recall_is_compared_with_schedules_after_as_many_lessons_only() -> None:
    ends = {"leitner": drawn(0.3), "fixed_intervals": drawn(0.5, seed=1), "ours": drawn(0.4, seed=2)}
    taught = lives(ends, world="efc", horizon=60)
    shorter = taught.assign(lessons=np.where(taught["policy"] == "leitner", 50, 60))

    found = {aim.aim.split(",")[0]: aim for aim in told_from_lives(cohorts(taught))}
    after_fewer = {aim.aim.split(",")[0] for aim in told_from_lives(cohorts(shorter))}

    error = np.sqrt(2) * 0.1 / np.sqrt(2000)
    above = found["recall 30 days later above leitner"]
    assert (above.verdict, above.measured) == ("hit", pytest.approx(0.1, abs=0.01))
    assert (above.low, above.high) == pytest.approx(
        (above.measured - 1.96 * error, above.measured + 1.96 * error), abs=0.002
    )
    assert found["recall 30 days later above fixed_intervals"].verdict == "missed"
    assert "recall 30 days later above leitner" not in after_fewer


def test_what_the_guard_and_the_bandit_add_is_told_without_a_bound() -> None:
    ends = {"ours": drawn(0.8), "ours_no_guard": drawn(0.8) + 0.01, "ours_no_bandit": drawn(0.8) - 0.02}

    found = told_from_lives([cohort(ends, start=0.0)])

    assert [(aim.verdict, round(aim.measured, 4)) for aim in found[-2:]] == [("told", -0.01), ("told", 0.02)]


def test_gains_stand_beside_those_measured_elsewhere() -> None:
    (check,) = checks(cohort({"random": drawn(0.4), "zpdes": drawn(0.5)}).scores())

    assert (check.policy, check.elsewhere) == ("random", 0.557)
    assert check.here == pytest.approx(0.25, abs=0.01)


def test_policies_that_taught_other_learners_are_not_compared() -> None:
    with pytest.raises(ValueError, match="tms_tree"):
        cohorts(pd.concat([lives({"random": drawn(0.4)}), lives({"zpdes": drawn(0.4, 10)})]))


def test_the_command_writes_a_report_that_its_lives_write_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, again = tmp_path / "first", tmp_path / "again"

    status = main(["simulate", "--report", str(first), "--learners", "6", "--seeds", "2", *ASKED])
    main(["simulate", "--report", str(again), "--lives", str(first / LIVES)])

    report = (first / "report.md").read_text()
    assert status == 0
    assert "12 of them" in report
    assert "gain >= 0.45" in report
    assert report in capsys.readouterr().out
    for name in ("report.md", "scores.csv", "targets.csv", "checks.csv", "apart.csv"):
        assert (again / name).read_text() == (first / name).read_text()


def test_the_same_seeds_give_the_same_report(tmp_path: Path) -> None:
    for name in ("first", "again"):
        main(["simulate", "--report", str(tmp_path / name), "--learners", "4", "--seeds", "1", *ASKED])

    assert (tmp_path / "first/report.md").read_bytes() == (tmp_path / "again/report.md").read_bytes()


def test_what_is_no_table_of_lives_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_report(lives({"random": drawn(0.4, 5)}), [], tmp_path)
    pd.read_parquet(tmp_path / LIVES).drop(columns="end").to_parquet(tmp_path / LIVES)
    (tmp_path / "text.parquet").write_text("hello")

    for name, why in ((LIVES, "has no end"), ("text.parquet", "is no table of lives")):
        assert main(["simulate", "--report", str(tmp_path / "out"), "--lives", str(tmp_path / name)]) == 2
        assert why in capsys.readouterr().err


def test_names_survive_a_csv(tmp_path: Path) -> None:
    names = pd.DataFrame({"name": [*WORLDS, *POLICIES]})
    names.to_csv(tmp_path / "names.csv", index=False)

    assert pd.read_csv(tmp_path / "names.csv")["name"].tolist() == [*WORLDS, *POLICIES]


def test_unknown_worlds_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["simulate", "--report", str(tmp_path), "--worlds", "kss,atlantis"])

    assert "nothing is called atlantis" in capsys.readouterr().err


def test_a_log_and_a_report_are_two_things(tmp_path: Path) -> None:
    with pytest.raises(SystemExit):
        main(["simulate", "--report", str(tmp_path), "--out", str(tmp_path / "log.csv")])
