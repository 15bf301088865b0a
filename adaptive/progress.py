"""What a learner did, as far as the next choice needs it: a fold of the log that knows no network.

It stays small however long the log gets: a few numbers for each module, question, skill and way of learning.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from adaptive.progress_rows import ModuleProgress, PlacementProgress, QuestionProgress, SkillProgress
from courses.marking import has_passed
from courses.models import Interaction, InteractionKind, Purpose
from mlcore.effects.credit import Answered, ArmProgress, Lesson, give_credit, methods_of
from mlcore.laws import USUAL, Law
from mlcore.refusals import Reason, Refusal, Unwanted, Wish, banned_for, levels_after, refuse, take_back
from mlcore.retention import PACES

RIGHT = 0.5  # a score from here on counts as right
PACE_STEP, FASTEST = 0.5, 2.0
SCALARS = ("current", "closed", "left", "wish", "pace", "visits", "now_on", "before_on")
STEPS_KEPT, KINDS_KEPT, HURRIES_KEPT = 19, 9, 3  # of the latest, by which the guard against narrow fare goes


class Ending:
    """How a visit to a module ends."""

    KNOWN = "known"  # its skills are known well enough
    ENOUGH = "enough"  # not known for sure, but tried honestly: let go on
    AGAIN = "again"  # to be tried another way
    READ = "read"  # there was nothing to answer
    REVIEWED = "reviewed"
    PLACED = "placed"  # never visited: its skills seem known from a placement test
    SKIPPED = "skipped"  # a placement test that nobody wanted
    ANEW = "anew"  # no ending, but the beginning of a placement test that is not the first
    DONE = (KNOWN, ENOUGH, READ)


@dataclass
class Progress:
    """Everything of one enrollment. `take_in` is the fold."""

    modules: dict[int, ModuleProgress] = field(default_factory=dict)
    questions: dict[int, QuestionProgress] = field(default_factory=dict)
    skills: dict[int, SkillProgress] = field(default_factory=dict)
    arms: dict[str, ArmProgress] = field(default_factory=dict)  # what each way of learning earned
    lessons: dict[int, Lesson] = field(default_factory=dict)  # how each skill was learned last
    visits: int = 0  # that began
    now_on: list[int] = field(default_factory=list)  # skills asked for in the latest visit
    before_on: list[int] = field(default_factory=list)  # and in the one before it
    current: int = 0  # module that was opened last, until it is finished
    closed: int = 0  # entry of the log that closed the latest offer
    left: int = 0  # module that was finished last
    steps: list[tuple[int, str]] = field(default_factory=list)  # module and modality of those begun, the latest last
    kinds: list[str] = field(default_factory=list)  # of the questions answered, the latest last
    wish: dict[str, Any] = field(default_factory=dict)  # what the next offer must respect
    refused: list[Refusal] = field(default_factory=list)  # each way at most once, the latest last
    pace: float = 0.0  # above 0 for harder, below for easier, as asked
    hurries: list[int] = field(default_factory=list)  # entries that found something too long, the latest last
    memory: list[float] = field(default_factory=lambda: [0.0] * len(PACES))  # what answers told of each of PACES
    placement: PlacementProgress = field(default_factory=PlacementProgress)
    law: Law = USUAL  # by which what is remembered was folded

    @classmethod
    def from_json(cls, data: dict[str, Any], law: Law = USUAL) -> Self:
        """Raises KeyError for what an earlier version or another law kept: it has to be folded again."""
        if data.get("law", []) != law.as_json():
            raise KeyError("law")
        progress = cls(**{key: data[key] for key in SCALARS if key in data}, law=law)
        progress.modules = {int(key): ModuleProgress.from_json(row) for key, row in data.get("modules", {}).items()}
        progress.questions = {int(key): QuestionProgress(*row) for key, row in data.get("questions", {}).items()}
        progress.skills = {int(key): SkillProgress.from_json(row) for key, row in data.get("skills", {}).items()}
        progress.arms = {key: ArmProgress(*row) for key, row in data["arms"].items()}
        progress.lessons = {int(key): Lesson(*row) for key, row in data["lessons"].items()}
        progress.steps = [(module, modality) for module, modality in data["steps"]]
        progress.kinds, progress.memory = list(data["kinds"]), list(data["memory"])
        progress.hurries = list(data["hurries"])
        progress.refused = [Refusal(*row) for row in data["refused"]]
        progress.placement = PlacementProgress.from_json(data["placement"])
        return progress

    def as_json(self) -> dict[str, Any]:
        return {
            "modules": {str(key): row.as_json() for key, row in self.modules.items() if row != ModuleProgress()},
            "questions": {str(key): [q.times, q.score, q.last] for key, q in self.questions.items()},
            "skills": {str(key): row.as_json() for key, row in self.skills.items()},
            "arms": {key: list(asdict(row).values()) for key, row in self.arms.items()},
            "lessons": {str(key): list(asdict(row).values()) for key, row in self.lessons.items()},
            "visits": self.visits,
            "now_on": self.now_on,
            "before_on": self.before_on,
            "steps": [list(step) for step in self.steps],
            "kinds": self.kinds,
            "current": self.current,
            "closed": self.closed,
            "left": self.left,
            "wish": self.wish,
            "refused": [list(refusal) for refusal in self.refused],
            "pace": self.pace,
            "hurries": self.hurries,
            "memory": self.memory,
            "placement": self.placement.as_json(),
            "law": self.law.as_json(),
        }

    def module(self, module_id: int | None) -> ModuleProgress:
        """What was done in a module; to be changed, if need be."""
        return self.modules.setdefault(module_id or 0, ModuleProgress())

    def unwanted_in(self, module_id: int, now: int) -> Unwanted:
        """What the learner does not want of a module; `now` is the entry of the log at which that is asked."""
        asked = self.module(module_id)
        refused = [one for one in self.refused if one.module == module_id]
        return Unwanted(refused, now, asked.banned_until, asked.easiest, asked.hardest)

    @property
    def has_begun(self) -> bool:
        """Whether any step was opened, answered or asked for: answers to a placement test are none of a step."""
        return self.has_opened or self.closed > 0

    @property
    def has_opened(self) -> bool:
        return any(module.opened or module.answered for module in self.modules.values())

    @property
    def has_done_anything(self) -> bool:
        """Whether any question was answered, those of a placement test among them, or a module finished."""
        return bool(self.questions) or any(module.visits for module in self.modules.values())

    def take_in(self, event: Interaction, skills: Sequence[int], modality: str | None) -> None:
        """Fold one entry of the log. `skills` are those of its question or lesson, `modality` that of its variant."""
        if event.kind == InteractionKind.PLACED:
            self._take_in_placement(event)
        if event.module_id is None:
            return
        self.module(event.module_id).last = event.sequence
        match event.kind:
            case InteractionKind.OPENED:
                self._take_in_opening(event, skills, modality)
            case InteractionKind.ANSWERED:
                self._take_in_answer(event, skills, modality)
            case InteractionKind.FINISHED:
                self._take_in_ending(event)
            case InteractionKind.OVERRODE:
                self._take_in_wish(event)

    def methods(self, skill: int, at: int, just_on: Sequence[int]) -> list[str]:
        """When and in which order a skill is practiced at this second, after a visit to these skills."""
        practiced = self.skills.get(skill)
        return methods_of(practiced.at if practiced else 0, at, skill in just_on)

    def _take_in_opening(self, event: Interaction, skills: Sequence[int], modality: str | None) -> None:
        self.current = event.module_id or 0
        self.visits, self.before_on, self.now_on = self.visits + 1, self.now_on or self.before_on, []
        module = self.module(event.module_id)
        module.opened, module.put_off = module.opened + 1, 0
        module.begin_visit()
        self.steps = [*self.steps, (self.current, modality or "")][-STEPS_KEPT:]
        if event.variant_id:
            module.seen = [variant for variant in module.seen if variant != event.variant_id] + [event.variant_id]
            for skill in skills:
                practiced = self.skills.setdefault(skill, SkillProgress())
                practiced.record = practiced.record.after_lesson()

    def _take_in_answer(self, event: Interaction, skills: Sequence[int], modality: str | None) -> None:
        score = event.score or 0.0
        if event.question_version:
            asked = self.questions.setdefault(event.question_version.question_id, QuestionProgress())
            asked.times, asked.score, asked.last = asked.times + 1, score, event.sequence
            self.kinds = [*self.kinds, event.question_version.kind][-KINDS_KEPT:]
        if event.presentation and event.presentation.purpose == Purpose.PLACEMENT:
            self._take_in_placing(event, skills, score)
            return
        if score < RIGHT:
            self._take_back(skills)
        module = self.module(event.module_id)
        module.answered, module.right = module.answered + 1, round(module.right + score, 4)
        module.now_answered, module.now_right = module.now_answered + 1, round(module.now_right + score, 4)
        module.now_wrong = module.now_wrong + 1 if score < RIGHT else 0
        at = int(event.at.timestamp())
        predicted = event.presentation.predicted if event.presentation else None
        if predicted is not None:
            answered = Answered(at, self.visits, modality or "", score - predicted)
            methods = {skill: self.methods(skill, at, self.before_on) for skill in skills}
            give_credit(self.arms, self.lessons, answered, methods)
        self.now_on = sorted({*self.now_on, *skills})
        for skill in skills:
            self._practice(skill, score, event.at.timestamp())

    def _practice(self, skill: int, score: float, at: float) -> None:
        practiced = self.skills.setdefault(skill, SkillProgress())
        told = practiced.record.tells_of_pace(score, at, self.law)
        if told.any():
            self.memory = [round(sum(pair), 4) for pair in zip(self.memory, told.tolist(), strict=True)]
        practiced.answers, practiced.right = practiced.answers + 1, round(practiced.right + score, 4)
        practiced.record = practiced.record.after_answer(score, at, self.law)

    def _take_in_placing(self, event: Interaction, skills: Sequence[int], score: float) -> None:
        """An answer in a placement test is none of a step."""
        question = event.question_version.question_id if event.question_version else 0
        self.placement.answers.append((question, score, has_passed(event.response)))
        for skill in skills:
            self._practice(skill, score, event.at.timestamp())

    def _take_in_placement(self, event: Interaction) -> None:
        """End the placement test. Modules whose skills seem known count as done, until an answer says otherwise.

        What an earlier test found counts until then, and on if nobody wanted the new one.
        """
        because = event.response.get("because", Ending.SKIPPED)
        if because == Ending.ANEW:
            self.placement = PlacementProgress(known=self.placement.known, is_anew=True)
            return
        self.placement.at, self.placement.ended = int(event.at.timestamp()), because
        if because == Ending.PLACED:
            known = event.response.get("known", {})
            self._place({int(skill): list(modules) for skill, modules in known.items()}, event.at.timestamp())
        self.closed, self.wish = event.sequence, {}

    def _place(self, known: dict[int, list[int]], at: float) -> None:
        """Let these skills seem known, each with the modules that count as done because of it, and no others."""
        self._take_back(list(self.placement.known))
        self.placement.known = known
        for skill in known:
            practiced = self.skills.setdefault(skill, SkillProgress())
            practiced.record = practiced.record.seeming_known(at)
        for module in {module for modules in known.values() for module in modules}:
            if not self.module(module).done:
                placed = self.module(module)
                placed.done, placed.ended, placed.ended_at = True, Ending.PLACED, at
        if self.current and self.module(self.current).done:
            self.current = 0

    def _take_back(self, skills: Sequence[int]) -> None:
        """Skills answered wrong do not seem known any more; modules that nobody visited are to be done again."""
        for module in [module for skill in skills for module in self.placement.known.pop(skill, ())]:
            if self.module(module).ended == Ending.PLACED:
                self.module(module).done, self.module(module).ended = False, ""

    def _take_in_ending(self, event: Interaction) -> None:
        module = self.module(event.module_id)
        module.visits += 1
        module.ended = event.response.get("because", Ending.ENOUGH)
        module.ended_at = event.at.timestamp()
        module.done = module.done or module.ended in Ending.DONE
        module.ended_answered, module.ended_right = module.now_answered, module.now_right
        module.begin_visit()
        if self.wish.get("reason") in Reason.OTHERWISE and self.wish["module"] == event.module_id:
            module.banned_until = 0  # what came in its place was the same module otherwise
        self.closed, self.left, self.wish = event.sequence, event.module_id or 0, {}
        if self.current == self.left:
            self.current = 0

    def _take_in_wish(self, event: Interaction) -> None:
        wish, level = event.response.get("wish"), event.response.get("difficulty")
        reason = event.response.get("reason", "") if wish == Wish.NOT_THIS_ONE else ""
        module = self.module(event.module_id)
        module.put_off = event.sequence if reason == Reason.LATER else 0
        if wish == Wish.NOT_THIS_ONE:
            module.banned_until = event.sequence + banned_for(reason)
        elif wish == Wish.THIS_ONE:
            module.banned_until = 0
            self.refused = take_back(self.refused, event.module_id or 0)
        elif wish == Wish.TOO_EASY:
            self.pace = min(self.pace + PACE_STEP, FASTEST)
        elif wish == Wish.TOO_HARD:
            self.pace = max(self.pace - PACE_STEP, -FASTEST)
        if reason == Reason.LONG:
            self.hurries = [*self.hurries, event.sequence][-HURRIES_KEPT:]
        module.easiest, module.hardest = levels_after(str(wish), level, (module.easiest, module.hardest))
        if wish in Wish.REFUSING:
            meant = Wish.ANOTHER_WAY if reason == Reason.WAY else wish
            refusal = Refusal(event.module_id or 0, event.variant_id or 0, event.sequence, meant)
            self.refused = refuse(self.refused, refusal)
        self.closed = event.sequence
        self.wish = {"wish": wish, "module": event.module_id, "variant": event.variant_id, "reason": reason}
