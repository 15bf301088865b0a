"""What is told of flights, on trails written by hand."""

from dataclasses import replace

import pytest

from adaptive.flying.findings import ENOUGH_VISITS, Finding, findings_in
from adaptive.flying.graph import circles, openable
from adaptive.flying.learners import Character, Learner
from adaptive.flying.showing import bars_of, duration
from adaptive.flying.tallies import Tally
from adaptive.flying.telling import tell
from adaptive.flying.trails import Mark, Trail, Visit
from adaptive.progress import Ending
from adaptive.syllabus import ModuleEntry, QuestionEntry, SkillEntry, Syllabus, VariantEntry

KINDS = ("numeric", "short_text", "single_choice", "true_or_false")
VARIANTS = (VariantEntry(1, "Read", "text", 2, 10), VariantEntry(2, "Build", "project", 4, 30))


def module(pk: int, skills: tuple[int, ...], requires: tuple[int, ...] = ()) -> ModuleEntry:
    questions = tuple(
        QuestionEntry(100 * skill + n, 0, KINDS[n % len(KINDS)], (skill,), 1 + n % 4)
        for skill in skills
        for n in range(8)
    )
    variants = tuple(replace(one, id=10 * pk + one.id) for one in VARIANTS)
    return ModuleEntry(pk, f"module-{pk}", f"Module {pk}", 10, pk, skills, requires, variants, questions)


def syllabus(*modules: ModuleEntry, requires: dict[int, tuple[int, ...]] | None = None) -> Syllabus:
    skills = {skill for one in modules for skill in one.skills}
    entries = {pk: SkillEntry(pk, f"skill-{pk}", f"Skill {pk}", (requires or {}).get(pk, ()), 0) for pk in skills}
    return Syllabus(1, "made-up", "Made up", "none", 1, entries, {one.id: one for one in modules}, {}, {})


def visit(*asked: int, ended: str = Ending.KNOWN, variant: int = 11) -> Visit:
    """A visit to module 1 in which all is solved."""
    return Visit(1, variant, False, True, [(question, True) for question in asked], [0.8] * len(asked), ended)


def trail(number: int, *visits: Visit, known: bool = True, character: Character = Character.TYPICAL) -> Trail:
    skills = frozenset({1} if known else ())
    return Trail(number, character, list(visits), {1: Mark(3, 20.0)}, skills, is_complete=True)


def found(*trails: Trail, course: Syllabus | None = None) -> dict[str, Finding]:
    course = course or syllabus(module(1, (1,)))
    return {str(one.name): one for one in findings_in(Tally(course, trails, frozenset(course.skills)))}


def test_learners_who_get_through_leave_nothing_to_mend() -> None:
    assert not found(*(trail(n, visit(100, 101, 102)) for n in range(20)))


def test_who_does_not_come_to_the_end_is_told() -> None:
    trails = [trail(n, visit(100, 101, 102)) for n in range(20)]
    trails[3].is_complete = False

    [finding] = found(*trails).values()

    assert (finding.name, finding.about, finding.id) == ("dead_end", "module", 1)
    assert tell(vars(finding) | {"is_note": False}).seen.startswith("1 learner did not come to the end of the course")


def test_the_same_question_again_and_again_is_a_dead_end_even_where_few_come_to_it() -> None:
    stuck = [visit(100, 101, 102, 103, ended=Ending.AGAIN), *[visit(100, ended=Ending.AGAIN)] * 2]
    stuck.append(visit(100, ended=Ending.ENOUGH))
    trails = [trail(n, visit(100, 101, 102, 103, 104, 105)) for n in range(36)]
    trails += [trail(36 + n, *stuck, known=False) for n in range(4)]

    findings = found(*trails)

    assert list(findings) == ["dead_end"]
    assert findings["dead_end"].figures["stuck"] == 4


def test_a_skill_with_too_few_answers_is_starved() -> None:
    course = syllabus(module(1, (1, 2)))
    trails = [trail(n, visit(100, 101, 102, 200, ended=Ending.ENOUGH)) for n in range(20)]
    for one in trails:
        one.reached[2] = Mark(4, 25.0)

    [finding] = found(*trails, course=course).values()

    assert (finding.name, finding.title) == ("starved_skill", "Skill 2")
    assert "got at most 1 of their questions on it; of 0 % of them" in tell(vars(finding) | {"is_note": False}).seen


def test_a_skill_that_no_strong_learner_gets_known_is_unreachable() -> None:
    trails = [trail(n, visit(100, 101, 102)) for n in range(20)]
    trails += [
        trail(20 + n, visit(100, 101, 102, ended=Ending.ENOUGH), known=False, character=Character.STRONG)
        for n in range(4)
    ]

    [finding] = found(*trails).values()

    assert (finding.name, finding.figures["known"], finding.figures["strong"]) == ("unreachable_mastery", 0, 4)


def test_a_variant_that_nobody_got_in_many_visits_is_told_as_a_note() -> None:
    many = [trail(n, visit(100, 101, 102)) for n in range(ENOUGH_VISITS)]

    [finding] = found(*many).values()

    assert (finding.name, finding.id, finding.is_note) == ("variant_never_shown", 12, True)
    assert not found(*many[1:])
    assert not found(*many, trail(999, visit(100, 101, 102, variant=12)))


def test_who_only_guesses_counts_for_dead_ends_alone() -> None:
    lost = [trail(n, visit(*[100] * 8, ended=Ending.ENOUGH), known=False, character=Character.LOST) for n in range(20)]

    assert not found(*lost)


def test_modules_that_wait_for_each_other_are_a_circle_though_their_skills_are_none() -> None:
    requires = {2: (1,), 3: (2,)}
    first, second, third = module(1, (1, 3), (2,)), module(2, (2,), (1,)), module(3, (4,), (2,))
    course = syllabus(first, second, third, requires=requires)

    [circle] = circles(course)

    assert circle.way == "Module 1 → Module 2 → Module 1"
    assert openable(course) == set()
    assert openable(syllabus(module(1, (1,)), second, requires={2: (1,)})) == {1, 2}


@pytest.mark.parametrize("number", range(40))
def test_learners_of_every_kind_forget_and_learn(number: int) -> None:
    learner = Learner(syllabus(module(1, (1,))), number, seed=1)
    question = syllabus(module(1, (1,))).modules[1].questions[0]
    before = learner.held(1, 0.0)

    for at in range(10):
        learner.answer(question, float(at))

    assert (learner.held(1, 10.0) > before) == learner.is_trying
    assert learner.held(1, 1e7) <= learner.held(1, 10.0)
    assert 0.0 <= learner.solves(question, 10.0) <= 1.0


def test_a_histogram_has_everybody_once_and_few_bars() -> None:
    for minutes in ([], [7], list(range(3, 400, 7)), [1, 5000]):
        bars = bars_of(minutes)

        assert sum(bar.learners for bar in bars) == len(minutes)
        assert len(bars) <= 12
        assert all(bar.x >= 0 and bar.x + bar.width <= 100 and bar.height <= 100 for bar in bars)
    assert [duration(minutes) for minutes in (45, 60, 140, 1500)] == ["45 min", "1 h", "2 h 20 min", "25 h"]
