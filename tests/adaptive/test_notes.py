"""What a learner writes beside a reflection is kept whole, or not at all and still on the page."""

import pytest
from django.test import Client
from django.urls import reverse

from adaptive.recommending import recommend_next
from courses.limiting import NOTING
from courses.models import Enrollment, Interaction, InteractionKind, Modality, User, Variant
from tests.adaptive.conftest import again


@pytest.fixture
def browser(client: Client, ada: User) -> Client:
    client.force_login(ada)
    return client


@pytest.fixture
def reflection(enrollment: Enrollment) -> Variant:
    """The only variant there is, with two prompts."""
    Variant.objects.all().delete()
    module = enrollment.course.modules.get(slug="module-1")
    body = "Think.\n\n## Prompt: What repeats itself?\n\nLook around.\n\n## Prompt: And what does not?\n"
    return Variant.objects.create(module=module, modality=Modality.REFLECTION, difficulty=2, body=body)


def notes_of(variant: Variant) -> str:
    return reverse("courses:note", args=[variant.module.course.slug, variant.pk])


def kept() -> list[dict[str, str]]:
    return list(Interaction.objects.filter(kind=InteractionKind.NOTED).values_list("response", flat=True))


def test_notes_are_kept_and_shown_again(browser: Client, enrollment: Enrollment, reflection: Variant) -> None:
    browser.post(notes_of(reflection), {"part_1": "My mornings.", "part_2": " My\nevenings."})

    html = browser.get(reverse("adaptive:step", args=[enrollment.course.slug])).text
    assert "My mornings." in html
    assert kept() == [{"part_1": "My mornings.", "part_2": " My\nevenings."}]
    assert recommend_next(again(enrollment)).variant == reflection


def test_a_note_that_is_too_long_is_refused_and_stays_on_the_page(browser: Client, reflection: Variant) -> None:
    long = "x" * 10_001

    refused = browser.post(notes_of(reflection), {"part_1": "My mornings.", "part_2": long})

    assert refused.status_code == 422
    assert "Shorten this to 10000 characters: it has 10001." in refused.text
    assert "not kept yet" in refused.text
    assert f">{long}</textarea>" in refused.text
    assert ">My mornings.</textarea>" in refused.text
    assert kept() == []


def test_a_note_under_a_prompt_that_is_gone_is_shown_to_be_saved(browser: Client, reflection: Variant) -> None:
    refused = browser.post(notes_of(reflection), {"part_1": "My mornings.", "part_3": "My nights."})

    assert refused.status_code == 422
    assert "The prompts have changed" in refused.text
    assert "My nights." in refused.text
    assert ">My mornings.</textarea>" in refused.text
    assert kept() == []


def test_only_a_reflection_has_notes(browser: Client, enrollment: Enrollment) -> None:
    cards = Variant.objects.exclude(modality=Modality.REFLECTION).first()
    assert cards

    assert browser.post(notes_of(cards), {"part_1": "Mine."}).status_code == 404


def test_writing_notes_too_often_asks_to_wait(browser: Client, reflection: Variant) -> None:
    answers = [browser.post(notes_of(reflection), {"part_1": str(n)}) for n in range(2 * NOTING.most + 1)]

    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert len(kept()) <= 2 * NOTING.most
