"""A course as plain data, kept by each process until it gets a new edition: deciding costs no content queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, Max, Q, QuerySet

from adaptive.keeping import Latest
from courses.models import Course, Enrollment, Module, Need, Question, QuestionVersion, Skill, Variant
from courses.needs import PICTURE_WITHOUT_WORDS, unmet_by_lesson

MOST_KEPT = 64  # courses in the memory of one process

Links = Mapping[int, tuple[int, ...]]
Needs = frozenset[str]


@dataclass(frozen=True)
class SkillEntry:
    id: int
    slug: str
    title: str
    requires: tuple[int, ...]
    depth: int  # of the longest chain of prerequisites before it


@dataclass(frozen=True)
class VariantEntry:
    id: int
    title: str
    modality: str
    difficulty: int
    minutes: int
    unmet: Needs = frozenset()  # for whom it is not


@dataclass(frozen=True)
class QuestionEntry:
    id: int
    version: int
    kind: str
    skills: tuple[int, ...]
    difficulty: int
    unmet: Needs = frozenset()


@dataclass(frozen=True)
class ModuleEntry:
    id: int
    slug: str
    title: str
    minutes: int
    place: int  # 0 for the first of the course
    skills: tuple[int, ...]
    requires: tuple[int, ...]  # skills to know before, taught elsewhere in the course
    variants: tuple[VariantEntry, ...]
    questions: tuple[QuestionEntry, ...]
    is_unsuited: bool = False  # it has lessons, and none that its learner can use

    def suited_to(self, needs: Needs) -> ModuleEntry:
        """Leave out what does not meet these needs; but not every question, as something must be answered."""
        variants = tuple(variant for variant in self.variants if not variant.unmet & needs)
        questions = tuple(question for question in self.questions if not question.unmet & needs) or self.questions
        return replace(self, variants=variants, questions=questions, is_unsuited=bool(self.variants and not variants))

    def variant(self, variant_id: int | None) -> VariantEntry | None:
        return next((variant for variant in self.variants if variant.id == variant_id), None)


@dataclass(frozen=True)
class Syllabus:
    """What one edition of a course teaches: published content only, in the course's order.

    `modality_of` and `skill_of` also know what is not published any more, because the log still speaks of it.
    """

    course_id: int
    slug: str
    title: str
    subject: str
    edition: int
    skills: Mapping[int, SkillEntry]
    modules: Mapping[int, ModuleEntry]
    modality_of: Mapping[int, str]  # of a variant
    skill_of: Mapping[str, int]  # with a slug
    question_rest: int = 1  # others that come before a question is asked again, where there are enough
    has_placement: bool = True  # its author lets newcomers find out where to start
    whole: Syllabus | None = None  # with what was left out for somebody's needs

    def suited_to(self, needs: Needs) -> Syllabus:
        """Return the course as somebody with these needs can use it; made once for each set of needs."""
        whole = self.whole or self
        if needs and needs not in whole.suited:
            modules = {pk: module.suited_to(needs) for pk, module in whole.modules.items()}
            whole.suited[needs] = replace(whole, modules=modules, whole=whole)
        return whole.suited[needs] if needs else whole

    @cached_property
    def suited(self) -> dict[Needs, Syllabus]:
        return {}

    @cached_property
    def prepared(self) -> dict[Any, Any]:
        """What tutors have looked up of it (`adaptive.preparing`)."""
        return {}

    @cached_property
    def taught_in(self) -> Mapping[int, tuple[ModuleEntry, ...]]:
        """The modules that teach each skill."""
        return {skill: tuple(m for m in self.modules.values() if skill in m.skills) for skill in self.skills}


_kept: Latest[tuple[int, int], Syllabus] = Latest(MOST_KEPT)


def syllabus_of(enrollment: Enrollment) -> Syllabus:
    """Return the current edition of the enrollment's course as its learner can use it, from memory if it is there."""
    return syllabus_for(enrollment.course).suited_to(frozenset(enrollment.learner.needs))


def syllabus_for(course: Course) -> Syllabus:
    """As syllabus_of, for whoever takes the course."""
    return _kept.get((course.pk, course.edition.number), lambda: read_syllabus(course))


def read_syllabus(course: Course) -> Syllabus:
    """Read a course's published content, in nine queries however large it is."""
    every_skill = list(Skill.objects.filter(course=course))
    variants = list(_variants(course))
    modules = list(Module.objects.filter(course=course, live=True).order_by("position", "id"))
    published = Written(
        skills=[skill for skill in every_skill if skill.live],
        requires=_links(
            Skill.prerequisites.through.objects.filter(from_skill__course=course), "from_skill", "to_skill"
        ),
        modules=modules,
        teaches=_links(Module.skills.through.objects.filter(module__in=modules), "module", "skill"),
        variants=[variant for variant in variants if variant.live],
        questions=_questions(course),
    )
    return replace(
        compose(course, published),
        modality_of={variant.pk: variant.modality for variant in variants},
        skill_of={skill.slug: skill.pk for skill in every_skill},
    )


@dataclass(frozen=True)
class Written:
    """Content that a syllabus is made of: modules in the course's order, a module's variants the easiest first."""

    skills: Sequence[Skill]
    requires: Links  # skill -> skills
    modules: Sequence[Module]
    teaches: Links  # module -> skills
    variants: Sequence[Variant]
    questions: Mapping[int, Sequence[QuestionEntry]]  # of each module


