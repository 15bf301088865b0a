"""Headers of public data sets as they are published, and short ways to look at a log."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from mlcore.interactions import Interactions

Write = Callable[..., Path]

SKILL_BUILDER = (
    "order_id,assignment_id,user_id,problem_id,original,correct,attempt_count,ms_first_response,skill_id,skill_name,"
    "school_id,hint_count,overlap_time,first_action,opportunity"
)
SCHOOL_2012 = (
    "problem_log_id,skill,problem_id,user_id,start_time,original,correct,hint_count,ms_first_response,skill_id"
)
CHALLENGE_2017 = "studentId,InferredGender,action_num,skill,problemId,startTime,timeTaken,correct,original,hintCount"
TRANSACTIONS = (
    "Row\tAnon Student Id\tTime\tDuration (sec)\tProblem Name\tProblem View\tStep Name\tAttempt At Step\tOutcome\t"
    "Input\tKC (Unique-step)\tKC (Topic)\tKC (Topic)\tKC Category (Topic)\tSchool"
)
STEPS = (
    "Row\tAnon Student Id\tProblem Hierarchy\tProblem Name\tProblem View\tStep Name\tStep Start Time\t"
    "First Transaction Time\tStep Duration (sec)\tFirst Attempt\tIncorrects\tHints\tCorrects\tKC (Single-KC)\t"
    "KC (Default)\tOpportunity (Default)\tKC (Fine)"
)
SUBMISSIONS = "id_assessment,id_student,date_submitted,is_banked,score"
ASSESSMENTS = "code_module,code_presentation,id_assessment,assessment_type,date,weight"


def answers(log: Interactions) -> list[tuple[str, str, float]]:
    return [
        (log.learner_names[learner], log.item_names[item], correct)
        for learner, item, correct in zip(log.learner, log.item, log.correct, strict=True)
    ]


def skills(log: Interactions) -> list[list[str]]:
    return [[log.skill_names[code] for code in row if code >= 0] for row in log.skills]
