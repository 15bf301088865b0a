"""What a browser sends when an author fills in a question of each kind."""

from typing import Any

from wagtail.test.utils.form_data import nested_form_data, streamfield

from courses.models import Module, Skill


def items(*values: Any) -> dict[str, Any]:
    """A list of blocks, as their form sends it."""
    fields: dict[str, Any] = {"count": str(len(values))}
    for place, value in enumerate(values):
        fields[str(place)] = {"value": value, "deleted": "", "order": str(place), "id": f"id-{place}"}
    return fields


def choice(text: str, right: bool = False, feedback: str = "") -> dict[str, str]:
    return {"text": text, "feedback": feedback} | ({"right": "on"} if right else {})


def choices(*rights: bool) -> dict[str, Any]:
    return {"choices": items(*(choice(f"Choice {place}", right) for place, right in enumerate(rights)))}


GOOD_ANSWERS: dict[str, dict[str, Any]] = {
    "single_choice": choices(True, False, False),
    "multiple_choice": choices(True, True, False),
    "true_or_false": {"is_true": "on", "feedback_true": "Yes.", "feedback_false": "Look again."},
    "numeric": {"value": "3.5", "tolerance": "0.1", "unit": "cm", "wrong": items({"value": "4", "feedback": "Down."})},
    "short_text": {
        "accepted": items("print", "/prints?/"),
        "case_sensitive": "on",
        "wrong": items({"text": "Print", "feedback": "Small."}),
    },
    "matching": {"pairs": items(*({"left": f"Left {n}", "right": f"Right {n}"} for n in range(3)))},
    "ordering": {"items": items("first", "second", "third")},
    "cloze": {"case_sensitive": ""},
}
UNFINISHED: dict[str, dict[str, Any]] = {
    "single_choice": {"choices": items(choice(""), choice("One"))},
    "multiple_choice": {"choices": items(choice(""))},
    "numeric": {"value": "", "tolerance": "", "wrong": items()},
    "short_text": {"accepted": items(""), "wrong": items()},
    "matching": {"pairs": items({"left": "", "right": ""})},
    "ordering": {"items": items("first")},
    "cloze": {},
}
CLOZE_PROMPT = "Write {{print}} and choose {{*right|wrong}}."


def question_form(module: Module, skill: Skill, kind: str, **others: Any) -> dict[str, Any]:
    """Everything the editor of a question sends, with a good answer of this kind."""
    fields = {
        "module": str(module.pk),
        "title": f"A question of {kind}?",
        "slug": "",
        "prompt": CLOZE_PROMPT if kind == "cloze" else "Think.",
        "answer": streamfield([(kind, GOOD_ANSWERS[kind])]),
        "hints": streamfield([("hint", "Look at it again.")]),
        "feedback": "",
        "solution": "So.",
        "difficulty": "2",
    }
    skills = others.pop("skills", [skill.pk])
    return {**nested_form_data(fields | others), "skills": skills}
