"""Every mistake in a course folder is found, in its file and on its line."""

import os
from pathlib import Path

import pytest

from courses.formats import files
from courses.formats.markdown_folder import read_folder
from courses.formats.mistakes import FolderHasMistakes
from courses.formats.validation import circle_in
from courses.formats.written import WrittenQuestion

BOILING = "modules/01-boiling"
QUESTIONS = f"{BOILING}/questions.md"


def mistakes_in(folder: Path) -> list[str]:
    with pytest.raises(FolderHasMistakes) as caught:
        read_folder(folder)
    return [str(mistake) for mistake in caught.value.mistakes]


def question(folder: Path, text: str) -> WrittenQuestion:
    (folder / QUESTIONS).write_text(text)
    return read_folder(folder).modules[0].questions[0]


def test_a_sound_folder_is_read(folder: Path) -> None:
    course = read_folder(folder)

    assert [module.slug for module in course.modules] == ["boiling", "choosing"]
    assert [variant.path for variant in course.modules[0].variants] == [
        f"{BOILING}/flash-cards-3.md",
        f"{BOILING}/text-2.md",
    ]
    first = course.modules[0].questions[0]
    assert (first.kind, first.skills, first.difficulty) == ("single_choice", ("water",), 2)
    assert (first.prompt, first.hints, first.check) == ("At sea level.", ("Think of a kettle.",), "print(100)\n")
    assert first.answer["choices"][1] == {"text": "90", "right": False, "feedback": "Nearly."}


