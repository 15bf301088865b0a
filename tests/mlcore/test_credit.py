"""Which answers a way of learning is given credit for, and how much."""

import pytest

from mlcore.effects.credit import DAY, EARLY, TAKEN_IN, Answered, ArmProgress, Lesson, give_credit, methods_of

SKILL, OTHER = 1, 2
Earned = dict[str, ArmProgress]


def taught(*answers: Answered, methods: dict[int, list[str]] | None = None) -> Earned:
    earned: Earned = {}
    lessons: dict[int, Lesson] = {}
    for answer in answers:
        give_credit(earned, lessons, answer, methods or {SKILL: []})
    return earned


def test_right_after_a_lesson_success_counts_a_quarter() -> None:
    earned = taught(Answered(at=100, visit=1, modality="video", surprise=0.4))

    assert earned == {"video": ArmProgress(1, EARLY, pytest.approx(EARLY * 0.4), pytest.approx(0.16))}


def test_a_day_later_the_first_answer_without_a_lesson_is_the_test_of_how_it_was_learned() -> None:
    earned = taught(
        Answered(at=100, visit=1, modality="video", surprise=0.4),
        Answered(at=100 + DAY, visit=2, modality="", surprise=-0.2),
        Answered(at=130 + DAY, visit=2, modality="", surprise=0.3),
    )

    assert earned["video"].answers == 2
    assert earned["video"].weight == 1.0 + EARLY
    assert earned["video"].total == pytest.approx(EARLY * 0.4 + (-0.2 + TAKEN_IN * 0.4), abs=1e-4)
    assert earned["practice-questions"] == ArmProgress(
        1, EARLY, pytest.approx(EARLY * 0.3), pytest.approx(0.09)
    )  # only what came after the test


@pytest.mark.parametrize(("later", "modality"), [(DAY - 1, ""), (3 * DAY, "text")])
def test_too_early_or_after_another_lesson_nothing_is_a_test(later: int, modality: str) -> None:
    earned = taught(
        Answered(at=100, visit=1, modality="video", surprise=0.4),
        Answered(at=100 + later, visit=2, modality=modality, surprise=0.3),
    )

    assert earned["video"].weight == EARLY
    assert earned[modality or "practice-questions"].weight == EARLY


def test_spacing_and_order_earn_by_delayed_tests_only() -> None:
    earned = taught(
        Answered(at=100, visit=1, modality="", surprise=0.4),
        Answered(at=100 + 2 * DAY, visit=2, modality="", surprise=0.2),
        methods={SKILL: ["spaced", "interleaved"]},
    )

    assert earned["spaced"] == earned["interleaved"]
    assert (earned["spaced"].answers, earned["spaced"].weight) == (1, 1.0)


def test_a_question_of_two_skills_is_one_answer() -> None:
    earned = taught(
        Answered(at=100, visit=1, modality="video", surprise=0.4),
        Answered(at=100 + DAY, visit=2, modality="", surprise=0.4),
        methods={SKILL: [], OTHER: []},
    )

    assert earned["video"].answers == 2
    assert earned["video"].weight == 1.0 + EARLY


def test_a_skill_is_spaced_after_a_day_and_interleaved_after_another_one() -> None:
    assert methods_of(0, 10 * DAY, was_just_on=False) == []
    assert methods_of(5, 5 + DAY, was_just_on=True) == ["spaced", "blocked"]
    assert methods_of(5, 4 + DAY, was_just_on=False) == ["massed", "interleaved"]
