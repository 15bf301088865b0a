"""A learner at work through the API."""

import uuid
from typing import Any

from courses import marking
from courses.models import Presentation
from tests.api.world import Caller, Json


def begin(caller: Caller, slug: str = "python") -> Json:
    """Open the step on offer; return the question to answer."""
    step = caller.post(f"courses/{slug}/next/").json()["recommendation"]
    question: Json = caller.post(f"recommendations/{step['id']}/opened/").json()["question"]
    return question


def right(question_id: str) -> Json:
    """A right response, with ids as only the author knows them."""
    return marking.right_response(Presentation.objects.get(pk=question_id).question_version.content)


def wrong(question_id: str) -> Json:
    """A response that can be read, and is not quite right."""
    content = Presentation.objects.get(pk=question_id).question_version.content
    response = marking.right_response(content)
    match content["kind"]:
        case "single_choice":
            return {"choice": content["answer"]["choices"][-1]["id"]}
        case "multiple_choice":
            return {"choices": [content["answer"]["choices"][-1]["id"]]}
        case "true_or_false":
            return {"choice": "false"}
        case "numeric" | "short_text":
            return {"text": "99"}
        case "ordering":
            return {"order": response["order"][::-1]}
        case "cloze":
            return {"gaps": ["nothing", "moon"]}
    return {"pairs": dict.fromkeys(response["pairs"], next(iter(response["pairs"].values())))}


def body(response: Json, key: uuid.UUID | None = None, **more: Any) -> Json:
    return {"key": str(key or uuid.uuid4()), "response": response, **more}


def send(caller: Caller, question_id: str, response: Json, key: uuid.UUID | None = None, **more: Any) -> Any:
    return caller.post(f"presentations/{question_id}/answer/", body(response, key, **more))
