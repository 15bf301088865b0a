"""Notices of rules come by mail: all of them, once, not oftener than wanted, through a real server and its failures."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from adaptive.notices import MailedNotice, NoticeMail, Often
from adaptive.notifying import mail_notices, wish
from adaptive.rule_conditions import When
from adaptive.rulemaking import see
from adaptive.rules import Firing, Then
from adaptive.watching import watch_absences
from courses.enrolling import enroll
from courses.models import Cohort, Course, Enrollment, User
from tests.adaptive.acting import learn
from tests.adaptive.conftest import again
from tests.adaptive.letterbox import Letterbox, letterbox
from tests.adaptive.ruled import ruled
from tests.adaptive.steered import cohort_with, in_days, module, next_for


@pytest.fixture
def post(settings: Any) -> Iterator[Letterbox]:
    with letterbox(settings) as server:
        yield server


@pytest.fixture
def cohort(wide: Enrollment, grace: User) -> Cohort:
    return cohort_with(grace, wide)


def noticed(cohort: Cohort, trainer: User, *enrollments: Enrollment, note: str = "") -> None:
    """Let a rule of the cohort fire for these learners."""
    ruled(trainer, cohort, When.BEGUN, Then.NOTIFY, note=note)
    for enrollment in enrollments:
        learn(again(enrollment), lambda n: True, answers=1)


def in_hours(hours: float) -> datetime:
    return in_days(hours / 24)


def body_of(letter: Any) -> str:
    return str(letter.get_content())


def test_everything_noticed_comes_in_one_plain_letter(
    post: Letterbox, cohort: Cohort, wide: Enrollment, grace: User, noor: User
) -> None:
    other = enroll(noor, wide.course)
    cohort.learners.add(noor)
    noticed(cohort, grace, wide, other, note="Say hello.")

    assert mail_notices() == 1

    [letter] = post.letters
    assert (letter["To"], letter["Subject"], letter.get_content_type()) == (
        grace.email,
        "2 learners need you",
        "text/plain",
    )
    assert "Spring, Wide" in body_of(letter)
    assert "- Ada Learner: has begun the course. Say hello." in body_of(letter)
    assert "- Noor: has begun the course. Say hello." in body_of(letter)
    assert f"/cohorts/{cohort.pk}/?course=wide" in body_of(letter)
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_no_notice_is_mailed_twice_and_the_next_ones_wait_a_day(
    post: Letterbox, cohort: Cohort, wide: Enrollment, grace: User
) -> None:
    noticed(cohort, grace, wide, note="First.")
    sent = [mail_notices(), mail_notices()]
    noticed(cohort, grace, wide, note="Second.")
    noticed(cohort, grace, wide, note="Third.")

    sent += [mail_notices(in_hours(hours)) for hours in (0, 1, 23, 24.1, 24.2, 50)]

    assert sent == [1, 0, 0, 0, 0, 1, 0, 0]
    assert [re.findall("(First|Second|Third)", body_of(letter)) for letter in post.letters] == [
        ["First"],
        ["Second", "Third"],
    ]


def test_a_trainer_may_want_it_every_hour_or_never(
    post: Letterbox, cohort: Cohort, wide: Enrollment, grace: User
) -> None:
    noticed(cohort, grace, wide)
    mail_notices()
    noticed(cohort, grace, wide)
    assert mail_notices(in_hours(1.1)) == 0

    wish(grace, Often.HOURLY)
    assert [mail_notices(in_hours(hours)) for hours in (0.5, 1.1)] == [0, 1]

    noticed(cohort, grace, wide)
    mail_notices(in_hours(1.2))
    wish(grace, Often.NEVER)
    assert mail_notices(in_days(30)) == 0
    wish(grace, Often.DAILY)
    assert mail_notices(in_days(31)) == 1


def test_what_a_server_refuses_is_tried_again_and_arrives_once(
    post: Letterbox, cohort: Cohort, wide: Enrollment, grace: User
) -> None:
    noticed(cohort, grace, wide, note="First.")
    post.is_full = True
    sent = [mail_notices(in_hours(minutes / 60)) for minutes in (0, 0.5, 1.1, 2)]
    noticed(cohort, grace, wide, note="Second.")
    post.is_full = False

    sent += [mail_notices(in_hours(minutes / 60)) for minutes in (3.2, 4, 90)]

    assert sent == [0, 0, 0, 0, 1, 0, 0]
    assert NoticeMail.objects.get().tries == 3
    assert [re.findall("(First|Second)", body_of(letter)) for letter in post.letters] == [["First", "Second"]]


def test_without_any_server_nothing_is_lost(
    post: Letterbox, cohort: Cohort, wide: Enrollment, grace: User, settings: Any
) -> None:
    noticed(cohort, grace, wide)
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    assert mail_notices() == 0

    settings.EMAIL_PORT = port
    assert mail_notices(in_hours(0.1)) == 1


def test_an_address_that_no_mail_can_have_keeps_nobody_elses_back(
    post: Letterbox, cohort: Cohort, wide: Enrollment, grace: User, noor: User
) -> None:
    User.objects.filter(pk=noor.pk).update(is_trainer=True, email="no\nor@example.org")
    cohort.trainers.add(noor)
    noticed(cohort, grace, wide)

    assert mail_notices() == 1
    assert [letter["To"] for letter in post.letters] == [grace.email]
    assert NoticeMail.objects.get(sent_at=None).trainer == noor


def test_a_worker_that_died_over_a_mail_leaves_it_to_the_next_under_the_same_name(
    post: Letterbox, cohort: Cohort, wide: Enrollment, grace: User
) -> None:
    noticed(cohort, grace, wide)
    mail_notices()
    NoticeMail.objects.update(sent_at=None)  # taken by the server, and then the worker died

    assert [mail_notices(in_hours(minutes / 60)) for minutes in (5, 11)] == [0, 1]

    first, second = post.letters
    assert first["Message-ID"] == second["Message-ID"]


def test_what_came_too_late_for_a_letter_waits_for_the_next(
    post: Letterbox, cohort: Cohort, wide: Enrollment, grace: User, noor: User
) -> None:
    noticed(cohort, grace, wide, note="First.")
    other = Cohort.objects.create(name="Autumn", ends_on=(in_days(-1)).date())
    other.trainers.add(grace)
    other.courses.add(wide.course)
    other.learners.add(wide.learner)
    post.is_full = True
    mail_notices()
    noticed(other, noor, wide, note="Second.")
    late = Firing.objects.latest("pk")
    MailedNotice.objects.create(mail=NoticeMail.objects.get(), trainer=grace, firing=late)  # its cohort is over
    post.is_full = False
    mail_notices(in_hours(0.1))
    Cohort.objects.filter(pk=other.pk).update(ends_on=None)

    assert mail_notices(in_days(2)) == 1
    assert [re.findall("(First|Second)", body_of(letter)) for letter in post.letters] == [["First"], ["Second"]]


def test_who_has_seen_it_or_may_not_see_it_any_more_gets_no_mail(
    post: Letterbox, cohort: Cohort, wide: Enrollment, grace: User, noor: User
) -> None:
    User.objects.filter(pk=noor.pk).update(is_trainer=True)
    cohort.trainers.add(noor)
    noticed(cohort, grace, wide)
    post.is_full = True
    mail_notices()
    post.is_full = False
    assert NoticeMail.objects.count() == 2

    cohort.trainers.remove(noor)
    see(Firing.objects.get(), grace)

    assert mail_notices(in_hours(0.1)) == 0
    assert not NoticeMail.objects.exists()


def test_who_is_no_trainer_any_more_gets_no_mail_that_waits(
    post: Letterbox, cohort: Cohort, wide: Enrollment, grace: User
) -> None:
    noticed(cohort, grace, wide)
    post.is_full = True
    mail_notices()
    post.is_full = False

    User.objects.filter(pk=grace.pk).update(is_trainer=False)
    assert (mail_notices(in_hours(0.1)), len(post.letters)) == (0, 0)

    User.objects.filter(pk=grace.pk).update(is_trainer=True)
    assert mail_notices(in_hours(0.2)) == 1


def test_nobodys_words_look_like_lines_of_the_letter(
    post: Letterbox, cohort: Cohort, wide: Enrollment, grace: User
) -> None:
    for person in (wide.learner, grace):
        User.objects.filter(pk=person.pk).update(first_name="Eve\r\n\n--\u2028Sign in", last_name="")
    Cohort.objects.update(name="Spring\n--")
    Course.objects.update(title="Wide\n--")
    noticed(cohort, grace, wide, note="Go\n--")

    mail_notices()

    lines = body_of(post.letters[0]).splitlines()
    assert lines.count("--") == 1
    assert {
        "Hello Eve -- Sign in,",
        "Spring --, Wide --",
        "- Eve -- Sign in: has begun the course. Go --",
    } <= set(lines)


def test_where_nothing_is_new_no_notice_is_read(
    post: Letterbox, cohort: Cohort, wide: Enrollment, grace: User, django_assert_num_queries: Any
) -> None:
    noticed(cohort, grace, wide)
    assert mail_notices() == 1

    with django_assert_num_queries(2):  # whether anything is new, and whether a mail is due
        assert mail_notices() == 0


def test_a_rule_of_the_course_tells_the_trainers_of_its_learners_and_nobody_else(
    post: Letterbox, cohort: Cohort, wide: Enrollment, grace: User, noor: User
) -> None:
    elsewhere = Cohort.objects.create(name="Autumn")
    elsewhere.courses.add(wide.course)
    User.objects.filter(pk=noor.pk).update(is_trainer=True)
    elsewhere.trainers.add(noor)
    ruled(noor, wide.course, When.BEGUN, Then.NOTIFY)
    ruled(noor, wide.course, When.BEGUN, Then.SKIP, target=module(wide.course, 2))
    next_for(wide)

    mail_notices()

    assert [letter["To"] for letter in post.letters] == [grace.email]
    assert "1 learner needs you" in post.letters[0]["Subject"]


def test_times_stand_in_the_trainers_own_zone(post: Letterbox, cohort: Cohort, wide: Enrollment, grace: User) -> None:
    User.objects.filter(pk=grace.pk).update(time_zone="Pacific/Kiritimati")  # 14 hours ahead
    ruled(grace, cohort, When.INACTIVE, Then.NOTIFY, days=2)
    Enrollment.objects.filter(pk=wide.pk).update(enrolled_at="2026-03-01T23:00:00Z")
    watch_absences()
    mail_notices()

    assert "never here since 2 Mar" in body_of(post.letters[0])


def test_a_trainer_chooses_on_a_page_and_stops_it_from_the_mail_without_signing_in(
    post: Letterbox, cohort: Cohort, wide: Enrollment, grace: User, ada: User
) -> None:
    client, page = Client(enforce_csrf_checks=True), reverse("adaptive:notice_wish")
    noticed(cohort, grace, wide)
    mail_notices()
    stop = re.sub("^https?://[^/]*", "", post.letters[0]["List-Unsubscribe"].strip(" <>"))
    assert stop in body_of(post.letters[0])

    asked = client.get(stop).content.decode()
    assert "Stop mail about notices?" in asked
    noticed(cohort, grace, wide)
    assert client.post(stop, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert mail_notices(in_days(2)) == 0
    assert client.get(stop[:-2] + "x/").status_code == 404

    signed_in = Client()
    signed_in.force_login(grace)
    assert 'value="never" id="id_often_2" required checked' in signed_in.get(page).content.decode()
    signed_in.post(page, {"often": "hourly"})
    assert mail_notices(in_days(2)) == 1
    assert signed_in.post(page, {"often": "always"}).status_code == 422
    signed_in.force_login(ada)
    assert signed_in.get(page).status_code == 404
