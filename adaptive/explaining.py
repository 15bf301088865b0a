"""Why this next: a sentence that is true, because the choice would have been another one without the cause it names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext, gettext_lazy
from django.utils.translation import gettext_lazy as _

from adaptive.causes import causes_of
from adaptive.directives import DirectiveKind, of_ten
from adaptive.guarding import LEFT_BY_RULES
from adaptive.models import Recommendation
from adaptive.reason_words import AGAIN_BY_RULES, ASKED_AGAIN, RULES
from adaptive.steering import DirectiveEntry
from courses.models import Need
from mlcore.decisive import Drawn

Offer = Mapping[str, Any]  # one of Recommendation.candidates
Reason = dict[str, Any]

TRIED_BEFORE = "tried_before"  # open, because what it builds on was tried honestly and is not sure

ASKED = {  # what a trainer asked for; their own words follow
    "pinned": _("Your trainer asked for this first"),
    "due": _("Your trainer wants this done by %(day)s"),
    "towards": _("Your trainer wants “%(leads_to)s” done by %(day)s, and this leads there"),
}
BY_RULES = {  # what a rule asked for, and why it fired
    "pinned": _("A rule of the course asks for this first, because %(cause)s"),
    "due": _("A rule of the course wants this done by %(day)s, because %(cause)s"),
    "towards": _("A rule of the course wants “%(leads_to)s” done by %(day)s, because %(cause)s, and this leads there"),
}
NARROWED = {  # what left out other ways to learn the same
    DirectiveKind.EASIER: _("A rule of the course chose among its easier lessons, because %(cause)s"),
    DirectiveKind.HARDER: _("A rule of the course chose among its harder lessons, because %(cause)s"),
    DirectiveKind.WAY: _("A rule of the course chose this way of teaching, because %(cause)s"),
}
NEEDED = {  # what a learner asked for, and what was left out
    Need.CAPTIONS: _("You need captions or a transcript, so lessons with sound alone were left out."),
    Need.SILENT: _("You need lessons without sound, so those that play any were left out."),
    Need.UNSEEN: _("You need what is not to be seen alone, so lessons without their content in words were left out."),
}
CAUSES = {
    "learning": _("you seem ready for it, and it is not yours yet"),
    "retention": _("you learned it a while ago, and coming back now makes it last"),
    "information": _("it is what we know least about, so your answers help us most"),
    "variety": _("it is a change from what you just did"),
    "time": _("it takes less of your time"),
    "modality": _("later answers suggest that this way of teaching works a little better"),
    "method": _("later answers suggest that practicing at such times and in such an order works a little better"),
    "trying": _("we do not know yet how well this way of learning works for you, so it is worth a try"),
    "wish": _("lately you asked for another way less often with this way of teaching than with others"),
    "order": _("it is next in the order of the course"),
    "sequence": _("learning it now brings you furthest in all that is still ahead of you"),
}
CAUSES["spacing"] = CAUSES["retention"]  # in steps of earlier versions
NAMES = {
    "learning": gettext_lazy("What you would learn"),
    "retention": gettext_lazy("Time to come back"),
    "information": gettext_lazy("Tells us most"),
    "variety": gettext_lazy("A change"),
    "time": gettext_lazy("Time it takes"),
    "modality": gettext_lazy("Way of teaching"),
    "method": gettext_lazy("Time and order"),
    "trying": gettext_lazy("Worth a try"),
    "wish": gettext_lazy("What you asked for"),
    "order": gettext_lazy("Order of the course"),
    "sequence": gettext_lazy("Opens what is ahead"),
}

MEANINGS = {
    "learning": gettext_lazy(
        "How likely you are to learn something from it that lasts: most where you have the basis, do not know it yet "
        "and can get many answers right, but not all."
    ),
    "retention": gettext_lazy("How much likelier you are to remember it in a month if you come back to it now."),
    "information": gettext_lazy(
        "How much your answers would tell us: most where we are least sure of you, and less once we know you."
    ),
    "variety": gettext_lazy("Below 0 when it is like what you just did, 0 or more when it is a change."),
    "time": gettext_lazy("A little below 0 for what takes longer."),
    "modality": gettext_lazy(
        "Whether you and others did better (above 0) or worse (below 0) than expected after lessons like it."
    ),
    "method": gettext_lazy(
        "Whether you and others did better (above 0) or worse (below 0) than expected after practicing at such a time "
        "and in such an order."
    ),
    "trying": gettext_lazy(
        "A small random amount, larger where we know less of how well a way of learning works for you: so that all get "
        "a chance."
    ),
    "wish": gettext_lazy(
        "Below 0 for a way of teaching that you asked to have otherwise lately: a little for each time, up to three."
    ),
    "order": gettext_lazy("A little below 0 for what comes later in the course."),
    "sequence": gettext_lazy(
        "How much a lesson on it now would add to all that is still ahead: most for what you do not know yet, are "
        "ready for, and need for much else. Among ways to learn the same, most at the right difficulty."
    ),
}


def drawable(offers: Sequence[Offer]) -> list[Offer]:
    """Return those that could be drawn: others the guard against narrow fare keeps back, or are not on the list."""
    return [offer for offer in offers if offer["propensity"] > 0.0]


def reasons_for(drawn: Drawn, rule: str) -> list[Reason]:
    """Return what made the difference: a rule that narrowed the choice, or the terms of the score that decided it.

    That the fare is kept varied, or what the list is made by, only where the same draw without it goes elsewhere.
    """
    if rule not in ("open", TRIED_BEFORE, "left", LEFT_BY_RULES):
        return [{"rule": rule}]
    if drawn.is_by_guard:
        return [{"rule": "varied"}]
    if drawn.is_by_list:
        return [{"rule": "listed"}]
    return causes_of(drawn) or [{"rule": "only" if rule == "open" else rule}]


def reason_given(rule: str, directive: DirectiveEntry, leads_to: str = "", is_again: bool = False) -> Reason:
    """Return a trainer's word as a reason, with what a learner may read of it; who has done it before reads so."""
    said = {"rule": rule, "directive": directive.id, "until": directive.until, "note": directive.note}
    by_rule = {"of_rule": directive.rule, "cause": directive.cause} if directive.rule else {}
    return said | by_rule | ({"leads_to": leads_to} if leads_to else {}) | ({"again": True} if is_again else {})


