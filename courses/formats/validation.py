"""What one file cannot know: whether the parts of a course fit together. And what every text must keep to."""

from collections import Counter
from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _

from courses import marking, rendering
from courses.formats.ids import with_ids
from courses.formats.mistakes import Complain, Mistakes
from courses.formats.written import WrittenCourse, WrittenModule, WrittenQuestion
from courses.gaps import GAP
from courses.headings import lines_of, open_fence
from courses.lessons import defects_of_lesson
from courses.models import QuestionKind
from courses.versions import Content


def check_questions_text(text: str, complain: Complain) -> None:
    """Complain about what would not be shown in questions.md. Typed answers are no Markdown."""
    check_markdown("\n".join("" if line.startswith(("= ", "! ")) else line for line in text.split("\n")), 1, complain)


def check_text(text: str, first_line: int, complain: Complain, modality: str = "") -> None:
    """Complain about raw HTML, foreign images, level-one headings and, in a variant, what its modality lacks."""
    check_markdown(text, first_line, complain)
    for line in lines_of(text):
        if not line.is_code and line.text.startswith("# "):
            complain(line.number + first_line - 1, _("Headings start at ##; the title stands in the front matter."))
    for number, defect in defects_of_lesson(modality, text) if modality else []:
        complain(number + first_line - 1, defect)


def check_course(course: WrittenCourse, mistakes: Mistakes) -> None:
    """Complain about whatever does not fit together."""
    _check_skills(course, mistakes.in_file("course.md"))
    known = {skill.slug for skill in course.skills}
    _check_folders(course, mistakes.in_file("modules"))
    for module in course.modules:
        _check_known(module.skills, known, module.skills_line, mistakes.in_file(module.path))
        _check_questions(module, known, mistakes.in_file(module.path.replace("module.md", "questions.md")))


def circle_in(requires: Mapping[str, Iterable[str]]) -> list[str]:
    """Return the slugs of a circle of prerequisites, the first one again at its end; empty when there is none."""
    done: set[str] = set()
    for start in requires:
        way: list[str] = []
        still_open = [(start, False)]
        while still_open:
            slug, is_left = still_open.pop()
            if is_left:
                done.add(way.pop())
            elif slug in way:
                return [*way[way.index(slug) :], slug]
            elif slug not in done:
                way.append(slug)
                still_open += [(slug, True), *((before, False) for before in requires.get(slug, ()))]
    return []


def _check_skills(course: WrittenCourse, complain: Complain) -> None:
    known = {skill.slug: skill for skill in course.skills}
    _check_twice([skill.slug for skill in course.skills], complain, {skill.slug: skill.line for skill in course.skills})
    for skill in course.skills:
        _check_known(skill.requires, set(known), skill.line, complain)
    circle = circle_in({skill.slug: skill.requires for skill in course.skills})
    if circle:
        way = " → ".join(circle)
        complain(
            known[circle[0]].line, _("Prerequisites go in a circle, so nobody could begin: %(way)s.") % {"way": way}
        )


def _check_folders(course: WrittenCourse, complain: Complain) -> None:
    folders: dict[str, list[str]] = {}
    for module in course.modules:
        folders.setdefault(module.slug, []).append(module.path.removesuffix("/module.md"))
    for slug, same in folders.items():
        if len(same) > 1:
            words = {"slug": slug, "folders": ", ".join(same)}
            complain(1, _("More than one module is called “%(slug)s”: %(folders)s.") % words)


def _check_questions(module: WrittenModule, known: set[str], complain: Complain) -> None:
    lines = {question.slug: question.line for question in module.questions}
    _check_twice([question.slug for question in module.questions], complain, lines)
    for question in module.questions:
        _check_known(set(question.skills) - set(module.skills), known, question.skills_line, complain)
        for defect in marking.defects(content_from(question)) if question.kind in QuestionKind.values else []:
            complain(question.line, defect)


def content_from(question: WrittenQuestion) -> Content:
    """Return the question as a version's content."""
    return {
        "kind": question.kind,
        "title": question.title,
        "prompt": question.prompt,
        "answer": with_ids(question.answer, {}),
        "feedback": question.feedback,
        "hints": list(question.hints),
        "solution": question.solution,
        "skills": sorted(question.skills),
        "difficulty": question.difficulty,
    }


def check_markdown(text: str, first_line: int, complain: Complain) -> None:
    """Complain about what would not be shown as it is written."""
    text = GAP.sub("gap", text)
    for number in rendering.raw_html_lines(text):
        complain(first_line + number - 1, _("Raw HTML is refused: write code between `backticks`."))
    for number in rendering.foreign_image_lines(text):
        complain(first_line + number - 1, _("Only uploaded images can be shown: ![words](/media/…)."))
    fence = open_fence(text)
    if fence:
        complain(first_line + fence - 1, _("This code block is not closed."))


def _check_known(slugs: Iterable[str], known: set[str], line: int, complain: Complain) -> None:
    """Complain about skills that course.md lacks. If it has none at all, that is the one mistake to mend."""
    for slug in slugs:
        if known and slug not in known:
            complain(line, _("There is no skill “%(slug)s” in course.md.") % {"slug": slug})


def _check_twice(slugs: list[str], complain: Complain, line_of: Mapping[str, int]) -> None:
    for slug, count in Counter(slugs).items():
        if count > 1:
            complain(line_of[slug], _("“%(slug)s” stands here twice.") % {"slug": slug})
