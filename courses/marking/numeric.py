"""A number, near enough to the right one. The unit may be left out; a wrong unit costs half."""

import math
from typing import Any

from django.utils.translation import gettext as _

from courses.marking.marks import Mark, Part, mark_of
from courses.marking.numbers import TypedNumber, as_text, folded_unit, read_number
from courses.marking.responses import Data, Response, UnreadableResponse, typed_text
from courses.marking.texts import as_code, repeated
from courses.versions import Content

LONGEST_INPUT = 60
FUZZ = 1e-9  # 0.1 + 0.2 is 0.3


def response_from(content: Content, data: Data) -> Response:
    otherwise = _("Write a number, such as 3.5.")
    text = typed_text(data.get("text"), LONGEST_INPUT, otherwise)
    if read_number(text) is None:
        raise UnreadableResponse(otherwise)
    return {"text": text}


def mark(content: Content, response: Response) -> Mark:
    answer, text = content["answer"], str(response.get("text", ""))
    typed = read_number(text)
    score = _score(answer, typed) if typed else 0.0
    feedback = _unit_feedback(answer) if score == 0.5 else "" if score or not typed else _known_feedback(answer, typed)
    shown = _right_answer(answer)
    part = Part("number", "", as_code(text), score == 1, feedback, "" if score == 1 else shown)
    return mark_of(score, [part], [shown])


def as_shown(content: Content, seed: object) -> dict[str, Any]:
    return {"unit": content["answer"]["unit"]}


def right_response(content: Content) -> Response:
    return {"text": f"{as_text(content['answer']['value'])} {content['answer']['unit']}".strip()}


def defects(content: Content) -> list[str]:
    answer = content["answer"]
    found = []
    if not all(math.isfinite(number) for number in (answer["value"], answer["tolerance"])):
        return [_("The right number and its tolerance must be finite.")]
    if answer["tolerance"] < 0:
        found.append(_("The tolerance must not be negative."))
    if answer["unit"] and read_number(f"1 {answer['unit']}") is None:
        found.append(_("The unit “%(unit)s” cannot be typed after a number.") % {"unit": answer["unit"]})
    wrong = [known["value"] for known in answer["wrong"]]
    found += [
        _("The wrong answer %(number)s counts as right.") % {"number": as_text(number)}
        for number in wrong
        if _is_near(number, answer["value"], _reach(answer))
    ]
    found += [_("Two wrong answers are equal: %(text)s") % {"text": text} for text in repeated(map(as_text, wrong))]
    return found


def _score(answer: dict[str, Any], typed: TypedNumber) -> float:
    if not any(_is_near(number, answer["value"], _reach(answer)) for number in typed.readings):
        return 0.0
    unit = folded_unit(answer["unit"])
    return 0.5 if unit and typed.unit and typed.unit != unit else 1.0


def _reach(answer: dict[str, Any]) -> float:
    """Return how far from the right number is near enough."""
    tolerance: float = answer["tolerance"]
    return tolerance / 100 * abs(answer["value"]) if answer["is_relative"] else tolerance


def _is_near(number: float, target: float, reach: float) -> bool:
    return abs(number - target) <= reach + FUZZ * max(abs(target), reach)


def _unit_feedback(answer: dict[str, Any]) -> str:
    return _("The number is right, the unit is not: write it in %(unit)s.") % {"unit": answer["unit"]}


def _known_feedback(answer: dict[str, Any], typed: TypedNumber) -> str:
    """Return what the author says about this number: the nearest known one, if it is near enough."""
    near = [
        (abs(number - known["value"]), position, known["feedback"])
        for number in typed.readings
        for position, known in enumerate(answer["wrong"])
        if _is_near(number, known["value"], _reach(answer))
    ]
    return min(near)[2] if near else ""


def _right_answer(answer: dict[str, Any]) -> str:
    parts = [as_text(answer["value"])]
    if answer["tolerance"]:
        parts.append(f"± {as_text(answer['tolerance'])}{' %' if answer['is_relative'] else ''}")
    return " ".join([*parts, answer["unit"]]).strip()
