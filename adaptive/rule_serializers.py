"""What the API of rules takes and gives."""

from typing import Any

from django.db.models import BigIntegerField
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.serializers import ValidationError as Refused

from adaptive.conditions import reasons_of
from adaptive.rule_conditions import CONDITION_NEEDS, LONGEST, MOST_CONDITIONS, Condition, When
from adaptive.rule_forms import MISSING
from adaptive.rulemaking import Draft, Realm, later, objections_to
from adaptive.rules import ACTION_NEEDS, ANYWHERE, Effect, Firing, Joined, Then
from courses.models import Modality, Module, Skill
from courses.serializers import Given, ModuleNameSerializer, Sent, SkillNameSerializer


class ConditionSerializer(Given):
    when = serializers.ChoiceField(choices=When.choices)
    module = ModuleNameSerializer(allow_null=True)
    skill = SkillNameSerializer(allow_null=True)
    percent = serializers.IntegerField(allow_null=True)
    answers = serializers.IntegerField(allow_null=True)
    days = serializers.IntegerField(allow_null=True)
    words = serializers.CharField()


class RuleSerializer(Given):
    """A rule, in its parts and as a sentence. It is never changed: writing it anew makes another one."""

    id = serializers.IntegerField()
    sentence = serializers.CharField()
    joined = serializers.ChoiceField(choices=Joined.choices, help_text="How many of its conditions must hold.")
    conditions = ConditionSerializer(source="conditions.all", many=True)
    then = serializers.ChoiceField(choices=Then.choices)
    target = ModuleNameSerializer(allow_null=True, help_text="The module of the action; nothing: the whole course.")
    modality = serializers.ChoiceField(choices=Modality.choices, allow_blank=True)
    lasting = serializers.IntegerField(allow_null=True, help_text="Days.")
    note = serializers.CharField(allow_blank=True)
    made_by = serializers.CharField(source="made_by.name", default="", allow_blank=True)
    made_at = serializers.DateTimeField()
    on_since = serializers.DateTimeField(allow_null=True, help_text="Nothing: it is off.")
    ended_at = serializers.DateTimeField(allow_null=True, help_text="When it was removed, or written anew.")


