"""The slow clock: what a course's own learners tell of its questions, written down for every process to serve from."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Max
from django.utils.module_loading import import_string

from adaptive.history import histories_in
from adaptive.models import Calibration, Checkpoint
from adaptive.serving import path_of, read_tutor, register_shipped
from adaptive.syllabus import read_syllabus
from courses.models import Course, Interaction
from mlcore.checkpoint import DEFAULT
from mlcore.tutor import Tutor

# By name and not by import: only who calibrates loads scikit-learn, a web process never does.
EXPECT = "adaptive.expecting.expected_difficulties"

FEWEST_LEARNERS = 20
GROWTH = 1.25  # how many times as many answers a new calibration needs: so states fold anew only seldom


def calibrate_courses() -> list[Calibration]:
    """Calibrate the live checkpoint to every course that has grown enough since the last time."""
    live = Checkpoint.objects.filter(is_live=True).first()
    if live is None:
        return []
    if live.path == DEFAULT.name:
        live = register_shipped()  # an upgrade ships another one under the same name
    tutor = read_tutor(path_of(live.path), live.sha256)
    courses = Course.objects.select_related("edition").filter(
        pk__in=Interaction.objects.answers().values("enrollment__course")
    )
    made = [calibrate_course(course, live, tutor) for course in courses]
    return [calibration for calibration in made if calibration]


def calibrate_course(course: Course, checkpoint: Checkpoint, tutor: Tutor) -> Calibration | None:
    """Fit the checkpoint to a course; None while there is too little to learn, or too little that is new."""
    known = Calibration.objects.filter(course=course, checkpoint=checkpoint).aggregate(
        number=Max("number"), answers=Max("answers")
    )
    every = Interaction.objects.answers().filter(enrollment__course=course).count()
    if every < GROWTH * (known["answers"] or 0):
        return None
    syllabus = read_syllabus(course)
    histories = list(histories_in(course, syllabus).values())
    if len(histories) < FEWEST_LEARNERS:
        return None
    fitted = tutor.calibrated(histories, import_string(EXPECT)(syllabus, histories, tutor))
    with transaction.atomic():
        return Calibration.objects.create(
            course=course,
            checkpoint=checkpoint,
            number=(known["number"] or 0) + 1,
            data=fitted.calibration.to_bytes(),
            learners=len(histories),
            answers=every,
        )
