"""The API for trainers who steer: what is asked of a cohort and its learners, asking for more, and taking it back."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import generics, serializers
from rest_framework.decorators import api_view, throttle_classes
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import ValidationError as Refused

from adaptive.directing import ABOUT, Ask, Reach, direct, end
from adaptive.directives import BY_HAND, DATED, LEAST_AIM, MOST_AIM, Directive, DirectiveKind
from adaptive.placing_anew import CannotAsk, ask_anew
from courses.access import actor, trained_cohort
from courses.limiting import STEPPING, limited
from courses.models import Cohort, Course, Enrollment, Modality, Module, Skill, User
from courses.serializers import Given, ModuleNameSerializer, NothingSerializer, Sent, SkillNameSerializer, read

COURSE = OpenApiParameter("course", str, required=True, description="The slug of one of the cohort's courses.")


class SteeredLearnerSerializer(Given):
    id = serializers.UUIDField()
    name = serializers.CharField()


class DirectiveSerializer(Given):
    """What is asked of the policy, for one learner or the whole cohort."""

    id = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=DirectiveKind.choices)
    course = serializers.CharField(source="course.slug")
    learner = SteeredLearnerSerializer(
        source="enrollment.learner", allow_null=True, default=None, help_text="Nobody: it is for the whole cohort."
    )
    module = ModuleNameSerializer(allow_null=True)
    skill = SkillNameSerializer(allow_null=True, help_text="That counts as known.")
    modality = serializers.ChoiceField(choices=Modality.choices, allow_blank=True)
    percent = serializers.IntegerField(allow_null=True, help_text="Of answers right, to aim for.")
    note = serializers.CharField(allow_blank=True, help_text="Learners may read it.")
    holds_from = serializers.DateTimeField(allow_null=True)
    holds_until = serializers.DateTimeField(
        allow_null=True, help_text="When it ends; for a deadline, the moment by which it wants its module done."
    )
    rule = serializers.CharField(
        source="rule.sentence", default="", allow_blank=True, help_text="That asked for it; empty for a trainer."
    )
    made_by = serializers.CharField(source="made_by.name", default="", allow_blank=True)
    made_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)


class AskSerializer(Sent):
    """What a trainer asks for. It takes the place of the same kind about the same thing."""

    course = serializers.SlugField(help_text="One of the cohort's courses.")
    learner = serializers.UUIDField(
        required=False,
        allow_null=True,
        help_text="A learner of the cohort; left out, it is for the whole cohort. `place` needs one.",
    )
    kind = serializers.ChoiceField(choices=BY_HAND)
    module = serializers.SlugField(required=False, help_text="For every kind but `waiver`, `aim` and `place`.")
    skill = serializers.SlugField(required=False, help_text="For `waiver`.")
    percent = serializers.IntegerField(
        min_value=LEAST_AIM, max_value=MOST_AIM, required=False, help_text="Of answers right. For `aim`."
    )
    holds_from = serializers.DateTimeField(required=False, allow_null=True)
    holds_until = serializers.DateTimeField(required=False, allow_null=True, help_text="`lock` and `due` need it.")
    note = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        _check_about(attrs)
        until = attrs.get("holds_until")
        if (attrs["kind"] == DirectiveKind.AIM) != ("percent" in attrs):
            raise Refused({"percent": ["“aim” needs it, and only that."]})
        if attrs["kind"] in DATED and not until:
            raise Refused({"holds_until": [f"“{attrs['kind']}” needs a moment."]})
        if until and until <= max(timezone.now(), attrs.get("holds_from") or timezone.now()):
            raise Refused({"holds_until": ["It must be to come, and after it begins."]})
        return attrs


def _check_about(attrs: dict[str, Any]) -> None:
    needed = ABOUT.get(attrs["kind"], "module")
    unfit = [name for name in ("module", "skill") if name in attrs and name != needed]
    if needed not in attrs or unfit:
        blamed = unfit[0] if needed == "course" else needed
        raise Refused({blamed: [f"“{attrs['kind']}” is about a {needed}, and only that."]})


@extend_schema_view(get=extend_schema(parameters=[COURSE]))
class Directives(generics.ListAPIView[Directive]):
    """What is asked of a cohort that you look after, and of its learners: now or later."""

    serializer_class = DirectiveSerializer
    throttle_classes = [limited(STEPPING)]

    def get_queryset(self) -> Any:
        cohort = trained_cohort(actor(self.request), self.kwargs["pk"])
        course = get_object_or_404(cohort.courses, slug=self.request.query_params.get("course", ""))
        made = Directive.objects.made_in(cohort).filter(course=course).standing(timezone.now())
        return made.with_names().select_related("enrollment__learner")

    @extend_schema(request=AskSerializer, responses={201: DirectiveSerializer})
    def post(self, request: Request, pk: int) -> Response:
        """Ask for something. It counts from the next step on.

        A `pin` or `due` for one learner brings back a module that they have completed, for one visit; for the whole
        cohort it is for those who have not.
        """
        cohort = trained_cohort(actor(request), pk)
        sent = read(AskSerializer, request)
        reach = _reach(cohort, sent)
        ask = _ask(reach.course, sent)
        made = _made(reach, actor(request), ask)
        return Response(DirectiveSerializer(made).data, status=201)


@extend_schema(request=None, responses={200: DirectiveSerializer})
@api_view(["POST"])
@throttle_classes([limited(STEPPING)])
def end_directive(request: Request, pk: int, directive_pk: int) -> Response:
    """Take back what was asked for. Doing so twice changes nothing."""
    read(NothingSerializer, request)
    cohort = trained_cohort(actor(request), pk)
    made = Directive.objects.made_in(cohort).with_names().select_related("enrollment__learner")
    directive = get_object_or_404(made, pk=directive_pk)
    end(directive, actor(request))
    directive.refresh_from_db(fields=["ended_at"])
    return Response(DirectiveSerializer(directive).data)


def _made(reach: Reach, trainer: User, ask: Ask) -> Directive:
    try:
        return ask_anew(reach, trainer, ask) if ask.kind == DirectiveKind.PLACE else direct(reach, trainer, ask)
    except CannotAsk as why_not:
        raise Refused({"kind": [str(why_not)]}) from why_not


def _reach(cohort: Cohort, sent: dict[str, Any]) -> Reach:
    course = cohort.courses.filter(slug=sent["course"]).first()
    if course is None:
        raise Refused({"course": ["The cohort has no such course."]})
    if sent.get("learner") is None:
        return Reach(cohort, course)
    learners = Enrollment.objects.in_cohort(cohort).filter(course=course).with_edition().select_related("learner")
    enrollment = learners.filter(learner=sent["learner"]).first()
    if enrollment is None:
        raise Refused({"learner": ["Nobody of the cohort who takes the course has this id."]})
    return Reach(cohort, course, enrollment)


def _ask(course: Course, sent: dict[str, Any]) -> Ask:
    about, days = _about(course, sent), (sent.get("holds_from"), sent.get("holds_until"))
    return Ask(DirectiveKind(sent["kind"]), about, *days, sent["note"], sent.get("percent"))


def _about(course: Course, sent: dict[str, Any]) -> Module | Skill | Course:
    name = ABOUT.get(sent["kind"], "module")
    if name == "course":
        return course
    kind: type[Module] | type[Skill] = Skill if name == "skill" else Module
    about = kind._default_manager.filter(course=course, slug=sent[name], live=True).first()
    if about is None:
        raise Refused({name: [f"The course has no such {name}."]})
    return about
