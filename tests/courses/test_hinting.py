"""A hint is counted once, however often it is asked for."""

import pytest

from courses.enrolling import enroll
from courses.hinting import HintBefore, NoSuchHint, hints_taken, take_hint
from courses.models import Interaction, Presentation, Question, User
from tests.api.world import small_course
from tests.factories import present


@pytest.fixture
def shown(ada: User) -> Presentation:
    enrollment = enroll(ada, small_course(modules=1))
    return present(enrollment, Question.objects.get(kind="numeric").versions.get())


def test_a_hint_is_written_down_once(shown: Presentation) -> None:
    hints = [take_hint(shown, 1), take_hint(shown, 1)]

    assert [(hint.text, hint.count) for hint in hints] == [("Secret hint.", 1)] * 2
    assert Interaction.objects.get().response == {"hint": 1}


@pytest.mark.parametrize("number", [0, 2, -1])
def test_a_hint_that_is_not_there_cannot_be_taken(shown: Presentation, number: int) -> None:
    with pytest.raises(NoSuchHint):
        take_hint(shown, number)

    assert not Interaction.objects.exists()


def test_hints_come_one_after_another(shown: Presentation) -> None:
    shown.question_version.content["hints"] = ["Look.", "Look again.", "It is two."]

    with pytest.raises(HintBefore) as refused:
        take_hint(shown, 3)
    assert refused.value.number == 1

    assert [take_hint(shown, number).text for number in (1, 2, 1, 3)] == ["Look.", "Look again.", "Look.", "It is two."]
    assert hints_taken(shown) == [1, 2, 3]
