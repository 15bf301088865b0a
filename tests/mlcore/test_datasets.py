"""The reader keeps what may be learned from, and says exactly what is wrong with the rest."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mlcore.datasets import read, read_courses, some_learners, split_learners
from mlcore.episodes import episodes_in
from mlcore.interactions import UNKNOWN
from mlcore.tables import UnreadableLog

HEADER = "learner,order,item,skill,correct"


def test_answers_are_sorted_by_learner_and_order_whatever_the_file_does(write) -> None:
    log = read(write(HEADER, "noor,2,q1,add,1", "ada,1,q2,add~~carry,0", "noor,1,q2,add~~carry,1"))

    assert log.course == "algebra"
    assert log.learner_names == ["ada", "noor"]
    assert log.learner.tolist() == [0, 1, 1]
    assert log.correct.tolist() == [0.0, 1.0, 1.0]
    assert log.position.tolist() == [0, 0, 1]
    assert log.skill_names == ["add", "carry"]
    assert log.skills.tolist() == [[0, 1], [0, 1], [0, UNKNOWN]]
    assert np.isnan(log.at).all()


def test_rows_without_a_score_second_actions_and_copies_are_left_out(write) -> None:
    path = write(
        "learner,order,item,skill,correct,is_first_action",
        "ada,1,q1,add,1,1",
        "ada,1,q1,add,1,1",
        "ada,2,q1,add,0,0",
        "ada,3,q2,add,,1",
        "ada,4,q3,add,0,1",
    )

    log = read(path)

    assert [log.item_names[code] for code in log.item] == ["q1", "q3"]


def test_what_an_author_says_of_a_question_is_kept_once(write) -> None:
    log = read(
        write(
            HEADER + ",item_text,author_difficulty",
            "ada,1,q1,add,1,,",
            "noor,1,q1,add,1,What is 1 + 1?,2",
            "noor,2,q2,add,0,,4.5",
        )
    )

    assert log.item_texts == {0: "What is 1 + 1?"}
    assert log.item_difficulties == {0: 2.0, 1: 4.5}
    assert episodes_in(log).questions.difficulty.tolist() == [2.0, 2.0, 4.5]
    with pytest.raises(UnreadableLog, match=r"row 2: author_difficulty must be a number from 1 .* found '6'"):
        read(write(HEADER + ",author_difficulty", "ada,1,q1,add,1,6"))


def test_a_question_listed_once_for_each_skill_is_one_answer(write) -> None:
    log = read(write(HEADER, "ada,1,q1,add,1", "ada,1,q1,carry,1", "ada,2,q1,add,1"))

    assert len(log) == 2
    assert log.skills.tolist() == [[0, 1], [0, UNKNOWN]]


def test_a_missing_item_is_the_skill_and_a_missing_skill_is_none(write) -> None:
    by_skill = read(write("learner,order,skill,correct", "ada,1,add,1"))
    by_item = read(write("learner,order,item,correct", "ada,1,q1,1", name="items.csv"))

    assert by_skill.item_names == ["add"]
    assert by_item.skills.tolist() == [[UNKNOWN]]


def test_optional_columns_are_read_with_their_units(write) -> None:
    path = write(
        "learner,timestamp,item,skill,correct,elapsed_ms,hints,modality,group_school,item_text",
        "ada,2026-03-01T12:00:10Z,q1,add,1,1500,2,video,north,What is 1 + 1?",
        "ada,2026-03-01T12:00:00Z,q2,add,0,-3,,text,,",
    )

    log = read(path)

    assert np.diff(log.at).tolist() == [10.0]
    np.testing.assert_equal(log.seconds, [np.nan, 1.5])
    np.testing.assert_equal(log.hints, [np.nan, 2.0])
    assert [log.modality_names[code] for code in log.modality] == ["text", "video"]
    assert log.groups["school"].tolist() == ["north"]
    assert log.item_texts == {0: "What is 1 + 1?"}


def test_parquet_and_csv_of_the_same_log_are_equal(write, tmp_path: Path) -> None:
    path = write(HEADER, "1,1,10,add,1", "1,2,11,,0", "2,1,10,add,0")
    pd.read_csv(path).to_parquet(tmp_path / "algebra.parquet")

    from_csv, from_parquet = read(path), read(tmp_path / "algebra.parquet")

    assert from_csv.item_names == from_parquet.item_names
    np.testing.assert_array_equal(from_csv.skills, from_parquet.skills)
    np.testing.assert_array_equal(from_csv.correct, from_parquet.correct)


def test_files_hold_one_course_each_unless_a_column_says_otherwise(write) -> None:
    single = write(HEADER, "ada,1,q1,add,1")
    double = write("course,learner,order,item,correct", "b,ada,1,q1,1", "a,ada,1,q2,0", name="two.csv")

    courses = read_courses([single, double])

    assert [course.course for course in courses] == ["algebra", "a", "b"]
    assert read(double, course="b").item_names == ["q1"]


def test_a_missing_column_is_named_with_what_is_accepted(write) -> None:
    with pytest.raises(UnreadableLog, match=r"'correct' is missing.*Found: learner.*Accepted: learner, correct"):
        read(write("learner,order,item", "ada,1,q1"))


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ("ada,1,q1,add,2", r"row 3: correct must be 0, 1 or empty, found '2'"),
        ("ada,first,q1,add,1", r"row 3: order must be a number"),
        (",1,q1,add,1", r"row 3: a learner is needed"),
        ("ada,1,,,1", r"row 3: an item or a skill is needed"),
        ("ada,,q1,add,1", r"row 3: an order or a timestamp is needed"),
        ("ada,-1,q1,add,1", r"row 3: order must not be negative.*found '-1'"),
        ("ada,inf,q1,add,1", r"row 3: order must be a number or empty, found 'inf'"),
        ("ada,1,q1,add,1,9", r"row 3: more fields than the 5 of the header.*found 6 fields"),
    ],
)
def test_bad_values_are_refused_with_their_row_number(write, row: str, complaint: str) -> None:
    with pytest.raises(UnreadableLog, match=complaint):
        read(write(HEADER, "ada,0,q1,add,1", row))


def test_many_bad_rows_are_counted_not_listed(write) -> None:
    with pytest.raises(UnreadableLog, match=r"rows 2, 3, 4, 5, 6 and 4 more"):
        read(write(HEADER, *[f"ada,{order},q1,add,yes" for order in range(9)]))


def test_a_file_that_is_no_log_is_refused(tmp_path: Path, write) -> None:
    (tmp_path / "noise.parquet").write_bytes(b"no parquet")

    with pytest.raises(UnreadableLog, match="cannot be read as parquet"):
        read(tmp_path / "noise.parquet")
    with pytest.raises(UnreadableLog, match="no such file"):
        read(tmp_path / "nothing.csv")
    with pytest.raises(UnreadableLog, match="no row has an answer"):
        read(write(HEADER, "ada,1,q1,add,"))


def test_extra_fields_from_the_first_row_on_are_refused_too(write) -> None:
    with pytest.raises(UnreadableLog, match=r"algebra.csv: rows 2, 3: more fields"):
        read(write(HEADER, "ada,0,q1,add,1,9", "ada,1,q1,add,1,9", "ada,2,q1,add,1"))


def test_a_comma_at_the_end_of_each_row_does_no_harm(write) -> None:
    assert len(read(write(HEADER, "ada,0,q1,add,1,", "ada,1,q1,add,1,"))) == 2


def test_an_endless_timestamp_is_refused(write) -> None:
    with pytest.raises(UnreadableLog, match="row 3: timestamp must be a number of seconds"):
        read(write("learner,timestamp,item,correct", "ada,1,q1,1", "ada,inf,q1,1"))


def test_a_column_that_stands_twice_is_refused(write) -> None:
    with pytest.raises(UnreadableLog, match=r"algebra.csv: row 1: 'learner' names more than one column"):
        read(write(f"{HEADER},learner", "ada,0,q1,add,1,noor"))


def test_a_folder_is_not_called_missing(tmp_path: Path) -> None:
    with pytest.raises(UnreadableLog, match="this is a folder; name a file in it"):
        read(tmp_path)


@pytest.mark.parametrize("kept", [0.5, 0.99])
def test_half_an_archive_is_refused(tmp_path: Path, kept: float) -> None:
    whole = gzip.compress("\n".join([HEADER, *(f"ada,{n},q{n},add,1" for n in range(500))]).encode())
    path = tmp_path / "algebra.csv.gz"
    path.write_bytes(whole[: int(len(whole) * kept)])

    with pytest.raises(UnreadableLog, match=r"algebra.csv.gz: the end is missing or damaged.*copy the whole file"):
        read(path)


def test_no_learner_is_on_two_sides_of_a_split(write) -> None:
    log = read(write(HEADER, *[f"learner{n % 20},{n},q{n % 3},add,{n % 2}" for n in range(100)]))

    parts = split_learners(log, [0.6, 0.15, 0.25], seed=7)

    sets = [set(part.learner.tolist()) for part in parts]
    assert [len(learners) for learners in sets] == [12, 3, 5]
    assert len(set.union(*sets)) == 20
    assert sum(map(len, parts)) == len(log)
    assert [set(p.learner) for p in split_learners(log, [0.6, 0.15, 0.25], seed=7)] == sets
    assert len(np.unique(some_learners(log, 4, seed=1).learner)) == 4
    with pytest.raises(ValueError, match="at most 1"):
        split_learners(log, [0.9, 0.2], seed=0)


def test_a_pass_mark_says_anew_what_is_right(tmp_path: Path) -> None:
    path = tmp_path / "exams.csv"
    path.write_text("learner,order,item,score,correct\nada,1,essay,69.5,1\nada,2,essay,70,1\nada,3,essay,,1\n")

    (marked,) = read_courses([path], pass_mark=70)

    assert marked.correct.tolist() == [0.0, 1.0]
    assert read_courses([path])[0].correct.tolist() == [1.0, 1.0, 1.0]


def test_an_answer_that_is_right_and_wrong_is_refused_with_its_rows(write) -> None:
    path = write("learner,order,item,correct", "a,0,q,1", "a,0,q,0", "a,1,r,1")

    with pytest.raises(UnreadableLog, match="rows 2, 3: the same answer stands there as right and as wrong"):
        read(path)


def test_answers_given_at_once_come_in_the_same_order_however_the_file_is_sorted(write) -> None:
    rows = ["a,0,q,1", "a,0,p,0", "a,0,r,1"]

    one, other = (read(write("learner,order,item,correct", *some)) for some in (rows, rows[::-1]))

    np.testing.assert_array_equal(one.item, other.item)
    np.testing.assert_array_equal(one.correct, other.correct)


def test_milliseconds_are_refused(write) -> None:
    with pytest.raises(UnreadableLog, match="row 2: timestamp must be in seconds; divide milliseconds by 1000"):
        read(write("learner,timestamp,item,correct", "a,1700000000000,q,1"))
