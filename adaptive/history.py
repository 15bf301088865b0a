"""Rows as the numbers of mlcore. Nothing else translates between the two.

A question is known to mlcore by its primary key, which stays when the question is edited; a skill by its own.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from django.conf import settings

from adaptive.progress import RIGHT
from adaptive.syllabus import ModuleEntry, QuestionEntry, Syllabus, VariantEntry
from courses.models import Course, Interaction, InteractionKind, QuestionVersion
from courses.versions import Content
from mlcore.answers import Answer, Item, Name
from mlcore.interactions import UNKNOWN, Codes, Interactions

WORDS = {"text", "left", "right"}  # names under which an answer holds choices, pairs or what is accepted


def answers_in(events: Iterable[Interaction], syllabus: Syllabus) -> list[Answer]:
    """Return the answers among these entries of a log, in their order. Needs their question versions."""
    return [answer_of(event, syllabus) for event in events if event.kind == InteractionKind.ANSWERED]


def histories_in(course: Course, syllabus: Syllabus) -> dict[int, list[Answer]]:
    """Return the first answers to each question in a course, by enrollment; of made-up learners only in a demo."""
    versions = {version.pk: version for version in QuestionVersion.objects.filter(question__module__course=course)}
    answers = Interaction.objects.answers().filter(enrollment__course=course)
    if not settings.DEMO:
        answers = answers.filter(enrollment__learner__is_simulated=False)
    histories: dict[int, list[Answer]] = {}
    met: set[tuple[int, int]] = set()
    for event in answers.order_by("enrollment", "sequence").iterator():
        event.question_version = versions[event.question_version_id or 0]
        question = (event.enrollment_id, event.question_version.question_id)
        if question not in met:
            met.add(question)
            histories.setdefault(event.enrollment_id, []).append(answer_of(event, syllabus))
    return histories


def log_of(name: str, histories: Mapping[int, Sequence[Answer]]) -> Interactions:
    """Return histories as the table that mlcore trains on. Half a point counts as right."""
    answers = [answer for history in histories.values() for answer in history]
    lengths = [len(history) for history in histories.values()]
    items, item = _codes([answer.item for answer in answers])
    skills, first_skill = _codes([skill for answer in answers for skill in answer.skills])
    modalities, modality = _codes([answer.modality or "" for answer in answers])
    width = max((len(answer.skills) for answer in answers), default=0)
    return Interactions(
        course=name,
        learner=np.repeat(np.arange(len(lengths)), lengths).astype(np.int64),
        item=item,
        skills=_padded([len(answer.skills) for answer in answers], first_skill, width),
        correct=np.array([float(answer.correct >= RIGHT) for answer in answers]),
        at=np.array([answer.at or 0.0 for answer in answers]),
        seconds=np.array([np.nan if answer.seconds is None else answer.seconds for answer in answers]),
        hints=np.array([float(answer.hints) for answer in answers]),
        modality=modality,
        learner_names=[str(enrollment) for enrollment in histories],
        item_names=items,
        skill_names=skills,
        modality_names=modalities,
    )


def _codes(names: Sequence[Name]) -> tuple[list[str], Codes]:
    """Return the different names, and for each name its place among them."""
    place = {name: n for n, name in enumerate(dict.fromkeys(names))}
    return [str(name) for name in place], np.array([place[name] for name in names], np.int64)


def _padded(counts: Sequence[int], codes: Codes, width: int) -> Codes:
    """Return one row of codes for each count, filled up with UNKNOWN."""
    rows = np.full((len(counts), width), UNKNOWN, np.int64)
    rows[np.arange(width) < np.array(counts, np.int64)[:, None]] = codes
    return rows


def answer_of(event: Interaction, syllabus: Syllabus) -> Answer:
    """Return an answer as it was given: the skills and the difficulty are those of the version that was shown."""
    version = event.question_version
    if version is None or event.score is None:
        raise ValueError(f"{event} is no answer")
    return Answer(
        item=version.question_id,
        skills=skills_of(version, syllabus),
        correct=event.score,
        difficulty=version.content["difficulty"],
        seconds=event.seconds_spent,
        hints=event.hints,
        modality=syllabus.modality_of.get(event.variant_id or 0),
        at=asked_at(event).timestamp(),
    )


def asked_at(event: Interaction) -> datetime:
    """Return when the question of an answer was asked: when it came in would tell how long the answer took."""
    return event.at - timedelta(seconds=event.seconds_spent or 0.0)


def skills_of(version: QuestionVersion, syllabus: Syllabus) -> list[int]:
    """Return the skills that the question asked for when it was shown."""
    return [syllabus.skill_of[slug] for slug in version.content["skills"] if slug in syllabus.skill_of]


def items_of(questions: Sequence[QuestionEntry], modality: str | None) -> list[Item]:
    """Return questions as things that could be asked, after learning in this modality."""
    return [Item(question.id, question.skills, question.difficulty, modality) for question in questions]


def items_in_words(syllabus: Syllabus) -> list[Item]:
    """Return the published questions of a course with their words."""
    entries = {entry.version: entry for module in syllabus.modules.values() for entry in module.questions}
    versions = QuestionVersion.objects.filter(pk__in=entries).values_list("pk", "content")
    return [
        Item(entries[pk].id, entries[pk].skills, entries[pk].difficulty, text=words_of(content))
        for pk, content in versions.order_by("pk")
    ]


def words_of(content: Content) -> str:
    """Return a question's title, its detail and the words of its answer; not its feedback, hints or solution."""
    return "\n".join(filter(None, (content["title"], content["prompt"], *_words_in(content["answer"]))))


def _words_in(answer: Any) -> Iterator[str]:
    if isinstance(answer, list):
        for part in answer:
            yield from _words_in(part)
    elif isinstance(answer, dict):
        for name, part in answer.items():
            if isinstance(part, str) and name in WORDS:
                yield part
            yield from _words_in(part)


def item_of(module: ModuleEntry, variant: VariantEntry | None) -> Item:
    """Return a module in one of its variants as something that could be asked: a question as hard as the variant."""
    if variant is None:
        return Item(f"module {module.id}", module.skills)
    return Item(f"variant {variant.id}", module.skills, variant.difficulty, variant.modality)
