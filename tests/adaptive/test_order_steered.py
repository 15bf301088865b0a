"""Where no tutor can be used at all, trainers are heard as elsewhere, and pages tell truly what came of a wish."""

import uuid

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from adaptive.explaining import sentence
from adaptive.progress import Wish
from adaptive.reason_words import RULES
from adaptive.recommending import recommend_next
from adaptive.stepping import open_step
from adaptive.views.steps import PUT_ASIDE
from courses.models import Enrollment, Modality, User
from mlcore.refusals import Reason
from tests.adaptive.conftest import again
from tests.adaptive.in_order import said, visit, way
from tests.adaptive.steered import BAN, DUE, PIN, asked, in_days, module
from tests.adaptive.test_serving import broken_ladder


@pytest.fixture(autouse=True)
def without_tutor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adaptive.degrading.ladder", broken_ladder)


def test_learners_go_before_pins_and_bans_before_learners(enrollment: Enrollment, grace: User) -> None:
    first, second, third = (module(enrollment.course, number) for number in (1, 2, 3))
    asked(grace, BAN, second, enrollment)
    put_aside = said(enrollment, Wish.THIS_ONE, second)
    asked(grace, PIN, first, enrollment)

    chosen = said(enrollment, Wish.THIS_ONE, third)
    visit(enrollment)
    pinned = recommend_next(again(enrollment))

    assert (put_aside.module, sentence(put_aside)) == (first, RULES["order"])
    assert (chosen.module, sentence(chosen)) == (third, RULES[Wish.THIS_ONE])
    assert (pinned.module, sentence(pinned)) == (first, "Your trainer asked for this first.")


def test_what_a_trainer_wants_first_does_not_come_right_back_either(wide: Enrollment, grace: User) -> None:
    wanted = module(wide.course, 3)
    asked(grace, DUE, wanted, wide, holds_until=in_days(3))

    other = said(wide, Wish.ANOTHER_WAY)
    step = said(wide, Wish.NOT_THIS_ONE)

    assert way(other) == ("module-3", Modality.WORKED_EXAMPLE, 2)
    assert step.module == module(wide.course, 1)


@pytest.mark.parametrize("reason", Reason.OTHERWISE)
def test_the_page_does_not_say_that_nothing_else_was_there(client: Client, enrollment: Enrollment, reason: str) -> None:
    step = open_step(again(enrollment))

    told = told_of(client, enrollment, wish=Wish.NOT_THIS_ONE, reason=reason, step=str(step.pk))

    assert told == [str(PUT_ASIDE[""])]


def test_the_page_says_what_came_of_a_choice(client: Client, enrollment: Enrollment, grace: User) -> None:
    told = [told_of(client, enrollment, wish=Wish.THIS_ONE, module="module-3")]
    asked(grace, BAN, module(enrollment.course, 2), enrollment)

    told.append(told_of(client, enrollment, wish=Wish.THIS_ONE, module="module-2"))

    chosen, put_aside = told
    assert chosen == ["Here it is, as you chose."]
    assert put_aside != chosen


def told_of(client: Client, enrollment: Enrollment, **wish: str) -> list[str]:
    """Ask for this on the page; return what it says."""
    client.force_login(enrollment.learner)
    sent = {"key": str(uuid.uuid4()), **wish}
    response = client.post(reverse("adaptive:override", args=[enrollment.course.slug]), sent)
    return [str(message) for message in get_messages(response.wsgi_request)]
