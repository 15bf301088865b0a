"""What a rule that narrowed the choice says to the learner. Each is true wherever its rule is given as the reason."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from adaptive.progress import Wish

RULES = {
    Wish.TOO_EASY: _("You found the last one too easy, so this one is harder."),
    Wish.TOO_HARD: _("You found the last one too hard, so this one is easier."),
    "too-hard-way": _(
        "You found the last one too hard. No easier lesson on it is left, so here is another one that is no harder."
    ),
    "too-hard-lesson": _("You found its questions too hard, so here is one of its easier lessons."),
    "too-hard-questions": _(
        "You found the last one too hard. No easier lesson on it is left, so here are its easier questions alone."
    ),
    "too-hard-before": _("You found the last one too hard, so here is what it builds on once more."),
    "too-easy-lesson": _("You found its questions too easy, so here is one of its harder lessons."),
    "too-easy-questions": _(
        "You found the last one too easy. No harder lesson on it is left, so show what you know in its harder "
        "questions."
    ),
    Wish.ANOTHER_WAY: _("You asked for another way, and this is one."),
    "not-this-one-known": _("You know this already, you said. Here are its questions alone: show what you know."),
    "not-this-one-way": _("You did not like that way of teaching, so here is the same in another one."),
    "not-this-one-long": _("The last one took too long, you said, so here is the same in less time."),
    "shorter": _("The last one took too long, you said, so here is something that takes less time."),
    "put_off": _("You wanted to do this later, so here it is again."),
    Wish.THIS_ONE: _("You chose it yourself."),
    Wish.REVIEW: _("You asked to review it."),
    "again": _("The last visit did not settle it yet, so here is the same idea another way."),
    "locked": _("It is next in the course. Some skills before it are not sure yet, so take your time."),
    "meanwhile": _("You put aside all that is open to you now. Meanwhile, this is due for review."),
    "meanwhile_done": _(
        "You put aside all that is left to do. Meanwhile, here is something that counts as done, to keep it fresh."
    ),
    "given_back": _("You put aside all that is open to you now; this one you refused longest ago."),
    "given_back_otherwise": _(
        "You put aside all that is open to you now, so here is what you refused longest ago, another way."
    ),
    "given_back_alone": _("You put it aside, but nothing else is open to you now."),
    "given_back_closed": _(
        "You put aside all that is left; this one you refused longest ago. Some skills before it are not sure yet, so "
        "take your time."
    ),
    "review": _("You have been through the whole course. This keeps it fresh."),
    "varied": _("You have had much of the same lately, so here is something else."),
    "listed": _("It is one of the dozen steps that look most promising by our usual reckoning."),
    "only": _("It is the next step that you have the basis for."),
    "tried_before": _("You gave what it builds on a fair try, and some of that is not sure yet. Let us go on."),
    "order": _("It is next in the course."),
    "drawn": _("A few steps are about equally good now, and this one was drawn."),
    "best": _("It looked best to us."),
    "left": _("Your trainer has put the other modules aside for now."),
    "unsuited": _(
        "None of its lessons meets what you asked for in your settings, so here are its questions alone. Your trainer "
        "can see that."
    ),
    "left_by_rules": _("A rule of the course leaves the other modules out for you."),
    "left_in_order": _(
        "Your trainer has put other modules aside for now, so this comes next. Some skills before it are not sure yet, "
        "so take your time."
    ),
    "left_to_review": _("Your trainer has put the other modules aside for now. This keeps fresh what you know."),
    "all_aside": _("Your trainer has put every module aside for now, so we go on as usual."),
    "tried": _(
        "Another step looked a little better. Now and then we try one like this, to find out whether we are right."
    ),
}
ASKED_AGAIN = {  # what a trainer asked for of a learner who has done it before; their own words follow
    "pinned": _("You have done this before, and your trainer asked for it once more"),
    "due": _("You have done this before, and your trainer wants it done once more by %(day)s"),
}
AGAIN_BY_RULES = {
    "pinned": _("You have done this before, and a rule of the course asks for it once more, because %(cause)s"),
    "due": _(
        "You have done this before, and a rule of the course wants it done once more by %(day)s, because %(cause)s"
    ),
}
