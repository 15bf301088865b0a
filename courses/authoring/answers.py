"""For each kind of question: where an author begins, and a wrong answer to show what learners read after one."""

from collections.abc import Callable
from typing import Any

from courses import marking
from courses.gaps import Gap, gaps_in
from courses.marking.responses import Response
from courses.models import Question, QuestionKind
from courses.versions import Content

NONSENSE = "…"
BLANKS: dict[str, dict[str, Any]] = {
    "single_choice": {"choices": [{}, {}, {}]},
    "multiple_choice": {"choices": [{}, {}, {}, {}]},
    "short_text": {"accepted": [""]},
    "matching": {"pairs": [{}, {}, {}]},
    "ordering": {"items": ["", "", ""]},
}


def blank_answer(kind: str) -> Any:
    """Return an answer of this kind to fill in; a single choice where the kind is not known."""
    known = kind if kind in QuestionKind.values else QuestionKind.SINGLE_CHOICE.value
    block = Question._meta.get_field("answer").stream_block
    return block.to_python([{"type": known, "value": BLANKS.get(known, {})}])


def wrong_response(content: Content) -> Response:
    """Return a response that is not right, with feedback of its own where the author wrote some."""
    return WRONG[content["kind"]](content)


def _wrong_choice(content: Content) -> Response:
    return {"choice": _with_feedback(content["answer"]["choices"])[0]["id"]}


def _wrong_choices(content: Content) -> Response:
    return {"choices": [choice["id"] for choice in _with_feedback(content["answer"]["choices"])[:1]]}


def _wrong_statement(content: Content) -> Response:
    return {"choice": "false" if content["answer"]["is_true"] else "true"}


def _wrong_text(content: Content) -> Response:
    known = content["answer"]["wrong"]
    return {"text": known[0]["text"] if known else NONSENSE}


def _wrong_pairs(content: Content) -> Response:
    pairs = marking.right_response(content)["pairs"]
    rights = list(pairs.values())
    return {"pairs": dict(zip(pairs, [*rights[1:], rights[0]], strict=True))}


def _wrong_order(content: Content) -> Response:
    return {"order": marking.right_response(content)["order"][::-1]}


def _wrong_words(content: Content) -> Response:
    return {"gaps": [_wrong_word(gap) for gap in gaps_in(content["prompt"])]}


def _with_feedback(choices: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the wrong choices, those with feedback first; where all are right, the right ones."""
    wrong = [choice for choice in choices if not choice["right"]] or choices
    return sorted(wrong, key=lambda choice: not choice["feedback"])


def _wrong_number(content: Content) -> Response:
    answer = content["answer"]
    if answer["wrong"]:
        return {"text": str(answer["wrong"][0]["value"])}
    value, tolerance = float(answer["value"]), float(answer["tolerance"])
    return {"text": str(value + 1 + 2 * (abs(value) * tolerance / 100 if answer["is_relative"] else tolerance))}


def _wrong_word(gap: Gap) -> str:
    return next((word for word in gap.options if word != gap.accepted[0]), NONSENSE)


WRONG: dict[str, Callable[[Content], Response]] = {
    "single_choice": _wrong_choice,
    "multiple_choice": _wrong_choices,
    "true_or_false": _wrong_statement,
    "numeric": _wrong_number,
    "short_text": _wrong_text,
    "matching": _wrong_pairs,
    "ordering": _wrong_order,
    "cloze": _wrong_words,
}
