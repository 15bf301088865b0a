"""The placement test on its pages and in the API: offered, taken, stopped, and told about only at the end."""

import uuid
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from courses.models import Course, Enrollment, InteractionKind, Presentation, User


@pytest.fixture
def browser(client: Client, ada: User, chain: Course) -> Client:
    Enrollment.objects.create(learner=ada, course=chain)
    client.force_login(ada)
    return client


def text_of(client: Client, name: str, *arguments: object) -> str:
    return client.get(reverse(name, args=arguments)).content.decode()


def begin(client: Client) -> Presentation:
    return asked_at(client.post(reverse("adaptive:begin_placement", args=["chain"])).url)


def asked_at(url: str) -> Presentation:
    return Presentation.objects.get(pk=urlsplit(url).path.split("/")[-2])


def send(client: Client, question: Presentation, **answer: str) -> str:
    """Answer on the page, and return where that leads."""
    sent = {"key": str(uuid.uuid4()), "seconds": "5"} | answer
    return client.post(reverse("adaptive:answer", args=[question.pk]), sent).url


def right(question: Presentation) -> dict[str, str]:
    return {"text": str(int(question.question_version.content["answer"]["value"]))}


def test_today_offers_to_find_out_where_to_start_or_to_start(browser: Client) -> None:
    page = text_of(browser, "adaptive:today")

    assert "Find out where to start" in page
    assert "Up to 8 questions" in page
    assert "about 6 minutes" in page
    assert "Start at the beginning" in page


def test_starting_at_the_beginning_opens_the_first_step_and_ends_the_offer(browser: Client) -> None:
    answer = browser.post(reverse("adaptive:stop_placement", args=["chain"]))

    assert answer.url == reverse("adaptive:step", args=["chain"])
    assert "Find out where to start" not in text_of(browser, "adaptive:today")
    for page in ("courses:course", "adaptive:map"):
        assert "Take the placement test" in text_of(browser, page, "chain")


def test_each_answer_leads_to_the_next_question_and_says_nothing(browser: Client) -> None:
    first = begin(browser)

    second = asked_at(send(browser, first, **right(first)))

    page = text_of(browser, "adaptive:question", second.pk)
    assert "Question 2 of up to 8" in page
    assert "I don&#x27;t know yet" in page or "I don't know yet" in page
    assert "How sure are you?" not in page
    assert browser.get(reverse("adaptive:outcome", args=[first.pk])).url == reverse(
        "adaptive:placement", args=["chain"]
    )


def test_an_answer_sent_from_a_second_tab_goes_on_without_telling(browser: Client) -> None:
    first = begin(browser)
    send(browser, first, passed="yes")

    assert send(browser, first, **right(first)) == reverse("adaptive:placement", args=["chain"])


def test_a_test_that_was_left_waits_on_today(browser: Client) -> None:
    waiting = asked_at(send(browser, (first := begin(browser)), **right(first)))

    page = text_of(browser, "adaptive:today")

    assert "Question 2 of up to 8" in page
    assert begin(browser) == waiting


def test_at_the_end_it_says_what_seems_known_and_where_to_start(browser: Client, ada: User) -> None:
    url = reverse("adaptive:question", args=[begin(browser).pk])
    while "/questions/" in url:
        question = asked_at(url)
        knows = question.module.position < 3
        url = send(browser, question, **(right(question) if knows else {"passed": "yes"}))

    assert url == reverse("adaptive:placement", args=["chain"])
    page = text_of(browser, "adaptive:placement", "chain")
    assert "What it told" in page
    assert "Skill-1" in page
    assert "Known, " in page
    assert "To learn" in page
    assert "Not known yet, " in page
    assert "Take the test again" in page
    assert "Start here" in page
    outline = text_of(browser, "courses:course", "chain")
    assert "You seemed to know this at the start." in outline


def test_stopping_on_the_way_shows_what_was_told_so_far(browser: Client) -> None:
    first = begin(browser)
    send(browser, first, **right(first))

    answer = browser.post(reverse("adaptive:stop_placement", args=["chain"]), follow=True)

    assert answer.redirect_chain[-1][0] == reverse("adaptive:placement", args=["chain"])
    assert "This is what 1 answer told us." in answer.content.decode()
    assert text_of(browser, "adaptive:outcome", first.pk).count("Back to where to start") == 1


def test_somebody_elses_test_does_not_exist(browser: Client, grace: User) -> None:
    browser.force_login(grace)

    for name in ("placement", "begin_placement", "stop_placement"):
        url = reverse(f"adaptive:{name}", args=["chain"])
        assert (browser.get(url) if name == "placement" else browser.post(url)).status_code == 404


def test_the_api_takes_the_test_from_the_offer_to_what_it_found(browser: Client) -> None:
    def call(path: str, data: dict[str, object] | None = None) -> dict:
        kind = {"content_type": "application/json"}
        answer = browser.get(path) if data is None else browser.post(path, data, **kind)
        assert answer.status_code in (200, 201), answer.content
        return answer.json()

    address = "/api/v1/courses/chain/placement/"
    offer = call(address)
    question = call(f"{address}begin/", {})["question"]
    under_way = call(address)
    while question:
        sent = {"key": str(uuid.uuid4()), "response": {"passed": True}}
        result = call(f"/api/v1/presentations/{question['id']}/answer/", sent)
        question = result["next"]["question"]
    found = call(address)

    assert (offer["stage"], offer["most"], offer["question"]) == ("on_offer", 8, None)
    assert under_way["stage"] == "under_way"
    assert result["finished"] == "placed"
    assert found["stage"] == "placed"
    assert {one["seems"] for one in found["skills"]} <= {"unknown", "unsure"}
    assert found["modules"] == []
    assert Enrollment.objects.get().interactions.filter(kind=InteractionKind.PLACED).count() == 1
