"""The API for learners who choose for themselves: a module to learn now, or one to review, and what is due."""

from typing import Any
from uuid import uuid4

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view, throttle_classes
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response
from rest_framework.serializers import ValidationError as Refused

from adaptive import describing
from adaptive.asking import open_question
from adaptive.models import Aim
from adaptive.placing import leave_placement
from adaptive.progress import Wish
from adaptive.recommending import recommend_next
from adaptive.reviewing import Reviews, reviews_in
from adaptive.serializers import NoLongerOnOfferSerializer, StepSerializer
from adaptive.standings import standings_of
from adaptive.stepping import NoLongerOnOffer, Request, override
from adaptive.syllabus import syllabus_of
from courses.access import actor, own_enrollment
from courses.limiting import READING, STEPPING, limited
from courses.models import Enrollment, Module
from courses.serializers import Given, ModuleNameSerializer, ProblemSerializer, Sent, read

OVERTAKEN = "This was done, and something else is on offer by now."
WISHED = {Aim.LEARN: Wish.THIS_ONE, Aim.REVIEW: Wish.REVIEW}


class ChooseSerializer(Sent):
    """A module that a learner wants now."""

    module = serializers.SlugField(help_text="A published module of the course.")
    purpose = serializers.ChoiceField(choices=Aim.choices, default=Aim.LEARN, help_text="To learn it, or to review it.")
    key = serializers.UUIDField(required=False, help_text="Made by you: with it, sending the same again is harmless.")


class ReviewedCourseSerializer(Given):
    slug = serializers.CharField()
    title = serializers.CharField()


class RestedSerializer(Given):
    course = ReviewedCourseSerializer()
    module = ModuleNameSerializer()


class DueSerializer(RestedSerializer):
    since = serializers.DateTimeField(help_text="When it had rested long enough.")
    minutes = serializers.IntegerField()


class ReviewsSerializer(Given):
    """What you may review in all of your courses."""

    due = DueSerializer(many=True, help_text="By course, the most overdue first.")
    minutes = serializers.IntegerField(help_text="What is due takes together.")
    next_at = serializers.DateTimeField(
        allow_null=True, help_text="When the next review will be due, in the courses where none is."
    )
    rested = RestedSerializer(many=True, help_text="Done and not due, but yours to repeat.")


@extend_schema(
    request=ChooseSerializer,
    responses={200: StepSerializer, 409: NoLongerOnOfferSerializer, 422: ProblemSerializer},
)
@api_view(["POST"])
@throttle_classes([limited(STEPPING)])
def choose(request: ApiRequest, slug: str) -> Response:
    """Choose a module yourself, to learn or to review it, and get the step.

    What a trainer has put aside is not offered: then the step is about something else. With a `key` the same can be
    sent again. 409: something else came on offer since. 422: this key was used for another wish.
    """
    enrollment, sent = own_enrollment(actor(request), slug), read(ChooseSerializer, request)
    wish = Request(WISHED[sent["purpose"]], _module(enrollment, sent["module"]), key=sent.get("key") or uuid4())
    leave_placement(enrollment)
    try:
        override(enrollment, wish)
    except NoLongerOnOffer:
        return Response({"detail": OVERTAKEN, "next": _on_offer(enrollment)}, status=409)
    return Response(_on_offer(enrollment))


@extend_schema(responses={200: ReviewsSerializer})
@api_view(["GET"])
@throttle_classes([limited(READING)])
def reviews(request: ApiRequest) -> Response:
    """What is due for review in all of your courses, and what else you may repeat."""
    standings = list(standings_of(list(Enrollment.objects.of(actor(request)).with_edition())))
    return Response(_reviews_data(reviews_in(standings, timezone.now())))


def _module(enrollment: Enrollment, slug: str) -> Module:
    module = enrollment.course.modules.filter(live=True, slug=slug).first()
    if module is None:
        raise Refused({"module": ["The course has no such module."]})
    return module


def _on_offer(enrollment: Enrollment) -> dict[str, Any]:
    step = recommend_next(enrollment)
    return describing.step_data(syllabus_of(enrollment), step, open_question(enrollment, step))


def _reviews_data(found: Reviews) -> dict[str, Any]:
    return {
        "due": [
            describing.module_data(standing.syllabus, one.module) | {"since": one.since, "minutes": one.minutes}
            for standing, one in found.due
        ],
        "minutes": found.minutes,
        "next_at": found.next_at,
        "rested": [describing.module_data(standing.syllabus, module) for standing, module in found.rested],
    }
