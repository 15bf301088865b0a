"""What is known of one course before its next learner comes: how hard its items and skills are, and how surely."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load, save

from mlcore.episodes import NOBODY, Keys, Questions
from mlcore.interactions import Codes, Numbers


@dataclass(frozen=True)
class Population:
    """How learners, skills and items vary within courses, in logits: the priors that a new course starts from."""

    level: float = 0.6  # of a typical learner on a typical item
    level_sd: float = 0.7  # between courses
    ability_sd: float = 1.0
    effect_sd: float = 0.5  # of one skill within one learner, beyond their ability
    skill_sd: float = 0.7
    item_sd: float = 0.9  # within a skill
    author_slope: float = 0.5  # harder by this for each step of the author's difficulty
    author_slope_sd: float = 0.25
    ability_floor: float = 0.02  # variances never fall below these, so beliefs keep moving with the learner
    effect_floor: float = 0.03


@dataclass(frozen=True)
class Prompts:
    """q questions with what the course knows of them. Difficulties are in logits, zero is the course's average."""

    item: Keys  # [q]
    skills: Keys  # [q, s]
    modality: Keys  # [q]
    skill_count: Numbers  # [q] how many skills the question has
    authored: Numbers  # [q] the author's difficulty, -1 to 1, 0 if not given
    is_authored: Numbers  # [q] 0 or 1
    base: Numbers  # [q] logit of a right answer by a typical learner: course level minus difficulty
    sd: Numbers  # [q] of that difficulty
    item_answers: Numbers  # [q] behind it
    skill_base: Numbers  # [q] course level minus mean difficulty of its skills
    skill_sd: Numbers  # [q]
    skill_answers: Numbers  # [q] mean over its skills
    level: float
    learners: float  # behind the calibration

    def __len__(self) -> int:
        return len(self.item)

    def rows(self, chosen: NDArray[np.generic] | slice) -> Prompts:
        columns: dict[str, Any] = {column.name: getattr(self, column.name)[chosen] for column in fields(self)[:-2]}
        return replace(self, **columns)

    @cached_property
    def by_skill(self) -> tuple[Prompts, Codes]:
        """One question of each different set of skills, and which of them each question belongs to [q]."""
        _, first, which = np.unique(self.skills, axis=0, return_index=True, return_inverse=True)
        return self.rows(first), which.reshape(-1)

    @cached_property
    def by_modality(self) -> tuple[Keys, Codes]:
        """The different modalities [m], and which of them each question is of [q]."""
        return np.unique(self.modality, return_inverse=True)


@dataclass(frozen=True)
class Table:
    """Normal posteriors by key, sorted by key."""

    key: Keys  # [n]
    mean: Numbers  # [n]
    sd: Numbers  # [n]
    answers: Numbers  # [n]

    @cached_property
    def _places(self) -> dict[int, int]:
        return {key: place for place, key in enumerate(self.key.tolist())}

    def at(self, key: int, sd: float) -> tuple[float, float, float]:
        """Return (mean, sd, answers) of one key; of an unknown one (0, `sd`, 0)."""
        place = self._places.get(key)
        if place is None:
            return 0.0, sd, 0.0
        return float(self.mean[place]), float(self.sd[place]), float(self.answers[place])

    def find(self, keys: Keys, sd: float) -> tuple[Numbers, Numbers, Numbers]:
        """Return (mean, sd, answers) of each key; of unknown ones (0, `sd`, 0)."""
        if not len(self.key):
            return np.zeros(keys.shape), np.full(keys.shape, sd), np.zeros(keys.shape)
        slot = np.minimum(np.searchsorted(self.key, keys), len(self.key) - 1)
        found = self.key[slot] == keys
        return (
            np.where(found, self.mean[slot], 0.0),
            np.where(found, self.sd[slot], sd),
            np.where(found, self.answers[slot], 0.0),
        )


STAGES = np.array([1, 2, 4, 7, 13, 26, 60])  # answers known at which the weights change


def stage_of(answered: Numbers) -> Codes:
    """Return the stage that a learner with so many answers is in.  [q]"""
    return np.searchsorted(STAGES, answered, side="right")


FAR = 10  # answers between, from which on a prediction is one of the far future


def distance_of(between: Codes) -> Codes:
    """Return 0 for the very next answer, 1 where a few unknown ones come before it, 2 where many do.  [q]"""
    return np.minimum(between, 1) + (between >= FAR)


STAGED = (3, len(STAGES) + 1, 3)
ARRAYS = ("stages", "head")
SPREADS = (
    "level_sd",
    "ability_sd",
    "effect_sd",
    "skill_sd",
    "item_sd",
    "author_slope_sd",
    "ability_floor",
    "effect_floor",
)
NOTHING = Table(np.zeros(0, np.uint64), np.zeros(0), np.zeros(0), np.zeros(0))


