"""The skills of a text are those of texts like it; of a text like none, we do not know."""

from __future__ import annotations

import numpy as np
import pytest

from mlcore import Item
from mlcore.labels import SkillFinder, learn_skills

WORDS = {
    "fractions": ["half", "third", "quarter", "numerator", "denominator", "slice", "share"],
    "angles": ["degree", "corner", "triangle", "protractor", "turn", "acute", "obtuse"],
    "money": ["price", "coin", "change", "dollar", "cent", "shop", "pay"],
}


def question(number: int, skills: list[str], rng: np.random.Generator) -> Item:
    words = [str(word) for skill in skills for word in rng.permutation(WORDS[skill])[:4]]
    return Item(number, skills, text="What is the " + " ".join(words))


@pytest.fixture(scope="module")
def finder() -> SkillFinder:
    rng = np.random.default_rng(0)
    return learn_skills([question(number, [list(WORDS)[number % 3]], rng) for number in range(45)])


def test_a_text_gets_the_skill_of_texts_like_it(finder: SkillFinder) -> None:
    rng = np.random.default_rng(1)
    asked = [question(number, [skill], rng) for number, skill in enumerate([*WORDS] * 5)]

    guesses = finder.guess([item.text or "" for item in asked])

    named = [(guess[0].skill, item.skills[0]) for guess, item in zip(guesses, asked, strict=True) if guess]
    assert len(named) >= 13
    assert all(guessed == true for guessed, true in named)


def test_of_a_text_like_none_we_do_not_know(finder: SkillFinder) -> None:
    assert finder.guess(["Wer erfand den Buchdruck?", "", "zzz 9"]) == [[], [], []]


def test_every_chance_can_be_asked_for(finder: SkillFinder) -> None:
    guesses = finder.guess(["half third quarter corner triangle turn"], least=0.01)[0]

    assert {guess.skill for guess in guesses} >= {"fractions", "angles"}
    assert sum(guess.chance for guess in guesses) <= 1
    assert [guess.chance for guess in guesses] == sorted((guess.chance for guess in guesses), reverse=True)


def test_labels_at_random_are_not_trusted() -> None:
    rng = np.random.default_rng(2)
    texts = [question(number, ["money"], rng).text for number in range(60)]
    labelled = [Item(number, [f"skill{rng.integers(12)}"], text=text) for number, text in enumerate(texts)]

    guesses = learn_skills(labelled[:50]).guess([item.text or "" for item in labelled[50:]])

    assert sum(map(bool, guesses)) <= 1


def test_without_labels_there_is_nothing_to_learn() -> None:
    with pytest.raises(ValueError, match="items"):
        learn_skills([Item(1, ["money"]), Item(2, text="What is half of 4?")])
