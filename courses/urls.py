"""The pages of courses and people."""

from django.urls import path

from courses.views import catalog, people

app_name = "courses"

urlpatterns = [
    path("courses/", catalog.catalog, name="catalog"),
    path("courses/<slug:slug>/", catalog.course, name="course"),
    path("courses/<slug:slug>/enroll/", catalog.enroll, name="enroll"),
    path("courses/<slug:slug>/notes/<int:variant_id>/", people.note, name="note"),
    path("me/", people.me, name="me"),
    path("me/token/", people.change_token, name="change_token"),
]
