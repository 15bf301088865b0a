"""Splitting Markdown at its headings, without being fooled by code: `# a comment` is none."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

FENCE = re.compile(r"\s*(`{3,}|~{3,})(.*)")


@dataclass(frozen=True)
class Line:
    number: int  # counted from 1
    text: str
    fence_line: int  # of the fence it stands in, or is; 0 outside code

    @property
    def is_code(self) -> bool:
        return self.fence_line > 0


@dataclass(frozen=True)
class Section:
    """A heading and what stands under it."""

    title: str
    body: str
    line: int  # of the heading


def lines_of(text: str) -> Iterator[Line]:
    """Yield the lines of a Markdown text, and whether each is code."""
    fence, fence_line = "", 0
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
        found = FENCE.fullmatch(line)
        if found and not fence and not (found[1][0] == "`" and "`" in found[2]):
            fence, fence_line = found[1], number
            yield Line(number, line, fence_line)
            continue
        yield Line(number, line, fence_line)
        if found and fence and found[1].startswith(fence) and not found[2].strip():
            fence, fence_line = "", 0


def open_fence(text: str) -> int:
    """Return the line of a code block that is never closed, or 0."""
    *_lines, last = lines_of(f"{text}\n.")
    return last.fence_line


def split_at(text: str, heading: str) -> tuple[str, list[Section]]:
    """Return what comes before the first heading that fits, and a section for each. Group 1 is its title."""
    intro: list[str] = []
    found: list[tuple[str, int, list[str]]] = []
    for line in lines_of(text):
        title = None if line.is_code else re.fullmatch(heading, line.text.rstrip())
        if title:
            found.append((title[1].strip(), line.number, []))
        else:
            (found[-1][2] if found else intro).append(line.text)
    sections = [Section(title, "\n".join(lines).strip("\n"), number) for title, number, lines in found]
    return "\n".join(intro).strip("\n"), sections