# name: (file, what is replaced, by what, the line that must be named, words of the complaint)
BROKEN = {
    "no title": ("course.md", "title: Tea\n", "", 2, "“title” is missing"),
    "long title": ("course.md", "title: Tea", f"title: {'x' * 121}", 2, "longer than 120"),
    "bad slug": ("course.md", "slug: tea", "slug: Tea Time", 3, "no slug"),
    "unknown key": ("course.md", "language: en", "langauge: en", 5, "Unknown key “langauge”"),
    "twice a key": ("course.md", "subject: kitchen", "title: Again", 4, "stands here twice"),
    "broken yaml": ("course.md", "title: Tea", "title: [Tea", 3, "YAML"),
    "tab in yaml": ("course.md", "subject: kitchen", "subject:\tkitchen\n\tx: y", 4, "YAML"),
    "alias": ("course.md", "title: Tea", "a: &a [x]\nb: *a\ntitle: Tea", 3, "aliases are refused"),
    "tag": ("course.md", "title: Tea", "title: !!python/object:os.system x", 2, "tags are refused"),
    "deep yaml": ("course.md", "title: Tea", f"x: {'[' * 50}{']' * 50}", 2, "nested too deeply"),
    "no front matter": ("course.md", "---\ntitle", "title", 1, "must start with front matter"),
    "unknown prerequisite": ("course.md", "requires: [water]", "requires: [milk]", 13, "no skill “milk”"),
    "circle": ("course.md", "Heat it.\n", "Heat it.\n    requires: [leaves]\n", 10, "water → leaves → water"),
    "skill twice": ("course.md", "slug: leaves", "slug: water", 13, "“water” stands here twice"),
    "skills no list": ("course.md", "requires: [water]", "requires: water", 13, "must be a list"),
    "html in a description": ("course.md", "Make tea.", "Make\n<b>tea</b>.", 16, "Raw HTML is refused"),
    "unknown language": ("course.md", "language: en", "language: klingon", 5, "“klingon” is no language we know"),
    "minutes": (f"{BOILING}/module.md", "minutes: 12", "minutes: soon", 3, "a number from 1 to 600"),
    "no skills": (f"{BOILING}/module.md", "skills: [water]\n", "", 2, "at least one skill"),
    "unknown skill": (f"{BOILING}/module.md", "skills: [water]", "skills: [fire]", 4, "no skill “fire”"),
    "script in a body": (f"{BOILING}/text-2.md", "It gets", "Yes.\n\n<script>x</script>", 7, "Raw HTML is refused"),
    "level one heading": (f"{BOILING}/text-2.md", "It gets", "# Title\n\nIt gets", 5, "Headings start at ##"),
    "foreign image": (f"{BOILING}/text-2.md", "It gets", "![x](https://e.org/x.png)", 5, "Only uploaded images"),
    "open code": (f"{BOILING}/text-2.md", "It gets", "Well\n```python\nprint(1)\n", 6, "not closed"),
    "empty body": (f"{BOILING}/text-2.md", "It gets **hot**.", "", 5, "empty"),
    "few cards": (f"{BOILING}/flash-cards-3.md", "## Card: Four\n4", "", 4, "at least 4"),
    "empty card": (f"{BOILING}/flash-cards-3.md", "## Card: Two\n2", "## Card: Two", 7, "nothing under it"),
    "no slug on a question": (QUESTIONS, " {#minute}", "", 28, "needs a slug"),
    "slug twice": (QUESTIONS, "{#minute}", "{#boils}", 28, "“boils” stands here twice"),
    "no kind": (QUESTIONS, "kind: numeric\n", "", 28, "The kind is missing"),
    "unknown kind": (QUESTIONS, "kind: numeric", "kind: essay", 29, "Unknown kind “essay”"),
    "misspelled key": (QUESTIONS, "difficulty: 1", "dificulty: 1", 30, "Unknown key “dificulty”"),
    "no difficulty": (QUESTIONS, "difficulty: 1\n", "", 28, "“difficulty” must be"),
    "difficulty six": (QUESTIONS, "difficulty: 1", "difficulty: 6", 30, "“difficulty” must be"),
    "unknown question skill": (QUESTIONS, "difficulty: 1", "difficulty: 1\nskills: fire", 31, "no skill “fire”"),
    "case for a number": (QUESTIONS, "difficulty: 1", "difficulty: 1\ncase: sensitive", 31, "“case” can only"),
    "unknown section": (QUESTIONS, "## Hint", "## Clue", 17, "Unknown section “Clue”"),
    "section twice": (QUESTIONS, "## Hint\nThink of a kettle.", "## Solution\nYes.", 20, "stands here twice"),
    "empty section": (QUESTIONS, "It is 100.", "", 20, "nothing under it"),
    "check without code": (QUESTIONS, "```python\nprint(100)\n```", "100", 1, "needs a ```python block"),
    "no right choice": (QUESTIONS, "- [x] 100", "- [ ] 100", 1, "No choice is right"),
    "two right choices": (QUESTIONS, "- [ ] 90", "- [x] 90", 1, "More than one choice is right"),
    "equal choices": (QUESTIONS, "- [ ] 90", "- [ ] 80", 1, "Two choices are equal"),
    "choice without feedback": (QUESTIONS, "  > Nearly.\n", "", 9, "Feedback is missing"),
    "stray line": (QUESTIONS, "  > Nearly.", "  > Nearly.\nStray.", 11, "no part of the answer"),
    "no answer": (QUESTIONS, "= 60 ± 1 s\n! 100\n  > You counted in hundreds.", "", 28, "The answer is missing"),
    "two numbers": (QUESTIONS, "= 60 ± 1 s", "= 60\n= 61", 32, "exactly one right number"),
    "no number": (QUESTIONS, "= 60 ± 1 s", "= sixty", 32, "Write the number as"),
    "wrong number counts as right": (QUESTIONS, "! 100", "! 60.5", 28, "counts as right"),
    "items not in order": (QUESTIONS, "2. Heat", "3. Heat", 41, "Number the items"),
    "too few items": (QUESTIONS, "3. Pour\n", "", 40, "3 to 8"),
    "html in a question": (QUESTIONS, "At sea level.", "At <i>sea</i> level.", 5, "Raw HTML is refused"),
    "text before the first": (QUESTIONS, "# At how many", "Hello.\n\n# At how many", 1, "A question starts with"),
}


@pytest.mark.parametrize(("name", "old", "new", "line", "words"), BROKEN.values(), ids=BROKEN)
def test_a_mistake_is_named_with_its_line(folder: Path, name: str, old: str, new: str, line: int, words: str) -> None:
    text = (folder / name).read_text()
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1))

    found = [mistake for mistake in mistakes_in(folder) if words in mistake]
    assert [mistake.split(": ")[0] for mistake in found] == [f"{name}:{line}"]


