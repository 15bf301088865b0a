"""The design: readable colors, known icons, documented components, nothing that the security policy refuses."""

import re
from math import cos, radians, sin
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
COMPONENTS = sorted((ROOT / "templates" / "components").glob("*.html"))
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
TOKENS = (ROOT / "lms" / "static" / "css" / "tokens.css").read_text()
PAPERS = ("paper", "paper-raised", "paper-sunk")
TEXT = [
    *(
        (ink, paper)
        for ink in ("ink", "ink-soft", "ink-faint", "accent", "good", "careful", "wrong")
        for paper in PAPERS
    ),
    *((tone, f"{tone}-wash") for tone in ("accent", "good", "careful", "wrong")),
    *(("ink", f"{tone}-wash") for tone in ("accent", "good", "careful", "wrong")),
    *(("ink-soft", f"{tone}-wash") for tone in ("good", "careful", "wrong")),
    *((f"on-mastery-{step}", f"mastery-{step}") for step in range(5)),
    *((f"code-{part}", "paper-sunk") for part in ("keyword", "string", "number", "name", "comment")),
    ("on-accent", "accent"),
    ("on-accent", "accent-strong"),
]
SHAPES = [(line, paper) for line in ("line-strong", "mastery-line", "series-1", "series-3") for paper in PAPERS[:2]]


def luminance(name: str, theme: int) -> float:
    """The WCAG relative luminance of a token on paper (theme 0) or at night (theme 1)."""
    value = re.search(rf"--{name}: ([^;]+);", TOKENS).group(1)  # type: ignore[union-attr]
    if alias := re.fullmatch(r"var\(--([a-z0-9-]+)\)", value):
        return luminance(alias.group(1), theme)
    lightness, chroma, hue = (float(part) for part in re.findall(r"oklch\(([\d.]+)% ([\d.]+) ([\d.]+)\)", value)[theme])
    return luminance_of_oklch(lightness / 100, chroma, hue)


def luminance_of_oklch(lightness: float, chroma: float, hue: float) -> float:
    """CSS Color 4, section 10: OKLab to linear sRGB, clipped to what a screen can show."""
    a, b = chroma * cos(radians(hue)), chroma * sin(radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    red = 4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short
    green = -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short
    blue = -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short
    red, green, blue = (min(max(part, 0.0), 1.0) for part in (red, green, blue))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str, theme: int) -> float:
    dark, light = sorted((luminance(one, theme), luminance(other, theme)))
    return (light + 0.05) / (dark + 0.05)


def test_black_on_white_has_the_contrast_wcag_says() -> None:
    assert (luminance_of_oklch(1, 0, 0) + 0.05) / (luminance_of_oklch(0, 0, 0) + 0.05) == pytest.approx(21, abs=0.01)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXT)
def test_text_can_be_read_in_both_themes(text: str, ground: str, theme: int) -> None:
    assert contrast(text, ground, theme) >= 4.5


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("shape", "ground"), SHAPES)
def test_borders_and_marks_can_be_seen_in_both_themes(shape: str, ground: str, theme: int) -> None:
    assert contrast(shape, ground, theme) >= 3


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_mastery_steps_run_in_one_direction(theme: int) -> None:
    steps = [luminance(f"mastery-{step}", theme) for step in range(5)]

    assert steps == sorted(steps, reverse=theme == 0)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_nothing_inline_that_the_security_policy_refuses(template: Path) -> None:
    text = template.read_text()

    assert not re.search(r"\sstyle=|<style|\son[a-z]+=|javascript:", text)
    assert not re.search(r"<script(?![^>]*\b(?:src|type=\"application/json\"))", text)


@pytest.mark.parametrize("component", COMPONENTS, ids=lambda path: path.stem)
def test_components_say_what_they_are_and_stand_in_the_readme(component: Path) -> None:
    readme = (component.parent / "README.md").read_text()

    assert "{% comment %}" in component.read_text()
    assert f"- **{component.stem}**" in readme


def test_icons_that_templates_name_are_drawn() -> None:
    drawn = set(re.findall(r'<symbol id="([^"]+)"', (ROOT / "lms/static/img/icons.svg").read_text()))
    named = {
        name
        for template in TEMPLATES
        for name in re.findall(r'components/icon(?:_with_words)?\.html" with name="([^"]+)"', template.read_text())
    }

    assert named <= drawn
