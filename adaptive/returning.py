"""What trainers and rules want done: at all, or once more by a learner who had completed it before they asked.

Whoever asks one learner means it: the module comes back for one visit. Asked of a whole cohort, it is for those who
have not completed it yet.
"""

from __future__ import annotations

from datetime import datetime
from operator import itemgetter

from adaptive.adapting import Standing
from adaptive.directives import DirectiveKind
from adaptive.progress import Progress
from adaptive.steering import DirectiveEntry


def is_fulfilled(progress: Progress, asked: DirectiveEntry) -> bool:
    """The module is done; for what was asked of one learner, a visit to it came to an end since."""
    module = progress.module(asked.about)
    if asked.for_all or not asked.made:
        return module.done
    return module.done and module.ended_at > datetime.fromisoformat(asked.made).timestamp()


def pinned(standing: Standing) -> dict[int, DirectiveEntry]:
    """Return the modules to offer first that this was not fulfilled for yet."""
    return {one.about: one for one in _unfulfilled(standing, DirectiveKind.PIN)}


def wanted(standing: Standing) -> dict[int, DirectiveEntry]:
    """Return the modules with a deadline that was not met yet; of several, the earliest."""
    dated = [(one.ends_at, one) for one in _unfulfilled(standing, DirectiveKind.DUE) if one.ends_at]
    return {one.about: one for _, one in sorted(dated, key=itemgetter(0), reverse=True)}


def _unfulfilled(standing: Standing, kind: str) -> list[DirectiveEntry]:
    return [one for one in standing.steering.counting if one.kind == kind and not is_fulfilled(standing.progress, one)]
