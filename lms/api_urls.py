"""Every address of the API, version 1."""

from django.urls import URLPattern, path, re_path
from drf_spectacular.views import SpectacularAPIView

from adaptive import api as adaptive
from adaptive import choosing_api as choosing
from adaptive import placement_api as placement
from adaptive import rules_api as rules
from adaptive import steering_api as steering
from analytics import api as analytics
from courses import api as courses
from lms.errors import nowhere


def rules_at(base: str, kind: str) -> list[URLPattern]:
    """The addresses of the rules of a course, or of a cohort in it."""
    one = f"{base}rules/<int:rule_pk>/"
    return [
        path(f"{base}rules/", rules.Rules.as_view(), name=f"{kind}_rules"),
        path(f"{base}rules/log/", rules.RuleLog.as_view(), name=f"{kind}_rule_log"),
        path(one, rules.rule, name=f"{kind}_rule"),
        path(f"{one}rewrite/", rules.rewrite_rule, name=f"rewrite_{kind}_rule"),
        path(f"{one}switch/", rules.switch_rule, name=f"switch_{kind}_rule"),
        path(f"{one}remove/", rules.remove_rule, name=f"remove_{kind}_rule"),
        path(f"{one}trial/", rules.rule_trial, name=f"{kind}_rule_trial"),
    ]


urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("token/", courses.token, name="token"),
    path("token/revoke/", courses.token_revoke, name="token_revoke"),
    path("courses/", courses.Courses.as_view(), name="courses"),
    path("courses/<slug:slug>/", courses.outline, name="outline"),
    path("courses/<slug:slug>/enroll/", courses.enroll_in, name="enroll"),
    path("courses/<slug:slug>/next/", adaptive.next_step, name="next"),
    path("courses/<slug:slug>/choose/", choosing.choose, name="choose"),
    path("courses/<slug:slug>/placement/", placement.placement, name="placement"),
    path("courses/<slug:slug>/placement/begin/", placement.begin, name="begin_placement"),
    path("courses/<slug:slug>/placement/stop/", placement.stop, name="stop_placement"),
    path("courses/<slug:slug>/state/", adaptive.state, name="state"),
    path("reviews/", choosing.reviews, name="reviews"),
    path("variants/<int:variant_id>/", courses.lesson, name="lesson"),
    path("recommendations/<uuid:recommendation_id>/", adaptive.recommendation, name="recommendation"),
    path("recommendations/<uuid:recommendation_id>/opened/", adaptive.opened, name="opened"),
    path("recommendations/<uuid:recommendation_id>/finished/", adaptive.finished, name="finished"),
    path("recommendations/<uuid:recommendation_id>/override/", adaptive.overridden, name="override"),
    path("presentations/<uuid:presentation_id>/", courses.presentation, name="presentation"),
    path("presentations/<uuid:presentation_id>/answer/", adaptive.answer, name="answer"),
    path("presentations/<uuid:presentation_id>/hint/", adaptive.hint, name="hint"),
    path("cohorts/", courses.Cohorts.as_view(), name="cohorts"),
    path("cohorts/<int:pk>/mastery/", analytics.Mastery.as_view(), name="mastery"),
    path("cohorts/<int:pk>/directives/", steering.Directives.as_view(), name="directives"),
    path("cohorts/<int:pk>/directives/<int:directive_pk>/end/", steering.end_directive, name="end_directive"),
    *rules_at("courses/<slug:slug>/", "course"),
    *rules_at("cohorts/<int:pk>/courses/<slug:slug>/", "cohort"),
    re_path("", nowhere),
]
