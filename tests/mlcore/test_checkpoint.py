import json
import pickle
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load, save

import mlcore
from mlcore import CheckpointRefused, checkpoint


@pytest.fixture(scope="module")
def shipped() -> bytes:
    return checkpoint.DEFAULT.read_bytes()


def rewritten(data: bytes, **changes: Any) -> bytes:
    """The same checkpoint with other arrays and a hash that fits them."""
    arrays, header = checkpoint.parsed(data)
    arrays.update(changes)
    header.pop("sha256")
    header["sha256"] = checkpoint.digest_of(arrays, header)
    return save(arrays, metadata={"checkpoint": json.dumps(header)})


def test_the_shipped_checkpoint_is_small_and_loads(shipped: bytes) -> None:
    assert len(shipped) < 2_000_000
    assert mlcore.load_tutor().tag > 0


def test_a_checkpoint_reads_back_exactly(shipped: bytes, tmp_path: Path) -> None:
    original = checkpoint.from_bytes(shipped)

    digest = checkpoint.save_checkpoint(
        replace(original, facts={"note": "copy"}), tmp_path / "new" / "copy.safetensors"
    )
    copy = checkpoint.load_checkpoint(tmp_path / "new" / "copy.safetensors")

    assert len(digest) == 64
    assert copy.prior.population == original.prior.population
    np.testing.assert_allclose(copy.prior.stages, original.prior.stages, atol=1e-6)
    assert all((copy.weights.arrays()[name] == array).all() for name, array in original.weights.arrays().items())
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["copy.safetensors"]


def test_truncated_flipped_or_foreign_bytes_are_refused(shipped: bytes) -> None:
    rng = np.random.default_rng(0)
    bad = [b"", shipped[:-1], shipped[: len(shipped) // 2], shipped + b"\0", pickle.dumps({"first": 1}), b"{}"]
    for place in rng.integers(len(shipped), size=60):
        flipped = bytearray(shipped)
        flipped[place] ^= 1 << int(rng.integers(8))
        bad.append(bytes(flipped))

    for data in bad:
        with pytest.raises(CheckpointRefused):
            checkpoint.from_bytes(data)


def test_numbers_that_make_no_sense_are_refused_with_the_reason(shipped: bytes) -> None:
    arrays = load(shipped)
    nan = arrays["head"].copy()
    nan[0, 0] = np.nan
    cases = [
        ({"head": nan}, "head: not finite"),
        ({"head": arrays["head"][:, :3].copy()}, "head: shape"),
        ({"head": arrays["head"].astype(np.float64)}, "head: not finite float32"),
        ({"extra": nan}, "arrays"),
        ({"head_bias": arrays["head_bias"] + np.float32(0.5)}, "golden"),
        ({"golden": arrays["golden"] + np.float32(0.01)}, "golden"),
    ]

    for changes, reason in cases:
        with pytest.raises(CheckpointRefused, match=reason):
            checkpoint.from_bytes(rewritten(shipped, **changes))


def test_a_file_is_refused_by_its_whole_path(shipped: bytes, tmp_path: Path) -> None:
    (tmp_path / "cut.safetensors").write_bytes(shipped[:-1])

    for name, reason in (("none", "No such file"), ("cut", "not a checkpoint")):
        path = tmp_path / f"{name}.safetensors"
        with pytest.raises(CheckpointRefused, match=f"^{re.escape(str(path))}: {reason}"):
            mlcore.load_tutor(path)


def test_a_failed_write_leaves_the_old_checkpoint(
    shipped: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "live.safetensors"
    path.write_bytes(shipped)

    def refuse(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr("os.fsync", refuse)
    with pytest.raises(OSError, match="no space left"):
        checkpoint.save_checkpoint(checkpoint.from_bytes(shipped), path)

    assert path.read_bytes() == shipped
    assert [file.name for file in tmp_path.iterdir()] == ["live.safetensors"]
