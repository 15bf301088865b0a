"""Checkpoints on disk: safetensors with all that is needed to trust them. Nothing is ever unpickled."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load, save

from mlcore.answers import Answer, Item
from mlcore.belief import CONTEXT
from mlcore.calibration import STAGED, Calibration, Population, uncalibrated
from mlcore.features import FEATURES
from mlcore.tutor import Tutor
from mlcore.weights import Weights, shapes

FORMAT = 2
LARGEST = 64 * 2**20  # bytes
LARGE = 16 * 2**20  # bytes
GOLDEN_LENGTHS = (0, 1, 2, 5, 12, 40)
GOLDEN_CLOSE = 1e-5
DEFAULT = Path(__file__).parent / "checkpoints" / "default.safetensors"

Arrays = dict[str, NDArray[np.generic]]


class CheckpointRefused(Exception):
    """These bytes are no checkpoint to serve from; the message says why."""


@dataclass(frozen=True)
class Checkpoint:
    """A trained network, what to expect of a course that nobody has taken, and where both come from."""

    weights: Weights
    prior: Calibration
    facts: dict[str, Any]  # metrics, training data, seeds: for people; once read also the `sha256` of the numbers


def save_checkpoint(checkpoint: Checkpoint, path: Path | str) -> str:
    """Write a checkpoint, whole or not at all, and return the sha256 of the file."""
    return write_whole(to_bytes(checkpoint), Path(path))


def write_whole(data: bytes, path: Path) -> str:
    """Write a file, whole or not at all, and return its sha256."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".partial", delete=False) as file:
        try:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
            os.chmod(file.name, 0o644)
            os.replace(file.name, path)
        except BaseException:
            os.unlink(file.name)
            raise
    return hashlib.sha256(data).hexdigest()


def to_bytes(checkpoint: Checkpoint) -> bytes:
    """Serialize a checkpoint with its schema, the sha256 of its numbers and facts, and a golden set."""
    arrays: Arrays = {name: np.ascontiguousarray(array) for name, array in checkpoint.weights.arrays().items()}
    arrays["stages"] = checkpoint.prior.stages.astype(np.float32)
    arrays["golden"] = golden_answers(_tutor(checkpoint, tag=1))
    header = {
        "format": FORMAT,
        "schema": schema_hash(),
        "population": asdict(checkpoint.prior.population),
        "network_weight": checkpoint.prior.network_weight,
        "facts": checkpoint.facts,
    }
    header["sha256"] = digest_of(arrays, header)
    return save(arrays, metadata={"checkpoint": json.dumps(header, sort_keys=True)})


def load_checkpoint(path: Path | str | None = None) -> Checkpoint:
    """Read a checkpoint, by default the one shipped. Raises CheckpointRefused with its path and the reason."""
    path = DEFAULT if path is None else Path(path)
    try:
        if path.stat().st_size > LARGEST:
            raise CheckpointRefused(f"larger than {LARGEST} bytes")
        return from_bytes(path.read_bytes())
    except OSError as problem:
        raise CheckpointRefused(f"{path}: {problem.strerror}") from problem
    except CheckpointRefused as problem:
        raise CheckpointRefused(f"{path}: {problem}") from problem


def from_bytes(data: bytes) -> Checkpoint:
    """Read what `to_bytes` wrote, and check schema, hash, shapes, finiteness and the golden set.

    Raises CheckpointRefused with the reason.
    """
    arrays, header = parsed(data)
    if header.get("format") != FORMAT or header.get("schema") != schema_hash():
        raise CheckpointRefused("schema: made for other features or another version")
    _check_arrays(arrays, header)
    golden, stages = arrays.pop("golden"), arrays.pop("stages").astype(np.float64)
    try:
        prior = uncalibrated(Population(**header["population"]), float(header["network_weight"]), stages)
        weights = Weights(**{name: array.astype(np.float32) for name, array in arrays.items()})
        checkpoint = Checkpoint(weights, prior, dict(header["facts"]))
        answered = golden_answers(_tutor(checkpoint, tag=1))
    except (KeyError, TypeError, ValueError) as problem:
        raise CheckpointRefused(f"header: {problem}") from problem
    if answered.shape != golden.shape or not np.allclose(answered, golden, atol=GOLDEN_CLOSE, rtol=0.0):
        raise CheckpointRefused("golden set: answers differ from those stored with it")
    return replace(checkpoint, facts={**checkpoint.facts, "sha256": header["sha256"]})


