"""A subject's own law of forgetting is found again in its answers, and taken only where it foretells better."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from fsrs import Card, Rating, Scheduler

from mlcore.__main__ import main
from mlcore.laws import USUAL, USUAL_PARAMETERS, Law, recall
from mlcore.remembering.fitting import fitted, loss
from mlcore.remembering.judging import paces_by, refit
from mlcore.remembering.reviews import Cards, Learning, cards_of, followed, reviews_in
from mlcore.retention import DAY, PACES, usual_paces

START = datetime(2026, 1, 1, tzinfo=UTC)
SOON = tuple(
    own
    for place, usual in enumerate(USUAL_PARAMETERS)
    for own in [{0: 0.05, 2: 0.6, 8: 1.2, 20: 0.4}.get(place, usual)]
)  # of who forgets far sooner than usual, by another curve
GUESSED, RECALLED = 0.15, 0.9


def practice(parameters: tuple[float, ...], learners: int, seed: int = 0, skills: int = 6) -> list[tuple[float, ...]]:
    """Rows of learner, skill, second, score: six skills asked seven times, by the library's own cards."""
    rng, scheduler = np.random.default_rng(seed), Scheduler(parameters, learning_steps=(), relearning_steps=())
    rows = []
    for learner in range(learners):
        for skill in range(skills):
            card, at = Card(card_id=1), START
            for time in range(7):
                chance = scheduler.get_card_retrievability(card, at) if time else 0.5
                right = rng.random() < GUESSED + (RECALLED - GUESSED) * chance
                rows.append((learner, skill, at.timestamp(), float(right)))
                card, _ = scheduler.review_card(card, Rating.Good if right else Rating.Again, at)
                at += timedelta(days=float(rng.choice([0.02, 1.1, 3.2, 9.5, 25.0])))
    return rows


def cards_by(parameters: tuple[float, ...], learners: int, seed: int = 0) -> Cards:
    learner, skill, at, score = np.array(practice(parameters, learners, seed)).T
    return cards_of(learner.astype(np.int64), skill.astype(np.int64), at, score)


def test_histories_followed_as_arrays_are_the_librarys_cards() -> None:
    """Also partly right answers, in one law and in two at once."""
    rng = np.random.default_rng(5)
    days = rng.choice([0.01, 0.5, 1.3, 6.2, 40.1], 12)
    score = rng.choice([0.0, 0.7, 1.0], 12)
    at = np.cumsum(days) * DAY
    ratings = [Rating.Again if one < 0.5 else Rating.Hard if one < 0.85 else Rating.Good for one in score]

    for parameters in (USUAL_PARAMETERS, SOON):
        cards = cards_of(np.zeros(12, np.int64), np.zeros(12, np.int64), at, score)
        found = followed(cards, parameters).stability[0]
        both = followed(cards, np.array([USUAL_PARAMETERS, parameters]).T[:, :, None]).stability
        scheduler, card = Scheduler(parameters, learning_steps=(), relearning_steps=()), Card(card_id=1)
        for step, rating in enumerate(ratings):
            if step:
                assert found[step] == pytest.approx(card.stability)
                assert both[1, 0, step] == pytest.approx(card.stability)
            card, _ = scheduler.review_card(card, rating, datetime.fromtimestamp(at[step], UTC))


def test_a_law_is_found_again_in_the_answers_of_who_forgets_by_it() -> None:
    """Its forgetting after one right answer, not met again, as the library has it."""
    law = fitted(cards_by(SOON, 120), strength=1.0).law

    truth, found, usual = (curve(parameters) for parameters in (SOON, law.parameters, USUAL_PARAMETERS))
    assert np.abs(usual - truth).max() > 0.3
    assert np.abs(found - truth).max() < 0.06


def curve(parameters: tuple[float, ...]) -> np.ndarray:
    scheduler = Scheduler(parameters, learning_steps=(), relearning_steps=())
    card, _ = scheduler.review_card(Card(card_id=1), Rating.Good, START)
    return np.array([scheduler.get_card_retrievability(card, START + timedelta(days=d)) for d in (1, 3, 7, 14, 30)])


def test_the_chance_that_there_is_something_to_forget_is_that_of_all_ways_it_may_have_gone() -> None:
    """Against a sum over every answer after which it may have been learned, or never."""
    days, score = np.array([0.0, 2.4, 0.1, 6.0, 11.0]), np.array([0.0, 1.0, 0.0, 0.0, 1.0])
    cards = cards_of(np.zeros(5, np.int64), np.zeros(5, np.int64), np.cumsum(days) * DAY, score)
    by_law = followed(cards, SOON, Learning(np.array(0.44), np.array(0.1)))

    lasts = zip(days[1:], by_law.stability[0, 1:], strict=True)
    recalled = [1.0, *(float(recall(SOON, *since)) for since in lasts)]
    ways = []
    for learned_after in range(-1, 5):  # -1: before the first answer; 4: not by the last
        chance = 0.44 if learned_after < 0 else 0.56 * 0.9**learned_after * (0.1 if learned_after < 4 else 1.0)
        for step in range(4):
            right = GUESSED + (RECALLED - GUESSED) * recalled[step] * (step > learned_after)
            chance *= right if score[step] else 1.0 - right
        ways.append(chance)

    assert by_law.held[0, 4] == pytest.approx(sum(ways[:-1]) / sum(ways))


