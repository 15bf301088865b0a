"""Markdown becomes HTML that looks right and does no harm."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses import rendering
from courses.allowed_html import ATTRIBUTES

HARMFUL = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '<svg onload="alert(1)"><script>alert(1)</script></svg>',
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:msgbox)",
    "<javascript:alert(1)>",
    '![x](/media/a.png"onerror="alert(1))',
    '[x](https://e.org "\\" onclick=\\"alert(1)")',
    '![" onerror="alert(1)](/media/a.png)',
    "![x](data:image/svg+xml;base64,PHN2Zz4=)",
    "$\\href{javascript:alert(1)}{x}$",
    "$\\text{<script>alert(1)</script>}$",
    '$\\class{x" onclick="alert(1)}{y}$',
    "$$\n\\text{<img src=x onerror=alert(1)>}\n$$",
    "```html\n<script>alert(1)</script>\n```",
    '```"><script>alert(1)</script>\nx\n```',
    "> [!NOTE]\n> <iframe src=//e.org></iframe>",
    "| <style>*{}</style> |\n|---|\n| <a href='javascript:x'>y</a> |",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "- [ ] <form action=//e.org><input name=x>",
]


class Reader(HTMLParser):
    """Collects every tag with its attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def assert_harmless(html: str) -> None:
    for tag, attributes in Reader(html).found:
        assert tag in ATTRIBUTES
        assert set(attributes) <= ATTRIBUTES[tag] | {"rel"}
        address = (attributes.get("href") or attributes.get("src") or "").strip().lower()
        assert not re.match(r"(javascript|vbscript|data|file):", address)
        assert tag != "img" or address == "" or address.startswith(("/media/", "/static/"))


@pytest.mark.parametrize("text", HARMFUL)
def test_harm_is_taken_out(text: str) -> None:
    for render in (rendering.to_html, rendering.line_to_html):
        assert_harmless(render(text))


@given(
    st.lists(st.sampled_from([*HARMFUL, "\n\n", "> ", "`", "$", "<", '"', "](", "![", "|"]), max_size=6).map("".join)
)
def test_harm_stays_out_in_any_mixture(text: str) -> None:
    assert_harmless(rendering.to_html(text))
    assert_harmless(rendering.line_to_html(text))


@given(st.text(max_size=200))
def test_any_text_can_be_rendered(text: str) -> None:
    assert_harmless(rendering.to_html(text))
    rendering.to_text(text)


def test_raw_html_is_shown_as_text() -> None:
    assert rendering.to_html("a <b>c</b>") == "<p>a &lt;b&gt;c&lt;/b&gt;</p>\n"


def test_code_is_colored_by_classes() -> None:
    html = rendering.to_html('```python\nprint("a<b")\n```')

    assert '<div class="highlight"><pre tabindex="0"><code><span class="nb">print</span>' in html
    assert "a&lt;b" in html
    assert "style=" not in html


def test_code_in_no_known_language_is_plain() -> None:
    assert "<code>a &lt; b\n</code>" in rendering.to_html("```text\na < b\n```")


def test_math_becomes_mathml_and_prices_stay_prices() -> None:
    assert '<math display="inline"><mrow><msup><mi>x</mi><mn>2</mn></msup></mrow></math>' in rendering.to_html("$x^2$")
    assert '<math display="block">' in rendering.to_html("$$\nx^2\n$$")
    assert rendering.to_html("It costs $5, or $6.") == "<p>It costs $5, or $6.</p>\n"


def test_a_formula_that_cannot_be_read_is_shown_as_written() -> None:
    assert rendering.line_to_html("$\\frac{$") == "<code>\\frac{</code>"


@pytest.mark.parametrize(
    ("mark", "kind"), [("NOTE", "note"), ("TIP", "tip"), ("WARNING", "warning"), ("CAUTION", "warning")]
)
def test_callouts_are_the_design_systems(mark: str, kind: str) -> None:
    html = rendering.to_html(f"> [!{mark}]\n> Mind *this*.")

    assert f'<aside class="callout callout-{kind}">\n<p class="callout-title">{kind.capitalize()}</p>' in html
    assert "<em>this</em>" in html


def test_links_give_no_power_to_what_they_open() -> None:
    assert rendering.line_to_html("[y](https://e.org)") == '<a href="https://e.org" rel="noopener noreferrer">y</a>'


def test_only_own_images_are_shown() -> None:
    text = "![ours](/media/a.png) ![theirs](https://e.org/b.png)"

    assert rendering.line_to_html(text) == '<img src="/media/a.png" alt="ours" loading="lazy"> theirs'
    assert rendering.foreign_image_lines(f"first\n\n{text}") == [3]


def test_a_text_has_no_h1() -> None:
    assert rendering.to_html("# Top\n## Next") == "<h2>Top</h2>\n<h2>Next</h2>\n"


def test_tables_scroll_on_their_own() -> None:
    html = rendering.to_html("| a | b |\n|--|--:|\n| 1 | 2 |")

    assert '<div class="table-scroll" tabindex="0" role="group" aria-label="Table"><table>' in html
    assert '<td class="number">2</td>' in html


def test_plain_text_has_no_markup() -> None:
    assert rendering.to_text("Is `a<b` *true* & **fine**?") == "Is a<b true & fine?"


def test_raw_html_is_found_by_line() -> None:
    assert rendering.raw_html_lines("a\n\n<b>x</b> y\nz <i>\n\n```\n<b>\n```\n\n<div>\n") == [3, 4, 10]


def test_gaps_are_found_in_code_and_text_and_never_inside_tags() -> None:
    segments = [
        {"text": "```python\nprint("},
        {"gap": 1},
        {"text": ")\n```\n\n[x](https://e.org/"},
        {"gap": 2},
        {"text": ") "},
    ]
    segments += [{"gap": 3}]

    pieces = rendering.pieces_with_gaps(segments)
    assert [piece for piece in pieces if isinstance(piece, int)] == [1, 3]
