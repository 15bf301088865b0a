"""What the API of courses takes and gives."""

from functools import cache
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request

from courses import marking
from courses.models import Cohort, Course, Difficulty, Modality, Module, Presentation, Purpose, QuestionKind, Variant

LONGEST_TIME = 86_400  # seconds on one question, or on one page
UNKNOWN = "There is no such field."


class Sent(serializers.Serializer[Any]):
    """What a client sends: every field is known, or the request is refused and says which one is not."""

    def to_internal_value(self, data: Any) -> Any:
        unknown = set(data) - set(self.fields) if isinstance(data, dict) else set()
        if unknown:
            raise serializers.ValidationError({name: [UNKNOWN] for name in sorted(unknown)})
        return super().to_internal_value(data)


class NothingSerializer(Sent):
    """Where there is nothing to send: an empty body, or `{}`."""


class Given(serializers.Serializer[Any]):
    """What the API gives."""


def read(kind: type[Sent], request: Request) -> dict[str, Any]:
    """Return what was sent, checked, or answer 400 with what is wrong in which field."""
    return dict(_reader(kind).run_validation(request.data))


@cache
def _reader(kind: type[Sent]) -> Sent:
    """Return a serializer that only reads: it keeps nothing of what it read, so all requests share it."""
    return kind()


class ProblemSerializer(Given):
    """Why a request was refused."""

    detail = serializers.CharField(help_text="A sentence for people.")
    fields = serializers.DictField(  # type: ignore[assignment]
        child=serializers.ListField(child=serializers.CharField()),
        required=False,
        help_text="What is wrong with each field that was sent.",
    )


class CredentialsSerializer(Sent):
    email = serializers.EmailField(max_length=254)
    password = serializers.CharField(max_length=512, trim_whitespace=False)


class TokenSerializer(Given):
    token = serializers.CharField(help_text="Send it as `Authorization: Token …`.")


class CourseSerializer(serializers.ModelSerializer[Course]):
    is_enrolled = serializers.BooleanField()

    class Meta:
        model = Course
        fields = ["slug", "title", "subject", "language", "description", "is_enrolled"]


class SkillNameSerializer(Given):
    slug = serializers.CharField()
    title = serializers.CharField()


class VariantSerializer(serializers.ModelSerializer[Variant]):
    title = serializers.CharField(source="heading")
    modality = serializers.ChoiceField(choices=Modality.choices)
    difficulty = serializers.ChoiceField(choices=Difficulty.choices)

    class Meta:
        model = Variant
        fields = ["id", "title", "modality", "difficulty", "minutes"]


class LessonSerializer(VariantSerializer):
    """A way to learn a module, with what there is to read, watch or do."""

    body = serializers.CharField(help_text="Markdown, with a heading for each part. For a video, its transcript.")
    video = serializers.SerializerMethodField(help_text="Where the video is; empty where there is none.")
    captions = serializers.SerializerMethodField(
        help_text="Where its captions are (WebVTT); empty where there are none."
    )

    class Meta(VariantSerializer.Meta):
        fields = [*VariantSerializer.Meta.fields, "body", "video", "captions"]

    def get_video(self, variant: Variant) -> str:
        return variant.media.url if variant.media else variant.media_url

    def get_captions(self, variant: Variant) -> str:
        return variant.captions.url if variant.captions else ""


class ModuleSerializer(serializers.ModelSerializer[Module]):
    skills = SkillNameSerializer(many=True)
    variants = VariantSerializer(many=True)

    class Meta:
        model = Module
        fields = ["slug", "title", "summary", "minutes", "skills", "variants"]


class OutlineSerializer(CourseSerializer):
    modules = ModuleSerializer(many=True)

    class Meta(CourseSerializer.Meta):
        fields = [*CourseSerializer.Meta.fields, "modules"]


class EnrollmentSerializer(Given):
    course = serializers.CharField(source="course.slug")
    enrolled_at = serializers.DateTimeField()


class TextWithIdSerializer(Given):
    id = serializers.CharField()
    text = serializers.CharField(help_text="Markdown.")


class SegmentSerializer(Given):
    text = serializers.CharField(required=False, help_text="Markdown before, between or after the gaps.")
    gap = serializers.IntegerField(required=False, help_text="The number of a gap, from 1.")
    options = serializers.ListField(
        child=serializers.CharField(), required=False, help_text="Words to choose from; empty where one types."
    )


class ShownQuestionSerializer(Given):
    """A question as a learner may see it before answering. Which lists it has depends on its kind."""

    kind = serializers.ChoiceField(choices=QuestionKind.choices)
    title = serializers.CharField(help_text="Markdown.")
    prompt = serializers.CharField(help_text="Markdown.", allow_blank=True)
    hint_count = serializers.IntegerField()
    choices = TextWithIdSerializer(many=True, required=False)
    items = TextWithIdSerializer(many=True, required=False)
    lefts = TextWithIdSerializer(many=True, required=False)
    rights = TextWithIdSerializer(many=True, required=False)
    segments = SegmentSerializer(many=True, required=False)
    gap_count = serializers.IntegerField(required=False)
    unit = serializers.CharField(required=False, allow_blank=True)
    case_sensitive = serializers.BooleanField(required=False)


class ModuleNameSerializer(Given):
    slug = serializers.CharField()
    title = serializers.CharField()


class PresentationSerializer(Given):
    """A question that was chosen for a learner. Its id is where the answer goes."""

    id = serializers.UUIDField()
    purpose = serializers.ChoiceField(choices=Purpose.choices)
    module = ModuleNameSerializer()
    shown_at = serializers.DateTimeField()
    question = serializers.SerializerMethodField()

    @extend_schema_field(ShownQuestionSerializer)
    def get_question(self, presentation: Presentation) -> dict[str, Any]:
        return marking.as_shown(presentation.question_version.content, presentation.pk)


class PartSerializer(Given):
    """One thing that was answered: a choice, a pair, an item or a gap. Its texts are Markdown."""

    label = serializers.CharField(  # type: ignore[assignment]
        help_text="What was asked; empty where the question itself asks it."
    )
    given = serializers.CharField(help_text="What you gave; empty for a right choice that was left out.")
    is_right = serializers.BooleanField()
    feedback = serializers.CharField()
    expected = serializers.CharField(help_text="What would have been right; empty where you gave that.")


class MarkSerializer(Given):
    """How good an answer is, and why."""

    score = serializers.FloatField(min_value=0, max_value=1)
    is_right = serializers.BooleanField()
    verdict = serializers.ChoiceField(choices=["right", "partly", "not yet"])
    feedback = PartSerializer(many=True)
    right_answer = serializers.ListField(child=serializers.CharField())


class CohortSerializer(serializers.ModelSerializer[Cohort]):
    learners = serializers.IntegerField(source="learner_count")
    courses: Any = serializers.SlugRelatedField(many=True, read_only=True, slug_field="slug")

    class Meta:
        model = Cohort
        fields = ["id", "name", "starts_on", "ends_on", "learners", "courses"]
