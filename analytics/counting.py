"""The fold, in memory: one interaction after the other moves a learner's total and adds to the counts of a batch."""

import math
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from adaptive.progress import RIGHT, Ending, Wish
from analytics.given import parts_given
from analytics.models import ChoiceTotal, EnrollmentDay, EnrollmentTotal, FirstAnswer, QuestionTotal
from analytics.timing import bin_of
from courses.models import Interaction, InteractionKind, Purpose

RECENT = 10  # answers
ENOUGH_OTHERS = 3  # answers to other questions, before a learner's success says something about a question
LONGEST_VISIT = 3600.0  # seconds; a page left open overnight is not an effort
KNOWN_RHYTHM = 3  # active days
GAPS_MISSED, SHORTEST_WAIT, USUAL_WAIT, LONGEST_WAIT = 3.0, 4.0, 7.0, 21.0  # days, after the first


@dataclass
class Tally:
    """What a batch of interactions adds up to."""

    simulated: set[int] = field(default_factory=set)  # enrollments of made-up learners
    days: dict[tuple[int, date], EnrollmentDay] = field(default_factory=dict)
    answered: set[tuple[int, int]] = field(default_factory=set)  # (enrollment, question) answered before
    firsts: list[FirstAnswer] = field(default_factory=list)
    questions: dict[tuple[int, bool], QuestionTotal] = field(default_factory=dict)
    choices: dict[tuple[int, bool, str], ChoiceTotal] = field(default_factory=dict)

    def question(self, question_id: int, is_simulated: bool) -> QuestionTotal:
        fresh = QuestionTotal(question_id=question_id, is_simulated=is_simulated)
        return self.questions.setdefault((question_id, is_simulated), fresh)

    def choice(self, question_id: int, is_simulated: bool, choice: str) -> ChoiceTotal:
        fresh = ChoiceTotal(question_id=question_id, is_simulated=is_simulated, choice=choice)
        return self.choices.setdefault((question_id, is_simulated, choice), fresh)


def take_in(tally: Tally, total: EnrollmentTotal, event: Interaction) -> None:
    """Fold one interaction. Whatever cannot be read raises before anything is counted."""
    given = _read(event)
    day = _day(tally, total, event.at)
    _take_in_time(total, day, event)
    match event.kind:
        case InteractionKind.ANSWERED:
            _take_in_answer(total, day, event)
            _judge_question(tally, total, event, given)
        case InteractionKind.HINTED:
            total.hints, day.hints = total.hints + 1, day.hints + 1
        case InteractionKind.FINISHED:
            _take_in_ending(total, day, event)
        case InteractionKind.OVERRODE:
            total.overrides += 1
            total.too_hard += event.response.get("wish") == Wish.TOO_HARD
    total.seen_up_to = event.sequence


def _read(event: Interaction) -> list[str]:
    """Return the parts of an answer; raise for what nobody can count."""
    if not isinstance(event.response, dict):
        raise TypeError("the response is no object")
    if not all(math.isfinite(number or 0.0) for number in (event.score, event.seconds_spent)):
        raise ValueError("a number is not finite")
    return parts_given(event.response) if event.kind == InteractionKind.ANSWERED else []


def _day(tally: Tally, total: EnrollmentTotal, at: datetime) -> EnrollmentDay:
    key = (total.pk, at.astimezone(UTC).date())
    if key not in tally.days:
        tally.days[key] = EnrollmentDay(enrollment_id=key[0], day=key[1])
        total.active_days += 1
    return tally.days[key]


def _take_in_time(total: EnrollmentTotal, day: EnrollmentDay, event: Interaction) -> None:
    seconds = min(max(event.seconds_spent or 0.0, 0.0), LONGEST_VISIT)
    total.seconds, day.seconds = total.seconds + seconds, day.seconds + seconds
    total.first_at = min(total.first_at or event.at, event.at)
    total.last_at = max(total.last_at or event.at, event.at)
    total.expected_by = expected_by(total.first_at, total.last_at, total.active_days)


def expected_by(first_at: datetime, last_at: datetime, active_days: int) -> datetime:
    """Return when somebody of this rhythm should have been back: three of their usual gaps, within reason."""
    if active_days < KNOWN_RHYTHM:
        return last_at + timedelta(days=USUAL_WAIT)
    gap = (last_at - first_at).total_seconds() / 86_400 / (active_days - 1)
    return last_at + timedelta(days=min(max(GAPS_MISSED * gap, SHORTEST_WAIT), LONGEST_WAIT))


def _take_in_answer(total: EnrollmentTotal, day: EnrollmentDay, event: Interaction) -> None:
    score = event.score or 0.0
    total.answers, day.answers = total.answers + 1, day.answers + 1
    total.score, day.score = total.score + score, day.score + score
    if _is_of_placement(event):
        return  # not to know yet what nobody taught is no trouble
    total.wrong_in_a_row = 0 if score >= RIGHT else total.wrong_in_a_row + 1
    total.recent_scores = [*total.recent_scores, score][-RECENT:]
    total.recent_score = sum(total.recent_scores)
    if event.presentation and event.presentation.purpose != Purpose.PRACTICE:
        return
    total.answers_in_module = total.answers_in_module + 1 if total.module_id == event.module_id else 1
    total.module_id = event.module_id


def _is_of_placement(event: Interaction) -> bool:
    return event.presentation is not None and event.presentation.purpose == Purpose.PLACEMENT


def _take_in_ending(total: EnrollmentTotal, day: EnrollmentDay, event: Interaction) -> None:
    if event.response.get("because", Ending.ENOUGH) not in Ending.DONE:
        return
    total.answers_in_module = total.too_hard = 0
    if event.module_id and event.module_id not in total.finished:
        total.finished = [*total.finished, event.module_id]
        day.modules_finished += 1


def _judge_question(tally: Tally, total: EnrollmentTotal, event: Interaction, given: list[str]) -> None:
    """Add an answer to the counts of its question; only a learner's first one after learning tells how good it is."""
    if event.question_version is None:
        return
    question_id, is_simulated = event.question_version.question_id, total.pk in tally.simulated
    question = tally.question(question_id, is_simulated)
    question.answers += 1
    if _is_of_placement(event) or (total.pk, question_id) in tally.answered:
        return
    score = event.score or 0.0
    tally.answered.add((total.pk, question_id))
    tally.firsts.append(FirstAnswer(enrollment_id=total.pk, question_id=question_id, score=score))
    _add_first(question, event, score)
    rest = total.first_score / total.firsts if total.firsts >= ENOUGH_OTHERS else None
    if rest is not None:
        _add_pair(question, score, rest)
    for part in given:
        choice = tally.choice(question_id, is_simulated, part)
        choice.times += 1
        choice.pairs += rest is not None
        choice.rest += rest or 0.0
    total.firsts, total.first_score = total.firsts + 1, total.first_score + score


def _add_first(question: QuestionTotal, event: Interaction, score: float) -> None:
    question.firsts += 1
    question.score += score
    question.hints += event.hints
    if event.seconds_spent is not None:
        seconds = min(max(event.seconds_spent, 0.0), LONGEST_VISIT)
        question.timed += 1
        question.seconds += seconds
        question.time_bins[bin_of(seconds)] = question.time_bins.get(bin_of(seconds), 0) + 1


def _add_pair(question: QuestionTotal, score: float, rest: float) -> None:
    question.pairs += 1
    question.paired_score += score
    question.paired_score_squared += score * score
    question.rest += rest
    question.rest_squared += rest * rest
    question.score_rest += score * rest
