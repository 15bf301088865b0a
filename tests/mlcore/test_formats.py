"""Public data sets are read as they are published: one row for each first attempt, nothing known only afterwards."""

from __future__ import annotations

import numpy as np
import pytest

from mlcore.datasets import read, read_courses
from mlcore.formats import FORMATS, recognized
from mlcore.schema import KNOWN_AFTERWARDS
from mlcore.sources import load_log
from mlcore.tables import UnreadableLog
from tests.mlcore.published import (
    ASSESSMENTS,
    CHALLENGE_2017,
    SCHOOL_2012,
    SKILL_BUILDER,
    STEPS,
    SUBMISSIONS,
    TRANSACTIONS,
    Write,
    answers,
    skills,
)


def test_a_skill_builder_row_for_each_skill_is_one_answer_and_scaffolds_vanish(write: Write) -> None:
    path = write(
        SKILL_BUILDER,
        "35,1,ada,51,1,1,1,32454,1,Box and Whisker,9,0,32454,0,1",
        "30,1,ada,50,1,0,3,1500,2,Table,9,2,99999,0,1",
        "30,1,ada,50,1,0,3,1500,3,Pie,9,2,99999,0,7",
        "31,1,ada,60,0,1,1,100,2,Table,9,0,100,0,2",
        "36,1,noor,51,1,1,1,-10,4,,NA,0,0,0,1",
    )

    log = read(path)

    assert answers(log) == [("ada", "50", 0.0), ("ada", "51", 1.0), ("noor", "51", 1.0)]
    assert skills(log) == [["Table", "Pie"], ["Box and Whisker"], ["4"]]
    np.testing.assert_equal(log.seconds, [1.5, 32.454, np.nan])
    assert log.hints.tolist() == [2.0, 0.0, 0.0]
    assert log.groups["school"].tolist() == ["9", None]


def test_a_skill_builder_file_need_not_be_utf_8(write: Write) -> None:
    path = write(SKILL_BUILDER, "30,1,ada,50,1,0,3,1500,2,Piñata,9,2,1,0,1", encoding="latin-1")

    assert read(path).skill_names == ["Piñata"]


def test_logs_of_2012_have_a_clock_and_partial_credit_is_left_out(write: Write) -> None:
    path = write(
        SCHOOL_2012,
        "2,Table,51,ada,2012-09-28 15:11:43.5,1,1,0,5000,7",
        "1,,50,ada,2012-09-28 15:11:33,1,0,1,4000,7",
        "3,Table,52,ada,2012-09-28 15:12:33,1,0.25,0,5000,7",
        "4,Table,53,ada,2012-09-28 15:12:43,0,1,0,5000,7",
    )

    log = read(path)

    assert answers(log) == [("ada", "50", 0.0), ("ada", "51", 1.0)]
    assert skills(log) == [["7"], ["Table"]]
    assert np.diff(log.at).tolist() == [10.5]


def test_logs_of_2015_are_about_problem_sets(write: Write) -> None:
    log = read(write("user_id,log_id,sequence_id,correct", "ada,2,7014,1", "ada,1,7014,0", "ada,3,7015,0.5"))

    assert answers(log) == [("ada", "7014", 0.0), ("ada", "7014", 1.0)]
    assert skills(log) == [["7014"], ["7014"]]


def test_of_the_actions_of_2017_only_the_first_of_each_visit_counts(write: Write) -> None:
    path = write(
        CHALLENGE_2017,
        "8,Male,1,area,1118,100,49.5,0,1,0",
        "8,Male,2,area,1119,150,3,1,0,0",
        "8,Male,4,area,1118,160,9,1,1,2",
        "8,Male,3,noskill,1118,155,9,0,1,1",
        "8,Male,5,sum,1120,170,2,1,1,0",
        "8,Male,6,area,1118,180,4,1,1,0",
    )

    log = read(path)

    assert answers(log) == [("8", "1118", 0.0), ("8", "1120", 1.0), ("8", "1118", 1.0)]
    assert log.at.tolist() == [100.0, 170.0, 180.0]
    assert log.seconds.tolist() == [49.5, 2.0, 4.0]
    assert log.groups["gender"].tolist() == ["Male"]


