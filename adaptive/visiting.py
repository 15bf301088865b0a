"""A visit to a module ends when its skills are known, or when going on would not help: nobody is kept for ever."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Max

from adaptive.adapting import Standing
from adaptive.mastery import KNOWN_CHANCE, SkillBelief
from adaptive.models import Aim
from adaptive.progress import Ending
from adaptive.progress_rows import ModuleProgress
from adaptive.syllabus import ModuleEntry, VariantEntry, syllabus_of
from courses.models import Difficulty, InteractionKind, Presentation, Purpose

FEWEST_ANSWERS = 3  # before we say that a module is known
MOST_ANSWERS = 8  # in one visit
STRUGGLING_AFTER, STRUGGLING_SHARE = 4, 0.35  # answers, and at most this share of them right
HALF, WRONG_IN_A_ROW = 0.5, 2  # where fewer are right, or so many wrong in the end, nothing is called known
MOST_VISITS = 3  # to learn one module, before the learner is let go on
REVIEW_ANSWERS = 3


@dataclass(frozen=True)
class Place:
    """Which question of a visit this is, and how many there will be at most."""

    number: int
    most: int


def place_of(shown: Presentation) -> Place | None:
    """Return where in the visit a question stands that waits for its answer; None where nobody can say."""
    module = syllabus_of(shown.enrollment).modules.get(shown.module_id)
    if module is None:
        return None
    entries = shown.enrollment.interactions.filter(module=shown.module_id)
    opened = entries.filter(kind=InteractionKind.OPENED).aggregate(last=Max("sequence"))["last"] or 0
    number = entries.answers().after(opened).count() + 1
    most = most_answers(module, Aim.REVIEW if shown.purpose == Purpose.REVIEW else Aim.LEARN)
    return Place(number, most) if number <= most else None


def most_answers(module: ModuleEntry, aim: Aim) -> int:
    """Return after how many answers a visit ends, whatever they are."""
    questions = len(module.questions)
    return min(REVIEW_ANSWERS, questions) if aim == Aim.REVIEW else min(MOST_ANSWERS, max(questions, FEWEST_ANSWERS))


def ending_of(standing: Standing, module: ModuleEntry, aim: Aim) -> str:
    """Return how the visit to this module ends now; "" while it goes on."""
    done, questions = standing.progress.module(module.id), len(module.questions)
    if not questions:
        return Ending.READ
    if aim == Aim.REVIEW:
        return Ending.REVIEWED if done.now_answered >= most_answers(module, aim) else ""
    if done.now_answered >= min(FEWEST_ANSWERS, questions) and is_known(standing, module) and not is_doubtful(done):
        return Ending.KNOWN
    if done.answered >= MOST_VISITS * MOST_ANSWERS and not done.done:
        return Ending.ENOUGH  # however often the visits were broken off
    if done.now_answered >= most_answers(module, aim) or is_struggling(standing, module):
        return Ending.AGAIN if deserves_another_try(standing, module) else Ending.ENOUGH
    return ""


def is_doubtful(visit: ModuleProgress) -> bool:
    """The answers of this visit speak against what is believed: fewer than half are right, or the last ones wrong."""
    return visit.now_right < HALF * visit.now_answered or visit.now_wrong >= WRONG_IN_A_ROW


def surety_of(standing: Standing, module: ModuleEntry, then: Mapping[int, SkillBelief]) -> float:
    """Return how sure it was that each skill of the module is known; that of the least sure one.

    What was believed `then` of some skills counts, and of others what is believed now.
    """
    beliefs = standing.beliefs(_asked_skills(module)) | dict(then)
    return min((beliefs[skill].surety(KNOWN_CHANCE) for skill in _asked_skills(module)), default=0.0)


def is_known(standing: Standing, module: ModuleEntry) -> bool:
    """Every skill that the module's questions ask for is known."""
    return all(belief.is_known for belief in standing.beliefs(_asked_skills(module)).values())


def _asked_skills(module: ModuleEntry) -> list[int]:
    return sorted({skill for question in module.questions for skill in question.skills} & set(module.skills))


def is_struggling(standing: Standing, module: ModuleEntry) -> bool:
    done = standing.progress.module(module.id)
    return done.now_answered >= STRUGGLING_AFTER and done.now_right <= STRUGGLING_SHARE * done.now_answered


def deserves_another_try(standing: Standing, module: ModuleEntry) -> bool:
    return standing.progress.module(module.id).visits + 1 < MOST_VISITS and bool(other_ways(standing, module))


def other_ways(standing: Standing, module: ModuleEntry) -> list[VariantEntry]:
    """Return the variants not seen yet that are no harder than the last one seen."""
    seen = standing.progress.module(module.id).seen
    last = module.variant(seen[-1]) if seen else None
    hardest = last.difficulty if last else Difficulty.DEMANDING
    return [variant for variant in module.variants if variant.id not in seen and variant.difficulty <= hardest]