@dataclass(frozen=True)
class Calibration:
    """One course's posteriors, and how its answers bend the tutor's predictions.

    `items` are deviations from what their skills and their author's difficulty predict. The served logit is
    slope * ((1 - network_weight) * classic + network_weight * network) + shift; `stages` adds to these three (the
    classic's weight, the network's, the shift) by how many answers are known, for the first answers in a course go
    differently from the later ones; for the next answer, the near and the far future apart. `head` is what the course
    adds to the network's last layer.
    """

    population: Population
    level: float
    level_sd: float
    author_slope: float
    learners: int = 0
    network_weight: float = 0.5
    slope: float = 1.0
    shift: float = 0.0
    stages: Numbers = field(default_factory=lambda: np.zeros(STAGED))  # [3, stages, 3] by distance
    head: Numbers = field(default_factory=lambda: np.zeros((3, 0)))  # [3, h] by distance, or empty
    items: Table = NOTHING
    skills: Table = NOTHING

    @property
    def whole(self) -> Numbers:
        """The classic's weight, the network's, and the shift, over all stages.  [3]"""
        network = self.slope * self.network_weight
        return np.array([self.slope - network, network, self.shift])

    def weights_after(self, answered: Numbers, distance: Codes) -> Numbers:
        """Return (the classic's weight, the network's, the shift) after so many answers [q].  [q, 3]

        `distance` [q or 1] as in `distance_of`.
        """
        return self.whole + self.stages[distance, stage_of(answered)]

    def weigh(self, questions: Questions) -> Prompts:
        """Look up how hard these questions are believed to be."""
        present = questions.skills != NOBODY
        count = present.sum(1)
        share = present / np.maximum(count, 1)[:, None]
        skill_mean, skill_sd, skill_answers = self.skills.find(questions.skills, self.population.skill_sd)
        of_skills = (skill_mean * share).sum(1)
        skills_variance = (skill_sd**2 * share**2).sum(1) + np.where(count > 0, 0.0, self.population.skill_sd**2)
        item_mean, item_sd, item_answers = self.items.find(questions.item, self.population.item_sd)
        is_authored = ~np.isnan(questions.difficulty)
        authored = np.where(is_authored, (questions.difficulty - 3.0) / 2.0, 0.0)
        difficulty = of_skills + item_mean + 2.0 * self.author_slope * authored
        return Prompts(
            item=questions.item,
            skills=questions.skills,
            modality=questions.modality,
            skill_count=count.astype(np.float64),
            authored=authored,
            is_authored=is_authored.astype(np.float64),
            base=self.level - difficulty,
            sd=np.sqrt(item_sd**2 + skills_variance),
            item_answers=item_answers,
            skill_base=self.level - of_skills,
            skill_sd=np.sqrt(skills_variance),
            skill_answers=(skill_answers * share).sum(1),
            level=self.level,
            learners=float(self.learners),
        )

    def to_bytes(self) -> bytes:
        """Serialize; about 32 bytes for each item and skill."""
        tables = {"items": self.items, "skills": self.skills}
        arrays = {
            f"{name}.{column.name}": np.ascontiguousarray(getattr(table, column.name))
            for name, table in tables.items()
            for column in fields(Table)
        }
        known = ("population", *ARRAYS, *tables)
        numbers = {c.name: getattr(self, c.name) for c in fields(self) if c.name not in known}
        arrays |= {name: np.ascontiguousarray(getattr(self, name)) for name in ARRAYS}
        header = json.dumps({"version": 3, "population": asdict(self.population), **numbers})
        return save(arrays, metadata={"calibration": header})

    @staticmethod
    def from_bytes(data: bytes) -> Calibration:
        """Read what `to_bytes` wrote. Raises ValueError when these are not such bytes."""
        try:
            size = int.from_bytes(data[:8], "little")
            header = json.loads(json.loads(data[8 : 8 + size])["__metadata__"]["calibration"])
            arrays = load(data)
            tables: dict[str, Any] = {name: _table(arrays, name) for name in ("items", "skills")}
            if header.pop("version") != 3:
                raise ValueError("not of this version")
            tables |= {name: _finite(arrays, name) for name in ARRAYS}
            population = Population(**_all_numbers(header.pop("population")))
            if min(getattr(population, name) for name in SPREADS) <= 0.0:
                raise ValueError("population: standard deviations and floors are above 0")
            calibration = Calibration(population=population, **_all_numbers(header), **tables)
        except (ValueError, KeyError, TypeError, SafetensorError) as problem:
            raise ValueError(f"calibration: {problem}") from problem
        return calibration


def uncalibrated(population: Population, network_weight: float = 0.5, stages: Numbers | None = None) -> Calibration:
    """Return what is known of a course that nobody has taken: the priors."""
    return Calibration(
        population,
        level=population.level,
        level_sd=population.level_sd,
        author_slope=population.author_slope,
        network_weight=network_weight,
        stages=np.zeros(STAGED) if stages is None else stages,
    )


def _table(arrays: dict[str, Any], name: str) -> Table:
    table = Table(*(arrays[f"{name}.{column.name}"] for column in fields(Table)))
    lengths = {len(getattr(table, column.name)) for column in fields(Table)}
    if len(lengths) != 1 or table.key.dtype != np.uint64:
        raise ValueError(f"{name}: columns do not fit together")
    if not all(np.isfinite(column).all() for column in (table.mean, table.sd, table.answers)):
        raise ValueError(f"{name}: not finite")
    return table


def _all_numbers(known: dict[str, Any]) -> dict[str, Any]:
    for name, value in known.items():
        if isinstance(value, bool) or not isinstance(value, int | float) or not np.isfinite(value):
            raise ValueError(f"{name}: expected a number, got {value!r:.40}")
    return known


def _finite(arrays: dict[str, Any], name: str) -> Numbers:
    array: Numbers = arrays[name]
    if array.shape[0] != STAGED[0] or (name == "stages" and array.shape != STAGED) or not np.isfinite(array).all():
        raise ValueError(f"{name}: expected finite numbers for each distance")
    return array
