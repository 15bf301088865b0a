"""The log leaves as a table that mlcore reads."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from adaptive.history import histories_in, log_of
from adaptive.syllabus import read_syllabus
from courses.models import Course, Enrollment, Interaction, User
from mlcore.datasets import read_courses
from tests.adaptive.conftest import again
from tests.factories import make_course, make_history


@pytest.fixture
def course(db: None) -> Course:
    """Four learners who gave six answers each, one of them twice."""
    course = make_course(modules=2, questions=4)
    for number in range(4):
        learner = User.objects.create(email=f"learner{number}@example.org")
        make_history(Enrollment.objects.create(learner=learner, course=course), 6)
    make_history(again(Enrollment.objects.first()), 6)
    return Course.objects.select_related("edition").get()


def test_what_is_exported_is_what_the_product_trains_on(course: Course, tmp_path: Path) -> None:
    call_command("export_interactions", tmp_path / "log.csv")

    (read,) = read_courses([tmp_path / "log.csv"])

    own = log_of(course.slug, histories_in(course, read_syllabus(course)))
    assert read.course == course.slug
    assert len(read) == len(own)
    assert sorted(read.correct.tolist()) == sorted(own.correct.tolist())
    assert set(read.item_names) == set(own.item_names)
    assert len(read.item_texts) == len(read.item_names)
    assert len(read.skill_names) == len(own.skill_names)
    assert set(read.modality_names) == set(own.modality_names) - {""}


def test_nobody_is_named_and_everybody_told_apart(course: Course, tmp_path: Path) -> None:
    call_command("export_interactions", tmp_path / "one.csv")
    call_command("export_interactions", tmp_path / "two.csv")

    text = (tmp_path / "one.csv").read_text(encoding="utf-8")

    assert text == (tmp_path / "two.csv").read_text(encoding="utf-8")
    assert text.count("\n") == 1 + Interaction.objects.answers().count()
    for learner in User.objects.all():
        assert learner.email not in text
        assert str(learner.pk) not in text.split("\n", 1)[1].replace(course.slug, "")
    assert len({line.split(",")[1] for line in text.splitlines()[1:]}) == 4


def test_made_up_learners_go_along_only_when_asked(course: Course, tmp_path: Path) -> None:
    User.objects.update(is_simulated=True)

    call_command("export_interactions", tmp_path / "real.csv")
    call_command("export_interactions", tmp_path / "all.csv", "--with-simulated")

    assert (tmp_path / "real.csv").read_text(encoding="utf-8").count("\n") == 1
    assert (tmp_path / "all.csv").read_text(encoding="utf-8").count("\n") == 1 + 30


def test_a_course_that_is_not_there_is_named(course: Course, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no course nowhere"):
        call_command("export_interactions", tmp_path / "log.csv", "--course", course.slug, "nowhere")
    with pytest.raises(CommandError, match="No such file or directory"):
        call_command("export_interactions", tmp_path / "missing" / "log.csv")
