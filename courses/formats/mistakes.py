"""What is wrong with the files of a course, each with its place."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

Complain = Callable[[int, str], None]  # the line, counted from 1, and what is wrong there


@dataclass(frozen=True, order=True)
class Mistake:
    path: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


@dataclass
class Mistakes:
    """Collects mistakes, so that all are reported at once."""

    found: list[Mistake] = field(default_factory=list)

    def in_file(self, path: str) -> Complain:
        """Return a function that notes a mistake in this file."""
        return lambda line, message: self.found.append(Mistake(path, line, message))

    def in_order(self) -> list[Mistake]:
        return sorted(set(self.found))


class FolderHasMistakes(Exception):
    """The folder cannot be loaded; nothing was changed."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = list(mistakes)
        super().__init__("\n".join(map(str, self.mistakes)))
