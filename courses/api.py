"""The API of courses: signing in, what there is to learn, and the questions that were shown."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from allauth.core import ratelimit
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Count, Exists, OuterRef, Prefetch
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import generics
from rest_framework.authtoken.models import Token
from rest_framework.decorators import api_view, authentication_classes, permission_classes, throttle_classes
from rest_framework.exceptions import Throttled
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import ValidationError as Refused

from courses import access
from courses.enrolling import enroll
from courses.limiting import READING, STEPPING, limited
from courses.models import Cohort, Course, Enrollment, Module, User, Variant
from courses.serializers import (
    CohortSerializer,
    CourseSerializer,
    CredentialsSerializer,
    EnrollmentSerializer,
    LessonSerializer,
    NothingSerializer,
    OutlineSerializer,
    PresentationSerializer,
    ProblemSerializer,
    TokenSerializer,
    read,
)

LOGIN_PAUSE = 300  # seconds, as in ACCOUNT_RATE_LIMITS


@extend_schema(request=CredentialsSerializer, responses={200: TokenSerializer}, auth=[])
@api_view(["POST"])
@authentication_classes([])
@permission_classes([AllowAny])
def token(request: Request) -> Response:
    """Sign in with email and password, and get a token for the other calls.

    Attempts count together with those on the sign-in page: after a few wrong passwords this answers 429 for a while.
    """
    user = _signed_in(request, read(CredentialsSerializer, request))
    return Response({"token": Token.objects.get_or_create(user=user)[0].key})


@extend_schema(request=None, responses={204: None})
@api_view(["POST"])
def token_revoke(request: Request) -> Response:
    """Make the token worthless, on every device that has it."""
    read(NothingSerializer, request)
    Token.objects.filter(user=access.actor(request)).delete()
    return Response(status=204)


def _signed_in(request: Request, sent: dict[str, Any]) -> User:
    """Return the person with this email and password; count the attempt."""
    if not ratelimit.consume(request._request, action="login"):
        raise Throttled(wait=60)
    try:
        user = get_adapter().authenticate(request._request, email=sent["email"], password=sent["password"])
    except ValidationError:
        raise Throttled(wait=LOGIN_PAUSE) from None
    if not (isinstance(user, User) and user.is_active):
        raise Refused({"password": ["Email and password do not go together."]})
    if settings.ACCOUNT_EMAIL_VERIFICATION == "mandatory" and not _is_verified(user):
        raise Refused({"email": ["Confirm this address first: we sent you an email."]})
    return user


def _is_verified(user: User) -> bool:
    return EmailAddress.objects.filter(user=user, email__iexact=user.email, verified=True).exists()


@extend_schema(responses={200: CourseSerializer(many=True)})
class Courses(generics.ListAPIView[Course]):
    """The courses that you can see."""

    serializer_class = CourseSerializer
    throttle_classes = [limited(READING)]

    def get_queryset(self) -> Any:
        return _courses(access.actor(self.request))


@extend_schema(responses={200: OutlineSerializer})
@api_view(["GET"])
@throttle_classes([limited(READING)])
def outline(request: Request, slug: str) -> Response:
    """A course with its modules, and the ways in which each can be learned."""
    variants = Variant.objects.filter(live=True).select_related("module").defer("body")
    modules = Module.objects.filter(live=True).prefetch_related("skills", Prefetch("variants", variants))
    courses = _courses(access.actor(request)).prefetch_related(Prefetch("modules", modules))
    return Response(OutlineSerializer(get_object_or_404(courses, slug=slug)).data)


def _courses(user: User) -> Any:
    own = Enrollment.objects.of(user).filter(course=OuterRef("pk"))
    return access.visible_courses(user).annotate(is_enrolled=Exists(own)).order_by("title", "pk")


@extend_schema(request=None, responses={200: EnrollmentSerializer, 409: ProblemSerializer})
@api_view(["POST"])
@throttle_classes([limited(STEPPING)])
def enroll_in(request: Request, slug: str) -> Response:
    """Take up a course. Doing so twice changes nothing."""
    read(NothingSerializer, request)
    user = access.actor(request)
    return Response(EnrollmentSerializer(enroll(user, get_object_or_404(access.visible_courses(user), slug=slug))).data)


@extend_schema(responses={200: LessonSerializer})
@api_view(["GET"])
@throttle_classes([limited(READING)])
def lesson(request: Request, variant_id: int) -> Response:
    """What there is to read, watch or do in one way of learning a module. For who takes the course."""
    return Response(LessonSerializer(access.readable_variant(access.actor(request), variant_id)).data)


@extend_schema(responses={200: PresentationSerializer})
@api_view(["GET"])
@throttle_classes([limited(READING)])
def presentation(request: Request, presentation_id: str) -> Response:
    """A question that was shown to you, as it was shown."""
    return Response(PresentationSerializer(access.own_presentation(access.actor(request), presentation_id)).data)


class Cohorts(generics.ListAPIView[Cohort]):
    """The cohorts that you look after, or all of them for an admin."""

    serializer_class = CohortSerializer
    throttle_classes = [limited(READING)]

    def get_queryset(self) -> Any:
        cohorts = Cohort.objects.taught_by(access.actor(self.request)).distinct()
        return cohorts.prefetch_related("courses").annotate(learner_count=Count("learners", distinct=True))
