"""A course as a folder of Markdown. docs/course-format.md says how it is written."""

import hashlib
import re
from pathlib import Path

from django.utils.translation import get_language_info
from django.utils.translation import gettext as _

from courses.formats.files import FolderFiles, read_files
from courses.formats.front_matter import SLUG, Fields, split_front_matter
from courses.formats.mistakes import Complain, FolderHasMistakes, Mistakes
from courses.formats.question_file import read_questions
from courses.formats.validation import check_course, check_questions_text, check_text
from courses.formats.written import Media, WrittenCourse, WrittenModule, WrittenSkill, WrittenVariant
from courses.models import Course, Modality, Module, Skill, Variant

MODULE_FOLDER = re.compile(r"modules/([0-9]+)-([^/]+)/([^/]+)")
VARIANT_FILE = re.compile(rf"({'|'.join(Modality.values)})-([1-5])\.md")
MODULE_FILES = {"module.md", "questions.md"}
VIDEO = (".mp4", ".webm", ".mp3", ".ogg")


def read_folder(folder: Path) -> WrittenCourse:
    """Return the course in the folder, or raise FolderHasMistakes with every one of them."""
    mistakes = Mistakes()
    if not folder.is_dir():
        mistakes.in_file(str(folder))(1, _("There is no such folder."))
        raise FolderHasMistakes(mistakes.in_order())
    files = read_files(folder, mistakes)
    if "course.md" not in files.texts:
        mistakes.in_file("course.md")(1, _("course.md is missing."))
        raise FolderHasMistakes(mistakes.in_order())
    course = _course(files, mistakes)
    check_course(course, mistakes)
    if mistakes.found:
        raise FolderHasMistakes(mistakes.in_order())
    return course


def _course(files: FolderFiles, mistakes: Mistakes) -> WrittenCourse:
    complain = mistakes.in_file("course.md")
    fields, body, start = split_front_matter(files.texts["course.md"], complain)
    fields.only("title", "slug", "subject", "language", "skills")
    check_text(body, start, complain)
    slug = fields.slug("slug", _longest(Course, "slug"))
    skills = tuple(_skill(entry) for entry in fields.mappings("skills"))
    if fields.is_readable and not skills:
        complain(fields.line_of("skills"), _("A course has at least one skill."))
    return WrittenCourse(
        slug=slug,
        title=fields.name("title", _longest(Course, "title")),
        subject=fields.slug("subject", _longest(Course, "subject"), default=slug),
        language=_language(fields),
        description=body.strip(),
        skills=skills,
        modules=_modules(files, mistakes),
    )


def _language(fields: Fields) -> str:
    code = fields.text("language", _longest(Course, "language"), default="en")
    try:
        get_language_info(code.lower())
    except KeyError:
        fields.complain(
            fields.line_of("language"),
            _("“%(code)s” is no language we know: write its code, such as en, de or pt-br.") % {"code": code},
        )
    return code


def _skill(fields: Fields) -> WrittenSkill:
    fields.only("slug", "title", "description", "requires")
    return WrittenSkill(
        slug=fields.slug("slug", _longest(Skill, "slug")),
        title=fields.name("title", _longest(Skill, "title")),
        description=fields.text("description", default=""),
        requires=tuple(slug for slug, _line in fields.texts("requires")),
        line=fields.line_of("requires"),
    )


def _modules(files: FolderFiles, mistakes: Mistakes) -> tuple[WrittenModule, ...]:
    folders: dict[str, tuple[int, str]] = {}
    for path in [*files.texts, *files.media]:
        found = MODULE_FOLDER.fullmatch(path)
        if found and SLUG.fullmatch(found[2]):
            folders[path.rsplit("/", 1)[0]] = (int(found[1]), found[2])
        elif path != "course.md":
            mistakes.in_file(path)(1, _("This file stands in no module: modules/01-slug/file."))
    in_order = sorted(folders.items(), key=lambda entry: (entry[1][0], entry[0]))
    for (folder, (number, _slug)), (_before, (number_before, _slug)) in zip(in_order[1:], in_order, strict=False):
        if number == number_before:
            mistakes.in_file(folder)(1, _("Two modules have the number %(number)d.") % {"number": number})
    return tuple(_module(folder, slug, files, mistakes) for folder, (_number, slug) in in_order)