def test_all_mistakes_are_reported_at_once(folder: Path) -> None:
    for name, old, new, _line, _words in (BROKEN["no title"], BROKEN["minutes"], BROKEN["no kind"]):
        (folder / name).write_text((folder / name).read_text().replace(old, new, 1))

    assert [mistake.split(":")[0] for mistake in mistakes_in(folder)] == [
        "course.md",
        f"{BOILING}/module.md",
        QUESTIONS,
    ]


@pytest.mark.parametrize("code", ["de", "de-at", "pt-BR", "zh-hans"])
def test_a_language_has_the_code_that_the_web_knows(folder: Path, code: str) -> None:
    course = (folder / "course.md").read_text().replace("language: en", f"language: {code}")
    (folder / "course.md").write_text(course)

    assert read_folder(folder).language == code


def test_a_missing_module_file_is_the_only_mistake_that_comes_of_it(folder: Path) -> None:
    (folder / BOILING / "module.md").unlink()

    assert mistakes_in(folder) == [f"{BOILING}/module.md:1: module.md is missing."]


@pytest.mark.parametrize("name", ["course.md", f"{BOILING}/module.md"])
def test_front_matter_that_cannot_be_read_is_the_only_mistake_that_comes_of_it(folder: Path, name: str) -> None:
    (folder / name).write_text((folder / name).read_text().replace("title: ", "title: [", 1))

    [mistake] = mistakes_in(folder)

    assert mistake.startswith(f"{name}:")
    assert "YAML" in mistake


def test_a_course_without_skills_is_one_mistake(folder: Path) -> None:
    (folder / "course.md").write_text("---\ntitle: Tea\nslug: tea\n---\n")

    assert mistakes_in(folder) == ["course.md:2: A course has at least one skill."]


def test_two_modules_with_one_slug_are_both_named(folder: Path) -> None:
    (folder / "modules/02-choosing").rename(folder / "modules/02-boiling")

    assert mistakes_in(folder) == [
        "modules:1: More than one module is called “boiling”: modules/01-boiling, modules/02-boiling."
    ]


def test_two_modules_with_one_number_have_no_order(folder: Path) -> None:
    (folder / "modules/02-choosing").rename(folder / "modules/01-choosing")

    assert "Two modules have the number 1" in mistakes_in(folder)[0]


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("modules/01-boiling/essay-2.md", "MODALITY-DIFFICULTY.md"),
        ("modules/01-boiling/text-6.md", "MODALITY-DIFFICULTY.md"),
        ("modules/boiling/text-1.md", "stands in no module"),
        ("modules/01-Boiling/text-1.md", "stands in no module"),
        ("notes.md", "stands in no module"),
        ("modules/01-boiling/deep/text-1.md", "stands in no module"),
        ("modules/01-boiling/x.exe", "no place in a course"),
    ],
)
def test_a_file_in_no_place_is_refused(folder: Path, path: str, words: str) -> None:
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_text("---\n---\nx")

    assert any(mistake.startswith(f"{path}:1: ") and words in mistake for mistake in mistakes_in(folder))


def test_links_are_refused(folder: Path) -> None:
    os.symlink("/etc/passwd", folder / "modules/01-boiling/text-1.md")
    os.symlink("/etc", folder / "modules/03-etc")

    assert [mistake.split(":")[0] for mistake in mistakes_in(folder) if "Links" in mistake] == [
        "modules/01-boiling/text-1.md",
        "modules/03-etc",
    ]


def test_what_is_not_utf8_is_refused(folder: Path) -> None:
    (folder / QUESTIONS).write_bytes(b"# Caf\xc3\xa9 {#a}\nkind: numeric\n\xe9\n")

    assert f"{QUESTIONS}:3: This is not UTF-8 text." in mistakes_in(folder)


