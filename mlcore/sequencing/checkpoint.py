"""A trained recurrent policy on disk: safetensors, as the learner model's, with what is needed to trust them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save

from mlcore.checkpoint import LARGEST, Arrays, CheckpointRefused, digest_of, parsed, write_whole
from mlcore.sequencing.courses import STATIC
from mlcore.sequencing.sequencer import READ, Sequencer, shapes

FORMAT = 1
DEFAULT = Path(__file__).parent.parent / "checkpoints" / "policy.safetensors"


def save_sequencer(sequencer: Sequencer, facts: dict[str, Any], path: Path) -> str:
    """Write a policy, whole or not at all, and return the sha256 of the file. `facts` are for people."""
    arrays: Arrays = {name: np.ascontiguousarray(array) for name, array in sequencer.arrays().items()}
    header = {"format": FORMAT, "columns": [STATIC, READ], "facts": facts}
    header["sha256"] = digest_of(arrays, header)
    return write_whole(save(arrays, metadata={"checkpoint": json.dumps(header, sort_keys=True)}), path)


def load_sequencer(path: Path | None = None) -> Sequencer:
    """Read a policy, by default the one shipped. Raises CheckpointRefused with the reason."""
    path = path or DEFAULT
    try:
        if path.stat().st_size > LARGEST:
            raise CheckpointRefused(f"{path}: larger than {LARGEST} bytes")
        data = path.read_bytes()
    except OSError as problem:
        raise CheckpointRefused(f"{path}: {problem.strerror}") from problem
    try:
        return _from_bytes(data)
    except CheckpointRefused as problem:
        raise CheckpointRefused(f"{path}: {problem}") from problem


def _from_bytes(data: bytes) -> Sequencer:
    arrays, header = parsed(data)
    stated = header.pop("sha256", None)
    if header.get("format") != FORMAT or header.get("columns") != [STATIC, READ]:
        raise CheckpointRefused("is no recurrent policy of this version")
    if stated != digest_of(arrays, header):
        raise CheckpointRefused("the numbers are not those that were saved")
    hidden = arrays["start_bias"].size if "start_bias" in arrays else 0
    if {name: array.shape for name, array in arrays.items()} != shapes(hidden):
        raise CheckpointRefused("arrays are missing, unknown or of another shape")
    if any(array.dtype != np.float32 or not np.isfinite(array).all() for array in arrays.values()):
        raise CheckpointRefused("not finite float32 numbers")
    return Sequencer(**{name: array.astype(np.float32) for name, array in arrays.items()})
