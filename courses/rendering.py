"""Markdown to HTML that is safe to show: raw HTML stays text, and whatever comes out passes an allow-list."""

import html
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import nh3
from django.conf import settings
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from latex2mathml.converter import convert
from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

from courses.allowed_html import ATTRIBUTES

CALLOUTS = {"NOTE": "note", "TIP": "tip", "IMPORTANT": "note", "WARNING": "warning", "CAUTION": "warning"}
GAP_MARK = "zqgap{}qz"
GAP_OR_TAG = re.compile(r"(<[^>]*>)|zqgap([0-9]+)qz")


@lru_cache(maxsize=2048)
def to_html(text: str) -> SafeString:
    """Return a Markdown text as HTML."""
    return _cleaned(_markdown().render(text))


@lru_cache(maxsize=4096)
def line_to_html(text: str) -> SafeString:
    """Return one line of Markdown, such as a title or a choice, without a paragraph around it."""
    return _cleaned(_markdown().renderInline(" ".join(text.split("\n"))))


def to_text(text: str) -> str:
    """Return a line of Markdown as plain text, for places that take no HTML: an <option>, a label, a page title."""
    return " ".join(html.unescape(nh3.clean(line_to_html(text), tags=set())).split())


def pieces_with_gaps(segments: list[dict[str, Any]]) -> list[SafeString | int]:
    """Return a cloze as pieces of HTML and, between them, the numbers of its gaps."""
    text = "".join(GAP_MARK.format(segment["gap"]) if "gap" in segment else segment["text"] for segment in segments)
    pieces: list[SafeString | int] = []
    end = 0
    rendered = to_html(text)
    for found in GAP_OR_TAG.finditer(rendered):
        if found[2]:
            pieces += [mark_safe(rendered[end : found.start()]), int(found[2])]
            end = found.end()
    return [*pieces, mark_safe(rendered[end:])]


def raw_html_lines(text: str) -> list[int]:
    """Return the lines, counted from 1, where a text holds HTML instead of Markdown."""
    return sorted(set(_raw_html_lines(_markdown(allow_html=True).parse(text))))


def foreign_image_lines(text: str) -> list[int]:
    """Return the lines, counted from 1, that show an image from somewhere else."""
    return [
        token.map[0] + 1
        for token in _markdown().parse(text)
        for child in token.children or []
        if token.map and child.type == "image" and not _is_own(str(child.attrs["src"]))
    ]


def _raw_html_lines(tokens: list[Token]) -> Iterator[int]:
    for token in tokens:
        if not token.map:
            continue
        if token.type == "html_block":
            yield token.map[0] + 1
        for child in token.children or []:
            if child.type == "html_inline":
                yield token.map[0] + 1 + token.content[: token.content.find(child.content)].count("\n")


@lru_cache(maxsize=2)
def _markdown(allow_html: bool = False) -> MarkdownIt:
    options = {"html": allow_html, "alerts": True, "tasklists": True, "highlight": None}
    markdown = MarkdownIt("commonmark", options).enable(["table", "strikethrough"])
    markdown.use(dollarmath_plugin, allow_space=False, allow_digits=False, allow_labels=False, double_inline=True)
    renderer: Any = markdown.renderer
    renderer.rules.update(RENDER_RULES)
    return markdown


def _cleaned(rendered: str) -> SafeString:
    return mark_safe(_cleaner().clean(rendered))


@lru_cache(maxsize=1)
def _cleaner() -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=set(ATTRIBUTES),
        attributes=ATTRIBUTES,
        attribute_filter=_allowed_attribute,
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer",
    )


def _allowed_attribute(tag: str, name: str, value: str) -> str | None:
    """Return the value, or nothing where it would load something from elsewhere."""
    return None if tag == "img" and name == "src" and not _is_own(value) else value


def _is_own(address: str) -> bool:
    """Say whether an image comes from this place. The content security policy refuses all others."""
    return address.startswith((settings.MEDIA_URL, settings.STATIC_URL)) and ".." not in address


def _code(tokens: list[Token], index: int, *rest: object) -> str:
    language = tokens[index].info.split()[0] if tokens[index].info.strip() else ""
    code = _colored(tokens[index].content, language)
    return f'<div class="highlight"><pre tabindex="0"><code>{code}</code></pre></div>\n'


def _colored(code: str, language: str) -> str:
    try:
        lexer = get_lexer_by_name(language, stripnl=False)
    except ClassNotFound:
        return html.escape(code)
    return highlight(code, lexer, HtmlFormatter(nowrap=True))


def _math(tokens: list[Token], index: int, *rest: object) -> str:
    token = tokens[index]
    is_block = token.type.startswith("math_block") or token.type == "math_inline_double"
    try:
        formula = convert(token.content, display="block" if is_block else "inline")
    except Exception:  # the converter raises whatever its parser stumbles over; the formula is then shown as written
        return f"<code>{html.escape(token.content)}</code>"
    return f'<div class="math-block" tabindex="0">{formula}</div>\n' if token.type.startswith("math_block") else formula


def _image(tokens: list[Token], index: int, *rest: object) -> str:
    source, alt = str(tokens[index].attrs["src"]), html.escape(tokens[index].content)
    return f'<img src="{html.escape(source)}" alt="{alt}" loading="lazy">' if _is_own(source) else alt


def _heading_tag(tokens: list[Token], index: int) -> str:
    """Return the heading's tag; a page has one h1, and it is never in a text."""
    return "h2" if tokens[index].tag == "h1" else tokens[index].tag


def _item(tokens: list[Token], index: int, *rest: object) -> str:
    """Open an item of a list; one of a task list has a box to tick."""
    is_done = tokens[index].meta.get("checked")
    if is_done is None:
        return "<li>"
    box = f'checked aria-label="{_("Done")}"' if is_done else f'aria-label="{_("To do")}"'
    return f'<li class="task-list-item"><input type="checkbox" disabled {box}> '


def _callout_title(tokens: list[Token], index: int, *rest: object) -> str:
    kind = CALLOUTS[tokens[index - 1].info.upper()]
    tokens[index + 1].children = []
    words = {"note": _("Note"), "tip": _("Tip"), "warning": _("Warning")}
    return f'<p class="callout-title">{words[kind]}'


def _cell(tokens: list[Token], index: int, *rest: object) -> str:
    """Open a table cell. A column aligned to the right holds numbers; style attributes are refused."""
    is_number = tokens[index].attrs.get("style") == "text-align:right"
    return f'<{tokens[index].tag} class="number">' if is_number else f"<{tokens[index].tag}>"


RENDER_RULES: dict[str, Any] = {
    "fence": _code,
    "code_block": _code,
    "math_inline": _math,
    "math_inline_double": _math,
    "math_block": _math,
    "image": _image,
    "list_item_open": _item,
    "heading_open": lambda tokens, index, *rest: f"<{_heading_tag(tokens, index)}>",
    "heading_close": lambda tokens, index, *rest: f"</{_heading_tag(tokens, index)}>\n",
    "alert_open": lambda tokens, index, *rest: (
        f'<aside class="callout callout-{CALLOUTS[tokens[index].info.upper()]}">\n'
    ),
    "alert_close": lambda *rest: "</aside>\n",
    "alert_title_open": _callout_title,
    "table_open": lambda *rest: (
        f'<div class="table-scroll" tabindex="0" role="group" aria-label="{_("Table")}"><table>\n'
    ),
    "table_close": lambda *rest: "</table></div>\n",
    "th_open": _cell,
    "td_open": _cell,
}