def test_only_the_first_transaction_of_a_step_counts_in_each_view(write: Write) -> None:
    path = write(
        TRANSACTIONS,
        '1\tada\t2009-08-25 14:00:30\t30\tCANS\t1\tarea\t1\tINCORRECT\t5 " wide\tu1\tcircle\tarea\t\tNorth',
        "2\tada\t2009-08-25 14:00:40\t10\tCANS\t1\tarea\t2\tHINT\t\tu1\tcircle\tarea\t\tNorth",
        "3\tada\t2009-08-25 14:00:50\t.\tCANS\t1\tarea\t3\tCORRECT\t\tu1\tcircle\tarea\t\tNorth",
        "4\tada\t2009-08-25 14:01:00\t.\tCANS\t1\theight\t1\tHint\t\tu2\theight\t\t\tNorth",
        "5\tada\t2009-08-25 14:02:00\t5\tCANS\t2\tarea\t1\tCORRECT\t\tu1\tcircle\tarea\t\tNorth",
        "6\tada\t2009-08-25 14:02:01\t1\tCANS\t2\t\t\t\tmessage\t\t\t\t\tNorth",
        "7\tada\t2009-08-25 14:03:00\t5\tPOND\t1\tarea\t2\tCORRECT\t\tu1\tcircle\t\t\tNorth",
        name="ds76_tx.txt",
    )

    log = read(path)

    assert log.course == "ds76_tx"
    assert answers(log) == [("ada", "CANS::area", 0.0), ("ada", "CANS::height", 0.0), ("ada", "CANS::area", 1.0)]
    assert skills(log) == [["circle", "area"], ["height"], ["circle", "area"]]
    assert log.hints.tolist() == [1.0, 1.0, 0.0]
    np.testing.assert_equal(log.seconds, [30.0, np.nan, 5.0])
    assert np.diff(log.at).tolist() == [60.0, 55.0]


def test_without_a_column_for_views_the_first_attempt_begins_another(write: Write) -> None:
    header = "Anon Student Id\tTime\tProblem Name\tStep Name\tAttempt At Step\tOutcome"
    rows = (
        "5\tp\ts\t1\tHINT",
        "7\tp\ts\t2\tHINT",
        "6\tp\ts\t1\tCORRECT",
        "3\tp\ts\t2\tCORRECT",
        "1\tp\ts\t1\tINCORRECT",
    )

    log = read(write(header, *(f"ada\t{row}" for row in rows), name="tx.txt"))

    assert log.at.tolist() == [1.0, 5.0, 6.0]
    assert log.correct.tolist() == [0.0, 0.0, 1.0]
    assert log.hints.tolist() == [0.0, 1.0, 1.0]


def test_a_clock_of_milliseconds_and_other_words_for_outcomes_are_understood(write: Write) -> None:
    header = "Anon Student Id\tTime\tProblem Name\tStep Name\tOutcome"

    log = read(write(header, "ada\t1663000000000\tp\ts\tOK", "ada\t1663000002000\tp\tt\tBUG", name="tx.txt"))

    assert log.correct.tolist() == [1.0, 0.0]
    assert log.at.tolist() == [1663000000.0, 1663000002.0]


def test_student_steps_are_read_with_the_default_skills(write: Write) -> None:
    path = write(
        STEPS,
        "1\tada\tUnit\tCANS\t1\tarea\t2009-08-25 14:00:00\t2009-08-25 14:00:30\t45\tincorrect\t1\t1\t1\tone\tA~~B\t\tf",
        "2\tada\tUnit\tCANS\t1\ttop\t.\t2009-08-25 14:01:00\t.\thint\t0\t2\t1\tone\t\t\tf",
        "3\tada\tUnit\tCANS\t2\tarea\t2009-08-25 14:05:00\t2009-08-25 14:05:01\t1\tcorrect\t0\t0\t1\tone\tA\t2\tg",
        name="steps.txt",
    )

    log, fine = read(path), read(path, columns={"skill": "KC (Fine)"})

    assert answers(log) == [("ada", "CANS::area", 0.0), ("ada", "CANS::top", 0.0), ("ada", "CANS::area", 1.0)]
    assert skills(log) == [["A", "B"], [], ["A"]]
    assert skills(fine) == [["f"], ["f"], ["g"]]
    assert np.diff(log.at).tolist() == [60.0, 240.0]
    np.testing.assert_equal(log.seconds, [45.0, np.nan, 1.0])
    assert log.hints.tolist() == [1.0, 2.0, 0.0]


def test_the_kdd_cup_is_read_and_its_unanswered_rows_left_out(write: Write) -> None:
    path = write(
        "Row\tAnon Student Id\tProblem Name\tStep Name\tStep Start Time\tFirst Transaction Time\tStep Duration (sec)\t"
        "Correct First Attempt\tHints\tKC(Default)",
        "1\tada\tREAL20B\tR6C2\t2008-09-19 13:30:46.0\t2008-09-19 13:30:47.0\t2\t1\t0\tx~~y",
        "2\tada\tREAL20B\tR6C3\t\t\t\t\t\tx",
        name="algebra_2008_2009_train.txt",
    )

    log = read(path)

    assert answers(log) == [("ada", "REAL20B::R6C2", 1.0)]
    assert skills(log) == [["x", "y"]]


