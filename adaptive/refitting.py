"""By which law learners of a subject forget: fitted to their answers, and taken where it foretells better."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import numpy as np
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from adaptive.forgetting import forget, law_in, written
from adaptive.models import Forgetting
from adaptive.syllabus import read_syllabus
from courses.models import Course, Interaction, Purpose, QuestionVersion
from mlcore.interactions import Codes, Numbers

# By name and not by import: only who fits loads scipy, a web process never does.
CARDS, FIT, PACES_BY = (
    "mlcore.remembering.reviews.cards_of",
    "mlcore.remembering.judging.refit",
    "mlcore.remembering.judging.paces_by",
)
GROWTH = 1.25  # how many times as many answers another look needs: so states fold anew only seldom
MOST_LEARNERS = 400  # whose answers are looked at, those who came last: more would not change it
DIGITS = 5

Log = tuple[Codes, Codes, Numbers, Numbers]  # learner, skill, second, score of n answers


def refit_laws() -> list[Forgetting]:
    """Look at every subject that has grown enough; return those for which something was judged."""
    courses: dict[str, list[Course]] = defaultdict(list)
    answered = Interaction.objects.answers().values("enrollment__course")
    for course in Course.objects.select_related("edition").filter(pk__in=answered):
        courses[course.subject].append(course)
    judged = [refit_law(subject, of_subject) for subject, of_subject in sorted(courses.items())]
    return [row for row in judged if row]


def refit_law(subject: str, courses: list[Course]) -> Forgetting | None:
    """Fit a law to a subject's answers and serve it if it foretells better; None with too little, or too little new."""
    row = Forgetting.objects.filter(subject=subject).first() or Forgetting(subject=subject)
    log = answers_to(courses)
    if len(log[0]) < GROWTH * row.judged.get("answers", 0):
        return None
    cards = import_string(CARDS)(*_latest(log))
    found = import_string(FIT)(cards, law_in(subject))
    if found is None:
        return None
    with transaction.atomic():
        if found.is_new:
            row.parameters, row.paces = found.law.as_json(), written(import_string(PACES_BY)(cards, found.law))
        row.judged = _judged(found) | {"answers": len(log[0])}
        row.save()
    forget()
    return row


def _judged(found: Any) -> dict[str, Any]:
    """What admins see of a judgment."""
    spans = {"gain": found.gain, "over_usual": found.over_usual}
    told = {name: [round(end, DIGITS) for end in (span.mean, span.low, span.high)] for name, span in spans.items()}
    counts = {"reviews": found.reviews, "learners": found.learners, "is_new": found.is_new}
    return counts | told | {"at": timezone.now().isoformat(timespec="seconds")}


def answers_to(courses: Iterable[Course]) -> Log:
    """Return every answer once for each of its skills; of made-up learners only in a demo.

    None of a placement test: what nobody was taught is not known there, which is not to have forgotten it.
    """
    learners: dict[object, int] = {}
    rows: list[tuple[int, int, float, float]] = []
    for course in courses:
        skill_of = read_syllabus(course).skill_of
        versions = QuestionVersion.objects.filter(question__module__course=course).values_list("pk", "content")
        skills = {pk: [skill_of[slug] for slug in content["skills"] if slug in skill_of] for pk, content in versions}
        answers = Interaction.objects.answers().filter(enrollment__course=course)
        answers = answers.exclude(presentation__purpose=Purpose.PLACEMENT)
        if not settings.DEMO:
            answers = answers.filter(enrollment__learner__is_simulated=False)
        told = answers.order_by("enrollment", "sequence").values_list(
            "enrollment__learner", "question_version", "at", "score"
        )
        for learner, version, at, score in told.iterator():
            code = learners.setdefault(learner, len(learners))
            rows += [(code, skill, at.timestamp(), score or 0.0) for skill in skills.get(version, ())]
    columns = np.array(rows, float).reshape(-1, 4).T
    return columns[0].astype(np.int64), columns[1].astype(np.int64), columns[2], columns[3]


def _latest(log: Log) -> Log:
    """Keep the answers of those who answered last."""
    learner, skill, at, score = log
    last = np.zeros(int(learner.max(initial=-1)) + 1)
    np.maximum.at(last, learner, at)
    kept = np.isin(learner, np.argsort(-last, kind="stable")[:MOST_LEARNERS])
    return learner[kept], skill[kept], at[kept], score[kept]
