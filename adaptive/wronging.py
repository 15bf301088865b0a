"""A plausible wrong answer to any question, for simulated learners."""

from typing import Any

import numpy as np

from courses import marking
from courses.marking import Response
from courses.versions import Content

TRIES = 8


def wrong_response(content: Content, rng: np.random.Generator) -> Response:
    """Return a response that is not fully right. The same randomness gives the same one."""
    right = marking.right_response(content)
    for _ in range(TRIES):
        response = _spoiled(content, right, rng)
        if marking.mark(content, response).score < 1:
            return response
    return {"text": "?"} if "text" in right else right


def _spoiled(content: Content, right: Response, rng: np.random.Generator) -> Response:
    answer = content["answer"]
    match content["kind"]:
        case "true_or_false":
            return {"choice": "false" if right["choice"] == "true" else "true"}
        case "single_choice":
            return {"choice": _any([choice["id"] for choice in answer["choices"] if not choice["right"]], rng)}
        case "multiple_choice":
            return {
                "choices": [choice["id"] for choice in answer["choices"] if rng.random() < 0.5][:1] or _first(answer)
            }
        case "numeric" | "short_text":
            return {"text": _known_wrong(answer, right, rng)}
        case "matching":
            lefts, rights = list(right["pairs"]), list(right["pairs"].values())
            return {"pairs": dict(zip(lefts, rng.permutation(rights).tolist(), strict=True))}
        case "ordering":
            return {"order": rng.permutation(right["order"]).tolist()}
        case _:
            spoiled = int(rng.integers(len(right["gaps"])))
            return {"gaps": ["?" if n == spoiled else gap for n, gap in enumerate(right["gaps"])]}


def _known_wrong(answer: dict[str, Any], right: Response, rng: np.random.Generator) -> str:
    """A mistake that the author expected, or else something else that is wrong."""
    if answer["wrong"] and rng.random() < 0.7:
        known = answer["wrong"][int(rng.integers(len(answer["wrong"])))]
        return str(known.get("text", known.get("value")))
    return str(answer["value"] + 1 + int(rng.integers(3))) if "value" in answer else right["text"] + "x"


def _any(choices: list[str], rng: np.random.Generator) -> str:
    return choices[int(rng.integers(len(choices)))]


def _first(answer: dict[str, Any]) -> list[str]:
    return [answer["choices"][0]["id"]]
