"""Whether what learners ask for is respected, by our policy, in worlds where they ask for a good deal.

Judged by what was said and offered alone, and not by how the policy came to it. An offer is broken if it is
- of a skill that was "not this one" within the last BANNED_FOR entries of the learner's log, or a lesson that was "too
  easy", "too hard" or to be had "another way" within as many, while another lesson was ready that nothing stands
  against (where all lessons of a skill were refused, one of them within as many, that stands against all of them;
  and what was too easy or too hard also stands against what is no harder or no easier, where the skill has that);
- right after "another way", not the same skill in another modality, where the course has one;
- right after "too easy", not a harder lesson of its skill, where the course has one that was not refused; and never
  the same lesson or an easier one of its skill, where another lesson was ready;
- right after "too hard", the same lesson or a harder one of its skill, where another lesson was ready;
- right after "this one", not of the skill that the learner chose, ready or not.
Of a lesson, what was said last counts. What was too easy may be just right for whom another lesson of the skill is too
hard then, and the other way round. Who chooses a skill takes back that it was "not this one". Every wish has to be
said, and to be followed by an offer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from math import inf

import numpy as np

from mlcore.interactions import Codes, Mask
from mlcore.refusals import BANNED_FOR, Wish
from mlcore.worlds.circumstances import Modalities
from mlcore.worlds.policies.policy import Choice, Moment
from mlcore.worlds.policies.product import Believed, Ours
from mlcore.worlds.policies.refusing import OF_A_LESSON
from mlcore.worlds.registry import WORLDS, measured
from mlcore.worlds.targets.aim import Aim, Means, Wanted, Who, count, share
from mlcore.worlds.tms import tree
from mlcore.worlds.world import Answers, Lessons, Taken, World

WISHES = (Wish.NOT_THIS_ONE, Wish.TOO_EASY, Wish.TOO_HARD, Wish.ANOTHER_WAY, Wish.THIS_ONE)
OPPOSITE = {Wish.TOO_EASY: Wish.TOO_HARD, Wish.TOO_HARD: Wish.TOO_EASY}
OFTEN, IN_A_ROW = 0.3, 3  # chance that an offer is refused; how many one after another at most
LESSONS = 20
LEVELS = (2.0, 3.0, 4.0, 3.0)
ONE_IN = 4  # of the learners of other targets are enough

Said = tuple[str, int, int]  # a wish, the lesson it is about, and the entry of the log


@dataclass(frozen=True)
class Levels(Modalities):
    """Each lesson in several modalities that are not equally hard, so that there is something harder and easier."""

    @property
    def lessons(self) -> Lessons:
        lessons = super().lessons
        return replace(lessons, difficulty=np.tile(LEVELS, len(lessons) // len(LEVELS)))


WORLDS_TRIED: Mapping[str, Callable[[], World]] = {
    "modalities": WORLDS["modalities"].make,
    "modalities of three levels": lambda: Levels("levels", measured(tree(tests_all=False)), len(LEVELS)),
    "tms_tree_own": WORLDS["tms_tree_own"].make,
    "kss": WORLDS["kss"].make,
}


@dataclass
class Ledger:
    """What one learner said, and what came of it. Changed in place."""

    lessons: Lessons
    entries: int = 0
    said: list[Said] = field(default_factory=list)
    is_pending: bool = False  # the latest wish waits for an offer
    followed: Counter[str] = field(default_factory=Counter)  # wishes, by an offer
    offers: Counter[str] = field(default_factory=Counter)  # that each wish might have been broken by
    broken: Counter[str] = field(default_factory=Counter)

    def ask(self, wish: str, lesson: int) -> None:
        self.entries += 1
        self.said.append((wish, lesson, self.entries))
        self.is_pending = True

    def take(self, answers: int) -> None:
        self.entries += OF_A_LESSON + answers
        self.is_pending = False

    def judge(self, offered: int, ready: Mask) -> None:
        """Count an offer, for every wish that it might break."""
        just_said = self.said[-1] if self.is_pending else None
        if just_said:
            self.followed[just_said[0]] += 1
        free = self._free(ready)
        standing = self._standing()
        for wish in {wish for wish, _, _ in standing} | ({just_said[0]} if just_said else set()):
            against = any(self._against(one)[offered] for one in standing if one[0] == wish)
            is_broken = against and bool(free.any()) and not self._is_asked_for(offered, just_said)
            if just_said and wish == just_said[0]:
                is_broken |= not self._is_as_asked(offered, ready, just_said)
            self.offers[wish] += 1
            self.broken[wish] += is_broken

    def _standing(self, lately: float = BANNED_FOR) -> list[Said]:
        """What was refused within so many entries and not taken back."""
        recent = [one for one in self.said if one[0] != Wish.THIS_ONE and self.entries - one[2] < lately]
        return [one for one in recent if not any(self._takes_back(later, one) for later in self.said)]

    def _takes_back(self, later: Said, one: Said) -> bool:
        """Whether what was said later leaves nothing of a wish: the opposite of another lesson, or a choice."""
        if later[2] <= one[2] or self.lessons.skill[later[1]] != self.lessons.skill[one[1]]:
            return False
        if later[0] == Wish.THIS_ONE:
            return one[0] == Wish.NOT_THIS_ONE
        return later[0] == OPPOSITE.get(one[0]) and later[1] != one[1]

    def _free(self, ready: Mask) -> Mask:
        """The lessons that nothing stands against.  [l]"""
        free, ever = ready.copy(), self._standing(inf)
        refused = {lesson for _, lesson, _ in ever}
        for one in self._standing():
            free[self._against(one)] = False
            every = np.flatnonzero(self.lessons.skill == self.lessons.skill[one[1]])
            free[every] &= not refused.issuperset(every.tolist())
        for one in ever:
            free[self._unsuited(one)] = False
        return free

    def _against(self, one: Said) -> Mask:
        """The lessons that a refusal stands against.  [l]"""
        wish, refused, entry = one
        if wish == Wish.NOT_THIS_ONE:
            same: Mask = self.lessons.skill == self.lessons.skill[refused]
            return same
        is_last = entry == max(later[2] for later in self.said if later[1] == refused and later[0] != Wish.THIS_ONE)
        itself: Mask = (np.arange(len(self.lessons)) == refused) & is_last
        return itself

    def _unsuited(self, one: Said) -> Mask:
        """The lessons of the skill that are no harder than what was too easy, or no easier than what was too hard.  [l]

        Where nothing is harder (easier), only those that are easier (harder) still.
        """
        wish, refused, _ = one
        sign = {Wish.TOO_EASY: 1.0, Wish.TOO_HARD: -1.0}.get(wish, 0.0)
        further = sign * (self.lessons.difficulty - self.lessons.difficulty[refused])
        same = self.lessons.skill == self.lessons.skill[refused]
        if not sign:
            return np.zeros(len(self.lessons), bool)
        unsuited: Mask = same & (further <= 0 if (same & (further > 0)).any() else further < 0)
        return unsuited

    def _is_asked_for(self, offered: int, just_said: Said | None) -> bool:
        """Whether the latest wish is for the module itself, otherwise: it goes before older ones."""
        if just_said is None or just_said[0] == Wish.NOT_THIS_ONE:
            return False
        is_same = self.lessons.skill[offered] == self.lessons.skill[just_said[1]]
        return bool(is_same and self._instead(just_said)[offered])

    def _is_as_asked(self, offered: int, ready: Mask, just_said: Said) -> bool:
        """Whether an offer right after a wish is what was asked for; always, where that cannot be had."""
        ready = ready | (self.lessons.skill == self.lessons.skill[just_said[1]])  # it was just offered, or chosen
        if just_said[0] == Wish.TOO_EASY:
            harder = ready & self._harder(just_said)
            if harder.any():
                return bool(harder[offered])
        wanted = self._instead(just_said)
        if just_said[0] != Wish.THIS_ONE:
            wanted = wanted & ready
        return bool(wanted[offered]) or not wanted.any()

    def _instead(self, just_said: Said) -> Mask:
        """The lessons that the learner asked for by refusing one, or choosing a skill.  [l]"""
        lessons, (wish, refused, _) = self.lessons, just_said
        same, is_other = lessons.skill == lessons.skill[refused], np.arange(len(lessons)) != refused
        asked: dict[str, Mask] = {
            Wish.THIS_ONE: same,
            Wish.NOT_THIS_ONE: ~same,
            Wish.ANOTHER_WAY: same & (lessons.modality != lessons.modality[refused]),
            Wish.TOO_EASY: ~(same & (lessons.difficulty < lessons.difficulty[refused])) & is_other,
            Wish.TOO_HARD: ~(same & (lessons.difficulty > lessons.difficulty[refused])) & is_other,
        }
        return asked[wish]

    def _harder(self, just_said: Said) -> Mask:
        """The lessons of its skill that are harder than one that was too easy, and were not refused.  [l]"""
        lessons, (_, easy, _) = self.lessons, just_said
        harder: Mask = (lessons.skill == lessons.skill[easy]) & (lessons.difficulty > lessons.difficulty[easy])
        harder[[lesson for _, lesson, _ in self._standing(inf)]] = False
        return harder


def overrides(means: Means) -> Iterator[Aim]:
    """Check that every wish is respected, each by itself; a wish that was not said or not followed is missed."""
    for name, make in WORLDS_TRIED.items():
        ledgers: list[Ledger] = []
        for seed in range(means.seeds):
            ledgers += asking(make(), Ours(means.models.tutor), max(means.learners // ONE_IN, 1), seed)
        yield from told(ledgers, Who("ours", name, LESSONS))


def told(ledgers: list[Ledger], who: Who) -> Iterator[Aim]:
    """Say of each wish how many offers kept to it, and whether each time it was said an offer followed."""
    for wish in WISHES:
        offers, broken, followed = (
            sum(counted[wish] for counted in (getattr(one, part) for one in ledgers))
            for part in ("offers", "broken", "followed")
        )
        said = sum(own == wish for one in ledgers for own, _, _ in one.said)
        words = f"“{wish.replace('-', ' ')}”"
        if followed < said or not offers:
            aim = f"times that {words} was said and no offer followed, of {said:,}"
            yield count(aim, who, said - followed, Wanted("0 of some", False))
        if offers:
            aim = f"offers that respect {words}, said {said:,} times"
            yield share(aim, who, (offers - broken, offers), Wanted("100 %", broken == 0))


def asking(world: World, policy: Ours, learners: int, seed: int) -> list[Ledger]:
    """Teach learners who ask for things, and return what each of them said and got."""
    born, chance, drawn, moods = np.random.default_rng([seed, 1]).spawn(4)
    state, memory = world.begin(learners, born), policy.begin(world.lessons, learners)
    ledgers = [Ledger(world.lessons) for _ in range(learners)]
    for number in range(LESSONS):
        moment = Moment(number, LESSONS - number)
        memory, lesson = _settled(policy, memory, (moment, ledgers), (drawn, moods))
        state, answers = world.teach(state, Taken.by_all(lesson), chance)
        memory = policy.observe(memory, lesson, answers)
        for ledger, given in zip(ledgers, _given(answers), strict=True):
            ledger.take(given)
    return ledgers


def _settled(
    policy: Ours,
    memory: Believed,
    now: tuple[Moment, list[Ledger]],
    chance: tuple[np.random.Generator, np.random.Generator],
) -> tuple[Believed, Codes]:
    """Offer until everybody takes what they are offered, or has asked IN_A_ROW; return what they take."""
    (moment, ledgers), (drawn, moods) = now, chance
    lesson: Codes = np.full(len(ledgers), -1)
    open_to = np.ones(len(ledgers), bool)
    for again in range(IN_A_ROW + 1):
        choice = policy.choose(memory, moment, drawn)
        lesson = np.where(open_to, choice.lesson, lesson)
        _judge(ledgers, choice, open_to)
        open_to = open_to & (moods.random(len(ledgers)) < OFTEN) & (again < IN_A_ROW)
        said = {int(row): str(moods.choice(WISHES)) for row in np.flatnonzero(open_to)}
        about = _about(lesson, said, moods, len(memory.lessons))
        for row, wish in said.items():
            ledgers[row].ask(wish, int(about[row]))
        memory = policy.heed(memory, about, said)
        if not said:
            break
    return memory, lesson


def _about(lesson: Codes, said: Mapping[int, str], moods: np.random.Generator, lessons: int) -> Codes:
    """Return what each wish is about: what was offered, or any lesson, where the learner chooses."""
    chosen = moods.integers(lessons, size=len(lesson))
    is_chosen = np.array([said.get(row) == Wish.THIS_ONE for row in range(len(lesson))])
    about: Codes = np.where(is_chosen, chosen, lesson)
    return about


def _judge(ledgers: list[Ledger], choice: Choice, open_to: Mask) -> None:
    admissible = choice.admissible
    for row in np.flatnonzero(open_to):
        if admissible is not None:
            ledgers[row].judge(int(choice.lesson[row]), admissible[row])


def _given(answers: Answers) -> list[int]:
    return [int(count) for count in (~np.isnan(answers.correct)).sum(axis=1)]
