"""Left-out items are judged fairly, and `python -m mlcore texts` shows it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mlcore.__main__ import main
from mlcore.evaluation.zero_shot import (
    LeftOut,
    ZeroShotScore,
    described_items,
    leave_items_out,
    skill_score,
    ways_for,
    zero_shot_scores,
)
from mlcore.interactions import Interactions
from tests.mlcore.worded import ITEMS, answered, worded_course


@pytest.fixture(scope="module")
def log() -> Interactions:
    items, difficulty = worded_course()
    texts = {number: item.text or "" for number, item in enumerate(items)}
    return replace(answered(difficulty, learners=80, items=ITEMS), item_texts=texts)


@pytest.fixture(scope="module")
def left_out(log: Interactions) -> LeftOut:
    return leave_items_out(log, seed=0)


def by_way(left_out: LeftOut) -> dict[str, ZeroShotScore]:
    return {score.way: score for score in zero_shot_scores(left_out)}


def test_words_that_carry_difficulty_beat_skill_and_length(left_out: LeftOut) -> None:
    scores = by_way(left_out)

    assert list(scores) == ["skill", "length", "text"]
    assert scores["text"].rank[1] > 0.7
    assert scores["text"].against[2] < -0.01
    assert scores["skill"].against == (0, 0, 0)
    assert scores["skill"].rank[0] < 0.3
    assert scores["text"].log_loss < scores["length"].log_loss - 0.01
    assert scores["text"].coverage > 0.8


def test_every_item_and_every_answer_is_judged_once(log: Interactions, left_out: LeftOut) -> None:
    assert len(left_out.items) == len(np.unique(log.item))
    assert not left_out.items.isna().any(axis=None)
    assert not left_out.answers.isna().any(axis=None)
    assert (left_out.answers["item"].value_counts() > 0).all()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_shuffled_texts_do_no_harm(log: Interactions, seed: int) -> None:
    order = np.random.default_rng(seed).permutation(ITEMS).tolist()
    shuffled = replace(log, item_texts={number: log.item_texts[order[number]] for number in range(ITEMS)})

    score = by_way(leave_items_out(shuffled, seed=0))["text"]

    assert abs(score.against[0]) < 0.001
    assert score.coverage > 0.8


def test_a_left_out_items_answers_for_training_say_nothing_of_it(log: Interactions, left_out: LeftOut) -> None:
    """Its truth turns around, its predictions hardly move."""
    code = int(np.argmax(left_out.items["truth"]))
    turned = replace(log, correct=np.where(log.item == code, 1 - log.correct, log.correct))

    again = leave_items_out(turned, seed=0).items.loc[code]

    before = left_out.items.loc[code]
    assert again["truth"] < before["truth"] - 1.0
    assert abs(again["mean_skill"] - before["mean_skill"]) < 1e-9
    assert abs(again["mean_text"] - before["mean_text"]) < 1e-9


def test_where_authors_rated_questions_the_rating_is_the_one_to_beat(log: Interactions) -> None:
    _, difficulty = worded_course()
    rated = {code: float(np.clip(3 + 2 * difficulty[code], 1, 5).round()) for code in range(ITEMS)}

    scores = by_way(leave_items_out(replace(log, item_difficulties=rated), seed=0))

    assert list(scores) == ["skill", "author", "length", "text"]
    assert scores["author"].rank[0] > scores["skill"].rank[0] + 0.3
    assert scores["author"].against == (0, 0, 0)
    assert scores["skill"].against[1] > 0
    assert [way.name for way in ways_for(log)] == ["skill", "length", "text"]


def test_items_without_a_text_go_by_their_name(log: Interactions) -> None:
    items, codes = described_items(replace(log, item_texts={0: "Count apples"}))

    assert codes.tolist() == list(range(ITEMS))
    assert [item.text for item in items[:2]] == ["Count apples", "item1"]
    assert items[1].skills == ["skill1"]


def test_skills_that_words_do_not_tell_are_seldom_named(log: Interactions) -> None:
    unlike = skill_score(described_items(log)[0], seed=0)
    named = skill_score([replace(item, text=f"{item.skills[0]} now") for item in described_items(log)[0]], seed=0)

    assert unlike
    assert named
    assert unlike.named < 0.2
    assert named.named > 0.9
    assert named.right == 1


def test_the_command_shows_a_row_for_each_way(
    log: Interactions, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = {"learner": log.learner, "order": log.position, "correct": log.correct, "item": log.item}
    table = pd.DataFrame(names).assign(skill=log.skills[:, 0], item_text=[log.item_texts[code] for code in log.item])
    table.to_csv(tmp_path / "worded.csv", index=False)

    status = main(["texts", "--data", str(tmp_path / "worded.csv"), "--out", str(tmp_path / "texts.md")])

    shown = capsys.readouterr().out
    assert status == 0
    assert shown == (tmp_path / "texts.md").read_text()
    assert [line.split(" | ")[2] for line in shown.splitlines()[2:5]] == ["skill", "length", "text"]
    assert "| worded | 0 | text | 120 | " in shown


def test_too_few_learners_are_one_line_and_status_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "few.csv").write_text("learner,order,item,correct\nada,1,q1,1\nnoor,1,q2,0\n")

    assert main(["texts", "--data", str(tmp_path / "few.csv")]) == 2
    assert "few: 2 learners and 2 items; 8 and 5 are needed" in capsys.readouterr().err