def compose(course: Course, written: Written) -> Syllabus:
    """Return the syllabus of exactly this content. Whatever speaks of a skill that is not in it does so no more."""
    skills = _skills(written.skills, written.requires)
    return Syllabus(
        course_id=course.pk,
        slug=course.slug,
        title=course.title,
        subject=course.subject,
        edition=course.edition.number,
        skills=skills,
        modules=_modules(written, skills),
        modality_of={variant.pk: variant.modality for variant in written.variants},
        skill_of={skill.slug: skill.pk for skill in written.skills},
        question_rest=course.question_rest,
        has_placement=course.has_placement,
    )


def _variants(course: Course) -> QuerySet[Variant]:
    """Return the lessons of a course, with what is to know of their bodies instead of these."""
    return (
        Variant.objects.filter(module__course=course)
        .annotate(has_words=_is_so(body__regex=r"\S"), has_bare_picture=_is_so(body__regex=PICTURE_WITHOUT_WORDS))
        .order_by("difficulty", "modality", "pk")
        .defer("body")
    )


def _is_so(**lookup: str) -> ExpressionWrapper:
    return ExpressionWrapper(Q(**lookup), BooleanField())


def _links(rows: Iterable[object], source: str, target: str) -> Links:
    """Gather the rows of a many-to-many table by their source."""
    links = defaultdict(list)
    for row in rows:
        links[getattr(row, f"{source}_id")].append(getattr(row, f"{target}_id"))
    return {key: tuple(sorted(targets)) for key, targets in links.items()}


def _skills(live: Sequence[Skill], requires: Links) -> dict[int, SkillEntry]:
    ids = {skill.pk for skill in live}
    known = {pk: tuple(before for before in requires.get(pk, ()) if before in ids) for pk in ids}
    depth = _depths(known)
    return {skill.pk: SkillEntry(skill.pk, skill.slug, skill.title, known[skill.pk], depth[skill.pk]) for skill in live}


def _depths(requires: Links) -> dict[int, int]:
    """Count the longest chain of prerequisites before each skill. A circle, which authoring refuses, is cut open."""
    depths: dict[int, int] = {}
    waiting = sorted(requires)
    while waiting:
        ready = [skill for skill in waiting if all(before in depths for before in requires[skill])] or waiting[:1]
        found = {skill: max((depths.get(before, -1) + 1 for before in requires[skill]), default=0) for skill in ready}
        depths |= found
        waiting = [skill for skill in waiting if skill not in found]
    return depths


def _questions(course: Course) -> dict[int, list[QuestionEntry]]:
    """Return the published questions of each module, in their current versions."""
    questions = Question.objects.filter(module__course=course, live=True).order_by("id")
    latest = QuestionVersion.objects.filter(question__in=questions).values("question").annotate(latest=Max("id"))
    version = dict(latest.values_list("question", "latest"))
    asks = _links(Question.skills.through.objects.filter(question__in=questions), "question", "skill")
    entries = defaultdict(list)
    is_bare = Q(title__regex=PICTURE_WITHOUT_WORDS) | Q(prompt__regex=PICTURE_WITHOUT_WORDS)
    rows = questions.annotate(is_bare=ExpressionWrapper(is_bare, BooleanField()))
    for pk, module, kind, difficulty, bare in rows.values_list("pk", "module", "kind", "difficulty", "is_bare"):
        if pk in version:
            unmet = frozenset({Need.UNSEEN.value} if bare else ())
            entries[module].append(QuestionEntry(pk, version[pk], kind, asks.get(pk, ()), difficulty, unmet))
    return entries


def _modules(written: Written, skills: Mapping[int, SkillEntry]) -> dict[int, ModuleEntry]:
    taught = {skill for module in written.modules for skill in written.teaches.get(module.pk, ())}
    entries = {}
    for place, module in enumerate(written.modules):
        own = tuple(skill for skill in written.teaches.get(module.pk, ()) if skill in skills)
        before = {needed for skill in own for needed in skills[skill].requires} & taught - set(own)
        entries[module.pk] = ModuleEntry(
            id=module.pk,
            slug=module.slug,
            title=module.title,
            minutes=module.minutes,
            place=place,
            skills=own,
            requires=tuple(sorted(before)),
            variants=tuple(_variant(one, module) for one in written.variants if one.module_id == module.pk),
            questions=tuple(_about(question, skills) for question in written.questions.get(module.pk, ())),
        )
    return entries


def _about(question: QuestionEntry, skills: Mapping[int, SkillEntry]) -> QuestionEntry:
    return replace(question, skills=tuple(skill for skill in question.skills if skill in skills))


def _variant(variant: Variant, module: Module) -> VariantEntry:
    title = variant.title or module.title
    media = variant.media.name or variant.media_url
    is_read = "has_words" not in vars(variant)  # a draft is, body and all
    body, is_bare = (variant.body, None) if is_read else (None if variant.has_words else "", variant.has_bare_picture)
    unmet = frozenset(need.value for need in unmet_by_lesson(media, bool(variant.captions), body, is_bare))
    return VariantEntry(variant.pk, title, variant.modality, variant.difficulty, variant.minutes, unmet)


def forget() -> None:
    """Empty this process's memory."""
    _kept.clear()
