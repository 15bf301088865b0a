"""The API for trainers: what the learners of a cohort know."""

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, serializers

from adaptive.describing import belief_data
from adaptive.mastery import beliefs_in
from adaptive.serializers import SkillStateSerializer
from analytics.heat import skills_of, with_mastery
from courses.access import actor, trained_cohort
from courses.limiting import READING, limited
from courses.models import Enrollment
from courses.serializers import Given

COURSE = OpenApiParameter("course", str, required=True, description="The slug of one of the cohort's courses.")


class LearnerSerializer(Given):
    id = serializers.UUIDField()
    name = serializers.CharField()


class LearnerMasterySerializer(Given):
    """What is believed of one learner of the cohort."""

    learner = LearnerSerializer()
    skills = SkillStateSerializer(many=True)

    def to_representation(self, instance: Enrollment) -> dict[str, Any]:
        skills = self.context["skills"]
        beliefs = beliefs_in(getattr(instance, "mastery", None) or {}, [skill.pk for skill in skills])
        return {
            "learner": {"id": instance.learner.pk, "name": instance.learner.name},
            "skills": [
                {"skill": {"slug": skill.slug, "title": skill.title}} | belief_data(beliefs[skill.pk])
                for skill in skills
            ],
        }


@extend_schema(parameters=[COURSE])
class Mastery(generics.ListAPIView[Enrollment]):
    """Learners of a cohort that you look after, with what is believed of each skill of a course."""

    serializer_class = LearnerMasterySerializer
    throttle_classes = [limited(READING)]

    def get_queryset(self) -> Any:
        cohort = trained_cohort(actor(self.request), self.kwargs["pk"])
        self.course = get_object_or_404(cohort.courses, slug=self.request.query_params.get("course", ""))
        return with_mastery(Enrollment.objects.in_cohort(cohort).filter(course=self.course))

    def get_serializer_context(self) -> dict[str, Any]:
        course = getattr(self, "course", None)  # none while the schema is made
        return {**super().get_serializer_context(), "skills": skills_of(course)}
