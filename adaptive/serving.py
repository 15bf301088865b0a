"""The tutor that serves: loaded once for each process, changed without a restart, and never missing altogether.

The ladder of a decision: the live checkpoint; the last good one on disk, the one shipped with mlcore among them; the
closed form from success counts; the fixed order of the course.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import structlog
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import OuterRef, Subquery
from django.utils import timezone

from adaptive.counting import CountingTutor
from adaptive.models import Calibration, Checkpoint, Recommendation, Rung
from adaptive.sharing import Use, use_from, use_in
from courses.models import Course
from mlcore import checkpoint as checkpoints
from mlcore.belief import Belief
from mlcore.checkpoint import CheckpointRefused
from mlcore.tutor import Tutor

log = structlog.get_logger(__name__)

FRESH_FOR = 1.0  # seconds that a process trusts what it read about the live checkpoint
REFUSED_FOR = 30.0  # seconds before a refused file is tried again
MOST_CHECKPOINTS, MOST_TUTORS = 4, 64  # in the memory of one process; each course has its own tutor
MOST_TRIED = 5  # earlier checkpoints, when the live one is refused


@dataclass(frozen=True)
class LiveTutor:
    """A tutor for one course, and the rows that it comes from."""

    tutor: Any  # Tutor or CountingTutor: one tells from the rung
    rung: Rung
    checkpoint: int | None = None
    calibration: int | None = None
    sha256: str = ""
    use: Use | None = None  # of the recurrent policy, where it teaches

    def read(self, belief: bytes) -> Any:
        """Return a stored belief. Raises ValueError when it cannot be read."""
        return self.tutor.read(belief) if self.rung == Rung.CLOSED_FORM else Belief.from_bytes(belief)


COUNTING = LiveTutor(CountingTutor(), Rung.CLOSED_FORM)


@dataclass(frozen=True)
class _Pointer:
    """A checkpoint's row, and the latest calibration of the course under it."""

    checkpoint: int
    sha256: str
    path: str
    calibration: int | None


@dataclass(frozen=True)
class _Registered:
    """Notes that a checkpoint's row is there for good: called when its transaction is."""

    checkpoint: int | None

    def __call__(self) -> None:
        _registering.discard(self.checkpoint)


_best: dict[int, tuple[float, LiveTutor]] = {}
_tutors: dict[str, Tutor] = {}
_calibrated: dict[tuple[str, int], Tutor | None] = {}
_refused: dict[str, float] = {}
_registering: set[int | None] = set()  # checkpoints whose transaction has not ended yet, or was taken back


def live_tutor(course_id: int) -> LiveTutor:
    """Return the best tutor there is for a course. At most one small query a second asks whether it changed."""
    read_at, best = _best.get(course_id, (0.0, COUNTING))
    if not read_at or time.monotonic() - read_at >= FRESH_FOR or _was_taken_back(best):
        best = _find_best(course_id)
        _best[course_id] = time.monotonic(), best
    return best


def live_tutors(course_ids: Collection[int]) -> dict[int, LiveTutor]:
    """As live_tutor for each of these courses; at most two small queries a second ask for all of them at once."""
    now = time.monotonic()
    stale = [pk for pk in course_ids if now - _best.get(pk, (-FRESH_FOR, COUNTING))[0] >= FRESH_FOR]
    for course, best in _find_each(stale):
        _best[course] = now, best
    return {pk: live_tutor(pk) for pk in course_ids}


def ladder(course_id: int) -> list[LiveTutor]:
    """Return the tutors to try, the best first. The last one needs no network."""
    best = live_tutor(course_id)
    return [COUNTING] if best is COUNTING else [best, COUNTING]


def tutor_then(step: Recommendation) -> LiveTutor | None:
    """Return the tutor that chose this step; None if its checkpoint or its calibration is gone."""
    if step.rung == Rung.CLOSED_FORM:
        return COUNTING
    if step.checkpoint is None:
        return None
    pointer = _Pointer(step.checkpoint.pk, step.checkpoint.sha256, step.checkpoint.path, step.calibration_id)
    found = _serve(pointer, Rung(step.rung))
    return found if found and found.calibration == step.calibration_id else None


def forget() -> None:
    """Empty this process's memory, so that the next request looks at database and disk."""
    for memory in (_best, _tutors, _calibrated, _refused):
        memory.clear()


def path_of(name: str) -> Path:
    """Return where a checkpoint's file lies: with the data, or with mlcore if it was shipped."""
    return checkpoints.DEFAULT if name == checkpoints.DEFAULT.name else Path(settings.CHECKPOINT_DIR) / name


def register_shipped() -> Checkpoint:
    """Write down the checkpoint that mlcore ships, and let it serve if none does or an older shipped one did.

    Doing so twice, or in two processes at once, changes nothing. Raises CheckpointRefused.
    """
    data = checkpoints.DEFAULT.read_bytes()
    facts = checkpoints.from_bytes(data).facts
    shipped, is_new = Checkpoint.objects.get_or_create(
        sha256=hashlib.sha256(data).hexdigest(), defaults={"path": checkpoints.DEFAULT.name, "metrics": facts}
    )
    if is_new:
        _registering.add(shipped.pk)
        transaction.on_commit(_Registered(shipped.pk))
    live = Checkpoint.objects.filter(is_live=True).first()
    if live is None or (live.path == checkpoints.DEFAULT.name and live.pk != shipped.pk):
        promote(shipped)
    return shipped


