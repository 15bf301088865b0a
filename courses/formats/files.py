"""Reading the files of a folder, within limits."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.utils.translation import gettext as _

from courses.formats.mistakes import Complain, Mistakes

MOST_FILES = 5_000
MOST_BYTES = 64 * 1024 * 1024
MEDIA = {".mp4", ".webm", ".mp3", ".ogg", ".vtt"}
IGNORED = {"README.md", "LICENSE"}


class FolderTooBig(Exception):
    """Reading stopped, because there is more than a course needs."""


@dataclass(frozen=True)
class FolderFiles:
    """What stands in a folder, by path within it."""

    texts: dict[str, str] = field(default_factory=dict)
    media: dict[str, bytes] = field(default_factory=dict)


def read_files(folder: Path, mistakes: Mistakes) -> FolderFiles:
    """Return the files of the folder. Hidden files, README.md and LICENSE are left out."""
    files, read, count = FolderFiles(), 0, 0
    try:
        for path in _paths(folder):
            name, complain = path.relative_to(folder).as_posix(), mistakes.in_file(path.relative_to(folder).as_posix())
            count, read = count + 1, read + path.lstat().st_size
            if count > MOST_FILES or read > MOST_BYTES:
                raise FolderTooBig
            _read(files, path, name, complain)
    except FolderTooBig:
        limits = {"files": MOST_FILES, "size": MOST_BYTES // 1024**2}
        mistakes.in_file(".")(1, _("The folder has more than %(files)d files or %(size)d MiB.") % limits)
    return files


def _paths(folder: Path) -> Iterator[Path]:
    """Yield every file, and every link instead of what it points to."""
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in [*folders, *sorted(names)]:
            path = Path(place, name)
            if path.is_symlink() or (name in names and not name.startswith(".") and name not in IGNORED):
                yield path


def _read(files: FolderFiles, path: Path, name: str, complain: Complain) -> None:
    if path.is_symlink() or not path.is_file():
        complain(1, _("Links and special files are refused: put the file itself here."))
    elif path.suffix == ".md":
        files.texts[name] = _text(path.read_bytes(), complain)
    elif path.suffix in MEDIA:
        files.media[name] = path.read_bytes()
    else:
        complain(1, _("This kind of file has no place in a course."))


def _text(content: bytes, complain: Complain) -> str:
    """Return UTF-8 text with plain line ends, or nothing and a complaint."""
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        complain(content[: error.start].count(b"\n") + 1, _("This is not UTF-8 text."))
        return ""
    if "\0" in text:
        complain(text[: text.index("\0")].count("\n") + 1, _("There is a NUL character here."))
    return text.replace("\0", "")