def sentence(recommendation: Recommendation) -> str:
    """Return the one sentence that says why; and another one where the ways to learn it were narrowed."""
    narrows = (*NARROWED, "needs")
    reasons = [reason for reason in recommendation.reasons if reason.get("rule") not in narrows]
    narrowed = [_narrowed(reason) for reason in recommendation.reasons if reason.get("rule") in narrows]
    return " ".join([_main_sentence(recommendation, reasons or [{"rule": "order"}]), *_speaking(reasons), *narrowed])


def _speaking(reasons: Sequence[Reason]) -> list[str]:
    """Return what speaks for a step that chance decided on, the most first."""
    causes = [str(CAUSES[term]) for term in (reasons[0].get("for", ()) if reasons else ())]
    if not causes:
        return []
    both = gettext("%(cause)s, and %(other)s") % {"cause": causes[0], "other": causes[1]} if causes[1:] else causes[0]
    return [gettext("What speaks for it: %(causes)s.") % {"causes": both}]


def _narrowed(reason: Reason) -> str:
    return str(NEEDED[Need(reason["need"])]) if reason["rule"] == "needs" else _asked(reason)


def _main_sentence(recommendation: Recommendation, reasons: Sequence[Reason]) -> str:
    if reasons[0].get("rule") in ASKED:
        return _asked(reasons[0])
    if "rule" in reasons[0]:
        return str(RULES.get(reasons[0]["rule"], RULES["drawn"]))
    *others, last = dict.fromkeys(str(CAUSES[reason["term"]]) for reason in reasons)
    if not others:
        return gettext("Because %(cause)s.") % {"cause": last}
    if len(others) == 1:
        return gettext("Because %(cause)s, and %(other)s.") % {"cause": others[0], "other": last}
    return gettext("Because %(causes)s; and %(last)s.") % {"causes": "; ".join(others), "last": last}


def _asked(reason: Reason) -> str:
    """Return what a trainer or a rule asked for, with their note."""
    directive = DirectiveEntry(reason["directive"], reason["rule"], 0, reason["until"], reason["note"])
    day = date_format(localtime(directive.last_day)) if directive.last_day else ""
    said = (BY_RULES | NARROWED if "of_rule" in reason else ASKED)[reason["rule"]]
    if "again" in reason:
        said = (AGAIN_BY_RULES if "of_rule" in reason else ASKED_AGAIN)[reason["rule"]]
    words = {"day": day, "leads_to": reason.get("leads_to", ""), "cause": reason.get("cause", "")}
    return with_note(str(said) % words, directive.note)


def with_note(words: str, note: str) -> str:
    """End a sentence; with a trainer's own words, if there are any."""
    return gettext("%(words)s: “%(note)s”") % {"words": words, "note": note} if note else f"{words}."


def put_aside(directive: DirectiveEntry, title: str) -> str:
    """Tell a learner why a module that they asked for is not offered."""
    if directive.rule:
        words = gettext("A rule of the course leaves “%(title)s” out for you, because %(cause)s")
        return with_note(words % {"title": title, "cause": directive.cause}, directive.note)
    if directive.kind == DirectiveKind.LOCK and directive.last_day:
        words = gettext("Your trainer opens “%(title)s” on %(day)s")
        return with_note(words % {"title": title, "day": date_format(localtime(directive.last_day))}, directive.note)
    return with_note(gettext("Your trainer has put “%(title)s” aside for now") % {"title": title}, directive.note)


def success_set(directive: DirectiveEntry) -> str:
    """Tell a learner how hard their trainer wants the steps to be. It says nothing of why one of them was chosen."""
    words = gettext("Your trainer set how hard steps should be, with about %(right)s answers right")
    return with_note(words % {"right": of_ten(directive.percent)}, directive.note)


def aimed_at(pace: float, middle: float) -> str:
    """Tell a learner how their own wishes moved how hard steps are to be; "" where they did not."""
    if not pace:
        return ""
    easy = gettext("You found more things too easy than too hard, so steps are meant to be a little harder")
    hard = gettext("You found more things too hard than too easy, so steps are meant to be a little easier")
    words = gettext("%(because)s, with about %(right)s answers right.")
    return words % {"because": easy if pace > 0 else hard, "right": of_ten(round(100 * middle))}


def chosen_offer(recommendation: Recommendation) -> Offer:
    """Return the candidate that was drawn, with its numbers."""
    for offer in recommendation.candidates:
        if (offer["module"], offer["variant"]) == (recommendation.module_id, recommendation.variant_id):
            return dict(offer)
    return {}
