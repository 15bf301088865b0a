"""What the API of the learning loop takes and gives."""

from typing import Any

from rest_framework import serializers

from adaptive.forms import CONFIDENCE
from adaptive.mastery import Level
from adaptive.models import Aim, Rung
from adaptive.progress import Ending, Wish
from courses.models import Difficulty, Modality
from courses.serializers import (
    LONGEST_TIME,
    Given,
    MarkSerializer,
    ModuleNameSerializer,
    PresentationSerializer,
    ProblemSerializer,
    Sent,
    SkillNameSerializer,
)

LARGEST_NUMBER = 2**63 - 1
WISHES = (Wish.TOO_EASY, Wish.TOO_HARD, Wish.ANOTHER_WAY, Wish.NOT_THIS_ONE)


class AnswerSerializer(Sent):
    """An answer on its way. Sending it again with the same key is harmless."""

    key = serializers.UUIDField(help_text="Made by you, once for each answer. Keep it until you have the result.")
    response = serializers.DictField(
        child=serializers.JSONField(),
        help_text=(
            "By kind of question: `{choice: id}`, `{choices: [id]}`, `{text: …}`, `{pairs: {left id: right id}}`, "
            "`{order: [id]}` or `{gaps: [word]}`. For any of "
            "them, `{passed: true}` says that you do not know yet."
        ),
    )
    seconds = serializers.FloatField(min_value=0, max_value=LONGEST_TIME, required=False, allow_null=True)
    confidence = serializers.ChoiceField(choices=list(CONFIDENCE), required=False, allow_null=True)
    client_sequence = serializers.IntegerField(min_value=0, max_value=LARGEST_NUMBER, required=False, allow_null=True)
    client_at = serializers.DateTimeField(required=False, allow_null=True, help_text="When you gave it, by your clock.")

    def validate_confidence(self, value: str | None) -> int | None:
        return CONFIDENCE.get(value or "")


class OverrideSerializer(Sent):
    wish = serializers.ChoiceField(choices=WISHES)
    key = serializers.UUIDField(required=False, help_text="Made by you: with it, sending the same again is harmless.")
    reason = serializers.CharField(
        max_length=200,
        required=False,
        allow_blank=True,
        default="",
        help_text="Of `not-this-one`: `known`, `way`, `long`, `later` and `interest` decide what comes in its place.",
    )


class HintRequestSerializer(Sent):
    number = serializers.IntegerField(min_value=1, max_value=100, help_text="From 1 to the question's `hint_count`.")


class HintSerializer(Given):
    number = serializers.IntegerField()
    count = serializers.IntegerField(help_text="How many hints the question has.")
    text = serializers.CharField(help_text="Markdown.")


class WaySerializer(Given):
    """One way to learn a module."""

    id = serializers.IntegerField()
    title = serializers.CharField()
    modality = serializers.ChoiceField(choices=Modality.choices)
    difficulty = serializers.ChoiceField(choices=Difficulty.choices)
    minutes = serializers.IntegerField()


class RecommendationSerializer(Given):
    """A step that was offered: a module in one of its ways, and why."""

    id = serializers.UUIDField()
    module = ModuleNameSerializer()
    variant = WaySerializer(allow_null=True, help_text="What to read, watch or do first; nothing for questions alone.")
    purpose = serializers.ChoiceField(choices=Aim.choices)
    minutes = serializers.IntegerField()
    reason = serializers.CharField(help_text="One sentence, and a true one.")
    made_at = serializers.DateTimeField()


class StepSerializer(Given):
    """What to do now: answer the question if there is one, otherwise open the recommendation."""

    recommendation = RecommendationSerializer()
    question = PresentationSerializer(allow_null=True)


class CandidateSerializer(Given):
    """A step that could have been offered, with the terms that its score is the sum of."""

    module = ModuleNameSerializer(allow_null=True)
    variant = WaySerializer(allow_null=True)
    purpose = serializers.ChoiceField(choices=Aim.choices)
    predicted = serializers.FloatField(help_text="Chance of a right answer.")
    propensity = serializers.FloatField(help_text="Chance to be offered.")
    score = serializers.FloatField()
    terms = serializers.DictField(child=serializers.FloatField())


class ChangeSerializer(Given):
    """Something that could have been otherwise, and the step that would have been offered then."""

    condition = serializers.CharField(help_text="As in “If you knew “Loops” already”.")
    module = ModuleNameSerializer()
    variant = WaySerializer(allow_null=True)


class WhySerializer(RecommendationSerializer):
    """Everything that went into a choice."""

    policy = serializers.CharField()
    rung = serializers.ChoiceField(choices=Rung.choices)
    checkpoint = serializers.CharField(allow_blank=True)
    propensity = serializers.FloatField()
    reasons = serializers.ListField(child=serializers.DictField())
    candidates = CandidateSerializer(many=True)
    would_change = ChangeSerializer(
        many=True,
        allow_null=True,
        help_text=(
            "Up to three things that would have led to another step, each found by deciding again with the same random "
            "numbers; null where that cannot be told any more, as after the course was edited."
        ),
    )


class BeliefSerializer(Given):
    """The chance to answer a typical question of a skill right, and how sure that is."""

    mean = serializers.FloatField()
    sd = serializers.FloatField()
    interval = serializers.ListField(child=serializers.FloatField(), min_length=2, max_length=2)
    level = serializers.ChoiceField(choices=Level.choices)
    answers = serializers.IntegerField()
    words = serializers.CharField()


class SkillStateSerializer(BeliefSerializer):
    skill = SkillNameSerializer()


class StateSerializer(Given):
    """What is believed of a learner, from their answers so far."""

    course = serializers.CharField()
    seen_up_to = serializers.IntegerField(help_text="The number of the last entry of the log that is counted in.")
    rung = serializers.ChoiceField(choices=Rung.choices)
    checkpoint = serializers.CharField(allow_blank=True)
    is_complete = serializers.BooleanField()
    skills = SkillStateSerializer(many=True)


class MoveSerializer(Given):
    skill = SkillNameSerializer()
    before = BeliefSerializer(allow_null=True)
    after = BeliefSerializer()


class NextSerializer(Given):
    """What comes after an answer: another question of this step, or the next step."""

    question = PresentationSerializer(allow_null=True)
    recommendation = RecommendationSerializer(allow_null=True)


class ResultSerializer(Given):
    """What came of an answer. The same answer sent again gets the same result."""

    sequence = serializers.IntegerField(help_text="The place of the answer in your log, which has no gaps.")
    answered_at = serializers.DateTimeField()
    mark = MarkSerializer()
    explanation = serializers.CharField(allow_blank=True, help_text="Markdown.")
    solution = serializers.CharField(allow_blank=True, help_text="Markdown.")
    moves = MoveSerializer(many=True)
    finished = serializers.ChoiceField(
        choices=sorted(
            {Ending.KNOWN, Ending.ENOUGH, Ending.AGAIN, Ending.READ, Ending.REVIEWED, Ending.PLACED, Ending.SKIPPED}
        ),
        allow_blank=True,
        help_text="How the step ended with this answer; empty while it goes on.",
    )
    next: Any = NextSerializer()


class AnsweredBeforeSerializer(ProblemSerializer):
    """The question was answered before, under another key. The first answer stands, and this is what came of it."""

    result = ResultSerializer()


class NoLongerOnOfferSerializer(ProblemSerializer):
    """What was asked cannot be done with this step, and what is on offer instead."""

    next: Any = StepSerializer()
