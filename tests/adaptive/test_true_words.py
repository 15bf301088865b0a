"""What learners and trainers read is so: of reviews, of what was only tried, of several causes, of what is known."""

import random
from dataclasses import replace

import pytest
from django.test import Client
from django.urls import reverse

from adaptive.adapting import Standing, standing_of
from adaptive.describing import state_data
from adaptive.drawing import skill_map
from adaptive.explaining import CAUSES, sentence
from adaptive.mastery import KNOWN_CHANCE, SkillBelief
from adaptive.models import Aim, Recommendation
from adaptive.progress import Ending
from adaptive.reason_words import RULES
from adaptive.recommending import Inputs, choose, recommend_next
from adaptive.serving import live_tutor
from adaptive.stepping import practice
from adaptive.visiting import ending_of
from analytics.journey import Step
from courses import clock
from courses.models import Enrollment, Interaction, InteractionKind, User
from mlcore.decisive import support
from tests.adaptive.acting import finish_a_module, learn, respond
from tests.adaptive.conftest import again
from tests.adaptive.steered import in_days, module
from tests.adaptive.test_never_stuck import fly, in_memory


def standing(enrollment: Enrollment) -> Standing:
    return standing_of(again(enrollment), live_tutor(enrollment.course_id))


def test_the_order_of_the_course_never_speaks_for_a_review(wide: Enrollment) -> None:
    for _ in range(2):
        finish_a_module(wide)

    _, weighed = choose(standing(wide), Inputs(in_days(200), 1, {}))

    offers = weighed.as_json()
    reviews = [offer for offer in offers if offer["aim"] == Aim.REVIEW]
    lessons = [offer for offer in offers if offer["aim"] == Aim.LEARN]
    assert reviews
    assert max(one["terms"]["order"] for one in reviews) <= min(one["terms"]["order"] for one in lessons) < 0
    for pick in (n for n, one in enumerate(offers) if one["aim"] == Aim.REVIEW):
        drawn = replace(weighed.drawn, suggestion=replace(weighed.suggestion, pick=pick))
        assert support(drawn).get("order", 0.0) <= 0.0


def test_where_what_comes_before_was_only_tried_nobody_is_said_to_have_the_basis(enrollment: Enrollment) -> None:
    outcomes = []
    while not outcomes or outcomes[-1].finished != Ending.ENOUGH:
        outcomes += learn(enrollment, lambda n: False, answers=1)

    step = recommend_next(again(enrollment))

    assert (step.module, sentence(step)) == (module(enrollment.course, 2), RULES["tried_before"])


def test_all_the_causes_that_it_took_are_named() -> None:
    terms = ("learning", "time", "variety", "order")

    told = [sentence(Recommendation(reasons=[{"term": term} for term in terms[:count]])) for count in range(1, 5)]

    assert told[0] == f"Because {CAUSES['learning']}."
    assert told[1] == f"Because {CAUSES['learning']}, and {CAUSES['time']}."
    assert told[3] == (f"Because {CAUSES['learning']}; {CAUSES['time']}; {CAUSES['variety']}; and {CAUSES['order']}.")
    assert all(sum(str(CAUSES[term]) in words for term in terms) == count for count, words in enumerate(told, 1))


@pytest.mark.parametrize(
    ("scores", "ending"),
    [
        ((1, 1, 1), Ending.KNOWN),
        ((0, 1, 1), Ending.KNOWN),
        ((1, 0.5, 0.4), Ending.KNOWN),
        ((0, 1, 0), ""),
        ((0.2, 0.9, 0.3), ""),
        ((1, 1, 0, 0), ""),
        ((0, 1, 0, 1), Ending.KNOWN),
        ((1, 1, 1, 1, 0, 0), Ending.AGAIN),
    ],
)
def test_what_the_answers_speak_against_is_not_called_known(
    enrollment: Enrollment, scores: tuple[float, ...], ending: str
) -> None:
    """As sure as we may be from before."""
    now = standing(enrollment)
    [first, *_] = now.syllabus.modules.values()
    visit = now.progress.module(first.id)
    take(now, InteractionKind.OPENED, first.id)
    for score in scores:
        take(now, InteractionKind.ANSWERED, first.id, score=score)
    now.state.mastery = {str(first.skills[0]): [0.9, 0.03, 20]}

    assert visit.now_answered == len(scores)
    assert ending_of(now, first, Aim.LEARN) == ending


