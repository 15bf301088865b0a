"""The learner's pages, and those on which trainers steer and authors and trainers write rules."""

from django.urls import path

from adaptive.views import maps, notices, placement, policies, questions, rules, steering, steps, today

app_name = "adaptive"

urlpatterns = [
    path("today/", today.today, name="today"),
    path("review/", maps.review, name="review"),
    path("learn/<slug:slug>/next/", steps.next_step, name="next"),
    path("learn/<slug:slug>/", steps.step, name="step"),
    path("learn/<slug:slug>/practice/", steps.practice, name="practice"),
    path("learn/<slug:slug>/another/", steps.ask_for_another, name="override"),
    path("learn/<slug:slug>/map/", maps.skills_map, name="map"),
    path("learn/<slug:slug>/finished/", maps.finished, name="finished"),
    path("learn/<slug:slug>/placement/", placement.placement, name="placement"),
    path("learn/<slug:slug>/placement/begin/", placement.begin, name="begin_placement"),
    path("learn/<slug:slug>/placement/stop/", placement.stop, name="stop_placement"),
    path("questions/<uuid:presentation_id>/", questions.question, name="question"),
    path("questions/<uuid:presentation_id>/hint/", questions.hint, name="hint"),
    path("questions/<uuid:presentation_id>/answer/", questions.answer, name="answer"),
    path("questions/<uuid:presentation_id>/outcome/", questions.outcome, name="outcome"),
    path("why/<uuid:recommendation_id>/", maps.why, name="why"),
    path("trainer/cohorts/<int:pk>/steering/<slug:slug>/", steering.steer_cohort, name="steer_cohort"),
    path("trainer/cohorts/<int:pk>/steering/<int:directive_pk>/end/", steering.end_directive, name="end_directive"),
    path(
        "trainer/cohorts/<int:pk>/learners/<int:enrollment_pk>/steering/", steering.steer_learner, name="steer_learner"
    ),
    path(
        "trainer/cohorts/<int:pk>/learners/<int:enrollment_pk>/placement/",
        steering.ask_for_placement,
        name="ask_for_placement",
    ),
    path(
        "trainer/cohorts/<int:pk>/learners/<int:enrollment_pk>/why/<uuid:recommendation_id>/",
        maps.why_for_trainer,
        name="why_for_trainer",
    ),
    path("trainer/steering/", steering.steer_nobodys, name="steer_nobodys"),
    path("trainer/steering/<int:directive_pk>/end/", steering.end_nobodys, name="end_nobodys"),
    path("trainer/cohorts/<int:pk>/rules/<slug:slug>/", rules.cohort_rules, name="cohort_rules"),
    path("trainer/cohorts/<int:pk>/rules/<slug:slug>/<int:rule_pk>/", rules.cohort_rule, name="cohort_rule"),
    path("trainer/cohorts/<int:pk>/notices/<slug:slug>/<int:firing_pk>/", rules.see_notice, name="see_notice"),
    path("trainer/notices/mail/", notices.notice_wish, name="notice_wish"),
    path("notices/stop/<str:token>/", notices.stop_notices, name="stop_notices"),
    path("trainer/courses/<slug:slug>/policy/", policies.course_policy, name="course_policy"),
    path("author/courses/<slug:slug>/rules/", rules.course_rules, name="course_rules"),
    path("author/courses/<slug:slug>/rules/<int:rule_pk>/", rules.course_rule, name="course_rule"),
]
