"""Loading brings the database up to the files, and keeps everything that learners and authors depend on."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from wagtail.models import Revision

from courses.formats.loading import WouldOverwrite, load_folder
from courses.models import Course, CourseEdition, LoadedContent, Module, Question, QuestionVersion, Skill, Variant

pytestmark = pytest.mark.django_db
QUESTIONS = "modules/01-boiling/questions.md"


def change(folder: Path, name: str, old: str, new: str) -> None:
    text = (folder / name).read_text()
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1))


def everything() -> dict[str, Any]:
    """What must not change when nothing was changed."""
    return {
        "edition": CourseEdition.objects.get().number,
        "versions": QuestionVersion.objects.count(),
        "revisions": Revision.objects.count(),
        "questions": list(Question.objects.order_by("pk").values()),
        "records": list(LoadedContent.objects.order_by("pk").values()),
    }


def choice_ids() -> dict[str, str]:
    content = Question.objects.get(slug="boils").versions.first().content
    return {choice["text"]: choice["id"] for choice in content["answer"]["choices"]}


def test_a_folder_becomes_a_published_course(folder: Path) -> None:
    summary = load_folder(folder)

    course = Course.objects.get()
    assert (course.title, course.subject, course.live) == ("Tea", "kitchen", True)
    assert [skill.slug for skill in course.skills.all()] == ["water", "leaves"]
    assert [skill.slug for skill in Skill.objects.get(slug="leaves").prerequisites.all()] == ["water"]
    assert [module.slug for module in course.modules.all()] == ["boiling", "choosing"]
    assert Variant.objects.get(modality="flash-cards").minutes == 4
    assert Question.objects.get(slug="minute").answer[0].value["unit"] == "s"
    assert (len(summary.created), QuestionVersion.objects.count()) == (11, 3)
    assert all(thing.live for model in (Skill, Module, Variant, Question) for thing in model.objects.all())


def test_the_history_shows_the_load(folder: Path) -> None:
    load_folder(folder)

    question = Question.objects.get(slug="boils")
    assert question.live_revision == question.latest_revision is not None
    assert not question.has_unpublished_changes


def test_loading_twice_changes_nothing(folder: Path) -> None:
    load_folder(folder)
    before = everything()

    summary = load_folder(folder)
    assert (summary.created, summary.changed, summary.unpublished) == ([], [], [])
    assert len(summary.unchanged) == 11
    assert everything() == before


def test_one_change_changes_one_thing(folder: Path) -> None:
    load_folder(folder)
    ids = set(Question.objects.values_list("pk", flat=True))
    change(folder, QUESTIONS, "It is 100.", "It is 100 degrees.")

    summary = load_folder(folder)
    assert summary.changed == ["modules/boiling/questions/boils"]
    assert set(Question.objects.values_list("pk", flat=True)) == ids
    assert [version.number for version in Question.objects.get(slug="boils").versions.all()] == [2, 1]
    assert Question.objects.get(slug="minute").versions.count() == 1


def test_choices_keep_their_ids_by_text_and_then_by_place(folder: Path) -> None:
    load_folder(folder)
    before = choice_ids()
    change(
        folder, QUESTIONS, "- [x] 100\n  > Right.\n- [ ] 90\n  > Nearly.", "- [ ] 90\n  > Near.\n- [x] 100\n  > Right."
    )
    change(folder, QUESTIONS, "- [ ] 80", "- [ ] 81")
    change(folder, QUESTIONS, "  > Too cold.", "  > Too cold.\n- [ ] 70\n  > No.")

    load_folder(folder)
    after = choice_ids()
    assert (after["100"], after["90"], after["81"]) == (before["100"], before["90"], before["80"])
    assert after["70"] not in before.values()


def test_another_kind_of_answer_starts_afresh(folder: Path) -> None:
    load_folder(folder)
    change(
        folder,
        QUESTIONS,
        "kind: ordering\ndifficulty: 3\n\n1. Fill\n2. Heat\n3. Pour",
        "kind: numeric\ndifficulty: 3\n\n= 1",
    )

    load_folder(folder)
    assert Question.objects.get(slug="order").kind == "numeric"


def test_what_left_the_folder_is_unpublished_and_may_come_back(folder: Path) -> None:
    load_folder(folder)
    kept = (folder / QUESTIONS).read_text()
    (folder / QUESTIONS).write_text(kept.split("# How long")[0])
    (folder / "modules/01-boiling/text-2.md").rename(folder / "text-2.txt")
    (folder / "text-2.txt").rename(folder / ".text-2.md")

    summary = load_folder(folder)
    assert sorted(summary.unpublished) == [
        "modules/boiling/questions/minute",
        "modules/boiling/questions/order",
        "modules/boiling/text-2",
    ]
    assert not Question.objects.get(slug="minute").live
    assert load_folder(folder).unpublished == []

    (folder / QUESTIONS).write_text(kept)
    assert load_folder(folder).changed == ["modules/boiling/questions/minute", "modules/boiling/questions/order"]
    assert Question.objects.get(slug="minute").live
    assert Question.objects.get(slug="minute").versions.count() == 1


def test_modules_follow_the_order_of_their_numbers(folder: Path) -> None:
    load_folder(folder)
    (folder / "modules/01-boiling").rename(folder / "modules/03-boiling")

    assert load_folder(folder).changed == ["course"]
    assert [module.slug for module in Course.objects.get().modules.all()] == ["choosing", "boiling"]
    assert load_folder(folder).changed == []


def test_an_authors_own_change_is_not_overwritten_unasked(folder: Path) -> None:
    load_folder(folder)
    variant = Variant.objects.get(modality="text", module__slug="boiling")
    variant.body = "Mine."
    variant.save_revision().publish()

    with pytest.raises(WouldOverwrite, match="modules/boiling/text-2"):
        load_folder(folder)
    assert Variant.objects.get(pk=variant.pk).body == "Mine."
    assert load_folder(folder, overwrite=True).changed == ["modules/boiling/text-2"]
    assert Variant.objects.get(pk=variant.pk).body == "It gets **hot**."
    assert load_folder(folder).changed == []


def test_an_authors_draft_is_not_overwritten_unasked(folder: Path) -> None:
    load_folder(folder)
    variant = Variant.objects.get(modality="text", module__slug="boiling")
    variant.body = "A draft."
    variant.save_revision()
    assert load_folder(folder).changed == []  # what is published is still what is written

    change(folder, "modules/01-boiling/text-2.md", "hot", "warm")
    with pytest.raises(WouldOverwrite, match="modules/boiling/text-2"):
        load_folder(folder)


def test_what_an_author_added_in_the_browser_stays(folder: Path) -> None:
    load_folder(folder)
    module = Module.objects.get(slug="boiling")
    Variant.objects.create(module=module, modality="text", difficulty=5, body="More.")

    assert load_folder(folder).unpublished == []
    assert Variant.objects.get(difficulty=5).live


def test_line_ends_of_a_browser_are_no_change(folder: Path) -> None:
    load_folder(folder)
    variant = Variant.objects.get(modality="flash-cards")
    Variant.objects.filter(pk=variant.pk).update(body=variant.body.replace("\n", "\r\n"))

    assert load_folder(folder).changed == []


def test_a_course_made_in_the_browser_is_not_overwritten_unasked(folder: Path) -> None:
    Course.objects.create(slug="tea", title="My tea", subject="kitchen")

    with pytest.raises(WouldOverwrite, match="course"):
        load_folder(folder)


def test_a_dry_run_says_what_would_change_and_changes_nothing(folder: Path) -> None:
    assert len(load_folder(folder, dry_run=True).created) == 11
    assert not Course.objects.exists()


def test_nothing_changes_when_there_is_a_mistake(folder: Path) -> None:
    load_folder(folder)
    before = everything()
    change(folder, QUESTIONS, "It is 100.", "It is 100 degrees.")
    change(folder, QUESTIONS, "kind: numeric", "kind: essay")

    with pytest.raises(CommandError, match=rf"{QUESTIONS}:29: Unknown kind “essay”(.|\n)*Nothing was changed\."):
        call_command("load_course", str(folder))
    assert everything() == before


def test_the_command_says_what_it_did(folder: Path) -> None:
    out = StringIO()
    call_command("load_course", str(folder), stdout=out)
    assert "tea: 11 created, 0 changed, 0 unchanged, 0 unpublished." in out.getvalue()

    Variant.objects.filter(modality="text").update(body="Mine.")
    with pytest.raises(CommandError, match="--overwrite"):
        call_command("load_course", str(folder))


def test_a_video_is_stored_once(folder: Path, settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    (folder / "modules/01-boiling/video-2.md").write_text("---\nsource: tea.mp4\n---\nHello.\n")
    (folder / "modules/01-boiling/tea.mp4").write_bytes(b"film")
    load_folder(folder)
    name = Variant.objects.get(modality="video").media.name

    assert load_folder(folder).changed == []
    assert Path(settings.MEDIA_ROOT, name).read_bytes() == b"film"
    (folder / "modules/01-boiling/tea.mp4").write_bytes(b"another film")
    assert load_folder(folder).changed == ["modules/boiling/video-2"]
    assert Variant.objects.get(modality="video").media.name != name