class ConditionSentSerializer(Sent):
    """What must be so. `completed` needs `module`; `below` and `at_least` also `percent`; `mastered` needs `skill`;
    `unmastered` also `answers`; `inactive` needs `days`; `begun` needs nothing."""

    when = serializers.ChoiceField(choices=When.choices)
    module = serializers.SlugField(required=False)
    skill = serializers.SlugField(required=False)
    percent = serializers.IntegerField(min_value=1, max_value=100, required=False)
    answers = serializers.IntegerField(min_value=1, max_value=200, required=False)
    days = serializers.IntegerField(min_value=1, max_value=LONGEST, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        _has_exactly(attrs, CONDITION_NEEDS[attrs["when"]], {"when"})
        return attrs


class RuleSentSerializer(Sent):
    """`insert` and `skip` need `target`; `assign` also `lasting`; `easier` and `harder` need `lasting` and may have
    `target`; `way` also needs `modality`; `notify` needs nothing."""

    conditions = serializers.ListField(
        child=ConditionSentSerializer(), min_length=1, max_length=MOST_CONDITIONS, help_text="From one to five."
    )
    joined = serializers.ChoiceField(choices=Joined.choices, default=Joined.ALL)
    then = serializers.ChoiceField(choices=Then.choices)
    target = serializers.SlugField(required=False)
    modality = serializers.ChoiceField(choices=Modality.choices, required=False)
    lasting = serializers.IntegerField(min_value=1, max_value=LONGEST, required=False, help_text="Days.")
    note = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        free = {"target"} if attrs["then"] in ANYWHERE else set()
        _has_exactly(attrs, ACTION_NEEDS[attrs["then"]], {"conditions", "joined", "then", "note"} | free)
        return attrs


class SwitchSerializer(Sent):
    on = serializers.BooleanField()


class SwitchedSerializer(Given):
    rule = RuleSerializer()
    withdrawn = serializers.IntegerField(help_text="How much of what it asked for is withdrawn by this.")


class RuleLearnerSerializer(Given):
    id = serializers.UUIDField()
    name = serializers.CharField()


class LogAskedSerializer(serializers.Serializer[Any]):
    """Which part of the log is asked for, in the address."""

    rule = serializers.IntegerField(
        required=False, min_value=1, max_value=BigIntegerField.MAX_BIGINT, help_text="The log of this rule alone."
    )


class FiringSerializer(Given):
    """Something that a rule did. Authors read what their rules do, and not to whom: then `learner` is nothing."""

    id = serializers.IntegerField()
    rule = serializers.IntegerField(source="rule_id")
    sentence = serializers.CharField(source="rule.sentence")
    at = serializers.DateTimeField()
    learner = serializers.SerializerMethodField()
    facts = serializers.DictField(help_text="By the place of each condition that held, from 1: what made it hold.")
    reasons = serializers.SerializerMethodField(help_text="The conditions that held, with their facts, in words.")
    effect = serializers.ChoiceField(choices=Effect.choices)
    afterwards = serializers.SerializerMethodField(help_text="What became of it later, in words; empty if it counts.")
    seen_at = serializers.DateTimeField(allow_null=True, help_text="When a trainer put the notice away.")

    @extend_schema_field(RuleLearnerSerializer(allow_null=True))
    def get_learner(self, firing: Firing) -> Any:
        return RuleLearnerSerializer(firing.enrollment.learner).data if self.context["realm"].cohort else None

    def get_reasons(self, firing: Firing) -> str:
        return reasons_of(firing)

    def get_afterwards(self, firing: Firing) -> str:
        return str(later(firing))


class OutcomeSerializer(Given):
    count = serializers.IntegerField()
    words = serializers.CharField()


class CaseSerializer(Given):
    """One time that the rule would have fired."""

    at = serializers.DateTimeField()
    reasons = serializers.CharField(source="occasion.words")
    effect = serializers.ChoiceField(choices=Effect.choices)
    change = serializers.CharField(help_text="What would have changed in what was offered, in words.")


class TrialSerializer(Given):
    """A dry run over past learners. Nothing was written."""

    learners = serializers.IntegerField()
    looked_at = serializers.IntegerField(help_text="Of all learners, those who have done most.")
    fired_for = serializers.IntegerField(help_text="Learners.")
    fired = serializers.IntegerField(help_text="Times.")
    outcomes = OutcomeSerializer(many=True)
    cases = CaseSerializer(many=True, help_text="The latest ones.")


def draft_of(realm: Realm, sent: dict[str, Any]) -> Draft:
    """Return what was sent as a draft, or refuse what makes no sense."""
    conditions = [_condition(realm, number, one) for number, one in enumerate(sent["conditions"])]
    said = {name: sent[name] for name in ("modality", "lasting") if name in sent}
    target = _thing(realm, Module, "target", sent["target"]) if "target" in sent else None
    draft = Draft(conditions, Then(sent["then"]), Joined(sent["joined"]), target, note=sent["note"], **said)
    for one in objections_to(draft):
        raise Refused({f"conditions.{one.place - 1}.{one.name}" if one.place else one.name: [one.words]})
    return draft


def _condition(realm: Realm, number: int, sent: dict[str, Any]) -> Condition:
    said = dict(sent)
    for name, kind in (("module", Module), ("skill", Skill)):
        if name in said:
            said[name] = _thing(realm, kind, f"conditions.{number}.{name}", said[name])
    return Condition(**said)


def _thing(realm: Realm, kind: type[Module] | type[Skill], field: str, slug: str) -> Any:
    found = kind._default_manager.filter(course=realm.course, slug=slug, live=True).first()
    if found is None:
        raise Refused({field: [f"The course has no such {kind._meta.model_name}."]})
    return found


def _has_exactly(attrs: dict[str, Any], needed: tuple[str, ...], free: set[str]) -> None:
    """Refuse what lacks something, or has what its words do not need."""
    missing = {name: [str(MISSING[name])] for name in needed if name not in attrs}
    unfit = {name: ["It does not belong to this."] for name in attrs if name not in free and name not in needed}
    if missing or unfit:
        raise Refused(missing | unfit)
