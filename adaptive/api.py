"""The API of the learning loop: the next step, an answer and what came of it, and what is believed of a learner."""

from typing import Any
from uuid import UUID, uuid4

from django.db.models import UUIDField
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import api_view, throttle_classes
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response

from adaptive import describing
from adaptive.adapting import standing_of
from adaptive.advancing import advance, outcome_of
from adaptive.asking import open_question
from adaptive.models import Recommendation
from adaptive.placing import leave_placement
from adaptive.recommending import recommend_next
from adaptive.serializers import (
    AnsweredBeforeSerializer,
    AnswerSerializer,
    HintRequestSerializer,
    HintSerializer,
    NoLongerOnOfferSerializer,
    OverrideSerializer,
    ResultSerializer,
    StateSerializer,
    StepSerializer,
    WhySerializer,
)
from adaptive.serving import live_tutor
from adaptive.stepping import NoLongerOnOffer, Request, begin, finish_reading, override
from adaptive.syllabus import syllabus_of
from courses import marking
from courses.access import actor, own_enrollment, own_presentation, question_to_answer
from courses.answering import AlreadyAnswered, Submission
from courses.hinting import take_hint
from courses.limiting import ANSWERING, HINTING, READING, STEPPING, limited
from courses.models import Enrollment, Interaction, Presentation
from courses.serializers import NothingSerializer, ProblemSerializer, read
from courses.statements import Query, Slot

STEP = {200: StepSerializer, 409: NoLongerOnOfferSerializer}
ELSEWHERE = "Something else is on offer by now."
HAS_QUESTIONS = "This step ends with its questions."
ANSWERED = "This question was answered before. The first answer stands."
OFFERED_TO = Query(
    lambda: (
        Recommendation.objects.select_related(
            "enrollment__course__edition", "enrollment__learner", "checkpoint", "calibration"
        )
        .filter(pk=Slot("id", UUIDField()), enrollment__learner=Slot("learner", UUIDField()))
        .order_by()
    )
)


@extend_schema(request=None, responses={200: StepSerializer, 409: ProblemSerializer})
@api_view(["POST"])
@throttle_classes([limited(STEPPING)])
def next_step(request: ApiRequest, slug: str) -> Response:
    """The step on offer, with the question that waits for an answer, if one does.

    It stays the same until you finish it or ask for something else.
    """
    read(NothingSerializer, request)
    return Response(_on_offer(own_enrollment(actor(request), slug)))


@extend_schema(request=None, responses=STEP)
@api_view(["POST"])
@throttle_classes([limited(STEPPING)])
def opened(request: ApiRequest, recommendation_id: UUID) -> Response:
    """Begin the step on offer, and get its question; there is none where there is nothing to answer."""
    read(NothingSerializer, request)
    step = _own_recommendation(request, recommendation_id)
    leave_placement(step.enrollment)
    if not _is_on_offer(step):
        return _no_longer_on_offer(step)
    question = begin(step.enrollment, step)
    return Response(describing.step_data(syllabus_of(step.enrollment), step, question))


@extend_schema(request=None, responses=STEP)
@api_view(["POST"])
@throttle_classes([limited(STEPPING)])
def finished(request: ApiRequest, recommendation_id: UUID) -> Response:
    """End a step that has nothing to answer, and get the next one."""
    read(NothingSerializer, request)
    step = _own_recommendation(request, recommendation_id)
    if not _is_on_offer(step):
        return _no_longer_on_offer(step)
    if syllabus_of(step.enrollment).modules[step.module_id].questions:
        return _no_longer_on_offer(step, HAS_QUESTIONS)
    finish_reading(step.enrollment, step)
    return Response(_on_offer(step.enrollment))


@extend_schema(request=OverrideSerializer, responses=STEP | {422: ProblemSerializer})
@api_view(["POST"])
@throttle_classes([limited(STEPPING)])
def overridden(request: ApiRequest, recommendation_id: UUID) -> Response:
    """Ask for something else than what is offered, and get the step that respects it.

    With a `key` the same can be sent again. 409: something else is on offer by now, and nothing was changed.
    422: this key was used for another wish.
    """
    step, sent = _own_recommendation(request, recommendation_id), read(OverrideSerializer, request)
    leave_placement(step.enrollment)
    try:
        override(step.enrollment, Request(sent["wish"], None, sent["reason"], sent.get("key") or uuid4(), step.pk))
    except NoLongerOnOffer:
        return _no_longer_on_offer(step)
    return Response(_on_offer(step.enrollment))