def take(now: Standing, kind: InteractionKind, module_id: int, **facts: float) -> None:
    entry = Interaction(sequence=now.state.seen_up_to + 1, kind=kind, at=clock.now(), module_id=module_id, **facts)
    now.progress.take_in(entry, (), None)
    now.state.seen_up_to += 1


def test_no_visit_of_random_learners_is_called_known_against_its_answers(enrollment: Enrollment) -> None:
    rng, visits = random.Random(4), []
    for _ in range(25):
        flight = fly(in_memory(enrollment, rng), lambda number, rng: rng.random() < 0.7, rng, 0.0)
        known = [one for one in flight.standing.progress.modules.values() if one.ended == Ending.KNOWN]
        visits += [(one.ended_right, one.ended_answered) for one in known]

    assert len(visits) > 40
    assert all(right >= answered / 2 for right, answered in visits)


def test_a_learner_reads_how_likely_it_is_that_they_know_it_then_and_later(
    enrollment: Enrollment, ada: User, client: Client
) -> None:
    question = practice(again(enrollment))
    while not (outcome := respond(question, right=True)).finished:
        question = outcome.next_question
    client.force_login(ada)
    address = reverse("adaptive:outcome", args=[question.pk])

    page = client.get(address).content.decode()
    learn(enrollment, lambda n: False, answers=6)
    later = client.get(address).content.decode()

    [move] = outcome.moves
    chance = min(round(100 * SkillBelief(move["skill"], *move["after"]).surety(KNOWN_CHANCE)), 99)
    assert outcome.finished == Ending.KNOWN
    assert 75 <= chance <= 99
    assert all(f"probably know it (the chance is {chance} %)" in words for words in (page, later))
    assert "we are sure" not in page


def test_trainers_read_no_known_beside_wrong_answers() -> None:
    well, badly = (
        Step(Recommendation(), answers=3, score=score, endings=(Ending.KNOWN,), wishes=(), was_opened=True)
        for score in (3.0, 1.4)
    )

    assert well.happened == ["finished: probably known"]
    assert badly.happened == ["finished: believed known in spite of these answers"]


def test_no_skill_is_called_familiar_before_an_answer_speaks_for_it(enrollment: Enrollment) -> None:
    learn(enrollment, lambda n: False, answers=2)
    lost = level_if_newcomers_are_strong(enrollment)
    learn(enrollment, lambda n: True, answers=1)
    found = level_if_newcomers_are_strong(enrollment)

    assert lost == [("attempted", "Probably Attempted; we have seen 2 answers", "probably Attempted")]
    assert found == [("familiar", "Familiar; we have seen 3 answers", "Familiar")]


def level_if_newcomers_are_strong(enrollment: Enrollment) -> list[tuple[str, str, str]]:
    """What the pages and the API say of the skills answered, where more than half of all newcomers answer right."""
    state = standing(enrollment).state
    state.mastery = {skill: [0.55, 0.2, *counts] for skill, (_, _, *counts) in state.mastery.items()}
    state.save()
    now = standing(enrollment)
    pairs = zip(state_data(now)["skills"], skill_map(now)["nodes"], strict=True)
    return [(one["level"], one["words"], node["state"]) for one, node in pairs if one["answers"]]


def test_a_state_that_does_not_say_how_many_answers_were_right_is_folded_again(enrollment: Enrollment) -> None:
    learn(enrollment, lambda n: n > 0, answers=2)
    state = standing(enrollment).state
    whole = dict(state.mastery)
    state.mastery = {skill: row[:3] for skill, row in whole.items()}
    state.save()

    assert standing(enrollment).state.mastery == whole
    assert [row[2:] for row in whole.values() if row[2]] == [[2, 1.0]]
    assert SkillBelief(1, *state.mastery[next(iter(whole))]).is_shown
