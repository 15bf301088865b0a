"""Admins run the place at /admin/; nobody else finds anything there."""

import uuid

import pytest
from django.contrib import admin
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from adaptive.models import Checkpoint, Job, JobState
from courses.enrolling import enroll
from courses.models import (
    Cohort,
    Course,
    Enrollment,
    Interaction,
    InteractionKind,
    Module,
    Question,
    Skill,
    User,
    Variant,
)


@pytest.fixture
def office(client: Client, root: User) -> Client:
    """A browser in which root is signed in."""
    client.force_login(root)
    return client


@pytest.fixture
def admin_only(client: Client, ada: User) -> Client:
    """A browser of an admin who is no superuser."""
    ada.is_staff = True
    ada.save()
    client.force_login(ada)
    return client


def interaction(learner: User, course: Course) -> Interaction:
    return Interaction.objects.create(
        enrollment=enroll(learner, course), sequence=1, kind=InteractionKind.OPENED, module=course.modules.first()
    )


def test_signing_in_happens_on_the_one_page_that_counts_attempts(client: Client, db: None) -> None:
    response = client.get("/admin/")

    assert response.status_code == 302
    assert client.get(response.url).url.startswith("/accounts/login/")


@pytest.mark.parametrize("who", ["ada", "grace", "noor"])
def test_nobody_else_finds_anything(client: Client, who: str, request: pytest.FixtureRequest) -> None:
    client.force_login(request.getfixturevalue(who))

    for page in ("/admin/", "/admin/courses/user/", "/admin/adaptive/checkpoint/"):
        assert client.get(page, follow=True).status_code in {403, 404}


@pytest.mark.parametrize("model", [model for model in admin.site._registry if model._meta.app_label != "authtoken"])
def test_every_list_opens(office: Client, model: type) -> None:
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"

    assert office.get(reverse(name)).status_code == 200
    assert office.get(reverse(name), {"q": "a"}).status_code == 200


def test_an_admin_makes_a_user_with_a_role_who_can_sign_in(office: Client, client: Client) -> None:
    fields = {
        "email": "New@Example.org",
        "first_name": "New",
        "is_trainer": "on",
        "usable_password": "true",
        "password1": "correct horse battery",
        "password2": "correct horse battery",
    }

    response = office.post(reverse("admin:courses_user_add"), fields | inline())

    assert response.status_code == 302, response.context["adminform"].form.errors
    user = User.objects.get(email__iexact="new@example.org")
    assert user.is_trainer
    assert Client().login(username=user.email, password="correct horse battery")


def inline(*cohorts: Cohort) -> dict[str, str]:
    """What the part of the form about cohorts sends."""
    name = "Cohort_learners"
    fields = {f"{name}-TOTAL_FORMS": str(len(cohorts)), f"{name}-INITIAL_FORMS": "0"}
    return fields | {f"{name}-{place}-cohort": str(cohort.pk) for place, cohort in enumerate(cohorts)}


def test_two_users_never_share_an_address(office: Client, ada: User) -> None:
    fields = {"email": "ADA@example.org", "usable_password": "false"} | inline()

    response = office.post(reverse("admin:courses_user_add"), fields)

    assert "Somebody has this address already." in response.content.decode()


def test_roles_are_granted_and_revoked_together(office: Client, ada: User, grace: User) -> None:
    chosen = {"_selected_action": [ada.pk, grace.pk]}

    office.post(reverse("admin:courses_user_changelist"), chosen | {"action": "grant_is_author"})
    office.post(reverse("admin:courses_user_changelist"), chosen | {"action": "revoke_is_trainer"})

    assert list(User.objects.filter(pk__in=[ada.pk, grace.pk]).values_list("is_author", "is_trainer").distinct()) == [
        (True, False)
    ]


def test_an_admin_who_is_no_superuser_makes_nobody_one(admin_only: Client, grace: User, root: User) -> None:
    fields = {"email": grace.email, "is_superuser": "on", "is_staff": "on", "is_active": "on"} | inline()

    admin_only.post(reverse("admin:courses_user_change", args=[grace.pk]), fields)
    password = {"usable_password": "true", "password1": "another horse battery", "password2": "another horse battery"}
    taken = admin_only.post(reverse("admin:auth_user_password_change", args=[root.pk]), password)

    grace.refresh_from_db()
    root.refresh_from_db()
    assert not grace.is_superuser
    assert not grace.is_staff
    assert taken.status_code == 403
    assert root.check_password("correct horse battery")