def test_a_folder_has_limits(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MOST_FILES", 3)

    assert ".:1: The folder has more than 3 files or 64 MiB." in mistakes_in(folder)


def test_windows_line_ends_and_a_byte_order_mark_are_fine(folder: Path) -> None:
    path = folder / QUESTIONS
    path.write_bytes(b"\xef\xbb\xbf" + path.read_text().replace("\n", "\r\n").encode())

    assert read_folder(folder).modules[0].questions[0].solution == "It is 100."


def test_no_folder_is_a_mistake_too(tmp_path: Path) -> None:
    assert "no such folder" in mistakes_in(tmp_path / "nowhere")[0]


def test_a_choice_may_hold_code_and_feedback_several_lines(folder: Path) -> None:
    choice = "- [x] This:\n  ```python\n  - [ ] x\n  ```\n  > One\n  > two.\n"
    read = question(folder, f"# Q? {{#q}}\nkind: multiple choice\ndifficulty: 1\n\n{choice}- [ ] That\n  > No.\n")

    assert read.answer["choices"][0] == {
        "text": "This:\n```python\n- [ ] x\n```",
        "right": True,
        "feedback": "One\ntwo.",
    }


def test_a_comment_in_code_is_no_heading(folder: Path) -> None:
    read = question(folder, "# Q? {#q}\nkind: numeric\ndifficulty: 1\n\n```python\n# no heading\n= 4\n```\n\n= 3\n")

    assert read.prompt == "```python\n# no heading\n= 4\n```"
    assert read.answer["value"] == 3


def test_text_under_the_keys_belongs_to_the_prompt(folder: Path) -> None:
    assert question(folder, "# Q? {#q}\nkind: cloze\ndifficulty: 1\nSay {{hi}}.\n").prompt == "Say {{hi}}."


@pytest.mark.parametrize(
    ("written", "value", "tolerance", "is_relative", "unit"),
    [
        ("3.5", 3.5, 0, False, ""),
        ("3.5 ± 0.1", 3.5, 0.1, False, ""),
        ("3.5 ± 2%", 3.5, 2, True, ""),
        ("3.5 ± 0.1 cm", 3.5, 0.1, False, "cm"),
        ("-2e3 m/s", -2000, 0, False, "m/s"),
        ("50 %", 50, 0, False, "%"),
    ],
)
def test_numbers_have_tolerance_and_unit(
    folder: Path, written: str, value: float, tolerance: float, is_relative: bool, unit: str
) -> None:
    answer = question(folder, f"# Q? {{#q}}\nkind: numeric\ndifficulty: 1\n\n= {written}\n").answer

    assert answer == {"value": value, "tolerance": tolerance, "is_relative": is_relative, "unit": unit, "wrong": []}


def test_pairs_may_leave_a_right_side_over(folder: Path) -> None:
    read = question(folder, "# Q? {#q}\nkind: matching\ndifficulty: 1\n\n- a => 1\n- `b` => 2\n- c => 3\n- => 4\n")

    assert read.answer["pairs"][1:] == [
        {"left": "`b`", "right": "2"},
        {"left": "c", "right": "3"},
        {"left": "", "right": "4"},
    ]


def test_a_video_needs_its_files_beside_it(folder: Path) -> None:
    path = folder / BOILING / "video-2.md"
    path.write_text("---\nsource: tea.mp4\ncaptions: tea.vtt\n---\nHello.\n")

    assert [mistake.split(": ")[0] for mistake in mistakes_in(folder)] == [
        f"{BOILING}/video-2.md:2",
        f"{BOILING}/video-2.md:3",
    ]
    (folder / BOILING / "tea.mp4").write_bytes(b"film")
    (folder / BOILING / "tea.vtt").write_text("WEBVTT")
    assert read_folder(folder).modules[0].variants[-1].media is not None


def test_a_circle_is_spelled_out() -> None:
    assert circle_in({"a": ["b"], "b": ["c"], "c": ["b"]}) == ["b", "c", "b"]
    assert circle_in({"a": ["b", "c"], "b": ["c"], "c": []}) == []
    assert circle_in({"a": ["a"]}) == ["a", "a"]
