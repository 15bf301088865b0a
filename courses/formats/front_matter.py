"""YAML between two `---` lines at the top of a file, with the line of every value."""

import re
from dataclasses import dataclass, field

import yaml
from django.utils.translation import gettext as _

from courses.formats.mistakes import Complain
from courses.naming import in_a_line

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
LONGEST = 256 * 1024
DEEPEST = 6


class Refused(Exception):
    """The YAML is not what a course needs."""

    def __init__(self, line: int, message: str) -> None:
        self.line, self.message = line, message
        super().__init__(message)


@dataclass(frozen=True)
class Fields:
    """The values of one mapping, each with its line. Reading one complains when it is not as it should be.

    Where the mapping itself could not be read, that was said already, and nobody can say what is missing in it.
    """

    complain: Complain
    line: int = 1
    nodes: dict[str, yaml.Node] = field(default_factory=dict)
    first_line: int = 1
    is_readable: bool = True

    def line_of(self, key: str) -> int:
        return self.nodes[key].start_mark.line + self.first_line if key in self.nodes else self.line

    def only(self, *known: str) -> None:
        """Complain about every key that is not known."""
        for key in self.nodes:
            if key not in known:
                self.complain(self.line_of(key), _("Unknown key “%(key)s”.") % {"key": key})

    def text(self, key: str, longest: int | None = None, default: str | None = None) -> str:
        """Return a text. Without a default it must be there."""
        node = self.nodes.get(key)
        value = node.value.strip() if isinstance(node, yaml.ScalarNode) else ""
        if node is not None and not isinstance(node, yaml.ScalarNode):
            self.complain(self.line_of(key), _("“%(key)s” must be text.") % {"key": key})
        elif not value and default is None and self.is_readable:
            self.complain(self.line_of(key), _("“%(key)s” is missing.") % {"key": key})
        elif longest and len(value) > longest:
            limits = {"key": key, "longest": longest}
            self.complain(self.line_of(key), _("“%(key)s” is longer than %(longest)d characters.") % limits)
        return value or default or ""

    def name(self, key: str, longest: int, default: str | None = None) -> str:
        """Return a text in one line."""
        return in_a_line(self.text(key, longest, default))

    def slug(self, key: str, longest: int, default: str | None = None) -> str:
        value = self.text(key, longest, default)
        if value and not SLUG.fullmatch(value):
            self.complain(self.line_of(key), _("“%(value)s” is no slug: a-z, 0-9 and hyphens.") % {"value": value})
        return value

    def whole(self, key: str, default: int, least: int, most: int) -> int:
        value = self.text(key, default=str(default))
        if not re.fullmatch(r"[0-9]{1,6}", value) or not least <= int(value) <= most:
            limits = {"key": key, "least": least, "most": most}
            self.complain(self.line_of(key), _("“%(key)s” must be a number from %(least)d to %(most)d.") % limits)
            return default
        return int(value)

    def texts(self, key: str) -> list[tuple[str, int]]:
        """Return a list of texts, each with its line."""
        found = []
        for node in self._entries(key):
            if isinstance(node, yaml.ScalarNode) and node.value.strip():
                found.append((node.value.strip(), node.start_mark.line + self.first_line))
            else:
                self.complain(self.line_of(key), _("“%(key)s” must be a list of slugs: [a, b].") % {"key": key})
        return found

    def mappings(self, key: str) -> list["Fields"]:
        """Return a list of mappings."""
        found = []
        for node in self._entries(key):
            line = node.start_mark.line + self.first_line
            if isinstance(node, yaml.MappingNode):
                found.append(_fields(node, self.complain, self.first_line))
            else:
                self.complain(line, _("“%(key)s” must be a list of `- slug: …` entries.") % {"key": key})
        return found

    def _entries(self, key: str) -> list[yaml.Node]:
        node = self.nodes.get(key)
        if node is None or isinstance(node, yaml.SequenceNode):
            return list(node.value) if node is not None else []
        self.complain(self.line_of(key), _("“%(key)s” must be a list.") % {"key": key})
        return []


def split_front_matter(text: str, complain: Complain) -> tuple[Fields, str, int]:
    """Return the fields at the top of a file, its body, and the line on which the body starts."""
    lines = text.split("\n")
    ends = [number for number, line in enumerate(lines) if line.rstrip() == "---"][:2]
    if len(ends) < 2 or ends[0] != 0:
        complain(1, _("The file must start with front matter between two --- lines."))
        return Fields(complain, is_readable=False), text, 1
    try:
        fields = _parsed("\n".join(lines[1 : ends[1]]), complain)
    except Refused as refused:
        complain(refused.line, refused.message)
        fields = Fields(complain, is_readable=False)
    return fields, "\n".join(lines[ends[1] + 1 :]), ends[1] + 2


def _parsed(text: str, complain: Complain) -> Fields:
    """Read YAML as plain texts, lists and mappings: no tags, no aliases, nothing deep."""
    if len(text) > LONGEST:
        raise Refused(1, _("The front matter is too long."))
    try:
        _refuse_tricks(text)
        node = yaml.compose(text, Loader=yaml.BaseLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or str(error)
        raise Refused((mark.line if mark else 0) + 2, _("YAML: %(problem)s.") % {"problem": problem}) from error
    if not isinstance(node, yaml.MappingNode):
        raise Refused(2, _("The front matter must be `key: value` lines."))
    return _fields(node, complain, first_line=2)


def _refuse_tricks(text: str) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=yaml.BaseLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        line = (event.start_mark.line if event.start_mark else 0) + 2
        if isinstance(event, yaml.AliasEvent):
            raise Refused(line, _("YAML aliases are refused: write the value out."))
        if isinstance(event, yaml.NodeEvent) and getattr(event, "tag", None):
            raise Refused(line, _("YAML tags are refused."))
        if depth > DEEPEST:
            raise Refused(line, _("This is nested too deeply."))


def _fields(node: yaml.MappingNode, complain: Complain, first_line: int) -> Fields:
    nodes: dict[str, yaml.Node] = {}
    for key, value in node.value:
        name = key.value if isinstance(key, yaml.ScalarNode) else "?"
        if name in nodes:
            complain(key.start_mark.line + first_line, _("“%(key)s” stands here twice.") % {"key": name})
        nodes[name] = value
    return Fields(complain, node.start_mark.line + first_line, nodes, first_line)