def promote(checkpoint: Checkpoint) -> None:
    """Let this checkpoint serve instead of the one that does. Every process follows within a second."""
    try:
        with transaction.atomic():
            Checkpoint.objects.filter(is_live=True).exclude(pk=checkpoint.pk).update(is_live=False)
            Checkpoint.objects.filter(pk=checkpoint.pk).update(is_live=True, promoted_at=timezone.now())
    except IntegrityError:
        log.info("promoted_meanwhile", checkpoint=checkpoint.sha256)
    _best.clear()


def _was_taken_back(live: LiveTutor) -> bool:
    """Whether the row of its checkpoint went with the transaction that registered it."""
    if live.checkpoint not in _registering:
        return False
    return not any(deed == _Registered(live.checkpoint) for _, deed, *_ in connection.run_on_commit)


def _find_best(course_id: int) -> LiveTutor:
    latest = (
        Calibration.objects.filter(course=course_id, checkpoint=OuterRef("pk")).order_by("-number").values("pk")[:1]
    )
    pointers = Checkpoint.objects.annotate(latest=Subquery(latest), use=use_in(course_id))
    rows = pointers.values_list("pk", "sha256", "path", "latest")
    lives = pointers.filter(is_live=True).values_list("pk", "sha256", "path", "latest", "use")
    live = lives.first() or (_has_shipped() and lives.first())
    tutor = _serve(_Pointer(*live[:-1]), Rung.LIVE) if live else None
    return replace(tutor, use=use_from(live[-1])) if live and tutor else _last_good(rows) or COUNTING


def _find_each(course_ids: Collection[int]) -> Iterator[tuple[int, LiveTutor]]:
    """Yield what serves each of these courses, but for those for which the ladder must be climbed down."""
    rows = Checkpoint.objects.filter(is_live=True).values_list("pk", "sha256", "path")
    live = rows.first() if len(course_ids) > 1 else None
    if live is None:
        return
    of_course = Calibration.objects.filter(course=OuterRef("pk"), checkpoint=live[0]).order_by("-number")
    courses = Course.objects.filter(pk__in=course_ids).annotate(
        latest=Subquery(of_course.values("pk")[:1]), use=use_in(OuterRef("pk"))
    )
    for course, latest, use in courses.values_list("pk", "latest", "use"):
        tutor = _serve(_Pointer(*live, latest), Rung.LIVE)
        if tutor:
            yield course, replace(tutor, use=use_from(use))


def _last_good(rows: Any) -> LiveTutor | None:
    """Return the checkpoint that served last and can still be read; the shipped one is always worth a try."""
    _has_shipped()
    served = rows.filter(promoted_at__isnull=False).order_by("-promoted_at")[:MOST_TRIED]
    shipped = rows.filter(path=checkpoints.DEFAULT.name).order_by("-made_at")[:1]
    tutors = (_serve(_Pointer(*row), Rung.LAST_GOOD) for row in (*served, *shipped))
    return next((tutor for tutor in tutors if tutor), None)


def _has_shipped() -> bool:
    try:
        return bool(register_shipped())
    except (CheckpointRefused, OSError) as problem:
        log.error("no_shipped_checkpoint", reason=str(problem))
        return False


def _serve(pointer: _Pointer, rung: Rung) -> LiveTutor | None:
    base = _loaded(pointer)
    if base is None:
        return None
    calibrated = _calibrate(base, pointer)
    calibration = pointer.calibration if calibrated else None
    return LiveTutor(calibrated or base, rung, pointer.checkpoint, calibration, pointer.sha256)


def _calibrate(base: Tutor, pointer: _Pointer) -> Tutor | None:
    """Return the tutor for the course; None when there is no calibration, or none that can be read."""
    if pointer.calibration is None:
        return None
    key = (pointer.sha256, pointer.calibration)
    if key not in _calibrated:
        _make_room(_calibrated, MOST_TUTORS)
        data = Calibration.objects.values_list("data", flat=True).get(pk=pointer.calibration)
        try:
            _calibrated[key] = base.with_calibration(bytes(data))
        except ValueError as problem:
            log.error("calibration_refused", calibration=pointer.calibration, reason=str(problem))
            _calibrated[key] = None
    return _calibrated[key]


def _loaded(pointer: _Pointer) -> Tutor | None:
    """Return the checkpoint's tutor, from memory or from its file; None while the file is refused."""
    if pointer.sha256 in _tutors:
        return _tutors[pointer.sha256]
    if time.monotonic() < _refused.get(pointer.sha256, 0.0):
        return None
    try:
        tutor = read_tutor(path_of(pointer.path), pointer.sha256)
    except CheckpointRefused as problem:
        log.error("checkpoint_refused", checkpoint=pointer.sha256, reason=str(problem))
        _refused[pointer.sha256] = time.monotonic() + REFUSED_FOR
        return None
    _make_room(_tutors, MOST_CHECKPOINTS)
    _tutors[pointer.sha256] = tutor
    return tutor


def _make_room(memory: dict[Any, Any], most: int) -> None:
    """Drop the oldest entries until another one fits."""
    while len(memory) >= most:
        memory.pop(next(iter(memory)), None)


def read_tutor(path: Path, sha256: str) -> Tutor:
    """Load a checkpoint whose file is exactly the one that was registered. Raises CheckpointRefused."""
    try:
        found = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as problem:
        raise CheckpointRefused(f"{path.name}: {problem.strerror}") from problem
    if found != sha256:
        raise CheckpointRefused(f"{path.name}: not the file that was registered")
    return checkpoints.load_tutor(path)
