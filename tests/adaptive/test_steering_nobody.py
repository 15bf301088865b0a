"""What was asked of a learner whom no cohort holds any more can be seen, and ended."""

from django.test import Client
from django.urls import reverse

from adaptive.directives import Directive
from courses.models import Enrollment, User
from tests.adaptive.steered import BAN, PIN, asked, cohort_with, module
from tests.adaptive.test_steering_pages import said


def test_what_is_asked_of_a_learner_who_left_is_ended_by_who_asked_and_by_admins(
    client: Client, grace: User, noor: User, root: User, enrollment: Enrollment
) -> None:
    cohort = cohort_with(grace, enrollment)
    pin = asked(grace, PIN, module(enrollment.course, 2), enrollment)
    ban = asked(grace, BAN, module(enrollment.course, 3), enrollment)
    noor.is_trainer = True
    noor.save()
    page = reverse("adaptive:steer_nobodys")
    client.force_login(grace)
    assert "Offer first" not in client.get(page).content.decode()
    cohort.learners.clear()

    assert "Offer first: Module 2" in client.get(page).content.decode()
    assert "Ended: “Offer first: Module 2”" in said(client.post(reverse("adaptive:end_nobodys", args=[pin.pk])))
    client.force_login(noor)
    assert "Never offer" not in client.get(page).content.decode()
    assert client.post(reverse("adaptive:end_nobodys", args=[ban.pk])).status_code == 404
    client.force_login(root)
    assert "Ada Learner" in client.get(page).content.decode()
    client.post(reverse("adaptive:end_nobodys", args=[ban.pk]))
    assert not Directive.objects.filter(ended_at=None).exists()
