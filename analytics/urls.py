"""The trainer's pages."""

from django.urls import path

from analytics.views import cohorts, learners, questions

app_name = "analytics"
urlpatterns = [
    path("", cohorts.cohorts, name="cohorts"),
    path("definitions/", cohorts.definitions, name="definitions"),
    path("cohorts/<int:pk>/", cohorts.cohort, name="cohort"),
    path("cohorts/<int:pk>/questions/", questions.questions, name="questions"),
    path("cohorts/<int:pk>/questions/<int:question_pk>/", questions.question, name="question"),
    path("cohorts/<int:pk>/learners/<int:enrollment_pk>/", learners.learner, name="learner"),
]
