"""What a lesson or a question asks of eyes and ears, told from its content: whoever needs it otherwise is spared it."""

import re

from courses.models.people import Need

PICTURE_WITHOUT_WORDS = r"!\[\s*\]\("  # in Markdown, and as PostgreSQL understands it
SOUND_ALONE = (".mp3", ".ogg")


def unmet_by_lesson(
    media: str, has_captions: bool, body: str | None, has_bare_picture: bool | None = None
) -> set[Need]:
    """Return the needs that a variant does not meet. `media` is the name or address of its film or sound, if any.

    The body of a lesson with a film is its transcript; None stands for a body with something in it.
    """
    has_words = body is None or bool(body.strip())
    unmet = set()
    if media and not (has_captions or has_words):
        unmet.add(Need.CAPTIONS)
    if media:
        unmet.add(Need.SILENT)
    if media and not has_words and not media.lower().endswith(SOUND_ALONE):
        unmet.add(Need.UNSEEN)
    if has_bare_picture or (has_bare_picture is None and re.search(PICTURE_WITHOUT_WORDS, body or "")):
        unmet.add(Need.UNSEEN)
    return unmet
