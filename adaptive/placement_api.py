"""The API of the placement test: what it is about, its next question, and ending it. Its answers go where all do."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view, throttle_classes
from rest_framework.request import Request
from rest_framework.response import Response

from adaptive.adapting import standing_of
from adaptive.describing import question_data
from adaptive.placement import MOST_QUESTIONS, invitation, verdicts
from adaptive.placing import begin_placement, finding, stop_placement, waiting_question
from adaptive.progress import Ending
from adaptive.serving import live_tutor
from courses.access import actor, own_enrollment
from courses.limiting import READING, STEPPING, limited
from courses.models import Enrollment
from courses.serializers import (
    Given,
    ModuleNameSerializer,
    NothingSerializer,
    PresentationSerializer,
    SkillNameSerializer,
    read,
)

ON_OFFER, UNDER_WAY, CLOSED = "on_offer", "under_way", "closed"


class SkillFindingSerializer(Given):
    """What the test found of a skill."""

    skill = SkillNameSerializer()
    chance = serializers.FloatField(help_text="That the skill is known.")
    seems = serializers.ChoiceField(choices=["known", "unsure", "unknown"])


class PlacementSerializer(Given):
    """A placement test: up to eight questions that find out where to start."""

    course = serializers.CharField()
    stage = serializers.ChoiceField(
        choices=[ON_OFFER, UNDER_WAY, Ending.PLACED, Ending.SKIPPED, CLOSED],
        help_text="`closed`: the course has begun without it, or has none.",
    )
    answered = serializers.IntegerField(help_text="Questions of the test.")
    most = serializers.IntegerField(help_text="Questions of the test. It ends sooner once it is sure.")
    minutes = serializers.IntegerField(help_text="About so long from here; 0 where there is nothing to take.")
    question = PresentationSerializer(allow_null=True, help_text="That waits for its answer.")
    skills = SkillFindingSerializer(many=True, help_text="What it found, once it ended.")
    modules = ModuleNameSerializer(many=True, help_text="That count as done because of it, until an answer objects.")


@extend_schema(responses={200: PlacementSerializer})
@api_view(["GET"])
@throttle_classes([limited(READING)])
def placement(request: Request, slug: str) -> Response:
    """Whether you may find out where to start, how far you are, and what it found."""
    return Response(_data(own_enrollment(actor(request), slug)))


@extend_schema(request=None, responses={200: PlacementSerializer})
@api_view(["POST"])
@throttle_classes([limited(STEPPING)])
def begin(request: Request, slug: str) -> Response:
    """Get the question to answer now: the first one, or the one that waits.

    Each result then has the next one, in `next.question`. `{"passed": true}` says that you do not know yet.
    """
    read(NothingSerializer, request)
    enrollment = own_enrollment(actor(request), slug)
    begin_placement(enrollment)
    return Response(_data(enrollment))


@extend_schema(request=None, responses={200: PlacementSerializer})
@api_view(["POST"])
@throttle_classes([limited(STEPPING)])
def stop(request: Request, slug: str) -> Response:
    """End the test here. What its answers told so far counts; without any, it is skipped. It is not offered again."""
    read(NothingSerializer, request)
    enrollment = own_enrollment(actor(request), slug)
    stop_placement(enrollment)
    return Response(_data(enrollment))


def _data(enrollment: Enrollment) -> dict[str, Any]:
    standing, found = standing_of(enrollment, live_tutor(enrollment.course_id)), finding(enrollment)
    invited, syllabus = invitation(standing), standing.syllabus
    question = waiting_question(enrollment) if invited else None
    ended = found.response["because"] if found else CLOSED
    under_way = UNDER_WAY if question or (invited and invited.answered) else ON_OFFER
    told = verdicts(syllabus, found) if found else {}
    return {
        "course": syllabus.slug,
        "stage": under_way if invited else ended,
        "answered": len(standing.progress.placement.answers),
        "most": MOST_QUESTIONS,
        "minutes": invited.minutes if invited else 0,
        "question": question and question_data(syllabus, question),
        "skills": [
            {"skill": {"slug": one.skill.slug, "title": one.skill.title}, "chance": one.chance, "seems": one.seems}
            for several in told.values()
            for one in several
        ],
        "modules": [
            {"slug": entry.slug, "title": entry.title}
            for entry in syllabus.modules.values()
            if standing.progress.module(entry.id).ended == Ending.PLACED
        ],
    }
