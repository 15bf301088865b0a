"""A wish is about the step that was shown, counts once, and is not applied to another one."""

import re
import uuid

import pytest
from django.test import Client
from django.urls import reverse

from adaptive.models import Recommendation
from adaptive.progress import Wish
from adaptive.recommending import recommend_next
from adaptive.stepping import NoLongerOnOffer, Request, open_step, override
from adaptive.syllabus import forget
from courses.models import Enrollment, InteractionKind, Module, Question, User
from courses.recording import KeyReused
from tests.adaptive.acting import finish_a_module
from tests.adaptive.conftest import again

ELSEWHERE = "Something else is on offer by now, so what you asked for was not applied."
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')

Fields = dict[str, str]


@pytest.fixture
def tab(client: Client, ada: User, wide: Enrollment) -> Client:
    client.force_login(ada)
    return client


def forms_on(page: str, address: str) -> list[Fields]:
    """What the forms of a page that lead to this address send by themselves, with the first button's wish."""
    forms = [part for part in re.findall(r"<form.*?</form>", page, re.DOTALL) if f'action="{address}"' in part]
    return [dict(HIDDEN.findall(one)) for one in forms]


def opened(tab: Client, name: str, *args: str) -> list[Fields]:
    """Open a page, and return its forms for wishes."""
    page = tab.get(reverse(name, args=args)).content.decode()
    return forms_on(page, reverse("adaptive:override", args=["wide"]))


def press(tab: Client, form: Fields, wish: str, **more: str) -> str:
    sent = form | {"wish": wish} | more
    return tab.post(reverse("adaptive:override", args=["wide"]), sent, follow=True).content.decode()


def wishes(enrollment: Enrollment) -> list[tuple[str, int]]:
    entries = enrollment.interactions.filter(kind=InteractionKind.OVERRODE).order_by("sequence")
    return [(entry.response["wish"], entry.module_id) for entry in entries]


def title_of(step: Recommendation) -> str:
    return (step.variant and step.variant.title) or step.module.title


def test_a_wish_from_an_old_tab_is_not_applied_to_what_came_since(tab: Client, wide: Enrollment) -> None:
    first = open_step(again(wide))
    [old], [other] = opened(tab, "adaptive:step", "wide"), opened(tab, "adaptive:step", "wide")
    press(tab, other, Wish.NOT_THIS_ONE, reason="interest")
    since = recommend_next(again(wide))

    page = press(tab, old, Wish.TOO_HARD)

    assert since.module_id != first.module_id
    assert wishes(wide) == [(Wish.NOT_THIS_ONE, first.module_id)]
    assert recommend_next(again(wide)) == since
    assert ELSEWHERE in page
    assert f"<h1>{title_of(since)}</h1>" in page


def test_a_double_click_is_one_wish_and_says_what_one_says(tab: Client, wide: Enrollment) -> None:
    step = open_step(again(wide))
    [form] = opened(tab, "adaptive:step", "wide")

    press(tab, form, Wish.TOO_HARD)
    page = press(tab, form, Wish.TOO_HARD)

    assert wishes(wide) == [(Wish.TOO_HARD, step.module_id)]
    assert ELSEWHERE not in page


def test_another_button_of_a_form_that_was_sent_is_not_applied(tab: Client, wide: Enrollment) -> None:
    open_step(again(wide))
    [form] = opened(tab, "adaptive:step", "wide")
    press(tab, form, Wish.TOO_HARD)

    page = press(tab, form, Wish.NOT_THIS_ONE, reason="interest")

    assert [wish for wish, _module in wishes(wide)] == [Wish.TOO_HARD]
    assert ELSEWHERE in page


@pytest.mark.parametrize("lacking", ["step", "key"])
def test_a_form_that_does_not_say_what_it_is_about_changes_nothing(tab: Client, wide: Enrollment, lacking: str) -> None:
    open_step(again(wide))
    [form] = opened(tab, "adaptive:step", "wide")
    del form[lacking]

    page = press(tab, form, Wish.TOO_HARD)

    assert not wishes(wide)
    assert "Something was missing, so nothing was changed." in page


def test_opening_a_module_twice_from_one_page_is_one_wish(tab: Client, wide: Enrollment) -> None:
    forms = opened(tab, "courses:course", "wide")

    for form in (forms[3], forms[3], forms[2]):
        press(tab, form, Wish.THIS_ONE)

    modules = {module.slug: module.pk for module in wide.course.modules.all()}
    assert len({form["key"] for form in forms}) == len(modules)
    assert wishes(wide) == [(Wish.THIS_ONE, modules[forms[n]["module"]]) for n in (3, 2)]


def test_opening_again_what_was_left_since_from_an_old_page_says_so(tab: Client, wide: Enrollment) -> None:
    forms = opened(tab, "courses:course", "wide")
    press(tab, forms[3], Wish.THIS_ONE)
    press(tab, forms[2], Wish.THIS_ONE)

    page = press(tab, forms[3], Wish.THIS_ONE)

    assert ELSEWHERE in page
    assert recommend_next(again(wide)).module.slug == forms[2]["module"]


def test_a_review_that_is_asked_for_twice_is_asked_for_once(tab: Client, wide: Enrollment) -> None:
    done = finish_a_module(wide)[-1].answer.module_id
    [form] = opened(tab, "adaptive:review")

    for _ in range(2):
        page = press(tab, form, Wish.REVIEW)

    assert wishes(wide) == [(Wish.REVIEW, done)]
    assert ELSEWHERE not in page


def test_the_deed_refuses_what_is_about_another_step_and_a_key_of_another_wish(wide: Enrollment) -> None:
    first, key = recommend_next(again(wide)), uuid.uuid4()
    override(again(wide), Request(Wish.TOO_HARD, key=key, step=first.pk))
    after = recommend_next(again(wide))

    assert override(again(wide), Request(Wish.TOO_HARD, key=key, step=first.pk)) == after
    with pytest.raises(NoLongerOnOffer):
        override(again(wide), Request(Wish.TOO_HARD, step=first.pk))
    for other in (Request(Wish.TOO_EASY, key=key), Request(Wish.TOO_HARD, _another(wide, first), key=key)):
        with pytest.raises(KeyReused):
            override(again(wide), other)
    assert wishes(wide) == [(Wish.TOO_HARD, first.module_id)]


def _another(enrollment: Enrollment, step: Recommendation) -> Module:
    module: Module = enrollment.course.modules.exclude(pk=step.module_id).first()
    return module


def test_an_old_tab_ends_no_other_step(tab: Client, wide: Enrollment) -> None:
    """Where lessons have no questions, one press is enough to be through with one."""
    Question.objects.all().delete()
    forget()
    address = reverse("adaptive:practice", args=["wide"])
    step = open_step(again(wide))
    [old] = forms_on(tab.get(reverse("adaptive:step", args=["wide"])).content.decode(), address)

    tab.post(address, old)
    said = tab.post(address, old, follow=True).content.decode()
    without = tab.post(address, follow=True).content.decode()

    finished = wide.interactions.filter(kind=InteractionKind.FINISHED)
    assert [entry.module_id for entry in finished] == [step.module_id]
    assert "The step of that page is over, so nothing was changed." in said
    assert title_of(recommend_next(again(wide))) in said
    assert "Something was missing, so nothing was changed." in without
