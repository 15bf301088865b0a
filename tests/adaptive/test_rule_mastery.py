"""What rules mean by having mastered a skill: the level of that name, as its badge says."""

import pytest

from adaptive.adapting import read_standing, standing_of
from adaptive.conditions import met
from adaptive.mastery import Level
from adaptive.placement import told_beliefs
from adaptive.progress_rows import SkillProgress
from adaptive.rule_conditions import When
from adaptive.rules import Firing, Then
from adaptive.serving import live_tutor
from courses.models import Enrollment, Skill, User
from tests.adaptive.acting import learn
from tests.adaptive.conftest import again
from tests.adaptive.ruled import ruled, written
from tests.adaptive.steered import skill

BELIEVED = {  # a mean, a standard deviation, answers and how many of them were right
    Level.FAMILIAR: [0.55, 0.1, 10, 6],
    Level.PROFICIENT: [0.7, 0.05, 10, 7],
    Level.MASTERED: [0.9, 0.03, 10, 9],
}


@pytest.mark.parametrize("level", list(BELIEVED))
def test_to_have_mastered_a_skill_is_the_level_of_that_name(wide: Enrollment, noor: User, level: Level) -> None:
    one = skill(wide.course, 1)
    mastered = written(noor, wide.course, When.MASTERED, Then.NOTIFY, skill=one)
    unmastered = written(noor, wide.course, When.UNMASTERED, Then.NOTIFY, skill=one, answers=10)
    standing = standing_of(wide, live_tutor(wide.course_id))
    standing.state.mastery = {str(one.pk): BELIEVED[level]}
    standing.progress.skills[one.pk] = SkillProgress(answers=10)

    found = [met(rule, list(rule.conditions.all()), standing) for rule in (mastered, unmastered)]

    assert told_beliefs(standing, [one.pk])[one.pk].level == level
    assert [bool(one) for one in found] == [level == Level.MASTERED, level != Level.MASTERED]
    assert [one.facts["1"]["level"] for one in found if one] == [level]
    assert [one.words.split(": ")[1] for one in found if one] == [
        f"{level.label}, 10 answers; we expect {round(10 * BELIEVED[level][0])} of 10 right"
    ]


def test_mastery_is_asked_after_every_answer(wide: Enrollment, noor: User) -> None:
    one = learn(wide, lambda n: True, answers=1)[0].answer.question_version.question.skills.get()
    ruled(noor, wide.course, When.MASTERED, Then.NOTIFY, skill=one)
    ruled(noor, wide.course, When.UNMASTERED, Then.NOTIFY, skill=one, answers=2)
    before: list[set[str]] = []

    while level_of(wide, one) != Level.MASTERED:
        before.append(set(Firing.objects.values_list("rule__conditions__when", flat=True)))
        learn(wide, lambda n: True, answers=1)

    facts = {when: facts["1"] for when, facts in Firing.objects.values_list("rule__conditions__when", "facts")}
    assert (before[0], before[-1]) == (set(), {When.UNMASTERED})
    assert facts[When.UNMASTERED]["answers"] == 2
    assert facts[When.MASTERED]["level"] == Level.MASTERED


def level_of(enrollment: Enrollment, one: Skill) -> Level:
    """What the badge of the skill says."""
    standing = read_standing(again(enrollment), live_tutor(enrollment.course_id))
    return told_beliefs(standing, [one.pk])[one.pk].level
