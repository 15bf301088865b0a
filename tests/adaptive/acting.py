"""What a learner does in tests: the same deeds as the pages, without HTTP."""

import uuid
from collections.abc import Callable

from adaptive.advancing import advance
from adaptive.models import Outcome
from adaptive.stepping import practice
from courses import marking
from courses.access import own_presentation
from courses.answering import Submission
from courses.models import Enrollment, Presentation, User

WRONG = {
    "numeric": {"text": "-99"},
    "short_text": {"text": "surely not"},
}


def shown(presentation: Presentation) -> Presentation:
    """The question as a page reads it."""
    return own_presentation(User(pk=presentation.enrollment.learner_id), presentation.pk)


def respond(presentation: Presentation, right: bool, key: uuid.UUID | None = None) -> Outcome:
    """Answer right or wrong."""
    asked = shown(presentation)
    content = asked.question_version.content
    response = marking.right_response(content) if right else wrong_response(content)
    return advance(Submission(asked, response, key or uuid.uuid4(), seconds_spent=20.0))


def wrong_response(content: dict) -> dict:
    """A response that is wrong: a right one, spoiled."""
    right = marking.right_response(content)
    if "text" in right:
        return WRONG[content["kind"]]
    if "gaps" in right:
        return {"gaps": ["surely not" for _ in right["gaps"]]}
    if "order" in right:
        return {"order": right["order"][::-1]}
    if "pairs" in right:
        values = list(right["pairs"].values())
        return {"pairs": dict(zip(right["pairs"], values[1:] + values[:1], strict=True))}
    if "choices" in right:
        return {"choices": [one["id"] for one in content["answer"]["choices"] if not one["right"]]}
    if content["kind"] == "true_or_false":
        return {"choice": "false" if right["choice"] == "true" else "true"}
    return {"choice": next(one["id"] for one in content["answer"]["choices"] if not one["right"])}


def finish_a_module(enrollment: Enrollment) -> list[Outcome]:
    """Answer right until the first visit ends."""
    outcomes = learn(enrollment, lambda n: True, answers=1)
    while not outcomes[-1].finished:
        outcomes += learn(enrollment, lambda n: True, answers=1)
    return outcomes


def learn(enrollment: Enrollment, is_right: Callable[[int], bool], answers: int) -> list[Outcome]:
    """Go on step after step, for so many answers or until the course is finished."""
    outcomes: list[Outcome] = []
    question = None
    while len(outcomes) < answers:
        current = Enrollment.objects.with_edition().select_related("learner").get(pk=enrollment.pk)
        if current.finished_at:
            break
        question = question or practice(current)
        if question is None:
            continue
        outcomes.append(respond(question, is_right(len(outcomes))))
        question = outcomes[-1].next_question
    return outcomes
