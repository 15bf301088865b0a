"""What a learner asks for instead of what was offered, and how it is respected: at once, and in true words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from operator import itemgetter

from adaptive.adapting import Standing
from adaptive.models import Aim
from adaptive.syllabus import ModuleEntry, VariantEntry
from adaptive.ways import (
    Candidate,
    fitting,
    is_refused,
    is_refused_way,
    least_seen,
    minutes_of,
    not_refused,
    to_read,
    unwanted_in,
    ways,
)
from mlcore.refusals import Reason, Wish


def asked_for(standing: Standing) -> Iterator[Candidate]:
    """What the learner asked for themself. A trainer who put it aside goes first."""
    wish = standing.progress.wish
    module = standing.syllabus.modules.get(wish.get("module") or 0)
    if module is None or module.id in standing.steering.aside:
        return
    refused = module.variant(wish.get("variant"))
    match wish.get("wish"):
        case Wish.REVIEW:
            yield Candidate(module, to_read(standing, module), Aim.REVIEW)
        case Wish.THIS_ONE:
            yield from ways(standing, module)
        case Wish.ANOTHER_WAY:
            yield from least_seen(standing, module, _otherwise(standing, module, refused))
        case Wish.TOO_EASY:
            harder = not_refused(standing, module, fitting(standing, module))
            yield from least_seen(standing, module, harder) or _questions_alone(standing, module)
        case Wish.TOO_HARD:
            easier = not_refused(standing, module, fitting(standing, module))
            no_harder = easier or _no_harder(standing, module, refused)
            yield from least_seen(standing, module, no_harder) or _questions_alone(standing, module)
        case Wish.NOT_THIS_ONE if refused:
            yield from _as_reasoned(standing, module, refused)


def basis_of_what_was_too_hard(standing: Standing) -> Iterator[Candidate]:
    """Reviews of what the module builds on that the learner found too hard."""
    wish = standing.progress.wish
    module = standing.syllabus.modules.get(wish.get("module") or 0)
    if module is None or wish.get("wish") != Wish.TOO_HARD:
        return
    for before in standing.syllabus.modules.values():
        is_basis = set(before.skills) & set(module.requires) and standing.progress.module(before.id).done
        if is_basis and not is_refused(standing, before):
            yield Candidate(before, to_read(standing, before), Aim.REVIEW)


def is_in_need_of_shorter(standing: Standing) -> bool:
    """What was just refused takes too long."""
    return standing.progress.wish.get("reason") == Reason.LONG


def shorter(standing: Standing, candidates: Sequence[Candidate]) -> list[Candidate]:
    """Return what takes less time than what was just refused because it takes too long; nothing, if nothing was."""
    wish = standing.progress.wish
    module = standing.syllabus.modules.get(wish.get("module") or 0)
    if module is None or not is_in_need_of_shorter(standing):
        return []
    refused = module.variant(wish.get("variant"))
    is_review = refused is None and standing.progress.module(module.id).done
    most = minutes_of(Candidate(module, refused, Aim.REVIEW if is_review else Aim.LEARN))
    return [one for one in candidates if minutes_of(one) < most]


def put_off(standing: Standing, modules: Sequence[ModuleEntry]) -> list[ModuleEntry]:
    """Return those of these modules that the learner wanted later, what waits longest first."""
    waiting = [(standing.progress.module(one.id).put_off, one) for one in modules]
    return [one for at, one in sorted(waiting, key=itemgetter(0)) if at]


def how_respected(standing: Standing, chosen: Candidate) -> str:
    """Return the reason that is true of what was chosen because the learner asked (`explaining.RULES`)."""
    asked = standing.progress.wish
    wish = str(asked["wish"])
    if wish == Wish.NOT_THIS_ONE:
        return f"{wish}-{asked['reason']}"
    if wish not in (Wish.TOO_EASY, Wish.TOO_HARD):
        return wish
    if chosen.module.id != asked["module"]:
        return f"{wish}-before"
    if chosen.variant is None:
        return f"{wish}-questions"
    refused = chosen.module.variant(asked.get("variant"))
    if refused is None:
        return f"{wish}-lesson"
    is_no_easier = wish == Wish.TOO_HARD and chosen.variant.difficulty >= refused.difficulty
    return f"{wish}-way" if is_no_easier else wish


def how_given_back(standing: Standing, chosen: Candidate) -> str:
    """Return the reason that is true of what is given back because the learner refused all that is open."""
    if not is_refused_way(standing, chosen.module, chosen.variant):
        return "given_back_otherwise"
    wish, way = standing.progress.wish, (chosen.module.id, chosen.variant and chosen.variant.id)
    is_just_refused = wish.get("wish") in Wish.REFUSING and (wish["module"], wish["variant"]) == way
    return "given_back_alone" if is_just_refused else "given_back"


def _as_reasoned(standing: Standing, module: ModuleEntry, refused: VariantEntry) -> Sequence[Candidate]:
    """Return the module in a way to which the reason for refusing one does not apply; none, where it does to all."""
    left = not_refused(standing, module, fitting(standing, module))
    match standing.progress.wish.get("reason"):
        case Reason.KNOWN:
            return _questions_alone(standing, module)
        case Reason.WAY:
            return [Candidate(module, way) for way in left if way.modality != refused.modality]
        case Reason.LONG:
            return shorter(standing, [Candidate(module, way) for way in left])
    return []


def _otherwise(standing: Standing, module: ModuleEntry, refused: VariantEntry | None) -> Sequence[VariantEntry]:
    """Return the variants of other modalities, if possible those that were not refused before."""
    return unwanted_in(standing, module).otherwise(fitting(standing, module), module.variants, refused)


def _no_harder(standing: Standing, module: ModuleEntry, refused: VariantEntry | None) -> list[VariantEntry]:
    """Return other variants that are no harder, of another modality if possible."""
    return unwanted_in(standing, module).no_harder(module.variants, refused)


def _questions_alone(standing: Standing, module: ModuleEntry) -> list[Candidate]:
    is_left = module.questions and not is_refused_way(standing, module, None)
    return [Candidate(module, None)] if is_left else []