def test_oulad_is_a_course_for_each_module_with_the_clock_of_its_presentations(write: Write) -> None:
    path = write(
        SUBMISSIONS,
        "1752,11391,18,0,78",
        "1753,11391,20,0,39",
        "1754,11391,-1,1,90",
        "1800,11391,3,0,40",
        "1900,28400,3,0,?",
        "1900,11391,5,0,60",
        name="studentAssessment.csv",
    )
    write(
        ASSESSMENTS,
        "AAA,2013J,1752,TMA,19,10",
        "AAA,2013J,1753,CMA,54,20",
        "AAA,2013J,1754,TMA,54,20",
        "AAA,2013B,1800,TMA,54,20",
        "BBB,2014J,1900,Exam,?,100",
        name="assessments.csv",
    )

    first, second = read_courses([path])
    strict, _ = read_courses([path], pass_mark=50)

    assert (first.course, second.course) == ("AAA", "BBB")
    assert answers(first) == [("11391", "1800", 1.0), ("11391", "1752", 1.0), ("11391", "1753", 0.0)]
    assert strict.correct.tolist() == [0.0, 1.0, 0.0]
    assert np.diff(first.at).tolist() == [(242 + 15) * 86400.0, 2 * 86400.0]
    assert skills(first) == [["AAA/TMA"], ["AAA/TMA"], ["AAA/CMA"]]
    assert [first.modality_names[code] for code in first.modality] == ["TMA", "TMA", "CMA"]
    assert answers(second) == [("11391", "1900", 1.0)]


def test_oulad_tells_groups_but_never_how_it_ended(write: Write) -> None:
    path = write(SUBMISSIONS, "1,ada,3,0,50", "1,noor,3,0,30", "1,grace,4,0,30", name="studentAssessment.csv")
    write(ASSESSMENTS, "AAA,2013J,1,TMA,19,10", name="assessments.csv")
    write(
        "code_module,code_presentation,id_student,gender,imd_band,age_band,disability,final_result",
        "AAA,2013J,ada,F,?,0-35,N,Pass",
        "AAA,2014J,ada,M,?,35-55,N,Pass",
        "AAA,2013J,noor,F,20-30%,0-35,Y,Fail",
        name="studentInfo.csv",
    )

    log = read(path)

    assert log.learner_names == ["ada", "grace", "noor"]
    assert {name: values.tolist() for name, values in log.groups.items()} == {
        "gender": ["F", None, "F"],
        "age": ["0-35", None, "0-35"],
        "imd": [None, None, "20-30%"],
        "disability": ["N", None, "Y"],
    }


def test_what_stands_beside_oulad_is_looked_at_with_care(write: Write) -> None:
    path = write(SUBMISSIONS, "1,ada,3,0,50", name="studentAssessment.csv")
    beside = {
        "id_assessment,code_module": "assessments.csv: column 'code_presentation' is missing",
        f"{ASSESSMENTS}\nAAA,2013X,1,TMA,1,1": "assessments.csv: row 2: code_presentation must be like 2013B",
        f"{ASSESSMENTS}\nAAA,2013B,1,TMA,1,1\nB,2013B,1,TMA,1,1": "assessments.csv: row 3: an id_assessment stands",
    }

    for text, complaint in beside.items():
        write(text, name="assessments.csv")
        with pytest.raises(UnreadableLog, match=complaint):
            read(path)


def test_oulad_alone_is_one_course_and_an_unknown_assessment_is_refused(write: Write) -> None:
    path = write(SUBMISSIONS, "1752,ada,-3,0,78", "1753,ada,20,0,39", name="studentAssessment.csv")

    (alone,) = read_courses([path])
    write(ASSESSMENTS, "AAA,2013J,1752,TMA,19,10", name="assessments.csv")

    assert answers(alone) == [("ada", "1752", 1.0), ("ada", "1753", 0.0)]
    with pytest.raises(UnreadableLog, match=r"row 3: id_assessment must be one of assessments.csv, found '1753'"):
        read(path)


def test_every_format_is_known_by_columns_that_no_other_has() -> None:
    for known in FORMATS:
        assert recognized(known.known_by) is known
    assert recognized(["learner", "order", "item", "correct"]) is None


@pytest.mark.parametrize(
    ("header", "row"),
    [
        (SKILL_BUILDER, "30,1,ada,50,1,0,3,1500,2,Table,9,2,99999,0,1"),
        (SCHOOL_2012, "1,,50,ada,2012-09-28 15:11:33,1,0,1,4000,7"),
        (CHALLENGE_2017, "8,Male,1,area,1118,100,49.5,0,1,0"),
        (TRANSACTIONS, "1\tada\t1\t1\tP\t1\ts\t1\tCORRECT\t\tu\tk\tk\t\tN"),
        (STEPS, "1\tada\tU\tP\t1\ts\t1\t1\t1\tcorrect\t0\t0\t1\tone\tA\t1\tf"),
        (SUBMISSIONS, "1752,11391,18,0,78"),
    ],
)
def test_of_what_is_known_only_afterwards_nothing_but_outcomes_passes(write: Write, header: str, row: str) -> None:
    known_before = {"learner", "order", "timestamp", "item", "skill", "is_banked", "group_school", "group_gender"}

    table = load_log(write(header, row))

    assert set(table) <= known_before | set(KNOWN_AFTERWARDS)
