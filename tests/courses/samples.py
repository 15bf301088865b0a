"""One question of each kind, as a version keeps it."""

from typing import Any

Content = dict[str, Any]


def question(kind: str, answer: dict[str, Any], prompt: str = "") -> Content:
    return {
        "kind": kind,
        "title": "What is right?",
        "prompt": prompt,
        "answer": answer,
        "feedback": "General secret feedback.",
        "hints": ["Secret hint."],
        "solution": "Secret solution.",
        "skills": ["values"],
        "difficulty": 2,
    }


def choice(own_id: str, text: str, right: bool) -> dict[str, Any]:
    return {"id": own_id, "text": text, "right": right, "feedback": f"Secret feedback on {own_id}."}


def single_choice(*texts: str) -> Content:
    """The first choice is right."""
    return question("single_choice", {"choices": [choice(f"c{i}", text, i == 0) for i, text in enumerate(texts)]})


def multiple_choice(right: int, wrong: int) -> Content:
    return question(
        "multiple_choice", {"choices": [choice(f"c{i}", f"choice {i}", i < right) for i in range(right + wrong)]}
    )


def true_or_false(is_true: bool = True) -> Content:
    answer = {"is_true": is_true, "feedback_true": "Secret about true.", "feedback_false": "Secret about false."}
    return question("true_or_false", answer)


def numeric(value: float, tolerance: float = 0, is_relative: bool = False, unit: str = "", **wrong: str) -> Content:
    known = [{"id": f"w{i}", "value": float(v), "feedback": text} for i, (v, text) in enumerate(wrong.items())]
    return question(
        "numeric",
        {"value": value, "tolerance": tolerance, "is_relative": is_relative, "unit": unit, "wrong": known},
    )


def short_text(*accepted: str, case_sensitive: bool = False, wrong: dict[str, str] | None = None) -> Content:
    return question(
        "short_text",
        {
            "accepted": [{"id": f"a{i}", "text": text} for i, text in enumerate(accepted)],
            "case_sensitive": case_sensitive,
            "wrong": [{"id": text, "text": text, "feedback": words} for text, words in (wrong or {}).items()],
        },
    )


def matching(*pairs: tuple[str, str]) -> Content:
    return question(
        "matching", {"pairs": [{"id": f"p{i}", "left": left, "right": right} for i, (left, right) in enumerate(pairs)]}
    )


def ordering(*items: str) -> Content:
    return question("ordering", {"items": [{"id": f"i{i}", "text": text} for i, text in enumerate(items)]})


def cloze(prompt: str, case_sensitive: bool = False) -> Content:
    return question("cloze", {"case_sensitive": case_sensitive}, prompt)


EVERY_KIND = [
    single_choice("red", "green", "blue"),
    multiple_choice(right=2, wrong=3),
    true_or_false(),
    numeric(3.5, 0.1, unit="cm"),
    short_text("print", "/pr[iy]nt/"),
    matching(("one", "1"), ("two", "2"), ("three", "3"), ("", "4")),
    ordering("first", "second", "third", "fourth"),
    cloze("Say {{hello|hi}} to the {{*world|moon|sun}}."),
]
