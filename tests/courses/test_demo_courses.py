"""The courses for the first run: complete, and right wherever a program can tell."""

import json
import subprocess
import sys
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

import courses
from courses import marking
from courses.formats.loading import load_folder
from courses.formats.markdown_folder import read_folder
from courses.formats.validation import content_from
from courses.formats.written import WrittenCourse, WrittenModule, WrittenQuestion
from courses.models import Question, QuestionKind, QuestionVersion
from courses.rendering import to_html

FOLDERS = sorted((Path(courses.__file__).parent / "demo").iterdir())
RUN_CHECKS = """
import contextlib, io, json, sys, traceback
for source in json.load(sys.stdin):
    out = io.StringIO()
    try:
        with contextlib.redirect_stdout(out):
            exec(compile(source, "<check>", "exec"), {"__name__": "__check__"})
    except BaseException:
        out = io.StringIO("did not run: " + traceback.format_exc(limit=1))
    print(json.dumps(out.getvalue()), file=sys.__stdout__)
"""

# What a fluent speaker, or somebody who knows the law, would call right and wrong; by question.
RIGHT = {
    "greetings-ask-child": ["como te llamas", "Hola, ¿cómo te llamas?", "¿Y tú, cómo te llamas?"],
    "greetings-from": ["Yo soy de Cuba.", "¡Soy de Cuba!"],
    "articles-lapiz": ["Los lápices.", "los lapices"],
    "numbers-half-past": ["A las nueve y media de la noche.", "a las nueve y treinta de la noche"],
    "numbers-731": ["setecientas treinta y una personas", "Setecientas treinta y una.", "setecientas treintaiuna"],
    "present-open": ["Ellos abren a las nueve.", "abren a las 9"],
    "present-usted": ["Necesita una bolsa", "¿Necesita usted una bolsa?", "¿Usted necesita una bolsa?"],
    "gustar-chocolate": ["¡Me gusta el chocolate!", "A mí me gusta el chocolate.", "El chocolate me gusta."],
    "gustar-feet": ["¡Me duelen los pies!", "Los pies me duelen"],
    "food-nuts": ["¿La ensalada tiene los frutos secos?", "¿La ensalada lleva las nueces?", "la ensalada lleva nuez"],
    "food-allergic": ["Yo soy alérgica al pescado.", "soy alergica al pescado", "Tengo alergia al pescado."],
    "directions-cross": ["¡Cruce la plaza!", "Cruce usted la plaza, por favor."],
    "directions-between": [
        "El banco está entre el hospital y el parque.",
        "El banco queda entre el parque y el hospital",
        "Entre el parque y el hospital está el banco.",
    ],
    "preterite-llegue": ["¡Llegué a las diez!", "Yo llegué a las 10."],
    "preterite-beach": ["Ellas fueron a la playa y nadaron mucho."],
    "plans-meet": ["A qué hora nos vemos", "¿A qué hora nos encontramos?"],
    "plans-sorry": ["Lo siento, pero no puedo.", "¡Lo siento! No puedo.", "lo siento no puedo"],
    "less-schedule": ["Retention policy", "the data retention schedule", "records retention schedule"],
    "sharing-agreement": ["a data processing agreement", "Data Processor Agreement", "DPA", "an Article 28 contract"],
    "requests-restriction": ["Restriction of processing.", "the right to restrict processing"],
    "breaches-authority": ["the supervisory authority", "Data Protection Authority", "national supervisory authority"],
}
WRONG = {
    "greetings-ask-child": ["¿Cómo se llamas?", "¿Cómo llamas?"],
    "greetings-from": ["Estoy de Cuba."],
    "articles-lapiz": ["las lápices", "los lápizes"],
    "numbers-half-past": ["a las nueve y media de la tarde", "a las nueve y media", "nueve y media de la noche"],
    "numbers-731": ["setecientos treinta y uno personas", "setecientas treinta y un personas"],
    "present-open": ["Abre a las nueve", "Ustedes abren a las nueve"],
    "present-usted": ["¿Necesitas una bolsa?", "¿Tú necesita una bolsa?"],
    "gustar-chocolate": ["Me gusta chocolate", "A mi me gusta el chocolate", "¡Me gustan el chocolate!"],
    "gustar-feet": ["Me duele los pies", "Me duelen mis pies"],
    "food-nuts": ["¿La ensalada lleva las frutos secos?", "¿La ensalada lleva los nueces?", "¿La ensalada es nueces?"],
    "food-allergic": ["Soy alérgica a pescado", "Yo soy alérgico al pescado"],
    "directions-cross": ["Cruza la plaza", "¡Cruze la plaza!"],
    "directions-between": [
        "El banco esta entre el parque y el hospital",
        "Entre el parque y el hospital esta el banco",
        "El banco es entre el parque y el hospital",
    ],
    "preterite-llegue": ["Llegue a las diez", "Llegó a las diez"],
    "preterite-beach": ["Fueron a la playa y nadieron mucho"],
    "plans-meet": ["¿A que hora quedamos?", "¿Qué hora quedamos?", "¿A qué hora nos quedamos?"],
    "plans-sorry": ["Lo siento, no puede", "Siento, no puedo"],
    "less-schedule": ["retention period", "privacy notice"],
    "sharing-agreement": ["agreement", "NDA"],
    "requests-restriction": ["rectification", "right to object"],
    "breaches-authority": ["supervisory supervisory authority", "national authority", "authority", "DPA"],
}


