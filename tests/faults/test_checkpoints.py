"""A checkpoint is broken on disk, or in itself: the last good one serves, and learners go on."""

import hashlib
import pickle
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load

from adaptive.models import Checkpoint, LearnerState, Outcome, Rung
from adaptive.serving import FRESH_FOR, promote, register_shipped
from courses.models import Course
from mlcore import checkpoint
from tests.faults.checking import what_is_wrong
from tests.faults.learners import Book, learners_of
from tests.faults.processes import Web
from tests.mlcore.test_checkpoint import rewritten

SHIPPED = checkpoint.DEFAULT.read_bytes()
HEAD = load(SHIPPED)["head"]


class Trap:
    """What a pickle can do to whoever loads it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return Path.touch, (self.path,)


def flipped(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]


def broken(folder: Path) -> dict[str, tuple[bytes, bytes | None]]:
    """What was registered, and what lies on disk."""
    nan = rewritten(SHIPPED, head=np.full_like(HEAD, np.nan))
    misshapen = rewritten(SHIPPED, head=HEAD[:, :3].copy())
    trap = pickle.dumps(Trap(folder / "sprung"))
    return {
        "missing": (b"missing", None),
        "flipped": (flipped(SHIPPED), flipped(SHIPPED)),
        "not numbers": (nan, nan),
        "of another shape": (misshapen, misshapen),
        "a pickle": (trap, trap),
    }


def test_a_broken_checkpoint_is_refused_by_a_running_server(web: Web, folder: Path, course: Course, book: Book) -> None:
    shipped, [ada] = register_shipped(), learners_of(course, web, book, 1)
    (folder / "checkpoints").mkdir(exist_ok=True)
    rungs = {}

    for name, (registered, found) in broken(folder).items():
        ada.take_turn()
        if found is not None:
            (folder / "checkpoints" / name).write_bytes(found)
        promote(Checkpoint.objects.create(sha256=hashlib.sha256(registered).hexdigest(), path=name))
        time.sleep(FRESH_FOR + 0.1)
        ada.take_turn()
        rungs[name] = Outcome.objects.latest("answer__sequence").rung
    ada.line.close()

    assert rungs == dict.fromkeys(broken(folder), Rung.LAST_GOOD)
    assert set(LearnerState.objects.values_list("checkpoint", flat=True)) == {shipped.pk}
    assert not (folder / "sprung").exists()
    assert book.statuses.keys() <= {200, 201}
    assert not what_is_wrong(book)
