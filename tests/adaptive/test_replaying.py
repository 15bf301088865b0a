"""Any stored choice can be made again, and other policies can be asked what they would have done."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from adaptive.models import Calibration, Recommendation
from adaptive.recommending import SETTINGS
from adaptive.replaying import Verdict, replay
from adaptive.serving import live_tutor
from adaptive.shadowing import disagreement, settings_from
from adaptive.simulating import simulate_cohort
from courses.models import Cohort, Course
from tests.factories import make_course


@pytest.fixture
def steps(db: None) -> list[Recommendation]:
    """What three made-up learners were offered in five days; they ask for other things, too."""
    cohort = Cohort.objects.create(name="Made up", is_simulated=True)
    cohort.courses.add(make_course(modules=4))
    simulate_cohort(cohort, learners=3, seed=1, days=5)
    return list(Recommendation.objects.select_related("enrollment__course__edition", "checkpoint"))


def replayed(*ids: str, **options: object) -> str:
    said = StringIO()
    call_command("replay", *ids, stdout=said, **options)
    return said.getvalue()


def test_every_choice_comes_out_the_same(steps: list[Recommendation]) -> None:
    assert len(steps) > 10
    assert {replay(step).verdict for step in steps} == {Verdict.SAME}


def test_choices_made_before_a_calibration_are_made_again_without_it(steps: list[Recommendation]) -> None:
    course = Course.objects.get()
    live = live_tutor(course.pk)
    tutor = live.tutor.calibrated([])
    Calibration.objects.create(course=course, checkpoint_id=live.checkpoint, data=tutor.calibration.to_bytes())

    assert {replay(step).verdict for step in steps} == {Verdict.SAME}


@pytest.mark.parametrize("what", ["score", "inputs", "reason"])
def test_a_choice_that_was_tampered_with_is_found(steps: list[Recommendation], what: str) -> None:
    step = next(step for step in steps[len(steps) // 2 :] if step.variant_id)
    if what == "score":
        step.candidates[0]["score"] += 0.01
    elif what == "inputs":
        step.inputs["effects"] = {step.variant.modality: 0.1}
    else:
        step.reasons = [{"rule": "review"}]
    step.save()

    with pytest.raises(SystemExit):
        replayed(last=1000)
    assert replay(step).verdict == Verdict.OTHER


def test_the_command_counts_what_it_found(steps: list[Recommendation]) -> None:
    assert replayed(last=10) == "10 the same choice\n"
    assert "the same choice" in replayed(str(steps[0].pk))
    with pytest.raises(CommandError, match="An id looks like"):
        replayed("nonsense")


@pytest.mark.parametrize("options", [{}, {"reasons": True}, {"shadow": ["band=0.5,0.75"]}])
def test_what_is_not_there_is_not_called_the_same(steps: list[Recommendation], options: dict[str, object]) -> None:
    unknown = "6fa459ea-ee8a-3ca4-894e-db77e160355e"

    with pytest.raises(CommandError, match=f"There is no recommendation {unknown}"):
        replayed(str(steps[0].pk), unknown, **options)
    with pytest.raises(CommandError, match=r"There is no course nope\. Courses: "):
        replayed(course="nope", **options)


def test_a_policy_does_not_disagree_with_itself(steps: list[Recommendation]) -> None:
    found = disagreement(replay(step, SETTINGS) for step in steps)

    assert found
    assert found.other_favorite == 0.0
    assert found.moved == pytest.approx(0.0, abs=1e-5)
    assert sum(was for was, _ in found.modalities.values()) == pytest.approx(1.0)


def test_a_shadow_that_wants_less_success_expects_less(steps: list[Recommendation]) -> None:
    found = disagreement(replay(step, settings_from(["band=0.3,0.4", "outside=0.3", "unfit=0"])) for step in steps)

    assert found
    assert found.success[1] < found.success[0]
    assert found.moved > 0.05
    assert "chance that would go elsewhere" in replayed(shadow=["band=0.1,0.2"], last=50)


@pytest.mark.parametrize("word", ["depth=1", "band=0.5", "learning=much", "learning", "band=0.9,0.1", "temperature=0"])
def test_settings_that_make_no_sense_are_refused(word: str, db: None) -> None:
    with pytest.raises(CommandError):
        replayed(shadow=[word])
