"""Who may enter the authors' room, and under which policy."""

import pytest
from django.test import Client

from courses.models import Course, Question, Skill, User
from tests.authoring.forms import question_form

PAGES = (
    "/authoring/",
    "/authoring/course/{course}/",
    "/authoring/course/{course}/flight/",
    "/authoring/course/{course}/flight/progress/",
    "/authoring/questions/",
    "/authoring/questions/add/",
    "/authoring/questions/edit/{question}/",
    "/authoring/questions/preview/{question}/",
    "/authoring/questions/history/{question}/",
    "/authoring/questions/delete/{question}/",
    "/authoring/login/",
    "/authoring/users/",
    "/authoring/no-such-page/",
)


@pytest.fixture(params=PAGES)
def page(request: pytest.FixtureRequest, course: Course, question: Question) -> str:
    return str(request.param.format(course=course.pk, question=question.pk))


def test_nobody_enters_without_signing_in(client: Client, page: str) -> None:
    response = client.get(page)

    assert response.status_code == 302
    assert response.url.startswith("/accounts/login/?next=")


@pytest.mark.parametrize("who", ["ada", "grace"])
def test_for_learners_and_trainers_there_is_no_such_room(
    client: Client, page: str, who: str, request: pytest.FixtureRequest
) -> None:
    client.force_login(request.getfixturevalue(who))

    assert client.get(page).status_code == 404
    assert client.post(page).status_code == 404


def test_an_admin_who_is_no_author_stays_out(client: Client, page: str, ada: User) -> None:
    ada.is_staff = True
    ada.save()
    client.force_login(ada)

    assert client.get(page).status_code == 404


@pytest.mark.parametrize("who", ["noor", "root"])
def test_authors_and_superusers_enter(client: Client, who: str, request: pytest.FixtureRequest, course: Course) -> None:
    client.force_login(request.getfixturevalue(who))

    for page in PAGES[:4]:
        assert client.get(page.format(course=course.pk)).status_code == 200


def test_an_author_who_is_no_longer_one_is_out_at_once(desk: Client, noor: User) -> None:
    assert desk.get("/authoring/").status_code == 200

    noor.is_author = False
    noor.save()

    assert desk.get("/authoring/").status_code == 404


def test_authors_find_what_they_need_and_nothing_else(client: Client, root: User) -> None:
    client.force_login(root)

    page = client.get("/authoring/").content.decode()

    assert "Your courses" in page
    for other in ("Pages", "Images", "Documents", "Reports", "Settings", "Snippets"):
        assert f'"label": "{other}"' not in page


def test_the_editor_runs_under_the_site_s_policy_and_may_frame_its_previews(
    desk: Client, question: Question, skill: Skill
) -> None:
    desk.post(f"/authoring/questions/preview/{question.pk}/", question_form(question.module, skill, "numeric"))

    editor = desk.get(f"/authoring/questions/edit/{question.pk}/")["Content-Security-Policy"]
    preview = desk.get(f"/authoring/questions/preview/{question.pk}/")["Content-Security-Policy"]
    page = desk.get("/accounts/logout/")["Content-Security-Policy"]

    assert "script-src 'self'" in editor
    assert "unsafe" not in editor
    assert "frame-src 'self'" in editor
    assert "frame-src" not in preview
    assert "frame-ancestors 'self'" in preview
    assert "frame-ancestors 'none'" in page