def test_putting_a_learner_in_a_cohort_enrolls_them(office: Client, ada: User, course: Course) -> None:
    cohort = Cohort.objects.create(name="Spring")
    cohort.courses.add(course)
    fields = {"email": ada.email, "first_name": "Ada", "is_active": "on"} | inline(cohort)

    response = office.post(reverse("admin:courses_user_change", args=[ada.pk]), fields)

    assert response.status_code == 302, response.context["adminform"].form.errors
    assert Enrollment.objects.filter(learner=ada, course=course).exists()


def test_a_cohort_is_made_with_learners_and_courses(office: Client, ada: User, grace: User, course: Course) -> None:
    fields = {"name": "Autumn", "learners": [ada.pk], "trainers": [grace.pk], "courses": [course.pk]}

    office.post(reverse("admin:courses_cohort_add"), fields)

    assert Enrollment.objects.filter(learner=ada, course=course).exists()


@pytest.mark.parametrize("who", ["root", "ada"])
def test_the_log_can_be_read_and_never_written(
    client: Client, ada: User, grace: User, root: User, course: Course, who: str
) -> None:
    User.objects.filter(pk=ada.pk).update(is_staff=True)
    client.force_login(User.objects.get(email=f"{who}@example.org"))
    entry = interaction(grace, course)
    change = reverse("admin:courses_interaction_change", args=[entry.pk])
    delete = reverse("admin:courses_interaction_delete", args=[entry.pk])

    assert client.get(change).status_code == 200
    assert client.post(change, {"kind": "noted"}).status_code == 403
    assert client.post(delete, {"post": "yes"}).status_code == 403
    assert client.get(reverse("admin:courses_interaction_add")).status_code == 403
    assert Interaction.objects.get().kind == InteractionKind.OPENED


def test_promoting_lets_one_checkpoint_serve(office: Client) -> None:
    old = Checkpoint.objects.create(sha256="a" * 64, path="a", is_live=True, metrics={"test": {"auc": 0.7512345}})
    new = Checkpoint.objects.create(sha256="b" * 64, path="b")
    address = reverse("admin:adaptive_checkpoint_changelist")

    office.post(address, {"action": "promote_one", "_selected_action": [old.pk, new.pk]})
    assert Checkpoint.objects.get(is_live=True) == old
    office.post(address, {"action": "promote_one", "_selected_action": [new.pk]})

    assert Checkpoint.objects.get(is_live=True) == new
    assert "0.7512" in office.get(reverse("admin:adaptive_checkpoint_change", args=[old.pk])).content.decode()


def test_training_is_asked_for_once(office: Client, root: User) -> None:
    address = reverse("admin:adaptive_job_retrain")

    for _ in range(2):
        office.post(address)

    job = Job.objects.get()
    assert (job.kind, job.state, job.asked_by) == ("retrain", JobState.WAITING, root)
    assert office.get(address).status_code == 405
    assert office.get(reverse("admin:adaptive_job_change", args=[job.pk])).status_code == 200


def test_no_such_interaction_is_no_crash(office: Client) -> None:
    response = office.get(reverse("admin:adaptive_job_change", args=[uuid.uuid4()]))

    assert response.status_code == 302


def test_a_cohort_that_ends_before_it_starts_is_refused_in_words(office: Client) -> None:
    fields = {"name": "Spring", "starts_on": "2026-05-01", "ends_on": "2026-04-01"}

    refused = office.post(reverse("admin:courses_cohort_add"), fields)

    assert "A cohort cannot end before it starts" in refused.text
    assert not Cohort.objects.exists()


def test_a_second_enrollment_in_a_course_is_refused_in_words(office: Client, ada: User, course: Course) -> None:
    enroll(ada, course)

    refused = office.post(reverse("admin:courses_enrollment_add"), {"learner": ada.pk, "course": course.pk})

    assert "This learner takes this course already." in refused.text


@pytest.mark.parametrize("model", [User, Cohort, Enrollment, Course, Skill, Module, Variant, Question])
def test_no_form_shows_the_name_of_a_constraint(model: type[Model]) -> None:
    assert not [rule.name for rule in model._meta.constraints if rule.name in rule.get_violation_error_message()]
