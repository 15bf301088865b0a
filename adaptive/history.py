"""Rows as the numbers of mlcore. Nothing else translates between the two.

A question is known to mlcore by its primary key, which stays when the question is edited; a skill by its own.
"""

from collections.abc import Iterable, Sequence

from adaptive.syllabus import ModuleEntry, QuestionEntry, Syllabus, VariantEntry
from courses.models import Interaction, InteractionKind, QuestionVersion
from mlcore.answers import Answer, Item


def answers_in(events: Iterable[Interaction], syllabus: Syllabus) -> list[Answer]:
    """Return the answers among these entries of a log, in their order. Needs their question versions."""
    return [answer_of(event, syllabus) for event in events if event.kind == InteractionKind.ANSWERED]


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
        at=event.at.timestamp(),
    )


def skills_of(version: QuestionVersion, syllabus: Syllabus) -> list[int]:
    """Return the skills that the question asked for when it was shown."""
    return [syllabus.skill_of[slug] for slug in version.content["skills"] if slug in syllabus.skill_of]


def items_of(questions: Sequence[QuestionEntry], modality: str | None) -> list[Item]:
    """Return questions as things that could be asked, after learning in this modality."""
    return [Item(question.id, question.skills, question.difficulty, modality) for question in questions]


def item_of(module: ModuleEntry, variant: VariantEntry | None) -> Item:
    """Return a module in one of its variants as something that could be asked: a question as hard as the variant."""
    if variant is None:
        return Item(f"module {module.id}", module.skills)
    return Item(f"variant {variant.id}", module.skills, variant.difficulty, variant.modality)