def _module(folder: str, slug: str, files: FolderFiles, mistakes: Mistakes) -> WrittenModule:
    path = f"{folder}/module.md"
    complain = mistakes.in_file(path)
    fields, body, start = Fields(complain, is_readable=False), "", 1
    if path in files.texts:
        fields, body, start = split_front_matter(files.texts[path], complain)
    else:
        complain(1, _("module.md is missing."))
    fields.only("title", "minutes", "skills")
    check_text(body, start, complain)
    skills = tuple(skill for skill, _line in fields.texts("skills"))
    if fields.is_readable and not skills:
        complain(fields.line_of("skills"), _("A module teaches at least one skill: skills: [slug]."))
    questions = files.texts.get(f"{folder}/questions.md", "")
    check_questions_text(questions, mistakes.in_file(f"{folder}/questions.md"))
    return WrittenModule(
        path=path,
        slug=slug,
        title=fields.name("title", _longest(Module, "title")),
        summary=body.strip(),
        minutes=fields.whole("minutes", 10, 1, 600),
        skills=skills,
        skills_line=fields.line_of("skills"),
        variants=_variants(folder, files, mistakes),
        questions=read_questions(questions, skills, mistakes.in_file(f"{folder}/questions.md")),
    )


def _variants(folder: str, files: FolderFiles, mistakes: Mistakes) -> tuple[WrittenVariant, ...]:
    variants = []
    for path in sorted(path for path in files.texts if path.startswith(f"{folder}/")):
        name = path.rsplit("/", 1)[1]
        found = VARIANT_FILE.fullmatch(name)
        if found:
            variants.append(_variant(path, found, files, mistakes.in_file(path)))
        elif name not in MODULE_FILES:
            known = ", ".join(Modality.values)
            mistakes.in_file(path)(
                1, _("A variant is named MODALITY-DIFFICULTY.md: %(known)s; 1 to 5.") % {"known": known}
            )
    return tuple(variants)


def _variant(path: str, found: re.Match[str], files: FolderFiles, complain: Complain) -> WrittenVariant:
    fields, body, start = split_front_matter(files.texts[path], complain)
    is_video = found[1] == Modality.VIDEO
    fields.only("title", "minutes", *(["source", "captions"] if is_video else []))
    check_text(body, start, complain, found[1])
    source = fields.text("source") if is_video else ""
    captions = fields.text("captions", default="") if is_video else ""
    is_address = source.startswith("https://")
    return WrittenVariant(
        path=path,
        modality=found[1],
        difficulty=int(found[2]),
        title=fields.name("title", _longest(Variant, "title"), default=""),
        minutes=fields.whole("minutes", 5, 1, 600),
        body=body.strip("\n"),
        media=None if is_address else _media(source, VIDEO, path, files, fields),
        media_url=source if is_address else "",
        captions=_media(captions, (".vtt",), path, files, fields),
    )


def _media(name: str, suffixes: tuple[str, ...], path: str, files: FolderFiles, fields: Fields) -> Media | None:
    """Return a file that stands beside the variant."""
    if not name:
        return None
    key = "captions" if suffixes == (".vtt",) else "source"
    content = files.media.get(f"{path.rsplit('/', 1)[0]}/{name}")
    if content is None or not name.endswith(suffixes):
        fields.complain(
            fields.line_of(key),
            _("“%(name)s” is no file beside this one (%(suffixes)s).")
            % {"name": name, "suffixes": ", ".join(suffixes)},
        )
        return None
    return Media(name, content, hashlib.sha256(content).hexdigest())


def _longest(model: type[Course | Skill | Module | Variant], field: str) -> int:
    return int(model._meta.get_field(field).max_length or 0)
