"""The tables of a learning management system that has never heard of adaptation."""

from courses.models.content import Course, CourseEdition, Difficulty, Modality, Module, Skill, Variant
from courses.models.interactions import (
    Interaction,
    InteractionKind,
    InteractionQuerySet,
    OutboxEntry,
    Presentation,
    Purpose,
)
from courses.models.loaded import LoadedContent
from courses.models.people import Cohort, Enrollment, Need, User
from courses.models.questions import Question, QuestionKind, QuestionVersion

__all__ = [
    "Cohort",
    "Course",
    "CourseEdition",
    "Difficulty",
    "Enrollment",
    "Interaction",
    "InteractionKind",
    "InteractionQuerySet",
    "LoadedContent",
    "Modality",
    "Module",
    "Need",
    "OutboxEntry",
    "Presentation",
    "Purpose",
    "Question",
    "QuestionKind",
    "QuestionVersion",
    "Skill",
    "User",
    "Variant",
]
