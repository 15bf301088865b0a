"""Made-up learners whose truth we know, to try out what must not be tried on people first.

The truth is deliberately not of the family of our learner model (no logistic ability minus difficulty): a learner holds
each skill with a memory strength that fades with a half-life of its own (Settles & Meeder, "A trainable spaced
repetition model", ACL 2016), a question needs all its skills at once (DINA: slip and guess; Junker & Sijtsma 2001), a
harder question needs each of them better, and a skill is hard to learn while its prerequisites are not held.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

Row = dict[str, str | float]

DAY = 86_400.0
MODALITIES = ("text", "video", "worked-example", "interactive")
EASIEST, HARDEST = 1, 5

READY_ANYWAY = 0.3  # share of what is taught that sticks with no prerequisite held
STUDIED, PRACTICED_RIGHT, PRACTICED_WRONG = 0.45, 0.10, 0.18  # share of what is missing that sticks
FIRST_HALF_LIFE = 2.0 * DAY
LONGEST_HALF_LIFE = 180.0 * DAY
SPACING = 1.6  # growth of the half-life when a faded skill is met again
READ_AT_ALL = 1.5  # seconds


@dataclass(frozen=True)
class Course:
    """Skills in teaching order, each with the earlier ones it builds on; questions about them."""

    name: str
    prerequisites: Mapping[str, Sequence[str]]  # every skill has an entry
    questions: Sequence[Question]

    def __post_init__(self) -> None:
        known: set[str] = set()
        for skill, needed in self.prerequisites.items():
            if late := set(needed) - known:
                raise ValueError(f"skill {skill!r} builds on {', '.join(sorted(late))}, which must come before it")
            known.add(skill)
        for question in self.questions:
            if lost := set(question.skills) - known:
                raise ValueError(f"question {question.name!r} needs {', '.join(sorted(lost))}, which is no skill here")
            if not question.skills or not EASIEST <= question.difficulty <= HARDEST:
                raise ValueError(f"question {question.name!r} needs a skill, and a difficulty from 1 to 5")


@dataclass(frozen=True)
class Question:
    """Something to answer; `modality` is how the module around it teaches."""

    name: str
    skills: Sequence[str]
    difficulty: float  # 1 (easy) to 5 (hard)
    modality: str = MODALITIES[0]


@dataclass(frozen=True)
class Traits:
    """What makes one learner unlike another and never changes."""

    ability: float = 0.0  # standard normal among learners: how much sticks, and how much was known before
    pace: float = 1.0  # seconds needed, relative to others
    forgetting: float = 1.0  # 2 halves every half-life
    guess: float = 0.2
    slip: float = 0.08
    suits: Mapping[str, float] = field(default_factory=dict)  # modality -> how much more (or less) than 1 sticks

    def __post_init__(self) -> None:
        if not (0 <= self.guess < 1 and 0 <= self.slip < 1 and self.pace > 0 and self.forgetting > 0):
            raise ValueError("guess and slip are chances below 1; pace and forgetting are above 0")


@dataclass(frozen=True)
class Memory:
    """How well a skill is held: `strength` (0 to 1) at the moment `at`, halved every `half_life` seconds."""

    strength: float
    half_life: float
    at: float

    def held(self, at: float) -> float:
        """What is left of it."""
        return float(self.strength * 0.5 ** (max(0.0, at - self.at) / self.half_life))

    def met_again(self, share: float, at: float) -> Memory:
        """Keep `share` of what is missing; the more had faded, the longer the half-life becomes (spacing effect)."""
        held = self.held(at)
        faded = 1 - held / self.strength if self.strength else 0.0
        half_life = min(self.half_life * (1 + (SPACING - 1) * (0.25 + faded)), LONGEST_HALF_LIFE)
        return Memory(held + share * (1 - held), half_life, at)


class SimulatedLearner:
    """Answers, and learns from answering and studying; the same seed in `rng` lives the same life.

    Moments `at` are seconds since any fixed one and must not run backwards.
    """

    def __init__(
        self,
        traits: Traits,
        prerequisites: Mapping[str, Sequence[str]],
        rng: np.random.Generator,
    ) -> None:
        self.traits = traits
        self.prerequisites = prerequisites
        self.rng = rng
        self.memories: dict[str, Memory] = {}
        self._head_start = {skill: float(rng.normal()) for skill in prerequisites}

    def held(self, skill: str, at: float) -> float:
        """How well a skill is held now, 0 to 1: the truth that an estimate of mastery should find."""
        return self._memory(skill, at).held(at)

    def chance(self, skills: Iterable[str], difficulty: float, at: float) -> float:
        """The true chance of a right answer."""
        effort = 0.4 + 0.3 * (difficulty - EASIEST)  # how sharply a question punishes what is half held
        solves = float(np.prod([self.held(skill, at) ** effort for skill in skills]))
        return self.traits.guess + (1 - self.traits.guess - self.traits.slip) * solves

    def answer(self, skills: Sequence[str], difficulty: float, modality: str, at: float) -> tuple[bool, float]:
        """Answer a question and learn from the feedback. Returns whether it was right, and the seconds it took."""
        chance = self.chance(skills, difficulty, at)
        correct = bool(self.rng.random() < chance)
        hesitation = 1 + 2 * chance * (1 - chance) + (0.0 if correct else 0.4)
        typical = (6 + 4 * difficulty) * self.traits.pace * hesitation
        seconds = READ_AT_ALL + float(self.rng.lognormal(np.log(typical), 0.45))
        self._learn(skills, PRACTICED_RIGHT if correct else PRACTICED_WRONG, modality, at)
        return correct, round(seconds, 1)

    def study(self, skills: Sequence[str], modality: str, at: float) -> float:
        """Work through a lesson on these skills. Returns the seconds it took."""
        self._learn(skills, STUDIED, modality, at)
        return round(float(self.rng.lognormal(np.log(240 * self.traits.pace), 0.4)), 1)

    def _learn(self, skills: Sequence[str], share: float, modality: str, at: float) -> None:
        gift = float(np.exp(0.35 * self.traits.ability)) * self.traits.suits.get(modality, 1.0)
        for skill in skills:
            needed = [self.held(before, at) for before in self.prerequisites.get(skill, ())]
            ready = READY_ANYWAY + (1 - READY_ANYWAY) * float(np.mean(needed)) if needed else 1.0
            self.memories[skill] = self._memory(skill, at).met_again(min(0.95, share * gift * ready), at)

    def _memory(self, skill: str, at: float) -> Memory:
        """A skill never met is held a little, by what was learned elsewhere; that does not fade before it is met."""
        if skill in self.memories:
            return self.memories[skill]
        odds = 1.1 * self.traits.ability + 0.8 * self._head_start.get(skill, 0.0) - 1.6
        return Memory(float(1 / (1 + np.exp(-odds))), FIRST_HALF_LIFE / self.traits.forgetting, at)


def random_traits(rng: np.random.Generator, modalities: Sequence[str] = MODALITIES) -> Traits:
    """Draw one learner of a plausible cohort; one modality suits each better, one worse."""
    suits = dict(zip(modalities, rng.permutation(np.linspace(0.6, 1.5, len(modalities))).tolist(), strict=True))
    return Traits(
        ability=float(rng.normal()),
        pace=float(rng.lognormal(0.0, 0.3)),
        forgetting=float(rng.lognormal(0.0, 0.35)),
        guess=float(rng.uniform(0.1, 0.25)),
        slip=float(rng.uniform(0.03, 0.12)),
        suits=suits,
    )


def random_course(skills: int, questions_per_skill: int, rng: np.random.Generator) -> Course:
    """Make up a course: each skill builds on up to two of the three before it, every fourth question needs two."""
    names = [f"skill-{number:02d}" for number in range(skills)]
    prerequisites = {
        name: sorted({names[place - 1 - int(back)] for back in rng.integers(0, min(3, place), size=2)} if place else ())
        for place, name in enumerate(names)
    }
    questions = []
    for name in names:
        for number in range(questions_per_skill):
            also = prerequisites[name][:1] if number % 4 == 3 else []
            modality = MODALITIES[number % len(MODALITIES)]
            difficulty = float(rng.integers(EASIEST, HARDEST + 1))
            questions.append(Question(f"{name}-{number:02d}", [name, *also], difficulty, modality))
    return Course("made-up", prerequisites, questions)


@dataclass(frozen=True)
class Habits:
    """How the made-up learners go through a course."""

    answers: int = 60  # of a typical learner; each gives up after a random number of them
    in_a_session: int = 10
    reviewing: float = 0.2  # share of answers about earlier skills
    moving_on: float = 0.35  # chance after an answer to go to the next skill


def simulate(course: Course, learners: int, habits: Habits, rng: np.random.Generator) -> list[Row]:
    """Live through the course with a cohort; rows for a log of answers (see mlcore.datasets), in time order.

    `true_chance` is the chance behind each answer; `mlcore.datasets` does not read it. Each learner has a randomness of
    their own, so the first ten of a hundred live the same lives as ten alone.
    """
    rows: list[Row] = []
    for number, own in enumerate(rng.spawn(learners)):
        modalities = sorted({question.modality for question in course.questions})
        learner = SimulatedLearner(random_traits(own, modalities), course.prerequisites, own)
        for order, row in enumerate(_live(learner, course, habits)):
            whose: Row = {"learner": f"learner-{number:04d}", "order": order}
            rows.append(whose | row)
    return rows


def _live(learner: SimulatedLearner, course: Course, habits: Habits) -> Iterator[Row]:
    """Study a skill, answer some questions on it, look back now and then, go on; sleep between sessions."""
    rng, skills = learner.rng, list(course.prerequisites)
    about = {skill: [one for one in course.questions if one.skills[0] == skill] for skill in skills}
    place, at, studied = 0, float(rng.uniform(0, DAY)), -1
    for number in range(max(1, int(rng.gamma(2.0, habits.answers / 2)))):
        if number % habits.in_a_session == 0:
            at += DAY * float(rng.gamma(2.0, 0.8))
        asked = int(rng.integers(place)) if place and rng.random() < habits.reviewing else place
        if not about[skills[asked]]:
            continue
        question = about[skills[asked]][int(rng.integers(len(about[skills[asked]])))]
        if place > studied:
            at += learner.study([skills[place]], question.modality, at)
            studied = place
        chance = learner.chance(question.skills, question.difficulty, at)
        correct, seconds = learner.answer(question.skills, question.difficulty, question.modality, at)
        at += seconds
        yield _row(question, at, (correct, seconds, chance))
        place += int(place + 1 < len(skills) and asked == place and rng.random() < habits.moving_on)


def _row(question: Question, at: float, outcome: tuple[bool, float, float]) -> Row:
    correct, seconds, chance = outcome
    return {
        "timestamp": round(at, 1),
        "item": question.name,
        "skill": "~~".join(question.skills),
        "correct": int(correct),
        "elapsed_ms": round(1000 * seconds),
        "modality": question.modality,
        "author_difficulty": question.difficulty,
        "true_chance": round(chance, 4),
    }
