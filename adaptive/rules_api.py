"""The API for who writes rules: authors for a course, trainers for a cohort in it. Its pages: adaptive.views.rules."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import generics
from rest_framework.decorators import api_view, throttle_classes
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import ValidationError as Refused

from adaptive.rehearsing import rehearse
from adaptive.rule_serializers import (
    FiringSerializer,
    LogAskedSerializer,
    RuleSentSerializer,
    RuleSerializer,
    SwitchedSerializer,
    SwitchSerializer,
    TrialSerializer,
    draft_of,
)
from adaptive.rulemaking import Realm, RuleEnded, remove, rewrite, switch_off, switch_on, write
from adaptive.rules import Firing, Rule
from courses.access import actor, authored_course, trained_cohort
from courses.limiting import READING, STEPPING, limited
from courses.serializers import NothingSerializer, read

SHOWN_CASES = 50  # each is chosen again, which takes a while
ENDED = "It was removed, or written anew: nothing about it changes any more."


def realm_of(request: Request, slug: str, pk: int | None) -> Realm:
    """A cohort that this trainer looks after in one of its courses, or a course of this author; or 404."""
    if pk is None:
        return Realm(authored_course(actor(request), slug))
    cohort = trained_cohort(actor(request), pk)
    return Realm(get_object_or_404(cohort.courses, slug=slug), cohort)


class Rules(generics.ListAPIView[Rule]):
    """Rules, on, off and removed, the newest first. They can be changed here."""

    serializer_class = RuleSerializer
    throttle_classes = [limited(STEPPING)]

    def get_queryset(self) -> QuerySet[Rule]:
        return realm_of(self.request, self.kwargs["slug"], self.kwargs.get("pk")).rules

    @extend_schema(request=RuleSentSerializer, responses={201: RuleSerializer})
    def post(self, request: Request, slug: str, pk: int | None = None) -> Response:
        """Write a rule. It is off: see what it would have done (`trial/`), then switch it on."""
        realm = realm_of(request, slug, pk)
        made = write(realm, actor(request), draft_of(realm, read(RuleSentSerializer, request)))
        return Response(RuleSerializer(realm.rules.get(pk=made.pk)).data, status=201)


@extend_schema(responses={200: RuleSerializer})
@api_view(["GET"])
@throttle_classes([limited(READING)])
def rule(request: Request, slug: str, rule_pk: int, pk: int | None = None) -> Response:
    """One rule."""
    return Response(RuleSerializer(_rule(request, slug, rule_pk, pk)[1]).data)


@extend_schema(request=RuleSentSerializer, responses={201: RuleSerializer})
@api_view(["POST"])
@throttle_classes([limited(STEPPING)])
def rewrite_rule(request: Request, slug: str, rule_pk: int, pk: int | None = None) -> Response:
    """Write it anew: another rule takes its place, off at first. The log of this one stays."""
    realm, found = _rule(request, slug, rule_pk, pk)
    draft = draft_of(realm, read(RuleSentSerializer, request))
    try:
        made = rewrite(realm, found, actor(request), draft)
    except RuleEnded:
        raise Refused({"rule": [ENDED]}) from None
    return Response(RuleSerializer(realm.rules.get(pk=made.pk)).data, status=201)


@extend_schema(request=SwitchSerializer, responses={200: SwitchedSerializer})
@api_view(["POST"])
@throttle_classes([limited(STEPPING)])
def switch_rule(request: Request, slug: str, rule_pk: int, pk: int | None = None) -> Response:
    """Switch it on or off. Off, what it asked for is withdrawn. Doing so twice changes nothing."""
    realm, found = _rule(request, slug, rule_pk, pk)
    sent = read(SwitchSerializer, request)
    withdrawn = 0
    try:
        if sent["on"]:
            switch_on(found)
        else:
            withdrawn = switch_off(found, actor(request))
    except RuleEnded:
        raise Refused({"rule": [ENDED]}) from None
    return _switched(realm, found, withdrawn)


@extend_schema(request=None, responses={200: SwitchedSerializer})
@api_view(["POST"])
@throttle_classes([limited(STEPPING)])
def remove_rule(request: Request, slug: str, rule_pk: int, pk: int | None = None) -> Response:
    """Take it back for good, with what it asked for. Its log stays. Doing so twice changes nothing."""
    realm, found = _rule(request, slug, rule_pk, pk)
    read(NothingSerializer, request)
    try:
        withdrawn = remove(found, actor(request))
    except RuleEnded:
        withdrawn = 0
    return _switched(realm, found, withdrawn)


@extend_schema(responses={200: TrialSerializer})
@api_view(["GET"])
@throttle_classes([limited(STEPPING)])
def rule_trial(request: Request, slug: str, rule_pk: int, pk: int | None = None) -> Response:
    """What it would have done for past learners. Nothing is written."""
    _, found = _rule(request, slug, rule_pk, pk)
    trial = rehearse(found)
    told = {
        "learners": trial.learners,
        "looked_at": trial.looked_at,
        "fired_for": trial.fired_for,
        "fired": len(trial.cases),
        "outcomes": [{"count": count, "words": words} for count, words in trial.outcomes],
        "cases": trial.cases[:SHOWN_CASES],
    }
    return Response(TrialSerializer(told).data)


@extend_schema_view(get=extend_schema(parameters=[LogAskedSerializer]))
class RuleLog(generics.ListAPIView[Firing]):
    """What rules did, the latest first: in a cohort, for its learners; in a course, by the rules of its authors."""

    serializer_class = FiringSerializer
    throttle_classes = [limited(READING)]

    def get_queryset(self) -> QuerySet[Firing]:
        found = self.realm.firings.select_related("directive__ended_by")
        asked = LogAskedSerializer(data=self.request.query_params)
        asked.is_valid(raise_exception=True)
        return found.filter(**asked.validated_data)

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "realm": self.realm}

    @property
    def realm(self) -> Realm:
        return realm_of(self.request, self.kwargs["slug"], self.kwargs.get("pk"))


def _rule(request: Request, slug: str, rule_pk: int, pk: int | None) -> tuple[Realm, Rule]:
    realm = realm_of(request, slug, pk)
    return realm, get_object_or_404(realm.rules, pk=rule_pk)


def _switched(realm: Realm, found: Rule, withdrawn: int) -> Response:
    fresh = realm.rules.get(pk=found.pk)
    return Response(SwitchedSerializer({"rule": fresh, "withdrawn": withdrawn}).data)
