"""The columns of a log of answers, as mlcore names them; docs/data.md describes them for people.

A row is a learner's first attempt at a question. A file needs REQUIRED, one of ORDERED_BY and one of ABOUT, and may
have any of OPTIONAL, of KEPT_WHERE and SCORE; columns named `group_...` describe the learner; all others are ignored.
KNOWN_AFTERWARDS is what nobody knows before the answer: it tells of later rows of the same learner, never of its own.
"""

from __future__ import annotations

REQUIRED = ("learner", "correct")
ORDERED_BY = ("order", "timestamp")
ABOUT = ("item", "skill")
SCORE = "score"
OPTIONAL = (
    "elapsed_ms",
    "hints",
    "modality",
    "course",
    "item_text",
    "author_difficulty",
    "is_first_action",
    "is_banked",
)
GROUP = "group_"
BETWEEN_SKILLS = "~~"

KEPT_WHERE = {"is_first_action": 1.0, "is_first_attempt": 1.0, "is_banked": 0.0}
KNOWN_AFTERWARDS = ("correct", SCORE, "elapsed_ms", "hints")
READ = {*REQUIRED, *ORDERED_BY, *ABOUT, *OPTIONAL, *KEPT_WHERE, SCORE}


def is_read(name: str) -> bool:
    """Whether a column of this name is looked at."""
    return name in READ or name.startswith(GROUP)
