"""The learner's pages, one by one: what they refuse, and that nothing typed is lost."""

import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from adaptive.models import Recommendation
from adaptive.recommending import recommend_next
from adaptive.stepping import practice
from courses.limiting import Limit
from courses.models import Enrollment, Interaction, Presentation, User
from tests.adaptive.acting import respond
from tests.adaptive.conftest import again


@pytest.fixture
def browser(client: Client, ada: User) -> Client:
    client.force_login(ada)
    return client


@pytest.fixture
def asked(enrollment: Enrollment) -> Presentation:
    question = practice(again(enrollment))
    assert question
    return question


def right(asked: Presentation, **more: Any) -> dict[str, Any]:
    number = asked.question_version.content["answer"]["value"]
    return {"text": f"{number:g}", "key": str(uuid.uuid4())} | more


def url(name: str, *args: Any) -> str:
    return reverse(f"adaptive:{name}", args=args)


def test_what_belongs_to_someone_else_is_not_there(client: Client, asked: Presentation, grace: User) -> None:
    respond(asked, right=True)
    slug, step = asked.enrollment.course.slug, Recommendation.objects.get()
    client.force_login(grace)

    pages = [url(name, asked.pk) for name in ("question", "outcome")] + [url("why", step.pk)]
    pages += [url(name, slug) for name in ("step", "map", "finished")]
    deeds = [url(name, asked.pk) for name in ("answer", "hint")]
    deeds += [url(name, slug) for name in ("next", "practice", "override")]
    deeds += [reverse("courses:note", args=[slug, asked.variant_id])]

    assert {client.get(page).status_code for page in pages} == {404}
    assert {client.post(deed).status_code for deed in deeds} == {404}


def test_a_right_answer_is_taken_and_leads_on(browser: Client, asked: Presentation) -> None:
    response = browser.post(url("answer", asked.pk), right(asked, seconds="12.5", confidence="fairly_sure"))

    assert response.headers["Location"] == url("outcome", asked.pk)
    answer = Interaction.objects.answers().get()
    assert (answer.score, answer.seconds_spent, answer.confidence) == (1.0, 12.5, 2)
    assert "What this changed" in browser.get(response.headers["Location"]).content.decode()


def test_a_second_tab_is_told_which_answer_counts(browser: Client, asked: Presentation) -> None:
    browser.post(url("answer", asked.pk), right(asked))

    response = browser.post(url("answer", asked.pk), right(asked, text="-99"))

    assert response.status_code == 409
    assert "The first answer counts" in response.content.decode()
    assert Interaction.objects.answers().count() == 1


def test_sending_the_same_form_twice_records_one_answer(browser: Client, asked: Presentation) -> None:
    form = right(asked)

    first, second = (browser.post(url("answer", asked.pk), form) for _ in range(2))

    assert first.headers["Location"] == second.headers["Location"]
    assert Interaction.objects.answers().count() == 1


def test_a_key_used_for_another_answer_is_refused(browser: Client, asked: Presentation) -> None:
    form = right(asked)
    browser.post(url("answer", asked.pk), form)

    response = browser.post(url("answer", asked.pk), form | {"text": "-99"})

    assert response.status_code == 422


@pytest.mark.parametrize("sent", [{"text": ""}, {"text": "one or two"}, {"key": "no key"}])
def test_an_answer_that_cannot_be_read_keeps_what_was_typed(
    browser: Client, asked: Presentation, sent: dict[str, str]
) -> None:
    response = browser.post(url("answer", asked.pk), right(asked) | sent)

    html = response.content.decode()
    assert response.status_code == 422
    assert 'role="alert"' in html
    assert sent.get("text", "") in html
    assert not Interaction.objects.answers().exists()


def test_a_hint_opens_in_place_and_keeps_what_was_typed(browser: Client, asked: Presentation) -> None:
    for _ in range(2):
        html = browser.post(
            url("answer", asked.pk), {"hint": "1", "text": "12", "key": str(uuid.uuid4())}
        ).content.decode()

    assert "Look at the number." in html
    assert 'value="12"' in html
    assert Interaction.objects.filter(kind="hinted").count() == 1

    browser.post(url("answer", asked.pk), right(asked))
    assert Interaction.objects.answers().get().hints == 1


def test_an_answered_question_shows_its_outcome(browser: Client, asked: Presentation) -> None:
    respond(asked, right=True)

    assert browser.get(url("question", asked.pk)).headers["Location"] == url("outcome", asked.pk)


def test_answering_too_often_asks_to_wait(
    browser: Client, asked: Presentation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("courses.views.limiting.seconds_to_wait", lambda limit, who: 30 if _is_answering(limit) else 0)

    response = browser.post(url("answer", asked.pk), right(asked))

    assert response.status_code == 429
    assert response.headers["Retry-After"] == "30"
    assert not Interaction.objects.answers().exists()


@pytest.mark.parametrize("wish", ["another-way", "too-easy", "too-hard", "not-this-one"])
def test_a_wish_brings_another_step(browser: Client, asked: Presentation, wish: str) -> None:
    before = Recommendation.objects.get()

    sent = {"wish": wish, "reason": "known", "step": str(before.pk), "key": str(uuid.uuid4())}
    response = browser.post(url("override", asked.enrollment.course.slug), sent, follow=True)

    assert response.status_code == 200
    assert recommend_next(again(asked.enrollment)) != before
    assert Interaction.objects.get(kind="overrode").response["reason"] == "known"


def test_a_wish_nobody_knows_changes_nothing(browser: Client, asked: Presentation) -> None:
    sent = {"wish": "a-pony", "step": str(Recommendation.objects.get().pk), "key": str(uuid.uuid4())}

    page = browser.post(url("override", asked.enrollment.course.slug), sent, follow=True).content.decode()

    assert "Something was missing, so nothing was changed." in page
    assert not Interaction.objects.filter(kind="overrode").exists()


def test_reading_pages_writes_nothing_into_the_log(browser: Client, asked: Presentation) -> None:
    slug, before = asked.enrollment.course.slug, Interaction.objects.count()

    for page in (url("today"), url("step", slug), url("question", asked.pk), url("map", slug), url("review")):
        browser.get(page)

    assert Interaction.objects.count() == before


def test_a_course_with_nothing_published_is_not_called_finished(browser: Client, enrollment: Enrollment) -> None:
    for module in enrollment.course.modules.all():
        module.live = False
        module.save()

    page = browser.get(url("finished", enrollment.course.slug)).content.decode()

    assert "This course has nothing published yet." in page
    assert "every module" not in page
    assert ": done" not in page


@pytest.mark.parametrize("name", ["next", "practice", "override"])
def test_deeds_are_not_done_by_reading(browser: Client, enrollment: Enrollment, name: str) -> None:
    assert browser.get(url(name, enrollment.course.slug)).status_code == 405


def test_people_change_their_name_and_their_token(browser: Client, ada: User) -> None:
    me = reverse("courses:me")
    browser.post(me, {"first_name": "Augusta", "last_name": "King", "time_zone": "Europe/London"})
    browser.post(reverse("courses:change_token"), {"make": "yes"})

    html = browser.get(me).content.decode()

    assert "Augusta King" in html
    assert User.objects.get(pk=ada.pk).auth_token.key in html


def _is_answering(limit: Limit) -> bool:
    return limit.name == "answering"
