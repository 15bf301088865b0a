"""Whether what learners refuse is respected, by our policy, in worlds where they refuse a good deal.

Judged by what was refused and offered alone, and not by how the policy came to it. An offer is broken if it is
- of a skill that was "not this one" within the last BANNED_FOR entries of the learner's log, or a lesson that was "too
  hard" or to be had "another way" within as many, while another lesson was ready that nothing stands against
  (where all lessons of a skill were refused, one of them within as many, that stands against all of them);
- right after "another way", not the same skill in another modality, where the course has one;
- right after "too hard", the same lesson or a harder one of its skill, where another lesson was ready.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from mlcore.interactions import Codes, Mask
from mlcore.refusals import BANNED_FOR, Wish
from mlcore.worlds.policies.policy import Choice, Moment
from mlcore.worlds.policies.product import Believed, Ours
from mlcore.worlds.policies.refusing import OF_A_LESSON
from mlcore.worlds.registry import WORLDS
from mlcore.worlds.targets.aim import Aim, Means, Wanted, Who, share
from mlcore.worlds.world import Answers, Lessons, Taken, World

WISHES = (Wish.NOT_THIS_ONE, Wish.TOO_HARD, Wish.ANOTHER_WAY)
OFTEN, IN_A_ROW = 0.3, 3  # chance that an offer is refused; how many one after another at most
LESSONS = 20
WORLDS_TRIED = ("modalities", "tms_tree_own", "kss")
ONE_IN = 4  # of the learners of other targets are enough


@dataclass
class Ledger:
    """What one learner refused, and what came of it. Changed in place."""

    entries: int = 0
    refused: list[tuple[str, int, int]] = field(default_factory=list)  # wish, lesson, entry
    is_pending: bool = False  # the latest offer was refused
    offers: dict[str, int] = field(default_factory=dict)  # after each wish
    broken: dict[str, int] = field(default_factory=dict)

    def refuse(self, wish: str, lesson: int) -> None:
        self.entries += 1
        self.refused.append((wish, lesson, self.entries))
        self.is_pending = True

    def take(self, answers: int) -> None:
        self.entries += OF_A_LESSON + answers
        self.is_pending = False

    def judge(self, offered: int, ready: Mask, lessons: Lessons) -> None:
        """Count an offer, for every wish that it might break."""
        standing = [one for one in self.refused if self.entries - one[2] < BANNED_FOR]
        free = self._free(ready, lessons)
        for wish in {wish for wish, _, _ in standing}:
            against = any(_against(own, lesson, lessons)[offered] for own, lesson, _ in standing if own == wish)
            is_broken = against and bool(free.any()) and not self._is_asked_for(offered, lessons)
            is_broken |= wish == self._just_said() and not self._is_as_asked(offered, ready, lessons)
            self.offers[wish] = self.offers.get(wish, 0) + 1
            self.broken[wish] = self.broken.get(wish, 0) + is_broken

    def _free(self, ready: Mask, lessons: Lessons) -> Mask:
        """The lessons that nothing stands against.  [l]"""
        free = ready.copy()
        ever = {lesson for _, lesson, _ in self.refused}
        for wish, lesson, entry in self.refused:
            if self.entries - entry < BANNED_FOR:
                free[_against(wish, lesson, lessons)] = False
                every = np.flatnonzero(lessons.skill == lessons.skill[lesson])
                free[every] &= not ever.issuperset(every.tolist())
        return free

    def _just_said(self) -> str:
        return self.refused[-1][0] if self.is_pending else ""

    def _is_asked_for(self, offered: int, lessons: Lessons) -> bool:
        """Whether the latest wish is for the module itself, otherwise: it goes before older ones."""
        is_for_it = self._just_said() in (Wish.ANOTHER_WAY, Wish.TOO_HARD)
        return is_for_it and bool(_instead(self.refused[-1], lessons)[offered]) and self._is_same(offered, lessons)

    def _is_as_asked(self, offered: int, ready: Mask, lessons: Lessons) -> bool:
        """Whether an offer right after a refusal is what was asked for; always, where that cannot be had."""
        wanted = ready & _instead(self.refused[-1], lessons)
        return bool(wanted[offered]) or not wanted.any()

    def _is_same(self, offered: int, lessons: Lessons) -> bool:
        return bool(lessons.skill[offered] == lessons.skill[self.refused[-1][1]])


def overrides(means: Means) -> Iterator[Aim]:
    """Check that refusals are respected, by each wish."""
    for name in WORLDS_TRIED:
        ledgers: list[Ledger] = []
        for seed in range(means.seeds):
            ledgers += refusing(WORLDS[name].make(), Ours(means.models.tutor), max(means.learners // ONE_IN, 1), seed)
        for wish in WISHES:
            offers, broken = (sum(getattr(one, part).get(wish, 0) for one in ledgers) for part in ("offers", "broken"))
            said = sum(own == wish for one in ledgers for own, _, _ in one.refused)
            aim = f"offers that respect “{wish.replace('-', ' ')}”, said {said:,} times"
            if offers:
                yield share(aim, Who("ours", name, LESSONS), (offers - broken, offers), Wanted("100 %", broken == 0))


def refusing(world: World, policy: Ours, learners: int, seed: int) -> list[Ledger]:
    """Teach learners who refuse, and return what each of them refused and got."""
    born, chance, drawn, moods = np.random.default_rng([seed, 1]).spawn(4)
    state, memory = world.begin(learners, born), policy.begin(world.lessons, learners)
    ledgers = [Ledger() for _ in range(learners)]
    for number in range(LESSONS):
        moment = Moment(number, LESSONS - number)
        memory, lesson = _settled(policy, memory, (moment, ledgers), (drawn, moods))
        state, answers = world.teach(state, Taken.by_all(lesson), chance)
        memory = policy.observe(memory, lesson, answers)
        for ledger, count in zip(ledgers, _given(answers), strict=True):
            ledger.take(count)
    return ledgers


def _settled(
    policy: Ours,
    memory: Believed,
    now: tuple[Moment, list[Ledger]],
    chance: tuple[np.random.Generator, np.random.Generator],
) -> tuple[Believed, Codes]:
    """Offer until everybody takes what they are offered, or has refused IN_A_ROW; return what they take."""
    (moment, ledgers), (drawn, moods) = now, chance
    lesson: Codes = np.full(len(ledgers), -1)
    open_to = np.ones(len(ledgers), bool)
    for again in range(IN_A_ROW + 1):
        choice = policy.choose(memory, moment, drawn)
        lesson = np.where(open_to, choice.lesson, lesson)
        _judge(ledgers, choice, open_to, memory.lessons)
        open_to = open_to & (moods.random(len(ledgers)) < OFTEN) & (again < IN_A_ROW)
        said = {int(row): str(moods.choice(WISHES)) for row in np.flatnonzero(open_to)}
        for row, wish in said.items():
            ledgers[row].refuse(wish, int(lesson[row]))
        memory = policy.heed(memory, lesson, said)
        if not said:
            break
    return memory, lesson


def _judge(ledgers: list[Ledger], choice: Choice, open_to: Mask, lessons: Lessons) -> None:
    admissible = choice.admissible
    for row in np.flatnonzero(open_to):
        if admissible is not None:
            ledgers[row].judge(int(choice.lesson[row]), admissible[row], lessons)


def _against(wish: str, lesson: int, lessons: Lessons) -> Mask:
    """The lessons that a refusal stands against.  [l]"""
    if wish == Wish.NOT_THIS_ONE:
        same: Mask = lessons.skill == lessons.skill[lesson]
        return same
    one: Mask = np.arange(len(lessons)) == lesson
    return one


def _instead(refusal: tuple[str, int, int], lessons: Lessons) -> Mask:
    """The lessons that the learner asked for by refusing one.  [l]"""
    wish, refused, _ = refusal
    same: Mask = lessons.skill == lessons.skill[refused]
    if wish == Wish.ANOTHER_WAY:
        others: Mask = same & (lessons.modality != lessons.modality[refused])
        return others
    if wish == Wish.TOO_HARD:
        is_harder = same & (lessons.difficulty > lessons.difficulty[refused])
        easier: Mask = ~is_harder & (np.arange(len(lessons)) != refused)
        return easier
    return ~same


def _given(answers: Answers) -> list[int]:
    return [int(count) for count in (~np.isnan(answers.correct)).sum(axis=1)]
