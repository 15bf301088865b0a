"""Every address of the API, version 1."""

from django.urls import path
from drf_spectacular.views import SpectacularAPIView

from courses import api as courses

urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("token/", courses.token, name="token"),
    path("token/revoke/", courses.token_revoke, name="token_revoke"),
    path("courses/", courses.Courses.as_view(), name="courses"),
    path("courses/<slug:slug>/", courses.outline, name="outline"),
    path("courses/<slug:slug>/enroll/", courses.enroll_in, name="enroll"),
    path("presentations/<uuid:presentation_id>/", courses.presentation, name="presentation"),
    path("cohorts/", courses.Cohorts.as_view(), name="cohorts"),
]
