"""Anybody's file is read once its columns are named, and what is wrong with one is told with its row."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow
import pyarrow.parquet
import pytest

from mlcore.__main__ import main
from mlcore.datasets import read
from mlcore.tables import UnreadableLog
from tests.mlcore.published import (
    CHALLENGE_2017,
    SKILL_BUILDER,
    STEPS,
    SUBMISSIONS,
    TRANSACTIONS,
    Write,
    answers,
    skills,
)


def test_any_file_is_read_once_its_columns_are_named(write: Write) -> None:
    path = write(
        "user;seq;question;is_right;tags;took", "ada;2;q1;true;a,b;1500", "ada;1;q2;false;b;", "noor;1;q1;;a;9"
    )
    columns = {"learner": "user", "order": "seq", "item": "question", "correct": "is_right", "elapsed_ms": "took"}

    log = read(path, columns={**columns, "skill": "tags", "between_skills": ","})

    assert answers(log) == [("ada", "q2", 0.0), ("ada", "q1", 1.0)]
    assert skills(log) == [["b"], ["a", "b"]]
    np.testing.assert_equal(log.seconds, [np.nan, 1.5])


def test_what_a_caller_names_wins_over_the_format_and_its_rows_stay_out(write: Write) -> None:
    path = write(SKILL_BUILDER, "30,7,ada,50,1,0,3,9,2,Table,9,2,1,0,1", "31,7,ada,60,0,1,1,9,2,Table,9,0,1,0,2")

    log = read(path, columns={"item": "assignment_id", "skill": "skill_id"})

    assert answers(log) == [("ada", "7", 0.0)]
    assert skills(log) == [["2"]]


@pytest.mark.parametrize(
    ("lines", "complaint"),
    [
        ((SKILL_BUILDER, "30,1,ada,50,1,2,3,9,2,T,9,2,1,0,1"), "row 2: correct must be from 0 to 1, .* found '2'"),
        ((SKILL_BUILDER, "30,1,ada,50,x,1,3,9,2,T,9,2,1,0,1"), "row 2: original must be 0, 1 or empty, found 'x'"),
        ((CHALLENGE_2017, "8,M,1,a,1,1,4,1,0,0", "8,M,2,a,2,soon,4,1,1,0"), "row 3: startTime must be"),
        ((TRANSACTIONS, "1\tada\t1\t1\tP\t1\ts\t1\tMAYBE"), "row 2: Outcome must be .*CORRECT.* found 'MAYBE'"),
        ((STEPS, "1\tada\tU\tP\t1\ts\t1\t1\t1\tperhaps"), "row 2: First Attempt must be correct.* found 'perhaps'"),
        ((SUBMISSIONS, "1,ada,1,0,50", "1,noor,1,0,good"), "row 3: score must be a number or empty, found 'good'"),
        ((SKILL_BUILDER, "30,1,ada,9,1,1,3,9,2,T,9,2,1,0,1", "31,1,,9,1,1,3,9,2,T,9,2,1,0,1"), "row 3: a learner is"),
        ((SKILL_BUILDER + ",correct", "30,1,ada,9,1,1,3,9,2,T,9,2,1,0,1,0"), "row 1: 'correct' names more than one"),
    ],
)
def test_a_bad_value_is_refused_with_the_row_of_the_file(write: Write, lines: Sequence[str], complaint: str) -> None:
    with pytest.raises(UnreadableLog, match=complaint):
        read(write(*lines))


def test_rows_left_out_before_do_not_shift_the_number_of_a_bad_row(write: Write) -> None:
    scaffolds = [f"{n},1,ada,50,0,1,1,9,2,T,9,2,1,0,1" for n in range(5)]

    with pytest.raises(UnreadableLog, match="row 7: order must be a number or empty, found 'x'"):
        read(write(SKILL_BUILDER, *scaffolds, "x,1,ada,50,1,1,1,9,2,T,9,2,1,0,1"))


def test_an_unknown_header_is_told_what_is_accepted(write: Write) -> None:
    expected = (
        r"'learner' is missing.*Found: user, is_right\. Accepted: learner, correct.*--columns learner=user.*"
        r"ASSISTments 2009-2010 \(order_id, user_id, problem_id, correct\).*OULAD"
    )
    with pytest.raises(UnreadableLog, match=expected):
        read(write("user,is_right", "ada,1"))


@pytest.mark.parametrize(
    ("columns", "complaint"),
    [
        ({"lerner": "user"}, "'lerner' is no column of the schema. Accepted: learner"),
        ({"learner": "usr"}, "column 'usr', named for learner, is missing. Found: user, correct"),
        ({"learner": "user", "encoding": "rot13"}, "'rot13' is no encoding"),
        ({"learner": "user", "item": "user"}, "one of the columns 'order' or 'timestamp' is needed"),
    ],
)
def test_a_wrong_name_is_told(write: Write, columns: dict[str, str], complaint: str) -> None:
    with pytest.raises(UnreadableLog, match=complaint):
        read(write("user,correct", "ada,1"), columns=columns)


HEADER = "learner,order,item,skill,correct"
ROW = "ada,1,q1,add,1"
HOSTILE = {
    "a NUL byte": (
        f"{HEADER}\n{ROW}\nada,2,q\0,add,1\n".encode(),
        "line 3 has a NUL byte; save the file as CSV in UTF-8",
    ),
    "UTF-16": (f"{HEADER}\n{ROW}\n".encode("utf-16"), "line 1 has a NUL byte"),
    "an archive": (b"PK\x03\x04" + bytes(range(200)), "this is an archive; unpack it"),
    "no UTF-8": (
        f"{HEADER}\n{ROW}\nadá,2,q1,add,1\n".encode("latin-1"),
        "line 3 is not written in UTF-8.*encoding=latin-1",
    ),
    "noise": (bytes(range(1, 256)) * 9, "cannot be read|is not written in|is missing"),
    "an open quote": (
        f'{HEADER}\nada,1,"q1,add,1\n'.encode() + ROW.encode() * 20_000,
        "row 2.*a quote that nothing closes",
    ),
    "a huge name": (b"x" * 300_000 + f",{HEADER}\ny,{ROW}\n".encode(), "cannot be read as csv"),
    "a huge order": (
        f"{HEADER}\nada,{'9' * 5_000},q1,add,1\n".encode(),
        r"row 2: order must be a number .*9\.\.\. \(5,002",
    ),
    "many columns": (b"x," * 3_000 + b"y" * 90_000, "'learner' is missing.*Found: x, x.* and 2941 more"),
    "nothing": (b"", "cannot be read as csv"),
    "a header alone": (HEADER.encode(), "no row has an answer"),
}


@pytest.mark.parametrize(("content", "complaint"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_file_is_refused_in_a_line_of_its_own(tmp_path: Path, content: bytes, complaint: str) -> None:
    path = tmp_path / "hostile.csv"
    path.write_bytes(content)

    with pytest.raises(UnreadableLog, match=complaint) as refusal:
        read(path)

    assert len(str(refusal.value)) < 3_000


def test_a_long_text_is_read(write: Write) -> None:
    log = read(write(f"{HEADER},item_text", f"{ROW},{'why ' * 100_000}"))

    assert len(log.item_texts[0]) == 399_999


@pytest.mark.parametrize(
    ("column", "cell"), [("skill", ["add", "carry"]), ("learner", [1]), ("correct", {"x": 1}), ("item", b"\xff")]
)
def test_a_cell_with_more_than_one_value_is_refused(tmp_path: Path, column: str, cell: object) -> None:
    row = {"learner": "ada", "order": 1, "item": "q1", "skill": "add", "correct": 1, column: cell}
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist([row]), tmp_path / "log.parquet")

    with pytest.raises(UnreadableLog, match=f"row 2: {column} must be one text or number in each row"):
        read(tmp_path / "log.parquet")


def test_a_file_in_another_encoding_is_read_once_it_is_named(write: Write) -> None:
    path = write(HEADER, "José,1,q1,add,1", encoding="latin-1")

    assert read(path, columns={"encoding": "latin-1"}).learner_names == ["José"]


def test_columns_are_named_on_the_command_line(
    write: Write, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [f"u{n % 30},{n},q{n % 5},{n * n % 7 % 2}" for n in range(300)]
    path = write("user,seq,question,is_right", *rows)
    words = ["evaluate", "--data", str(path), "--rivals", "item_mean", "--checkpoint", "none", "--out", str(tmp_path)]
    names = ["learner=user", "order=seq", "item=question", "correct=is_right"]

    assert main([*words, "--shots", "0", "--columns", *names]) == 0
    assert "| item_mean |" in capsys.readouterr().out
    assert main([*words, "--columns", *names[:3]]) == 2
    assert "column 'correct' is missing" in capsys.readouterr().err
    with pytest.raises(SystemExit, match="2"):
        main([*words, "--columns", "learner:user"])
    assert "'learner:user' names no column; write it as learner=user" in capsys.readouterr().err