@cache
def read(folder: Path) -> WrittenCourse:
    return read_folder(folder)


COURSES = [read(folder) for folder in FOLDERS]
MODULES = [pytest.param(module, id=f"{course.slug}/{module.slug}") for course in COURSES for module in course.modules]


@pytest.fixture(params=COURSES, ids=lambda course: course.slug)
def course(request: pytest.FixtureRequest) -> WrittenCourse:
    found: WrittenCourse = request.param
    return found


def questions_of(course: WrittenCourse) -> list[WrittenQuestion]:
    return [question for module in course.modules for question in module.questions]


def printed_by_checks(module: WrittenModule) -> list[list[str]]:
    """Run all the checks of a module in one process, and return the lines that each printed."""
    sources = json.dumps([question.check for question in module.questions if question.check])
    command = [sys.executable, "-I", "-W", "ignore", "-c", RUN_CHECKS]
    run = subprocess.run(command, input=sources, capture_output=True, text=True, timeout=60, check=True)
    return [json.loads(line).rstrip("\n").split("\n") for line in run.stdout.splitlines()]


def bare(text: str) -> str:
    """A choice as it is written, without the backticks around it."""
    return text[1:-1] if len(text) > 1 and text.startswith("`") and text.endswith("`") else text


def key_of(question: WrittenQuestion) -> list[str]:
    """The lines that the check must print, where there is only one right answer."""
    answer = question.answer
    if question.kind == "true_or_false":
        return [str(answer["is_true"])]
    if "choices" in answer:
        return [bare(choice["text"]) for choice in answer["choices"] if choice["right"]]
    if question.kind == "matching":
        return [f"{bare(pair['left'])} => {bare(pair['right'])}" for pair in answer["pairs"] if pair["left"]]
    return [bare(item["text"]) for item in answer["items"]]


def agrees(question: WrittenQuestion, printed: list[str]) -> bool:
    content = content_from(question)
    if question.kind in {"numeric", "short_text"}:
        return len(printed) == 1 and marking.mark(content, {"text": printed[0]}).is_right
    if question.kind == "cloze":
        return marking.mark(content, {"gaps": printed}).is_right
    lines = [bare(line.rstrip()) if question.kind != "matching" else both_bare(line) for line in printed]
    expected = key_of(question)
    return lines == expected if question.kind == "ordering" else Counter(lines) == Counter(expected)


def both_bare(line: str) -> str:
    left, _arrow, right = line.partition(" => ")
    return f"{bare(left.strip())} => {bare(right.strip())}"


@pytest.mark.parametrize("module", MODULES)
def test_every_check_prints_the_right_answer(module: WrittenModule) -> None:
    with_check = [question for question in module.questions if question.check]
    checked = zip(with_check, printed_by_checks(module), strict=True)

    wrong = {question.slug: printed for question, printed in checked if not agrees(question, printed)}
    assert wrong == {}


