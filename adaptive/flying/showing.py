"""A report as its page draws it: the verdict, the figures, a histogram in percent of its frame, and rows for tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from adaptive.flying.telling import Told, tell
from courses.models import Difficulty, Modality

Row = Mapping[str, Any]

WIDTHS = (5, 10, 15, 20, 30, 60, 120, 180, 240, 300, 600, 1200)  # minutes of work in one bar
MOST_BARS, MOST_LABELS = 12, 5
HEADROOM = 0.88  # of the frame's height is for the tallest bar, the rest for its number


@dataclass(frozen=True)
class Bar:
    """Learners who reached competence within these minutes. Places are percent of the frame."""

    words: str  # "1 h to 1 h 30 min"
    learners: int
    x: float
    width: float
    height: float
    label: str  # of the bar's left edge; "" where there is no room

    @property
    def y(self) -> float:
        return 100.0 - self.height

    @property
    def middle(self) -> float:
        return self.x + self.width / 2.0


@dataclass(frozen=True)
class Shown:
    """Everything that the page says of a report."""

    report: Row
    to_mend: list[Told]
    notes: list[Told]
    bars: list[Bar]

    @property
    def verdict(self) -> str:
        count = len(self.to_mend)
        if not count:
            return _("Ready to publish: nothing to mend")
        return ngettext("%d thing to mend", "%d things to mend", count) % count

    @property
    def share_reached(self) -> float | None:
        found = self.report["competence"]
        return found["reached"] / found["trying"] if found["trying"] else None

    @property
    def spread(self) -> str:
        """The middle eight tenths of the time to competence, in words."""
        minutes = self.report["competence"]["minutes"]
        between = {"low": duration(minutes["low"]), "high": duration(minutes["high"])} if minutes else {}
        return _("eight of ten within %(low)s to %(high)s") % between if between else ""

    @property
    def median_time(self) -> str:
        minutes = self.report["competence"]["minutes"]
        return duration(minutes["median"]) if minutes else "–"

    @property
    def variants(self) -> list[dict[str, Any]]:
        return [
            {**row, "modality": Modality(row["modality"]).label, "difficulty": Difficulty(row["difficulty"]).label}
            for row in self.report["variants"]
        ]


def show(report: Row) -> Shown:
    """Return a report ready to be drawn."""
    told = [tell(finding) for finding in report["findings"]]
    bars = bars_of(report["competence"]["all_minutes"])
    return Shown(report, [one for one in told if not one.is_note], [one for one in told if one.is_note], bars)


def bars_of(minutes: Sequence[float]) -> list[Bar]:
    """Return a histogram of at most MOST_BARS bars, from the first one with anybody in it to the last."""
    if not minutes:
        return []
    width = next((one for one in WIDTHS if max(minutes) // one - min(minutes) // one < MOST_BARS), WIDTHS[-1])
    first, last = int(min(minutes) // width), int(max(minutes) // width)
    counts = [sum(place == minute // width for minute in minutes) for place in range(first, last + 1)]
    across, step = 100.0 / len(counts), ceil(len(counts) / MOST_LABELS)
    return [
        Bar(
            words=_("%(low)s to %(high)s")
            % {"low": duration((first + n) * width), "high": duration((first + n + 1) * width)},
            learners=count,
            x=round(n * across, 2),
            width=round(across * 0.9, 2),
            height=round(100.0 * HEADROOM * count / max(counts), 2),
            label="" if n % step else duration((first + n) * width),
        )
        for n, count in enumerate(counts)
    ]


def duration(minutes: float) -> str:
    """Minutes of work in words: "45 min", "2 h 20 min" to five minutes, "12 h" from ten hours on."""
    if minutes >= 600:
        return _("%s h") % number_format(round(minutes / 60.0), 0)
    hours, rest = divmod(round(minutes) if minutes < 60 else 5 * round(minutes / 5.0), 60)
    if not hours:
        return _("%d min") % rest
    return _("%(hours)d h %(rest)d min") % {"hours": hours, "rest": rest} if rest else _("%d h") % hours
