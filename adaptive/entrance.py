"""The button that leads into a course: it promises what comes, to who has not begun as to who has been through it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from adaptive.adapting import Standing
from adaptive.placement import Invitation, invitation, is_worth_mentioning
from adaptive.reviewing import due


@dataclass(frozen=True)
class Entrance:
    """What the button says, the placement test that may be taken first, and whether one is worth mentioning at all."""

    words: str
    invitation: Invitation | None
    may_be_placed: bool


def entrance_to(standing: Standing, now: datetime) -> Entrance:
    return Entrance(_words(standing, now), invitation(standing), is_worth_mentioning(standing, now))


def _words(standing: Standing, now: datetime) -> str:
    """A module that was only looked at is not begun; a course is reviewed once nothing in it is new."""
    if not standing.progress.has_done_anything:
        return _("Begin")
    return _("Review") if standing.is_complete and due(standing, now) else _("Continue")