def load_tutor(path: Path | str | None = None) -> Tutor:
    """Return the tutor of a checkpoint, by default the one shipped. Raises CheckpointRefused."""
    checkpoint = load_checkpoint(path)
    _keep_freed_memory()
    return _tutor(checkpoint, tag=int(checkpoint.facts["sha256"][:8], 16))


def schema_hash() -> str:
    """Return a hash of what a network is fed and how its arrays are laid out."""
    schema = json.dumps([FORMAT, FEATURES, CONTEXT, list(shapes(0))])
    return hashlib.sha256(schema.encode()).hexdigest()[:16]


def golden_answers(tutor: Tutor) -> NDArray[np.float32]:
    """Return what a tutor says of made-up histories that every checkpoint is asked about.  [histories, 8]"""
    candidates = [Item(f"golden {n}", [f"skill {n % 3}"], difficulty=1 + n % 5) for n in range(8)]
    rows = []
    for length in GOLDEN_LENGTHS:
        history = [_golden_answer(n) for n in range(length)]
        rows.append(tutor.predict(tutor.fold(tutor.begin(), history), candidates, at=1e9 + 9000)[0])
    return np.array(rows, np.float32)


def _golden_answer(n: int) -> Answer:
    return Answer(
        item=f"golden {n * 5 % 11}",
        skills=[f"skill {n % 3}", f"skill {n % 4}"],
        correct=float(n * 7 % 10 < 6),
        seconds=None if n % 4 == 0 else 5.0 + n,
        hints=n % 2,
        modality="text" if n % 2 else None,
        at=None if n % 5 == 0 else 1e9 + 60 * n,
    )


def _tutor(checkpoint: Checkpoint, tag: int) -> Tutor:
    return Tutor(checkpoint.weights, checkpoint.prior, tag, checkpoint.facts)


def parsed(data: bytes) -> tuple[Arrays, dict[str, Any]]:
    """Return the arrays and the header of a file of safetensors. Raises CheckpointRefused."""
    try:
        arrays = load(data)
        size = int.from_bytes(data[:8], "little")
        header = json.loads(json.loads(data[8 : 8 + size])["__metadata__"]["checkpoint"])
    except (SafetensorError, ValueError, KeyError, TypeError, RecursionError) as problem:
        raise CheckpointRefused(f"not a checkpoint: {problem}") from problem
    if not isinstance(header, dict):
        raise CheckpointRefused("not a checkpoint: no header")
    return arrays, header


def _check_arrays(arrays: Arrays, header: dict[str, Any]) -> None:
    stated = header.pop("sha256", None)
    if stated != digest_of(arrays, header):
        raise CheckpointRefused("sha256: the numbers are not those that were saved")
    header["sha256"] = stated
    hidden = arrays["first_bias"].size if "first_bias" in arrays else 0
    expected = shapes(hidden) | {"stages": STAGED}
    if set(arrays) != {*expected, "golden"}:
        raise CheckpointRefused("arrays: some are missing or unknown")
    for name, shape in expected.items():
        if arrays[name].shape != shape:
            raise CheckpointRefused(f"{name}: shape {arrays[name].shape} instead of {shape}")
    for name, array in arrays.items():
        if array.dtype != np.float32 or not np.isfinite(array).all():
            raise CheckpointRefused(f"{name}: not finite float32 numbers")


def digest_of(arrays: Arrays, header: dict[str, Any]) -> str:
    """Return the sha256 of what the arrays hold and the header says."""
    digest = hashlib.sha256(json.dumps(header, sort_keys=True).encode())
    for name in sorted(arrays):
        digest.update(f"{name} {arrays[name].dtype} {arrays[name].shape}".encode())
        digest.update(np.ascontiguousarray(arrays[name]).tobytes())
    return digest.hexdigest()


def _keep_freed_memory() -> None:
    """Free a large array once: the GNU C library then keeps what is freed later, up to twice as much (mallopt(3)).

    Else it may give memory back and ask for it again with every array, which took two thirds more time for a choice
    among 10,000.
    """
    np.empty(LARGE, np.uint8)
