"""What the recurrent policy would have drawn at the steps that were offered: compared, told, and never offered."""

import random
import secrets
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from adaptive.bringing import ANSWERS
from adaptive.comparing import compared
from adaptive.leaving_out import LeftOut
from adaptive.models import PolicyJudgment
from adaptive.recommending import recommend_next
from adaptive.sequencing import shipped
from adaptive.shadowing import chances_in
from adaptive.switching import latest_steps
from courses.models import Course, Interaction, InteractionKind, Presentation, QuestionVersion
from tests.adaptive.conftest import again
from tests.adaptive.sequenced import PLACE, begin_course, enrolled, entries_of, go_through, make_fan, shown_in


@pytest.fixture(autouse=True)
def the_same_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    """What so few learners show of a policy is in part luck: here it is the same in every run."""
    monkeypatch.setattr(secrets, "randbits", random.Random(8).getrandbits)


@pytest.fixture
def fan(db: None) -> Course:
    return make_fan(5, PLACE)


def said(command: str, **options: object) -> str:
    stream = StringIO()
    call_command(command, stdout=stream, **options)
    return stream.getvalue()


def test_both_policies_are_asked_at_the_steps_that_were_drawn(fan: Course) -> None:
    go_through(fan, 3, answers=12)
    live = shipped()
    assert live

    found = compared(latest_steps(fan), live)

    assert len(found.trials) >= 3
    for trial in found.trials:
        assert trial.usual == pytest.approx(chances_in(trial.step), abs=1e-6)
        assert sum(trial.shadow.values()) == pytest.approx(1.0)
        assert all({"sequence", "learning"} <= offer["terms"].keys() for offer in trial.offers)
    assert found.moved > 0.05


def test_what_the_guard_keeps_back_neither_policy_would_draw(db: None) -> None:
    course = make_fan(12, 0)
    [enrollment], modules = enrolled(course, 1, 28), list(course.modules.order_by("position"))
    for number, module in enumerate([*modules[:8], *modules[:6]]):  # all in one modality
        place = {"enrollment": enrollment, "module": module, "variant": module.variants.filter(modality="text")[0]}
        opened = Interaction(sequence=2 * number + 1, kind=InteractionKind.OPENED, **place)
        ended = Interaction(
            sequence=2 * number + 2, kind=InteractionKind.FINISHED, response={"because": "known"}, **place
        )
        Interaction.objects.bulk_create([opened, ended])
    step = recommend_next(again(enrollment))
    version = QuestionVersion.objects.filter(question__module=step.module)[0]
    shown = Presentation.objects.bulk_create(shown_in(step, version) for _ in range(ANSWERS))
    Interaction.objects.bulk_create(entries_of(step, shown, [1.0] * ANSWERS))
    live = shipped()
    assert live

    [trial] = compared(latest_steps(course), live).trials

    kept_back = {key for key, chance in chances_in(trial.step).items() if chance == 0.0}
    assert kept_back
    assert {key for key, chance in trial.shadow.items() if chance == 0.0} == kept_back


def test_steps_that_neither_policy_would_draw_so_again_tell_nothing(fan: Course) -> None:
    begin_course(fan, 3, hub_goes_well=True)
    live, steps = shipped(), latest_steps(fan)
    assert live
    steps[0].candidates = [offer | {"propensity": 0.5} for offer in steps[0].candidates]
    steps[1].policy = "an earlier one"

    found = compared(steps, live)

    assert found.left_out == {LeftOut.GONE: 2}
    assert [trial.step for trial in found.trials] == steps[2:]


def test_an_edit_that_changes_no_choice_loses_no_step(fan: Course) -> None:
    begin_course(fan, 2, hub_goes_well=True)
    live = shipped()
    assert live
    before = len(compared(latest_steps(fan), live).trials)

    module = fan.modules.first()
    assert module
    module.title = "Another title"
    module.save()

    assert len(compared(latest_steps(fan), live).trials) == before > 0


def test_the_commands_tell_what_it_would_do_and_bring_and_change_nothing(fan: Course) -> None:
    begin_course(fan, 60, hub_goes_well=True)

    told, differs = said("judge_policy", recurrent=True, course="fan"), said("replay", recurrent=True, last=3)

    assert "60 steps were drawn by chance and can be judged" in told
    assert "The shadow may serve" in told
    assert "ahead of the standard policy by +" in told
    assert "3 recommendations; another favorite at 100.0% of them" in differs
    assert not PolicyJudgment.objects.exists()
    with pytest.raises(CommandError, match="not both at once"):
        said("judge_policy", recurrent=True, shadow=["band=0.5,0.75"])