@extend_schema(responses={200: WhySerializer})
@api_view(["GET"])
@throttle_classes([limited(READING)])
def recommendation(request: ApiRequest, recommendation_id: UUID) -> Response:
    """Everything that went into a choice: the candidates, their scores, and how likely each was."""
    step = _own_recommendation(request, recommendation_id)
    return Response(describing.why_data(syllabus_of(step.enrollment), step))


@extend_schema(
    request=AnswerSerializer,
    responses={
        201: ResultSerializer,
        200: ResultSerializer,
        409: AnsweredBeforeSerializer,
        422: ProblemSerializer,
    },
)
@api_view(["POST"])
@throttle_classes([limited(ANSWERING)])
def answer(request: ApiRequest, presentation_id: UUID) -> Response:
    """Answer a question: 201 means that the answer is kept for good.

    After any other outcome than 4xx send the same again, with the same key: 200 has the result of the first time.
    409: answered before under another key; the first answer stands, and its result is in the body.
    422: this key was used for another answer.
    """
    shown = question_to_answer(actor(request), presentation_id)
    submission = _submission(shown, read(AnswerSerializer, request))
    try:
        outcome = advance(submission)
    except AlreadyAnswered as earlier:
        result = _result(shown, earlier.answer)
        return Response({"detail": ANSWERED, "result": result}, status=409)
    is_new = outcome.answer.at == submission.at
    result = describing.result_data(syllabus_of(shown.enrollment), shown, outcome.answer, outcome)
    return Response(result, status=201 if is_new else 200)


@extend_schema(request=HintRequestSerializer, responses={200: HintSerializer})
@api_view(["POST"])
@throttle_classes([limited(HINTING)])
def hint(request: ApiRequest, presentation_id: UUID) -> Response:
    """A hint for a question. Each one counts once, however often you ask for it."""
    shown = own_presentation(actor(request), presentation_id)
    return Response(HintSerializer(take_hint(shown, read(HintRequestSerializer, request)["number"])).data)


@extend_schema(responses={200: StateSerializer})
@api_view(["GET"])
@throttle_classes([limited(READING)])
def state(request: ApiRequest, slug: str) -> Response:
    """What is believed of you, skill by skill, and how sure that is."""
    enrollment = own_enrollment(actor(request), slug)
    return Response(describing.state_data(standing_of(enrollment, live_tutor(enrollment.course_id))))


def _submission(shown: Presentation, sent: dict[str, Any]) -> Submission:
    return Submission(
        presentation=shown,
        response=marking.response_from(shown.question_version.content, sent["response"]),
        key=sent["key"],
        seconds_spent=sent.get("seconds"),
        confidence=sent.get("confidence"),
        client_sequence=sent.get("client_sequence"),
        client_at=sent.get("client_at"),
    )


def _result(shown: Presentation, answered: Interaction) -> dict[str, Any]:
    return describing.result_data(syllabus_of(shown.enrollment), shown, answered, outcome_of(answered))


def _own_recommendation(request: ApiRequest, recommendation_id: UUID) -> Recommendation:
    """A step that was offered to this person, or 404."""
    step = OFFERED_TO.first(id=recommendation_id, learner=actor(request).pk)
    if step is None:
        raise Http404
    return step


def _on_offer(enrollment: Enrollment) -> dict[str, Any]:
    step = recommend_next(enrollment)
    return describing.step_data(syllabus_of(enrollment), step, open_question(enrollment, step))


def _is_on_offer(step: Recommendation) -> bool:
    return recommend_next(step.enrollment).pk == step.pk


def _no_longer_on_offer(step: Recommendation, detail: str = ELSEWHERE) -> Response:
    return Response({"detail": detail, "next": _on_offer(step.enrollment)}, status=409)
