"""Our own policy in a course that was taken before: earlier learners have shown how it is forgotten, and what helps.

That is what the product finds every night (`mlcore.remembering`) and every hour (`mlcore.effects`). Nothing but their
answers is known of them, and they were taught by the same policy, without it. Answers on what they had not met in a
lesson are left out, as those of a placement test are: it was not known yet, and so was not forgotten.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mlcore.laws import USUAL
from mlcore.remembering.judging import paces_by, refit
from mlcore.remembering.reviews import Cards, cards_of
from mlcore.worlds.policies.policy import Memory, Moment, Policy
from mlcore.worlds.policies.product import Ours
from mlcore.worlds.world import Taken, World

NAME = "ours_later"
EARLIER, SEED = 100, 10**6  # learners, none of whom is taught again


def after_others(ours: Ours, world: World, lessons: int) -> Ours:
    """Return our policy as it teaches those who come after EARLIER learners of this world."""
    cards, memory = shown(ours, world, lessons)
    return replace(having_seen(ours, cards), earlier=memory.tried.earned if memory.tried else ())


def having_seen(ours: Ours, cards: Cards) -> Ours:
    """Return our policy with the law of forgetting, and the paces, that these cards tell of."""
    found = refit(cards, USUAL)
    law = found.law if found else USUAL
    return replace(ours, name=NAME, law=law, paces=paces_by(cards, law))


def shown(policy: Policy, world: World, lessons: int) -> tuple[Cards, Memory]:
    """Teach EARLIER learners so many lessons by this policy; return what they answered, and what it remembers."""
    born, chance, drawn = np.random.default_rng(SEED).spawn(3)
    state, memory = world.begin(EARLIER, born), policy.begin(world.lessons, EARLIER)
    learners, skills, times, right = [], [], [], []
    met = np.zeros((EARLIER, world.lessons.skills), bool)
    for step in range(lessons):
        choice = policy.choose(memory, Moment(step, lessons - step), drawn)
        state, answers = world.teach(state, Taken.by_all(choice.lesson), chance)
        met[np.arange(EARLIER), world.lessons.skill[choice.lesson]] = True
        of_what_was_met = np.take_along_axis(met, answers.skill, axis=1)
        learner, question = np.nonzero(~np.isnan(answers.correct) & of_what_was_met)
        learners.append(learner)
        skills.append(answers.skill[learner, question])
        times.append(np.full(len(learner), step * world.lessons.seconds))
        right.append(answers.correct[learner, question])
        memory = policy.observe(memory, choice.lesson, answers)
    cards = cards_of(*(np.concatenate(each) for each in (learners, skills, times, right)))
    return cards, memory
