"""Questions as made-up learners are asked them, and real ones might have been: nothing is read or written."""

from __future__ import annotations

from adaptive.syllabus import QuestionEntry, Syllabus
from courses.models import QuestionVersion


def version_of(question: QuestionEntry, syllabus: Syllabus) -> QuestionVersion:
    """Return the question as it would be shown, as far as the learner model reads it. A draft has no version yet."""
    key = ("version", question.id)
    if key not in syllabus.prepared:
        skills = [syllabus.skills[skill].slug for skill in question.skills]
        content = {"skills": skills, "difficulty": question.difficulty}
        syllabus.prepared[key] = QuestionVersion(pk=question.version, question_id=question.id, content=content)
    version: QuestionVersion = syllabus.prepared[key]
    return version
