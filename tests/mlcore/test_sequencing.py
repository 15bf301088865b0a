"""The recurrent policy: laws that are drawn, a network that torch and numpy agree on, training that teaches it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file, save_file

from mlcore.__main__ import main
from mlcore.checkpoint import CheckpointRefused
from mlcore.interactions import Codes
from mlcore.sequencing.checkpoint import load_sequencer, save_sequencer
from mlcore.sequencing.courses import Courses, draw_courses, of_lessons
from mlcore.sequencing.law import Alike, Law, Shown
from mlcore.sequencing.laws import LAWS
from mlcore.sequencing.network import SequencingNetwork, Surroundings
from mlcore.sequencing.sequencer import Sequencer
from mlcore.sequencing.training import SequencingSettings, train_sequencer
from mlcore.worlds.living import live
from mlcore.worlds.policies.plain import Random
from mlcore.worlds.policies.recurrent import Recurrent, shown_by
from mlcore.worlds.registry import WORLDS
from mlcore.worlds.world import Answers, Lessons, builds_on

COURSES, PUPILS = 3, 40


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> None:
    torch.set_num_threads(1)


def drawn(name: str, seed: int = 0) -> Law:
    rng, kind = np.random.default_rng(seed), LAWS[name]
    courses = draw_courses(rng, (COURSES, PUPILS), kind.skills, kind.linked)
    return kind.draw(courses, Alike(rng, COURSES, PUPILS))


def some_skill(courses: Courses, rng: np.random.Generator) -> Codes:
    return (rng.random(len(courses)) * courses.real.sum(1)).astype(np.int64)


@pytest.fixture(scope="module")
def untrained() -> SequencingNetwork:
    return SequencingNetwork(8, torch.Generator().manual_seed(0))


def test_courses_make_no_circles_and_pupils_of_one_share_it() -> None:
    courses = draw_courses(np.random.default_rng(3), (50, 2), (2, 10), linked=True)

    assert not np.triu(courses.builds_on).any()  # a skill builds on earlier ones alone
    assert courses.builds_on.any()
    assert not courses.builds_on[~courses.real].any()
    np.testing.assert_array_equal(courses.builds_on[::2], courses.builds_on[1::2])
    sizes = courses.real.sum(1)
    assert (sizes.min(), sizes.max()) == (2, 10)


def test_skills_are_described_by_what_leads_to_them_and_from_them() -> None:
    chain = of_lessons(Lessons.one_for_each(builds_on(3, [(0, 1), (1, 2)]), np.array([1.0, 3.0, 5.0])), 2)

    needs, needed, before, after, is_first, difficulty, size = np.moveaxis(chain.described, 2, 0)

    np.testing.assert_allclose(needs[0] * 3, [0, 1, 1])
    np.testing.assert_allclose(needed[0] * 3, [1, 1, 0])
    np.testing.assert_allclose(before[0] * 3, [0, 0.5, 0.75])  # half the weight with each step
    np.testing.assert_allclose(after[0] * 3, [0.75, 0.5, 0])
    np.testing.assert_allclose(is_first[0], [1, 0, 0])
    np.testing.assert_allclose(difficulty[0], [-1, 0, 1])
    np.testing.assert_allclose(size[0], np.log(3) / 3)


@pytest.mark.parametrize("name", LAWS)
def test_gains_are_what_lessons_add_on_average(name: str) -> None:
    """A law says what a lesson would add; here it is given to ten thousand copies of the same pupils."""
    law, rng = drawn(name), np.random.default_rng(1)
    law = replace(law, lapses=np.zeros(len(law.courses))) if name == "jumps" else law  # lapsing is not the lesson's
    pupils = law.begin(rng)
    for _ in range(6):
        pupils, _ = law.teach(pupils, some_skill(law.courses, rng), rng)
    lesson = some_skill(law.courses, rng)
    row = np.arange(len(lesson))

    said = law.gains(pupils)[row, lesson]
    added = np.mean([counted(law, law.teach(pupils, lesson, rng)[0]) for _ in range(400)], axis=0) - before(law, pupils)

    error = 0.5 / np.sqrt(400)
    assert np.abs(added - said).max() < 5 * error
    assert np.abs((added - said).mean()) < 5 * error / np.sqrt(len(said))
    assert said.max() > 0.1


def counted(law: Law, pupils: object) -> np.ndarray:
    """What gains are gains of: skills mastered, recalled at the test, or ability."""
    if hasattr(pupils, "of"):
        return (pupils.of * law.courses.real).sum(1)
    now = replace(pupils, now=pupils.now - 1.0) if hasattr(pupils, "now") else pupils  # the test after this lesson
    return law.score(now) * law.courses.real.sum(1)


def before(law: Law, pupils: object) -> np.ndarray:
    return counted(law, replace(pupils, now=pupils.now + 1.0) if hasattr(pupils, "now") else pupils)


@pytest.mark.parametrize("name", LAWS)
def test_a_law_never_changes_pupils_in_place_and_its_scores_are_shares(name: str) -> None:
    law, rng = drawn(name), np.random.default_rng(1)
    pupils = law.begin(rng)
    score, gains = law.score(pupils), law.gains(pupils)

    law.teach(pupils, some_skill(law.courses, rng), rng)

    np.testing.assert_array_equal(law.score(pupils), score)
    np.testing.assert_array_equal(law.gains(pupils), gains)
    assert ((score >= 0) & (score <= 1)).all()
    assert (gains[~law.courses.real] == 0).all()


def test_only_what_was_asked_is_shown() -> None:
    law, rng = drawn("jumps"), np.random.default_rng(2)
    lesson = some_skill(law.courses, rng)

    _, shown = law.teach(law.begin(rng), lesson, rng)

    asked = shown.right + shown.wrong
    own = asked[np.arange(len(lesson)), lesson]
    assert (own >= 1).all()
    everything = law.asking.all_skills
    np.testing.assert_array_equal(asked[everything], 2 * law.courses.real[everything])
    np.testing.assert_array_equal(asked[~everything].sum(1), own[~everything])


def test_torch_and_numpy_agree(untrained: SequencingNetwork) -> None:
    served, rng = untrained.to_sequencer(), np.random.default_rng(4)
    courses = draw_courses(rng, (5, 3), (2, 9), linked=True)
    around = Surroundings.of(courses)
    memory, hidden = served.begin(courses), untrained.begin(around)
    for _ in range(12):
        lesson = some_skill(courses, rng)
        shown = Shown(*(rng.integers(0, 3, courses.real.shape).astype(float) * courses.real for _ in range(2)))
        memory, hidden = served.observe(memory, lesson, shown), untrained.observe(hidden, around, lesson, shown)

    gains = served.gains(memory)

    torch_gains = untrained.gains(hidden, around).detach().numpy()
    np.testing.assert_allclose(gains[courses.real], torch_gains[courses.real], atol=1e-5)
    assert (gains[~courses.real] == -np.inf).all()


def test_padding_and_the_order_of_learners_change_nothing(untrained: SequencingNetwork) -> None:
    served, rng = untrained.to_sequencer(), np.random.default_rng(5)
    alone = draw_courses(rng, (4, 1), (5, 5), linked=True)
    wider = Courses(
        np.pad(alone.builds_on, ((0, 0), (0, 3), (0, 3))),
        np.pad(alone.real, ((0, 0), (0, 3))),
        np.pad(alone.difficulty, ((0, 0), (0, 3)), constant_values=4.0),
    )
    order = np.array([2, 0, 3, 1])
    shuffled = Courses(alone.builds_on[order], alone.real[order], alone.difficulty[order])
    lesson, right = np.array([0, 4, 2, 1]), rng.integers(0, 3, (4, 5)).astype(float)

    def gains(courses: Courses, lesson: Codes, right: np.ndarray) -> np.ndarray:
        return served.gains(served.observe(served.begin(courses), lesson, Shown(right, 1.0 - np.minimum(right, 1.0))))

    own = gains(alone, lesson, right)
    padded = served.observe(
        served.begin(wider),
        lesson,
        Shown(np.pad(right, ((0, 0), (0, 3))), np.pad(1.0 - np.minimum(right, 1.0), ((0, 0), (0, 3)))),
    )
    np.testing.assert_allclose(served.gains(padded)[:, :5], own, atol=1e-5)
    np.testing.assert_allclose(gains(shuffled, lesson[order], right[order]), own[order], atol=1e-6)


def test_training_brings_it_far_above_chance_in_a_world_it_never_met() -> None:
    """Half a minute of training is not needed: some dozen steps on jumps alone do."""
    settings = SequencingSettings(steps=25, rate=1e-2, courses=6, pupils=16, laws=("jumps",), averaging=0.8)
    trained = train_sequencer(settings, torch.Generator().manual_seed(0)).to_sequencer()
    world = WORLDS["tms_tree"].make()

    ends = {policy.name: live(world, policy, 200, 10, seed=0).end.mean() for policy in (Random(), Recurrent(trained))}

    assert ends["rl2_alone"] > ends["random"] + 0.1


def test_the_same_seed_trains_the_same_network() -> None:
    settings = SequencingSettings(steps=2, courses=2, pupils=3)

    one, same, other = (train_sequencer(settings, torch.Generator().manual_seed(seed)) for seed in (1, 1, 2))

    assert all(torch.equal(a, b) for a, b in zip(one.parameters(), same.parameters(), strict=True))
    assert not all(torch.equal(a, b) for a, b in zip(one.parameters(), other.parameters(), strict=True))


def test_answers_are_counted_by_learner_and_skill() -> None:
    answers = Answers(
        np.zeros((2, 3), np.int64), np.array([[0, 0, 2], [1, 1, 1]]), np.array([[1.0, 0.0, 1.0], [1.0, 1.0, np.nan]])
    )

    shown = shown_by(answers, 3)

    np.testing.assert_array_equal(shown.right, [[1, 0, 1], [0, 2, 0]])
    np.testing.assert_array_equal(shown.wrong, [[1, 0, 0], [0, 0, 0]])


@pytest.fixture
def saved(untrained: SequencingNetwork, tmp_path: Path) -> Path:
    path = tmp_path / "policy.safetensors"
    save_sequencer(untrained.to_sequencer(), {"seed": 0}, path)
    return path


def test_what_is_saved_is_read_again(untrained: SequencingNetwork, saved: Path) -> None:
    again: Sequencer = load_sequencer(saved)

    for name, array in untrained.to_sequencer().arrays().items():
        np.testing.assert_array_equal(again.arrays()[name], array)


@pytest.mark.parametrize("spoiled", ["cut", "changed", "missing"])
def test_a_spoiled_policy_is_refused_by_name(saved: Path, spoiled: str) -> None:
    if spoiled == "cut":
        saved.write_bytes(saved.read_bytes()[:-10])
    elif spoiled == "missing":
        saved.unlink()
    else:
        arrays = load_file(saved)
        save_file(arrays | {"gain": arrays["gain"] + 1}, saved)

    with pytest.raises(CheckpointRefused, match=r"policy\.safetensors"):
        load_sequencer(saved)


def test_the_command_writes_a_policy_and_its_card(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "small.safetensors"

    status = main(["train-policy", "--steps", "1", "--laws", "jumps", "--seed", "3", "--out", str(out)])

    assert status == 0
    assert str(out) in capsys.readouterr().out
    assert load_sequencer(out).start.shape[1] == 32
    card = out.with_suffix(".md").read_text()
    assert '"seed": 3' in card
    assert "96 courses of 2 learners" in card
