"""The log as a table that `python -m mlcore` reads: one row for each answer, learners under pseudonyms."""

import csv
from collections.abc import Iterator
from typing import TextIO

from django.utils.crypto import salted_hmac

from adaptive.history import asked_at, words_of
from adaptive.progress import RIGHT
from courses.models import Course, Interaction, QuestionVersion, Variant
from courses.versions import Content

COLUMNS = (
    "course",
    "learner",
    "order",
    "timestamp",
    "item",
    "skill",
    "correct",
    "score",
    "is_first_attempt",
    "elapsed_ms",
    "hints",
    "modality",
    "author_difficulty",
    "item_text",
)
Row = tuple[object, ...]


def export_interactions(courses: list[Course], file: TextIO, *, with_simulated: bool = False) -> int:
    """Write COLUMNS and a row for each answer in these courses; return how many there are.

    A score is out of 100; half of it counts as correct. Pseudonyms follow from the site's secret key: the same learner
    has the same one in every export, and nobody without the key can tell who it is.
    """
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    written = 0
    for course in courses:
        for row in _rows(course, with_simulated):
            writer.writerow(row)
            written += 1
    return written


def _rows(course: Course, with_simulated: bool) -> Iterator[Row]:
    versions = dict(QuestionVersion.objects.filter(question__module__course=course).values_list("pk", "content"))
    modality_of = dict(Variant.objects.filter(module__course=course).values_list("pk", "modality"))
    answers = Interaction.objects.answers().filter(enrollment__course=course)
    if not with_simulated:
        answers = answers.filter(enrollment__learner__is_simulated=False)
    met: set[tuple[int, int]] = set()
    for event in answers.select_related("enrollment", "question_version").order_by("enrollment", "sequence").iterator():
        version = event.question_version
        if version is None or event.score is None:
            continue
        question = event.enrollment_id, version.question_id
        is_first, content = question not in met, versions[version.pk]
        met.add(question)
        modality = modality_of.get(event.variant_id or 0, "")
        yield _row(course, event, content, (version.question_id, int(is_first), modality))


def _row(course: Course, event: Interaction, content: Content, told: tuple[int, int, str]) -> Row:
    question, is_first, modality = told
    score = event.score or 0.0
    return (
        course.slug,
        pseudonym(str(event.enrollment.learner_id)),
        event.sequence,
        asked_at(event).isoformat(),
        question,
        "~~".join(content["skills"]),
        int(score >= RIGHT),
        round(100 * score, 2),
        is_first,
        "" if event.seconds_spent is None else round(1000 * event.seconds_spent),
        event.hints,
        modality,
        content["difficulty"],
        words_of(content),
    )


def pseudonym(learner: str) -> str:
    """Return a name that tells learners apart and nobody who they are."""
    return salted_hmac("adaptive.exporting", learner, algorithm="sha256").hexdigest()[:16]