def feedback_in(question: WrittenQuestion) -> str:
    parts = [entry for value in question.answer.values() if isinstance(value, list) for entry in value]
    either = [str(question.answer.get(f"feedback_{word}", "")) for word in ("true", "false")]
    return "".join([question.feedback, *either, *(part.get("feedback", "") for part in parts)])


@pytest.mark.parametrize("module", MODULES)
def test_every_question_teaches(module: WrittenModule) -> None:
    for question in module.questions:
        lacking = {"feedback": feedback_in(question), "hint": question.hints, "solution": question.solution}
        assert [name for name, value in lacking.items() if not value] == [], question.slug


def test_nearly_every_question_on_programs_has_a_check() -> None:
    [every] = [questions_of(course) for course in COURSES if course.subject == "programming"]
    unchecked = [question.slug for question in every if not question.check]

    assert len(unchecked) <= 0.05 * len(every)  # which name is best, no program can tell


@pytest.mark.parametrize("module", MODULES)
def test_every_right_answer_is_marked_right(module: WrittenModule) -> None:
    for question in module.questions:
        content = content_from(question)
        assert marking.mark(content, marking.right_response(content)).is_right, question.slug


def test_there_are_questions_of_every_kind(course: WrittenCourse) -> None:
    kinds = Counter(question.kind for question in questions_of(course))

    assert sum(kinds.values()) >= 80
    assert set(kinds) == set(QuestionKind.values)


@pytest.mark.parametrize("module", MODULES)
def test_every_module_can_be_learned_in_several_ways(module: WrittenModule) -> None:
    assert len({variant.modality for variant in module.variants}) >= 2
    assert len({variant.difficulty for variant in module.variants}) >= 2
    assert len({question.difficulty for question in module.questions}) >= 3
    assert len(module.questions) >= 10


def test_every_skill_is_taught_and_practiced(course: WrittenCourse) -> None:
    skills = {skill.slug for skill in course.skills}

    assert {skill for module in course.modules for skill in module.skills} == skills
    assert {skill for question in questions_of(course) for skill in question.skills} == skills


@pytest.mark.parametrize("module", MODULES)
def test_every_text_can_be_shown(module: WrittenModule) -> None:
    for variant in module.variants:
        assert "did not run" not in to_html(variant.body)
        assert "&lt;/" not in to_html(variant.body)


BY_SLUG = {question.slug: question for course in COURSES for question in questions_of(course)}


def is_right(slug: str, text: str) -> bool:
    return marking.mark(content_from(BY_SLUG[slug]), {"text": text}).is_right


def test_right_answers_in_other_words_are_accepted() -> None:
    assert [(slug, text) for slug, texts in RIGHT.items() for text in texts if not is_right(slug, text)] == []


def test_answers_that_only_come_near_are_refused() -> None:
    assert [(slug, text) for slug, texts in WRONG.items() for text in texts if is_right(slug, text)] == []


def test_spanish_sentences_may_be_called_out_and_need_no_marks() -> None:
    [spanish] = [course for course in COURSES if course.subject == "spanish"]
    asked = [question for question in questions_of(spanish) if question.kind == "short_text"]
    shown = {question.slug: marking.right_response(content_from(question))["text"] for question in asked}
    sentences = {slug: text for slug, text in shown.items() if text[0].isupper()}
    questions = {slug: text for slug, text in shown.items() if text.startswith("¿")}

    assert len(sentences) >= 10
    assert len(questions) >= 4
    others = [(slug, form) for slug, text in sentences.items() for form in (f"¡{text}!", f"{text}!", f"{text}.")]
    others += [(slug, form) for slug, text in questions.items() for form in (text[1:], text[:-1], text.strip("¿?"))]
    assert [(slug, form) for slug, form in others if not is_right(slug, form)] == []


def test_words_that_may_stand_in_two_places_are_not_asked_to_be_put_in_order() -> None:
    items = [item["text"] for item in BY_SLUG["gustar-order"].answer["items"]]

    assert items == ["A mi hermana", "no", "le", "gusta", "nada el pescado"]


@pytest.mark.django_db
@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_it_loads_and_loads_again(folder: Path) -> None:
    created = load_folder(folder).created

    assert load_folder(folder).unchanged == created
    questions = len(questions_of(read(folder)))
    assert QuestionVersion.objects.count() == Question.objects.filter(live=True).count() == questions