def test_what_was_never_learned_does_not_look_forgotten() -> None:
    """Half of all lessons teach nothing, and what they teach lasts for ever."""
    rng = np.random.default_rng(3)
    learner, skill, time = (one.ravel() for one in np.meshgrid(range(60), range(6), range(7), indexing="ij"))
    knows = (rng.random((60, 6)) < 0.5)[learner, skill]
    score = (rng.random(len(learner)) < np.where(knows, RECALLED, GUESSED)).astype(float)

    law = fitted(cards_of(learner, skill, time * 3.0 * DAY, score), strength=1.0).law

    assert curve(law.parameters)[-1] > curve(USUAL_PARAMETERS)[-1]


def test_few_reviews_move_little_and_none_move_nothing() -> None:
    few, many = (fitted(cards_by(SOON, learners), strength=8.0).law for learners in (1, 120))
    none = fitted(cards_by(SOON, 1).of(np.array([99])), strength=1.0).law

    def moved(law: Law) -> float:
        return float(np.abs(curve(law.parameters) - curve(USUAL_PARAMETERS)).max())

    assert moved(few) < 0.5 * moved(many)
    assert none == USUAL


def test_a_law_that_foretells_better_is_taken_and_one_that_does_not_is_refused() -> None:
    soon, usual = cards_by(SOON, 12), cards_by(USUAL_PARAMETERS, 12)

    taken, refused = refit(soon, USUAL), refit(usual, USUAL)

    assert taken
    assert refused
    assert taken.is_new
    assert taken.gain.low > 0.0
    assert loss(soon, of(taken.law.parameters)) < loss(soon, of(SOON)) + 5.0
    assert not refused.is_new
    assert refused.law == USUAL
    assert refit(soon, USUAL) == taken


def of(parameters: tuple[float, ...]) -> np.ndarray:
    return np.array(parameters)[:, None, None]


def test_who_is_taught_by_a_good_law_keeps_it_and_few_learners_change_nothing() -> None:
    kept = refit(cards_by(SOON, 12), Law(SOON))

    assert kept
    assert kept.law == Law(SOON)
    assert kept.over_usual.low > 0.0
    assert refit(cards_by(SOON, 9), USUAL) is None


def test_paces_are_told_by_the_law_that_serves() -> None:
    cards = cards_by(SOON, 60)

    by_usual, by_own = (float(paces_by(cards, law) @ np.log(PACES)) for law in (USUAL, Law(SOON)))

    assert by_usual < -0.5
    assert abs(by_own) < 0.2
    np.testing.assert_allclose(paces_by(cards.of(np.array([99])), USUAL), usual_paces())


def test_reviews_are_counted_with_what_was_answered_before_and_the_same_day_is_none() -> None:
    at = np.array([0.0, 0.1, 2.0, 9.0, 9.5]) * DAY
    cards = cards_of(np.zeros(5, np.int64), np.zeros(5, np.int64), at, np.array([1.0, 0.0, 1.0, 0.4, 1.0]))

    reviews = reviews_in(cards, USUAL_PARAMETERS)

    assert reviews.days.tolist() == pytest.approx([1.9, 7.0])
    assert reviews.is_right.tolist() == [True, False]
    assert (reviews.right.tolist(), reviews.wrong.tolist()) == ([1.0, 2.0], [1.0, 1.0])


def test_a_law_out_of_the_librarys_bounds_is_refused() -> None:
    with pytest.raises(ValueError, match="out of bounds"):
        Law((*USUAL_PARAMETERS[:20], 7.0))


def test_the_command_compares_ways_on_a_log(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = practice(SOON, 12)
    lines = [
        f"{int(who)},{n},{at},{int(what)},{int(what)},{int(score)}" for n, (who, what, at, score) in enumerate(rows)
    ]
    path = tmp_path / "log.csv"
    path.write_text("learner,order,timestamp,item,skill,correct\n" + "\n".join(lines))

    assert main(["forgetting", "--data", str(path)]) == 0

    said = capsys.readouterr().out
    table = {line.split(" | ")[0]: line.split(" | ")[1] for line in said.splitlines() if line.startswith("| ")}
    assert float(table["| fitted, own paces"]) < float(table["| usual"])
