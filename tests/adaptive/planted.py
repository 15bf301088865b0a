"""Small courses in which nothing is wrong, and the same with one defect planted."""

import json
from collections.abc import Callable, Sequence
from itertools import cycle

from courses.models import Course, Modality, Module, Question, QuestionKind, Skill, Variant
from tests.factories import make_skill

NUMBER = {"value": 4.0, "tolerance": 0.0, "is_relative": False, "unit": "", "wrong": []}
CHOICES = [{"text": text, "right": text == "4", "feedback": ""} for text in ("3", "4", "5", "6")]
ANSWERS = {
    QuestionKind.NUMERIC: NUMBER,
    QuestionKind.SHORT_TEXT: {"accepted": ["four"], "case_sensitive": False, "wrong": []},
    QuestionKind.SINGLE_CHOICE: {"choices": CHOICES},
    QuestionKind.TRUE_OR_FALSE: {"is_true": True, "feedback_true": "", "feedback_false": ""},
}
DIFFICULTIES = (1, 2, 2, 3, 3, 4, 2, 3, 4, 5, 1, 3)
WAYS = ((Modality.TEXT, 2), (Modality.WORKED_EXAMPLE, 2), (Modality.TEXT, 4))


def sound_course(slug: str = "counting", modules: int = 3) -> Course:
    """Modules in a row, each with one skill, three variants and twelve questions of four types."""
    course = Course.objects.create(title=slug.capitalize(), slug=slug, subject="numbers")
    before = None
    for place in range(modules):
        skill = make_skill(course, f"skill-{place + 1}", place, before)
        add_module(course, [skill], place)
        before = skill
    return course


def add_module(course: Course, skills: Sequence[Skill], place: int, ways: Sequence[tuple[str, int]] = WAYS) -> Module:
    module = Module(course=course, slug=f"module-{place + 1}", title=f"Module {place + 1}", position=place, minutes=10)
    module.skills.set(skills)
    module.save()
    for modality, difficulty in ways:
        Variant.objects.create(module=module, modality=modality, difficulty=difficulty, body="Read **this**.")
    for skill in skills:
        ask(module, [skill])
    return module


def ask(
    module: Module,
    skills: Sequence[Skill],
    difficulties: Sequence[int] = DIFFICULTIES,
    kinds: Sequence[QuestionKind] = tuple(ANSWERS),
) -> None:
    """Add a question for each of these difficulties, of these types in turn."""
    taken = module.questions.count()
    for number, (difficulty, kind) in enumerate(zip(difficulties, cycle(kinds), strict=False), start=taken):
        answer = json.dumps([{"type": kind, "value": ANSWERS[kind]}])
        question = Question(
            module=module, slug=f"question-{number}", title=f"Question {number}", difficulty=difficulty, answer=answer
        )
        question.skills.set(skills)
        question.save()


def last_module(course: Course) -> Module:
    return course.modules.order_by("-position").first()


def ask_anew(course: Course, **questions: Sequence[object]) -> None:
    """Ask other questions in the last module."""
    module = last_module(course)
    module.questions.all().delete()
    ask(module, list(module.skills.all()), **questions)


def without_questions(course: Course) -> None:
    module = last_module(course)
    module.skills.add(make_skill(course, "skill-9", 9))
    module.save()


def in_a_circle(course: Course) -> None:
    first, last = course.skills.first(), last_module(course).skills.get()
    first.prerequisites.set([last])
    first.save()


def too_few_to_master(course: Course) -> None:
    ask_anew(course, difficulties=(2, 3))


def of_one_type(course: Course) -> None:
    ask_anew(course, kinds=[QuestionKind.NUMERIC])


def too_hard(course: Course) -> None:
    last_module(course).variants.filter(difficulty=2).update(difficulty=5)
    ask_anew(course, difficulties=(5,) * 12)


def soon_used_up(course: Course) -> None:
    ask_anew(course, difficulties=(2, 3, 3))


PLANTED: dict[str, Callable[[Course], None]] = {
    "skill_without_questions": without_questions,
    "circular_prerequisite": in_a_circle,
    "unreachable_mastery": too_few_to_master,
    "one_type_only_path": of_one_type,
    "too_hard_a_jump": too_hard,
    "exhausted_pool": soon_used_up,
}
