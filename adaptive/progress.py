"""What a learner did, as far as the next choice needs it: a fold of the log that knows no network.

It stays small however long the log gets: a few numbers for each module, question, skill and modality.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Self

from courses.marking import has_passed
from courses.models import Interaction, InteractionKind, Purpose

RIGHT = 0.5  # a score from here on counts as right
BANNED_FOR = 15  # entries of the log after "Not this one"
PACE_STEP, FASTEST = 0.5, 2.0
STEPS_KEPT, KINDS_KEPT = 19, 9  # of the latest, by which the guard against narrow fare goes


class Wish:
    """What a learner can ask for instead of what was offered."""

    TOO_EASY = "too-easy"
    TOO_HARD = "too-hard"
    ANOTHER_WAY = "another-way"
    NOT_THIS_ONE = "not-this-one"
    THIS_ONE = "this-one"
    REVIEW = "review"
    ALL = (TOO_EASY, TOO_HARD, ANOTHER_WAY, NOT_THIS_ONE, THIS_ONE, REVIEW)


class Ending:
    """How a visit to a module ends."""

    KNOWN = "known"  # its skills are known well enough
    ENOUGH = "enough"  # not known for sure, but tried honestly: let go on
    AGAIN = "again"  # to be tried another way
    READ = "read"  # there was nothing to answer
    REVIEWED = "reviewed"
    PLACED = "placed"  # never visited: its skills seem known from a placement test
    SKIPPED = "skipped"  # a placement test that nobody wanted
    DONE = (KNOWN, ENOUGH, READ)


@dataclass
class ModuleProgress:
    opened: int = 0
    visits: int = 0  # that came to an end
    answered: int = 0
    right: float = 0.0
    now_answered: int = 0  # in the visit that goes on
    now_right: float = 0.0
    ended_answered: int = 0  # in the latest visit that came to an end
    ended_right: float = 0.0
    seen: list[int] = field(default_factory=list)  # variants, the latest last
    ended: str = ""  # how the latest visit did
    done: bool = False
    last: int = 0  # entry of the log
    banned_until: int = 0
    easiest: int = 1  # difficulties asked for
    hardest: int = 5


@dataclass
class QuestionProgress:
    times: int = 0
    score: float = 0.0  # the last
    last: int = 0  # entry of the log


@dataclass
class SkillProgress:
    answers: int = 0
    right: float = 0.0
    streak: int = 0  # right answers since the last wrong one, on different days
    day: int = 0  # of the last answer, since 1970
    at: int = 0  # second of the last answer


@dataclass
class ModalityProgress:
    answers: int = 0
    surprise: float = 0.0  # sum of scores minus what was predicted


@dataclass
class PlacementProgress:
    """A placement test: what was answered in it, and once it ended, how, and what it found."""

    answers: list[tuple[int, float, bool]] = field(default_factory=list)  # question, score, "I don't know yet"
    ended: str = ""
    known: dict[int, list[int]] = field(default_factory=dict)  # a skill that seems known -> modules done because of it
    at: int = 0  # second of its end


@dataclass
class Progress:
    """Everything of one enrollment. `take_in` is the fold."""

    modules: dict[int, ModuleProgress] = field(default_factory=dict)
    questions: dict[int, QuestionProgress] = field(default_factory=dict)
    skills: dict[int, SkillProgress] = field(default_factory=dict)
    modalities: dict[str, ModalityProgress] = field(default_factory=dict)
    current: int = 0  # module that was opened last, until it is finished
    closed: int = 0  # entry of the log that closed the latest offer
    left: int = 0  # module that was finished last
    steps: list[tuple[int, str]] = field(default_factory=list)  # module and modality of those begun, the latest last
    kinds: list[str] = field(default_factory=list)  # of the questions answered, the latest last
    wish: dict[str, Any] = field(default_factory=dict)  # what the next offer must respect
    pace: float = 0.0  # above 0 for harder, below for easier, as asked
    placement: PlacementProgress = field(default_factory=PlacementProgress)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Raises KeyError for what an earlier version kept: it has to be folded again."""
        progress = cls(**{key: data[key] for key in ("current", "closed", "left", "wish", "pace") if key in data})
        progress.modules = {int(key): _unpacked(ModuleProgress, row) for key, row in data.get("modules", {}).items()}
        progress.questions = {int(key): QuestionProgress(*row) for key, row in data.get("questions", {}).items()}
        progress.skills = {int(key): SkillProgress(*row) for key, row in data.get("skills", {}).items()}
        progress.modalities = {key: ModalityProgress(*row) for key, row in data.get("modalities", {}).items()}
        progress.steps = [(module, modality) for module, modality in data["steps"]]
        progress.kinds = list(data["kinds"])
        answers, ended, known, at = data.get("placement", ([], "", {}, 0))
        placed = {int(skill): modules for skill, modules in known.items()}
        progress.placement = PlacementProgress([(q, score, passed) for q, score, passed in answers], ended, placed, at)
        return progress

    def as_json(self) -> dict[str, Any]:
        return {
            "modules": {str(key): _packed(row) for key, row in self.modules.items() if row != _NEW},
            "questions": {str(key): [q.times, q.score, q.last] for key, q in self.questions.items()},
            "skills": {str(key): list(asdict(row).values()) for key, row in self.skills.items()},
            "modalities": {key: [row.answers, row.surprise] for key, row in self.modalities.items()},
            "steps": [list(step) for step in self.steps],
            "kinds": self.kinds,
            "current": self.current,
            "closed": self.closed,
            "left": self.left,
            "wish": self.wish,
            "pace": self.pace,
            "placement": list(asdict(self.placement).values()),
        }

    def module(self, module_id: int | None) -> ModuleProgress:
        """What was done in a module; to be changed, if need be."""
        return self.modules.setdefault(module_id or 0, ModuleProgress())

    @property
    def has_begun(self) -> bool:
        """Whether any step was opened, answered or asked for: answers to a placement test are none of a step."""
        return self.has_opened or self.closed > 0

    @property
    def has_opened(self) -> bool:
        return any(module.opened or module.answered for module in self.modules.values())

    def take_in(self, event: Interaction, skills: Sequence[int], modality: str | None) -> None:
        """Fold one entry of the log. `skills` are those of its question, `modality` that of its variant."""
        if event.kind == InteractionKind.PLACED:
            self._take_in_placement(event)
        if event.module_id is None:
            return
        self.module(event.module_id).last = event.sequence
        match event.kind:
            case InteractionKind.OPENED:
                self._take_in_opening(event, modality)
            case InteractionKind.ANSWERED:
                self._take_in_answer(event, skills, modality)
            case InteractionKind.FINISHED:
                self._take_in_ending(event)
            case InteractionKind.OVERRODE:
                self._take_in_wish(event)

    def _take_in_opening(self, event: Interaction, modality: str | None) -> None:
        self.current = event.module_id or 0
        module = self.module(event.module_id)
        module.opened += 1
        module.now_answered, module.now_right = 0, 0.0
        self.steps = [*self.steps, (self.current, modality or "")][-STEPS_KEPT:]
        if event.variant_id:
            module.seen = [variant for variant in module.seen if variant != event.variant_id] + [event.variant_id]

    def _take_in_answer(self, event: Interaction, skills: Sequence[int], modality: str | None) -> None:
        score = event.score or 0.0
        if event.question_version:
            asked = self.questions.setdefault(event.question_version.question_id, QuestionProgress())
            asked.times, asked.score, asked.last = asked.times + 1, score, event.sequence
            self.kinds = [*self.kinds, event.question_version.kind][-KINDS_KEPT:]
        for skill in skills:
            _practice(self.skills.setdefault(skill, SkillProgress()), score, int(event.at.timestamp()))
        if event.presentation and event.presentation.purpose == Purpose.PLACEMENT:
            question = event.question_version.question_id if event.question_version else 0
            self.placement.answers.append((question, score, has_passed(event.response)))
            return
        if score < RIGHT:
            self._take_back(skills)
        module = self.module(event.module_id)
        module.answered, module.right = module.answered + 1, round(module.right + score, 4)
        module.now_answered, module.now_right = module.now_answered + 1, round(module.now_right + score, 4)
        predicted = event.presentation.predicted if event.presentation else None
        if modality and predicted is not None:
            learned = self.modalities.setdefault(modality, ModalityProgress())
            learned.answers, learned.surprise = learned.answers + 1, round(learned.surprise + score - predicted, 4)

    def _take_in_placement(self, event: Interaction) -> None:
        """End the placement test. Modules whose skills seem known count as done, until an answer says otherwise."""
        found = event.response.get("known", {})
        self.placement.at = int(event.at.timestamp())
        self.placement.ended = event.response.get("because", Ending.SKIPPED)
        self.placement.known = {int(skill): list(modules) for skill, modules in found.items()}
        for module in {module for modules in self.placement.known.values() for module in modules}:
            self.module(module).done, self.module(module).ended = True, Ending.PLACED
        self.closed, self.wish = event.sequence, {}

    def _take_back(self, skills: Sequence[int]) -> None:
        """Skills answered wrong do not seem known any more; modules that nobody visited are to be done again."""
        for module in [module for skill in skills for module in self.placement.known.pop(skill, ())]:
            if self.module(module).ended == Ending.PLACED:
                self.module(module).done, self.module(module).ended = False, ""

    def _take_in_ending(self, event: Interaction) -> None:
        module = self.module(event.module_id)
        module.visits += 1
        module.ended = event.response.get("because", Ending.ENOUGH)
        module.done = module.done or module.ended in Ending.DONE
        module.ended_answered, module.ended_right = module.now_answered, module.now_right
        module.now_answered, module.now_right = 0, 0.0
        self.closed, self.left, self.wish = event.sequence, event.module_id or 0, {}
        if self.current == self.left:
            self.current = 0

    def _take_in_wish(self, event: Interaction) -> None:
        wish, level = event.response.get("wish"), event.response.get("difficulty")
        module = self.module(event.module_id)
        if wish == Wish.NOT_THIS_ONE:
            module.banned_until = event.sequence + BANNED_FOR
        elif wish == Wish.TOO_EASY:
            self.pace = min(self.pace + PACE_STEP, FASTEST)
            module.easiest, module.hardest = min((level or 3) + 1, 5), 5
        elif wish == Wish.TOO_HARD:
            self.pace = max(self.pace - PACE_STEP, -FASTEST)
            module.easiest, module.hardest = 1, max((level or 3) - 1, 1)
        self.closed = event.sequence
        self.wish = {"wish": wish, "module": event.module_id, "variant": event.variant_id}


def _practice(skill: SkillProgress, score: float, at: int) -> None:
    day = at // 86_400
    skill.answers, skill.right = skill.answers + 1, round(skill.right + score, 4)
    if score < RIGHT:
        skill.streak = 0
    elif day > skill.day or not skill.streak:
        skill.streak += 1
    skill.day, skill.at = max(day, skill.day), max(at, skill.at)


def _packed(module: ModuleProgress) -> dict[str, Any]:
    """Only what differs from a module never opened."""
    return {c.name: getattr(module, c.name) for c in fields(module) if getattr(module, c.name) != getattr(_NEW, c.name)}


def _unpacked(kind: type[ModuleProgress], row: dict[str, Any]) -> ModuleProgress:
    known = {column.name for column in fields(kind)}
    return kind(**{key: value for key, value in row.items() if key in known})


_NEW = ModuleProgress()
