"""Small plots as inline SVG that take their colors from the page, so they are light and dark as it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10

from mlcore.interactions import Numbers

WIDTH = 360  # of every chart; the page never shows one much larger or smaller, so that text stays legible
LEFT, RIGHT, TOP, BOTTOM = 44, 12, 10, 40
ROW = 24  # height of a line in a chart of intervals
LABELS, NOTES = 100, 84  # widths beside it
TICKS = 4
HEIGHT = 260  # of charts with two axes


@dataclass(frozen=True)
class Line:
    """A curve: y over numbered places, drawn as series `number`; 0 is the one that matters."""

    name: str
    number: int
    points: Sequence[tuple[int, float]]


@dataclass(frozen=True)
class Bar:
    """An interval with its mean."""

    label: str
    low: float
    mean: float
    high: float
    note: str
    tone: str


@dataclass(frozen=True)
class _Scale:
    """From values to pixels."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        return round(self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start), 2)


def curves(lines: Sequence[Line], places: Sequence[str], title: str, across: str = "answers known (k)") -> str:
    """Curves over places spaced evenly, `across` saying of what; the first line is drawn last, above the others."""
    values = [y for line in lines for _, y in line.points]
    ticks = _ticks(min(values), max(values))
    along = _Scale(0, max(len(places) - 1, 1), LEFT + 8, WIDTH - RIGHT - 8)
    up = _Scale(ticks[0], ticks[-1], HEIGHT - BOTTOM, TOP)
    parts = [_grid_line(up(tick), f"{tick:g}") for tick in ticks]
    parts += [_text(along(n), HEIGHT - BOTTOM + 16, place, "middle") for n, place in enumerate(places)]
    parts.append(_text(WIDTH / 2, HEIGHT - 6, across, "middle"))
    for line in sorted(lines, key=lambda one: -one.number):
        dots = [(along(place), up(y)) for place, y in line.points]
        path = " ".join(f"{x},{y}" for x, y in dots)
        marks = "".join(f'<circle cx="{x}" cy="{y}" r="3"/>' for x, y in dots)
        parts.append(f'<g class="s{line.number}"><title>{escape(line.name)}</title>')
        parts.append(f'<polyline points="{path}"/>{marks}</g>')
    return _svg(HEIGHT, title, parts)


def intervals(bars: Sequence[Bar], title: str) -> str:
    """One line for each interval, around 0: to the left is better."""
    widest = max([0.001, *(abs(end) for bar in bars for end in (bar.low, bar.high))])
    ends = _ticks(-widest, widest)
    height = ROW * len(bars) + TOP + BOTTOM
    across = _Scale(ends[0], ends[-1], LABELS, WIDTH - NOTES)
    foot = TOP + ROW * len(bars)
    parts = [_upright(across(tick), (TOP, foot), "zero" if tick == 0 else "grid") for tick in ends]
    shown = [tick for tick in ends if tick in (ends[0], 0.0, ends[-1])]
    parts += [_text(across(tick), foot + 14, f"{tick:+g}" if tick else "0", "middle") for tick in shown]
    parts.append(_text((LABELS + WIDTH - NOTES) / 2, foot + 29, "← better   log-loss   worse →", "middle"))
    for number, bar in enumerate(bars):
        y = TOP + ROW * (number + 0.5)
        parts.append(_text(LABELS - 10, y + 4, bar.label, "end"))
        parts.append(
            f'<g class="{bar.tone}"><line x1="{across(bar.low)}" x2="{across(bar.high)}" y1="{y}" y2="{y}"/>'
            f'<circle cx="{across(bar.mean)}" cy="{y}" r="4"/></g>'
        )
        parts.append(_text(WIDTH - NOTES + 8, y + 4, bar.note, "start"))
    return _svg(height, title, parts)


def reliability_plot(points: Sequence[tuple[int, Numbers, Numbers]], title: str) -> str:
    """Frequencies over chances, as series by number; on the diagonal every chance is true."""
    across, up = _Scale(0, 1, LEFT, WIDTH - RIGHT - 14), _Scale(0, 1, HEIGHT - BOTTOM, TOP)
    parts = [_grid_line(up(tick / 4), f"{25 * tick} %") for tick in range(5)]
    parts += [_text(across(tick / 4), HEIGHT - BOTTOM + 16, f"{25 * tick} %", "middle") for tick in range(5)]
    parts.append(f'<line class="zero" x1="{across(0)}" y1="{up(0)}" x2="{across(1)}" y2="{up(1)}"/>')
    parts.append(_text(WIDTH / 2, HEIGHT - 6, "chance given → share that was right ↑", "middle"))
    for number, chance, frequency in reversed(points):
        dots = [(across(x), up(y)) for x, y in zip(chance.tolist(), frequency.tolist(), strict=True)]
        path = " ".join(f"{x},{y}" for x, y in dots)
        marks = "".join(f'<circle cx="{x}" cy="{y}" r="3"/>' for x, y in dots)
        parts.append(f'<g class="s{number}"><polyline points="{path}"/>{marks}</g>')
    return _svg(HEIGHT, title, parts)


def legend(names: Sequence[tuple[int, str]]) -> str:
    """What the series are."""
    entries = "".join(f'<li class="s{number}"><i></i>{escape(name)}</li>' for number, name in names)
    return f'<ul class="legend">{entries}</ul>'


def _ticks(low: float, high: float) -> list[float]:
    """About TICKS round numbers that enclose both."""
    step = 10 ** floor(log10(max(high - low, 1e-6) / TICKS))
    step *= next(factor for factor in (1, 2, 5, 10) if (high - low) / (step * factor) <= TICKS)
    return [round(n * step, 9) for n in range(floor(low / step), max(ceil(high / step), floor(low / step) + 1) + 1)]


def _grid_line(y: float, label: str) -> str:
    line = f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y}" y2="{y}"/>'
    return line + _text(LEFT - 6, y + 4, label, "end")


def _upright(x: float, span: tuple[float, float], name: str) -> str:
    return f'<line class="{name}" x1="{x}" x2="{x}" y1="{span[0]}" y2="{span[1]}"/>'


def _text(x: float, y: float, words: str, anchor: str) -> str:
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}">{escape(words)}</text>'


def _svg(height: int, title: str, parts: Sequence[str]) -> str:
    label = escape(title, quote=True)
    return f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{label}">{"".join(parts)}</svg>'
