"""How long skills are remembered: FSRS by its own library, and looking ahead by the same equations."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from fsrs import Card, Rating, Scheduler

from mlcore.laws import USUAL as USUAL_LAW
from mlcore.laws import USUAL_PARAMETERS, recall, stability_after_lapse, stability_after_recall
from mlcore.records import SkillRecord, record_of
from mlcore.retention import (
    DAY,
    HORIZON,
    PACES,
    lasting,
    lasting_again,
    paces_among,
    paces_of,
    reviewed,
    told_of_pace,
    usual_paces,
    worth_reviewing,
)

START = 1.8e9
LIBRARY = Scheduler(learning_steps=(), relearning_steps=(), enable_fuzzing=False)
USUAL = np.eye(len(PACES))[np.flatnonzero(PACES == 1.0)[0]]


def test_a_trace_is_what_the_library_keeps_of_a_card() -> None:
    rng = np.random.default_rng(0)
    card, trace, at = Card(card_id=1), None, START
    for _ in range(200):
        right = rng.random() < 0.8
        at += float(rng.choice([60.0, 0.4 * DAY, 1.2 * DAY, 9 * DAY]))
        card, _ = LIBRARY.review_card(card, Rating.Good if right else Rating.Again, datetime.fromtimestamp(at, UTC))
        trace = reviewed(trace, float(right), at)

        assert trace.stability == pytest.approx(card.stability)
        assert trace.difficulty == pytest.approx(card.difficulty)


@pytest.mark.parametrize("days", [0.0, 0.9, 1.0, 2.5, 40.0])
def test_looking_ahead_says_what_the_library_will_say(days: float) -> None:
    for stability, difficulty in [(0.2, 8.0), (2.3, 5.0), (30.0, 2.0)]:
        card = Card(
            card_id=1, stability=stability, difficulty=difficulty, last_review=datetime.fromtimestamp(START, UTC)
        )
        card.state = LIBRARY.review_card(Card(card_id=2), Rating.Good)[0].state
        then = datetime.fromtimestamp(START, UTC) + timedelta(days=days)

        state = USUAL_PARAMETERS, np.array([stability]), np.array([difficulty]), np.array([days])
        right, wrong = stability_after_recall(*state), stability_after_lapse(*state)

        assert recall(USUAL_PARAMETERS, days, np.array([stability]))[0] == pytest.approx(
            LIBRARY.get_card_retrievability(card, then)
        )
        assert right[0] == pytest.approx(LIBRARY.review_card(card, Rating.Good, then)[0].stability)
        assert wrong[0] == pytest.approx(LIBRARY.review_card(card, Rating.Again, then)[0].stability)


def test_a_review_is_worth_most_when_much_is_forgotten_and_nothing_where_nothing_was_learned() -> None:
    days = np.array([0.5, 3.0, 10.0, np.nan])
    stability = np.array([2.3, 2.3, 2.3, np.nan])

    worth = worth_reviewing(stability, np.where(np.isnan(stability), np.nan, 5.0), days, usual_paces())

    assert worth[0] < worth[1] < worth[2]
    assert worth[3] == 0.0


def test_what_a_review_is_worth_is_recall_with_it_less_recall_without() -> None:
    """Followed by hand on the library's cards, for somebody who remembers as long as others."""
    card = LIBRARY.review_card(Card(card_id=1), Rating.Good, datetime.fromtimestamp(START, UTC))[0]
    now = datetime.fromtimestamp(START, UTC) + timedelta(days=6)
    test = now + timedelta(days=HORIZON)
    chance = LIBRARY.get_card_retrievability(card, now)
    right, wrong = (LIBRARY.review_card(card, rating, now)[0] for rating in (Rating.Good, Rating.Again))
    with_it = chance * LIBRARY.get_card_retrievability(right, test)
    with_it += (1 - chance) * LIBRARY.get_card_retrievability(wrong, test)

    worth = worth_reviewing(np.array([card.stability]), np.array([card.difficulty]), np.array([6.0]), USUAL)

    assert worth[0] == pytest.approx(with_it - LIBRARY.get_card_retrievability(card, test))
    assert lasting(USUAL) == pytest.approx(recall(USUAL_PARAMETERS, HORIZON, np.array([USUAL_LAW.new_stability]))[0])


def test_what_was_practiced_before_lasts_longer_once_it_is_learned_again() -> None:
    """As the library's card stands after a right answer; what is new lasts as anything new."""
    at = datetime.fromtimestamp(START, UTC)
    card = LIBRARY.review_card(Card(card_id=1), Rating.Good, at)[0]
    again = LIBRARY.review_card(card, Rating.Good, at + timedelta(days=6))[0]
    test = at + timedelta(days=6 + HORIZON)
    stability, difficulty = np.array([card.stability, np.nan]), np.array([card.difficulty, np.nan])

    practiced, new = lasting_again(stability, difficulty, np.array([6.0, np.nan]), USUAL)

    assert practiced == pytest.approx(LIBRARY.get_card_retrievability(again, test))
    assert new == pytest.approx(lasting(USUAL))
    assert practiced > new


def test_paces_are_found_again_in_how_learners_forget() -> None:
    """Learners who remember four times as long as usual; a few answers tell little of one, many learners tell it."""
    rng, pace = np.random.default_rng(1), np.exp(1.0)
    told = np.zeros((60, len(PACES)))
    for learner in range(60):
        for _ in range(15):
            stability, days = rng.uniform(1, 10), rng.integers(1, 60)
            right = rng.random() < 0.15 + 0.75 * recall(USUAL_PARAMETERS, float(days), np.array([stability * pace]))[0]
            trace = reviewed(None, 1.0, START)
            trace = type(trace)(stability, trace.difficulty, trace.at)
            told[learner] += told_of_pace(trace, float(right), START + days * DAY)

    among = paces_among(told)

    def mean(chances: np.ndarray) -> float:
        return float(chances @ np.log(PACES))

    assert mean(among) > mean(usual_paces()) + 0.4
    assert mean(paces_of(told[0], among)) > mean(paces_of(told[0], usual_paces()))
    np.testing.assert_allclose(paces_of(told, among).sum(1), 1.0)
    np.testing.assert_allclose(paces_among(np.zeros((0, len(PACES)))), usual_paces())


def test_answers_of_the_same_day_and_of_what_was_never_held_tell_nothing_of_memory() -> None:
    once = SkillRecord().after_lesson().after_answer(1.0, START)
    never = SkillRecord().after_answer(0.0, START)

    assert not once.tells_of_pace(0.0, START + 3600).any()
    assert once.tells_of_pace(0.0, START + 9 * DAY).argmax() == 0
    assert not never.tells_of_pace(0.0, START + 9 * DAY).any()


def test_records_become_arrays_with_nothing_where_nothing_was_answered() -> None:
    once = SkillRecord().after_lesson().after_answer(1.0, START)

    record = record_of([SkillRecord(), once], np.zeros(len(PACES)), usual_paces(), START + 2 * DAY)

    assert np.isnan(record.stability[0])
    assert record.days[1] == pytest.approx(2.0)
    assert record.traced[1] > record.traced[0]
    assert record.lessons.tolist() == [0, 1]
